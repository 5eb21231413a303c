#include "store/record_row.h"

#include "store/little_endian.h"

#include <assert.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* In a head. */
enum {
    HEAD_LENGTH = 0,
    HEAD_ROW = 4,
    HEAD_DURABLE = 8,
    HEAD_BOOT = 12,
    HEAD_PAYLOAD_CHECK = 16,
    HEAD_CHECK = 24,
    OLD_HEAD_SIZE = 12, /* of versions up to 5: a length, and the check of the payload */
    OLD_SEARCH_MOST = 64 * 1024 * 1024, /* bytes hashed to find what a bad length hides */
};
#define MORE_FOLLOWS (UINT32_C(1) << 31)

/* --- Writing -------------------------------------------------------------------------- */

/* Never 0, which is nobody's. */
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

/* What stands at a place. */
enum finding {
    FOUND_WHOLE, /* a record */
    FOUND_END,
    FOUND_CUT, /* the beginning of one: there is no more */
    FOUND_BAD,
};

struct found_record {
    const unsigned char *payload;
    size_t length;
    uint64_t row;
    size_t durable;
    uint32_t boot; /* 0 when the head is bad, or old */
    bool more_follows;
};

/*
 * True when the next record of the row stands somewhere behind: then the length of this one is
 * bad. What is hashed for it is bounded, since lengths that are none are hashed too.
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
    if (found->length > left) { /* or the length is bad, and all the rest is the record */
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

/* The record of this row at this place. */
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

/* True when what is bad at this place cannot be the work of a crash. */
static bool is_damage(const struct record_row *bytes, size_t at, uint32_t boot_of_last,
                      const struct found_record *bad, const char *boot_id)
{
    uint32_t now = hash_of_boot(boot_id);
    struct found_record later;

    if (bytes->is_old || boot_of_last == now || bad->boot == now) {
        return true; /* the power was there all the time */
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
        return ODO_E_DAMAGED; /* what was flushed is not there any more */
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

    (void)find_record(row, *at, number, &found); /* it is whole */
    *at += (row->is_old ? OLD_HEAD_SIZE : JOURNAL_HEAD_SIZE) + found.length;
    return (struct record_payload){found.payload, found.length};
}
