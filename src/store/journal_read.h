/*
 * A job out of bytes (journal_format.h). They are hostile: everything is checked before it is
 * believed, counts before they are allocated.
 *
 * Pure: no I/O, no clock, no locks.
 */
#ifndef ODO_STORE_JOURNAL_READ_H
#define ODO_STORE_JOURNAL_READ_H

#include "job/job.h"
#include "store/record_row.h"

/*
 * Read a job. `*job_out` is the caller's on success, and untouched on failure. What is known
 * of a file's progress fits the file; that its temporary file is there is not known.
 *
 *   ODO_E_NOT_SUPPORTED   written by a newer version than this
 *   ODO_E_DAMAGED         not a journal, or not one that could have been written by us
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status journal_read(const void *data, size_t size, const char *boot_id,
                             struct job *job_out, struct journal_reading *reading_out);

#endif
