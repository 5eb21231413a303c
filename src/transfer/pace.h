/*
 * A rate limit, as a token bucket.
 *
 * There is one for the whole engine and one for each download with a limit of its own; a byte
 * passes when both allow it, and is counted in both. Nothing blocks here: a caller that may not
 * pass pauses and comes back at the time returned by pace_next_ms().
 *
 * The bucket starts empty and holds what the limit allows in PACE_BURST_MS, but at least
 * PACE_BURST_LEAST. So over any time no more bytes pass than the limit allows plus one bucket,
 * and idle moments are not lost. Bytes already received are counted even if they exceed the
 * limit; the bucket is then in debt, and nothing passes until the debt is repaid.
 *
 * Pure: time is passed in, in milliseconds of any clock. A clock that steps back costs or gains
 * no more than the step and one bucket; one that leaps ahead fills the bucket and no more.
 */
#ifndef ODO_TRANSFER_PACE_H
#define ODO_TRANSFER_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    PACE_BURST_MS = 100,
    PACE_BURST_LEAST = 16 * 1024, /* bytes; what libcurl delivers at once */
};

/* No limit. */
#define PACE_UNLIMITED UINT64_C(0)

/* Higher limits, in bytes per second, are clamped to this; it is beyond any network. */
#define PACE_RATE_MOST (UINT64_C(1) << 44)

struct pace {
    uint64_t rate;       /* bytes per second, at most PACE_RATE_MOST; or PACE_UNLIMITED */
    int64_t thousandths; /* tokens in thousandths of a byte; negative when in debt */
    uint64_t at_ms;      /* when `thousandths` was computed */
};

/* Start with an empty bucket. */
void pace_init(struct pace *pace, uint64_t rate, uint64_t now_ms);

/*
 * Change the limit. Repaying a debt takes no longer than it would have before, nor than it does
 * at the new rate. Setting the same limit again changes nothing.
 */
void pace_set_rate(struct pace *pace, uint64_t rate, uint64_t now_ms);

/* How many bytes may pass now: 0 while in debt; UINT64_MAX without a limit. */
uint64_t pace_allowance(struct pace *pace, uint64_t now_ms);

/* Count bytes that have passed or are about to; they may exceed the allowance. */
void pace_spend(struct pace *pace, uint64_t bytes, uint64_t now_ms);

/*
 * The earliest time at which `bytes` may pass if nothing else does; if they exceed the bucket,
 * when it is full. `now_ms` if they may pass already. Ask for more than 1, or every byte causes
 * a wakeup. UINT64_MAX for a time past the end of the clock.
 */
uint64_t pace_next_ms(struct pace *pace, uint64_t bytes, uint64_t now_ms);

#endif
