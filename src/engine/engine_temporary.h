/*
 * Checks and removes temporary files.
 */
#ifndef ODO_ENGINE_ENGINE_TEMPORARY_H
#define ODO_ENGINE_ENGINE_TEMPORARY_H

#include "engine/engine.h"

/* Delete the temporary files that will not be completed; `operation` is held or the job is not
 * shared yet. ODO_TEMPORARY_FILES_LEFT if a file could not be deleted. */
enum odo_status engine_remove_temporary_files(struct odo_job *job);

/* Record that a file of a volatile job is about to be started: if the process is killed, the
 * user's next engine deletes it. `operation` is held. */
enum odo_status engine_record_temporary(struct odo_job *job, struct engine_runner *runner);

/* The job has ended or becomes persistent; unless `is_clean`, files remain. `operation` is
 * held. */
void engine_end_leftovers(struct odo_job *job, bool is_clean);

/* Compare a loaded file's record with the disk; the job is not shared yet. */
void engine_settle_file(struct job *data, struct job_file *file);

/* The same for a file that is about to resume; `operation` is held, and it is not being
 * fetched. */
enum odo_status engine_check_begun(struct odo_job *job, struct job_file *file);

/*
 * Check that every file recorded as complete is complete. `operation` is held, and no transfer
 * of the job is running. Incomplete files are marked as such, and *must_fetch_out is set.
 *
 *   ODO_E_TEMPORARY_FILE_CHANGED   a temporary file was truncated or replaced
 *   ODO_E_FILE_NOT_FOUND           one was deleted, or a completed file was
 */
enum odo_status engine_check_whole_files(struct odo_job *job, bool *must_fetch_out);

#endif
