#include "http/retry.h"

bool retry_is_transient(const struct odo_error *error)
{
    switch (error->status) {
    case ODO_E_NO_NETWORK:
    case ODO_E_NAME_NOT_RESOLVED:
    case ODO_E_CANNOT_CONNECT:
    case ODO_E_TRANSFER_TIMED_OUT:
    case ODO_E_CONNECTION_LOST:
    case ODO_E_INVALID_REPLY:
    case ODO_E_UNEXPECTED_SUCCESS:
    case ODO_E_TOO_MANY_OPEN_FILES: /* other parts of the process may close theirs */
        return true;
    case ODO_E_HTTP_STATUS:
        return error->http_status == 408 || error->http_status == 429 ||
               error->http_status >= 500;
    default:
        return false;
    }
}

bool retry_obeys_retry_after(uint16_t http_status)
{
    return http_status == 408 || http_status == 429 || http_status == 503;
}

/* base * 2^attempt, never more than the limit. */
static uint64_t back_off_ms(const struct retry_input *input, uint32_t attempt)
{
    uint64_t wait_ms = input->base_ms;

    /* Stops at the limit, which fits into 32 bits: so the loop ends and the sum cannot
     * overflow, whatever `attempt` is. */
    for (uint32_t i = 0; i < attempt && wait_ms != 0 && wait_ms < input->limit_ms; i++) {
        wait_ms *= 2;
    }
    return wait_ms < input->limit_ms ? wait_ms : input->limit_ms;
}

static uint64_t with_jitter(uint64_t wait_ms, uint32_t jitter)
{
    return wait_ms + jitter % (wait_ms / 10 + 1);
}

uint64_t retry_delay_ms(const struct retry_input *input)
{
    uint64_t asked_ms = input->retry_after_ms;
    uint64_t wait_ms;

    if (asked_ms == RETRY_AFTER_NONE) {
        wait_ms = with_jitter(back_off_ms(input, input->attempt), input->jitter);
        return wait_ms < input->limit_ms ? wait_ms : input->limit_ms;
    }
    asked_ms = asked_ms > input->base_ms ? asked_ms : input->base_ms;
    asked_ms = asked_ms < RETRY_AFTER_MAX_MS ? asked_ms : RETRY_AFTER_MAX_MS;
    if (input->attempt > RETRY_AFTER_TRUSTED) {
        wait_ms = back_off_ms(input, input->attempt - RETRY_AFTER_TRUSTED);
        asked_ms = asked_ms > wait_ms ? asked_ms : wait_ms;
    }
    return with_jitter(asked_ms, input->jitter);
}
