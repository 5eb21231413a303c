/*
 * The functions of odo.h that create, find, query and configure jobs.
 */
#include "engine/engine_adoption.h"
#include "engine/engine_block.h"
#include "engine/engine_job.h"
#include "engine/engine_life.h"
#include "engine/engine_runner.h"
#include "engine/engine_store.h"
#include "engine/engine_streams.h"
#include "engine/engine_temporary.h"

#include "base/memory.h"
#include "base/text.h"
#include "platform/clock.h"
#include "platform/random.h"

#include <assert.h>
#include <string.h>

/* --- Creating and finding ------------------------------------------------------------- */

/* A random UUID, version 4 (RFC 9562), in the layout of a Windows GUID. */
static enum odo_status make_id(struct odo_job_id *id_out)
{
    enum odo_status status = platform_random_fill(id_out->bytes, sizeof(id_out->bytes));

    if (status == ODO_OK) {
        id_out->bytes[7] = (uint8_t)((id_out->bytes[7] & 0x0f) | 0x40);
        id_out->bytes[8] = (uint8_t)((id_out->bytes[8] & 0x3f) | 0x80);
    }
    return status;
}

/* Initialize a new job from the options. */
static enum odo_status set_up(struct job *data, const struct odo_job_options *options)
{
    enum odo_status status = ODO_OK;

    if (options->display_name) {
        status = job_set_text(data, ODO_JOB_DISPLAY_NAME, options->display_name);
    }
    if (status == ODO_E_STRING_TOO_LONG) {
        status = ODO_E_INVALID_ARGUMENT; /* the error code that clients expect at creation */
    }
    if (status == ODO_OK && options->kind != 0) {
        status = job_set_number(data, ODO_JOB_KIND, options->kind);
    }
    if (status == ODO_OK && options->is_volatile) {
        status = job_set_number(data, ODO_JOB_VOLATILE, 1);
    }
    return status;
}

/* Reserve room first: a stored record might be impossible to take back. */
static enum odo_status record_and_list(struct odo_job *job)
{
    struct odo_engine *engine = job->engine;
    enum odo_status status;

    platform_mutex_lock(engine->lock);
    status = engine_make_room_locked(engine);
    platform_mutex_unlock(engine->lock);
    if (status != ODO_OK) {
        return status;
    }
    status = engine_store_create(job);
    platform_mutex_lock(engine->lock);
    if (status == ODO_OK) {
        status = engine_list_locked(job);
    } else {
        engine_give_room_back_locked(engine);
    }
    platform_mutex_unlock(engine->lock);
    if (status != ODO_OK) {
        engine_store_remove(job);
    }
    return status;
}

enum odo_status odo_job_create_with(struct odo_engine *engine,
                                    const struct odo_job_options *options,
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
    status = set_up(&data, options);
    if (status == ODO_OK) {
        status = engine_make_job(engine, &data, &job);
    }
    if (status != ODO_OK) {
        job_free(&data);
        return status;
    }
    status = record_and_list(job);
    if (status != ODO_OK) {
        odo_job_release(job);
        return status;
    }
    *job_out = job;
    return ODO_OK;
}

enum odo_status odo_job_create(struct odo_engine *engine, const char *display_name,
                               struct odo_job **job_out)
{
    struct odo_job_options options = {.display_name = display_name};

    return display_name ? odo_job_create_with(engine, &options, job_out)
                        : ODO_E_INVALID_ARGUMENT;
}

enum odo_status odo_job_find(struct odo_engine *engine, const struct odo_job_id *id,
                             struct odo_job **job_out)
{
    enum odo_status status;

    engine_expire_all(engine);
    status = engine_find(engine, id, job_out);
    if (status == ODO_E_NOT_FOUND) {
        status = engine_adopt(engine, id, job_out);
    }
    return status == ODO_OK || status == ODO_E_OUT_OF_MEMORY ? status : ODO_E_NOT_FOUND;
}

enum odo_status odo_job_list(struct odo_engine *engine, struct odo_job ***jobs_out,
                             size_t *count_out)
{
    struct odo_job **jobs = NULL;
    enum odo_status status;
    size_t count;

    engine_expire_all(engine);
    status = engine_adopt_all(engine);
    if (status != ODO_OK) {
        return status;
    }
    platform_mutex_lock(engine->lock);
    engine_sort_jobs_locked(engine);
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

/* --- Queries -------------------------------------------------------------------------- */

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
    for (uint32_t i = 0; i < job->locked.job.file_count; i++) {
        engine_count_stream_locked(job, i);
    }
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
    if (data->state == ODO_JOB_ERROR || data->state == ODO_JOB_TRANSIENT_ERROR ||
        data->error.status == ODO_E_TOO_OLD) {
        *error_out = data->error;
        if (file_index_out) {
            *file_index_out = data->error_file;
        }
        status = ODO_OK;
    }
    platform_mutex_unlock(job->engine->lock);
    return status;
}

/* --- Settings ------------------------------------------------------------------------- */

uint32_t odo_job_get_number(struct odo_job *job, enum odo_job_number which)
{
    uint32_t value;

    assert(which < ODO_JOB_NUMBER_COUNT);
    platform_mutex_lock(job->engine->lock);
    value = job_number(&job->locked.job, which);
    platform_mutex_unlock(job->engine->lock);
    return value;
}

/* Apply changed settings to running transfers. */
static void change_runners_locked(struct odo_job *job)
{
    struct download_settings settings = engine_settings_locked(job);

    for (uint32_t i = 0; i < job->locked.job.file_count; i++) {
        struct engine_runner *runner = job->locked.runners[i];

        if (runner->transfer) {
            downloader_change(job->engine->locked.downloader, runner->transfer, &settings);
        }
    }
}

/* Settings that are part of requests: running transfers restart when they change. */
static bool number_concerns_requests(enum odo_job_number which)
{
    return which == ODO_JOB_SECURITY_FLAGS || which == ODO_JOB_INSECURE_REDIRECTS;
}

static bool text_concerns_requests(enum odo_job_text which)
{
    return which == ODO_JOB_HEADERS || which == ODO_JOB_AUTHENTICATION_HEADERS ||
           which == ODO_JOB_CORRELATION_VECTOR || which == ODO_JOB_CLIENT_CERTIFICATE;
}

/* Points to a number in the job. */
struct number {
    uint32_t value;
    bool is_set;
};

static struct number number_locked(const struct odo_job *job, enum odo_job_number which)
{
    return (struct number){job->locked.job.numbers[which],
                           job->locked.job.number_is_set[which]};
}

static enum odo_status check_number_locked(const struct odo_job *job, enum odo_job_number which)
{
    enum odo_status status = engine_check_alive_locked(job);
    bool is_fixed =
        which == ODO_JOB_KIND || which == ODO_JOB_HAS_STARTED ||
        (which == ODO_JOB_VOLATILE && job_number(&job->locked.job, ODO_JOB_HAS_STARTED) == 1);

    return status == ODO_OK && is_fixed ? ODO_E_INVALID_STATE : status;
}

/* Propagate a changed value to transfers and store. `operation` is held. */
static enum odo_status follow_number(struct odo_job *job, enum odo_job_number which)
{
    enum odo_status status = ODO_OK;

    if (which == ODO_JOB_VOLATILE) {
        if (!engine_keeps_locked(job)) { /* changes only while `operation` is held */
            status = engine_store_give_up(job);
        } else if (!job->journal) {
            status = engine_store_create(job);
        }
        if (status == ODO_OK) {
            engine_end_leftovers(job, true); /* nothing has been started: HAS_STARTED is 0 */
        }
        return status;
    }
    return engine_save(job);
}

static void put_number_back(struct odo_job *job, enum odo_job_number which,
                            struct number earlier)
{

    platform_mutex_lock(job->engine->lock);
    job->locked.job.numbers[which] = earlier.value;
    job->locked.job.number_is_set[which] = earlier.is_set;
    change_runners_locked(job);
    engine_touch_locked(job);
    platform_mutex_unlock(job->engine->lock);
}

/* `operation` is held. */
static enum odo_status set_number(struct odo_job *job, enum odo_job_number which,
                                  uint32_t value)
{
    struct number earlier = {.is_set = false};
    enum odo_status status;

    platform_mutex_lock(job->engine->lock);
    status = check_number_locked(job, which);
    if (status == ODO_OK) {
        earlier = number_locked(job, which);
        status = job_set_number(&job->locked.job, which, value);
    }
    if (status == ODO_OK) {
        change_runners_locked(job);
        engine_touch_locked(job);
        engine_expiry_changed_locked(job->engine); /* the new limit may already be exceeded */
        engine_wake_keeper_locked(job);
    }
    platform_mutex_unlock(job->engine->lock);
    if (status == ODO_OK) {
        status = follow_number(job, which);
        if (status != ODO_OK) {
            put_number_back(job, which, earlier);
        }
    }
    return status;
}

enum odo_status odo_job_set_number(struct odo_job *job, enum odo_job_number which,
                                   uint32_t value)
{
    enum odo_status status;
    bool begins_again;

    if (which >= ODO_JOB_NUMBER_COUNT) {
        return ODO_E_INVALID_ARGUMENT;
    }
    platform_mutex_lock(job->operation);
    begins_again = number_concerns_requests(which) && odo_job_get_number(job, which) != value;
    if (begins_again) {
        engine_stop_runners(job);
    }
    status = set_number(job, which, value);
    if (begins_again) {
        engine_begin_again(job);
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

/* Swap a string of the job; NULL for none. */
static void exchange_text(struct odo_job *job, enum odo_job_text which, char **text)
{
    char *earlier;

    platform_mutex_lock(job->engine->lock);
    earlier = job->locked.job.texts[which];
    job->locked.job.texts[which] = *text;
    *text = earlier;
    engine_touch_locked(job);
    platform_mutex_unlock(job->engine->lock);
}

/* `operation` is held, so the strings cannot change. */
static bool text_is(const struct odo_job *job, enum odo_job_text which, const char *text)
{
    const char *present = job->locked.job.texts[which];

    return strcmp(present ? present : "", text) == 0;
}

enum odo_status odo_job_set_text(struct odo_job *job, enum odo_job_text which, const char *text)
{
    char *copy = NULL;
    enum odo_status status;
    bool begins_again;

    platform_mutex_lock(job->operation);
    platform_mutex_lock(job->engine->lock);
    status = engine_check_alive_locked(job);
    platform_mutex_unlock(job->engine->lock);
    if (status == ODO_OK) {
        status = job_make_text(which, text, &copy);
    }
    if (status != ODO_OK) {
        platform_mutex_unlock(job->operation);
        return status;
    }
    begins_again = text_concerns_requests(which) && !text_is(job, which, copy);
    if (begins_again) {
        engine_stop_runners(job); /* running transfers borrow the string */
    }
    exchange_text(job, which, &copy);
    status = engine_save(job);
    if (status != ODO_OK) {
        exchange_text(job, which, &copy);
    }
    if (begins_again) {
        engine_begin_again(job);
    }
    platform_mutex_unlock(job->operation);
    memory_free(copy);
    return status;
}
