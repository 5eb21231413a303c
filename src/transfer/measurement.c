#include "transfer/measurement.h"

enum {
    ONE = 256,         /* a full weight, and the unit of `scaled` */
    WEIGHT_LEAST = 8,  /* of a value after many others */
    WEIGHT_MOST = 128, /* of a value after a silence */
};

static const uint64_t second_us = 1000000;

static uint64_t least_of(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

static uint64_t most_of(uint64_t left, uint64_t right)
{
    return left > right ? left : right;
}

/* --- Averages ------------------------------------------------------------------------- */

/* The median of the last values; of two, the lower, since the first may include warm-up. */
static uint64_t median(const struct moving_average *average)
{
    uint64_t a = average->recent[0];
    uint64_t b = average->recent[1];
    uint64_t c = average->recent[2];

    if (average->count == 1) {
        return a;
    }
    if (average->count == 2) {
        return least_of(a, b);
    }
    return most_of(least_of(a, b), least_of(most_of(a, b), c));
}

/* The weight of the latest value in the average, in 256ths. */
static uint64_t weight(const struct moving_average *average, uint64_t passed_ms)
{
    uint64_t by_count = ONE;
    uint64_t by_time = WEIGHT_MOST;

    if (average->count > 3) {
        by_count = most_of(ONE / (average->count - 2), WEIGHT_LEAST);
    }
    if (passed_ms < MEASUREMENT_MEMORY_MS) {
        by_time = least_of(passed_ms * ONE / MEASUREMENT_MEMORY_MS, WEIGHT_MOST);
    }
    return most_of(by_count, by_time);
}

static void add(struct moving_average *average, uint64_t value, uint64_t now_ms)
{
    uint64_t passed_ms = now_ms > average->at_ms ? now_ms - average->at_ms : 0;
    uint64_t share;

    if (average->count == UINT32_MAX) {
        average->count -= 3; /* keeps count % 3 */
    }
    average->recent[average->count % 3] = value;
    average->count++;
    average->at_ms = now_ms;
    share = weight(average, passed_ms);
    /* Values are below 2^41, so the products fit. */
    average->scaled = (average->scaled * (ONE - share) + median(average) * ONE * share) / ONE;
}

static uint64_t value_of(const struct moving_average *average)
{
    return (average->scaled + ONE / 2) / ONE;
}

/* --- Measuring ------------------------------------------------------------------------ */

void measurement_add_latency(struct measurement *measurement, uint64_t latency_us,
                             uint64_t now_ms)
{
    add(&measurement->latency, least_of(latency_us, MEASUREMENT_LATENCY_MOST_US), now_ms);
}

static void add_rate(struct moving_average *average, uint64_t bytes, uint64_t elapsed_us,
                     uint64_t now_ms)
{
    uint64_t rate;

    if (bytes < MEASUREMENT_PIECE_LEAST) {
        return;
    }
    elapsed_us = most_of(elapsed_us, 1);
    if (bytes <= UINT64_MAX / second_us) {
        rate = bytes * second_us / elapsed_us;
    } else {
        rate = bytes / elapsed_us >= MEASUREMENT_RATE_MOST ? MEASUREMENT_RATE_MOST
                                                           : bytes / elapsed_us * second_us;
    }
    add(average, least_of(rate, MEASUREMENT_RATE_MOST), now_ms);
}

void measurement_add_rate(struct measurement *measurement, uint64_t bytes, uint64_t elapsed_us,
                          uint64_t now_ms)
{
    add_rate(&measurement->rate, bytes, elapsed_us, now_ms);
}

void measurement_add_total_rate(struct measurement *measurement, uint64_t bytes,
                                uint64_t elapsed_us, uint64_t now_ms)
{
    add_rate(&measurement->total_rate, bytes, elapsed_us, now_ms);
}

uint64_t measurement_latency_us(const struct measurement *measurement)
{
    return value_of(&measurement->latency);
}

uint64_t measurement_rate(const struct measurement *measurement)
{
    return value_of(&measurement->rate);
}

uint64_t measurement_total_rate(const struct measurement *measurement)
{
    return value_of(&measurement->total_rate);
}

uint32_t measurement_answers(const struct measurement *measurement)
{
    return measurement->latency.count;
}

/* --- Deriving sizes ------------------------------------------------------------------- */

static bool is_enough(const struct measurement *measurement)
{
    return measurement->latency.count >= MEASUREMENT_ANSWERS_ENOUGH &&
           measurement->rate.count > 0;
}

/* Bytes delivered in a time at a rate, clamped to `least` and `most`. */
static uint64_t bytes_within(uint64_t time_us, uint64_t rate, uint64_t least, uint64_t most)
{
    if (time_us > 0 && rate > most * second_us / time_us) {
        return most; /* before the product can overflow */
    }
    return most_of(time_us * rate / second_us, least);
}

uint64_t measurement_merge_gap(const struct measurement *measurement, uint32_t lanes,
                               bool is_shared)
{
    uint64_t rate = measurement_rate(measurement);

    if (is_shared) {
        return MEASUREMENT_GAP_LEAST;
    }
    if (!is_enough(measurement)) {
        return MEASUREMENT_GAP_START;
    }
    if (measurement->total_rate.count > 0) {
        rate = least_of(rate, measurement_total_rate(measurement) / most_of(lanes, 1));
    }
    return bytes_within(measurement_latency_us(measurement), rate, MEASUREMENT_GAP_LEAST,
                        MEASUREMENT_GAP_MOST);
}

uint64_t measurement_small_request(const struct measurement *measurement)
{
    if (!is_enough(measurement)) {
        return MEASUREMENT_SMALL_LEAST;
    }
    return bytes_within(measurement_latency_us(measurement), measurement_rate(measurement),
                        MEASUREMENT_SMALL_LEAST, MEASUREMENT_GAP_MOST);
}

uint64_t measurement_request_size(const struct measurement *measurement)
{
    uint64_t time_us =
        measurement_latency_us(measurement) * (uint64_t)MEASUREMENT_REQUEST_LATENCIES;

    if (!is_enough(measurement)) {
        return MEASUREMENT_REQUEST_START;
    }
    return bytes_within(most_of(time_us, (uint64_t)MEASUREMENT_REQUEST_MS * 1000),
                        measurement_rate(measurement), MEASUREMENT_REQUEST_LEAST,
                        MEASUREMENT_REQUEST_MOST);
}
