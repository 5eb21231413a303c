#include "support/range_list.h"
#include "support/test.h"

#include "base/memory.h"
#include "ranges/range_layout.h"
#include "ranges/range_set.h"

#include <string.h>

#define END     BYTE_RANGE_TO_END
#define UNKNOWN ODO_SIZE_UNKNOWN
#define LIMIT   BYTE_OFFSET_LIMIT

enum { ITEMS_MOST = 4 };

static const struct build_case {
    const char *name;
    uint64_t file_size;
    struct range_list ranges;
    enum odo_status status;
    size_t count;
    struct layout_item items[ITEMS_MOST];
} builds[] = {
    {"one range lands at the beginning", 1000, RANGES({100, 5}), ODO_OK, 1, {{100, 5, 0}}},
    {"ranges land back to back",
     1000,
     RANGES({100, 5}, {200, 7}, {300, 1}),
     ODO_OK,
     3,
     {{100, 5, 0}, {200, 7, 5}, {300, 1, 12}}},
    {"ranges land in the order given",
     1000,
     RANGES({100, 100}, {900, 100}, {400, 100}),
     ODO_OK,
     3,
     {{100, 100, 0}, {400, 100, 200}, {900, 100, 100}}},
    {"ranges that touch on both sides are joined",
     1000,
     RANGES({100, 5}, {105, 5}, {110, 5}),
     ODO_OK,
     1,
     {{100, 15, 0}}},
    {"ranges that touch only in the remote file stay apart",
     1000,
     RANGES({105, 5}, {100, 5}),
     ODO_OK,
     2,
     {{100, 5, 5}, {105, 5, 0}}},
    {"ranges that touch only in the output stay apart",
     1000,
     RANGES({100, 5}, {106, 5}),
     ODO_OK,
     2,
     {{100, 5, 0}, {106, 5, 5}}},

    {"no ranges are the whole file", 1000, NO_RANGES, ODO_OK, 1, {{0, 1000, 0}}},
    {"no ranges are a whole file without a known end",
     UNKNOWN,
     NO_RANGES,
     ODO_OK,
     1,
     {{0, END, 0}}},
    {"no ranges of an empty file are nothing", 0, NO_RANGES, ODO_OK, 0, {{0}}},
    {"the open whole of an empty file is nothing", 0, RANGES({0, END}), ODO_OK, 0, {{0}}},

    {"an open end gets its length", 1000, RANGES({100, END}), ODO_OK, 1, {{100, 900, 0}}},
    {"an open end stays open without a size",
     UNKNOWN,
     RANGES({50, 5}, {100, END}),
     ODO_OK,
     2,
     {{50, 5, 0}, {100, END, 5}}},
    {"an open end that lands last may be anywhere",
     UNKNOWN,
     RANGES({50, 5}, {10, 5}, {60, END}),
     ODO_OK,
     3,
     {{10, 5, 5}, {50, 5, 0}, {60, END, 10}}},
    {"a touching open end is joined",
     UNKNOWN,
     RANGES({50, 5}, {55, END}),
     ODO_OK,
     1,
     {{50, END, 0}}},
    {"what lands behind an open end waits for the size",
     UNKNOWN,
     RANGES({24, 17}, {111, END}, {83, 7}),
     ODO_E_NOT_SET,
     0,
     {{0}}},
    {"what lands behind an open end has its place with the size",
     200,
     RANGES({24, 17}, {111, END}, {83, 7}),
     ODO_OK,
     3,
     {{24, 17, 0}, {83, 7, 106}, {111, 89, 17}}},
    {"the largest file has a layout",
     LIMIT,
     RANGES({1, END}, {0, 1}),
     ODO_OK,
     2,
     {{0, 1, LIMIT - 1}, {1, LIMIT - 1, 0}}},

    {"a range past the end is invalid",
     1000,
     RANGES({0, 5}, {999, 2}),
     ODO_E_INVALID_RANGE,
     0,
     {{0}}},
    {"an open end at the end is invalid",
     1000,
     RANGES({1000, END}),
     ODO_E_INVALID_RANGE,
     0,
     {{0}}},
    {"bytes of an empty file are invalid", 0, RANGES({0, 1}), ODO_E_INVALID_RANGE, 0, {{0}}},
    {"a later part of an empty file is invalid",
     0,
     RANGES({5, END}),
     ODO_E_INVALID_RANGE,
     0,
     {{0}}},
    {"an end that wraps round is invalid",
     UNKNOWN,
     RANGES({5, END - 2}),
     ODO_E_INVALID_RANGE,
     0,
     {{0}}},
    {"one byte past the limit is invalid",
     UNKNOWN,
     RANGES({LIMIT - 1, 2}),
     ODO_E_INVALID_RANGE,
     0,
     {{0}}},
    {"a whole file past the limit is invalid",
     LIMIT + 1,
     NO_RANGES,
     ODO_E_INVALID_RANGE,
     0,
     {{0}}},
};

static void check_build(void **state)
{
    const struct build_case *c = *state;
    struct range_layout layout = {0};

    assert_status(range_layout_build(c->ranges.items, c->ranges.count, c->file_size, &layout),
                  c->status);
    assert_int_equal(layout.count, c->count);
    for (size_t i = 0; i < c->count; i++) {
        assert_int_equal(layout.items[i].offset, c->items[i].offset);
        assert_int_equal(layout.items[i].length, c->items[i].length);
        assert_int_equal(layout.items[i].output, c->items[i].output);
    }
    if (c->count == 0) {
        assert_null(layout.items);
    }
    range_layout_free(&layout);
    assert_null(layout.items);
    range_layout_free(&layout);
}

static const struct find_case {
    const char *name;
    uint64_t file_size;
    struct range_list ranges;
    uint64_t offset;
    struct layout_run run;
} finds[] = {
    {"before the first range bytes are discarded",
     1000,
     RANGES({100, 5}, {50, 5}),
     0,
     {false, 50, 0}},
    {"just before a range one byte is discarded",
     1000,
     RANGES({100, 5}, {50, 5}),
     49,
     {false, 1, 0}},
    {"the first byte of a range goes to its place",
     1000,
     RANGES({100, 5}, {50, 5}),
     50,
     {true, 5, 5}},
    {"a byte within a range goes behind those before it",
     1000,
     RANGES({100, 5}, {50, 5}),
     52,
     {true, 3, 7}},
    {"the last byte of a range is alone", 1000, RANGES({100, 5}, {50, 5}), 54, {true, 1, 9}},
    {"between ranges bytes are discarded", 1000, RANGES({100, 5}, {50, 5}), 55, {false, 45, 0}},
    {"the next range has its own place", 1000, RANGES({100, 5}, {50, 5}), 100, {true, 5, 0}},
    {"behind the last range everything is discarded",
     1000,
     RANGES({100, 5}, {50, 5}),
     105,
     {false, END, 0}},
    {"at the largest offset everything is discarded",
     1000,
     RANGES({100, 5}, {50, 5}),
     UINT64_MAX,
     {false, END, 0}},
    {"touching ranges with places of their own are two runs",
     1000,
     RANGES({55, 5}, {50, 5}),
     50,
     {true, 5, 5}},
    {"touching ranges in order are one run", 1000, RANGES({50, 5}, {55, 5}), 51, {true, 9, 1}},
    {"an open end has no end", UNKNOWN, RANGES({50, 5}, {100, END}), 100, {true, END, 5}},
    {"within an open end there is no end either",
     UNKNOWN,
     RANGES({50, 5}, {100, END}),
     1000,
     {true, END, 905}},
    {"a closed end has one", 2000, RANGES({50, 5}, {100, END}), 1000, {true, 1000, 905}},
    {"of an empty file everything is discarded", 0, NO_RANGES, 0, {false, END, 0}},
};

static void check_find(void **state)
{
    static const size_t hints[] = {0, 1, 2, 3, 4, 5, SIZE_MAX};
    const struct find_case *c = *state;
    struct range_layout layout = {0};

    assert_status(range_layout_build(c->ranges.items, c->ranges.count, c->file_size, &layout),
                  ODO_OK);
    for (size_t i = 0; i < TEST_COUNT(hints); i++) { /* any hint gives the same answer */
        size_t hint = hints[i];
        struct layout_run run = range_layout_find(&layout, c->offset, &hint);

        assert_int_equal(run.wanted, c->run.wanted);
        assert_int_equal(run.length, c->run.length);
        assert_int_equal(run.output, c->run.output);
    }
    range_layout_free(&layout);
}

enum { MANY = 2000 };

static void every_allocation_may_fail(void **state)
{
    static struct byte_range ranges[MANY];
    struct range_layout layout = {0};

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        ranges[i] = (struct byte_range){10 * (MANY - i), 5};
    }
    for (size_t allocations = 0; allocations < 2; allocations++) {
        test_memory_ends_after(allocations);
        assert_status(range_layout_build(ranges, MANY, UNKNOWN, &layout), ODO_E_OUT_OF_MEMORY);
        test_memory_is_back();
        assert_null(layout.items);
    }
    test_memory_ends_after(2);
    assert_status(range_layout_build(ranges, MANY, UNKNOWN, &layout), ODO_OK);
    test_memory_is_back();
    assert_int_equal(layout.count, MANY);
    range_layout_free(&layout);
}

/* Walk through random ranges run by run, forwards and by jumps, against a map of all bytes. */
static void every_byte_has_the_place_that_the_list_gives_it(void **state)
{
    enum { FILE_SIZE = 600, RANGES_MOST = 60, ROUNDS = 300 };
    struct test_random random = {17};

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct byte_range ranges[RANGES_MOST];
        uint64_t places[FILE_SIZE];
        struct range_layout layout = {0};
        uint64_t offset = test_random_below(&random, 10);
        uint64_t output = 0;
        size_t count = 0;
        size_t hint = 0;

        while (count < RANGES_MOST && offset < FILE_SIZE) {
            uint64_t length = 1 + test_random_below(&random, 20);

            length = length < FILE_SIZE - offset ? length : FILE_SIZE - offset;
            ranges[count++] = (struct byte_range){offset, length};
            offset += length + (test_random_below(&random, 3) > 0 ? 0 : 1 + length % 9);
        }
        for (size_t i = count; i-- > 1 && round % 2 == 0;) { /* every other round in order */
            size_t other = (size_t)test_random_below(&random, i + 1);
            struct byte_range swap = ranges[i];

            ranges[i] = ranges[other];
            ranges[other] = swap;
        }
        memset(places, 0xff, sizeof(places));
        for (size_t i = 0; i < count; i++) {
            for (uint64_t k = 0; k < ranges[i].length; k++) {
                places[ranges[i].offset + k] = output++;
            }
        }

        assert_status(range_layout_build(ranges, count, FILE_SIZE, &layout), ODO_OK);
        for (offset = 0; offset < FILE_SIZE;) {
            struct layout_run run = range_layout_find(&layout, offset, &hint);
            uint64_t end = run.length < FILE_SIZE - offset ? offset + run.length : FILE_SIZE;

            assert_true(run.length > 0);
            for (uint64_t i = offset; i < end; i++) {
                assert_int_equal(places[i],
                                 run.wanted ? run.output + (i - offset) : UINT64_MAX);
            }
            offset = end;
        }
        for (int i = 0; i < 100; i++) {
            struct layout_run run;

            offset = test_random_below(&random, FILE_SIZE);
            run = range_layout_find(&layout, offset, &hint);
            assert_int_equal(places[offset], run.wanted ? run.output : UINT64_MAX);
        }
        range_layout_free(&layout);
    }
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, builds, check_build);
    TEST_ADD_TABLE(&suite, finds, check_find);
    TEST_ADD(&suite, every_allocation_may_fail);
    TEST_ADD(&suite, every_byte_has_the_place_that_the_list_gives_it);
    return test_suite_run(&suite, "range_layout");
}
