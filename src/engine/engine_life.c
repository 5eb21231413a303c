/*
 * The lifecycle of a job: resuming, suspending, completing and cancelling. Each call holds
 * `operation`, decides under the lock, and does the slow work without it.
 */
#include "engine/engine_life.h"
#include "engine/engine_place.h"
#include "engine/engine_runner.h"
#include "engine/engine_store.h"
#include "engine/engine_streams.h"
#include "engine/engine_temporary.h"

#include "base/status.h"
#include "platform/clock.h"

/* --- Starting ------------------------------------------------------------------------- */

enum odo_status engine_check_mandatory(const struct odo_integrity *integrity,
                                       const struct byte_range *ranges, uint32_t range_count)
{
    bool is_whole = range_count == 0 || (range_count == 1 && ranges[0].offset == 0 &&
                                         ranges[0].length == BYTE_RANGE_TO_END);

    if (!integrity->is_mandatory) {
        return ODO_OK;
    }
    if (!integrity->info) {
        return ODO_E_INTEGRITY_UNSPECIFIED;
    }
    return is_whole ? ODO_OK : ODO_E_INTEGRITY_WITH_RANGES;
}

/* The HTTP settings of the job; borrows its strings. `operation` is held. */
static struct http_settings http_settings_of(const struct odo_job *job)
{
    const struct job *data = &job->locked.job;

    return (struct http_settings){
        .headers = data->texts[ODO_JOB_HEADERS],
        .authentication_headers = data->texts[ODO_JOB_AUTHENTICATION_HEADERS],
        .correlation_vector = data->texts[ODO_JOB_CORRELATION_VECTOR],
        .client_certificate = data->texts[ODO_JOB_CLIENT_CERTIFICATE],
        .security_flags = job_number(data, ODO_JOB_SECURITY_FLAGS),
        .allow_insecure_redirects = job_number(data, ODO_JOB_INSECURE_REDIRECTS) == 1 ||
                                    job->engine->downloader_options.allow_insecure_redirects,
    };
}

/* A checkpoint that does not match the wanted ranges is useless: fetch everything. */
static void drop_checkpoint(struct odo_job *job, struct job_file *file)
{
    platform_mutex_lock(job->engine->lock); /* the keeper may be recording it */
    checkpoint_restart(&file->checkpoint);
    platform_mutex_unlock(job->engine->lock);
}

/*
 * Start the transfer of one file. `operation` is held and the lock is not, since computing the
 * layout of many ranges takes a while. No other thread adds or removes this runner's transfer
 * before its first report.
 */
static enum odo_status start_runner(struct odo_job *job, struct engine_runner *runner,
                                    struct downloader *downloader,
                                    const struct download_settings *settings)
{
    struct job_file *file = job->locked.job.files[runner->index];
    struct download_options options = {
        .url = file->url,
        .ranges = file->ranges,
        .range_count = file->range_count,
        .wanted = &file->wanted,
        .stated_size = file->stated_size,
        .integrity_info = file->integrity_info,
        .integrity_is_mandatory = file->integrity_is_mandatory,
        .temporary_path = file->temporary_path,
        .stream = runner->stream,
        .output_base = runner->stream ? runner->stream_base : file->output_base,
        .checkpoint = &file->checkpoint,
        .group = job,
        .settings = *settings,
        .http = http_settings_of(job),
        .on_update = engine_on_update,
        .context = runner,
    };
    struct fetch *transfer = NULL;
    enum odo_status status = engine_record_temporary(job, runner);

    if (status == ODO_OK) {
        status = engine_check_begun(job, file);
    }

    if (status == ODO_OK) {
        status = downloader_prepare(downloader, &options, &transfer);
    }
    if (status == ODO_E_DAMAGED || status == ODO_E_INVALID_RANGE) {
        drop_checkpoint(job, file);
        status = downloader_prepare(downloader, &options, &transfer);
    }
    if (status == ODO_OK) {
        platform_mutex_lock(job->engine->lock);
        runner->since_ms = platform_clock_milliseconds();
        runner->transfer = transfer;
        downloader_begin(downloader, transfer);
        platform_mutex_unlock(job->engine->lock);
    }
    return status;
}

/* True when files of the job may be fetched now. */
static bool may_run_locked(const struct odo_job *job)
{
    return job->locked.block == ODO_OK && (job->locked.job.state == ODO_JOB_TRANSFERRING ||
                                           job->locked.job.state == ODO_JOB_TRANSIENT_ERROR);
}

/* Start every incomplete file. `operation` is held. */
static enum odo_status start_runners(struct odo_job *job, struct downloader *downloader,
                                     const struct download_settings *settings)
{
    enum odo_status status = ODO_OK;
    uint32_t count;

    platform_mutex_lock(job->engine->lock);
    count = job->locked.job.file_count; /* grows only while `operation` is held */
    platform_mutex_unlock(job->engine->lock);
    for (uint32_t i = 0; i < count && status == ODO_OK; i++) {
        struct engine_runner *runner = job->locked.runners[i];
        bool must_start;

        platform_mutex_lock(job->engine->lock);
        must_start = may_run_locked(job) && !runner->transfer &&
                     job->locked.job.files[i]->stage < JOB_FILE_TRANSFERRED;
        platform_mutex_unlock(job->engine->lock);
        if (must_start) {
            status = start_runner(job, runner, downloader, settings);
        }
    }
    return status;
}

enum odo_status engine_start_file(struct odo_job *job, uint32_t index)
{
    struct odo_engine *engine = job->engine;
    struct engine_runner *runner;
    struct downloader *downloader;
    struct download_settings settings;
    bool is_running;

    platform_mutex_lock(engine->lock);
    runner = job->locked.runners[index];
    is_running =
        may_run_locked(job) && job->locked.job.files[index]->stage < JOB_FILE_TRANSFERRED;
    downloader = engine->locked.downloader;
    settings = engine_settings_locked(job);
    platform_mutex_unlock(engine->lock);
    return is_running ? start_runner(job, runner, downloader, &settings) : ODO_OK;
}

void engine_begin_again(struct odo_job *job)
{
    struct odo_engine *engine = job->engine;
    struct downloader *downloader;
    struct download_settings settings;
    enum odo_status status;

    platform_mutex_lock(engine->lock);
    downloader = engine->locked.downloader;
    settings = engine_settings_locked(job);
    platform_mutex_unlock(engine->lock);
    status = start_runners(job, downloader, &settings);
    if (status == ODO_OK) {
        return;
    }
    platform_mutex_lock(engine->lock);
    if (engine_apply_locked(job, JOB_FAIL) == ODO_OK) {
        job->locked.job.error = (struct odo_error){.status = status};
        job->locked.job.error_file = UINT32_MAX;
        engine_touch_locked(job);
    }
    platform_mutex_unlock(engine->lock);
    engine_stop_runners(job);
}

static void wait_for_stopping_locked(struct odo_job *job)
{
    while (job->locked.stopping > 0) {
        platform_condition_wait(job->engine->removed, job->engine->lock);
    }
}

/* Nothing could be started: revert the state set by resuming. */
static void resume_failed(struct odo_job *job)
{

    platform_mutex_lock(job->engine->lock);
    engine_apply_locked(job, JOB_SUSPEND);
    platform_mutex_unlock(job->engine->lock);
    engine_stop_runners(job);
}

static bool every_file_has_a_sink_locked(const struct odo_job *job)
{
    const struct job *data = &job->locked.job;

    for (uint32_t i = 0; i < data->file_count; i++) {
        if (!data->files[i]->local_path && !job->locked.runners[i]->stream) {
            return false;
        }
    }
    return true;
}

static enum odo_status check_integrity_locked(const struct odo_job *job)
{
    const struct job *data = &job->locked.job;
    enum odo_status status = ODO_OK;

    for (uint32_t i = 0; i < data->file_count && status == ODO_OK; i++) {
        const struct job_file *file = data->files[i];

        if (file->stage < JOB_FILE_TRANSFERRED) {
            status = engine_check_mandatory(
                &(struct odo_integrity){file->integrity_info, file->integrity_is_mandatory},
                file->ranges, file->range_count);
        }
    }
    return status;
}

/* `operation` is held. What was found out about the files is recorded before one restarts and
 * replaces its temporary file, if `saves_first`; and together with the state, as a job recorded
 * as transferred would be completed without them. */
static enum odo_status resume(struct odo_job *job, bool saves_first)
{
    struct odo_engine *engine = job->engine;
    struct job *data = &job->locked.job;
    struct downloader *downloader = NULL;
    struct download_settings settings;
    enum odo_status status;

    platform_mutex_lock(engine->lock);
    wait_for_stopping_locked(job);
    status = engine_check_alive_locked(job);
    if (status == ODO_OK && data->file_count == 0) {
        status = ODO_E_NO_FILES;
    }
    if (status == ODO_OK && !every_file_has_a_sink_locked(job)) {
        status = ODO_E_NO_SINK;
    }
    if (status == ODO_OK) {
        status = check_integrity_locked(job);
    }
    if (status != ODO_OK || data->state == ODO_JOB_TRANSFERRING ||
        data->totals.transferred == data->file_count) {
        platform_mutex_unlock(engine->lock);
        return status;
    }
    job->locked.blocked_since_ms = platform_clock_milliseconds();
    engine_expiry_changed_locked(engine);
    if (job->locked.block != ODO_OK && data->state == ODO_JOB_TRANSIENT_ERROR) {
        engine_wake_keeper_locked(job); /* still in error state, with a new time limit */
        platform_mutex_unlock(engine->lock);
        return ODO_OK;
    }
    status = engine->begin_work(engine);
    downloader = engine->locked.downloader;
    if (status == ODO_OK) {
        status = engine_apply_locked(job, JOB_RESUME);
    }
    if (status == ODO_OK) {
        data->error = (struct odo_error){.status = ODO_OK};
        data->error_file = UINT32_MAX;
        engine_touch_locked(job);
        engine_apply_block_locked(job);
    }
    settings = engine_settings_locked(job);
    platform_mutex_unlock(engine->lock);
    if (status != ODO_OK) {
        return status;
    }
    if (saves_first) {
        engine_save_or_log(job);
    }
    status = start_runners(job, downloader, &settings);
    if (status != ODO_OK) {
        resume_failed(job);
    }
    return status;
}

static void note_started(struct odo_job *job)
{
    struct job *data = &job->locked.job;

    platform_mutex_lock(job->engine->lock);
    if (job_number(data, ODO_JOB_HAS_STARTED) == 0 &&
        job_set_number(data, ODO_JOB_HAS_STARTED, 1) == ODO_OK) {
        data->is_unsaved = true;
    }
    platform_mutex_unlock(job->engine->lock);
}

enum odo_status odo_job_resume(struct odo_job *job)
{
    enum odo_status status;
    bool is_waiting;

    platform_mutex_lock(job->operation);
    platform_mutex_lock(job->engine->lock);
    is_waiting = job->locked.job.state == ODO_JOB_TRANSIENT_ERROR;
    platform_mutex_unlock(job->engine->lock);
    if (is_waiting) {
        engine_stop_runners(job); /* restart at once, with a new time limit */
    }
    status = resume(job, false);
    if (status == ODO_OK) {
        note_started(job);
    }
    engine_save_or_log(job);
    platform_mutex_unlock(job->operation);
    return status;
}

/* --- Stopping ------------------------------------------------------------------------- */

/* Apply an event that stops all transfers, with this error. `operation` is held. */
static enum odo_status halt_with(struct odo_job *job, enum job_event event, enum odo_status why)
{
    enum odo_status status;

    platform_mutex_lock(job->engine->lock);
    status = engine_check_alive_locked(job);
    if (status == ODO_OK) {
        status = engine_apply_locked(job, event);
    }
    if (status == ODO_OK) {
        job->locked.job.error = (struct odo_error){.status = why};
        job->locked.job.error_file = UINT32_MAX;
        engine_touch_locked(job);
    }
    platform_mutex_unlock(job->engine->lock);
    if (status == ODO_OK) {
        engine_stop_runners(job);
    }
    return status;
}

static enum odo_status halt(struct odo_job *job, enum job_event event)
{
    return halt_with(job, event, ODO_OK);
}

enum odo_status odo_job_suspend(struct odo_job *job)
{
    enum odo_status status;

    platform_mutex_lock(job->operation);
    status = halt(job, JOB_SUSPEND);
    engine_save_or_log(job);
    platform_mutex_unlock(job->operation);
    engine_wait_for_streams(job);
    return status;
}

/* The job has ended: remove it from engine and store. */
static void unlist(struct odo_job *job)
{
    engine_store_remove(job);
    platform_mutex_lock(job->engine->lock);
    engine_unlist_locked(job);
    platform_mutex_unlock(job->engine->lock);
}

/* After a call that may have ended the job; `operation` is not held. */
static void end_streams(struct odo_job *job)
{
    if (job_state_is_final(odo_job_get_state(job))) {
        engine_release_streams(job);
    }
}

enum odo_status engine_cancel(struct odo_job *job, enum odo_status why)
{
    enum odo_status status = halt_with(job, JOB_CANCEL, why);

    if (status == ODO_OK) {
        status = engine_remove_temporary_files(job);
        engine_end_leftovers(job, status == ODO_OK);
        unlist(job);
    }
    return status;
}

enum odo_status odo_job_cancel(struct odo_job *job)
{
    enum odo_status status;

    platform_mutex_lock(job->operation);
    status = engine_cancel(job, ODO_OK);
    platform_mutex_unlock(job->operation);
    end_streams(job);
    return status;
}

/* --- Completing ----------------------------------------------------------------------- */

/* `operation` is held. */
static enum odo_status complete(struct odo_job *job)
{
    struct job *data = &job->locked.job;
    bool was_running;
    bool must_fetch = false;
    bool is_partial;
    enum odo_status status;

    platform_mutex_lock(job->engine->lock);
    status = engine_check_alive_locked(job);
    was_running = job_state_is_running(data->state);
    platform_mutex_unlock(job->engine->lock);
    if (status != ODO_OK) {
        return status;
    }
    if (was_running) {
        status = halt(job, JOB_SUSPEND);
    } else {
        engine_stop_runners(job); /* one may be ending on the network thread */
    }
    if (status == ODO_OK) {
        status = engine_check_whole_files(job, &must_fetch);
    }
    if (status == ODO_OK) {
        status = engine_place_files(job);
    }
    if (status != ODO_OK) {
        if (was_running || (must_fetch && data->state == ODO_JOB_TRANSFERRED)) {
            resume(job, must_fetch); /* fetch what is missing; a failure shows in the job */
        }
        return status;
    }
    is_partial = data->totals.completed < data->file_count;
    status = halt(job, JOB_COMPLETE);
    if (status != ODO_OK) {
        return status;
    }
    status = engine_remove_temporary_files(job);
    engine_end_leftovers(job, status == ODO_OK);
    unlist(job);
    return is_partial ? ODO_PARTIAL_COMPLETE : status;
}

enum odo_status odo_job_complete(struct odo_job *job)
{
    enum odo_status status;

    platform_mutex_lock(job->operation);
    status = complete(job);
    engine_save_or_log(job);
    platform_mutex_unlock(job->operation);
    end_streams(job);
    return status;
}
