#include "ranges/range_set.h"

#include "base/checked.h"
#include "base/memory.h"
#include "ranges/offset_sort.h"

#include <assert.h>
#include <string.h>

static_assert(sizeof(struct byte_range) == 16 && offsetof(struct byte_range, offset) == 0,
              "offset_sort() takes it");

/* False if the range's end cannot be represented. */
static bool range_end(struct byte_range range, uint64_t *end_out)
{
    return range.length != BYTE_RANGE_TO_END &&
           checked_add_u64(range.offset, range.length, end_out);
}

/* True when one of the sorted ranges begins before its predecessor ends. */
static bool any_overlap(const struct byte_range *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint64_t end;

        if (!range_end(items[i - 1], &end) || items[i].offset < end) {
            return true;
        }
    }
    return false;
}

static bool range_is_valid(struct byte_range range, uint64_t limit)
{
    uint64_t end;

    if (range.length == 0 || range.offset >= limit) {
        return false;
    }
    if (range.length == BYTE_RANGE_TO_END) {
        return true;
    }
    return range_end(range, &end) && end <= limit;
}

/* Merge adjacent sorted neighbours, and return the number of ranges left. */
static size_t join_touching(struct byte_range *items, size_t count)
{
    size_t last = 0;

    for (size_t next = 1; next < count; next++) {
        if (items[last].offset + items[last].length < items[next].offset) {
            items[++last] = items[next];
        } else if (items[next].length == BYTE_RANGE_TO_END) {
            items[last].length = BYTE_RANGE_TO_END;
        } else {
            items[last].length += items[next].length;
        }
    }
    return last + 1;
}

enum odo_status range_set_build(const struct byte_range *ranges, size_t count,
                                uint64_t file_size, struct range_set *set_out)
{
    uint64_t limit = file_size < BYTE_OFFSET_LIMIT ? file_size : BYTE_OFFSET_LIMIT;
    struct range_set set = {0};
    enum odo_status status;
    size_t bytes;

    assert(ranges && count > 0);

    if (!checked_multiply_size(count, sizeof(*set.items), &bytes)) {
        return ODO_E_TOO_MANY;
    }

    /* Copy first and validate the copy: the caller may modify its memory meanwhile. */
    set.items = memory_allocate(count, sizeof(*set.items));
    if (!set.items) {
        status = ODO_E_OUT_OF_MEMORY;
        goto done;
    }
    memcpy(set.items, ranges, bytes);

    status = offset_sort(set.items, count, sizeof(*set.items));
    if (status != ODO_OK) {
        goto done;
    }
    if (any_overlap(set.items, count)) {
        status = ODO_E_OVERLAPPING_RANGES;
        goto done;
    }
    for (size_t i = 0; i < count; i++) {
        if (!range_is_valid(set.items[i], limit)) {
            status = ODO_E_INVALID_RANGE;
            goto done;
        }
    }
    set.count = join_touching(set.items, count);
    if (set.count < count) {
        struct byte_range *smaller = memory_resize(set.items, set.count, sizeof(*set.items));

        set.items = smaller ? smaller : set.items; /* on failure the larger block is fine */
    }

    assert(range_set_is_normal(&set));
    *set_out = set;
    set = (struct range_set){0}; /* ownership has moved to *set_out */

done:
    range_set_free(&set);
    return status;
}

enum odo_status range_set_close(struct range_set *set, uint64_t file_size)
{
    uint64_t limit = file_size < BYTE_OFFSET_LIMIT ? file_size : BYTE_OFFSET_LIMIT;
    struct byte_range *last;

    assert(file_size != ODO_SIZE_UNKNOWN);

    if (set->count == 0) {
        return ODO_OK;
    }
    last = &set->items[set->count - 1]; /* if it fits, all do */
    if (file_size == 0 && last->offset == 0 && last->length == BYTE_RANGE_TO_END) {
        range_set_free(set);
        return ODO_OK;
    }
    if (!range_is_valid(*last, limit)) {
        return ODO_E_INVALID_RANGE;
    }
    if (last->length == BYTE_RANGE_TO_END) {
        if (file_size > BYTE_OFFSET_LIMIT) {
            return ODO_E_INVALID_RANGE;
        }
        last->length = file_size - last->offset;
    }
    return ODO_OK;
}

uint64_t range_set_total(const struct range_set *set)
{
    uint64_t total = 0;

    if (set->count > 0 && set->items[set->count - 1].length == BYTE_RANGE_TO_END) {
        return ODO_SIZE_UNKNOWN;
    }
    for (size_t i = 0; i < set->count; i++) {
        total += set->items[i].length; /* at most BYTE_OFFSET_LIMIT, as they are disjoint */
    }
    return total;
}

void range_set_free(struct range_set *set)
{
    memory_free(set->items);
    *set = (struct range_set){0};
}

bool range_set_is_normal(const struct range_set *set)
{
    if (set->count == 0) {
        return set->items == NULL;
    }
    for (size_t i = 0; i < set->count; i++) {
        uint64_t end;

        if (!range_is_valid(set->items[i], BYTE_OFFSET_LIMIT)) {
            return false;
        }
        if (i + 1 < set->count &&
            (!range_end(set->items[i], &end) || end >= set->items[i + 1].offset)) {
            return false;
        }
    }
    return true;
}
