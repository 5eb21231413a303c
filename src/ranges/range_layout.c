#include "ranges/range_layout.h"

#include "base/checked.h"
#include "base/memory.h"
#include "ranges/offset_sort.h"

#include <assert.h>

static_assert(sizeof(struct layout_item) == 24 && offsetof(struct layout_item, offset) == 0,
              "offset_sort() takes it");

/* One past the last byte; an open-ended item has no end that can be requested. */
static uint64_t item_end(const struct layout_item *item)
{
    return item->length == BYTE_RANGE_TO_END ? UINT64_MAX : item->offset + item->length;
}

/* Place each range directly after its predecessor in the list. */
static enum odo_status place_ranges(const struct byte_range *ranges, size_t count,
                                    uint64_t file_size, struct layout_item *items)
{
    uint64_t limit = file_size < BYTE_OFFSET_LIMIT ? file_size : BYTE_OFFSET_LIMIT;
    uint64_t output = 0;
    bool open = false;

    for (size_t i = 0; i < count; i++) {
        struct byte_range range = ranges[i];
        uint64_t end;

        if (range.length == 0 || range.offset >= limit) {
            return ODO_E_INVALID_RANGE;
        }
        if (range.length == BYTE_RANGE_TO_END && file_size != ODO_SIZE_UNKNOWN) {
            range.length = file_size - range.offset;
        }
        if (range.length != BYTE_RANGE_TO_END &&
            (!checked_add_u64(range.offset, range.length, &end) || end > limit)) {
            return ODO_E_INVALID_RANGE;
        }
        if (open) {
            return ODO_E_NOT_SET;
        }
        items[i] = (struct layout_item){range.offset, range.length, output};
        open = range.length == BYTE_RANGE_TO_END;
        if (!open && !checked_add_u64(output, range.length, &output)) {
            return ODO_E_INVALID_RANGE; /* only if the ranges overlap */
        }
    }
    return ODO_OK;
}

/* Merge sorted neighbours that are adjacent on both sides, and return the number of items
 * left. */
static size_t join_touching(struct layout_item *items, size_t count)
{
    size_t last = 0;

    for (size_t next = 1; next < count; next++) {
        bool touching = item_end(&items[last]) == items[next].offset &&
                        items[last].output + items[last].length == items[next].output;

        if (!touching) {
            items[++last] = items[next];
        } else if (items[next].length == BYTE_RANGE_TO_END) {
            items[last].length = BYTE_RANGE_TO_END;
        } else {
            items[last].length += items[next].length;
        }
    }
    return last + 1;
}

enum odo_status range_layout_build(const struct byte_range *ranges, size_t count,
                                   uint64_t file_size, struct range_layout *layout_out)
{
    static const struct byte_range whole = {0, BYTE_RANGE_TO_END};
    struct range_layout layout = {0};
    enum odo_status status;

    if (count == 0) {
        ranges = &whole;
        count = 1;
    }
    if (file_size == 0 && count == 1 && ranges[0].offset == 0 &&
        ranges[0].length == BYTE_RANGE_TO_END) {
        *layout_out = layout; /* an empty file has no bytes to place */
        return ODO_OK;
    }
    layout.items = memory_allocate(count, sizeof(*layout.items));
    if (!layout.items) {
        status = ODO_E_OUT_OF_MEMORY;
        goto done;
    }
    status = place_ranges(ranges, count, file_size, layout.items);
    if (status != ODO_OK) {
        goto done;
    }
    status = offset_sort(layout.items, count, sizeof(*layout.items));
    if (status != ODO_OK) {
        goto done;
    }
    layout.count = join_touching(layout.items, count);
    if (layout.count < count) {
        struct layout_item *smaller =
            memory_resize(layout.items, layout.count, sizeof(*layout.items));

        layout.items = smaller ? smaller : layout.items; /* the larger block is fine */
    }
    *layout_out = layout;
    layout = (struct range_layout){0}; /* ownership has moved to *layout_out */

done:
    range_layout_free(&layout);
    return status;
}

/* True if `index` is that of the first item ending after `offset`, or the count. */
static bool is_place_of(const struct range_layout *layout, size_t index, uint64_t offset)
{
    return index <= layout->count &&
           (index == 0 || item_end(&layout->items[index - 1]) <= offset) &&
           (index == layout->count || item_end(&layout->items[index]) > offset);
}

static size_t find_place(const struct range_layout *layout, uint64_t offset)
{
    size_t low = 0;
    size_t high = layout->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (item_end(&layout->items[middle]) > offset) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

struct layout_run range_layout_find(const struct range_layout *layout, uint64_t offset,
                                    size_t *hint)
{
    const struct layout_item *item;

    if (!is_place_of(layout, *hint, offset)) {
        bool is_next = *hint < layout->count && is_place_of(layout, *hint + 1, offset);

        *hint = is_next ? *hint + 1 : find_place(layout, offset);
    }
    if (*hint == layout->count) {
        return (struct layout_run){.length = BYTE_RANGE_TO_END};
    }
    item = &layout->items[*hint];
    if (offset < item->offset) {
        return (struct layout_run){.length = item->offset - offset};
    }
    return (struct layout_run){
        .wanted = true,
        .length =
            item->length == BYTE_RANGE_TO_END ? BYTE_RANGE_TO_END : item_end(item) - offset,
        .output = item->output + (offset - item->offset),
    };
}

void range_layout_free(struct range_layout *layout)
{
    memory_free(layout->items);
    *layout = (struct range_layout){0};
}
