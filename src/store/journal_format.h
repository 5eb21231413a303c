/*
 * A job as bytes, and back.
 *
 * A journal is a row of records. Each is a length (4 bytes), a checksum (8 bytes, XXH64 of the
 * payload, seeded with the record's place in the row), and the payload, which begins with its
 * kind. All numbers are little-endian. The first record names the format, its version, the job,
 * and how many records were written together with it, which are worth nothing without each
 * other. A later record about the same thing takes the place of an earlier one. So a change
 * costs a record and not the whole, and a row that was cut off by a crash is good up to the
 * last whole record.
 *
 * What is read is hostile: everything is checked before it is believed, counts before they are
 * allocated.
 *
 * Pure: no I/O, no clock, no locks.
 */
#ifndef ODO_STORE_JOURNAL_FORMAT_H
#define ODO_STORE_JOURNAL_FORMAT_H

#include "base/buffer.h"
#include "job/job.h"

enum {
    JOURNAL_VERSION = 5,    /* what earlier ones have written is read too: they knew less */
    JOURNAL_HEAD_SIZE = 12, /* before each payload */
};

/* A whole journal may be this large; of a file with a million ranges it is 16 MiB. */
#define JOURNAL_SIZE_MAX ((size_t)1 << 30)

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
 * How far a file has come. Unless the file is_flushed or is_completed, the record counts only
 * while the machine has not been started anew; but that the file is_completing counts always.
 * Of a file without a local path nothing counts, unless the client has had all of it.
 */
enum odo_status journal_write_progress(struct buffer *buffer, uint64_t *row,
                                       const struct job *job, uint32_t index,
                                       const char *boot_id);

/*
 * Fill in the head of a record: `head` has JOURNAL_HEAD_SIZE bytes, behind which the payload
 * stands.
 */
void journal_seal(unsigned char *head, size_t payload_size, uint64_t row);

/* What came of reading. */
struct journal_reading {
    uint64_t row; /* records that were good */
    size_t size;  /* bytes that they take; anything behind was cut off by a crash */
    bool is_old; /* an earlier version wrote it: it is to be made anew before records of today's
                    are appended */
};

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
