/*
 * Checks temporary files on disk. Other programs may truncate, delete or replace them at any
 * time, so each is compared with its record when it is loaded, resumed and renamed.
 */
#include "engine/engine_temporary.h"

#include "platform/file.h"

/* The number of bytes of the current request in a file of this size. */
static uint64_t kept_of(const struct job_file *file, uint64_t size)
{
    return size > file->output_base ? size - file->output_base : 0;
}

/* True if a non-empty file lacks recorded bytes because it was truncated. */
static bool may_be_cut(const struct job_file *file, uint64_t size)
{
    uint64_t kept = kept_of(file, size);

    if (file->stage >= JOB_FILE_TRANSFERRED) {
        return kept < file->bytes_total;
    }
    if (file->range_count == 0) {
        return kept < file->checkpoint.cursor;
    }
    return file->bytes_had > 0; /* ranges past the end are checked separately */
}

static bool is_ours(const struct job_file *file, const struct platform_file_view *view)
{
    return view->is_ordinary &&
           file_identity_may_be(view->identity, file->checkpoint.temporary);
}

/*
 * True if our file is at its target path. If it was recorded as renamed, any file there is
 * ours; if it was about to be renamed, only a complete file with the recorded identity is.
 */
static bool stands_at_target(const struct job_file *file)
{
    struct file_identity ours = file->checkpoint.temporary;
    struct platform_file_view view;

    if (platform_file_look(file->local_path, &view) != ODO_OK || !view.is_ordinary) {
        return false;
    }
    if (file->stage == JOB_FILE_COMPLETED) {
        return file_identity_may_be(view.identity, ours);
    }
    return file_identity_is(view.identity, ours) &&
           (file->bytes_total == ODO_SIZE_UNKNOWN ||
            view.size == file->output_base + file->bytes_total);
}

static bool is_missing(enum odo_status status)
{
    return status == ODO_E_FILE_NOT_FOUND || status == ODO_E_PATH_NOT_FOUND;
}

/* --- Loading -------------------------------------------------------------------------- */

/* A file that was being renamed when the process ended has its final name and is complete. */
static void settle_completed(struct job *data, struct job_file *file)
{
    if (file->bytes_total != ODO_SIZE_UNKNOWN) {
        job_set_progress(data, file, file->bytes_total, file->bytes_total);
    }
    job_set_stage(data, file, JOB_FILE_COMPLETED);
}

static bool may_have_its_name(const struct job_file *file)
{
    return file->stage == JOB_FILE_COMPLETING || file->stage == JOB_FILE_IN_DOUBT;
}

void engine_settle_file(struct job *data, struct job_file *file)
{
    struct platform_file_view view;
    enum odo_status status;

    if (!job_file_has_begun(file)) {
        return;
    }
    if (file->stage == JOB_FILE_COMPLETED) {
        if (!stands_at_target(file)) {
            job_forget_progress(data, file);
        }
        return;
    }
    status = platform_file_look(file->temporary_path, &view);
    if (is_missing(status)) {
        if (may_have_its_name(file) && stands_at_target(file)) {
            settle_completed(data, file);
        } else {
            job_forget_progress(data, file);
        }
    } else if (status == ODO_OK && is_ours(file, &view) && may_be_cut(file, view.size) &&
               job_cut_progress(data, file, kept_of(file, view.size)) != ODO_OK) {
        job_forget_progress(data, file); /* out of memory: all of it is fetched again */
    }                                    /* foreign files are detected when they are opened */
}

/* --- Resuming ------------------------------------------------------------------------- */

enum odo_status engine_check_begun(struct odo_job *job, struct job_file *file)
{
    struct platform_file_view view;
    enum odo_status status;

    if (!job_file_has_begun(file) ||
        platform_file_look(file->temporary_path, &view) != ODO_OK || !is_ours(file, &view) ||
        !may_be_cut(file, view.size)) {
        return ODO_OK; /* other problems are found when opening it */
    }
    platform_mutex_lock(job->engine->lock);
    status = job_cut_progress(&job->locked.job, file, kept_of(file, view.size));
    platform_mutex_unlock(job->engine->lock);
    return status;
}

/* --- Completing ----------------------------------------------------------------------- */

/* Another program has only appended data: remove that. */
static enum odo_status cut_to_size(const struct job_file *file)
{
    struct platform_file *opened = NULL;
    enum odo_status status = platform_file_open(file->temporary_path, &opened);

    if (status == ODO_OK) {
        status = platform_file_set_size(opened, file->output_base + file->bytes_total);
    }
    platform_file_close(opened);
    return status;
}

/* Check a file about to be renamed; *is_cut_out if part of it must be fetched again. */
static enum odo_status check_whole(const struct job_file *file, uint64_t *kept_out,
                                   bool *is_cut_out)
{
    struct platform_file_view view;
    enum odo_status status = platform_file_look(file->temporary_path, &view);

    if (is_missing(status)) {
        *kept_out = 0;
        *is_cut_out = true;
        return ODO_E_FILE_NOT_FOUND;
    }
    if (status != ODO_OK) {
        return status;
    }
    if (!is_ours(file, &view)) {
        return ODO_E_TEMPORARY_FILE_CHANGED;
    }
    *kept_out = kept_of(file, view.size);
    *is_cut_out = *kept_out < file->bytes_total;
    if (*is_cut_out) {
        return ODO_E_TEMPORARY_FILE_CHANGED;
    }
    return *kept_out > file->bytes_total ? cut_to_size(file) : ODO_OK;
}

/* The same for a file that has its final name, or needs none. */
static enum odo_status check_file(const struct job_file *file, uint64_t *kept_out,
                                  bool *is_cut_out)
{
    *kept_out = 0;
    *is_cut_out = false;
    if (!file->local_path || file->stage < JOB_FILE_TRANSFERRED) {
        return ODO_OK;
    }
    if (file->stage < JOB_FILE_COMPLETED) {
        return check_whole(file, kept_out, is_cut_out);
    }
    *is_cut_out = !stands_at_target(file);
    return *is_cut_out ? ODO_E_FILE_NOT_FOUND : ODO_OK;
}

/* Part or all of a file is missing. */
static enum odo_status note_cut(struct odo_job *job, uint32_t index, uint64_t kept)
{
    struct job *data = &job->locked.job;
    struct job_file *file = data->files[index];
    enum odo_status status = ODO_OK;

    platform_mutex_lock(job->engine->lock);
    if (kept == 0) {
        job_forget_progress(data, file);
    } else {
        status = job_cut_progress(data, file, kept);
    }
    job_note_unwritten(data, index, JOB_FILE_PROGRESS); /* saved with the new state */
    platform_mutex_unlock(job->engine->lock);
    return status;
}

enum odo_status engine_check_whole_files(struct odo_job *job, bool *must_fetch_out)
{
    const struct job *data = &job->locked.job;
    enum odo_status result = ODO_OK;

    *must_fetch_out = false;
    for (uint32_t i = 0; i < data->file_count; i++) {
        uint64_t kept;
        bool is_cut;
        enum odo_status status = check_file(data->files[i], &kept, &is_cut);

        result = result == ODO_OK ? status : result;
        if (is_cut) {
            status = note_cut(job, i, kept);
            *must_fetch_out = true;
        }
        if (status == ODO_E_OUT_OF_MEMORY) {
            return status;
        }
    }
    return result;
}

/* --- Leftovers ------------------------------------------------------------------------ */

enum odo_status engine_record_temporary(struct odo_job *job, struct engine_runner *runner)
{
    const struct job_file *file = job->locked.job.files[runner->index];
    enum odo_status status = ODO_OK;

    if (!job->engine->store || engine_keeps_locked(job) || !file->local_path ||
        runner->is_recorded) { /* none of these changes while `operation` is held */
        return ODO_OK;
    }
    if (!job->leftovers) {
        status = leftovers_create(job->engine->store, &job->id, &job->leftovers);
    }
    if (status == ODO_OK) {
        status = leftovers_add(job->leftovers, file->temporary_path);
    }
    runner->is_recorded = status == ODO_OK;
    return status;
}

void engine_end_leftovers(struct odo_job *job, bool is_clean)
{
    if (is_clean) {
        leftovers_remove(job->leftovers);
    } else {
        leftovers_close(job->leftovers);
    }
    job->leftovers = NULL;
}

/* --- Removing ------------------------------------------------------------------------- */

/* Only if it is our file. */
static enum odo_status remove_file(const struct job_file *file)
{
    struct platform_file_view view;

    if (platform_file_look(file->temporary_path, &view) == ODO_OK && !is_ours(file, &view)) {
        return ODO_E_TEMPORARY_FILE_CHANGED;
    }
    return platform_file_remove(file->temporary_path);
}

enum odo_status engine_remove_temporary_files(struct odo_job *job)
{
    enum odo_status result = ODO_OK;

    for (uint32_t i = 0; i < job->locked.job.file_count; i++) {
        const struct job_file *file = job->locked.job.files[i];
        enum odo_status status;

        /* A process may have been killed after starting a file and before recording that. */
        if (!file->temporary_path || file->stage == JOB_FILE_COMPLETED) {
            continue;
        }
        platform_mutex_lock(job->journal_lock); /* the keeper may have it open for flushing */
        status = remove_file(file);
        platform_mutex_unlock(job->journal_lock);
        if (job_file_has_begun(file) && status != ODO_OK && status != ODO_E_FILE_NOT_FOUND) {
            result = ODO_TEMPORARY_FILES_LEFT;
        }
    }
    return result;
}
