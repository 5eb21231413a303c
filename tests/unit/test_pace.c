#include "support/test.h"

#include "transfer/pace.h"

#define KIB   UINT64_C(1024)
#define NEVER UINT64_MAX
#define FREE  UINT64_MAX /* to pass */

enum step_kind {
    STEPS_END,
    STEP_ALLOWANCE, /* `value` bytes may pass */
    STEP_SPEND,     /* `value` bytes */
    STEP_RATE,      /* is set to `value` */
    STEP_NEXT,      /* `value` bytes may pass at `result` */
};

#define MAY_PASS(at_ms, bytes)                                                                 \
    {                                                                                          \
        STEP_ALLOWANCE, at_ms, bytes, 0                                                        \
    }
#define SPEND(at_ms, bytes)                                                                    \
    {                                                                                          \
        STEP_SPEND, at_ms, bytes, 0                                                            \
    }
#define SET_RATE(at_ms, rate)                                                                  \
    {                                                                                          \
        STEP_RATE, at_ms, rate, 0                                                              \
    }
#define NEXT(at_ms, bytes, moment)                                                             \
    {                                                                                          \
        STEP_NEXT, at_ms, bytes, moment                                                        \
    }

static const struct pace_case {
    const char *name;
    uint64_t rate; /* at 1000 ms */
    struct pace_step {
        enum step_kind kind;
        uint64_t at_ms;
        uint64_t value;
        uint64_t result;
    } steps[9];
} cases[] = {
    {"a bucket begins empty", 1000000, {MAY_PASS(1000, 0)}},
    {"it fills with time", 1000000, {MAY_PASS(1010, 10000), MAY_PASS(1020, 20000)}},
    {"what was spent is gone",
     1000000,
     {SPEND(1010, 4000), MAY_PASS(1010, 6000), MAY_PASS(1011, 7000)}},
    {"it holds 100 ms and no more",
     1000000,
     {MAY_PASS(1099, 99000), MAY_PASS(1100, 100000), MAY_PASS(1101, 100000),
      MAY_PASS(9000, 100000)}},
    {"a small one holds 16 KiB", 1000, {MAY_PASS(17384, 16384), MAY_PASS(99000, 16384)}},
    {"fractions of a byte add up",
     1,
     {MAY_PASS(1999, 0), MAY_PASS(2000, 1), MAY_PASS(2999, 1), MAY_PASS(3000, 2)}},
    {"no cap lets all pass",
     PACE_UNLIMITED,
     {MAY_PASS(1000, FREE), SPEND(1000, FREE), MAY_PASS(1000, FREE), NEXT(1000, FREE, 1000)}},

    {"too much is owed",
     1000000,
     {SPEND(1010, 30000), MAY_PASS(1010, 0), MAY_PASS(1030, 0), MAY_PASS(1031, 1000)}},
    {"a debt grows",
     1000000,
     {SPEND(1000, 20000), SPEND(1000, 20000), MAY_PASS(1040, 0), MAY_PASS(1041, 1000)}},
    {"all that can be counted is a debt with an end",
     PACE_RATE_MOST,
     {SPEND(1000, FREE), SPEND(1000, FREE), SPEND(1000, FREE), MAY_PASS(1000, 0),
      MAY_PASS(257000, 0), MAY_PASS(257001, UINT64_C(17592186044))}},

    {"the next moment is now when it may pass",
     1000000,
     {NEXT(1010, 10000, 1010), NEXT(1010, 1, 1010)}},
    {"the next moment is when the bytes are there",
     1000000,
     {NEXT(1000, 1, 1001), NEXT(1000, 1000, 1001), NEXT(1000, 1001, 1002)}},
    {"the next moment counts what is there", 1000000, {NEXT(1010, 50000, 1050)}},
    {"the next moment counts what is owed",
     1000000,
     {SPEND(1000, 20000), NEXT(1000, 1000, 1021), NEXT(1005, 1000, 1021)}},
    {"nothing may pass when nothing is owed",
     1000000,
     {NEXT(1000, 0, 1000), SPEND(1000, 20000), NEXT(1000, 0, 1020)}},
    {"what does not fit waits for a full bucket",
     1000000,
     {NEXT(1000, 100000, 1100), NEXT(1000, 100001, 1100), NEXT(1000, FREE, 1100)}},
    {"a slow next moment is rounded up",
     3,
     {NEXT(1000, 1, 1334), MAY_PASS(1333, 0), MAY_PASS(1334, 1)}},
    {"a moment past the end of the clock is never",
     1000,
     {NEXT(UINT64_MAX - 5, 9000, UINT64_MAX - 5), SPEND(UINT64_MAX - 5, 17000),
      NEXT(UINT64_MAX - 5, 1, NEVER)}},

    {"a higher cap holds at once",
     1000000,
     {SPEND(1000, 0), SET_RATE(1000, 2000000), MAY_PASS(1010, 20000)}},
    {"a lower cap holds at once", 1000000, {SET_RATE(1000, 500000), MAY_PASS(1010, 5000)}},
    {"what has come to pass under the old cap stays",
     1000000,
     {SET_RATE(1010, 500000), MAY_PASS(1010, 10000), MAY_PASS(1012, 11000)}},
    {"but no more than the new bucket holds",
     1000000,
     {SET_RATE(1100, 500000), MAY_PASS(1100, 50000)}},
    {"the same cap again changes nothing",
     1000000,
     {SPEND(1000, 20000), SET_RATE(1010, 1000000), MAY_PASS(1021, 1000),
      SET_RATE(1021, 1000000), MAY_PASS(1021, 1000)}},
    {"a debt takes no longer under a lower cap",
     1000000,
     {SPEND(1000, 20000), SET_RATE(1000, 1000), NEXT(1000, 0, 1020), NEXT(1000, 1, 1021)}},
    {"a debt is paid sooner under a higher cap",
     1000000,
     {SPEND(1000, 20000), SET_RATE(1000, 10000000), NEXT(1000, 0, 1002)}},
    {"no cap any more forgets a debt",
     1000000,
     {SPEND(1000, 20000), SET_RATE(1000, PACE_UNLIMITED), MAY_PASS(1000, FREE)}},
    {"a cap after none begins empty",
     PACE_UNLIMITED,
     {SPEND(5000, 20000), SET_RATE(5000, 1000000), MAY_PASS(5000, 0), MAY_PASS(5001, 1000)}},
    {"the largest debt passes through the lowest cap",
     PACE_RATE_MOST,
     {SPEND(1000, FREE), SET_RATE(1000, 1), NEXT(1000, 0, 257000), SET_RATE(1000, FREE),
      NEXT(1000, 0, 1001)}},
    {"it does whatever was in the bucket before",
     1000000,
     {SET_RATE(1100, PACE_UNLIMITED), SET_RATE(1100, 1000000), MAY_PASS(1100, 0)}},
    {"a cap beyond any network is the highest", FREE, {MAY_PASS(1001, UINT64_C(17592186044))}},
    {"a cap above 4 GiB/s is exact", UINT64_C(5000000000), {MAY_PASS(1001, 5000000)}},

    {"a clock that steps back gains nothing",
     1000000,
     {MAY_PASS(1010, 10000), MAY_PASS(500, 10000)}},
    {"it goes on from there",
     1000000,
     {MAY_PASS(1010, 10000), MAY_PASS(500, 10000), MAY_PASS(505, 15000)}},
    {"a clock that leaps ahead fills the bucket", 1000000, {MAY_PASS(UINT64_MAX, 100000)}},
    {"and pays any debt", 1000000, {SPEND(1000, FREE), MAY_PASS(UINT64_MAX, 100000)}},
    {"a step back keeps the debt", 1000000, {SPEND(1010, 30000), NEXT(100, 0, 120)}},
};

static void check_case(void **state)
{
    const struct pace_case *c = *state;
    struct pace pace;

    pace_init(&pace, c->rate, 1000);
    for (size_t i = 0; c->steps[i].kind != STEPS_END; i++) {
        const struct pace_step *step = &c->steps[i];

        switch (step->kind) {
        case STEP_ALLOWANCE:
            assert_int_equal(pace_allowance(&pace, step->at_ms), step->value);
            break;
        case STEP_SPEND:
            pace_spend(&pace, step->value, step->at_ms);
            break;
        case STEP_RATE:
            pace_set_rate(&pace, step->value, step->at_ms);
            break;
        case STEP_NEXT:
            assert_int_equal(pace_next_ms(&pace, step->value, step->at_ms), step->result);
            break;
        case STEPS_END:
            break;
        }
    }
}

/* --- In the long run ------------------------------------------------------------------ */

/* Whoever takes what may pass, and sleeps as long as told, gets what the cap allows. */
static const struct run_case {
    const char *name;
    uint64_t rate;
    uint64_t piece;   /* what is waited for and taken at once */
    uint64_t late_ms; /* so much later than told, at most */
    bool overdraws;   /* takes a piece as soon as anything may pass */
} runs[] = {
    {"a megabyte a second in pieces of 16 KiB", 1000000, 16 * KIB, 0, false},
    {"the same with a clock of 16 ms", 1000000, 16 * KIB, 16, false},
    {"10 KB a second in pieces of 16 KiB", 10000, 16 * KIB, 16, false},
    {"7 bytes a second", 7, 1, 3, false},
    {"333333 bytes a second in pieces of 4 KiB", 333333, 4 * KIB, 5, false},
    {"10 GB a second in pieces of 512 KiB", UINT64_C(10000000000), 512 * KIB, 1, false},
    {"10 KB a second in pieces of 512 KiB, taken too early", 10000, 512 * KIB, 16, true},
    {"a megabyte a second in pieces of 512 KiB, taken too early", 1000000, 512 * KIB, 16, true},
};

static void check_run(void **state)
{
    enum { DURATION_MS = 1000 * 1000 };
    const struct run_case *c = *state;
    struct test_random random = {20240917};
    struct pace pace;
    uint64_t now_ms = 5000;
    uint64_t begin_ms = now_ms;
    uint64_t end_ms = now_ms + DURATION_MS;
    uint64_t passed = 0;
    uint64_t allowed;

    pace_init(&pace, c->rate, now_ms);
    while (now_ms < end_ms) {
        uint64_t wanted = c->overdraws ? 1 : c->piece;
        uint64_t next_ms = pace_next_ms(&pace, wanted, now_ms);

        assert_true(next_ms >= now_ms);
        if (next_ms == now_ms) {
            uint64_t piece = c->overdraws ? c->piece : pace_allowance(&pace, now_ms);

            assert_true(pace_allowance(&pace, now_ms) > 0);
            pace_spend(&pace, piece, now_ms);
            passed += piece;
            assert_true(passed <=
                        c->rate * (now_ms - begin_ms) / 1000 + (c->overdraws ? c->piece : 0));
            continue;
        }
        now_ms = next_ms + test_random_below(&random, c->late_ms + 1);
    }
    allowed = c->rate * DURATION_MS / 1000;
    /* A piece may be under way at the end. */
    assert_in_range(passed, allowed - allowed / 100 - c->piece,
                    allowed + allowed / 100 + c->piece);
}

/* In no stretch of time more passes than the cap allows in it, and one bucket. */
static void no_stretch_of_time_lets_more_pass(void **state)
{
    enum { COUNT = 400 };
    static uint64_t at_ms[COUNT];
    static uint64_t spent[COUNT];
    struct test_random random = {99};

    (void)state;
    for (int run = 0; run < 20; run++) {
        uint64_t rate =
            1 + (test_random_next(&random) >> (24 + test_random_below(&random, 40)));
        uint64_t now_ms = 0;
        uint64_t bucket;
        struct pace pace;

        pace_init(&pace, rate, now_ms);
        bucket = pace_allowance(&pace, UINT64_MAX); /* the fullest it can be */
        pace_init(&pace, rate, now_ms);
        for (int i = 0; i < COUNT; i++) {
            now_ms += test_random_below(&random, i % 10 == 0 ? 5000 : 60);
            at_ms[i] = now_ms;
            spent[i] = test_random_below(&random, pace_allowance(&pace, now_ms) + 1);
            if (i % 3 == 0) {
                spent[i] = pace_allowance(&pace, now_ms);
            }
            pace_spend(&pace, spent[i], now_ms);
        }
        for (int from = 0; from < COUNT; from++) {
            uint64_t sum = 0;

            for (int to = from; to < COUNT; to++) {
                sum += spent[to];
                assert_true(sum <= bucket + rate * (at_ms[to] - at_ms[from]) / 1000 + 1);
            }
        }
    }
}

static uint64_t any_value(struct test_random *random)
{
    uint64_t value = test_random_next(random);

    return value % 16 == 0 ? UINT64_MAX : value >> (value % 64);
}

/* Whatever is called with whatever values, the next moment is the first, and true. */
static void the_next_moment_is_the_first(void **state)
{
    struct test_random random = {31415926};
    struct pace pace;

    (void)state;
    pace_init(&pace, 1000, 0);
    for (int i = 0; i < 100000; i++) {
        uint64_t now_ms = any_value(&random);
        uint64_t bytes = any_value(&random);
        struct pace full;
        struct pace then;
        uint64_t next_ms;
        uint64_t bucket;

        switch (test_random_below(&random, 4)) {
        case 0:
            pace_set_rate(&pace, any_value(&random), now_ms);
            break;
        case 1:
            pace_spend(&pace, any_value(&random), now_ms);
            break;
        default:
            pace_allowance(&pace, now_ms);
            break;
        }
        next_ms = pace_next_ms(&pace, bytes, now_ms);
        assert_true(next_ms >= now_ms);
        pace_init(&full, pace.rate, 0);
        bucket = pace_allowance(&full, UINT64_MAX);
        bytes = bytes < bucket ? bytes : bucket;
        if (next_ms < UINT64_MAX) {
            then = pace;
            assert_true(pace_allowance(&then, next_ms) >= bytes);
        }
        if (next_ms > now_ms && bytes > 0) {
            then = pace;
            assert_true(pace_allowance(&then, next_ms - 1) < bytes);
        }
        assert_true(pace_allowance(&pace, now_ms) <= bucket);
    }
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, cases, check_case);
    TEST_ADD_TABLE(&suite, runs, check_run);
    TEST_ADD(&suite, no_stretch_of_time_lets_more_pass);
    TEST_ADD(&suite, the_next_moment_is_the_first);
    return test_suite_run(&suite, "pace");
}
