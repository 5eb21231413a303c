#include "support/test.h"

#include "http/retry.h"

#define NONE RETRY_AFTER_NONE

static const struct transient_case {
    const char *name;
    struct odo_error error;
    bool transient;
} transients[] = {
    {"no network is waited out", {.status = ODO_E_NO_NETWORK}, true},
    {"a name that is not found may be found later", {.status = ODO_E_NAME_NOT_RESOLVED}, true},
    {"a refused connection may be accepted later", {.status = ODO_E_CANNOT_CONNECT}, true},
    {"a stalled transfer is tried again", {.status = ODO_E_TRANSFER_TIMED_OUT}, true},
    {"a lost connection is made again", {.status = ODO_E_CONNECTION_LOST}, true},
    {"a reply that is not HTTP is asked for again", {.status = ODO_E_INVALID_REPLY}, true},
    {"an odd 2xx is asked for again",
     {.status = ODO_E_UNEXPECTED_SUCCESS, .http_status = 204},
     true},
    {"other connections may be closed later", {.status = ODO_E_TOO_MANY_OPEN_FILES}, true},
    {"408 is tried again", {.status = ODO_E_HTTP_STATUS, .http_status = 408}, true},
    {"429 is tried again", {.status = ODO_E_HTTP_STATUS, .http_status = 429}, true},
    {"500 is tried again", {.status = ODO_E_HTTP_STATUS, .http_status = 500}, true},
    {"503 is tried again", {.status = ODO_E_HTTP_STATUS, .http_status = 503}, true},
    {"600 is tried again", {.status = ODO_E_HTTP_STATUS, .http_status = 600}, true},
    {"618 is tried again", {.status = ODO_E_HTTP_STATUS, .http_status = 618}, true},
    {"499 is final", {.status = ODO_E_HTTP_STATUS, .http_status = 499}, false},
    {"599 is tried again", {.status = ODO_E_HTTP_STATUS, .http_status = 599}, true},

    {"success is no failure to retry", {.status = ODO_OK}, false},
    {"304 is final", {.status = ODO_E_HTTP_STATUS, .http_status = 304}, false},
    {"400 is final", {.status = ODO_E_HTTP_STATUS, .http_status = 400}, false},
    {"401 is final", {.status = ODO_E_HTTP_STATUS, .http_status = 401}, false},
    {"403 is final", {.status = ODO_E_HTTP_STATUS, .http_status = 403}, false},
    {"404 is final", {.status = ODO_E_HTTP_STATUS, .http_status = 404}, false},
    {"407 is final", {.status = ODO_E_HTTP_STATUS, .http_status = 407}, false},
    {"416 is final", {.status = ODO_E_HTTP_STATUS, .http_status = 416}, false},
    {"a status that is not said is final", {.status = ODO_E_HTTP_STATUS}, false},
    {"the cause does not matter",
     {.status = ODO_E_NO_PROGRESS, .cause = ODO_E_CANNOT_CONNECT},
     false},
    {"a mismatch with a 503 is a mismatch",
     {.status = ODO_E_CONTENT_MISMATCH, .http_status = 503},
     false},
    {"a bad redirect is final", {.status = ODO_E_REDIRECT}, false},
    {"missing range support is final", {.status = ODO_E_RANGES_UNSUPPORTED}, false},
    {"a changed file is final", {.status = ODO_E_FILE_CHANGED}, false},
    {"an unknown size is final", {.status = ODO_E_SIZE_UNKNOWN_IN_200}, false},
    {"a rejected certificate is final", {.status = ODO_E_CERTIFICATE}, false},
    {"a failed handshake is final", {.status = ODO_E_TLS_CHANNEL}, false},
    {"a full disk is final", {.status = ODO_E_DISK_FULL}, false},
    {"no memory is final", {.status = ODO_E_OUT_OF_MEMORY}, false},
    {"a bad URL is final", {.status = ODO_E_INVALID_URL}, false},
    {"a failed stream is final", {.status = ODO_E_SINK_FAILED}, false},
};

static void check_transient(void **state)
{
    const struct transient_case *c = *state;

    assert_int_equal(retry_is_transient(&c->error), c->transient);
}

static const struct delay_case {
    const char *name;
    struct retry_input input; /* attempt, base, limit, Retry-After, jitter */
    uint64_t delay_ms;
} delays[] = {
    {"the first wait is twice the base", {1, 1000, 30000, NONE, 0}, 2000},
    {"the second doubles it", {2, 1000, 30000, NONE, 0}, 4000},
    {"the third doubles it again", {3, 1000, 30000, NONE, 0}, 8000},
    {"the fourth is 16 seconds", {4, 1000, 30000, NONE, 0}, 16000},
    {"the fifth is the limit", {5, 1000, 30000, NONE, 0}, 30000},
    {"the sixth stays there", {6, 1000, 30000, NONE, 0}, 30000},
    {"and the last that can be counted", {UINT32_MAX, 1000, 30000, NONE, 0}, 30000},
    {"a limit below the base holds", {1, 1000, 500, NONE, 0}, 500},
    {"the largest base does not wrap", {7, UINT32_MAX, UINT32_MAX, NONE, 0}, UINT32_MAX},
    {"no base is no wait", {UINT32_MAX, 0, 30000, NONE, 0}, 0},

    {"a longer Retry-After is obeyed", {1, 1000, 30000, 10000, 0}, 10000},
    {"a shorter Retry-After is obeyed", {3, 1000, 30000, 1500, 0}, 1500},
    {"a Retry-After of a second is a second, the first time", {1, 1000, 30000, 1000, 0}, 1000},
    {"and the second time", {2, 1000, 30000, 1000, 0}, 1000},
    {"and the fifth time", {5, 1000, 30000, 1000, 0}, 1000},
    {"from the sixth time on it is the least", {6, 1000, 30000, 1000, 0}, 2000},
    {"of what grows", {7, 1000, 30000, 1000, 0}, 4000},
    {"as without it", {UINT32_MAX, 1000, 30000, 1000, 0}, 30000},
    {"and the most when it is longer", {6, 1000, 30000, 10000, 0}, 10000},
    {"a Retry-After of nothing is the base", {1, 1000, 30000, 0, 0}, 1000},
    {"a Retry-After of nothing without a base is no wait", {1, 0, 30000, 0, 0}, 0},
    {"Retry-After may pass the limit", {1, 1000, 30000, 120000, 0}, 120000},
    {"but not five minutes", {1, 1000, 30000, 300001, 0}, 300000},
    {"nor by much", {1, 1000, 30000, UINT64_MAX - 1, 0}, 300000},
    {"a back-off beyond five minutes is not shortened by it",
     {6, 200000, 400000, UINT64_MAX - 1, 0},
     400000},

    {"jitter is added", {1, 1000, 30000, NONE, 7}, 2007},
    {"at most a tenth", {1, 1000, 30000, NONE, 200}, 2200},
    {"and then begins anew", {1, 1000, 30000, NONE, 201}, 2000},
    {"large jitter is within a tenth too",
     {1, 1000, 30000, NONE, UINT32_MAX},
     2000 + UINT32_MAX % 201},
    {"jitter does not pass the limit", {5, 1000, 30000, NONE, 3000}, 30000},
    {"jitter is added to Retry-After", {1, 1000, 30000, 300000, 30000}, 330000},
    {"at most a tenth of it", {3, 1000, 30000, 1000, 100}, 1100},
    {"and then begins anew as well", {3, 1000, 30000, 1000, 101}, 1000},
};

static void check_delay(void **state)
{
    const struct delay_case *c = *state;

    assert_int_equal(retry_delay_ms(&c->input), c->delay_ms);
}

static void retry_after_counts_for_408_429_and_503_alone(void **state)
{
    (void)state;
    for (uint16_t status = 100; status <= 999; status++) {
        assert_int_equal(retry_obeys_retry_after(status),
                         status == 408 || status == 429 || status == 503);
    }
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, transients, check_transient);
    TEST_ADD_TABLE(&suite, delays, check_delay);
    TEST_ADD(&suite, retry_after_counts_for_408_429_and_503_alone);
    return test_suite_run(&suite, "retry");
}
