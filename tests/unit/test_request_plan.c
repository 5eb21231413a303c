#include "fuzz/plan_oracle.h"
#include "support/range_list.h"
#include "support/test.h"

#include "ranges/request_plan.h"

#define END     BYTE_RANGE_TO_END
#define UNKNOWN ODO_SIZE_UNKNOWN
#define LIMIT   BYTE_OFFSET_LIMIT

/*
 * Each row is a story: what is wanted, and what is done with its plan, step by step.
 */
enum step_kind {
    STORY_ENDS,
    TAKE,     /* the next span is {offset, length} */
    END_TAKE, /* there is nothing to take */
    BACK,     /* of a span, {offset, length} did not come */
    FINISH,   /* a span came whole */
    CLOSE,    /* the size is known now: `offset` */
    REMAINS,  /* so many bytes: `offset` */
    HOLES,    /* so many holes: `offset` */
};

struct step {
    enum step_kind kind;
    uint64_t offset;
    uint64_t length;
};

enum { STEPS_MOST = 16 };

static const struct story_case {
    const char *name;
    struct range_list wanted;
    struct request_limits limits; /* most, least, merge_gap, merge_share, lanes */
    struct step steps[STEPS_MOST];
} stories[] = {
    {"one range is one request",
     RANGES({10, 5}),
     {1000, 1, 0, 0, 1},
     {{REMAINS, 5, 0},
      {TAKE, 10, 5},
      {REMAINS, 0, 0},
      {END_TAKE, 0, 0},
      {FINISH, 0, 0},
      {END_TAKE, 0, 0}}},
    {"small ranges that lie far apart are requests of their own",
     RANGES({10, 5}, {5000, 5}, {9000, 5}),
     {1000, 100, 100, 20, 4},
     {{TAKE, 10, 5}, {TAKE, 5000, 5}, {TAKE, 9000, 5}, {END_TAKE, 0, 0}}},

    {"a long stretch is cut where it must",
     RANGES({100, 250}),
     {100, 1, 0, 0, 1},
     {{TAKE, 100, 100}, {TAKE, 200, 100}, {TAKE, 300, 50}, {END_TAKE, 0, 0}}},
    {"a stretch of just the longest request is not cut",
     RANGES({0, 100}),
     {100, 1, 0, 0, 1},
     {{TAKE, 0, 100}, {END_TAKE, 0, 0}}},
    {"the lanes share what remains",
     RANGES({0, 1000}),
     {1000, 100, 0, 0, 4},
     {{TAKE, 0, 250},
      {TAKE, 250, 188},
      {REMAINS, 562, 0},
      {TAKE, 438, 141},
      {TAKE, 579, 106},
      {TAKE, 685, 100},
      {TAKE, 785, 100},
      {TAKE, 885, 115},
      {END_TAKE, 0, 0}}},
    {"a share is rounded up",
     RANGES({0, 10}),
     {1000, 1, 0, 0, 3},
     {{TAKE, 0, 4},
      {TAKE, 4, 2},
      {REMAINS, 4, 0},
      {TAKE, 6, 2},
      {TAKE, 8, 1},
      {TAKE, 9, 1},
      {END_TAKE, 0, 0}}},
    {"a share is not below the least",
     RANGES({0, 100}),
     {1000, 40, 0, 0, 8},
     {{TAKE, 0, 40}, {TAKE, 40, 60}, {END_TAKE, 0, 0}}},
    {"a stretch of less than twice the least is not cut",
     RANGES({0, 79}),
     {1000, 40, 0, 0, 8},
     {{TAKE, 0, 79}, {END_TAKE, 0, 0}}},
    {"a stretch of twice the least is cut",
     RANGES({0, 80}),
     {1000, 40, 0, 0, 8},
     {{TAKE, 0, 40}, {TAKE, 40, 40}, {END_TAKE, 0, 0}}},
    {"a small rest is left when the longest request leaves it",
     RANGES({0, 110}),
     {100, 40, 0, 0, 1},
     {{TAKE, 0, 100}, {TAKE, 100, 10}, {END_TAKE, 0, 0}}},

    {"a small gap is asked for",
     RANGES({0, 100}, {110, 100}),
     {1000, 1, 10, 20, 1},
     {{TAKE, 0, 210}, {REMAINS, 0, 0}, {END_TAKE, 0, 0}}},
    {"a gap of one byte too many is not",
     RANGES({0, 100}, {111, 100}),
     {1000, 1, 10, 20, 1},
     {{TAKE, 0, 100}, {TAKE, 111, 100}, {END_TAKE, 0, 0}}},
    {"without a merge gap no gap is asked for",
     RANGES({0, 100}, {101, 100}),
     {1000, 1, 0, 20, 1},
     {{TAKE, 0, 100}, {TAKE, 101, 100}}},
    {"a gap may be just its share of what is wanted",
     RANGES({0, 25}, {35, 25}),
     {1000, 1, 50, 20, 1},
     {{TAKE, 0, 60}}},
    {"a gap of more than its share is not asked for",
     RANGES({0, 25}, {36, 25}),
     {1000, 1, 50, 20, 1},
     {{TAKE, 0, 25}, {TAKE, 36, 25}}},
    {"what lies behind a gap counts for its share",
     RANGES({0, 1}, {11, 49}),
     {1000, 1, 50, 20, 1},
     {{TAKE, 0, 60}}},
    {"all gaps of a request have one share",
     RANGES({0, 50}, {60, 50}, {125, 10}, {136, 10}),
     {1000, 1, 50, 20, 1},
     {{TAKE, 0, 110}, {TAKE, 125, 21}}},
    {"no share asks for no gap",
     RANGES({0, 100}, {101, 100}),
     {1000, 1, 50, 0, 1},
     {{TAKE, 0, 100}, {TAKE, 101, 100}}},
    {"the largest share asks for every gap within the longest request",
     RANGES({0, 1}, {900, 1}, {1000, 1}),
     {1000, 1, 5000, UINT64_MAX, 1},
     {{TAKE, 0, 901}, {TAKE, 1000, 1}}},
    {"a share of more than all is a share",
     RANGES({0, 1}, {4, 1}, {8, 1}, {14, 1}),
     {1000, 1, 50, 250, 1},
     {{TAKE, 0, 9}, {TAKE, 14, 1}}},
    {"many small gaps are one request",
     RANGES({0, 9}, {10, 9}, {20, 9}, {30, 9}, {40, 9}),
     {1000, 10, 5, 20, 4},
     {{TAKE, 0, 19}, {TAKE, 20, 19}, {TAKE, 40, 9}, {END_TAKE, 0, 0}}},
    {"a gap is not asked for where the longest request ends in it",
     RANGES({0, 95}, {101, 100}),
     {100, 1, 50, 20, 1},
     {{TAKE, 0, 95}, {TAKE, 101, 100}}},
    {"a gap is not asked for where the longest request ends behind it",
     RANGES({0, 95}, {100, 100}),
     {100, 1, 50, 20, 1},
     {{TAKE, 0, 95}, {TAKE, 100, 100}}},
    {"a gap is not asked for when too little behind it would be",
     RANGES({0, 80}, {85, 200}),
     {100, 20, 50, 20, 1},
     {{TAKE, 0, 80}, {TAKE, 85, 100}, {TAKE, 185, 100}, {END_TAKE, 0, 0}}},
    {"a gap is asked for when enough behind it is",
     RANGES({0, 70}, {75, 205}),
     {100, 20, 50, 20, 1},
     {{TAKE, 0, 100}, {TAKE, 100, 100}, {TAKE, 200, 80}, {END_TAKE, 0, 0}}},
    {"a full share asks for no gap",
     RANGES({0, 50}, {51, 50}),
     {1000, 1, 50, 20, 2},
     {{TAKE, 0, 50}, {TAKE, 51, 25}, {TAKE, 76, 13}}},

    {"what did not come is asked for again, before the rest",
     RANGES({0, 300}),
     {100, 1, 0, 0, 1},
     {{TAKE, 0, 100},
      {TAKE, 100, 100},
      {BACK, 40, 60},
      {HOLES, 1, 0},
      {REMAINS, 160, 0},
      {TAKE, 40, 60},
      {HOLES, 0, 0},
      {TAKE, 200, 100},
      {END_TAKE, 0, 0}}},
    {"the last request given back is the cursor's",
     RANGES({0, 300}),
     {100, 1, 0, 0, 1},
     {{TAKE, 0, 100},
      {TAKE, 100, 100},
      {BACK, 150, 50},
      {HOLES, 0, 0},
      {REMAINS, 150, 0},
      {TAKE, 150, 100},
      {TAKE, 250, 50},
      {END_TAKE, 0, 0}}},
    {"all given back is as it was at first",
     RANGES({0, 100}, {200, 100}),
     {1000, 1, 0, 0, 1},
     {{TAKE, 0, 100},
      {TAKE, 200, 100},
      {BACK, 0, 100},
      {HOLES, 1, 0},
      {BACK, 200, 100},
      {HOLES, 0, 0},
      {REMAINS, 200, 0},
      {TAKE, 0, 100},
      {TAKE, 200, 100},
      {END_TAKE, 0, 0}}},
    {"neighbours that come back in any order are one hole",
     RANGES({0, 500}),
     {100, 1, 0, 0, 1},
     {{TAKE, 0, 100},
      {TAKE, 100, 100},
      {TAKE, 200, 100},
      {TAKE, 300, 100},
      {BACK, 0, 100},
      {HOLES, 1, 0},
      {BACK, 200, 100},
      {HOLES, 2, 0},
      {BACK, 100, 100},
      {HOLES, 1, 0},
      {REMAINS, 400, 0}}},
    {"holes that lie apart stay apart",
     RANGES({0, 500}),
     {100, 1, 100, 100, 1},
     {{TAKE, 0, 100},
      {TAKE, 100, 100},
      {TAKE, 200, 100},
      {BACK, 90, 10},
      {BACK, 110, 90},
      {HOLES, 2, 0},
      {TAKE, 90, 10},
      {TAKE, 110, 90},
      {TAKE, 300, 100},
      {TAKE, 400, 100}}},
    {"a gap is never a bridge over bytes that are out",
     RANGES({0, 10}, {15, 10}, {30, 10}),
     {25, 1, 100, 1000, 1},
     {{TAKE, 0, 25},
      {TAKE, 30, 10},
      {BACK, 15, 10},
      {BACK, 40, 0},
      {TAKE, 15, 10},
      {END_TAKE, 0, 0}}},
    {"ranges of one hole are merged over their gap",
     RANGES({0, 10}, {15, 10}, {30, 100}),
     {50, 1, 10, 100, 1},
     {{TAKE, 0, 50},
      {TAKE, 50, 50},
      {BACK, 5, 45},
      {HOLES, 1, 0},
      {REMAINS, 65, 0},
      {TAKE, 5, 45},
      {TAKE, 100, 30},
      {END_TAKE, 0, 0}}},
    {"a hole with a gap too long is asked for in two",
     RANGES({0, 10}, {15, 10}, {30, 100}),
     {25, 1, 10, 100, 1},
     {{TAKE, 0, 25}, {TAKE, 30, 25}, {BACK, 0, 25}, {HOLES, 1, 0}, {TAKE, 0, 25}}},
    {"bytes given back within a gap are not asked for",
     RANGES({0, 10}, {15, 10}, {30, 100}),
     {50, 1, 10, 100, 1},
     {{TAKE, 0, 50}, {TAKE, 50, 50}, {BACK, 12, 38}, {REMAINS, 60, 0}, {TAKE, 15, 35}}},
    {"a hole is cut like everything else",
     RANGES({0, 400}),
     {100, 1, 0, 0, 2},
     {{TAKE, 0, 100},
      {TAKE, 100, 100},
      {BACK, 0, 100},
      {REMAINS, 300, 0},
      {TAKE, 0, 100},
      {TAKE, 200, 100}}},

    {"an open range is asked for in the longest requests",
     RANGES({0, 10}, {50, END}),
     {100, 1, 0, 0, 4},
     {{REMAINS, UNKNOWN, 0},
      {TAKE, 0, 10},
      {TAKE, 50, 100},
      {TAKE, 150, 100},
      {REMAINS, UNKNOWN, 0},
      {TAKE, 250, 100}}},
    {"an open range is asked for at once where nothing limits it",
     RANGES({0, 10}, {50, END}),
     {UINT64_MAX, 1, 0, 0, 4},
     {{TAKE, 0, 10}, {TAKE, 50, END}, {END_TAKE, 0, 0}}},
    {"an open range is merged like any other",
     RANGES({0, 10}, {12, END}),
     {UINT64_MAX, 1, 5, 20, 1},
     {{TAKE, 0, END}, {END_TAKE, 0, 0}}},
    {"an open range given back is open again",
     RANGES({50, END}),
     {UINT64_MAX, 1, 0, 0, 4},
     {{TAKE, 50, END},
      {BACK, 80, END},
      {HOLES, 0, 0},
      {REMAINS, UNKNOWN, 0},
      {TAKE, 80, END},
      {END_TAKE, 0, 0}}},
    {"with the size the rest is shared",
     RANGES({0, END}),
     {100, 10, 0, 0, 4},
     {{TAKE, 0, 100},
      {CLOSE, 300, 0},
      {REMAINS, 200, 0},
      {TAKE, 100, 50},
      {TAKE, 150, 38},
      {REMAINS, 112, 0}}},
    {"requests may reach past the end that becomes known",
     RANGES({0, END}),
     {100, 10, 0, 0, 1},
     {{TAKE, 0, 100},
      {TAKE, 100, 100},
      {CLOSE, 150, 0},
      {REMAINS, 0, 0},
      {END_TAKE, 0, 0},
      {BACK, 120, 80},
      {REMAINS, 30, 0},
      {TAKE, 120, 30},
      {END_TAKE, 0, 0}}},
    {"requests may begin past the end that becomes known",
     RANGES({0, END}),
     {100, 10, 0, 0, 1},
     {{TAKE, 0, 100},
      {TAKE, 100, 100},
      {TAKE, 200, 100},
      {CLOSE, 150, 0},
      {BACK, 200, 100},
      {REMAINS, 0, 0},
      {FINISH, 0, 0},
      {BACK, 100, 100},
      {REMAINS, 50, 0},
      {TAKE, 100, 50},
      {END_TAKE, 0, 0}}},
    {"holes may reach past the end that becomes known",
     RANGES({0, END}),
     {100, 10, 0, 0, 1},
     {{TAKE, 0, 100},
      {TAKE, 100, 100},
      {TAKE, 200, 100},
      {BACK, 150, 50},
      {HOLES, 1, 0},
      {CLOSE, 160, 0},
      {REMAINS, 10, 0},
      {HOLES, 0, 0},
      {TAKE, 150, 10},
      {END_TAKE, 0, 0},
      {BACK, 0, 100},
      {HOLES, 1, 0},
      {REMAINS, 100, 0}}},
    {"holes past the end that becomes known are gone",
     RANGES({0, END}),
     {100, 10, 0, 0, 1},
     {{TAKE, 0, 100},
      {TAKE, 100, 100},
      {TAKE, 200, 100},
      {BACK, 150, 50},
      {HOLES, 1, 0},
      {CLOSE, 120, 0},
      {REMAINS, 0, 0},
      {HOLES, 0, 0},
      {END_TAKE, 0, 0}}},
    {"an open request given back when the end is known has it",
     RANGES({0, END}),
     {UINT64_MAX, 1, 0, 0, 1},
     {{TAKE, 0, END},
      {CLOSE, 1000, 0},
      {REMAINS, 0, 0},
      {BACK, 400, END},
      {REMAINS, 600, 0},
      {TAKE, 400, 600},
      {END_TAKE, 0, 0}}},
    {"an empty file is done when that is known",
     RANGES({0, END}),
     {100, 1, 0, 0, 1},
     {{TAKE, 0, 100},
      {CLOSE, 0, 0},
      {REMAINS, 0, 0},
      {END_TAKE, 0, 0},
      {BACK, 0, 100},
      {END_TAKE, 0, 0}}},
    {"an open range ends at the limit",
     RANGES({LIMIT - 250, END}),
     {100, 1, 0, 0, 1},
     {{TAKE, LIMIT - 250, 100},
      {TAKE, LIMIT - 150, 100},
      {TAKE, LIMIT - 50, 50},
      {END_TAKE, 0, 0},
      {BACK, LIMIT - 50, 50},
      {TAKE, LIMIT - 50, 50},
      {END_TAKE, 0, 0}}},
    {"the largest file is asked for at once where nothing limits it",
     RANGES({0, LIMIT}),
     {UINT64_MAX, 1, 0, 0, 1},
     {{TAKE, 0, LIMIT}, {END_TAKE, 0, 0}}},
};

static void check_story(void **state)
{
    const struct story_case *c = *state;
    struct range_set wanted = {0};
    struct request_plan plan;
    struct byte_range span;

    assert_status(range_set_build(c->wanted.items, c->wanted.count, UNKNOWN, &wanted), ODO_OK);
    request_plan_init(&plan, &wanted);
    for (size_t i = 0; i < STEPS_MOST && c->steps[i].kind != STORY_ENDS; i++) {
        const struct step *step = &c->steps[i];

        span = (struct byte_range){47, 11};
        switch (step->kind) {
        case TAKE:
            assert_status(request_plan_take(&plan, &c->limits, &span), ODO_OK);
            assert_int_equal(span.offset, step->offset);
            assert_int_equal(span.length, step->length);
            break;
        case END_TAKE:
            assert_true(request_plan_is_empty(&plan));
            assert_status(request_plan_take(&plan, &c->limits, &span), ODO_E_NOT_FOUND);
            assert_int_equal(span.offset, 47);
            break;
        case BACK:
        case FINISH:
            request_plan_give_back(&plan, (struct byte_range){step->offset, step->length});
            break;
        case CLOSE:
            assert_status(range_set_close(&wanted, step->offset), ODO_OK);
            request_plan_wanted_closed(&plan);
            assert_true(plan.cursor <= step->offset);
            break;
        case REMAINS:
            assert_int_equal(plan.remaining, step->offset);
            break;
        case HOLES:
            assert_int_equal(plan.hole_count, step->offset);
            break;
        case STORY_ENDS:
            break;
        }
        assert_true(request_plan_is_normal(&plan));
    }
    request_plan_free(&plan);
    assert_null(plan.holes);
    range_set_free(&wanted);
}

static const struct restore_case {
    const char *name;
    struct range_list wanted;
    uint64_t cursor;
    struct range_list holes;
    enum odo_status status;
    uint64_t remaining;
    struct byte_range next; /* the request that follows, one of 100 bytes at most */
    size_t hole_count;      /* as the plan keeps them */
} restores[] = {
    {"nothing had come", RANGES({0, 100}), 0, NO_RANGES, ODO_OK, 100, {0, 100}, 0},
    {"the front had come", RANGES({0, 100}), 40, NO_RANGES, ODO_OK, 60, {40, 60}, 0},
    {"everything had come", RANGES({0, 100}), 100, NO_RANGES, ODO_OK, 0, {0, 0}, 0},
    {"everything but a hole had come",
     RANGES({0, 100}),
     100,
     RANGES({20, 10}),
     ODO_OK,
     10,
     {20, 10},
     1},
    {"a cursor in a gap goes on behind it",
     RANGES({0, 100}, {200, 50}),
     150,
     NO_RANGES,
     ODO_OK,
     50,
     {200, 50},
     0},
    {"a cursor at the end of a range goes on with the next",
     RANGES({0, 100}, {200, 50}),
     100,
     NO_RANGES,
     ODO_OK,
     50,
     {200, 50},
     0},
    {"a cursor past the end is the end",
     RANGES({0, 100}),
     5000,
     RANGES({20, 10}, {200, 7}),
     ODO_OK,
     10,
     {20, 10},
     1},
    {"touching holes are one",
     RANGES({0, 100}),
     90,
     RANGES({20, 10}, {30, 10}, {50, 1}),
     ODO_OK,
     31,
     {20, 20},
     2},
    {"a hole that touches the cursor is the cursor's",
     RANGES({0, 100}),
     90,
     RANGES({20, 10}, {80, 10}),
     ODO_OK,
     30,
     {20, 10},
     1},
    {"holes with only a gap between are one",
     RANGES({0, 50}, {60, 50}),
     100,
     RANGES({40, 10}, {60, 10}),
     ODO_OK,
     30,
     {40, 10},
     1},
    {"the unwanted part of a hole is nothing",
     RANGES({10, 10}, {50, 50}),
     100,
     RANGES({0, 45}, {55, 5}),
     ODO_OK,
     15,
     {10, 10},
     2},
    {"a hole without a wanted byte is nothing",
     RANGES({10, 10}, {50, 50}),
     100,
     RANGES({20, 30}),
     ODO_OK,
     0,
     {0, 0},
     0},
    {"an open end goes on",
     RANGES({10, END}),
     50,
     RANGES({20, 10}),
     ODO_OK,
     UNKNOWN,
     {20, 10},
     1},

    {"an empty hole is damage",
     RANGES({0, 100}),
     90,
     RANGES({20, 0}),
     ODO_E_DAMAGED,
     0,
     {0, 0},
     0},
    {"unsorted holes are damage",
     RANGES({0, 100}),
     90,
     RANGES({40, 10}, {20, 10}),
     ODO_E_DAMAGED,
     0,
     {0, 0},
     0},
    {"holes that share a byte are damage",
     RANGES({0, 100}),
     90,
     RANGES({20, 11}, {30, 10}),
     ODO_E_DAMAGED,
     0,
     {0, 0},
     0},
    {"a hole that reaches past the cursor is damage",
     RANGES({0, 100}),
     90,
     RANGES({20, 71}),
     ODO_E_DAMAGED,
     0,
     {0, 0},
     0},
    {"an open hole is damage",
     RANGES({0, 100}),
     90,
     RANGES({20, END}),
     ODO_E_DAMAGED,
     0,
     {0, 0},
     0},
    {"an open hole at the beginning is damage",
     RANGES({0, 100}),
     90,
     RANGES({0, END}),
     ODO_E_DAMAGED,
     0,
     {0, 0},
     0},
    {"a hole that wraps round is damage",
     RANGES({0, 100}),
     90,
     RANGES({20, 10}, {40, END - 30}),
     ODO_E_DAMAGED,
     0,
     {0, 0},
     0},
    {"a cursor past the limit is damage",
     RANGES({0, 100}),
     LIMIT + 1,
     NO_RANGES,
     ODO_E_DAMAGED,
     0,
     {0, 0},
     0},
};

static void check_restore(void **state)
{
    static const struct request_limits limits = {.most = 100, .least = 1, .lanes = 1};
    const struct restore_case *c = *state;
    struct range_set wanted = {0};
    struct request_plan plan = {.cursor = 4711};
    struct byte_range span = {0};

    assert_status(range_set_build(c->wanted.items, c->wanted.count, UNKNOWN, &wanted), ODO_OK);
    assert_status(
        request_plan_restore(&plan, &wanted, c->cursor, c->holes.items, c->holes.count),
        c->status);
    if (c->status == ODO_OK) {
        assert_true(request_plan_is_normal(&plan));
        assert_int_equal(plan.remaining, c->remaining);
        assert_int_equal(plan.hole_count, c->hole_count);
        assert_int_equal(request_plan_is_empty(&plan), c->next.length == 0);
        assert_status(request_plan_take(&plan, &limits, &span),
                      c->next.length > 0 ? ODO_OK : ODO_E_NOT_FOUND);
        assert_int_equal(span.offset, c->next.offset);
        assert_int_equal(span.length, c->next.length);
        assert_true(request_plan_is_normal(&plan));
        request_plan_free(&plan);
    } else {
        assert_int_equal(plan.cursor, 4711); /* untouched */
    }
    range_set_free(&wanted);
}

static const struct within_case {
    const char *name;
    struct byte_range span;
    uint64_t wanted;
} withins[] = {
    {"a span before everything has none", {0, 10}, 0},
    {"a span over everything has all", {0, 1000}, 30},
    {"a span within a range is wanted whole", {12, 3}, 3},
    {"a span that begins in a gap loses it", {5, 10}, 5},
    {"a span that ends in a gap loses it", {15, 10}, 5},
    {"a span in a gap has none", {22, 5}, 0},
    {"a span over a gap loses it", {15, 20}, 10},
    {"a span behind everything has none", {60, 10}, 0},
    {"an empty span has none", {15, 0}, 0},
};

/* Of the wanted ranges {10, 10}, {30, 10} and {50, 10}. */
static void check_within(void **state)
{
    static const struct byte_range ranges[] = {{10, 10}, {30, 10}, {50, 10}};
    const struct within_case *c = *state;
    struct range_set wanted = {0};
    struct request_plan plan;

    assert_status(range_set_build(ranges, TEST_COUNT(ranges), UNKNOWN, &wanted), ODO_OK);
    request_plan_init(&plan, &wanted);
    assert_int_equal(request_plan_wanted_within(&plan, c->span), c->wanted);
    range_set_free(&wanted);
}

static void a_plan_for_nothing_is_empty(void **state)
{
    static const struct request_limits limits = {.most = 100, .least = 1, .lanes = 1};
    struct range_set nothing = {0};
    struct request_plan plan;
    struct byte_range span;

    (void)state;
    request_plan_init(&plan, &nothing);
    assert_true(request_plan_is_normal(&plan));
    assert_true(request_plan_is_empty(&plan));
    assert_int_equal(plan.remaining, 0);
    assert_status(request_plan_take(&plan, &limits, &span), ODO_E_NOT_FOUND);
    request_plan_free(&plan);
    request_plan_free(&plan);
}

static void without_memory_a_request_is_refused_and_the_plan_unchanged(void **state)
{
    static const struct request_limits limits = {.most = 10, .least = 1, .lanes = 1};
    static const struct byte_range range = {0, 1000};
    struct range_set wanted = {0};
    struct request_plan plan;
    struct byte_range span = {47, 11};
    size_t taken = 0;

    (void)state;
    assert_status(range_set_build(&range, 1, UNKNOWN, &wanted), ODO_OK);
    request_plan_init(&plan, &wanted);
    test_memory_ends_after(0);
    assert_status(request_plan_take(&plan, &limits, &span), ODO_E_OUT_OF_MEMORY);
    assert_int_equal(span.offset, 47);
    assert_int_equal(plan.cursor, 0);
    assert_int_equal(plan.remaining, 1000);
    assert_int_equal(plan.spans_out, 0);

    test_memory_ends_after(1);
    while (request_plan_take(&plan, &limits, &span) == ODO_OK) {
        taken++;
    }
    assert_true(taken > 0);
    assert_status(request_plan_take(&plan, &limits, &span), ODO_E_OUT_OF_MEMORY);
    assert_int_equal(plan.spans_out, taken);
    assert_int_equal(plan.remaining, 1000 - 10 * taken);
    assert_true(request_plan_is_normal(&plan));

    /* Giving back needs no memory: each second one becomes a hole of its own. */
    for (size_t i = 0; i < taken; i++) {
        request_plan_give_back(&plan,
                               (struct byte_range){10 * i + i % 2 * 10, 10 - i % 2 * 10});
        assert_true(request_plan_is_normal(&plan));
    }
    test_memory_is_back();
    assert_int_equal(plan.hole_count, (taken + 1) / 2);
    request_plan_free(&plan);
    range_set_free(&wanted);
}

static void without_memory_a_plan_is_not_restored(void **state)
{
    static const struct byte_range range = {0, 1000};
    static const struct byte_range hole = {10, 10};
    struct range_set wanted = {0};
    struct request_plan plan = {.cursor = 4711};

    (void)state;
    assert_status(range_set_build(&range, 1, UNKNOWN, &wanted), ODO_OK);
    test_memory_ends_after(0);
    assert_status(request_plan_restore(&plan, &wanted, 100, &hole, 1), ODO_E_OUT_OF_MEMORY);
    test_memory_is_back();
    assert_int_equal(plan.cursor, 4711);
    range_set_free(&wanted);
}

/* Wanted: {0, 100} and {200, 100}; handed out: all below 250 but {20, 10} and {60, 10}. */
static const struct broken_case {
    const char *name;
    uint64_t cursor;
    size_t cursor_item;
    uint64_t remaining;
    struct byte_range holes[2];
    size_t spans_out;
    bool normal;
} broken_plans[] = {
    {"a sound plan is normal", 250, 1, 70, {{20, 10}, {60, 10}}, 2, true},
    {"a cursor past the limit is not", LIMIT + 1, 2, 20, {{20, 10}, {60, 10}}, 2, false},
    {"a cursor in another range is not", 250, 0, 70, {{20, 10}, {60, 10}}, 2, false},
    {"a count that is not what remains is not", 250, 1, 71, {{20, 10}, {60, 10}}, 2, false},
    {"more spans out than room is not", 250, 1, 70, {{20, 10}, {60, 10}}, 3, false},
    {"an empty hole is not", 250, 1, 60, {{20, 10}, {60, 0}}, 2, false},
    {"an open hole is not", 250, 1, 70, {{20, 10}, {60, END}}, 2, false},
    {"a hole that begins in a gap is not", 250, 1, 80, {{20, 10}, {150, 70}}, 2, false},
    {"a hole that ends in a gap is not", 250, 1, 70, {{20, 10}, {90, 20}}, 2, false},
    {"touching holes are not", 250, 1, 70, {{20, 10}, {30, 10}}, 2, false},
    {"unsorted holes are not", 250, 1, 70, {{60, 10}, {20, 10}}, 2, false},
    {"a hole that touches the cursor is not", 250, 1, 70, {{20, 10}, {240, 10}}, 2, false},
    {"a hole above the cursor is not", 250, 1, 70, {{20, 10}, {260, 10}}, 2, false},
};

static void check_normal(void **state)
{
    static const struct byte_range ranges[] = {{0, 100}, {200, 100}};
    const struct broken_case *c = *state;
    struct byte_range holes[4] = {c->holes[0], c->holes[1]};
    struct range_set wanted = {0};
    struct request_plan plan = {
        .wanted = &wanted,
        .cursor = c->cursor,
        .cursor_item = c->cursor_item,
        .remaining = c->remaining,
        .holes = holes,
        .hole_count = 2,
        .hole_capacity = TEST_COUNT(holes),
        .spans_out = c->spans_out,
    };

    assert_status(range_set_build(ranges, TEST_COUNT(ranges), UNKNOWN, &wanted), ODO_OK);
    assert_int_equal(request_plan_is_normal(&plan), c->normal);
    range_set_free(&wanted);
}

static void a_million_ranges_are_planned_in_one_walk(void **state)
{
    enum { COUNT = 1000000 };
    static const struct request_limits limits = {
        .most = 8 << 20, .least = 1 << 20, .merge_gap = 65536, .merge_share = 20, .lanes = 8};
    struct byte_range *ranges = calloc(COUNT, sizeof(*ranges));
    struct range_set wanted = {0};
    struct request_plan plan;
    struct byte_range span;
    uint64_t end = 0;
    size_t taken = 0;

    (void)state;
    assert_non_null(ranges);
    for (uint64_t i = 0; i < COUNT; i++) {
        ranges[i] = (struct byte_range){200000 * i, 1000};
    }
    assert_status(range_set_build(ranges, COUNT, UNKNOWN, &wanted), ODO_OK);
    request_plan_init(&plan, &wanted);
    while (request_plan_take(&plan, &limits, &span) == ODO_OK) {
        assert_true(span.offset >= end && span.length == 1000);
        end = span.offset + span.length;
        request_plan_give_back(&plan, (struct byte_range){end, 0});
        taken++;
    }
    assert_int_equal(taken, COUNT);
    assert_true(plan.hole_capacity < 100); /* its memory does not grow with the ranges */
    request_plan_free(&plan);
    range_set_free(&wanted);
    free(ranges);
}

static const struct many_case {
    const char *name;
    struct range_list wanted;
    struct request_limits limits;
    struct request_gathering gathering; /* most, small, text_most, least */
    struct byte_range spans[6];         /* until one is empty */
} manys[] = {
    {"small ranges go together",
     RANGES({0, 10}, {100, 10}, {200, 10}),
     {1000, 1000, 0, 0, 1},
     {100, 50, 4000, 0},
     {{0, 10}, {100, 10}, {200, 10}}},
    {"no more than may",
     RANGES({0, 10}, {100, 10}, {200, 10}),
     {1000, 1000, 0, 0, 1},
     {2, 50, 4000, 0},
     {{0, 10}, {100, 10}}},
    {"one, when only one may",
     RANGES({0, 10}, {100, 10}),
     {1000, 1000, 0, 0, 1},
     {1, 50, 4000, 0},
     {{0, 10}}},
    {"a large one goes alone",
     RANGES({0, 51}, {100, 10}, {200, 10}),
     {1000, 1000, 0, 0, 1},
     {100, 50, 4000, 0},
     {{0, 51}}},
    {"a large one is left for the next",
     RANGES({0, 50}, {100, 50}, {200, 51}),
     {1000, 1000, 0, 0, 1},
     {100, 50, 4000, 0},
     {{0, 50}, {100, 50}}},
    {"gaps are merged within one of many",
     RANGES({0, 10}, {12, 10}, {100, 10}),
     {1000, 1000, 2, 100, 1},
     {100, 50, 4000, 0},
     {{0, 22}, {100, 10}}},
    {"each lane has its share",
     RANGES({0, 10}, {100, 10}, {200, 10}, {300, 10}),
     {1000, 1, 0, 0, 2},
     {100, 10, 4000, 0},
     {{0, 10}, {100, 10}}},
    {"a share is no less than is worth a request",
     RANGES({0, 10}, {100, 10}, {200, 10}, {300, 10}),
     {1000, 10, 0, 0, 8},
     {100, 50, 4000, 30},
     {{0, 10}, {100, 10}, {200, 10}}},
    {"all together are no longer than a request",
     RANGES({0, 10}, {100, 10}, {200, 10}),
     {25, 10, 0, 0, 1},
     {100, 50, 4000, 0},
     {{0, 10}, {100, 10}, {200, 5}}},
    {"the header has its limit",
     RANGES({0, 10}, {100, 10}, {200, 10}),
     {1000, 1000, 0, 0, 1},
     {100, 50, 12, 0}, /* "0-9,100-109," is 12 long */
     {{0, 10}, {100, 10}}},
    {"and not a character more",
     RANGES({0, 10}, {100, 10}, {200, 10}),
     {1000, 1000, 0, 0, 1},
     {100, 50, 11, 0},
     {{0, 10}}},
};

static void check_many(void **state)
{
    const struct many_case *c = *state;
    struct range_set wanted = {0};
    struct request_plan plan;
    struct byte_range spans[100];
    size_t count = 0;

    assert_status(range_set_build(c->wanted.items, c->wanted.count, UNKNOWN, &wanted), ODO_OK);
    request_plan_init(&plan, &wanted);
    assert_status(request_plan_take_many(&plan, &c->limits, &c->gathering, spans, &count),
                  ODO_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(spans[i].offset, c->spans[i].offset);
        assert_int_equal(spans[i].length, c->spans[i].length);
    }
    assert_int_equal(c->spans[count].length, 0);
    assert_int_equal(plan.spans_out, count);
    assert_true(request_plan_is_normal(&plan));
    request_plan_free(&plan);
    range_set_free(&wanted);
}

static void every_byte_is_asked_for_exactly_once(void **state)
{
    enum { ROUNDS = 3000, INPUT_MOST = 400 };
    struct test_random random = {20250117};

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        uint8_t input[INPUT_MOST];
        size_t size = (size_t)test_random_below(&random, sizeof(input) + 1);
        const char *fault;

        for (size_t i = 0; i < size; i++) {
            input[i] = (uint8_t)test_random_next(&random);
        }
        fault = plan_oracle_run(input, size);
        if (fault) {
            fail_msg("round %d: it does not hold that %s", round, fault);
        }
    }
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, stories, check_story);
    TEST_ADD_TABLE(&suite, restores, check_restore);
    TEST_ADD_TABLE(&suite, withins, check_within);
    TEST_ADD_TABLE(&suite, manys, check_many);
    TEST_ADD_TABLE(&suite, broken_plans, check_normal);
    TEST_ADD(&suite, a_plan_for_nothing_is_empty);
    TEST_ADD(&suite, without_memory_a_request_is_refused_and_the_plan_unchanged);
    TEST_ADD(&suite, without_memory_a_plan_is_not_restored);
    TEST_ADD(&suite, a_million_ranges_are_planned_in_one_walk);
    TEST_ADD(&suite, every_byte_is_asked_for_exactly_once);
    return test_suite_run(&suite, "request_plan");
}
