/*
 * Jobs that outlive the process: what is written to the store, and when.
 *
 * A call of a client is recorded before it returns. What the network thread brings is recorded
 * by a thread of its own, the keeper, a quarter of a second later at most; so a process that
 * is killed loses less than a second of work. What was fetched is flushed to the disk when a
 * file is whole, and every half minute before that; and only a record that says so counts after
 * the machine itself was started anew.
 */
#include "engine/engine.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/path.h"

#include <assert.h>
#include <string.h>

enum {
    SAVE_INTERVAL_MS = 50,
    FLUSH_INTERVAL_MS = 30 * 1000,
    FLUSH_FILES_MOST = 16, /* at a time */
};

/* --- Recording ------------------------------------------------------------------------ */

/* Put into the journal's buffer what is not in the store yet. */
static enum odo_status write_unsaved_locked(struct odo_job *job)
{
    struct job *data = &job->locked.job;
    struct buffer *buffer = journal_buffer(job->journal);
    uint64_t *row = journal_row(job->journal);
    const char *boot_id = store_boot_id(job->engine->store);
    enum odo_status status = ODO_OK;

    for (uint32_t i = data->unsaved_first; i < data->unsaved_end && status == ODO_OK; i++) {
        const struct job_file *file = data->files[i];

        if (i >= data->saved_files || file->is_redefined) {
            status = journal_write_file(buffer, row, data, i);
        }
        /* A file that is defined anew has no progress until a record behind says so. */
        if (status == ODO_OK &&
            (file->is_unsaved ||
             (file->is_redefined && (file->has_begun || file->is_transferred)))) {
            status = journal_write_progress(buffer, row, data, i, boot_id);
        }
    }
    if (status == ODO_OK && data->is_unsaved) {
        status = journal_write_job(buffer, row, data);
    }
    return status;
}

static void note_saved_locked(struct odo_job *job)
{
    struct job *data = &job->locked.job;

    for (uint32_t i = data->unsaved_first; i < data->unsaved_end; i++) {
        data->files[i]->is_unsaved = false;
        data->files[i]->is_redefined = false;
    }
    data->is_unsaved = false;
    data->saved_files = data->file_count;
    data->unsaved_first = 0;
    data->unsaved_end = 0;
}

/* The journal lacks something, and must be made anew. */
static void note_rewrite(struct odo_job *job)
{
    platform_mutex_lock(job->engine->lock);
    job->locked.must_rewrite = true;
    engine_wake_keeper_locked(job);
    platform_mutex_unlock(job->engine->lock);
}

/* Replace the journal by what it comes to. `journal_lock` is held. */
static enum odo_status rewrite(struct odo_job *job)
{
    struct buffer bytes;
    uint64_t row = 0;
    enum odo_status status;

    buffer_init(&bytes, JOURNAL_SIZE_MAX);
    platform_mutex_lock(job->engine->lock);
    status =
        journal_write_all(&bytes, &row, &job->locked.job, store_boot_id(job->engine->store));
    if (status == ODO_OK) {
        note_saved_locked(job);
        job->locked.must_rewrite = false;
    }
    platform_mutex_unlock(job->engine->lock);
    if (status == ODO_OK) {
        status = journal_rewrite(job->journal, &bytes, row);
    }
    buffer_free(&bytes);
    if (status != ODO_OK) {
        note_rewrite(job);
    }
    return status;
}

/* Append what is unsaved. `journal_lock` is held. */
static enum odo_status append(struct odo_job *job)
{
    enum odo_status status;

    platform_mutex_lock(job->engine->lock);
    status = write_unsaved_locked(job);
    if (status == ODO_OK) {
        note_saved_locked(job);
    }
    platform_mutex_unlock(job->engine->lock);
    if (status == ODO_OK) {
        status = journal_commit(job->journal);
    } else {
        journal_rollback(job->journal);
    }
    if (status != ODO_OK) {
        note_rewrite(job);
    }
    return status;
}

/*
 * Record what has changed; `journal_lock` is held. After a failure the journal is behind, and
 * nothing may be appended that builds on what it lacks.
 */
static enum odo_status save_unsaved(struct odo_job *job)
{
    bool must_rewrite;

    platform_mutex_lock(job->engine->lock);
    must_rewrite = job->locked.must_rewrite;
    platform_mutex_unlock(job->engine->lock);
    return must_rewrite ? rewrite(job) : append(job);
}

enum odo_status engine_save(struct odo_job *job)
{
    enum odo_status status = ODO_OK;

    if (!job->engine->store) {
        return ODO_OK;
    }
    platform_mutex_lock(job->journal_lock);
    if (job->journal) {
        status = save_unsaved(job);
    }
    platform_mutex_unlock(job->journal_lock);
    return status;
}

bool engine_keeps_locked(const struct odo_job *job)
{
    return job->engine->store && job_number(&job->locked.job, ODO_JOB_VOLATILE) == 0;
}

enum odo_status engine_store_create(struct odo_job *job)
{
    enum odo_status status;

    if (!engine_keeps_locked(job)) {
        return ODO_OK;
    }
    platform_mutex_lock(job->journal_lock);
    status = journal_create(job->engine->store, &job->locked.job, &job->journal);
    platform_mutex_unlock(job->journal_lock);
    return status;
}

enum odo_status engine_store_give_up(struct odo_job *job)
{
    enum odo_status status = ODO_OK;

    platform_mutex_lock(job->journal_lock);
    if (job->journal) {
        status = journal_remove(job->journal);
    }
    if (status == ODO_OK) {
        job->journal = NULL;
    }
    platform_mutex_unlock(job->journal_lock);
    return status;
}

void engine_store_remove(struct odo_job *job)
{
    enum odo_status status = engine_store_give_up(job);

    if (status != ODO_OK) {
        log_write(LOG_WARNING, "a journal could not be removed: %s", status_name(status));
        engine_store_close(job); /* it says that the job has ended: that will be seen */
    }
}

void engine_store_close(struct odo_job *job)
{
    enum odo_status status;

    platform_mutex_lock(job->journal_lock);
    if (job->journal) {
        status = save_unsaved(job);
        if (status != ODO_OK) {
            status = save_unsaved(job); /* once more, whole */
        }
        if (status != ODO_OK) {
            log_write(LOG_ERROR, "a job could not be recorded; it will be as it was before");
        }
        journal_close(job->journal);
        job->journal = NULL;
    }
    platform_mutex_unlock(job->journal_lock);
}

enum odo_status engine_store_flush(struct odo_job *job)
{
    enum odo_status status = engine_save(job);

    platform_mutex_lock(job->journal_lock);
    if (status == ODO_OK && job->journal) {
        status = journal_flush(job->journal);
    }
    platform_mutex_unlock(job->journal_lock);
    return status;
}

/* --- The keeper ----------------------------------------------------------------------- */

/* The files of a job whose bytes are to be flushed, up to a few; or of these the whole ones. */
static size_t find_unflushed_locked(const struct odo_job *job, bool whole_ones,
                                    uint32_t indices[FLUSH_FILES_MOST])
{
    const struct job *data = &job->locked.job;
    size_t count = 0;

    for (uint32_t i = 0; i < data->file_count && count < FLUSH_FILES_MOST; i++) {
        const struct job_file *file = data->files[i];

        if (file->has_begun && !file->is_flushed && !file->is_completed &&
            (file->is_transferred || !whole_ones)) {
            indices[count++] = i;
        }
    }
    return count;
}

/* Note that a file's bytes are on the disk, and where they are. The caller frees the path. */
static enum odo_status write_flushed(struct odo_job *job, uint32_t index, char **path_out)
{
    struct job *data = &job->locked.job;
    enum odo_status status = ODO_E_OUT_OF_MEMORY;

    platform_mutex_lock(job->engine->lock);
    if (index >= data->file_count) { /* it could not join the job, and was taken off again */
        platform_mutex_unlock(job->engine->lock);
        return ODO_E_NOT_FOUND;
    }
    *path_out = text_copy(data->files[index]->temporary_path);
    if (*path_out) {
        data->files[index]->is_flushed = true; /* of the record that is written now */
        status = journal_write_progress(journal_buffer(job->journal), journal_row(job->journal),
                                        data, index, store_boot_id(job->engine->store));
    }
    platform_mutex_unlock(job->engine->lock);
    return status;
}

/* Flush the bytes of a file, and record that the checkpoint of before is safe now. */
static enum odo_status flush_file(struct odo_job *job, uint32_t index)
{
    struct platform_file *opened = NULL;
    char *path = NULL;
    enum odo_status status = write_flushed(job, index, &path);

    if (status == ODO_OK) {
        status = platform_file_open(path, &opened);
    }
    if (status == ODO_OK) {
        status = platform_file_flush(opened);
    }
    platform_file_close(opened);
    memory_free(path);
    if (status == ODO_OK) {
        status = journal_commit(job->journal);
    } else {
        journal_rollback(job->journal);
    }
    if (status != ODO_OK) {
        platform_mutex_lock(job->engine->lock);
        job->locked.job.files[index]->is_flushed = false;
        platform_mutex_unlock(job->engine->lock);
    }
    return status;
}

static void flush_files(struct odo_job *job, bool whole_ones)
{
    uint32_t indices[FLUSH_FILES_MOST];
    enum odo_status status = ODO_OK;
    size_t count;

    platform_mutex_lock(job->engine->lock);
    count = find_unflushed_locked(job, whole_ones, indices);
    platform_mutex_unlock(job->engine->lock);
    for (size_t i = 0; i < count; i++) {
        enum odo_status flushed = flush_file(job, indices[i]);

        status = status == ODO_OK ? flushed : status;
    }
    if (count > 0 && status == ODO_OK) {
        status = journal_flush(job->journal);
    }
    job->flush_has_failed = status != ODO_OK;
    if (status != ODO_OK) { /* it is tried again with what is not whole */
        log_write(LOG_WARNING, "what was fetched could not be flushed: %s",
                  status_name(status));
    } else if (count == FLUSH_FILES_MOST) {
        platform_mutex_lock(job->engine->lock);
        engine_wake_keeper_locked(job); /* for the next ones */
        platform_mutex_unlock(job->engine->lock);
    }
}

/* Save, flush and shorten, as they are due. `journal_lock` is held. */
static void keep_journal(struct odo_job *job, uint64_t now_ms)
{
    bool is_time = now_ms - job->flushed_at_ms >= FLUSH_INTERVAL_MS;
    bool was_behind;
    enum odo_status status;

    platform_mutex_lock(job->engine->lock);
    was_behind = job->locked.must_rewrite;
    platform_mutex_unlock(job->engine->lock);
    status = save_unsaved(job);
    if (status == ODO_OK && (is_time || !job->flush_has_failed)) {
        job->flushed_at_ms = is_time ? now_ms : job->flushed_at_ms;
        flush_files(job, !is_time);
    }
    if (status == ODO_OK && journal_is_long(job->journal)) {
        status = rewrite(job);
    }
    if (status != ODO_OK && !was_behind) { /* said once, tried a few times a second */
        log_write(LOG_WARNING, "a job could not be recorded; trying again: %s",
                  status_name(status));
    }
}

/*
 * What the keeper does for a job, a few times a second while it changes. True when there are
 * bytes to be flushed later.
 */
static bool keep(struct odo_job *job, uint64_t now_ms)
{
    uint32_t unflushed[FLUSH_FILES_MOST];
    bool is_kept;

    platform_mutex_lock(job->journal_lock);
    is_kept = job->journal != NULL;
    if (is_kept) {
        keep_journal(job, now_ms);
    }
    platform_mutex_unlock(job->journal_lock);

    platform_mutex_lock(job->engine->lock);
    is_kept = is_kept && find_unflushed_locked(job, false, unflushed) > 0;
    platform_mutex_unlock(job->engine->lock);
    return is_kept;
}

/* The next job that has something to save; counted for the caller. */
static struct odo_job *next_unsaved_locked(struct odo_engine *engine)
{
    struct odo_job *job = engine->locked.unsaved;

    if (job) {
        odo_job_add_ref(job);
        engine_forget_unsaved_locked(job);
    }
    return job;
}

/* Nothing has changed for a while: look for bytes that are still to be flushed. */
static void keep_all_locked(struct odo_engine *engine)
{
    for (size_t i = 0; i < engine->locked.job_count; i++) {
        engine_wake_keeper_locked(engine->locked.jobs[i]);
    }
}

static void run_keeper(void *context)
{
    struct odo_engine *engine = context;
    uint64_t rest_until_ms = 0;
    bool must_flush = false;

    platform_mutex_lock(engine->lock);
    while (!engine->locked.keeper_must_stop) {
        uint64_t flush_at_ms = must_flush ? rest_until_ms + FLUSH_INTERVAL_MS : UINT64_MAX;
        uint64_t deadline_ms = 0;
        struct odo_job *job = engine_next_expired_locked(engine, &deadline_ms);

        if (job) {
            platform_mutex_unlock(engine->lock);
            engine_expire(job);
            odo_job_release(job);
            platform_mutex_lock(engine->lock);
            continue;
        }
        if (!engine->locked.unsaved) {
            platform_condition_wait_until(engine->keeper_wakes, engine->lock,
                                          deadline_ms < flush_at_ms ? deadline_ms
                                                                    : flush_at_ms);
            if (platform_clock_milliseconds() >= flush_at_ms) {
                must_flush = false;
                keep_all_locked(engine);
            }
            continue;
        }
        if (platform_clock_milliseconds() < rest_until_ms) {
            platform_condition_wait_until(engine->keeper_wakes, engine->lock, rest_until_ms);
            continue;
        }
        rest_until_ms = platform_clock_milliseconds() + SAVE_INTERVAL_MS;
        /* Those that are queued again meanwhile come after the rest, as everybody does. */
        for (size_t i = engine->locked.unsaved_count;
             i > 0 && (job = next_unsaved_locked(engine)) != NULL; i--) {
            platform_mutex_unlock(engine->lock);
            must_flush = keep(job, platform_clock_milliseconds()) || must_flush;
            odo_job_release(job);
            platform_mutex_lock(engine->lock);
        }
    }
    platform_mutex_unlock(engine->lock);
}

void engine_wake_keeper_locked(struct odo_job *job)
{
    struct odo_engine *engine = job->engine;
    struct odo_job *last = engine->locked.last_unsaved;

    if (job->locked.must_keep ||
        !job->locked.is_listed) { /* what is not listed has no keeper */
        return;
    }
    job->locked.must_keep = true;
    job->locked.next_unsaved = NULL;
    job->locked.previous_unsaved = last;
    if (last) {
        last->locked.next_unsaved = job;
    } else {
        engine->locked.unsaved = job;
        platform_condition_broadcast(engine->keeper_wakes);
    }
    engine->locked.last_unsaved = job;
    engine->locked.unsaved_count++;
}

void engine_forget_unsaved_locked(struct odo_job *job)
{
    struct odo_engine *engine = job->engine;
    struct odo_job *next = job->locked.next_unsaved;
    struct odo_job *previous = job->locked.previous_unsaved;

    if (!job->locked.must_keep) {
        return;
    }
    job->locked.must_keep = false;
    if (next) {
        next->locked.previous_unsaved = previous;
    } else {
        engine->locked.last_unsaved = previous;
    }
    if (previous) {
        previous->locked.next_unsaved = next;
    } else {
        engine->locked.unsaved = next;
    }
    engine->locked.unsaved_count--;
}

enum odo_status engine_start_keeper_locked(struct odo_engine *engine)
{
    if (engine->keeper) {
        return ODO_OK;
    }
    return platform_thread_start(run_keeper, engine, &engine->keeper);
}

void engine_stop_keeper(struct odo_engine *engine)
{
    platform_mutex_lock(engine->lock);
    engine->locked.keeper_must_stop = true;
    platform_condition_broadcast(engine->keeper_wakes);
    platform_mutex_unlock(engine->lock);
    platform_thread_join(engine->keeper);
    engine->keeper = NULL;
}

/* --- Taking up ------------------------------------------------------------------------ */

/* True when something that had begun must be fetched, or fetched again. */
static bool settle_files(struct job *data)
{
    bool is_missing = false;

    for (uint32_t i = 0; i < data->file_count; i++) {
        struct job_file *file = data->files[i];
        bool had_begun = file->has_begun || file->is_completed;

        engine_settle_file(data, file);
        is_missing = is_missing || (had_begun && !file->is_transferred);
    }
    return is_missing;
}

static bool every_file_has_a_place(const struct job *data)
{
    for (uint32_t i = 0; i < data->file_count; i++) {
        if (!data->files[i]->local_path && !data->files[i]->is_transferred) {
            return false;
        }
    }
    return true;
}

static void forget_error(struct job *data)
{
    data->error = (struct odo_error){.status = ODO_OK};
    data->error_file = UINT32_MAX;
}

/* As it is after the process that ran it has ended. */
static void settle_state(struct job *data, bool is_missing)
{
    bool was_running = job_state_is_running(data->state);

    if (was_running && data->file_count > 0 && data->totals.transferred == data->file_count) {
        data->state = ODO_JOB_TRANSFERRED; /* the end was not recorded any more */
        data->times.transferred_us = data->times.modified_us;
        forget_error(data);
    } else if (was_running || (data->state == ODO_JOB_TRANSFERRED && is_missing)) {
        data->state = every_file_has_a_place(data) ? ODO_JOB_QUEUED : ODO_JOB_SUSPENDED;
        forget_error(data);
    }
}

static void note_all_saved(struct job *data)
{
    for (uint32_t i = 0; i < data->file_count; i++) {
        data->files[i]->is_unsaved = false;
        data->files[i]->is_redefined = false;
    }
    data->is_unsaved = false;
    data->saved_files = data->file_count;
    data->unsaved_first = 0;
    data->unsaved_end = 0;
}

/* Read a job that nobody owns. The caller holds `adopting`, and owns *job_out. */
static enum odo_status adopt(struct odo_engine *engine, const struct odo_job_id *id,
                             struct odo_job **job_out)
{
    struct journal *journal = NULL;
    struct odo_job *job = NULL;
    struct job data;
    enum odo_status status = journal_adopt(engine->store, id, &journal, &data);

    if (status != ODO_OK) {
        return status;
    }
    settle_state(&data, settle_files(&data));
    note_all_saved(&data); /* what was settled will be settled alike the next time */
    status = engine_make_job(engine, &data, &job); /* takes the data over */
    if (status != ODO_OK) {
        job_free(&data);
        journal_close(journal);
        return status;
    }
    job->journal = journal;
    job->locked.must_rewrite = journal_is_unfit(journal);
    if (engine_is_too_old(engine, &job->locked.job) ||
        job_state_is_final(job->locked.job.state)) {
        engine_remove_temporary_files(job);
        engine_store_remove(job);
        odo_job_release(job);
        return ODO_E_NOT_FOUND;
    }
    platform_mutex_lock(engine->lock);
    status = engine_make_room_locked(engine);
    if (status == ODO_OK) {
        status = engine_list_locked(job);
    }
    platform_mutex_unlock(engine->lock);
    if (status != ODO_OK) {
        engine_store_close(job);
        odo_job_release(job);
        return status;
    }
    *job_out = job;
    return ODO_OK;
}

enum odo_status engine_adopt(struct odo_engine *engine, const struct odo_job_id *id,
                             struct odo_job **job_out)
{
    enum odo_status status;
    struct odo_job *job = NULL;

    if (!engine->store) {
        return ODO_E_NOT_FOUND;
    }
    platform_mutex_lock(engine->adopting);
    status = engine_find(engine, id, job_out); /* somebody may have been faster */
    if (status != ODO_OK) {
        status = adopt(engine, id, &job);
    }
    platform_mutex_unlock(engine->adopting);
    if (job) {
        *job_out = job;
        if (engine->resume_adopted && odo_job_get_state(job) == ODO_JOB_QUEUED) {
            odo_job_resume(job); /* a failure shows in the job */
        }
    }
    return status;
}

struct id_list {
    struct odo_job_id *ids;
    size_t count;
    size_t capacity;
    bool is_short_of_memory;
};

static bool collect_id(void *context, const struct odo_job_id *id)
{
    struct id_list *list = context;

    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 16;
        struct odo_job_id *larger = memory_resize(list->ids, capacity, sizeof(*larger));

        if (!larger) {
            list->is_short_of_memory = true;
            return false;
        }
        list->ids = larger;
        list->capacity = capacity;
    }
    list->ids[list->count++] = *id;
    return true;
}

enum odo_status engine_adopt_all(struct odo_engine *engine)
{
    struct id_list list = {0};
    enum odo_status status;

    if (!engine->store) {
        return ODO_OK;
    }
    status = store_list(engine->store, collect_id, &list);
    if (status == ODO_OK && list.is_short_of_memory) {
        status = ODO_E_OUT_OF_MEMORY;
    }
    for (size_t i = 0; i < list.count && status == ODO_OK; i++) {
        struct odo_job *job = NULL;

        /* Another process's jobs, and what cannot be read, are not listed. */
        status = engine_adopt(engine, &list.ids[i], &job);
        odo_job_release(job);
        status = status == ODO_E_OUT_OF_MEMORY ? status : ODO_OK;
    }
    memory_free(list.ids);
    return status;
}

/* --- What could not be taken up ------------------------------------------------------- */

struct path_list {
    char **paths;
    size_t count;
    size_t capacity;
    bool is_short_of_memory;
};

static bool collect_path(void *context, const char *path)
{
    struct path_list *list = context;
    char *copy = text_copy(path);

    if (copy && list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 8;
        char **larger = memory_resize(list->paths, capacity, sizeof(char *));

        if (larger) {
            list->paths = larger;
            list->capacity = capacity;
        }
    }
    if (!copy || list->count == list->capacity) {
        memory_free(copy);
        list->is_short_of_memory = true;
        return false;
    }
    list->paths[list->count++] = copy;
    return true;
}

enum odo_status odo_engine_list_set_aside(struct odo_engine *engine, char ***paths_out,
                                          size_t *count_out)
{
    struct path_list list = {.paths = NULL};
    enum odo_status status = ODO_OK;

    if (engine->store) {
        status = store_list_set_aside(engine->store, collect_path, &list);
    }
    if (list.is_short_of_memory) {
        status = ODO_E_OUT_OF_MEMORY;
    }
    if (status == ODO_OK) {
        *paths_out = list.paths;
        *count_out = list.count;
        return ODO_OK;
    }
    while (list.count > 0) {
        memory_free(list.paths[--list.count]);
    }
    memory_free(list.paths);
    return status;
}
