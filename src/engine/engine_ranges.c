/*
 * Changing the ranges of a file after it was added.
 */
#include "engine/engine_ranges.h"
#include "engine/engine_life.h"
#include "engine/engine_runner.h"
#include "engine/engine_store.h"

#include "output/stream.h"
#include "platform/file.h"

/* `operation` is held, and no transfer is running. */
static enum odo_status check_state(struct odo_job *job, uint32_t file_index, bool append)
{
    const struct job_file *file;
    enum odo_job_state state;
    enum odo_status status;
    bool is_allowed;

    platform_mutex_lock(job->engine->lock);
    status = engine_check_alive_locked(job);
    file = job->locked.job.files[file_index];
    state = job->locked.job.state;
    is_allowed = append ? state == ODO_JOB_TRANSFERRED && file->stage >= JOB_FILE_TRANSFERRED
                        : state == ODO_JOB_SUSPENDED || state == ODO_JOB_ERROR;
    if (status == ODO_OK && (file->stage == JOB_FILE_COMPLETED || !is_allowed)) {
        status = ODO_E_INVALID_STATE;
    }
    platform_mutex_unlock(job->engine->lock);
    return status;
}

static enum odo_status check_ranges(const struct byte_range *ranges, uint32_t count)
{
    if (count > 0 && !ranges) {
        return ODO_E_INVALID_ARGUMENT;
    }
    return count > ODO_RANGES_MAX ? ODO_E_TOO_MANY : ODO_OK;
}

/* A mandatory check covers the whole file. Whether hashes are available is checked when the job
 * is resumed. */
static enum odo_status check_mandatory(const struct job_file *file,
                                       const struct job_file_change *wanted)
{
    enum odo_status status = engine_check_mandatory(
        &(struct odo_integrity){file->integrity_info, file->integrity_is_mandatory},
        wanted->ranges, wanted->range_count);

    return status == ODO_E_INTEGRITY_UNSPECIFIED ? ODO_OK : status;
}

/* Data that the new request builds on must survive a power failure. */
static enum odo_status flush(const char *path)
{
    struct platform_file *opened = NULL;
    enum odo_status status = platform_file_open(path, &opened);

    if (status == ODO_OK) {
        status = platform_file_flush(opened);
    }
    platform_file_close(opened);
    return status;
}

/*
 * Discard the data of the earlier request. A failure is harmless: a file that starts replaces
 * an existing one, and completing truncates one that is too long.
 */
static void drop_bytes(const struct job_file *file, bool had_begun)
{
    struct platform_file *opened = NULL;

    if (file->output_base == 0) {
        if (had_begun) {
            platform_file_remove(file->temporary_path);
        }
    } else if (platform_file_open(file->temporary_path, &opened) == ODO_OK) {
        platform_file_set_size(opened, file->output_base);
        platform_file_close(opened);
    }
}

void engine_exchange_file(struct odo_job *job, uint32_t file_index, struct job_file *other)
{

    platform_mutex_lock(job->engine->lock);
    job_exchange_file(&job->locked.job, file_index, other);
    engine_touch_locked(job);
    platform_mutex_unlock(job->engine->lock);
}

/* `operation` is held, and no transfer is running, so only this thread changes the file. */
static enum odo_status change(struct odo_job *job, uint32_t file_index,
                              struct job_file_change *change, bool append)
{
    struct engine_runner *runner = job->locked.runners[file_index];
    struct job_file *file = job->locked.job.files[file_index];
    struct job_file *other = NULL;
    uint64_t stream_base = runner->stream ? stream_position(runner->stream) : 0;
    uint64_t earlier_base = runner->stream_base;
    bool had_begun = job_file_has_begun(file);
    enum odo_status status = ODO_OK;

    change->stated_size = file->stated_size;
    if (file->local_path) {
        change->output_base = file->output_base + (append ? file->bytes_total : 0);
    }
    change->keeps_version = change->output_base > 0 || stream_base > 0;
    if (append && file->local_path) {
        status = flush(file->temporary_path);
    }
    if (status == ODO_OK) {
        status = job_file_change(file, change, &other);
    }
    if (status != ODO_OK) {
        return status;
    }
    engine_exchange_file(job, file_index, other);
    runner->stream_base = stream_base;
    if (runner->stream) {
        stream_drop_kept(runner->stream); /* it belongs to the earlier request */
    }
    status = engine_save(job);
    if (status != ODO_OK) {
        engine_exchange_file(job, file_index, other);
        runner->stream_base = earlier_base;
    } else if (!append && file->local_path) {
        platform_mutex_lock(job->journal_lock); /* the keeper may have it open for flushing */
        drop_bytes(file, had_begun);
        platform_mutex_unlock(job->journal_lock);
    }
    job_file_free(other);
    return status;
}

enum odo_status odo_file_set_ranges(struct odo_job *job, uint32_t file_index,
                                    const struct byte_range *ranges, uint32_t range_count,
                                    bool append)
{
    struct job_file_change wanted = {.ranges = ranges, .range_count = range_count};
    enum odo_status status;

    platform_mutex_lock(job->operation);
    status = check_state(job, file_index, append);
    if (status == ODO_OK) {
        status = check_ranges(ranges, range_count);
    }
    if (status == ODO_OK) {
        status = check_mandatory(job->locked.job.files[file_index], &wanted);
    }
    if (status == ODO_OK) {
        engine_stop_runners(job); /* one may be ending on the network thread */
        status = change(job, file_index, &wanted, append);
    }
    platform_mutex_unlock(job->operation);
    return status;
}
