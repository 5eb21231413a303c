#include "support/test.h"

#include "transfer/measurement.h"

#define KIB  UINT64_C(1024)
#define MIB  (1024 * KIB)
#define MS   UINT64_C(1000) /* in microseconds */
#define MOST UINT64_MAX

/* --- Averages ------------------------------------------------------------------------- */

/* `count` latencies of `value_us`, `apart_ms` after one another. */
struct values {
    uint32_t count;
    uint64_t value_us;
    uint64_t apart_ms;
};

static const struct average_case {
    const char *name;
    struct values values[6];
    uint64_t least_us; /* the average then */
    uint64_t most_us;
} averages[] = {
    {"nothing measured is nothing", {{0}}, 0, 0},
    {"one value is the average", {{1, 20 * MS, 0}}, 20 * MS, 20 * MS},
    {"of two the lower one is", {{1, 500 * MS, 0}, {1, 20 * MS, 5}}, 20 * MS, 20 * MS},
    {"of two the lower one is, whichever came first",
     {{1, 20 * MS, 0}, {1, 500 * MS, 5}},
     20 * MS,
     20 * MS},
    {"of three the median is",
     {{1, 30 * MS, 0}, {1, 10 * MS, 5}, {1, 20 * MS, 5}},
     20 * MS,
     20 * MS},
    {"a slow first answer is forgotten by the third",
     {{1, 9000 * MS, 0}, {2, 20 * MS, 5}},
     20 * MS,
     20 * MS},
    {"equal values are their average", {{1000, 12345, 5}}, 12345, 12345},
    {"a latency of nothing is an average", {{1000, 0, 5}}, 0, 0},
    {"a few microseconds are not lost", {{1000, 50, 5}, {1000, 57, 5}}, 57, 57},
    {"one outlier is never seen",
     {{10, 20 * MS, 5}, {1, 5000 * MS, 5}, {10, 20 * MS, 5}},
     20 * MS,
     20 * MS},
    {"nor is one, whatever its place",
     {{11, 20 * MS, 5}, {1, 5000 * MS, 5}, {10, 20 * MS, 5}},
     20 * MS,
     20 * MS},
    {"nor is one at any other place",
     {{12, 20 * MS, 5}, {1, 5000 * MS, 5}, {10, 20 * MS, 5}},
     20 * MS,
     20 * MS},
    {"nor is one downwards", {{10, 20 * MS, 5}, {1, 0, 5}, {10, 20 * MS, 5}}, 20 * MS, 20 * MS},
    {"nor each third one",
     {{4, 20 * MS, 5},
      {1, 5000 * MS, 5},
      {2, 20 * MS, 5},
      {1, 5000 * MS, 5},
      {2, 20 * MS, 5},
      {1, 5000 * MS, 5}},
     20 * MS,
     20 * MS},
    {"eight late answers at one moment do not wipe out hundred",
     {{100, 20 * MS, 5}, {8, 100 * MS, 0}},
     30 * MS,
     36 * MS},
    {"what is slower for good is believed within a few tens of answers",
     {{100, 20 * MS, 5}, {60, 100 * MS, 5}},
     85 * MS,
     90 * MS},
    {"what is faster for good is too",
     {{100, 100 * MS, 5}, {60, 20 * MS, 5}},
     30 * MS,
     35 * MS},
    {"among few answers each weighs more",
     {{4, 20 * MS, 5}, {4, 100 * MS, 5}},
     55 * MS,
     65 * MS},
    {"rare answers weigh more than frequent ones",
     {{100, 20 * MS, 5}, {4, 100 * MS, 2000}},
     55 * MS,
     65 * MS},
    {"after a silence two answers outweigh all before",
     {{100, 20 * MS, 5}, {3, 100 * MS, 3600 * MS}},
     79 * MS,
     81 * MS},
    {"no value is more than half of the average",
     {{100, 20 * MS, 5}, {3, 100 * MS, 9000}},
     79 * MS,
     81 * MS},
    {"a clock that steps back counts as one that stands still",
     {{100, 20 * MS, 5}, {3, 100 * MS, MOST - 4}},
     24 * MS,
     26 * MS},
    {"even then one outlier is not seen",
     {{100, 20 * MS, 5}, {1, 5000 * MS, 3600 * MS}, {3, 20 * MS, 3600 * MS}},
     20 * MS,
     20 * MS},
    {"what cannot be is cut to ten minutes", {{3, MOST, 0}}, 600000 * MS, 600000 * MS},
    {"time may leap to its end", {{5, 20 * MS, MOST / 8}}, 20 * MS, 20 * MS},
};

static void check_average(void **state)
{
    const struct average_case *c = *state;
    struct measurement measurement = {0};
    uint64_t now_ms = 0;
    uint32_t answers = 0;

    for (size_t i = 0; i < TEST_COUNT(c->values); i++) {
        for (uint32_t j = 0; j < c->values[i].count; j++) {
            now_ms += c->values[i].apart_ms;
            measurement_add_latency(&measurement, c->values[i].value_us, now_ms);
            answers++;
        }
    }
    assert_in_range(measurement_latency_us(&measurement), c->least_us, c->most_us);
    assert_int_equal(measurement_answers(&measurement), answers);
    assert_int_equal(measurement_rate(&measurement), 0);
    assert_int_equal(measurement_total_rate(&measurement), 0);
}

static const struct rate_case {
    const char *name;
    uint64_t bytes;
    uint64_t elapsed_us;
    uint64_t rate; /* 0 when it is ignored */
} rates[] = {
    {"a mebibyte a second is that", MIB, 1000 * MS, MIB},
    {"half of it in half the time is the same", MIB / 2, 500 * MS, MIB},
    {"a long time is a low rate", MIB, 1024 * 1000 * MS, KIB},
    {"64 KiB are enough", 64 * KIB, 1000 * MS, 64 * KIB},
    {"less is ignored", 64 * KIB - 1, 1000 * MS, 0},
    {"nothing is ignored", 0, 0, 0},
    {"no time is a microsecond", 64 * KIB, 0, UINT64_C(65536000000)},
    {"what is nearly nothing is nothing", 64 * KIB, MOST, 0},
    {"the rate has a limit", 8 * MIB, 1, UINT64_C(1) << 40},
    {"all bytes that can be counted are no more", MOST, 1, UINT64_C(1) << 40},
    {"nor are they in no time", MOST, 0, UINT64_C(1) << 40},
    {"a number that would wrap round to nothing is no more", UINT64_C(1) << 58, 1,
     UINT64_C(1) << 40},
    {"all bytes in all time are a byte a microsecond", MOST, MOST, 1000 * 1000},
    {"as many as fit are counted exactly", MOST / 1000000, MOST / 1000000, 1000 * 1000},
    {"and one more nearly", MOST / 1000000 + 1, MOST / 1000000 + 1, 1000 * 1000},
};

static void check_rate(void **state)
{
    const struct rate_case *c = *state;
    struct measurement measurement = {0};

    measurement_add_rate(&measurement, c->bytes, c->elapsed_us, 7);
    assert_int_equal(measurement_rate(&measurement), c->rate);
    assert_int_equal(measurement_total_rate(&measurement), 0);

    measurement = (struct measurement){0};
    measurement_add_total_rate(&measurement, c->bytes, c->elapsed_us, 7);
    assert_int_equal(measurement_total_rate(&measurement), c->rate);
    assert_int_equal(measurement_rate(&measurement), 0);
    assert_int_equal(measurement_answers(&measurement), 0);
}

/* --- What follows from them ----------------------------------------------------------- */

static const struct suggestion_case {
    const char *name;
    uint32_t answers;
    uint64_t latency_us;
    uint64_t rate;       /* bytes a second; 0 when it is not known */
    uint64_t total_rate; /* the same */
    uint32_t lanes;
    bool is_shared;
    uint64_t gap;
    uint64_t request;
} suggestions[] = {
    {"nothing known is the start", 0, 0, 0, 0, 1, false, 64 * KIB, 8 * MIB},
    {"three answers are not enough", 3, 20 * MS, 25000000, 0, 1, false, 64 * KIB, 8 * MIB},
    {"answers without a rate are not enough", 400, 20 * MS, 0, 0, 1, false, 64 * KIB, 8 * MIB},
    {"a total rate alone is not enough", 400, 20 * MS, 0, 25000000, 4, false, 64 * KIB,
     8 * MIB},
    {"a rate without answers is not enough", 0, 0, 25000000, 25000000, 4, false, 64 * KIB,
     8 * MIB},

    {"one lane of 25 MB/s at 20 ms merges 500 KB", 4, 20 * MS, 25000000, 25000000, 1, false,
     500000, 32000000},
    {"four lanes that share it merge 125 KB", 4, 20 * MS, 25000000, 25000000, 4, false, 125000,
     32000000},
    {"a lane that cannot have its share counts for itself", 4, 20 * MS, 1000000, 25000000, 4,
     false, 20000, 1280000},
    {"without a total the rate of one lane decides", 4, 20 * MS, 6250000, 0, 4, false, 125000,
     8000000},
    {"no lanes are one", 4, 20 * MS, 25000000, 25000000, 0, false, 500000, 32000000},
    {"very many lanes share next to nothing", 4, 20 * MS, 25000000, 25000000, UINT32_MAX, false,
     4 * KIB, 32000000},

    {"a near server merges 4 KiB", 4, 50, 25000000, 25000000, 1, false, 4 * KIB, 6250000},
    {"a server that answers at once merges 4 KiB", 4, 0, 25000000, 25000000, 1, false, 4 * KIB,
     6250000},
    {"a slow line merges 4 KiB", 4, 20 * MS, 70000, 70000, 1, false, 4 * KIB, MIB},
    {"a far server on a fast line merges 1 MiB", 4, 300 * MS, 100000000, 100000000, 1, false,
     MIB, 64 * MIB},
    {"just below 1 MiB it is not cut", 4, 1000 * MS, MIB - 1, MIB - 1, 1, false, MIB - 1,
     64 * (MIB - 1)},
    {"at 1 MiB it is", 4, 1000 * MS, MIB, MIB, 1, false, MIB, 64 * MIB},
    {"the largest values merge 1 MiB", 4, MOST, UINT64_C(1) << 40, UINT64_C(1) << 40, 1, false,
     MIB, 64 * MIB},
    {"the largest latency and the lowest rate fit", 4, MOST, 70000, 0, 1, false, MIB, 64 * MIB},

    {"a shared connection merges 4 KiB", 4, 20 * MS, 25000000, 25000000, 1, true, 4 * KIB,
     32000000},
    {"it does from the beginning", 0, 0, 0, 0, 1, true, 4 * KIB, 8 * MIB},

    {"loopback asks for 64 MiB at once", 4, 100, 1000000000, 0, 1, false, 100000, 64 * MIB},
    {"a modem asks for 1 MiB at once", 4, 200 * MS, 70000, 0, 1, false, 14000, MIB},
    {"a request lasts 64 latencies", 4, 100 * MS, 10000000, 0, 1, false, 1000000, 64000000},
    {"but a quarter of a second", 4, 1 * MS, 10000000, 0, 1, false, 10000, 2500000},
};

static void check_suggestion(void **state)
{
    const struct suggestion_case *c = *state;
    struct measurement measurement = {0};

    for (uint32_t i = 0; i < c->answers; i++) {
        measurement_add_latency(&measurement, c->latency_us, i);
    }
    if (c->rate > 0) {
        measurement_add_rate(&measurement, c->rate, 1000 * MS, 9);
    }
    if (c->total_rate > 0) {
        measurement_add_total_rate(&measurement, c->total_rate, 1000 * MS, 9);
    }
    assert_int_equal(measurement_merge_gap(&measurement, c->lanes, c->is_shared), c->gap);
    assert_int_equal(measurement_request_size(&measurement), c->request);
}

static void small_is_what_comes_within_a_latency(void **state)
{
    struct measurement measurement = {0};

    (void)state;
    assert_int_equal(measurement_small_request(&measurement), 64 * KIB);
    for (uint32_t i = 0; i < 4; i++) {
        measurement_add_latency(&measurement, 20 * MS, i);
    }
    assert_int_equal(measurement_small_request(&measurement), 64 * KIB);
    measurement_add_rate(&measurement, 10000000, 1000 * MS, 4);
    assert_int_equal(measurement_small_request(&measurement), 200000);
    for (uint32_t i = 0; i < 1000; i++) {
        measurement_add_latency(&measurement, 1000 * MS, 100000);
    }
    assert_int_equal(measurement_small_request(&measurement), MIB);
    for (uint32_t i = 0; i < 1000; i++) {
        measurement_add_latency(&measurement, 1, 200000);
    }
    assert_int_equal(measurement_small_request(&measurement), 64 * KIB);
}

/* --- Whatever comes ------------------------------------------------------------------- */

/* A value of any size, and now and then the largest. */
static uint64_t any_value(struct test_random *random)
{
    uint64_t value = test_random_next(random);

    return value % 16 == 0 ? UINT64_MAX : value >> (value % 64);
}

static void any_values_give_sensible_suggestions(void **state)
{
    struct test_random random = {20240917};

    (void)state;
    for (int run = 0; run < 200; run++) {
        struct measurement measurement = {0};
        uint64_t lowest_us = UINT64_MAX;
        uint64_t highest_us = 0;

        for (int i = 0; i < 200; i++) {
            uint64_t latency_us = any_value(&random);
            uint64_t cut_us = latency_us < MEASUREMENT_LATENCY_MOST_US
                                  ? latency_us
                                  : MEASUREMENT_LATENCY_MOST_US;

            lowest_us = cut_us < lowest_us ? cut_us : lowest_us;
            highest_us = cut_us > highest_us ? cut_us : highest_us;
            measurement_add_latency(&measurement, latency_us, any_value(&random));
            measurement_add_rate(&measurement, any_value(&random), any_value(&random),
                                 any_value(&random));
            measurement_add_total_rate(&measurement, any_value(&random), any_value(&random),
                                       any_value(&random));
            assert_in_range(measurement_latency_us(&measurement), lowest_us, highest_us);
            assert_true(measurement_rate(&measurement) <= MEASUREMENT_RATE_MOST);
            assert_true(measurement_total_rate(&measurement) <= MEASUREMENT_RATE_MOST);
            assert_in_range(
                measurement_merge_gap(&measurement, (uint32_t)any_value(&random), false),
                4 * KIB, MIB);
            assert_in_range(measurement_request_size(&measurement), MIB, 64 * MIB);
        }
    }
}

/* Values that scatter by a half around a mean give about that mean. */
static void a_scattered_latency_is_found(void **state)
{
    struct test_random random = {4711};
    struct measurement measurement = {0};

    (void)state;
    for (uint64_t i = 0; i < 1000; i++) {
        measurement_add_latency(&measurement, 10 * MS + test_random_below(&random, 20 * MS),
                                i * 5);
        if (i >= 50) {
            assert_in_range(measurement_latency_us(&measurement), 16 * MS, 24 * MS);
        }
    }
}

static void a_count_at_its_end_still_sees_new_values(void **state)
{
    struct measurement measurement = {0};

    (void)state;
    for (uint64_t i = 0; i < 9; i++) {
        measurement_add_latency(&measurement, 20 * MS, i);
    }
    measurement.latency.count = UINT32_MAX;
    for (uint64_t i = 0; i < 1000; i++) {
        measurement_add_latency(&measurement, 80 * MS, 9 + i);
    }
    assert_true(measurement_answers(&measurement) > UINT32_MAX - 4);
    assert_in_range(measurement_latency_us(&measurement), 79 * MS, 80 * MS);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, averages, check_average);
    TEST_ADD_TABLE(&suite, rates, check_rate);
    TEST_ADD_TABLE(&suite, suggestions, check_suggestion);
    TEST_ADD(&suite, small_is_what_comes_within_a_latency);
    TEST_ADD(&suite, any_values_give_sensible_suggestions);
    TEST_ADD(&suite, a_scattered_latency_is_found);
    TEST_ADD(&suite, a_count_at_its_end_still_sees_new_values);
    return test_suite_run(&suite, "measurement");
}
