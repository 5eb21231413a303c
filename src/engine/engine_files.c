/*
 * The functions of odo.h that deal with a job's files.
 */
#include "engine/engine.h"
#include "engine/engine_life.h"
#include "engine/engine_place.h"
#include "engine/engine_ranges.h"
#include "engine/engine_runner.h"
#include "engine/engine_store.h"
#include "engine/engine_streams.h"

#include "base/memory.h"
#include "base/text.h"
#include "http/url.h"
#include "output/piece_hashes.h"
#include "platform/clock.h"
#include "platform/path.h"

#include <assert.h>
#include <string.h>

enum { PROBE_LIFETIME_MS = 1000 }; /* how long a folder counts as writable */

static bool text_is_given(const char *text)
{
    return text && *text != '\0' && text_is_utf8(text);
}

/* Here a URL without a host is an invalid argument. */
static enum odo_status check_url(const char *url)
{
    enum odo_status status = url_check(url);

    return status == ODO_E_INVALID_URL ? ODO_E_INVALID_ARGUMENT : status;
}

/* Validate the strings of a request. */
static enum odo_status check_texts(const struct odo_file_request *request)
{
    enum odo_status status;

    if (!text_is_given(request->file_id)) {
        return ODO_E_INVALID_ARGUMENT;
    }
    status = check_url(request->url);
    if (status == ODO_OK && request->local_path) {
        status = platform_path_check(request->local_path);
    }
    if (status != ODO_OK) {
        return status;
    }
    if (request->range_count > 0 && !request->ranges) {
        return ODO_E_INVALID_ARGUMENT;
    }
    /* Before any is read or allocated. */
    return request->range_count > ODO_RANGES_MAX ? ODO_E_TOO_MANY : ODO_OK;
}

enum odo_status odo_integrity_check(const struct odo_integrity *integrity)
{
    struct piece_hash_info info;
    enum odo_status status;

    if (!integrity->info) {
        return ODO_OK;
    }
    status = text_is_given(integrity->info) ? piece_hash_info_read(integrity->info, &info)
                                            : ODO_E_INVALID_ARGUMENT;
    if (status == ODO_OK) {
        status = url_check(info.url);
        status = status == ODO_E_INVALID_URL ? ODO_E_INVALID_ARGUMENT : status;
        piece_hash_info_free(&info);
    }
    return status;
}

/* A copy of a validated info; NULL if there is none. */
static enum odo_status copy_info(const struct odo_integrity *integrity, char **copy_out)
{
    enum odo_status status = odo_integrity_check(integrity);

    if (status == ODO_OK && integrity->info) {
        *copy_out = text_copy(integrity->info);
        status = *copy_out ? ODO_OK : ODO_E_OUT_OF_MEMORY;
    }
    return status;
}

static enum odo_status check_alive(struct odo_job *job)
{
    enum odo_status status;

    platform_mutex_lock(job->engine->lock);
    status = engine_check_alive_locked(job);
    platform_mutex_unlock(job->engine->lock);
    return status;
}

/* Check that a path's folder is writable. The result is cached, since many files go to one
 * folder. */
static enum odo_status check_folder(struct odo_job *job, const char *local_path)
{
    uint64_t now_ms = platform_clock_milliseconds();
    enum odo_status status;

    if (job->probed_path && now_ms - job->probed_at_ms < PROBE_LIFETIME_MS &&
        platform_path_shares_folder(job->probed_path, local_path)) {
        return ODO_OK;
    }
    memory_free(job->probed_path);
    job->probed_path = NULL;
    status = platform_path_check_writable(local_path);
    if (status == ODO_OK) {
        job->probed_path = text_copy(local_path); /* out of memory: it is checked again */
        job->probed_at_ms = now_ms;
    }
    return status;
}

/* Check the folder and choose the name of the temporary file. `operation` is held. */
static enum odo_status find_temporary_path(struct odo_job *job, const char *local_path,
                                           char **temporary_path_out)
{
    enum odo_status status = check_folder(job, local_path);

    return status == ODO_OK ? platform_path_temporary(local_path, temporary_path_out) : status;
}

/* Reserve room for one more runner. */
static enum odo_status reserve_runner_locked(struct odo_job *job)
{
    uint32_t count = job->locked.job.file_count;
    uint32_t capacity = job->locked.runner_capacity;
    struct engine_runner **larger;

    if (count < capacity) {
        return ODO_OK;
    }
    if (capacity > UINT32_MAX / 2) {
        return ODO_E_TOO_MANY;
    }
    capacity = capacity ? capacity * 2 : 8;
    larger = memory_resize(job->locked.runners, capacity, sizeof(struct engine_runner *));
    if (!larger) {
        return ODO_E_OUT_OF_MEMORY;
    }
    job->locked.runners = larger;
    job->locked.runner_capacity = capacity;
    return ODO_OK;
}

/* Add the file to the job. `operation` is held; on failure the caller still owns the file. */
static enum odo_status append(struct odo_job *job, struct job_file *file,
                              uint32_t *file_index_out)
{
    struct engine_runner *runner = memory_allocate_zeroed(1, sizeof(*runner));
    enum odo_status status;

    if (!runner) {
        return ODO_E_OUT_OF_MEMORY;
    }
    platform_mutex_lock(job->engine->lock);
    status = reserve_runner_locked(job);
    if (status == ODO_OK) {
        status = job_append(&job->locked.job, file);
    }
    if (status == ODO_OK) {
        runner->job = job;
        runner->index = job->locked.job.file_count - 1;
        runner->state = DOWNLOAD_QUEUED;
        job->locked.runners[runner->index] = runner;
        *file_index_out = runner->index;
        engine_touch_locked(job);
    } else {
        memory_free(runner);
    }
    platform_mutex_unlock(job->engine->lock);
    return status;
}

/* Remove a file that was added to a moving job but could not be started. `operation` is
 * held. */
static void remove_last(struct odo_job *job)
{
    struct engine_runner *runner;
    struct job_file *file;

    platform_mutex_lock(job->engine->lock);
    file = job_remove_last(&job->locked.job);
    if (job->locked.job.saved_files > job->locked.job.file_count) {
        job->locked.job.saved_files = job->locked.job.file_count;
        job->locked.must_rewrite = true; /* its record has to be dropped */
        engine_wake_keeper_locked(job);
    }
    runner = job->locked.runners[job->locked.job.file_count];
    platform_mutex_unlock(job->engine->lock);
    news_forget(job->engine->news, &runner->transferred);
    memory_free(runner);
    job_file_free(file);
}

enum odo_status odo_job_add_file(struct odo_job *job, const struct odo_file_request *request,
                                 uint32_t *file_index_out)
{
    struct job_file *file = NULL;
    enum odo_status status;
    uint32_t index = 0;

    platform_mutex_lock(job->operation);
    status = check_alive(job);
    if (status == ODO_OK) {
        status = check_texts(request);
    }
    if (status == ODO_OK) {
        status = job_file_create(request, &file);
    }
    if (status == ODO_OK) {
        file->integrity_is_mandatory = request->integrity.is_mandatory;
        status = copy_info(&request->integrity, &file->integrity_info);
    }
    if (status == ODO_OK) {
        status =
            engine_check_mandatory(&request->integrity, request->ranges, request->range_count);
    }
    if (status == ODO_OK && request->local_path) {
        status = engine_check_place(job, UINT32_MAX, request);
    }
    if (status == ODO_OK && request->local_path) {
        status = find_temporary_path(job, request->local_path, &file->temporary_path);
    }
    if (status == ODO_OK) {
        status = append(job, file, &index);
    }
    if (status != ODO_OK) {
        job_file_free(file);
        goto done;
    }
    status = engine_save(job);
    if (status == ODO_OK) {
        status = engine_start_file(job, index);
    }
    if (status != ODO_OK) {
        remove_last(job);
        goto done;
    }
    if (file_index_out) {
        *file_index_out = index;
    }

done:
    platform_mutex_unlock(job->operation);
    return status;
}

/* --- Changing files ------------------------------------------------------------------- */

/* Swap an owned string and mark the file for saving. */
static void exchange_text_locked(struct odo_job *job, uint32_t index, char **place, char **text)
{
    char *earlier = *place;

    *place = *text;
    *text = earlier;
    job_note_unwritten(&job->locked.job, index, JOB_FILE_DEFINITION);
}

/* The same for a file's source; it is not being fetched. */
static void exchange_source(struct odo_job *job, uint32_t index, char **url, char **entity_tag)
{
    struct job_file *file = job->locked.job.files[index];

    platform_mutex_lock(job->engine->lock);
    exchange_text_locked(job, index, &file->url, url);
    exchange_text_locked(job, index, &file->checkpoint.entity_tag, entity_tag);
    engine_touch_locked(job);
    platform_mutex_unlock(job->engine->lock);
}

/* Check an existing file with a different URL or path. */
static enum odo_status check_place_of(struct odo_job *job, uint32_t index, const char *url,
                                      const char *local_path)
{
    const struct job_file *file = job->locked.job.files[index];

    return local_path ? engine_check_place(job, index,
                                           &(struct odo_file_request){
                                               .url = url,
                                               .local_path = local_path,
                                               .ranges = file->ranges,
                                               .range_count = file->range_count,
                                           })
                      : ODO_OK;
}

enum odo_status odo_file_set_url(struct odo_job *job, uint32_t file_index, const char *url)
{
    /* Another server has another ETag for the same file: size and date have to suffice. */
    char *entity_tag = NULL;
    char *copy = NULL;
    enum odo_status status;

    platform_mutex_lock(job->operation);
    status = check_alive(job);
    if (status == ODO_OK) {
        status = check_url(url);
    }
    if (status == ODO_OK) {
        status =
            check_place_of(job, file_index, url, job->locked.job.files[file_index]->local_path);
    }
    if (status == ODO_OK) {
        copy = text_copy(url);
        status = copy ? ODO_OK : ODO_E_OUT_OF_MEMORY;
    }
    if (status == ODO_OK) {
        engine_stop_file(job, file_index);
        exchange_source(job, file_index, &copy, &entity_tag);
        status = engine_save(job);
        if (status != ODO_OK) {
            exchange_source(job, file_index, &copy, &entity_tag);
        }
        engine_begin_again(job);
    }
    platform_mutex_unlock(job->operation);
    memory_free(entity_tag);
    memory_free(copy);
    return status;
}

/* Path and size of a file may change only before anything was received. */
static enum odo_status check_untouched(struct odo_job *job, uint32_t file_index)
{
    enum odo_status status;

    platform_mutex_lock(job->engine->lock);
    status = engine_check_alive_locked(job);
    if (status == ODO_OK && (job->locked.job.state != ODO_JOB_SUSPENDED ||
                             job_file_has_begun(job->locked.job.files[file_index]))) {
        status = ODO_E_INVALID_STATE;
    }
    platform_mutex_unlock(job->engine->lock);
    return status;
}

static void exchange_paths(struct odo_job *job, uint32_t index, char **local_path,
                           char **temporary_path)
{
    struct job_file *file = job->locked.job.files[index];

    platform_mutex_lock(job->engine->lock);
    exchange_text_locked(job, index, &file->local_path, local_path);
    job->locked.runners[index]->place = 0;
    exchange_text_locked(job, index, &file->temporary_path, temporary_path);
    engine_touch_locked(job);
    platform_mutex_unlock(job->engine->lock);
}

enum odo_status odo_file_set_local_path(struct odo_job *job, uint32_t file_index,
                                        const char *local_path)
{
    char *copy = NULL;
    char *temporary_path = NULL;
    enum odo_status status;

    platform_mutex_lock(job->operation);
    status = check_untouched(job, file_index);
    if (status == ODO_OK && job->locked.runners[file_index]->stream) {
        status = ODO_E_SINK_ALREADY_SET; /* changes only while `operation` is held */
    }
    if (status == ODO_OK) {
        status = platform_path_check(local_path);
    }
    if (status == ODO_OK) {
        status =
            check_place_of(job, file_index, job->locked.job.files[file_index]->url, local_path);
    }
    if (status == ODO_OK) {
        status = find_temporary_path(job, local_path, &temporary_path);
    }
    if (status == ODO_OK) {
        copy = text_copy(local_path);
        status = copy ? ODO_OK : ODO_E_OUT_OF_MEMORY;
    }
    if (status == ODO_OK) {
        exchange_paths(job, file_index, &copy, &temporary_path);
        status = engine_save(job);
        if (status != ODO_OK) {
            exchange_paths(job, file_index, &copy, &temporary_path);
        }
    }
    memory_free(copy);
    memory_free(temporary_path);
    platform_mutex_unlock(job->operation);
    return status;
}

enum odo_status odo_file_set_size(struct odo_job *job, uint32_t file_index, uint64_t file_size)
{
    struct job_file *other = NULL;
    enum odo_status status;

    platform_mutex_lock(job->operation);
    status = check_untouched(job, file_index);
    if (status == ODO_OK) {
        const struct job_file *file = job->locked.job.files[file_index];
        const struct job_file_change change = {
            .ranges = file->ranges,
            .range_count = file->range_count,
            .stated_size = file_size,
        };

        status = job_file_change(file, &change, &other); /* no other thread changes the file */
    }
    if (status == ODO_OK) {
        engine_exchange_file(job, file_index, other);
        status = engine_save(job);
        if (status != ODO_OK) {
            engine_exchange_file(job, file_index, other);
        }
    }
    platform_mutex_unlock(job->operation);
    job_file_free(other);
    return status;
}

static void exchange_integrity(struct odo_job *job, uint32_t index, char **info,
                               bool *is_mandatory)
{
    struct job_file *file = job->locked.job.files[index];
    bool earlier;

    platform_mutex_lock(job->engine->lock);
    earlier = file->integrity_is_mandatory;
    file->integrity_is_mandatory = *is_mandatory;
    *is_mandatory = earlier;
    exchange_text_locked(job, index, &file->integrity_info, info);
    platform_mutex_unlock(job->engine->lock);
}

enum odo_status odo_file_set_integrity(struct odo_job *job, uint32_t file_index,
                                       const struct odo_integrity *integrity)
{
    static const struct odo_integrity none = {NULL, false};
    bool is_mandatory = integrity && integrity->is_mandatory;
    char *copy = NULL;
    enum odo_status status;

    platform_mutex_lock(job->operation);
    status = check_untouched(job, file_index);
    if (status == ODO_OK) {
        status = copy_info(integrity ? integrity : &none, &copy);
    }
    if (status == ODO_OK) {
        exchange_integrity(job, file_index, &copy, &is_mandatory);
        status = engine_save(job);
        if (status != ODO_OK) {
            exchange_integrity(job, file_index, &copy, &is_mandatory);
        }
    }
    platform_mutex_unlock(job->operation);
    memory_free(copy);
    return status;
}

enum odo_status odo_file_get_integrity(struct odo_job *job, uint32_t file_index,
                                       char **info_out, bool *is_mandatory_out)
{
    enum odo_status status = ODO_OK;
    const struct job_file *file;
    char *copy = NULL;

    platform_mutex_lock(job->engine->lock);
    file = job->locked.job.files[file_index];
    if (file->integrity_info) {
        copy = text_copy(file->integrity_info);
        status = copy ? ODO_OK : ODO_E_OUT_OF_MEMORY;
    }
    if (status == ODO_OK) {
        *info_out = copy;
        *is_mandatory_out = file->integrity_is_mandatory;
    }
    platform_mutex_unlock(job->engine->lock);
    return status;
}

/* --- Queries -------------------------------------------------------------------------- */

uint32_t odo_job_get_file_count(struct odo_job *job)
{
    uint32_t count;

    platform_mutex_lock(job->engine->lock);
    count = job->locked.job.file_count;
    platform_mutex_unlock(job->engine->lock);
    return count;
}

static const struct job_file *file_locked(const struct odo_job *job, uint32_t file_index)
{
    assert(file_index < job->locked.job.file_count);
    return job->locked.job.files[file_index];
}

void odo_file_get_progress(struct odo_job *job, uint32_t file_index,
                           struct odo_file_progress *progress_out)
{
    const struct job_file *file;

    platform_mutex_lock(job->engine->lock);
    file = file_locked(job, file_index);
    engine_count_stream_locked(job, file_index);
    *progress_out = (struct odo_file_progress){
        .bytes_total = file->bytes_total,
        .bytes_transferred = file->bytes_had,
        .completed = file->stage == JOB_FILE_COMPLETED,
    };
    platform_mutex_unlock(job->engine->lock);
}

static const char *text_of(const struct job_file *file, enum odo_file_text which)
{
    switch (which) {
    case ODO_FILE_ID:
        return file->file_id;
    case ODO_FILE_URL:
        return file->url;
    case ODO_FILE_LOCAL_PATH:
        return file->local_path ? file->local_path : "";
    case ODO_FILE_TEMPORARY_PATH:
        return job_file_has_begun(file) ? file->temporary_path : "";
    case ODO_FILE_RESPONSE_HEADERS:
        return file->response_headers ? file->response_headers : "";
    case ODO_FILE_EFFECTIVE_URL:
        return file->effective_url ? file->effective_url : "";
    case ODO_FILE_SERVER_ADDRESS:
        return file->server_address ? file->server_address : "";
    case ODO_FILE_TEXT_COUNT:
        break;
    }
    assert(!"a text of a file");
    return "";
}

enum odo_status odo_file_get_text(struct odo_job *job, uint32_t file_index,
                                  enum odo_file_text which, char **text_out)
{
    char *copy;

    platform_mutex_lock(job->engine->lock);
    copy = text_copy(text_of(file_locked(job, file_index), which));
    platform_mutex_unlock(job->engine->lock);
    if (!copy) {
        return ODO_E_OUT_OF_MEMORY;
    }
    *text_out = copy;
    return ODO_OK;
}

enum odo_status odo_file_get_ranges(struct odo_job *job, uint32_t file_index,
                                    struct byte_range **ranges_out, uint32_t *count_out)
{
    const struct job_file *file;
    struct byte_range *copy = NULL;
    enum odo_status status = ODO_OK;

    /* Ranges change only while `operation` is held, so they are copied without the lock. */
    platform_mutex_lock(job->operation);
    platform_mutex_lock(job->engine->lock);
    file = file_locked(job, file_index);
    platform_mutex_unlock(job->engine->lock);
    if (file->range_count > 0) {
        copy = memory_allocate(file->range_count, sizeof(*copy));
        status = copy ? ODO_OK : ODO_E_OUT_OF_MEMORY;
    }
    if (copy) {
        memcpy(copy, file->ranges, file->range_count * sizeof(*copy));
    }
    if (status == ODO_OK) {
        *ranges_out = copy;
        *count_out = file->range_count;
    }
    platform_mutex_unlock(job->operation);
    return status;
}

void odo_file_get_statistics(struct odo_job *job, uint32_t file_index,
                             struct odo_file_statistics *statistics_out)
{
    const struct engine_runner *runner;

    platform_mutex_lock(job->engine->lock);
    *statistics_out = file_locked(job, file_index)->statistics;
    runner = job->locked.runners[file_index];
    if (runner->transfer) {
        statistics_out->transferring_ms += platform_clock_milliseconds() - runner->since_ms;
    }
    platform_mutex_unlock(job->engine->lock);
}
