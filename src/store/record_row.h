/*
 * A sequence of records, each with a head and a payload. Records written together form a batch,
 * which is valid only as a whole.
 *
 *   offset  size   in a head
 *        0     4   length of the payload; the top bit: more of the batch follows
 *        4     4   the record's index in the sequence
 *        8     4   bytes of the journal known to be flushed when the record was written
 *       12     4   hash of the boot id at that time
 *       16     8   XXH64 of the payload, seeded with the index
 *       24     8   XXH64 of all of the above
 *
 * Errors at the end of a journal and their meaning: a killed process leaves a prefix of what it
 * wrote, so a truncated record is the result of a crash, and so is a batch that lacks its last
 * records. A power failure may keep any part of what was not flushed, so after one, a record
 * written since the last flush may be bad. Any other bad record is damage: in the same boot, or
 * before a later record that states it was flushed. Versions up to 5 had heads with a length
 * and the payload's checksum; for those, anything but truncation is damage.
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
 * Fill in the head of a record: `head` has JOURNAL_HEAD_SIZE bytes and is followed by the
 * payload. Nothing counts as flushed, and the boot is unknown.
 */
void journal_seal(unsigned char *head, size_t payload_size, uint64_t row);

/*
 * Make one batch of the complete records in `data`, to be written when `durable` bytes of their
 * journal are flushed, in this boot.
 */
void journal_stamp(unsigned char *data, size_t size, uint64_t durable, const char *boot_id);

/* The result of reading. */
struct journal_reading {
    uint64_t row;   /* number of valid records */
    size_t size;    /* bytes they take; what follows was not written completely */
    size_t durable; /* bytes of these known to be flushed */
    bool was_torn;  /* the data after them may have been valid before a power failure or other
                       corruption */
    bool is_old; /* written by an earlier version: it must be rewritten before new records are
                    appended */
};

/* The bytes of a sequence. */
struct record_row {
    const unsigned char *data;
    size_t size;
    bool is_old; /* with heads of an earlier version */
};

struct record_row record_row_of(const void *data, size_t size);

/* Count the valid records and classify what follows. ODO_E_DAMAGED if that is damage. */
enum odo_status record_row_measure(const struct record_row *bytes, const char *boot_id,
                                   struct journal_reading *reading_out);

struct record_payload {
    const unsigned char *data;
    size_t size;
};

/* The record with this number, which must be valid, at offset *at, which is advanced past
 * it. */
struct record_payload record_row_next(const struct record_row *row, uint64_t number,
                                      size_t *at);

#endif
