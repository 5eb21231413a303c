/*
 * Temporary files as they are on the disk.
 */
#ifndef ODO_ENGINE_ENGINE_TEMPORARY_H
#define ODO_ENGINE_ENGINE_TEMPORARY_H

#include "engine/engine.h"

/* Delete what is not to become anything; `operation` is held or nobody else knows the job.
 * ODO_TEMPORARY_FILES_LEFT when a file could not be deleted. */
enum odo_status engine_remove_temporary_files(struct odo_job *job);

/* A file of a volatile job is about to be begun: should the process be killed, the next engine
 * of this user removes it. `operation` is held. */
enum odo_status engine_record_temporary(struct odo_job *job, struct engine_runner *runner);

/* The job has ended, or is kept from now on; unless `is_clean`, files are left. `operation` is
 * held. */
void engine_end_leftovers(struct odo_job *job, bool is_clean);

/* Hold what was recorded of a file against the disk; nobody else knows the job yet. */
void engine_settle_file(struct job *data, struct job_file *file);

/* The same for a file that goes on; `operation` is held, and it stands still. */
enum odo_status engine_check_begun(struct odo_job *job, struct job_file *file);

/*
 * Whether every file that is said to be whole is. `operation` is held, and nothing of the job
 * runs. Files of which something is missing are not whole any more, and *must_fetch_out says
 * so.
 *
 *   ODO_E_TEMPORARY_FILE_CHANGED   a temporary file was cut, or another has its name
 *   ODO_E_FILE_NOT_FOUND           one is gone, or a completed file from its target
 */
enum odo_status engine_check_whole_files(struct odo_job *job, bool *must_fetch_out);

#endif
