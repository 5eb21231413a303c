/*
 * Decides what is written to the store and when: client calls are recorded before they return,
 * everything else by the keeper.
 */
#include "engine/engine_store.h"

#include "base/log.h"
#include "base/status.h"

/* --- Recording ------------------------------------------------------------------------ */

/* Write unsaved changes to the journal's buffer. */
static enum odo_status write_unsaved_locked(struct odo_job *job)
{
    struct job *data = &job->locked.job;
    struct buffer *buffer = journal_buffer(job->journal);
    uint64_t *row = journal_row(job->journal);
    const char *boot_id = store_boot_id(job->engine->store);
    enum odo_status status = ODO_OK;

    for (uint32_t i = data->unsaved_first; i < data->unsaved_end && status == ODO_OK; i++) {
        const struct job_file *file = data->files[i];

        if (i >= data->saved_files || (file->unwritten & JOB_FILE_DEFINITION)) {
            status = journal_write_file(buffer, row, data, i);
        }
        /* A redefined file has no progress until a later record states it. */
        if (status == ODO_OK &&
            ((file->unwritten & JOB_FILE_PROGRESS) ||
             ((file->unwritten & JOB_FILE_DEFINITION) && file->stage > JOB_FILE_QUEUED))) {
            status = journal_write_progress(buffer, row, data, i, boot_id);
        }
    }
    if (status == ODO_OK && data->is_unsaved) {
        status = journal_write_job(buffer, row, data);
    }
    return status;
}

/* The journal lacks a record and must be rewritten. */
static void note_rewrite(struct odo_job *job)
{
    platform_mutex_lock(job->engine->lock);
    job->locked.must_rewrite = true;
    engine_wake_keeper_locked(job);
    platform_mutex_unlock(job->engine->lock);
}

/* Rewrite the journal in compact form. `journal_lock` is held. */
enum odo_status engine_rewrite_journal(struct odo_job *job)
{
    struct buffer bytes;
    uint64_t row = 0;
    enum odo_status status;

    buffer_init(&bytes, JOURNAL_SIZE_MAX);
    platform_mutex_lock(job->engine->lock);
    status =
        journal_write_all(&bytes, &row, &job->locked.job, store_boot_id(job->engine->store));
    if (status == ODO_OK) {
        job_note_saved(&job->locked.job);
        job->locked.must_rewrite = false;
    }
    platform_mutex_unlock(job->engine->lock);
    if (status == ODO_OK) {
        status = journal_rewrite(job->journal, &bytes, row);
    }
    buffer_free(&bytes);
    if (status != ODO_OK) {
        note_rewrite(job);
    }
    return status;
}

/* Append unsaved changes. `journal_lock` is held. */
static enum odo_status append(struct odo_job *job)
{
    enum odo_status status;

    platform_mutex_lock(job->engine->lock);
    status = write_unsaved_locked(job);
    if (status == ODO_OK) {
        job_note_saved(&job->locked.job);
    }
    platform_mutex_unlock(job->engine->lock);
    if (status == ODO_OK) {
        status = journal_commit(job->journal);
    } else {
        journal_rollback(job->journal);
    }
    if (status != ODO_OK) {
        note_rewrite(job);
    }
    return status;
}

/*
 * Record changes; `journal_lock` is held. After a failure the journal lacks records, and others
 * that depend on them must not be appended.
 */
enum odo_status engine_save_unsaved(struct odo_job *job)
{
    bool must_rewrite;

    platform_mutex_lock(job->engine->lock);
    must_rewrite = job->locked.must_rewrite;
    platform_mutex_unlock(job->engine->lock);
    return must_rewrite ? engine_rewrite_journal(job) : append(job);
}

enum odo_status engine_save(struct odo_job *job)
{
    enum odo_status status = ODO_OK;

    if (!job->engine->store) {
        return ODO_OK;
    }
    platform_mutex_lock(job->journal_lock);
    if (job->journal) {
        status = engine_save_unsaved(job);
    }
    platform_mutex_unlock(job->journal_lock);
    return status;
}

enum odo_status engine_store_create(struct odo_job *job)
{
    enum odo_status status;

    if (!engine_keeps_locked(job)) {
        return ODO_OK;
    }
    platform_mutex_lock(job->journal_lock);
    status = journal_create(job->engine->store, &job->locked.job, &job->journal);
    platform_mutex_unlock(job->journal_lock);
    return status;
}

enum odo_status engine_store_give_up(struct odo_job *job)
{
    enum odo_status status = ODO_OK;

    platform_mutex_lock(job->journal_lock);
    if (job->journal) {
        status = journal_remove(job->journal);
    }
    if (status == ODO_OK) {
        job->journal = NULL;
    }
    platform_mutex_unlock(job->journal_lock);
    return status;
}

void engine_store_remove(struct odo_job *job)
{
    enum odo_status status = engine_store_give_up(job);

    if (status != ODO_OK) {
        log_write(LOG_WARNING, "a journal could not be removed: %s", status_name(status));
        engine_store_close(job); /* the job has ended, which its final record will show */
    }
}

void engine_store_close(struct odo_job *job)
{
    enum odo_status status;

    platform_mutex_lock(job->journal_lock);
    if (job->journal) {
        status = engine_save_unsaved(job);
        if (status != ODO_OK) {
            status = engine_save_unsaved(job); /* again, as a full rewrite */
        }
        if (status != ODO_OK) {
            log_write(LOG_ERROR, "a job could not be recorded; it will be as it was before");
        }
        journal_close(job->journal);
        job->journal = NULL;
    }
    platform_mutex_unlock(job->journal_lock);
}

enum odo_status engine_store_flush(struct odo_job *job)
{
    enum odo_status status = engine_save(job);

    platform_mutex_lock(job->journal_lock);
    if (status == ODO_OK && job->journal) {
        status = journal_flush(job->journal);
    }
    platform_mutex_unlock(job->journal_lock);
    return status;
}

/* The change cannot be undone; if recording fails, the keeper tries again. */
void engine_save_or_log(struct odo_job *job)
{
    enum odo_status status = engine_save(job);

    if (status != ODO_OK) {
        log_write(LOG_WARNING, "a job could not be recorded: %s", status_name(status));
    }
}
