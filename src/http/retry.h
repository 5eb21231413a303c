/*
 * After a failure: try again, and when.
 *
 * Pure: no I/O, no clock, no locks, no dice; the jitter comes in as a parameter.
 */
#ifndef ODO_HTTP_RETRY_H
#define ODO_HTTP_RETRY_H

#include <odo/types.h>

/* No Retry-After came with the reply. */
#define RETRY_AFTER_NONE UINT64_MAX

enum {
    /* A server that asks for more patience than this gets this much. */
    RETRY_AFTER_MAX_MS = 300 * 1000,
    /* So often in a row its word is taken for how long to wait; then only for the least. */
    RETRY_AFTER_TRUSTED = 5,
};

struct retry_input {
    uint32_t attempt;        /* failures in a row without a byte between; counts from 1 */
    uint32_t base_ms;        /* the first wait is twice this, and each doubles the one before */
    uint32_t limit_ms;       /* ... up to this */
    uint64_t retry_after_ms; /* what the server asked for, or RETRY_AFTER_NONE */
    uint32_t jitter;         /* any number; equal ones give equal waits */
};

/*
 * True for a failure that may heal by itself: trouble on the way, a reply that makes no sense,
 * a 2xx that brings no file, and the statuses 408, 429, 5xx, and those of 600 and more,
 * which count as 5xx (RFC 9110 section 15).
 */
bool retry_is_transient(const struct odo_error *error);

/* True for the statuses whose Retry-After counts: 408, 429 and 503. */
bool retry_obeys_retry_after(uint16_t http_status);

/*
 * How long to wait.
 *
 * A server that said when to come back knows best: that long, but at least `base_ms` and at
 * most RETRY_AFTER_MAX_MS. When it has been wrong RETRY_AFTER_TRUSTED times in a row, the
 * back-off begins, and the longer of the two counts. Without such a word it is the back-off.
 *
 * Up to a tenth is added, so that many clients that failed together do not come back together.
 * The back-off with what is added stays within `limit_ms`; only the server's wish may pass it.
 */
uint64_t retry_delay_ms(const struct retry_input *input);

#endif
