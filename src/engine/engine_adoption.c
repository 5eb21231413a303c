/*
 * Loads jobs from the store, compares them with the disk and lists them; reports those that
 * cannot be read.
 */
#include "engine/engine_adoption.h"

#include "base/memory.h"
#include "base/text.h"
#include "engine/engine_job.h"
#include "engine/engine_store.h"
#include "engine/engine_temporary.h"

/*
 * True if something has to be fetched, perhaps again. Differences from the record are saved, as
 * the next temporary file with that name will be a different one.
 */
static bool settle_files(struct job *data)
{
    bool is_missing = false;

    for (uint32_t i = 0; i < data->file_count; i++) {
        struct job_file *file = data->files[i];
        enum job_file_stage stage = file->stage;
        bool had_begun = job_file_has_begun(file);
        uint64_t had = file->bytes_had;

        engine_settle_file(data, file);
        if (file->stage != stage || file->bytes_had != had) {
            job_note_unwritten(data, i, JOB_FILE_PROGRESS);
        }
        is_missing = is_missing || (had_begun && file->stage < JOB_FILE_TRANSFERRED);
    }
    return is_missing;
}

static bool every_file_has_a_place(const struct job *data)
{
    for (uint32_t i = 0; i < data->file_count; i++) {
        if (!data->files[i]->local_path && data->files[i]->stage < JOB_FILE_TRANSFERRED) {
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

/* The state after the process that ran the job has ended. */
static void settle_state(struct job *data, bool is_missing)
{
    enum odo_job_state before = data->state;
    bool was_running = job_state_is_running(before);

    if (was_running && data->file_count > 0 && data->totals.transferred == data->file_count) {
        data->state = ODO_JOB_TRANSFERRED; /* it ended before this was recorded */
        data->times.transferred_us = data->times.modified_us;
        forget_error(data);
    } else if (was_running || (data->state == ODO_JOB_TRANSFERRED && is_missing)) {
        data->state = every_file_has_a_place(data) ? ODO_JOB_QUEUED : ODO_JOB_SUSPENDED;
        forget_error(data);
    }
    if (data->state != before && data->unsaved_end > data->unsaved_first) {
        data->is_unsaved = true; /* together with the files, or the next process would consider
                                    it transferred */
    }
}

/* Load a job that no process owns. The caller holds `adopting` and owns *job_out. */
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
    job_note_saved(&data);
    settle_state(&data, settle_files(&data)); /* gives the same result next time unless saved */
    status = engine_make_job(engine, &data, &job); /* takes ownership of the data */
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
    if (job->locked.job.unsaved_end > job->locked.job.unsaved_first) {
        engine_save_or_log(job); /* before a file starts again; the job is not shared yet */
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
    status = engine_find(engine, id, job_out); /* another thread may have been faster */
    if (status != ODO_OK) {
        status = adopt(engine, id, &job);
    }
    platform_mutex_unlock(engine->adopting);
    if (job) {
        *job_out = job;
        if (engine->resume_adopted && odo_job_get_state(job) == ODO_JOB_QUEUED) {
            odo_job_resume(job); /* a failure shows in the job's state */
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

        /* Jobs of other processes and unreadable ones are not listed. */
        status = engine_adopt(engine, &list.ids[i], &job);
        odo_job_release(job);
        status = status == ODO_E_OUT_OF_MEMORY ? status : ODO_OK;
    }
    memory_free(list.ids);
    return status;
}

/* --- Jobs that could not be loaded ---------------------------------------------------- */

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
