/*
 * A job as bytes, and back.
 *
 * A journal is a row of records. A record is a head and a payload, which begins with its kind.
 * All numbers are little-endian. The first record names the format, its version, the job, and
 * how many records were written together with it. A later record about the same thing takes the
 * place of an earlier one; so a change costs a record and not the whole. Records that are
 * written together, a batch, are worth nothing without each other.
 *
 *   offset  size   in a head
 *        0     4   length of the payload; the topmost bit: more of the batch follows
 *        4     4   the record's place in the row
 *        8     4   so much of the journal was flushed to the disk before the record was written
 *       12     4   a hash of the machine's start in which it was written
 *       16     8   XXH64 of the payload, seeded with the place in the row
 *       24     8   XXH64 of all that
 *
 * What may be wrong with the end of a journal, and what it means. A process that is killed
 * leaves the beginning of what it wrote: a record that the end of the journal cuts off is a
 * crash's, and so is a batch that lacks its last records. A power cut may keep any part of what
 * was not flushed, so after it a record may be bad that was written since the last flush. Every
 * other bad record is damage: in the same start of the machine, or before anything that was
 * written later and says that it was flushed. Versions up to 5 had heads of a length and the
 * checksum of the payload; with them, what is not cut off is damage.
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
    JOURNAL_VERSION = 6,    /* what earlier ones have written is read too: they knew less */
    JOURNAL_HEAD_SIZE = 32, /* before each payload */
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
 * How far a file has come. Unless its bytes are flushed or the file is COMPLETED, the record
 * counts only while the machine has not been started anew; but that the file is COMPLETING
 * counts always. Of a file without a local path nothing counts, unless the client has had all
 * of it.
 */
enum odo_status journal_write_progress(struct buffer *buffer, uint64_t *row,
                                       const struct job *job, uint32_t index,
                                       const char *boot_id);

/*
 * Fill in the head of a record: `head` has JOURNAL_HEAD_SIZE bytes, behind which the payload
 * stands. Nothing was flushed, and nobody knows in which start of the machine.
 */
void journal_seal(unsigned char *head, size_t payload_size, uint64_t row);

/*
 * Make one batch of the whole records in `data`, which are about to be written when `durable`
 * bytes of their journal are flushed, in this start of the machine.
 */
void journal_stamp(unsigned char *data, size_t size, uint64_t durable, const char *boot_id);

/* What came of reading. */
struct journal_reading {
    uint64_t row;   /* records that were good */
    size_t size;    /* bytes that they take; anything behind was not written to its end */
    size_t durable; /* of these, what was flushed for sure */
    bool was_torn;  /* what is behind may have been whole once: a power cut has spoilt it, or
                       something else */
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
