/*
 * Reads a job from its serialized form (journal_format.h). The input is not trusted: everything
 * is validated, and counts are checked before allocation.
 *
 * Pure: no I/O, no clock, no locks.
 */
#ifndef ODO_STORE_JOURNAL_READ_H
#define ODO_STORE_JOURNAL_READ_H

#include "job/job.h"
#include "store/record_row.h"

/*
 * Read a job. On success the caller owns `*job_out`; on failure it is untouched. The recorded
 * progress is consistent with the file; whether its temporary file exists is not checked.
 *
 *   ODO_E_NOT_SUPPORTED   written by a newer version
 *   ODO_E_DAMAGED         not a journal, or not one that we could have written
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status journal_read(const void *data, size_t size, const char *boot_id,
                             struct job *job_out, struct journal_reading *reading_out);

#endif
