/*
 * When to retry. One outage counts as one failure, however many requests it ends: a request
 * sent before the last failure was counted belongs to the same outage.
 *
 * Pure: time is passed in, in milliseconds of any clock.
 */
#ifndef ODO_TRANSFER_BACKOFF_H
#define ODO_TRANSFER_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: no failures. */
struct backoff {
    uint32_t failures;      /* consecutive outages, with no byte received in between */
    uint64_t counted_at_ms; /* when the last failure was counted; 0 without one */
    uint64_t retry_at_ms;   /* no request is sent before this time; 0 when one may be */
};

struct backoff_rules {
    uint32_t base_ms;    /* see retry.h */
    uint32_t limit_ms;   /* see retry.h */
    uint64_t minimum_ms; /* the client's lower bound for a delay */
};

/*
 * A request sent at `sent_at_ms` failed. Returns false if its outage was counted already; then
 * only a later Retry-After has an effect.
 */
bool backoff_failed(struct backoff *backoff, const struct backoff_rules *rules,
                    uint64_t sent_at_ms, uint64_t retry_after_ms, uint64_t now_ms);

/* Bytes were received: the outage is over. */
void backoff_succeeded(struct backoff *backoff);

/* True while no request may be sent. */
bool backoff_is_waiting(const struct backoff *backoff, uint64_t now_ms);

#endif
