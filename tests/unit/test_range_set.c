#include "support/range_list.h"
#include "support/test.h"

#include "base/memory.h"
#include "ranges/range_set.h"

#include <string.h>

#define END     BYTE_RANGE_TO_END
#define UNKNOWN ODO_SIZE_UNKNOWN
#define LIMIT   BYTE_OFFSET_LIMIT
#define INVALID ODO_E_INVALID_RANGE
#define OVERLAP ODO_E_OVERLAPPING_RANGES

static const struct build_case {
    const char *name;
    uint64_t file_size;
    struct range_list input;
    enum odo_status status;
    struct range_list output;
} builds[] = {
    {"one range stays itself", 1000, RANGES({10, 5}), ODO_OK, RANGES({10, 5})},
    {"unsorted input is sorted", 1000, RANGES({50, 1}, {0, 1}), ODO_OK,
     RANGES({0, 1}, {50, 1})},
    {"touching ranges join", 1000, RANGES({10, 10}, {0, 10}), ODO_OK, RANGES({0, 20})},
    {"a gap of one byte keeps them apart", 1000, RANGES({0, 10}, {11, 9}), ODO_OK,
     RANGES({0, 10}, {11, 9})},
    {"many touching ranges become one", 1000,
     RANGES({30, 10}, {0, 10}, {40, 10}, {20, 10}, {10, 10}), ODO_OK, RANGES({0, 50})},
    {"joined and lone ranges mix", 1000, RANGES({90, 5}, {0, 1}, {1, 1}, {50, 10}, {60, 2}),
     ODO_OK, RANGES({0, 2}, {50, 12}, {90, 5})},
    {"an open end stays open", 1000, RANGES({10, END}), ODO_OK, RANGES({10, END})},
    {"an open end stays open without a size", UNKNOWN, RANGES({10, END}), ODO_OK,
     RANGES({10, END})},
    {"a touching open end joins", 1000, RANGES({0, 10}, {10, END}), ODO_OK, RANGES({0, END})},
    {"an open end need not stand last", UNKNOWN, RANGES({24, 17}, {111, END}, {83, 7}), ODO_OK,
     RANGES({24, 17}, {83, 7}, {111, END})},
    {"the last byte is reachable", 1000, RANGES({999, 1}), ODO_OK, RANGES({999, 1})},
    {"the last byte is reachable by an open end", 1000, RANGES({999, END}), ODO_OK,
     RANGES({999, END})},
    {"the whole file is a range", 1000, RANGES({0, 1000}), ODO_OK, RANGES({0, 1000})},
    {"any range goes without a size", UNKNOWN, RANGES({5000000000, 1}), ODO_OK,
     RANGES({5000000000, 1})},
    {"the limit is reachable", UNKNOWN, RANGES({LIMIT - 1, 1}), ODO_OK, RANGES({LIMIT - 1, 1})},
    {"everything up to the limit is a range", UNKNOWN, RANGES({0, LIMIT}), ODO_OK,
     RANGES({0, LIMIT})},

    {"one byte past the file is invalid", 1000, RANGES({999, 2}), INVALID, NO_RANGES},
    {"an offset at the end of the file is invalid", 1000, RANGES({1000, 1}), INVALID,
     NO_RANGES},
    {"an open end at the end of the file is invalid", 1000, RANGES({1000, END}), INVALID,
     NO_RANGES},
    {"an empty range is invalid", 1000, RANGES({10, 0}), INVALID, NO_RANGES},
    {"an empty range among good ones is invalid", 1000, RANGES({10, 5}, {20, 0}), INVALID,
     NO_RANGES},
    {"an empty range that touches is invalid", 1000, RANGES({10, 5}, {15, 0}), INVALID,
     NO_RANGES},
    {"two empty ranges in one place are invalid", 1000, RANGES({10, 0}, {10, 0}), INVALID,
     NO_RANGES},
    {"an empty file has no bytes", 0, RANGES({0, 1}), INVALID, NO_RANGES},
    {"an empty file has no open end", 0, RANGES({0, END}), INVALID, NO_RANGES},
    {"an offset that means to-end is invalid", UNKNOWN, RANGES({END, 1}), INVALID, NO_RANGES},
    {"an offset and a length that mean to-end are invalid", UNKNOWN, RANGES({END, END}),
     INVALID, NO_RANGES},
    {"an end that wraps round is invalid", UNKNOWN, RANGES({100, END - 50}), INVALID,
     NO_RANGES},
    {"an end at the largest number is invalid", UNKNOWN, RANGES({1, END - 1}), INVALID,
     NO_RANGES},
    {"one byte past the limit is invalid", UNKNOWN, RANGES({LIMIT - 1, 2}), INVALID, NO_RANGES},
    {"an offset at the limit is invalid", UNKNOWN, RANGES({LIMIT, 1}), INVALID, NO_RANGES},
    {"an open end at the limit is invalid", UNKNOWN, RANGES({LIMIT, END}), INVALID, NO_RANGES},
    {"a file past the limit does not move it", LIMIT + 10, RANGES({LIMIT, 1}), INVALID,
     NO_RANGES},

    {"duplicates overlap", 1000, RANGES({5, 5}, {5, 5}), OVERLAP, NO_RANGES},
    {"one shared byte overlaps", 1000, RANGES({0, 11}, {10, 5}), OVERLAP, NO_RANGES},
    {"a range within another overlaps", 1000, RANGES({0, 100}, {10, 5}), OVERLAP, NO_RANGES},
    {"distant ranges in the list overlap", 1000,
     RANGES({500, 100}, {0, 10}, {100, 10}, {599, 1}), OVERLAP, NO_RANGES},
    {"nothing may follow an open end", 1000, RANGES({0, END}, {500, 1}), OVERLAP, NO_RANGES},
    {"nothing may follow an open end that stands later", 1000, RANGES({500, 1}, {0, END}),
     OVERLAP, NO_RANGES},
    {"two open ends overlap", UNKNOWN, RANGES({0, END}, {500, END}), OVERLAP, NO_RANGES},
    {"not even the last offset follows an open end", UNKNOWN, RANGES({0, END}, {END, 1}),
     OVERLAP, NO_RANGES},

    /* The pairs of the documentation's note, and what follows from the order of the checks. */
    {"an empty range in the place of a longer one before it overlaps", 1000,
     RANGES({100, 5}, {100, 0}), OVERLAP, NO_RANGES},
    {"an empty range in the place of a longer one behind it is invalid", 1000,
     RANGES({100, 0}, {100, 5}), INVALID, NO_RANGES},
    {"the order in the list counts beyond the pair", 1000,
     RANGES({300, 5}, {100, 5}, {200, 5}, {100, 0}), OVERLAP, NO_RANGES},
    {"an empty range within another overlaps", 1000, RANGES({0, 10}, {5, 0}), OVERLAP,
     NO_RANGES},
    {"overlap is told before an empty range", 1000, RANGES({900, 0}, {5, 5}, {5, 5}), OVERLAP,
     NO_RANGES},
    {"overlap is told before a range past the end", 1000, RANGES({5, 5}, {5, 5}, {2000, 1}),
     OVERLAP, NO_RANGES},
    {"an end that wraps round is infinity and overlaps", UNKNOWN,
     RANGES({100, END - 50}, {200, 1}), OVERLAP, NO_RANGES},
    {"two ends that wrap round overlap", UNKNOWN, RANGES({END, 1}, {END, 1}), OVERLAP,
     NO_RANGES},
    {"an end at the largest number is no infinity", UNKNOWN, RANGES({END - 5, 5}, {END, 1}),
     INVALID, NO_RANGES},
};

static void check_build(void **state)
{
    const struct build_case *c = *state;
    struct range_set set = {0};

    assert_status(range_set_build(c->input.items, c->input.count, c->file_size, &set),
                  c->status);
    assert_int_equal(set.count, c->output.count); /* a failed build leaves `set` empty */
    if (c->status == ODO_OK) {
        assert_true(range_set_is_normal(&set));
        assert_memory_equal(set.items, c->output.items, set.count * sizeof(set.items[0]));
    } else {
        assert_null(set.items);
    }
    range_set_free(&set);
}

static const struct close_case {
    const char *name;
    struct range_list input;
    uint64_t file_size;
    enum odo_status status;
    struct range_list output;
    uint64_t total_before;
    uint64_t total; /* when it was closed */
} closes[] = {
    {"an open end gets its length", RANGES({10, END}), 1000, ODO_OK, RANGES({10, 990}), UNKNOWN,
     990},
    {"a whole file gets its length", RANGES({0, END}), 1000, ODO_OK, RANGES({0, 1000}), UNKNOWN,
     1000},
    {"an open end of one byte is fine", RANGES({0, 5}, {999, END}), 1000, ODO_OK,
     RANGES({0, 5}, {999, 1}), UNKNOWN, 6},
    {"a closed set stays as it is", RANGES({0, 5}, {10, 5}), 1000, ODO_OK,
     RANGES({0, 5}, {10, 5}), 10, 10},
    {"a range may end where the file does", RANGES({0, 5}, {990, 10}), 1000, ODO_OK,
     RANGES({0, 5}, {990, 10}), 15, 15},
    {"the largest file closes", RANGES({10, END}), LIMIT, ODO_OK, RANGES({10, LIMIT - 10}),
     UNKNOWN, LIMIT - 10},
    {"the whole of an empty file is nothing", RANGES({0, END}), 0, ODO_OK, NO_RANGES, UNKNOWN,
     0},

    {"a range past the end is invalid", RANGES({0, 5}, {990, 11}), 1000, INVALID, NO_RANGES, 16,
     0},
    {"an open end that begins at the end is invalid", RANGES({1000, END}), 1000, INVALID,
     NO_RANGES, UNKNOWN, 0},
    {"an open end that begins past the end is invalid", RANGES({0, 5}, {2000, END}), 1000,
     INVALID, NO_RANGES, UNKNOWN, 0},
    {"a later part of an empty file is invalid", RANGES({1, END}), 0, INVALID, NO_RANGES,
     UNKNOWN, 0},
    {"bytes of an empty file are invalid", RANGES({0, 1}), 0, INVALID, NO_RANGES, 1, 0},
    {"a file past the limit cannot be closed", RANGES({0, END}), LIMIT + 1, INVALID, NO_RANGES,
     UNKNOWN, 0},
};

static void check_close(void **state)
{
    const struct close_case *c = *state;
    const struct range_list *expected = c->status == ODO_OK ? &c->output : &c->input;
    struct range_set set = {0};

    assert_status(range_set_build(c->input.items, c->input.count, UNKNOWN, &set), ODO_OK);
    assert_int_equal(range_set_total(&set), c->total_before);
    assert_status(range_set_close(&set, c->file_size), c->status);
    assert_true(range_set_is_normal(&set));
    assert_int_equal(set.count, expected->count); /* unchanged when it was refused */
    if (set.count > 0) {
        assert_memory_equal(set.items, expected->items, set.count * sizeof(set.items[0]));
    }
    assert_int_equal(range_set_total(&set), c->status == ODO_OK ? c->total : c->total_before);
    range_set_free(&set);
}

static const struct normal_case {
    const char *name;
    struct range_list items;
    bool normal;
} normals[] = {
    {"an empty set is normal", NO_RANGES, true},
    {"ranges apart are normal", RANGES({0, 1}, {2, 1}, {4, END}), true},
    {"an empty range is not", RANGES({0, 0}), false},
    {"touching ranges are not", RANGES({0, 1}, {1, 1}), false},
    {"overlapping ranges are not", RANGES({0, 2}, {1, 1}), false},
    {"unsorted ranges are not", RANGES({5, 1}, {1, 1}), false},
    {"a range behind an open end is not", RANGES({0, END}, {5, 1}), false},
    {"a range past the limit is not", RANGES({LIMIT - 1, 2}), false},
    {"an open end at the limit is not", RANGES({LIMIT, END}), false},
    {"an end that wraps round is not", RANGES({5, END - 1}), false},
};

static void check_normal(void **state)
{
    const struct normal_case *c = *state;
    struct range_set set = {0};

    if (c->items.count > 0) {
        set.items = memory_allocate(c->items.count, sizeof(set.items[0]));
        assert_non_null(set.items);
        set.count = c->items.count;
        memcpy(set.items, c->items.items, set.count * sizeof(set.items[0]));
    }
    assert_int_equal(range_set_is_normal(&set), c->normal);
    range_set_free(&set);
}

static void a_count_that_cannot_be_held_is_too_many(void **state)
{
    static const struct byte_range range = {0, 1};
    struct range_set set = {0};

    (void)state;
    assert_status(range_set_build(&range, SIZE_MAX / sizeof(range) + 1, UNKNOWN, &set),
                  ODO_E_TOO_MANY);
    assert_null(set.items);
}

static void freeing_twice_does_nothing(void **state)
{
    static const struct byte_range range = {0, 1};
    struct range_set set = {0};

    (void)state;
    assert_status(range_set_build(&range, 1, UNKNOWN, &set), ODO_OK);
    range_set_free(&set);
    assert_null(set.items);
    assert_int_equal(set.count, 0);
    range_set_free(&set);
}

enum { MANY = 3000 };

/* Distinct ranges {16 * n, 8} in a random order. */
static void shuffle(struct byte_range *ranges, size_t count, struct test_random *random)
{
    for (size_t i = 0; i < count; i++) {
        size_t other = (size_t)test_random_below(random, i + 1);

        ranges[i] = ranges[other];
        ranges[other] = (struct byte_range){16 * i, 8};
    }
}

static void every_allocation_may_fail(void **state)
{
    struct test_random random = {1};
    static struct byte_range ranges[MANY];
    struct range_set set = {0};

    (void)state;
    shuffle(ranges, MANY, &random);
    for (size_t allocations = 0; allocations < 2; allocations++) {
        test_memory_ends_after(allocations);
        assert_status(range_set_build(ranges, MANY, UNKNOWN, &set), ODO_E_OUT_OF_MEMORY);
        test_memory_is_back();
        assert_null(set.items);
    }
    test_memory_ends_after(2);
    assert_status(range_set_build(ranges, MANY, UNKNOWN, &set), ODO_OK);
    test_memory_is_back();
    assert_int_equal(set.count, MANY);
    range_set_free(&set);
}

static void sorted_input_takes_no_more_memory_than_its_copy(void **state)
{
    static struct byte_range ranges[MANY];
    struct range_set set = {0};

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        ranges[i] = (struct byte_range){16 * i, 8};
    }
    test_memory_ends_after(1);
    assert_status(range_set_build(ranges, MANY, UNKNOWN, &set), ODO_OK);
    test_memory_is_back();
    assert_memory_equal(set.items, ranges, sizeof(ranges));
    range_set_free(&set);
}

static void a_set_that_cannot_be_made_smaller_is_kept(void **state)
{
    static const struct byte_range ranges[] = {{0, 5}, {5, 5}};
    struct range_set set = {0};

    (void)state;
    test_memory_ends_after(1);
    assert_status(range_set_build(ranges, 2, UNKNOWN, &set), ODO_OK);
    test_memory_is_back();
    assert_int_equal(set.count, 1);
    assert_int_equal(set.items[0].length, 10);
    range_set_free(&set);
}

static void any_number_of_ranges_is_sorted(void **state)
{
    struct test_random random = {2};
    static struct byte_range ranges[MANY];

    (void)state;
    for (size_t count = 1; count <= MANY; count += count < 200 ? 1 : 400) {
        struct range_set set = {0};

        shuffle(ranges, count, &random);
        assert_status(range_set_build(ranges, count, UINT64_C(16) * MANY, &set), ODO_OK);
        assert_int_equal(set.count, count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(set.items[i].offset, 16 * i);
            assert_int_equal(set.items[i].length, 8);
        }
        range_set_free(&set);
    }
}

/* The documentation asks for a stable sort; a long list must keep to it too. */
static void equal_offsets_keep_their_order_in_a_long_list(void **state)
{
    static struct byte_range ranges[MANY];
    struct test_random random = {3};
    struct range_set set = {0};
    size_t first;

    (void)state;
    shuffle(ranges, MANY, &random);
    for (size_t i = 0; i + 1 < MANY; i += 97) {
        struct byte_range lone = ranges[i];

        first = i;
        ranges[first] = (struct byte_range){lone.offset, 0};
        for (size_t other = first + 1; other < MANY; other += 501) {
            struct byte_range kept = ranges[other];

            ranges[other] = lone; /* the empty one comes first: no overlap */
            assert_status(range_set_build(ranges, MANY, UNKNOWN, &set), INVALID);
            ranges[first] = lone;
            ranges[other] = (struct byte_range){lone.offset, 0}; /* the other way round */
            assert_status(range_set_build(ranges, MANY, UNKNOWN, &set), OVERLAP);
            ranges[first] = (struct byte_range){lone.offset, 0};
            ranges[other] = kept;
        }
        ranges[first] = lone;
    }
}

static void offsets_of_every_width_are_sorted(void **state)
{
    struct test_random random = {4};
    static struct byte_range ranges[MANY];

    (void)state;
    for (unsigned shift = 0; shift < 47; shift++) { /* 16 * MANY is below 2^16 */
        struct range_set set = {0};

        shuffle(ranges, MANY, &random);
        for (size_t i = 0; i < MANY; i++) {
            ranges[i].offset <<= shift;
        }
        assert_status(range_set_build(ranges, MANY, UNKNOWN, &set), ODO_OK);
        assert_int_equal(set.count, MANY);
        for (size_t i = 0; i < MANY; i++) {
            assert_int_equal(set.items[i].offset, UINT64_C(16) * i << shift);
        }
        range_set_free(&set);
    }
}

static void an_empty_set_stays_empty(void **state)
{
    struct range_set set = {0};

    (void)state;
    assert_status(range_set_close(&set, 1000), ODO_OK);
    assert_int_equal(range_set_total(&set), 0);
    assert_true(range_set_is_normal(&set));
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, builds, check_build);
    TEST_ADD_TABLE(&suite, closes, check_close);
    TEST_ADD_TABLE(&suite, normals, check_normal);
    TEST_ADD(&suite, a_count_that_cannot_be_held_is_too_many);
    TEST_ADD(&suite, freeing_twice_does_nothing);
    TEST_ADD(&suite, every_allocation_may_fail);
    TEST_ADD(&suite, sorted_input_takes_no_more_memory_than_its_copy);
    TEST_ADD(&suite, a_set_that_cannot_be_made_smaller_is_kept);
    TEST_ADD(&suite, any_number_of_ranges_is_sorted);
    TEST_ADD(&suite, equal_offsets_keep_their_order_in_a_long_list);
    TEST_ADD(&suite, offsets_of_every_width_are_sorted);
    TEST_ADD(&suite, an_empty_set_stays_empty);
    return test_suite_run(&suite, "range_set");
}
