/*
 * The calls of odo.h that make, find, ask and set up jobs.
 */
#include "engine/engine.h"

#include "base/memory.h"
#include "base/text.h"
#include "platform/clock.h"
#include "platform/random.h"

#include <assert.h>
#include <string.h>

/* --- Making and finding --------------------------------------------------------------- */

/* A random UUID of version 4 (RFC 9562), laid out as a Windows GUID. */
static enum odo_status make_id(struct odo_job_id *id_out)
{
    enum odo_status status = platform_random_fill(id_out->bytes, sizeof(id_out->bytes));

    if (status == ODO_OK) {
        id_out->bytes[7] = (uint8_t)((id_out->bytes[7] & 0x0f) | 0x40);
        id_out->bytes[8] = (uint8_t)((id_out->bytes[8] & 0x3f) | 0x80);
    }
    return status;
}

/* A runner for each of the files that a job begins with. */
static bool make_runners(struct odo_job *job, uint32_t count)
{
    struct engine_runner **runners;

    if (count == 0) {
        return true;
    }
    runners = memory_allocate_zeroed(count, sizeof(struct engine_runner *));
    if (!runners) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        runners[i] = memory_allocate_zeroed(1, sizeof(*runners[i]));
        if (!runners[i]) {
            while (i > 0) {
                memory_free(runners[--i]);
            }
            memory_free(runners);
            return false;
        }
        runners[i]->job = job;
        runners[i]->index = i;
    }
    job->locked.runners = runners;
    job->locked.runner_capacity = count;
    return true;
}

enum odo_status engine_make_job(struct odo_engine *engine, struct job *data,
                                struct odo_job **job_out)
{
    struct odo_job *job = memory_allocate_zeroed(1, sizeof(*job));

    if (!job) {
        return ODO_E_OUT_OF_MEMORY;
    }
    job->operation = platform_mutex_create();
    job->journal_lock = platform_mutex_create();
    if (!job->operation || !job->journal_lock || !make_runners(job, data->file_count)) {
        platform_mutex_free(job->journal_lock);
        platform_mutex_free(job->operation);
        memory_free(job);
        return ODO_E_OUT_OF_MEMORY;
    }
    atomic_init(&job->references, 1);
    atomic_fetch_add(&engine->references, 1);
    job->engine = engine;
    job->id = data->id;
    job->locked.job = *data;
    *job_out = job;
    return ODO_OK;
}

enum odo_status odo_job_create(struct odo_engine *engine, const char *display_name,
                               struct odo_job **job_out)
{
    struct odo_job *job = NULL;
    struct odo_job_id id;
    struct job data;
    enum odo_status status = make_id(&id);

    if (status != ODO_OK) {
        return status;
    }
    job_init(&data, &id, platform_clock_wall_us());
    status = job_set_text(&data, ODO_JOB_DISPLAY_NAME, display_name);
    if (status == ODO_E_STRING_TOO_LONG) {
        status = ODO_E_INVALID_ARGUMENT; /* at creation, that is what clients are told */
    }
    if (status == ODO_OK) {
        status = engine_make_job(engine, &data, &job);
    }
    if (status != ODO_OK) {
        job_free(&data);
        return status;
    }
    status = engine_store_create(job);
    if (status == ODO_OK) {
        platform_mutex_lock(engine->lock);
        status = engine_list_locked(job);
        platform_mutex_unlock(engine->lock);
    }
    if (status != ODO_OK) {
        engine_store_remove(job);
        odo_job_release(job);
        return status;
    }
    *job_out = job;
    return ODO_OK;
}

enum odo_status engine_find(struct odo_engine *engine, const struct odo_job_id *id,
                            struct odo_job **job_out)
{
    enum odo_status status = ODO_E_NOT_FOUND;

    platform_mutex_lock(engine->lock);
    for (size_t i = 0; i < engine->locked.job_count; i++) {
        struct odo_job *job = engine->locked.jobs[i];

        if (memcmp(job->id.bytes, id->bytes, sizeof(id->bytes)) == 0) {
            *job_out = odo_job_add_ref(job);
            status = ODO_OK;
            break;
        }
    }
    platform_mutex_unlock(engine->lock);
    return status;
}

enum odo_status odo_job_find(struct odo_engine *engine, const struct odo_job_id *id,
                             struct odo_job **job_out)
{
    enum odo_status status = engine_find(engine, id, job_out);

    if (status == ODO_E_NOT_FOUND) {
        status = engine_adopt(engine, id, job_out);
    }
    return status == ODO_OK || status == ODO_E_OUT_OF_MEMORY ? status : ODO_E_NOT_FOUND;
}

enum odo_status odo_job_list(struct odo_engine *engine, struct odo_job ***jobs_out,
                             size_t *count_out)
{
    struct odo_job **jobs = NULL;
    enum odo_status status = engine_adopt_all(engine);
    size_t count;

    if (status != ODO_OK) {
        return status;
    }
    platform_mutex_lock(engine->lock);
    count = engine->locked.job_count;
    if (count > 0) {
        jobs = memory_allocate(count, sizeof(struct odo_job *));
        status = jobs ? ODO_OK : ODO_E_OUT_OF_MEMORY;
    }
    if (status == ODO_OK) {
        for (size_t i = 0; i < count; i++) {
            jobs[i] = odo_job_add_ref(engine->locked.jobs[i]);
        }
        *jobs_out = jobs;
        *count_out = count;
    }
    platform_mutex_unlock(engine->lock);
    return status;
}

/* --- Asking --------------------------------------------------------------------------- */

enum odo_status odo_job_wait(struct odo_job *job, uint32_t timeout_ms)
{
    uint64_t deadline_ms = platform_clock_milliseconds() + timeout_ms;
    enum odo_status status = ODO_OK;

    platform_mutex_lock(job->engine->lock);
    while (job_state_is_running(job->locked.job.state) && status == ODO_OK) {
        if (job->engine->locked.has_stopped) {
            status = ODO_E_SHUTTING_DOWN;
        } else if (!platform_condition_wait_until(job->engine->changed, job->engine->lock,
                                                  deadline_ms)) {
            status = ODO_E_TIMED_OUT;
        }
    }
    platform_mutex_unlock(job->engine->lock);
    return status;
}

void odo_job_get_id(struct odo_job *job, struct odo_job_id *id_out)
{
    *id_out = job->id;
}

enum odo_job_state odo_job_get_state(struct odo_job *job)
{
    enum odo_job_state state;

    platform_mutex_lock(job->engine->lock);
    state = job->locked.job.state;
    platform_mutex_unlock(job->engine->lock);
    return state;
}

void odo_job_get_progress(struct odo_job *job, struct odo_job_progress *progress_out)
{
    platform_mutex_lock(job->engine->lock);
    *progress_out = job_progress(&job->locked.job);
    platform_mutex_unlock(job->engine->lock);
}

void odo_job_get_times(struct odo_job *job, struct odo_job_times *times_out)
{
    platform_mutex_lock(job->engine->lock);
    *times_out = job->locked.job.times;
    platform_mutex_unlock(job->engine->lock);
}

uint32_t odo_job_get_error_count(struct odo_job *job)
{
    uint32_t count;

    platform_mutex_lock(job->engine->lock);
    count = job->locked.job.error_count;
    platform_mutex_unlock(job->engine->lock);
    return count;
}

enum odo_status odo_job_get_error(struct odo_job *job, struct odo_error *error_out,
                                  uint32_t *file_index_out)
{
    const struct job *data = &job->locked.job;
    enum odo_status status = ODO_E_NO_ERROR;

    platform_mutex_lock(job->engine->lock);
    if (data->state == ODO_JOB_ERROR || data->state == ODO_JOB_TRANSIENT_ERROR) {
        *error_out = data->error;
        if (file_index_out) {
            *file_index_out = data->error_file;
        }
        status = ODO_OK;
    }
    platform_mutex_unlock(job->engine->lock);
    return status;
}

/* --- What a client may set ------------------------------------------------------------ */

uint32_t odo_job_get_number(struct odo_job *job, enum odo_job_number which)
{
    uint32_t value;

    assert(which < ODO_JOB_NUMBER_COUNT);
    platform_mutex_lock(job->engine->lock);
    value = job_number(&job->locked.job, which);
    platform_mutex_unlock(job->engine->lock);
    return value;
}

/* Tell what runs how to behave from now on. */
static void change_runners_locked(struct odo_job *job)
{
    struct transfer_settings settings = engine_settings_locked(job);

    for (uint32_t i = 0; i < job->locked.job.file_count; i++) {
        struct engine_runner *runner = job->locked.runners[i];

        if (runner->transfer) {
            downloader_change(job->engine->locked.downloader, runner->transfer, &settings);
        }
    }
}

enum odo_status odo_job_set_number(struct odo_job *job, enum odo_job_number which,
                                   uint32_t value)
{
    struct engine_events events = {.count = 0};
    enum odo_status status;

    platform_mutex_lock(job->operation);
    platform_mutex_lock(job->engine->lock);
    status = engine_check_alive_locked(job);
    if (status == ODO_OK) {
        status = job_set_number(&job->locked.job, which, value);
    }
    if (status == ODO_OK) {
        change_runners_locked(job);
        engine_touch_locked(job, &events);
    }
    engine_unlock_and_deliver(job->engine, &events);
    if (status == ODO_OK) {
        status = engine_save(job);
    }
    platform_mutex_unlock(job->operation);
    return status;
}

enum odo_status odo_job_get_text(struct odo_job *job, enum odo_job_text which, char **text_out)
{
    char *copy;

    assert(which < ODO_JOB_TEXT_COUNT);
    platform_mutex_lock(job->engine->lock);
    copy = text_copy(job->locked.job.texts[which] ? job->locked.job.texts[which] : "");
    platform_mutex_unlock(job->engine->lock);
    if (!copy) {
        return ODO_E_OUT_OF_MEMORY;
    }
    *text_out = copy;
    return ODO_OK;
}

enum odo_status odo_job_set_text(struct odo_job *job, enum odo_job_text which, const char *text)
{
    struct engine_events events = {.count = 0};
    enum odo_status status;

    platform_mutex_lock(job->engine->lock);
    status = engine_check_alive_locked(job);
    if (status == ODO_OK) {
        status = job_set_text(&job->locked.job, which, text);
    }
    if (status == ODO_OK) {
        engine_touch_locked(job, &events);
    }
    engine_unlock_and_deliver(job->engine, &events);
    return status == ODO_OK ? engine_save(job) : status;
}
