#include "transfer/backoff.h"

#include "http/retry.h"

/* Spreads clients that failed together; equal inputs give equal waits. */
static uint32_t jitter_of(uint64_t now_ms)
{
    return (uint32_t)(now_ms * 2654435761U);
}

bool backoff_failed(struct backoff *backoff, const struct backoff_rules *rules,
                    uint64_t sent_at_ms, uint64_t retry_after_ms, uint64_t now_ms)
{
    bool is_new = backoff->failures == 0 || sent_at_ms > backoff->counted_at_ms;
    struct retry_input input = {
        .base_ms = rules->base_ms,
        .limit_ms = rules->limit_ms,
        .retry_after_ms = retry_after_ms,
        .jitter = jitter_of(now_ms),
    };
    uint64_t delay_ms;
    uint64_t retry_at_ms;

    if (!is_new && retry_after_ms == RETRY_AFTER_NONE) {
        return false;
    }
    if (is_new && backoff->failures < UINT32_MAX) {
        backoff->failures++;
        backoff->counted_at_ms = now_ms;
        backoff->retry_at_ms = 0;
    }
    input.attempt = backoff->failures;
    delay_ms = retry_delay_ms(&input);
    delay_ms = delay_ms < rules->minimum_ms ? rules->minimum_ms : delay_ms;
    retry_at_ms = delay_ms < UINT64_MAX - now_ms ? now_ms + delay_ms : UINT64_MAX;
    if (retry_at_ms > backoff->retry_at_ms) {
        backoff->retry_at_ms = retry_at_ms;
    }
    return is_new;
}

void backoff_succeeded(struct backoff *backoff)
{
    backoff->failures = 0;
    backoff->retry_at_ms = 0;
}

bool backoff_is_waiting(const struct backoff *backoff, uint64_t now_ms)
{
    return now_ms < backoff->retry_at_ms;
}
