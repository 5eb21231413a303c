/* The front meets what another request has: does it wait, take that over, or end? */
#include "support/test_table.h"

#include "ranges/request_plan.h"
#include "transfer/attempt.h"
#include "transfer/front.h"
#include "transfer/transfer.h"

enum { MILLION = 1000 * 1000, SENT_MS = 10000 };

/*
 * The front was sent at SENT_MS, and has brought the first 3 MB in a second. The other one was
 * sent at the same time for two pieces at most, of 1 MB each.
 */
static const struct front_case {
    const char *name;
    uint64_t offsets[2]; /* of the other's pieces, in MB; the second is 0 when there is one */
    enum attempt_body body;
    uint64_t waited_ms; /* since the front's last byte */
    enum front_extension extension;
    enum attempt_end other_end;
} cases[] = {
    {"one without an answer is taken over where the front stands",
     {3},
     ATTEMPT_UNANSWERED,
     0,
     FRONT_EXTENDED,
     ATTEMPT_ENOUGH},
    {"one further on may still get its answer",
     {5},
     ATTEMPT_UNANSWERED,
     200,
     FRONT_LATER,
     ATTEMPT_OPEN},
    {"it is taken over when the front would long have been there",
     {5},
     ATTEMPT_UNANSWERED,
     1200,
     FRONT_EXTENDED,
     ATTEMPT_ENOUGH},
    {"several ranges without an answer go back to the plan",
     {3, 6},
     ATTEMPT_UNANSWERED,
     0,
     FRONT_LATER,
     ATTEMPT_ENOUGH},
    {"several ranges further on may still get their answer",
     {4, 6},
     ATTEMPT_UNANSWERED,
     200,
     FRONT_LATER,
     ATTEMPT_OPEN},
    {"parts that come are left to who brings them",
     {3, 6},
     ATTEMPT_TAKES_PARTS,
     5000,
     FRONT_AT_END,
     ATTEMPT_OPEN},
};

static struct attempt *make_attempt(enum attempt_purpose purpose,
                                    const struct byte_range *spans, size_t count)
{
    struct attempt *attempt = attempt_create();

    assert_non_null(attempt);
    assert_int_equal(attempt_set_pieces(attempt, spans, count), ODO_OK);
    attempt->purpose = purpose;
    attempt->sent_at_ms = SENT_MS;
    return attempt;
}

static void check_front(void **state)
{
    const struct front_case *c = *state;
    const struct byte_range front_span = {0, 3 * MILLION};
    const struct byte_range spans[2] = {{c->offsets[0] * MILLION, MILLION},
                                        {c->offsets[1] * MILLION, MILLION}};
    struct attempt *front = make_attempt(ATTEMPT_FOR_FRONT, &front_span, 1);
    struct attempt *other = make_attempt(ATTEMPT_FOR_PIECES, spans, c->offsets[1] > 0 ? 2 : 1);
    const struct range_set nothing = {0}; /* everything was asked for */
    struct transfer transfer = {.attempts = front, .attempt_count = 2};

    request_plan_init(&transfer.wanted.plan, &nothing);
    transfer.wanted.plan.spans_out = c->offsets[1] > 0 ? 3 : 2;
    front->next = other;
    front->body = ATTEMPT_TAKES_FILE;
    front->arrived = front_span.length;
    front->offset = front_span.length;
    front->body_at_ms = SENT_MS;
    front->heard_at_ms = SENT_MS + 1000;
    other->body = c->body;
    assert_int_equal(front_extend(&transfer, front, front->heard_at_ms + c->waited_ms),
                     c->extension);
    assert_int_equal(other->end, c->other_end);
    request_plan_free(&transfer.wanted.plan);
    attempt_free(front);
    attempt_free(other);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, cases, check_front);
    return test_suite_run(&suite, "front");
}
