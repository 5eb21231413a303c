/*
 * Whether and when to retry after a failure.
 *
 * Pure: no I/O, no clock, no locks, no randomness; jitter is passed in.
 */
#ifndef ODO_HTTP_RETRY_H
#define ODO_HTTP_RETRY_H

#include <odo/types.h>

/* The reply had no Retry-After. */
#define RETRY_AFTER_NONE UINT64_MAX

enum {
    /* Longer Retry-After times are clamped to this. */
    RETRY_AFTER_MAX_MS = 300 * 1000,
    /* Consecutive failures for which Retry-After alone sets the delay; later it is only a lower
     * bound. */
    RETRY_AFTER_TRUSTED = 5,
};

struct retry_input {
    uint32_t attempt;  /* consecutive failures without a byte in between; counts from 1 */
    uint32_t base_ms;  /* the first delay is twice this, and each doubles the one before */
    uint32_t limit_ms; /* ... up to this */
    uint64_t retry_after_ms; /* from Retry-After; or RETRY_AFTER_NONE */
    uint32_t jitter;         /* any number; equal values give equal delays */
};

/*
 * True for a failure that may go away: network errors, malformed replies, a 2xx without the
 * file, and the statuses 408, 429, 5xx, and 600 and above, which count as 5xx (RFC 9110 section
 * 15).
 */
bool retry_is_transient(const struct odo_error *error);

/* True for the statuses whose Retry-After is obeyed: 408, 429 and 503. */
bool retry_obeys_retry_after(uint16_t http_status);

/*
 * How long to wait.
 *
 * With Retry-After: that long, but at least `base_ms` and at most RETRY_AFTER_MAX_MS. After
 * RETRY_AFTER_TRUSTED consecutive failures, the longer of that and the back-off. Without
 * Retry-After: the back-off.
 *
 * Up to a tenth is added, so that clients that failed together do not return together. Back-off
 * plus jitter stays within `limit_ms`; only Retry-After may exceed it.
 */
uint64_t retry_delay_ms(const struct retry_input *input);

#endif
