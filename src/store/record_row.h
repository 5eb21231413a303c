/*
 * A row of records, each a head and a payload. Records that are written together, a batch, are
 * worth nothing without each other.
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
 * Pure: no I/O, no clock, no locks.
 */
#ifndef ODO_STORE_RECORD_ROW_H
#define ODO_STORE_RECORD_ROW_H

#include <odo/types.h>

enum {
    JOURNAL_HEAD_SIZE = 32, /* before each payload */
    JOURNAL_RECORD_SIZE_MAX = 512 * 1024 * 1024,
};

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

/* The bytes of a row. */
struct record_row {
    const unsigned char *data;
    size_t size;
    bool is_old; /* with the heads of an earlier version */
};

struct record_row record_row_of(const void *data, size_t size);

/* How many records count, and what is behind them. ODO_E_DAMAGED when that is damage. */
enum odo_status record_row_measure(const struct record_row *bytes, const char *boot_id,
                                   struct journal_reading *reading_out);

struct record_payload {
    const unsigned char *data;
    size_t size;
};

/* The record of this number, one of those that count, at the place *at, which moves behind it.
 */
struct record_payload record_row_next(const struct record_row *row, uint64_t number,
                                      size_t *at);

#endif
