/*
 * Renames complete files to the client's names. A file's data is flushed before the rename, so
 * that a power failure never leaves an incomplete file under that name. Files are flushed in
 * batches: one by one, flushing would take longer than the download.
 */
#include "engine/engine_place.h"
#include "engine/engine_store.h"

#include "base/status.h"
#include "platform/file.h"
#include "platform/path.h"

#include "base/memory.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { FILES_FLUSHED_AT_ONCE = 64 }; /* from this number on, the whole file system is synced */

static enum odo_status flush_file(const char *path)
{
    struct platform_file *opened = NULL;
    enum odo_status status = platform_file_open(path, &opened);

    if (status == ODO_OK) {
        status = platform_file_flush(opened);
        platform_file_close(opened); /* Windows cannot rename an open file */
    }
    return status;
}

/* Record which files are about to be renamed, to explain missing temporary files after a
 * crash. */
static enum odo_status announce_renaming(struct odo_job *job)
{
    struct job *data = &job->locked.job;

    platform_mutex_lock(job->engine->lock);
    for (uint32_t i = 0; i < data->file_count; i++) {
        struct job_file *file = data->files[i];

        if (file->stage == JOB_FILE_TRANSFERRED) {
            job_set_stage(data, file, JOB_FILE_COMPLETING);
            job_note_unwritten(data, i, JOB_FILE_PROGRESS);
        }
    }
    platform_mutex_unlock(job->engine->lock);
    return engine_store_flush(job);
}

/* True for files to rename; a file delivered to a stream only needs to be recorded. */
static bool is_to_be_placed(const struct job_file *file)
{
    return file->stage == JOB_FILE_COMPLETING && file->local_path;
}

/*
 * The end of the run of files from `first` on that are in the same folder as the first. Usually
 * all files of a job are.
 */
static uint32_t count_neighbours(const struct job *data, uint32_t first, uint32_t *end_out)
{
    const char *folder = NULL;
    uint32_t count = 0;
    uint32_t i = first;

    for (; i < data->file_count; i++) {
        const struct job_file *file = data->files[i];

        if (!is_to_be_placed(file)) {
            continue;
        }
        folder = folder ? folder : file->local_path;
        if (!platform_path_shares_folder(folder, file->local_path)) {
            break;
        }
        count++;
    }
    *end_out = i;
    return count;
}

/* Flush `count` files from `first` on; *end_inout is set to the first that fails. */
static enum odo_status flush_files(const struct job *data, uint32_t first, uint32_t count,
                                   uint32_t *end_inout)
{
    for (uint32_t i = first; i < *end_inout; i++) {
        const char *path = data->files[i]->temporary_path;
        enum odo_status status;

        if (!is_to_be_placed(data->files[i])) {
            continue;
        }
        if (count >= FILES_FLUSHED_AT_ONCE && platform_file_flush_system(path) == ODO_OK) {
            break;
        }
        count = 0; /* retry one by one, to find the failing file */
        status = flush_file(path);
        if (status != ODO_OK) {
            *end_inout = i;
            return status;
        }
    }
    return ODO_OK;
}

/* Rename flushed files and record it. */
static enum odo_status rename_files(struct odo_job *job, uint32_t first, uint32_t end)
{
    struct job *data = &job->locked.job;
    const char *renamed = NULL;
    enum odo_status status = ODO_OK;

    for (uint32_t i = first; i < end && status == ODO_OK; i++) {
        struct job_file *file = data->files[i];

        if (file->stage != JOB_FILE_COMPLETING) {
            continue;
        }
        if (file->local_path) {
            platform_mutex_lock(job->journal_lock); /* the keeper may have it open */
            status = platform_file_rename(file->temporary_path, file->local_path);
            platform_mutex_unlock(job->journal_lock);
            renamed = status == ODO_OK ? file->local_path : renamed;
        }
        if (status == ODO_OK) {
            platform_mutex_lock(job->engine->lock);
            job_set_stage(data, file, JOB_FILE_COMPLETED);
            job_note_unwritten(data, i, JOB_FILE_PROGRESS);
            platform_mutex_unlock(job->engine->lock);
        }
    }
    if (renamed) {
        enum odo_status flushed = platform_file_flush_name(renamed);

        status = status == ODO_OK ? flushed : status;
    }
    return status;
}

enum odo_status engine_place_files(struct odo_job *job)
{
    const struct job *data = &job->locked.job;
    enum odo_status status = announce_renaming(job);
    uint32_t end = 0;

    for (uint32_t first = 0; status == ODO_OK && first < data->file_count; first = end) {
        uint32_t count = count_neighbours(data, first, &end);
        enum odo_status renamed;

        status = flush_files(data, first, count, &end);
        renamed = rename_files(job, first, end);
        status = renamed == ODO_OK ? status : renamed;
    }
    return status;
}

/* --- Name conflicts ------------------------------------------------------------------- */

/* Never returns 0. */
static enum odo_status hash_place(const char *local_path, uint64_t *place_out)
{
    char *folded = NULL;
    enum odo_status status = platform_path_fold(local_path, &folded);

    if (status == ODO_OK) {
        uint64_t hash = XXH3_64bits(folded, strlen(folded));

        *place_out = hash ? hash : 1;
        memory_free(folded);
    }
    return status;
}

static bool is_same_content(const struct job_file *file, const struct odo_file_request *request)
{
    return strcmp(file->url, request->url) == 0 && file->range_count == request->range_count &&
           (file->range_count == 0 || memcmp(file->ranges, request->ranges,
                                             file->range_count * sizeof(*file->ranges)) == 0);
}

enum odo_status engine_check_place(struct odo_job *job, uint32_t self,
                                   const struct odo_file_request *request)
{
    const struct job *data = &job->locked.job;
    uint64_t place = 0;
    enum odo_status status = hash_place(request->local_path, &place);

    if (status == ODO_OK && platform_path_is_folder(request->local_path)) {
        status = ODO_E_ACCESS_DENIED; /* the error that renaming would give */
    }
    for (uint32_t i = 0; i < data->file_count && status == ODO_OK; i++) {
        struct engine_runner *runner = job->locked.runners[i];
        const struct job_file *file = data->files[i];

        if (runner->place != 0 && runner->place != place) {
            continue; /* true for nearly all files of a large job */
        }
        if (i == self || !file->local_path || file->stage == JOB_FILE_COMPLETED) {
            continue;
        }
        if (runner->place == 0) { /* only accessed under `operation`, like the paths */
            status = hash_place(file->local_path, &runner->place);
        }
        if (status == ODO_OK && runner->place == place && !is_same_content(file, request)) {
            status = ODO_E_INVALID_ARGUMENT;
        }
    }
    return status;
}
