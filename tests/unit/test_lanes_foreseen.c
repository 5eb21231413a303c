/* How many connections are worth opening before the first reply, and when is one more allowed?
 */
#include "support/test_table.h"

#include "transfer/lanes.h"
#include "transfer/transfer.h"

enum { PART = TRANSFER_REQUEST_LEAST };

static char http[] = "http://host:80";
static char https[] = "https://host:443";

static const struct foreseen_case {
    const char *name;
    char *origin; /* NULL: http */
    uint64_t left;
    uint32_t lanes;      /* the client's limit */
    uint32_t lanes_most; /* the server's, as learned; 0: none */
    uint32_t replies;    /* of the server, of which the last was in HTTP/2 or not */
    bool is_http_2;
    bool version_is_known;
    uint32_t attempts; /* in flight; 0: one */
    enum transfer_asking asking;
    uint32_t foreseen;
} cases[] = {
    {"one for each further lane", .left = 100 * PART, .lanes = 8, .foreseen = 7},
    {"no more than there is work for", .left = 2 * PART + 1, .lanes = 8, .foreseen = 3},
    {"one for the last byte", .left = 1, .lanes = 8, .foreseen = 1},
    {"none with nothing left", .left = 0, .lanes = 8, .foreseen = 0},
    {"none for a file of unknown size", .left = ODO_SIZE_UNKNOWN, .lanes = 8, .foreseen = 0},
    {"none beside the only lane", .left = 100 * PART, .lanes = 1, .foreseen = 0},
    {"none with a server that bears one request", .left = 100 * PART, .lanes = 8,
     .lanes_most = 1, .foreseen = 0},
    {"as many as the server bears", .left = 100 * PART, .lanes = 8, .lanes_most = 3,
     .foreseen = 2},
    {"none with TLS, before it is known whether requests share a connection", .origin = https,
     .left = 100 * PART, .lanes = 8, .foreseen = 0},
    {"none with HTTP/2", .origin = https, .left = 100 * PART, .lanes = 8, .replies = 1,
     .is_http_2 = true, .foreseen = 0},
    {"those of TLS where the server is known not to have HTTP/2", .origin = https,
     .left = 100 * PART, .lanes = 8, .replies = 1, .foreseen = 7},
    {"none where a list is to be answered by one reply", .left = 100 * PART, .lanes = 8,
     .asking = TRANSFER_ASKS_ONE_REPLY, .foreseen = 0},
    {"none once the first reply is there", .left = 100 * PART, .lanes = 8,
     .version_is_known = true, .foreseen = 0},
    {"none beside other requests", .left = 100 * PART, .lanes = 8, .attempts = 2,
     .foreseen = 0},
};

static void check_foreseen(void **state)
{
    const struct foreseen_case *c = *state;
    struct origin origin = {.name = c->origin ? c->origin : http,
                            .lanes_most =
                                c->lanes_most > 0 ? c->lanes_most : ORIGIN_LANES_UNLIMITED,
                            .is_http_2 = c->is_http_2};
    struct transfer transfer = {.origin = &origin,
                                .limits = {.lanes = c->lanes},
                                .asking = c->asking,
                                .attempt_count = c->attempts > 0 ? c->attempts : 1};

    for (uint32_t i = 0; i < c->replies; i++) {
        measurement_add_latency(&origin.measurement, 1000, 1);
    }
    transfer.wanted.plan.remaining = c->left;
    transfer.version.is_known = c->version_is_known;
    assert_int_equal(transfer_lanes_foreseen(&transfer), c->foreseen);
}

/* The server accepts one request at a time, and has one. */
static const struct taken_case {
    const char *name;
    bool has_validators;
    enum attempt_body body;
    uint64_t waited_ms;
    bool is_taken;
} taken[] = {
    {"a request that waits for its answer holds the lane", true, ATTEMPT_UNANSWERED, 300, true},
    {"one without an answer does not hold it for ever", true, ATTEMPT_UNANSWERED, 3000, false},
    {"one that is answered does", true, ATTEMPT_TAKES_RUN, 3000, true},
    {"so does any where replies cannot be combined", false, ATTEMPT_UNANSWERED, 3000, true},
};

static void check_taken(void **state)
{
    const struct taken_case *c = *state;
    struct origin origin = {.name = http, .lanes_most = 1};
    struct attempt attempt = {.body = c->body, .sent_at_ms = 1000};
    struct transfer transfer = {
        .origin = &origin, .limits = {.lanes = 8}, .attempts = &attempt, .attempt_count = 1};
    char etag[] = "\"1\"";

    transfer.version.is_known = true;
    transfer.version.mark.etag = c->has_validators ? etag : NULL;
    assert_int_equal(lanes_are_taken(&transfer, attempt.sent_at_ms + c->waited_ms),
                     c->is_taken);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, taken, check_taken);
    TEST_ADD_TABLE(&suite, cases, check_foreseen);
    return test_suite_run(&suite, "lanes foreseen");
}
