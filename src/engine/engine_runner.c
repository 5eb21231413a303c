/*
 * Applies transfer reports to the job. On the network thread, except for stopping.
 */
#include "engine/engine_runner.h"

#include "base/memory.h"
#include "base/text.h"
#include "platform/clock.h"

#include <assert.h>
#include <string.h>

/* Update the counters for a runner's new state; DOWNLOAD_QUEUED is not counted. */
static void set_runner_state_locked(struct engine_runner *runner, enum download_state state)
{
    struct odo_job *job = runner->job;

    job->locked.moving -= runner->state == DOWNLOAD_MOVING;
    job->locked.waiting -= runner->state == DOWNLOAD_WAITING;
    runner->state = state;
    job->locked.moving += state == DOWNLOAD_MOVING;
    job->locked.waiting += state == DOWNLOAD_WAITING;
}

struct fetch *engine_take_transfer_locked(struct engine_runner *runner)
{
    struct fetch *transfer = runner->transfer;
    struct job_file *file = runner->job->locked.job.files[runner->index];

    if (transfer) {
        runner->transfer = NULL;
        set_runner_state_locked(runner, DOWNLOAD_QUEUED);
        file->statistics.transferring_ms += platform_clock_milliseconds() - runner->since_ms;
    }
    return transfer;
}

static void note_begun_locked(struct engine_runner *runner)
{
    struct job *job = &runner->job->locked.job;
    struct job_file *file = job->files[runner->index];

    if (file->stage == JOB_FILE_QUEUED) {
        job_set_stage(job, file, JOB_FILE_BEGUN);
    }
}

static void keep_checkpoint_locked(struct engine_runner *runner, struct checkpoint *checkpoint)
{
    struct job_file *file = runner->job->locked.job.files[runner->index];

    checkpoint_free(&file->checkpoint);
    file->checkpoint = *checkpoint;
    checkpoint_init(checkpoint);
    if (file->checkpoint.begun) {
        note_begun_locked(runner);
    }
    job_note_unwritten(&runner->job->locked.job, runner->index,
                       JOB_FILE_PROGRESS | JOB_FILE_BYTES);
    engine_wake_keeper_locked(runner->job);
}

/* Copy a string of a report if it has changed; when out of memory the earlier one stays. */
static void keep_text(char **kept, const char *text)
{
    char *copy = text && (!*kept || strcmp(*kept, text) != 0) ? text_copy(text) : NULL;

    if (copy) {
        memory_free(*kept);
        *kept = copy;
    }
}

/* Copy the update into the file. */
static void record_locked(struct engine_runner *runner, const struct download_update *update)
{
    struct job *job = &runner->job->locked.job;
    struct job_file *file = job->files[runner->index];

    if (update->begun) {
        note_begun_locked(runner);
    }
    file->file_size = update->file_size;
    file->last_modified_us = update->last_modified_us;
    file->statistics.file_size = update->file_size;
    file->statistics.length_is_unproved = update->length_is_unproved;
    file->statistics.bytes_received = runner->earlier.bytes_received + update->bytes_received;
    file->statistics.connections = runner->earlier.connections + update->connections;
    file->statistics.requests = runner->earlier.requests + update->requests;
    file->statistics.response_status =
        update->response_status ? update->response_status : file->statistics.response_status;
    keep_text(&file->response_headers, update->response_headers);
    keep_text(&file->effective_url, update->effective_url);
    keep_text(&file->server_address, update->server_address);
    job_set_progress(job, file, update->bytes_total, update->bytes_had);
    if (update->checkpoint) {
        struct checkpoint copy;

        if (checkpoint_copy(update->checkpoint, &copy) == ODO_OK) {
            keep_checkpoint_locked(runner, &copy);
        }
    }
}

void engine_keep_removed_locked(struct engine_runner *runner,
                                struct downloader_removal *removal)
{
    record_locked(runner, &removal->last);
    runner->earlier = runner->job->locked.job.files[runner->index]->statistics;
    keep_checkpoint_locked(runner, &removal->checkpoint);
}

static void set_error_locked(struct engine_runner *runner, const struct odo_error *error)
{
    struct job *job = &runner->job->locked.job;

    job->error = *error;
    job->error_file = runner->index;
}

static void on_moving_locked(struct engine_runner *runner)
{
    struct odo_job *job = runner->job;

    if (job->locked.job.state == ODO_JOB_TRANSIENT_ERROR) {
        job->locked.job.error = (struct odo_error){.status = ODO_OK};
        engine_apply_locked(job, JOB_MOVE);
    }
}

static void on_waiting_locked(struct engine_runner *runner,
                              const struct download_update *update)
{
    struct odo_job *job = runner->job;

    if (job->locked.moving == 0) {
        set_error_locked(runner, &update->error);
        engine_apply_locked(job, JOB_OBSTRUCT);
    }
}

static void on_done_locked(struct engine_runner *runner)
{
    struct odo_job *job = runner->job;
    struct job *data = &job->locked.job;

    job_set_stage(data, data->files[runner->index], JOB_FILE_TRANSFERRED);
    job_note_unwritten(data, runner->index, JOB_FILE_PROGRESS);
    engine_note_transferred_locked(runner);
    if (data->totals.transferred == data->file_count) {
        data->error = (struct odo_error){.status = ODO_OK};
        engine_apply_locked(job, JOB_MOVE); /* it may have been waiting for this */
        engine_apply_locked(job, JOB_ALL_DONE);
    }
}

static void on_failed_locked(struct engine_runner *runner, const struct download_update *update)
{
    set_error_locked(runner, &update->error);
    engine_apply_locked(runner->job, JOB_FAIL);
}

/* Ends a transfer on the network thread; calls on the job wait for that. */
static void remove_transfer(struct engine_runner *runner, struct fetch *transfer)
{
    struct odo_engine *engine = runner->job->engine;
    struct downloader_removal removal = {.transfer = transfer};

    downloader_remove(engine->locked.downloader, &removal, 1);
    platform_mutex_lock(engine->lock);
    engine_keep_removed_locked(runner, &removal);
    runner->job->locked.stopping--;
    if (runner->job->locked.stopping == 0) {
        platform_condition_broadcast(engine->removed);
    }
    platform_mutex_unlock(engine->lock);
}

static void remove_all_transfers(struct odo_job *job)
{
    struct odo_engine *engine = job->engine;
    uint32_t index = 0;

    for (;;) {
        struct engine_runner *runner = NULL;
        struct fetch *transfer = NULL;

        platform_mutex_lock(engine->lock);
        for (; index < job->locked.job.file_count && !transfer; index++) {
            runner = job->locked.runners[index];
            transfer = engine_take_transfer_locked(runner);
        }
        if (transfer) {
            job->locked.stopping++;
        }
        platform_mutex_unlock(engine->lock);
        if (!transfer) {
            return;
        }
        remove_transfer(runner, transfer);
    }
}

void engine_on_update(void *context, const struct download_update *update)
{
    struct engine_runner *runner = context;
    struct odo_job *job = odo_job_add_ref(runner->job);
    struct odo_engine *engine = job->engine;
    struct fetch *ended = NULL;
    bool has_failed = false;

    platform_mutex_lock(engine->lock);
    if (!runner->transfer) { /* it is about to be removed, so this report is outdated */
        platform_mutex_unlock(engine->lock);
        odo_job_release(job);
        return;
    }
    record_locked(runner, update);
    set_runner_state_locked(runner, update->state);
    switch (update->state) {
    case DOWNLOAD_QUEUED:
        break;
    case DOWNLOAD_MOVING:
        on_moving_locked(runner);
        break;
    case DOWNLOAD_WAITING:
        on_waiting_locked(runner, update);
        break;
    case DOWNLOAD_DONE:
        on_done_locked(runner);
        ended = engine_take_transfer_locked(runner);
        job->locked.stopping++;
        break;
    case DOWNLOAD_FAILED:
        on_failed_locked(runner, update);
        has_failed = true;
        job->locked.stopping++; /* calls on the job wait until all are removed */
        break;
    }
    engine_touch_locked(job);
    platform_mutex_unlock(engine->lock);

    if (ended) {
        remove_transfer(runner, ended);
    }
    if (has_failed) {
        remove_all_transfers(job);
        platform_mutex_lock(engine->lock);
        job->locked.stopping--;
        platform_condition_broadcast(engine->removed);
        platform_mutex_unlock(engine->lock);
    }
    odo_job_release(job);
}

enum { REMOVE_AT_ONCE = 64 };

/*
 * Detach up to `count` transfers from runners before *index, which is decreased. The last come
 * first, so that a connection that becomes free does not start a file that is about to be
 * stopped too.
 */
static size_t take_transfers_locked(struct odo_job *job, uint32_t *index,
                                    struct engine_runner *runners[],
                                    struct downloader_removal removals[])
{
    size_t count = 0;

    while (*index > 0 && count < REMOVE_AT_ONCE) {
        struct engine_runner *runner = job->locked.runners[--*index];
        struct fetch *transfer = engine_take_transfer_locked(runner);

        if (transfer) {
            runners[count] = runner;
            removals[count++].transfer = transfer;
        }
    }
    return count;
}

void engine_stop_runners(struct odo_job *job)
{
    struct odo_engine *engine = job->engine;
    struct engine_runner *runners[REMOVE_AT_ONCE];
    struct downloader_removal removals[REMOVE_AT_ONCE];
    uint32_t index;
    size_t count;

    platform_mutex_lock(engine->lock);
    while (job->locked.stopping > 0) {
        platform_condition_wait(engine->removed, engine->lock);
    }
    index = job->locked.job.file_count;
    while ((count = take_transfers_locked(job, &index, runners, removals)) > 0) {
        platform_mutex_unlock(engine->lock);
        downloader_remove(engine->locked.downloader, removals, count);
        platform_mutex_lock(engine->lock);
        for (size_t i = 0; i < count; i++) {
            engine_keep_removed_locked(runners[i], &removals[i]);
        }
    }
    platform_mutex_unlock(engine->lock);
}

void engine_stop_file(struct odo_job *job, uint32_t index)
{
    struct odo_engine *engine = job->engine;
    struct downloader_removal removal;
    struct engine_runner *runner;

    platform_mutex_lock(engine->lock);
    while (job->locked.stopping > 0) {
        platform_condition_wait(engine->removed, engine->lock);
    }
    runner = job->locked.runners[index];
    removal.transfer = engine_take_transfer_locked(runner);
    platform_mutex_unlock(engine->lock);
    if (removal.transfer) {
        downloader_remove(engine->locked.downloader, &removal, 1);
        platform_mutex_lock(engine->lock);
        engine_keep_removed_locked(runner, &removal);
        platform_mutex_unlock(engine->lock);
    }
}
