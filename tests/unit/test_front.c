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

/* Behind the front, as above, is one that has nearly all of its MB after a second; and behind
 * that another MB, of which so much has come. */
static const struct beyond_case {
    const char *name;
    uint64_t arrived;
    enum front_extension extension;
    enum attempt_end end;
} beyond[] = {
    {"a far slower one behind a quick one is taken over", 10000, FRONT_EXTENDED,
     ATTEMPT_ENOUGH},
    {"a quick one behind a quick one is left alone", 900000, FRONT_AT_END, ATTEMPT_OPEN},
};

static struct attempt *make_taking(const struct byte_range *span, uint64_t arrived)
{
    struct attempt *attempt = make_attempt(ATTEMPT_FOR_PIECES, span, 1);

    attempt->body = ATTEMPT_TAKES_RUN;
    attempt->arrived = arrived;
    attempt->pieces[0].position += arrived;
    attempt->body_at_ms = SENT_MS;
    return attempt;
}

static void check_beyond(void **state)
{
    const struct beyond_case *c = *state;
    const struct byte_range spans[] = {
        {0, 3 * MILLION}, {3 * MILLION, MILLION}, {4 * MILLION, MILLION}};
    struct attempt *front = make_attempt(ATTEMPT_FOR_FRONT, &spans[0], 1);
    struct attempt *quick = make_taking(&spans[1], 900000);
    struct attempt *last = make_taking(&spans[2], c->arrived);
    const struct range_set nothing = {0};
    struct transfer transfer = {.attempts = front, .attempt_count = 3};

    request_plan_init(&transfer.wanted.plan, &nothing);
    transfer.wanted.plan.spans_out = 3;
    front->next = quick;
    quick->next = last;
    front->body = ATTEMPT_TAKES_FILE;
    front->arrived = spans[0].length;
    front->offset = spans[0].length;
    front->body_at_ms = SENT_MS;
    front->heard_at_ms = SENT_MS + 1000;
    assert_int_equal(front_extend(&transfer, front, front->heard_at_ms), c->extension);
    assert_int_equal(quick->end, ATTEMPT_OPEN);
    assert_int_equal(last->end, c->end);
    request_plan_free(&transfer.wanted.plan);
    attempt_free(front);
    attempt_free(quick);
    attempt_free(last);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, beyond, check_beyond);
    TEST_ADD_TABLE(&suite, cases, check_front);
    return test_suite_run(&suite, "front");
}
