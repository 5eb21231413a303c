/* One slow connection among fast ones must not hold a file up. */
#include "support/content.h"
#include "support/download_fixture.h"
#include "support/taken_bytes.h"
#include "support/test.h"

enum { FILE_SEED = 5, FILE_SIZE = 12 * 1024 * 1024 };

static const struct slow_case {
    const char *name;
    struct server_rule rules[3];
    size_t requests_most;
} cases[] = {
    /* Alone, the slow request would bring its part in more than a minute. */
    {.name = "a connection far slower than its like does not hold a file up",
     .rules = {{.from = 3, .to = 3, .does = SERVER_THROTTLE, .number = 20000}},
     .requests_most = 24},
    {.name = "a slow connection that is the last one at work does not either",
     .rules = {{.from = 6, .to = 6, .does = SERVER_THROTTLE, .number = 20000}},
     .requests_most = 24},
    {.name = "a large request without an answer does not hold a file up",
     .rules = {{.from = 3, .to = 3, .does = SERVER_STALL_REPLY}},
     .requests_most = 24},
    {.name = "nor do several of them",
     .rules = {{.from = 3, .to = 5, .does = SERVER_STALL_REPLY}},
     .requests_most = 24},
    /* Every connection is slow enough that others pay. */
    {.name = "refusals of all requests but the first few cost nothing",
     .rules = {{.from = 6, .does = SERVER_STATUS, .number = 410},
               {.does = SERVER_THROTTLE, .number = 6000000}},
     .requests_most = 40},
    {.name = "the front overtakes slow ones on its way to what was refused to others",
     .rules = {{.from = 7, .does = SERVER_STATUS, .number = 403},
               {.from = 2, .to = 6, .does = SERVER_THROTTLE, .number = 300000},
               {.to = 1, .does = SERVER_THROTTLE, .number = 6000000}},
     .requests_most = 40},
    {.name = "a byte at a time from all requests but the first is no help, and not asked for",
     .rules = {{.from = 2, .does = SERVER_SHORTEN_RANGES, .number = 1},
               {.does = SERVER_THROTTLE, .number = 6000000}},
     .requests_most = 60},
    {.name = "each further connection may be ten times slower than the one before",
     .rules = {{.from = 3, .does = SERVER_THROTTLE, .number = 6000},
               {.from = 2, .to = 2, .does = SERVER_THROTTLE, .number = 600000},
               {.to = 1, .does = SERVER_THROTTLE, .number = 6000000}},
     .requests_most = 60},
    {.name = "a connection that is as slow as all others keeps its work",
     .rules = {{.does = SERVER_THROTTLE, .number = 2000000}},
     .requests_most = 24},
};

/* Each too large to be asked for with another, and with no bytes to spare for another lane. */
static const struct byte_range far_pieces[] = {
    {8000000, 200000}, {100000, 200000}, {4000000, 200000}};

static const struct tail_case {
    const char *name;
    struct server_rule rules[2];
    size_t requests_least;
    size_t requests_most;
} tails[] = {
    {.name = "a last piece without an answer is asked for once more",
     .rules = {{.from = 3, .to = 3, .does = SERVER_STALL_REPLY}},
     .requests_least = 4,
     .requests_most = 4},
    {.name = "a last piece that stalls is asked for once more",
     .rules = {{.from = 3, .to = 3, .does = SERVER_STALL_AFTER, .number = 50000}},
     .requests_least = 4,
     .requests_most = 5},
    {.name = "two that stall are both asked for once more",
     .rules = {{.from = 2, .to = 3, .does = SERVER_STALL_REPLY}},
     .requests_least = 5,
     .requests_most = 5},
    {.name = "a second request for the last piece may be refused",
     .rules = {{.from = 3, .to = 3, .does = SERVER_STALL_REPLY},
               {.from = 4, .to = 4, .does = SERVER_STATUS, .number = 500}},
     .requests_least = 5,
     .requests_most = 5},
    {.name = "a second request for the last piece may stall as well",
     .rules = {{.from = 3, .to = 3, .does = SERVER_THROTTLE, .number = 60000},
               {.from = 4, .to = 5, .does = SERVER_STALL_REPLY}},
     .requests_least = 4,
     .requests_most = 7},
    {.name = "what the slow request brings meanwhile is not written again",
     .rules = {{.from = 3, .to = 3, .does = SERVER_THROTTLE, .number = 60000},
               {.from = 4, .to = 4, .does = SERVER_THROTTLE, .number = 300000}},
     .requests_least = 4,
     .requests_most = 5},
    {.name = "the second and the third request for it may have no answer either",
     .rules = {{.from = 3, .to = 5, .does = SERVER_STALL_REPLY}},
     .requests_least = 6,
     .requests_most = 6},
    {.name = "a piece that comes in time is asked for once",
     .rules = {{.does = SERVER_THROTTLE, .number = 2000000}},
     .requests_least = 3,
     .requests_most = 3},
};

static void check_tail(void **state)
{
    const struct tail_case *c = *state;
    struct range_list ranges = {far_pieces, TEST_COUNT(far_pieces)};
    struct range_server_options server = {
        .files = {{.path = "/file", .seed = FILE_SEED, .size = FILE_SIZE}},
        .rules = c->rules,
        .rule_count = 2,
    };
    struct odo_engine_options options = {.stall_timeout_s = 60, .ranges_per_request = 1};
    struct download_fixture *fixture = download_fixture_begin(&server, &options);
    struct odo_job *job = download_fixture_job(fixture);
    char *target = download_fixture_path(fixture, "target");
    struct odo_job_progress progress;

    download_fixture_add(fixture, job, "/file", "target", ranges);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_in_range(range_server_request_count(fixture->server), c->requests_least,
                    c->requests_most);
    odo_job_get_progress(job, &progress);
    assert_int_equal(progress.bytes_transferred, 600000);
    event_log_settle(fixture->log, fixture->engine);
    assert_int_equal(event_log_count_state(fixture->log, job, ODO_JOB_TRANSIENT_ERROR), 0);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_file(target, far_pieces, TEST_COUNT(far_pieces), FILE_SEED, FILE_SIZE);
    odo_job_release(job);
    free(target);
    download_fixture_end(fixture);
}

/* The same for a stream, which gets each byte once. */
static void check_tail_of_stream(void **state)
{
    static const struct byte_range ascending[] = {
        {100000, 200000}, {4000000, 200000}, {8000000, 200000}};
    const struct tail_case *c = *state;
    struct range_list ranges = {ascending, TEST_COUNT(ascending)};
    struct range_server_options server = {
        .files = {{.path = "/file", .seed = FILE_SEED, .size = FILE_SIZE}},
        .rules = c->rules,
        .rule_count = 2,
    };
    struct odo_engine_options options = {.stall_timeout_s = 60, .ranges_per_request = 1};
    struct download_fixture *fixture = download_fixture_begin(&server, &options);
    struct odo_job *job = download_fixture_job(fixture);
    struct taken_bytes taken;

    taken_bytes_add(fixture, job, ranges, 1000000, &taken);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_in_range(range_server_request_count(fixture->server), c->requests_least,
                    c->requests_most);
    assert_status(odo_job_complete(job), ODO_OK);
    taken_bytes_expect(&taken, ranges, FILE_SEED);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void check_case(void **state)
{
    static const struct byte_range everything = {0, BYTE_RANGE_TO_END};
    const struct slow_case *c = *state;
    struct range_server_options server = {
        .files = {{.path = "/file", .seed = FILE_SEED, .size = FILE_SIZE}},
        .rules = c->rules,
        .rule_count = sizeof(c->rules) / sizeof(c->rules[0]),
    };
    struct odo_engine_options options = {.stall_timeout_s = 60, .ranges_per_request = 1};
    struct download_fixture *fixture = download_fixture_begin(&server, &options);
    struct odo_job *job = download_fixture_job(fixture);
    char *target = download_fixture_path(fixture, "target");

    assert_status(download_fixture_try_add(fixture, job, "/file", "target",
                                           (struct range_list){NULL, 0}, ODO_SIZE_UNKNOWN),
                  ODO_OK);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_true(range_server_request_count(fixture->server) <= c->requests_most);
    event_log_settle(fixture->log, fixture->engine);
    assert_int_equal(event_log_count_state(fixture->log, job, ODO_JOB_TRANSIENT_ERROR), 0);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_file(target, &everything, 1, FILE_SEED, FILE_SIZE);
    odo_job_release(job);
    free(target);
    download_fixture_end(fixture);
}

/* --- A stream without room ------------------------------------------------------------ */

/* A whole file that just fits into the buffer of its stream, each of its requests, and one
 * more for the one that has no answer. */
enum {
    FULL_SIZE = 8 * 1024 * 1024,
    FULL_REQUESTS = 8,
    FULL_DEADLINE_MS = 60 * 1000,
};

struct late_client {
    struct taken_bytes taken;
    struct range_server *server;
};

/* Takes nothing before everything was asked for, and what is late once more. */
static int32_t take_late(void *context, const void *data, size_t size)
{
    struct late_client *client = context;

    if (!range_server_wait_for_requests(client->server, FULL_REQUESTS + 1, FULL_DEADLINE_MS)) {
        return -1;
    }
    return taken_bytes_take(&client->taken, data, size);
}

static void what_is_late_is_asked_for_once_more_while_a_stream_is_full(void **state)
{
    static const struct byte_range everything = {0, FULL_SIZE};
    const struct server_rule late = {.from = 5, .to = 5, .does = SERVER_STALL_REPLY};
    const struct odo_engine_options options = {.stall_timeout_s = 60, .ranges_per_request = 1};
    struct range_server_options server = {
        .files = {{.path = "/file", .seed = FILE_SEED, .size = FULL_SIZE}},
        .rules = &late,
        .rule_count = 1,
    };
    struct download_fixture *fixture = download_fixture_begin(&server, &options);
    struct odo_job *job = download_fixture_job(fixture);
    struct late_client client = {.server = fixture->server};
    const struct odo_stream stream = {
        .write = take_late, .release = taken_bytes_release, .context = &client};

    (void)state;
    taken_bytes_add(fixture, job, (struct range_list){&everything, 1}, FULL_SIZE,
                    &client.taken);
    assert_status(odo_file_set_stream(job, 0, &stream), ODO_OK);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    taken_bytes_expect(&client.taken, (struct range_list){&everything, 1}, FILE_SEED);
    odo_job_release(job);
    download_fixture_end(fixture);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, cases, check_case);
    TEST_ADD_TABLE(&suite, tails, check_tail);
    TEST_ADD_TABLE(&suite, tails, check_tail_of_stream);
    TEST_ADD(&suite, what_is_late_is_asked_for_once_more_while_a_stream_is_full);
    return test_suite_run(&suite, "slow_lane");
}
