/*
 * How long a server takes to answer, and how fast it sends: moving averages, one set for each
 * origin, and what follows from them for the size of requests and for the gaps between ranges.
 *
 * Averages are made so that one odd answer cannot spoil them: each new value is first replaced
 * by the median of the last three, so that a single outlier is never seen. The first three
 * values give their median; from then on each weighs less, down to 1/32, but never less than
 * the share that the time since the one before has of MEASUREMENT_MEMORY_MS, up to 1/2. So a
 * few late answers at one moment do not wipe out what was before them, and after a silence
 * what was before it is soon outweighed.
 *
 * Pure: time comes in, in milliseconds of any clock. All values come from the network and may
 * be anything; they are cut to what can be, and nothing overflows. A clock that steps back
 * makes the next value weigh as if no time had passed.
 */
#ifndef ODO_TRANSFER_MEASUREMENT_H
#define ODO_TRANSFER_MEASUREMENT_H

#include <stdbool.h>
#include <stdint.h>

enum {
    /* So many answers, one of them with a rate, before anything but the start is suggested. */
    MEASUREMENT_ANSWERS_ENOUGH = 4,
    MEASUREMENT_MEMORY_MS = 10 * 1000,
    /* A shorter piece tells more of buffers than of the network. */
    MEASUREMENT_PIECE_LEAST = 64 * 1024,

    MEASUREMENT_GAP_START = 64 * 1024,
    MEASUREMENT_GAP_LEAST = 4 * 1024,
    MEASUREMENT_GAP_MOST = 1024 * 1024,
    MEASUREMENT_SMALL_LEAST = 64 * 1024,

    MEASUREMENT_REQUEST_START = 8 * 1024 * 1024,
    MEASUREMENT_REQUEST_LEAST = 1024 * 1024,
    MEASUREMENT_REQUEST_MOST = 64 * 1024 * 1024,
    /* A request lasts so many latencies, and no less than so long. */
    MEASUREMENT_REQUEST_LATENCIES = 64,
    MEASUREMENT_REQUEST_MS = 250,
};

/* What is beyond this is taken for it. */
#define MEASUREMENT_LATENCY_MOST_US UINT64_C(600000000) /* ten minutes */
#define MEASUREMENT_RATE_MOST       (UINT64_C(1) << 40) /* bytes a second */

struct moving_average {
    uint64_t scaled;    /* the average, in 256ths */
    uint64_t recent[3]; /* the last values, the oldest overwritten first */
    uint32_t count;     /* of values; does not grow past UINT32_MAX */
    uint64_t at_ms;     /* of the last value */
};

/* All zero is one that has measured nothing. */
struct measurement {
    struct moving_average latency;    /* microseconds */
    struct moving_average rate;       /* bytes a second on one connection */
    struct moving_average total_rate; /* the same, on all connections together */
};

/*
 * An answer has begun, so long after the request was sent: a round trip and the server's time,
 * without what it took to connect.
 */
void measurement_add_latency(struct measurement *measurement, uint64_t latency_us,
                             uint64_t now_ms);

/*
 * One connection has brought so many bytes in so long. Count from the first bytes that came,
 * and without those: they had waited, and the time until then is latency. Less than
 * MEASUREMENT_PIECE_LEAST is ignored.
 */
void measurement_add_rate(struct measurement *measurement, uint64_t bytes, uint64_t elapsed_us,
                          uint64_t now_ms);

/*
 * All connections together have brought so many bytes in so long, while each had something to
 * do. Without this the rate of one connection, as it was among the others, is all that is
 * known. Less than MEASUREMENT_PIECE_LEAST is ignored.
 */
void measurement_add_total_rate(struct measurement *measurement, uint64_t bytes,
                                uint64_t elapsed_us, uint64_t now_ms);

/* The averages; 0 while nothing was measured. */
uint64_t measurement_latency_us(const struct measurement *measurement);
uint64_t measurement_rate(const struct measurement *measurement);
uint64_t measurement_total_rate(const struct measurement *measurement);

/* How many answers there were. */
uint32_t measurement_answers(const struct measurement *measurement);

/*
 * The longest gap, in bytes, that is cheaper to fetch and drop than to end a request for.
 *
 * A request of its own costs its connection one latency R in which nothing comes; a connection
 * brings min(b, B / lanes) bytes a second, with b the rate of one and B that of all. So a gap
 * is worth it while it is below R * min(b, B / lanes). MEASUREMENT_GAP_START until enough is
 * known. Where requests share a connection, as HTTP/2's streams or the parts of one reply do,
 * nobody waits for a latency: `is_shared` gives MEASUREMENT_GAP_LEAST.
 */
uint64_t measurement_merge_gap(const struct measurement *measurement, uint32_t lanes,
                               bool is_shared);

/*
 * A request for fewer bytes than this spends more of its time waiting for the answer than on
 * what it brings, so that several are better sent as one: R * b, from MEASUREMENT_SMALL_LEAST
 * to MEASUREMENT_GAP_MOST, and the former until enough is known.
 */
uint64_t measurement_small_request(const struct measurement *measurement);

/*
 * How many bytes to ask for in one request of a long stretch.
 *
 * A connection that brings b bytes a second idles for a latency R between two requests, so one
 * of n * R * b bytes uses n / (n + 1) of its time: 98 % with 64 latencies. Where R is next to
 * nothing the work for each request is what counts instead, so a request lasts a quarter of a
 * second at least. It is not made longer than that, for what is in one request is not shared
 * out among others without being stolen first. MEASUREMENT_REQUEST_START until enough is known;
 * always from MEASUREMENT_REQUEST_LEAST to MEASUREMENT_REQUEST_MOST.
 */
uint64_t measurement_request_size(const struct measurement *measurement);

#endif
