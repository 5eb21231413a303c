/*
 * The keeper: a thread that records progress within a quarter of a second, so that a killed
 * process loses less than a second of work. Received data is flushed to disk when a file is
 * complete, and every half minute before; after a reboot, only records of flushed data count.
 */
#include "engine/engine_keeper.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"
#include "engine/engine_block.h"
#include "engine/engine_store.h"
#include "platform/clock.h"
#include "platform/file.h"

enum {
    SAVE_INTERVAL_MS = 50,
    FLUSH_INTERVAL_MS = 30 * 1000,
    FLUSH_FILES_MOST = 16, /* at once */
};

/* Find a few files of a job whose bytes are to be flushed; or only complete ones. */
static size_t find_unflushed_locked(const struct odo_job *job, bool whole_ones,
                                    uint32_t indices[FLUSH_FILES_MOST])
{
    const struct job *data = &job->locked.job;
    size_t count = 0;

    for (uint32_t i = 0; i < data->file_count && count < FLUSH_FILES_MOST; i++) {
        const struct job_file *file = data->files[i];

        if (job_file_has_begun(file) && (file->unwritten & JOB_FILE_BYTES) &&
            file->stage < JOB_FILE_COMPLETED &&
            (file->stage >= JOB_FILE_TRANSFERRED || !whole_ones)) {
            indices[count++] = i;
        }
    }
    return count;
}

/* Record that a file's bytes are on disk, and return its path, which the caller frees. */
static enum odo_status write_flushed(struct odo_job *job, uint32_t index, char **path_out)
{
    struct job *data = &job->locked.job;
    enum odo_status status = ODO_E_OUT_OF_MEMORY;

    platform_mutex_lock(job->engine->lock);
    if (index >= data->file_count) { /* it was removed because it could not be started */
        platform_mutex_unlock(job->engine->lock);
        return ODO_E_NOT_FOUND;
    }
    *path_out = text_copy(data->files[index]->temporary_path);
    if (*path_out) {
        /* The record being written covers them. */
        data->files[index]->unwritten &= ~(unsigned)JOB_FILE_BYTES;
        status = journal_write_progress(journal_buffer(job->journal), journal_row(job->journal),
                                        data, index, store_boot_id(job->engine->store));
    }
    platform_mutex_unlock(job->engine->lock);
    return status;
}

static void note_unflushed(struct odo_job *job, uint32_t index)
{
    struct job *data = &job->locked.job;

    platform_mutex_lock(job->engine->lock);
    if (index < data->file_count) { /* see above */
        data->files[index]->unwritten |= JOB_FILE_BYTES;
    }
    platform_mutex_unlock(job->engine->lock);
}

/* Flush the bytes of a file and record that its previous checkpoint is now durable. */
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
        note_unflushed(job, index);
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
    if (status != ODO_OK) { /* repeated with the files that are not complete */
        log_write(LOG_WARNING, "what was fetched could not be flushed: %s",
                  status_name(status));
    } else if (count == FLUSH_FILES_MOST) {
        platform_mutex_lock(job->engine->lock);
        engine_wake_keeper_locked(job); /* for the remaining files */
        platform_mutex_unlock(job->engine->lock);
    }
}

/* Save, flush and compact the journal as due. `journal_lock` is held. */
static void keep_journal(struct odo_job *job, uint64_t now_ms)
{
    bool is_time = now_ms - job->flushed_at_ms >= FLUSH_INTERVAL_MS;
    bool was_behind;
    enum odo_status status;

    platform_mutex_lock(job->engine->lock);
    was_behind = job->locked.must_rewrite;
    platform_mutex_unlock(job->engine->lock);
    status = engine_save_unsaved(job);
    if (status == ODO_OK && (is_time || !job->flush_has_failed)) {
        job->flushed_at_ms = is_time ? now_ms : job->flushed_at_ms;
        flush_files(job, !is_time);
    }
    if (status == ODO_OK && journal_is_long(job->journal)) {
        status = engine_rewrite_journal(job);
    }
    if (status != ODO_OK && !was_behind) { /* logged once, retried several times a second */
        log_write(LOG_WARNING, "a job could not be recorded; trying again: %s",
                  status_name(status));
    }
}

/*
 * The keeper's work for one job, several times a second while it changes. True if there are
 * bytes to flush later.
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

/* The next job with something to save, with a reference for the caller. */
static struct odo_job *next_unsaved_locked(struct odo_engine *engine)
{
    struct odo_job *job = engine->locked.unsaved;

    if (job) {
        odo_job_add_ref(job);
        engine_forget_unsaved_locked(job);
    }
    return job;
}

/* Nothing has changed for a while: look for bytes not flushed yet. */
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
        /* Jobs queued again meanwhile have to wait for the next round. */
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
