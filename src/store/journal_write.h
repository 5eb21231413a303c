/*
 * Serializes a job (journal_format.h).
 *
 * Pure: no I/O, no clock, no locks.
 */
#ifndef ODO_STORE_JOURNAL_WRITE_H
#define ODO_STORE_JOURNAL_WRITE_H

#include "base/buffer.h"
#include "job/job.h"

/* Append records to `buffer` and count them in `*row`; 0 begins a journal. All return ODO_OK,
 * ODO_E_OUT_OF_MEMORY, or ODO_E_TOO_MANY for data that could not be read back or exceeds the
 * buffer's limit; buffer and count are then unchanged. */

/* The complete job. */
enum odo_status journal_write_all(struct buffer *buffer, uint64_t *row, const struct job *job,
                                  const char *boot_id);

/* The job's state, times, settings and error. */
enum odo_status journal_write_job(struct buffer *buffer, uint64_t *row, const struct job *job);

/* The definition of a file. */
enum odo_status journal_write_file(struct buffer *buffer, uint64_t *row, const struct job *job,
                                   uint32_t index);

/*
 * The progress of a file. Unless its bytes are flushed or the file is COMPLETED, the record
 * counts only until the next reboot; that the file is COMPLETING always counts. For a file
 * without a local path nothing counts, unless the client has received all of it.
 */
enum odo_status journal_write_progress(struct buffer *buffer, uint64_t *row,
                                       const struct job *job, uint32_t index,
                                       const char *boot_id);

#endif
