#include "http/retry_policy.h"

bool retry_policy_is_transient(const struct odo_error *error)
{
    switch (error->status) {
    case ODO_E_NO_NETWORK:
    case ODO_E_NAME_NOT_RESOLVED:
    case ODO_E_CANNOT_CONNECT:
    case ODO_E_TRANSFER_TIMED_OUT:
    case ODO_E_CONNECTION_LOST:
    case ODO_E_INVALID_REPLY:
    case ODO_E_UNEXPECTED_SUCCESS:
        return true;
    case ODO_E_HTTP_STATUS:
        return error->http_status == 408 || error->http_status == 429 ||
               (error->http_status >= 500 && error->http_status <= 599);
    default:
        return false;
    }
}

bool retry_policy_obeys_retry_after(uint16_t http_status)
{
    return http_status == 408 || http_status == 429 || http_status == 503;
}

/* base * 2^attempt, never more than the limit. */
static uint64_t back_off_ms(const struct retry_input *input)
{
    uint64_t wait_ms = input->base_ms;

    /* Once past a 32-bit limit it is decided: so the loop ends, and the sum fits, whatever
     * the attempt is. */
    for (uint32_t i = 0; i < input->attempt && wait_ms != 0 && wait_ms < input->limit_ms; i++) {
        wait_ms *= 2;
    }
    return wait_ms < input->limit_ms ? wait_ms : input->limit_ms;
}

uint64_t retry_policy_delay_ms(const struct retry_input *input)
{
    uint64_t wait_ms = back_off_ms(input);
    uint64_t asked_ms = 0;
    uint64_t longest_ms = input->limit_ms;

    if (input->retry_after_ms != RETRY_AFTER_NONE) {
        asked_ms = input->retry_after_ms < RETRY_AFTER_MAX_MS ? input->retry_after_ms
                                                              : RETRY_AFTER_MAX_MS;
    }
    if (asked_ms > wait_ms) {
        wait_ms = asked_ms;
        longest_ms = UINT64_MAX;
    }
    wait_ms += input->jitter % (wait_ms / 10 + 1);
    return wait_ms < longest_ms ? wait_ms : longest_ms;
}
