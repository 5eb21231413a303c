/*
 * A cap on a rate, as a token bucket: so many bytes may pass now, and more when time has come.
 *
 * There is one for the whole engine and one for each download with a cap of its own; a byte
 * passes when it may pass both, and is counted in both. Nobody is held up here: who may not
 * pass pauses and comes back at the moment that pace_next_ms() tells.
 *
 * The bucket begins empty and holds what the cap lets pass in PACE_BURST_MS, but no less than
 * PACE_BURST_LEAST. So in any time not more bytes pass than the cap allows in it, and one
 * bucket, and a share of an idle moment is not lost. What has been received already must be
 * counted even where it was too much; the bucket then owes it, and nothing passes until that
 * has been made good.
 *
 * Pure: time comes in, in milliseconds of any clock. A clock that steps back costs or wins no
 * more than the step and one bucket; one that leaps ahead fills the bucket and no more.
 */
#ifndef ODO_TRANSFER_PACE_H
#define ODO_TRANSFER_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    PACE_BURST_MS = 100,
    PACE_BURST_LEAST = 16 * 1024, /* bytes; what libcurl hands over at once */
};

/* No cap. */
#define PACE_UNLIMITED UINT64_C(0)

/* Higher caps, in bytes a second, count as this; it is beyond any network. */
#define PACE_RATE_MOST (UINT64_C(1) << 44)

struct pace {
    uint64_t rate;       /* bytes a second, at most PACE_RATE_MOST; or PACE_UNLIMITED */
    int64_t thousandths; /* of a byte, in the bucket; below 0 what it owes */
    uint64_t at_ms;      /* when that was so */
};

/* Begin with an empty bucket. */
void pace_init(struct pace *pace, uint64_t rate, uint64_t now_ms);

/*
 * Another cap, from now on. What the bucket owes takes no longer than it would have, and no
 * longer than it does at the new rate. Setting the same cap again changes nothing.
 */
void pace_set_rate(struct pace *pace, uint64_t rate, uint64_t now_ms);

/* How many bytes may pass now: 0 while the bucket owes; UINT64_MAX without a cap. */
uint64_t pace_allowance(struct pace *pace, uint64_t now_ms);

/* So many bytes have passed, or will at once; they may be more than the allowance. */
void pace_spend(struct pace *pace, uint64_t bytes, uint64_t now_ms);

/*
 * The first moment at which `bytes` may pass if nothing else does, and if they fit into the
 * bucket at all; else when it is full. `now_ms` when they may already. Ask for more than 1, or
 * be woken for each byte. UINT64_MAX for a moment that is past the end of the clock.
 */
uint64_t pace_next_ms(struct pace *pace, uint64_t bytes, uint64_t now_ms);

#endif
