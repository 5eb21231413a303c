/* Where a transfer asks: redirects and refusals of requests that may have been sent elsewhere.
 */
#include "support/test_table.h"

#include "base/memory.h"
#include "base/text.h"
#include "transfer/source.h"

#include <string.h>

enum { MOST_STEPS = 8 };

enum step_kind {
    NO_STEP,
    REDIRECTED,
    REDIRECTED_AWAY,
    REFUSED,
    BROUGHT,
    RENEWED,
    ASKED,
    NOT_ASKED
};

/* What happens to a request that was sent to a generation. */
struct step {
    enum step_kind kind;
    uint32_t generation;
    const char *url; /* where a redirect leads */
    bool moved;      /* what source_redirected() or source_refused() returns */
};

static const struct source_case {
    const char *name;
    struct step steps[MOST_STEPS];
    const char *url; /* asked in the end */
    bool is_foreign;
    bool may_be_used_up;
} cases[] = {
    {"nothing happened", {{.kind = NO_STEP}}, "http://a/f", false, false},
    {"a redirect moves it", {{REDIRECTED, 0, "http://a/g", true}}, "http://a/g", false, false},
    {"the second of two that were redirected at once moves nobody",
     {{REDIRECTED, 0, "http://a/1", true}, {REDIRECTED, 0, "http://a/2", false}},
     "http://a/1",
     false,
     false},
    {"to another origin no header goes along",
     {{REDIRECTED_AWAY, 0, "http://b/g", true}},
     "http://b/g",
     true,
     false},
    {"nor does one to where that leads back",
     {{REDIRECTED_AWAY, 0, "http://b/g", true}, {REDIRECTED, 1, "http://b/h", true}},
     "http://b/h",
     true,
     false},
    {"the original's refusal is final",
     {{REFUSED, 0, NULL, false}},
     "http://a/f",
     false,
     false},
    {"a place that refuses leads back to the original",
     {{REDIRECTED_AWAY, 0, "http://b/g", true}, {REFUSED, 1, NULL, true}},
     "http://a/f",
     false,
     false},
    {"who was sent there as well goes along, and counts nothing",
     {{REDIRECTED, 0, "http://a/g", true}, {REFUSED, 1, NULL, true}, {REFUSED, 1, NULL, true}},
     "http://a/f",
     false,
     false},
    {"a fresh place that refuses at once is final",
     {{REDIRECTED, 0, "http://a/g", true},
      {REFUSED, 1, NULL, true},
      {REDIRECTED, 2, "http://a/h", true},
      {REFUSED, 3, NULL, false}},
     "http://a/h",
     false,
     false},
    {"one that has brought bytes may expire like the first",
     {{REDIRECTED, 0, "http://a/g", true},
      {REFUSED, 1, NULL, true},
      {REDIRECTED, 2, "http://a/h", true},
      {BROUGHT, 3, NULL, false},
      {REFUSED, 3, NULL, true}},
     "http://a/f",
     false,
     false},
    {"bytes of a place that was left say nothing of this one",
     {{REDIRECTED, 0, "http://a/g", true},
      {REFUSED, 1, NULL, true},
      {REDIRECTED, 2, "http://a/h", true},
      {BROUGHT, 1, NULL, false},
      {REFUSED, 3, NULL, false}},
     "http://a/h",
     false,
     false},
    {"after a wait a place may have expired",
     {{REDIRECTED, 0, "http://a/g", true},
      {REFUSED, 1, NULL, true},
      {REDIRECTED, 2, "http://a/h", true},
      {RENEWED, 0, NULL, false},
      {REFUSED, 3, NULL, true}},
     "http://a/f",
     false,
     false},
    {"one request does not use up its link",
     {{REDIRECTED, 0, "http://a/g", true}, {.kind = ASKED}},
     "http://a/g",
     false,
     false},
    {"the second request of a link may find it used up",
     {{REDIRECTED, 0, "http://a/g", true}, {.kind = ASKED}, {.kind = ASKED}},
     "http://a/g",
     false,
     true},
    {"a request that was not sent after all uses up nothing",
     {{REDIRECTED, 0, "http://a/g", true},
      {.kind = ASKED},
      {.kind = ASKED},
      {NOT_ASKED, 1, NULL, false}},
     "http://a/g",
     false,
     false},
    {"one that was not sent to another URL changes nothing",
     {{REDIRECTED, 0, "http://a/g", true},
      {.kind = ASKED},
      {.kind = ASKED},
      {NOT_ASKED, 0, NULL, false}},
     "http://a/g",
     false,
     true},
    {"a fresh link has had no request",
     {{REDIRECTED, 0, "http://a/g", true},
      {.kind = ASKED},
      {.kind = ASKED},
      {REFUSED, 1, NULL, true},
      {REDIRECTED, 2, "http://a/h", true},
      {.kind = ASKED}},
     "http://a/h",
     false,
     false},
    {"the original is not used up",
     {{.kind = ASKED}, {.kind = ASKED}},
     "http://a/f",
     false,
     false},
};

static void take_step(struct source *source, const struct step *step)
{
    switch (step->kind) {
    case NO_STEP:
        break;
    case REDIRECTED:
    case REDIRECTED_AWAY:
        assert_int_equal(source_redirected(source, step->generation, text_copy(step->url),
                                           step->kind == REDIRECTED),
                         step->moved);
        break;
    case REFUSED:
        assert_int_equal(source_refused(source, step->generation), step->moved);
        break;
    case BROUGHT:
        source_delivered(source, step->generation);
        break;
    case ASKED:
        source_asked(source);
        break;
    case NOT_ASKED:
        source_not_asked(source, step->generation);
        break;
    case RENEWED:
        source_renew(source);
        break;
    }
}

static void check_source(void **state)
{
    const struct source_case *c = *state;
    struct source source;

    assert_int_equal(source_init(&source, "http://a/f", false), ODO_OK);
    for (size_t i = 0; i < MOST_STEPS; i++) {
        take_step(&source, &c->steps[i]);
    }
    assert_string_equal(source.url, c->url);
    assert_int_equal(source_is_foreign(&source), c->is_foreign);
    assert_int_equal(source_may_be_used_up(&source), c->may_be_used_up);
    source_free(&source);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, cases, check_source);
    return test_suite_run(&suite, "source");
}
