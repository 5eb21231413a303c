/*
 * Whatever ranges arrive, a set is refused for the documented reason or covers exactly the same
 * bytes.
 */
#include "fuzz_target.h"

#include "ranges/range_set.h"

#include <string.h>

enum { RANGES_MOST = 512 };

/*
 * The first byte says how the rest is read: as whole numbers, which reach every value, or as
 * small ones, which meet each other more often.
 */
static size_t read_ranges(struct fuzz_input *input, struct byte_range *ranges,
                          uint64_t *file_size_out)
{
    bool whole = fuzz_read(input) % 2 == 0;
    uint64_t size = fuzz_read_number(input, whole ? 8 : 2);
    size_t count = 0;

    *file_size_out = !whole && size == UINT16_MAX ? ODO_SIZE_UNKNOWN : size;
    while (input->left > 0 && count < RANGES_MOST) {
        uint64_t offset = fuzz_read_number(input, whole ? 8 : 2);
        uint64_t length = fuzz_read_number(input, whole ? 8 : 1);

        if (!whole && length == UINT8_MAX) {
            length = BYTE_RANGE_TO_END;
        }
        ranges[count++] = (struct byte_range){offset, length};
    }
    return count;
}

static bool has_end(struct byte_range range)
{
    return range.length != BYTE_RANGE_TO_END && range.length <= UINT64_MAX - range.offset;
}

/* The status by the words of the documentation, without regard to speed. */
static enum odo_status expected_status(const struct byte_range *ranges, size_t count,
                                       uint64_t file_size)
{
    static struct byte_range sorted[RANGES_MOST];
    uint64_t limit = file_size < BYTE_OFFSET_LIMIT ? file_size : BYTE_OFFSET_LIMIT;

    for (size_t i = 0; i < count; i++) {
        size_t place = i;

        for (; place > 0 && sorted[place - 1].offset > ranges[i].offset; place--) {
            sorted[place] = sorted[place - 1];
        }
        sorted[place] = ranges[i];
    }
    for (size_t i = 1; i < count; i++) {
        if (!has_end(sorted[i - 1]) ||
            sorted[i - 1].offset + sorted[i - 1].length > sorted[i].offset) {
            return ODO_E_OVERLAPPING_RANGES;
        }
    }
    for (size_t i = 0; i < count; i++) {
        bool is_open = ranges[i].length == BYTE_RANGE_TO_END;

        if (ranges[i].length == 0 || ranges[i].offset >= limit ||
            (!is_open && ranges[i].length > limit - ranges[i].offset)) {
            return ODO_E_INVALID_RANGE;
        }
    }
    return ODO_OK;
}

static uint64_t covered_bytes(const struct byte_range *ranges, size_t count)
{
    uint64_t total = 0;

    for (size_t i = 0; i < count; i++) {
        total += ranges[i].length == BYTE_RANGE_TO_END ? BYTE_OFFSET_LIMIT - ranges[i].offset
                                                       : ranges[i].length;
    }
    return total;
}

static bool covers(const struct range_set *set, struct byte_range range)
{
    for (size_t i = 0; i < set->count; i++) {
        struct byte_range item = set->items[i];

        if (range.offset < item.offset || range.offset - item.offset >= item.length) {
            continue;
        }
        return item.length == BYTE_RANGE_TO_END ||
               (range.length != BYTE_RANGE_TO_END &&
                range.length <= item.length - (range.offset - item.offset));
    }
    return false;
}

/* Give the set its end, which may be any. */
static void check_close(struct range_set *set, uint64_t file_size)
{
    struct byte_range last = set->items[set->count - 1];
    bool is_open = last.length == BYTE_RANGE_TO_END;
    bool is_empty_file = file_size == 0 && last.offset == 0 && is_open;
    bool fits = last.offset < file_size && (is_open ? file_size <= BYTE_OFFSET_LIMIT
                                                    : last.length <= file_size - last.offset);
    uint64_t total = range_set_total(set);
    enum odo_status status = range_set_close(set, file_size);

    REQUIRE(status == (fits || is_empty_file ? ODO_OK : ODO_E_INVALID_RANGE));
    REQUIRE(range_set_is_normal(set));
    if (is_empty_file) {
        REQUIRE(set->count == 0 && range_set_total(set) == 0);
    } else if (status == ODO_OK && is_open) {
        last.length = set->items[set->count - 1].length;
        REQUIRE(last.offset + last.length == file_size);
        REQUIRE(range_set_total(set) <= file_size);
    } else {
        REQUIRE(range_set_total(set) == total);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct byte_range ranges[RANGES_MOST];
    struct fuzz_input input = {data, size};
    struct range_set set = {0};
    struct range_set again = {0};
    uint64_t file_size;
    size_t count = read_ranges(&input, ranges, &file_size);
    enum odo_status status;

    if (count == 0) {
        return 0;
    }
    status = range_set_build(ranges, count, file_size, &set);
    REQUIRE(status == expected_status(ranges, count, file_size));
    if (status != ODO_OK) {
        REQUIRE(set.items == NULL && set.count == 0);
        return 0;
    }

    /* Every range is in the set, and the set has not a byte more. */
    REQUIRE(range_set_is_normal(&set) && set.count > 0);
    for (size_t i = 0; i < count; i++) {
        REQUIRE(covers(&set, ranges[i]));
    }
    REQUIRE(covered_bytes(set.items, set.count) == covered_bytes(ranges, count));

    /* Building from a normal set gives the same set back. */
    REQUIRE(range_set_build(set.items, set.count, file_size, &again) == ODO_OK);
    REQUIRE(again.count == set.count);
    REQUIRE(memcmp(again.items, set.items, set.count * sizeof(set.items[0])) == 0);

    check_close(&again, file_size == ODO_SIZE_UNKNOWN ? ranges[0].offset + 300 : file_size);
    check_close(&set, ranges[count - 1].offset + 1);
    range_set_free(&again);
    range_set_free(&set);
    return 0;
}
