/*
 * A job as bytes (journal_format.h).
 *
 * Pure: no I/O, no clock, no locks.
 */
#ifndef ODO_STORE_JOURNAL_WRITE_H
#define ODO_STORE_JOURNAL_WRITE_H

#include "base/buffer.h"
#include "job/job.h"

/* Append records to `buffer`, which counts them in `*row`; 0 begins a journal.
 * All return ODO_OK, ODO_E_OUT_OF_MEMORY, or ODO_E_TOO_MANY for what could not be read again
 * or passes the buffer's limit; the buffer and the count are then as they were. */

/* Everything there is to know of a job. */
enum odo_status journal_write_all(struct buffer *buffer, uint64_t *row, const struct job *job,
                                  const char *boot_id);

/* The job's state, times, settings and error. */
enum odo_status journal_write_job(struct buffer *buffer, uint64_t *row, const struct job *job);

/* What was asked for a file. */
enum odo_status journal_write_file(struct buffer *buffer, uint64_t *row, const struct job *job,
                                   uint32_t index);

/*
 * How far a file has come. Unless its bytes are flushed or the file is COMPLETED, the record
 * counts only while the machine has not been started anew; but that the file is COMPLETING
 * counts always. Of a file without a local path nothing counts, unless the client has had all
 * of it.
 */
enum odo_status journal_write_progress(struct buffer *buffer, uint64_t *row,
                                       const struct job *job, uint32_t index,
                                       const char *boot_id);

#endif
