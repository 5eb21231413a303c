#include "store/record_row.h"

#include "store/little_endian.h"

#include <assert.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Offsets in a head. */
enum {
    HEAD_LENGTH = 0,
    HEAD_ROW = 4,
    HEAD_DURABLE = 8,
    HEAD_BOOT = 12,
    HEAD_PAYLOAD_CHECK = 16,
    HEAD_CHECK = 24,
    OLD_HEAD_SIZE = 12, /* up to version 5: a length, and the checksum of the payload */
    OLD_SEARCH_MOST = 64 * 1024 * 1024, /* bytes hashed to recover from a bad length */
};
#define MORE_FOLLOWS (UINT32_C(1) << 31)

/* --- Writing -------------------------------------------------------------------------- */

/* Never 0, which means "unknown". */
static uint32_t hash_of_boot(const char *boot_id)
{
    uint32_t hash = XXH32(boot_id, strlen(boot_id), 0);

    return hash != 0 ? hash : 1;
}

static uint64_t check_of_head(const unsigned char *head)
{
    return XXH64(head, HEAD_CHECK, JOURNAL_HEAD_SIZE);
}

void journal_seal(unsigned char *head, size_t payload_size, uint64_t row)
{
    store_u32(head + HEAD_LENGTH, (uint32_t)payload_size);
    store_u32(head + HEAD_ROW, (uint32_t)row);
    store_u32(head + HEAD_DURABLE, 0);
    store_u32(head + HEAD_BOOT, 0);
    store_u64(head + HEAD_PAYLOAD_CHECK, XXH64(head + JOURNAL_HEAD_SIZE, payload_size, row));
    store_u64(head + HEAD_CHECK, check_of_head(head));
}

void journal_stamp(unsigned char *data, size_t size, uint64_t durable, const char *boot_id)
{
    uint32_t boot = hash_of_boot(boot_id);
    size_t at = 0;

    while (at < size) {
        unsigned char *head = data + at;
        uint32_t length = (uint32_t)load(head + HEAD_LENGTH, 4) & (MORE_FOLLOWS - 1);

        at += JOURNAL_HEAD_SIZE + (size_t)length;
        store_u32(head + HEAD_LENGTH, at < size ? length | MORE_FOLLOWS : length);
        store_u32(head + HEAD_DURABLE, (uint32_t)durable);
        store_u32(head + HEAD_BOOT, boot);
        store_u64(head + HEAD_CHECK, check_of_head(head));
    }
    assert(at == size);
}

/* --- Reading -------------------------------------------------------------------------- */

/* What was found at an offset. */
enum finding {
    FOUND_WHOLE, /* a complete record */
    FOUND_END,
    FOUND_CUT, /* the beginning of a record: the data ends */
    FOUND_BAD,
};

struct found_record {
    const unsigned char *payload;
    size_t length;
    uint64_t row;
    size_t durable;
    uint32_t boot; /* 0 if the head is bad or old */
    bool more_follows;
};

/*
 * True if the next record of the sequence follows anywhere: then this one's length is wrong.
 * The number of hashed bytes is limited, since random data looks like lengths too.
 */
static bool has_next_old(const struct record_row *bytes, size_t at, uint64_t row)
{
    size_t budget = OLD_SEARCH_MOST;

    for (size_t i = at + 1; bytes->size - i >= OLD_HEAD_SIZE; i++) {
        const unsigned char *head = bytes->data + i;
        size_t length = (size_t)load(head, 4);

        if (length == 0 || length > bytes->size - i - OLD_HEAD_SIZE || length > budget) {
            continue;
        }
        budget -= length;
        if (XXH64(head + OLD_HEAD_SIZE, length, row + 1) == load(head + 4, 8)) {
            return true;
        }
    }
    return false;
}

static enum finding look_at_old(const struct record_row *bytes, size_t at, uint64_t row,
                                struct found_record *found)
{
    const unsigned char *head = bytes->data + at;
    size_t left = bytes->size - at;

    if (left < OLD_HEAD_SIZE) {
        return left == 0 ? FOUND_END : FOUND_CUT;
    }
    left -= OLD_HEAD_SIZE;
    found->payload = head + OLD_HEAD_SIZE;
    found->length = (size_t)load(head, 4);
    found->row = row;
    if (found->length > left) { /* or the length is wrong, and the rest is the record */
        return found->length > JOURNAL_RECORD_SIZE_MAX ||
                       XXH64(found->payload, left, row) == load(head + 4, 8) ||
                       has_next_old(bytes, at, row)
                   ? FOUND_BAD
                   : FOUND_CUT;
    }
    return found->length <= JOURNAL_RECORD_SIZE_MAX &&
                   XXH64(found->payload, found->length, row) == load(head + 4, 8)
               ? FOUND_WHOLE
               : FOUND_BAD;
}

static enum finding look_at(const struct record_row *bytes, size_t at,
                            struct found_record *found)
{
    const unsigned char *head = bytes->data + at;
    size_t left = bytes->size - at;

    if (left < JOURNAL_HEAD_SIZE) {
        return left == 0 ? FOUND_END : FOUND_CUT;
    }
    if (load(head + HEAD_CHECK, 8) != check_of_head(head)) {
        return FOUND_BAD;
    }
    left -= JOURNAL_HEAD_SIZE;
    found->payload = head + JOURNAL_HEAD_SIZE;
    found->length = (size_t)load(head + HEAD_LENGTH, 4) & (MORE_FOLLOWS - 1);
    found->more_follows = (load(head + HEAD_LENGTH, 4) & MORE_FOLLOWS) != 0;
    found->row = load(head + HEAD_ROW, 4);
    found->durable = (size_t)load(head + HEAD_DURABLE, 4);
    found->boot = (uint32_t)load(head + HEAD_BOOT, 4);
    if (found->length > JOURNAL_RECORD_SIZE_MAX) {
        return FOUND_BAD;
    }
    if (found->length > left) {
        return FOUND_CUT;
    }
    return XXH64(found->payload, found->length, found->row) ==
                   load(head + HEAD_PAYLOAD_CHECK, 8)
               ? FOUND_WHOLE
               : FOUND_BAD;
}

/* Find the record of this sequence at this offset. */
static enum finding find_record(const struct record_row *bytes, size_t at, uint64_t row,
                                struct found_record *found)
{
    enum finding finding;

    *found = (struct found_record){.payload = NULL};
    if (bytes->is_old) {
        return look_at_old(bytes, at, row, found);
    }
    finding = look_at(bytes, at, found);
    return finding != FOUND_END && finding != FOUND_BAD && found->row != row &&
                   bytes->size - at >= JOURNAL_HEAD_SIZE
               ? FOUND_BAD
               : finding;
}

/* True if the bad data at this offset cannot result from a crash. */
static bool is_damage(const struct record_row *bytes, size_t at, uint32_t boot_of_last,
                      const struct found_record *bad, const char *boot_id)
{
    uint32_t now = hash_of_boot(boot_id);
    struct found_record later;

    if (bytes->is_old || boot_of_last == now || bad->boot == now) {
        return true; /* no power failure in between */
    }
    for (size_t i = at + 1; bytes->size - i >= JOURNAL_HEAD_SIZE; i++) {
        later = (struct found_record){.payload = NULL};
        if (look_at(bytes, i, &later) == FOUND_WHOLE &&
            (later.durable > at || later.boot == now)) {
            return true;
        }
    }
    return false;
}

enum odo_status record_row_measure(const struct record_row *bytes, const char *boot_id,
                                   struct journal_reading *reading_out)
{
    struct journal_reading read = {.row = 0};
    struct found_record found;
    enum finding finding;
    uint32_t boot = 0;
    uint64_t row = 0;
    size_t at = 0;

    while ((finding = find_record(bytes, at, row, &found)) == FOUND_WHOLE) {
        at += (bytes->is_old ? OLD_HEAD_SIZE : JOURNAL_HEAD_SIZE) + found.length;
        row++;
        boot = found.boot;
        if (found.durable > read.durable) {
            read.durable = found.durable;
        }
        if (!found.more_follows) {
            read.size = at;
            read.row = row;
        }
    }
    if (finding == FOUND_BAD) {
        if (is_damage(bytes, at, boot, &found, boot_id)) {
            return ODO_E_DAMAGED;
        }
        read.was_torn = true;
    }
    if (read.durable > read.size) {
        return ODO_E_DAMAGED; /* flushed data is missing */
    }
    *reading_out = read;
    return ODO_OK;
}

struct record_row record_row_of(const void *data, size_t size)
{
    struct record_row row = {data, size, false};
    struct found_record found = {.payload = NULL};

    row.is_old = size < JOURNAL_HEAD_SIZE || look_at(&row, 0, &found) == FOUND_BAD;
    return row;
}

struct record_payload record_row_next(const struct record_row *row, uint64_t number, size_t *at)
{
    struct found_record found;

    (void)find_record(row, *at, number, &found); /* known to be complete */
    *at += (row->is_old ? OLD_HEAD_SIZE : JOURNAL_HEAD_SIZE) + found.length;
    return (struct record_payload){found.payload, found.length};
}
