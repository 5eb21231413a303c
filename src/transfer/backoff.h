/*
 * When to try again. One outage is one failure, however many requests it ends: a request that
 * was sent before the last failure was counted belongs to the same outage.
 *
 * Pure: time comes in, in milliseconds of any clock.
 */
#ifndef ODO_TRANSFER_BACKOFF_H
#define ODO_TRANSFER_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

/* All zero is one without failures. */
struct backoff {
    uint32_t failures;      /* outages in a row, without a byte between */
    uint64_t counted_at_ms; /* when the last one was counted; 0 before one */
    uint64_t retry_at_ms;   /* no request is sent before; 0 when one may be */
};

struct backoff_rules {
    uint32_t base_ms;    /* see retry.h */
    uint32_t limit_ms;   /* the same */
    uint64_t minimum_ms; /* the client wants no retry sooner */
};

/*
 * A request failed, which was sent at `sent_at_ms`. Returns false when that is an outage which
 * was counted already; then nothing changes but that a later Retry-After is kept to.
 */
bool backoff_failed(struct backoff *backoff, const struct backoff_rules *rules,
                    uint64_t sent_at_ms, uint64_t retry_after_ms, uint64_t now_ms);

/* Bytes came: the outage is over. */
void backoff_succeeded(struct backoff *backoff);

/* True while no request may be sent. */
bool backoff_is_waiting(const struct backoff *backoff, uint64_t now_ms);

#endif
