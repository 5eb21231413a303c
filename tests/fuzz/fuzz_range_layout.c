/* Whatever the ranges and their order, every byte lands where the list says. */
#include "fuzz_target.h"

#include "ranges/range_layout.h"
#include "ranges/range_set.h"

#include <string.h>

enum { FILE_SIZE = 500, RANGES_MOST = 120, LOOKUPS_MOST = 200 };

/* Ranges apart or touching, within the file, in an order that the input chooses. */
static size_t read_ranges(struct fuzz_input *input, struct byte_range *ranges,
                          bool *is_open_out)
{
    size_t most = (size_t)fuzz_read(input) % (RANGES_MOST + 1);
    uint64_t offset = 0;
    size_t count = 0;

    *is_open_out = fuzz_read(input) % 2 == 1;
    while (count < most) {
        uint64_t shape = fuzz_read(input);
        uint64_t length = 1 + shape % 16;

        offset += shape / 16 % 4;
        if (offset + length > FILE_SIZE) {
            break;
        }
        ranges[count++] = (struct byte_range){offset, length};
        offset += length;
    }
    if (*is_open_out && count > 0) {
        ranges[count - 1].length = BYTE_RANGE_TO_END;
    }
    for (size_t i = count; i-- > 1;) {
        size_t other = (size_t)fuzz_read(input) % (i + 1); /* 0, read past the end, too */
        struct byte_range swap = ranges[i];

        ranges[i] = ranges[other];
        ranges[other] = swap;
    }
    return count;
}

/* Where each byte of the file lands in the output; UINT64_MAX for those that do not. */
static void make_map(const struct byte_range *ranges, size_t count, uint64_t *places)
{
    uint64_t output = 0;

    memset(places, 0xff, FILE_SIZE * sizeof(*places));
    if (count == 0) {
        for (uint64_t i = 0; i < FILE_SIZE; i++) {
            places[i] = i;
        }
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t end = ranges[i].length == BYTE_RANGE_TO_END
                           ? FILE_SIZE
                           : ranges[i].offset + ranges[i].length;

        for (uint64_t k = ranges[i].offset; k < end; k++) {
            places[k] = output++;
        }
    }
}

static void check_layout(const struct range_layout *layout, const uint64_t *places,
                         struct fuzz_input *input)
{
    size_t hint = 0;

    for (uint64_t offset = 0; offset < FILE_SIZE;) { /* run by run */
        struct layout_run run = range_layout_find(layout, offset, &hint);
        uint64_t end = run.length < FILE_SIZE - offset ? offset + run.length : FILE_SIZE;

        REQUIRE(run.length > 0);
        for (uint64_t i = offset; i < end; i++) {
            REQUIRE(places[i] == (run.wanted ? run.output + (i - offset) : UINT64_MAX));
        }
        if (run.length != BYTE_RANGE_TO_END && end < FILE_SIZE) {
            bool goes_on = run.wanted ? places[end] == run.output + (end - offset)
                                      : places[end] == UINT64_MAX;

            REQUIRE(!goes_on); /* a run is as long as can be */
        }
        offset = end;
    }
    for (int i = 0; i < LOOKUPS_MOST && input->left > 0; i++) { /* here and there */
        uint64_t offset = fuzz_read_number(input, 2);
        struct layout_run run;

        hint = (size_t)fuzz_read(input);
        run = range_layout_find(layout, offset, &hint);
        if (offset < FILE_SIZE) {
            REQUIRE(places[offset] == (run.wanted ? run.output : UINT64_MAX));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct byte_range ranges[RANGES_MOST];
    uint64_t places[FILE_SIZE];
    struct fuzz_input input = {data, size};
    struct range_layout layout = {0};
    bool is_open;
    size_t count = read_ranges(&input, ranges, &is_open);
    bool must_wait = count > 0 && is_open && ranges[count - 1].length != BYTE_RANGE_TO_END;

    make_map(ranges, count, places);
    REQUIRE(range_layout_build(ranges, count, FILE_SIZE, &layout) == ODO_OK);
    check_layout(&layout, places, &input);
    range_layout_free(&layout);

    if (must_wait) {
        REQUIRE(range_layout_build(ranges, count, ODO_SIZE_UNKNOWN, &layout) == ODO_E_NOT_SET);
        REQUIRE(layout.items == NULL);
    } else {
        REQUIRE(range_layout_build(ranges, count, ODO_SIZE_UNKNOWN, &layout) == ODO_OK);
        check_layout(&layout, places, &input);
        range_layout_free(&layout);
    }
    return 0;
}
