/*
 * Files that are delivered to a client's stream instead of a path.
 */
#include "engine/engine_streams.h"

#include "base/log.h"
#include "base/memory.h"

#include <assert.h>

enum odo_status odo_file_set_stream(struct odo_job *job, uint32_t file_index,
                                    const struct odo_stream *stream)
{
    struct engine_runner *runner;
    struct stream *created = NULL;
    struct stream *replaced = NULL;
    enum odo_status status = stream ? stream_create(stream, &created) : ODO_OK;

    if (status != ODO_OK) {
        return status;
    }
    platform_mutex_lock(job->operation);
    platform_mutex_lock(job->engine->lock);
    runner = job->locked.runners[file_index];
    status = engine_check_alive_locked(job);
    if (status == ODO_OK && job->locked.job.files[file_index]->local_path) {
        status = ODO_E_SINK_ALREADY_SET;
    }
    if (status == ODO_OK && (job->locked.job.state != ODO_JOB_SUSPENDED ||
                             (runner->stream && stream_position(runner->stream) > 0))) {
        status = ODO_E_INVALID_STATE;
    }
    if (status == ODO_OK) {
        replaced = runner->stream;
        runner->stream = created;
        engine_touch_locked(job);
    }
    platform_mutex_unlock(job->engine->lock);
    platform_mutex_unlock(job->operation);

    if (status != ODO_OK && created) {
        stream_abandon(created); /* on failure the caller keeps its target */
    }
    stream_release(replaced);
    return status;
}

/* The job's next stream from *index on, with a reference, or NULL. */
static struct stream *next_stream(struct odo_job *job, uint32_t *index, bool take)
{
    struct stream *stream = NULL;

    platform_mutex_lock(job->engine->lock);
    for (; *index < job->locked.job.file_count && !stream; (*index)++) {
        struct engine_runner *runner = job->locked.runners[*index];

        stream = runner->stream;
        if (stream && take) {
            runner->stream = NULL;
        } else if (stream) {
            stream_add_ref(stream);
        }
    }
    platform_mutex_unlock(job->engine->lock);
    return stream;
}

/* Keep what remains of a stream whose client call is in progress. */
static void retire(struct odo_engine *engine, struct stream *stream)
{
    struct engine_retired_stream *retired = memory_allocate(1, sizeof(*retired));

    if (!retired) {
        log_write(LOG_ERROR, "no memory to end a stream's thread: it stays");
        return;
    }
    retired->stream = stream;
    platform_mutex_lock(engine->lock);
    retired->next = engine->locked.retired_streams;
    engine->locked.retired_streams = retired;
    platform_mutex_unlock(engine->lock);
}

void engine_count_stream_locked(struct odo_job *job, uint32_t file_index)
{
    const struct engine_runner *runner = job->locked.runners[file_index];
    struct job_file *file = job->locked.job.files[file_index];
    uint64_t taken;

    if (!runner->stream) {
        return;
    }
    taken = stream_taken(runner->stream);
    taken = taken > runner->stream_base ? taken - runner->stream_base : 0;
    if (taken > file->bytes_had && file->bytes_total != ODO_SIZE_UNKNOWN &&
        taken <= file->bytes_total) {
        job_set_progress(&job->locked.job, file, file->bytes_total, taken);
    }
}

void engine_wait_for_streams(struct odo_job *job)
{
    struct stream *stream;
    uint32_t index = 0;

    while ((stream = next_stream(job, &index, false)) != NULL) {
        stream_wait(stream);
        if (!stream_release(stream)) { /* the job has ended meanwhile */
            retire(job->engine, stream);
        }
    }
}

void engine_release_streams(struct odo_job *job)
{
    struct stream *stream;
    uint32_t index = 0;

    while ((stream = next_stream(job, &index, true)) != NULL) {
        if (!stream_release(stream)) {
            retire(job->engine, stream);
        }
    }
}

void engine_retire_streams(struct odo_job *job)
{
    struct stream *stream;
    uint32_t index = 0;

    while ((stream = next_stream(job, &index, true)) != NULL) {
        if (!stream_release_at_once(stream)) {
            retire(job->engine, stream);
        }
    }
}

void engine_join_streams(struct odo_engine *engine)
{
    struct engine_retired_stream *retired_streams;

    platform_mutex_lock(engine->lock);
    retired_streams = engine->locked.retired_streams;
    engine->locked.retired_streams = NULL;
    platform_mutex_unlock(engine->lock);
    while (retired_streams) {
        struct engine_retired_stream *retired = retired_streams;

        retired_streams = retired->next;
        stream_finish(retired->stream);
        memory_free(retired);
    }
}
