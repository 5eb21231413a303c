/*
 * How long a server takes to answer and how fast it sends: moving averages for each origin, and
 * the request sizes and range gaps that follow from them.
 *
 * The averages are robust against outliers: each new value is first replaced by the median of
 * the last three. The first three values give their median; after that each weighs less, down
 * to 1/32, but no less than the time since the previous value as a share of
 * MEASUREMENT_MEMORY_MS, up to 1/2. So a burst of slow answers does not erase the history, and
 * after a silence the history is soon outweighed.
 *
 * Pure: time is passed in, in milliseconds of any clock. All values come from the network and
 * are not trusted: they are clamped, and nothing overflows. If the clock steps back, the next
 * value weighs as if no time had passed.
 */
#ifndef ODO_TRANSFER_MEASUREMENT_H
#define ODO_TRANSFER_MEASUREMENT_H

#include <stdbool.h>
#include <stdint.h>

enum {
    /* Answers, at least one of them with a rate, before the averages are used. */
    MEASUREMENT_ANSWERS_ENOUGH = 4,
    MEASUREMENT_MEMORY_MS = 10 * 1000,
    /* A shorter piece measures buffers rather than the network. */
    MEASUREMENT_PIECE_LEAST = 64 * 1024,

    MEASUREMENT_GAP_START = 64 * 1024,
    MEASUREMENT_GAP_LEAST = 4 * 1024,
    MEASUREMENT_GAP_MOST = 1024 * 1024,
    MEASUREMENT_SMALL_LEAST = 64 * 1024,

    MEASUREMENT_REQUEST_START = 8 * 1024 * 1024,
    MEASUREMENT_REQUEST_LEAST = 1024 * 1024,
    MEASUREMENT_REQUEST_MOST = 64 * 1024 * 1024,
    /* A request lasts this many latencies, and at least this long. */
    MEASUREMENT_REQUEST_LATENCIES = 64,
    MEASUREMENT_REQUEST_MS = 250,
};

/* Higher values are clamped. */
#define MEASUREMENT_LATENCY_MOST_US UINT64_C(600000000) /* ten minutes */
#define MEASUREMENT_RATE_MOST       (UINT64_C(1) << 40) /* bytes per second */

struct moving_average {
    uint64_t scaled;    /* the average, in 256ths */
    uint64_t recent[3]; /* the last values, a ring */
    uint32_t count;     /* number of values; saturates at UINT32_MAX */
    uint64_t at_ms;     /* when the last value was added */
};

/* All zero: nothing measured. */
struct measurement {
    struct moving_average latency;    /* microseconds */
    struct moving_average rate;       /* bytes per second on one connection */
    struct moving_average total_rate; /* bytes per second on all connections together */
};

/*
 * An answer began `latency_us` after its request was sent: a round trip and the server's time,
 * without connecting.
 */
void measurement_add_latency(struct measurement *measurement, uint64_t latency_us,
                             uint64_t now_ms);

/*
 * One connection received `bytes` in `elapsed_us`. Measure from the first bytes received and
 * exclude them: they were waiting, and the time before them is latency. Less than
 * MEASUREMENT_PIECE_LEAST is ignored.
 */
void measurement_add_rate(struct measurement *measurement, uint64_t bytes, uint64_t elapsed_us,
                          uint64_t now_ms);

/*
 * All connections together received `bytes` in `elapsed_us`, all of them busy. Without this,
 * only the rate of one connection among the others is known. Less than MEASUREMENT_PIECE_LEAST
 * is ignored.
 */
void measurement_add_total_rate(struct measurement *measurement, uint64_t bytes,
                                uint64_t elapsed_us, uint64_t now_ms);

/* The averages; 0 before anything was measured. */
uint64_t measurement_latency_us(const struct measurement *measurement);
uint64_t measurement_rate(const struct measurement *measurement);
uint64_t measurement_total_rate(const struct measurement *measurement);

/* The number of answers. */
uint32_t measurement_answers(const struct measurement *measurement);

/*
 * The longest gap, in bytes, that is cheaper to fetch and discard than to end a request for.
 *
 * A separate request costs its connection one latency R without data; a connection delivers
 * min(b, B / lanes) bytes per second, where b is the rate of one connection and B that of all.
 * So a gap is worth fetching while it is below R * min(b, B / lanes). MEASUREMENT_GAP_START
 * until enough is known. Where requests share a connection, as HTTP/2 streams or the parts of
 * one reply do, no latency is lost: `is_shared` returns MEASUREMENT_GAP_LEAST.
 */
uint64_t measurement_merge_gap(const struct measurement *measurement, uint32_t lanes,
                               bool is_shared);

/*
 * A request for fewer bytes than this spends more time waiting for the answer than receiving
 * it, so several are better combined: R * b, between MEASUREMENT_SMALL_LEAST and
 * MEASUREMENT_GAP_MOST, and the former until enough is known.
 */
uint64_t measurement_small_request(const struct measurement *measurement);

/*
 * The number of bytes to ask for in one request of a long range.
 *
 * A connection that delivers b bytes per second idles for one latency R between two requests,
 * so a request of n * R * b bytes uses n / (n + 1) of its time: 98 % with 64 latencies. Where R
 * is close to zero the cost of each request dominates, so a request lasts a quarter of a second
 * at least. Longer requests would leave less to share among connections.
 * MEASUREMENT_REQUEST_START until enough is known; always between MEASUREMENT_REQUEST_LEAST and
 * MEASUREMENT_REQUEST_MOST.
 */
uint64_t measurement_request_size(const struct measurement *measurement);

#endif
