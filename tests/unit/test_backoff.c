/* One outage is one failure, however many requests it ends. */
#include "support/test_table.h"

#include "http/retry.h"
#include "transfer/backoff.h"

enum { MOST_STEPS = 10 };

struct failure {
    uint64_t sent_at_ms; /* 0 ends the list */
    uint64_t at_ms;
    uint64_t retry_after_ms;
};

static const struct backoff_case {
    const char *name;
    struct failure failures[MOST_STEPS];
    uint32_t counted;
    uint64_t waits_least_ms; /* from the last failure on */
    uint64_t waits_most_ms;
} cases[] = {
    {"one request", {{1000, 2000, RETRY_AFTER_NONE}}, 1, 2000, 2200},
    {"eight requests that end at once are one outage",
     {{1000, 2000, RETRY_AFTER_NONE},
      {1100, 2000, RETRY_AFTER_NONE},
      {1200, 2000, RETRY_AFTER_NONE},
      {1300, 2000, RETRY_AFTER_NONE},
      {1400, 2000, RETRY_AFTER_NONE},
      {1500, 2000, RETRY_AFTER_NONE},
      {1600, 2000, RETRY_AFTER_NONE},
      {1700, 2000, RETRY_AFTER_NONE}},
     1,
     2000,
     2200},
    {"so are two that end one after the other, both sent before",
     {{1000, 2000, RETRY_AFTER_NONE}, {1500, 2900, RETRY_AFTER_NONE}},
     1,
     1100,
     1300},
    {"one that was sent after the failure is another",
     {{1000, 2000, RETRY_AFTER_NONE}, {4300, 4400, RETRY_AFTER_NONE}},
     2,
     4000,
     4400},
    {"a server that says when is believed",
     {{1000, 2000, 1000}, {3100, 3200, 1000}, {4300, 4400, 1000}},
     3,
     1000,
     1100},
    {"the longest of several is kept to",
     {{1000, 2000, 1000}, {1100, 2000, 9000}},
     1,
     9000,
     9900},
};

static void check_backoff(void **state)
{
    const struct backoff_case *c = *state;
    const struct backoff_rules rules = {.base_ms = 1000, .limit_ms = 30000};
    struct backoff backoff = {0};
    uint64_t now_ms = 0;

    for (size_t i = 0; i < MOST_STEPS && c->failures[i].sent_at_ms > 0; i++) {
        now_ms = c->failures[i].at_ms;
        backoff_failed(&backoff, &rules, c->failures[i].sent_at_ms,
                       c->failures[i].retry_after_ms, now_ms);
    }
    assert_int_equal(backoff.failures, c->counted);
    assert_in_range(backoff.retry_at_ms - now_ms, c->waits_least_ms, c->waits_most_ms);
    assert_true(backoff_is_waiting(&backoff, now_ms));
    assert_false(backoff_is_waiting(&backoff, backoff.retry_at_ms));
    backoff_succeeded(&backoff);
    assert_false(backoff_is_waiting(&backoff, now_ms));
    assert_int_equal(backoff.failures, 0);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, cases, check_backoff);
    return test_suite_run(&suite, "backoff");
}
