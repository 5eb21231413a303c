/*
 * Several ranges in one request, and what servers make of it. Whatever they do, the right bytes
 * arrive, each once, and not many requests are needed.
 */
#include "support/content.h"
#include "support/download_fixture.h"
#include "support/taken_bytes.h"
#include "support/test.h"

#include <string.h>

enum { RANGE_COUNT = 120, RANGE_LENGTH = 300, RANGE_DISTANCE = 8000 };

struct rule_list {
    const struct server_rule *items;
    size_t count;
};

#define RULES(...)                                                                             \
    {                                                                                          \
        (const struct server_rule[]){__VA_ARGS__},                                             \
            sizeof((const struct server_rule[]){__VA_ARGS__}) / sizeof(struct server_rule)     \
    }
#define ALWAYS(behaviour)                                                                      \
    {                                                                                          \
        .does = SERVER_##behaviour                                                             \
    }
#define ALWAYS_N(behaviour, n)                                                                 \
    {                                                                                          \
        .does = SERVER_##behaviour, .number = (n)                                              \
    }
#define ALWAYS_T(behaviour, t)                                                                 \
    {                                                                                          \
        .does = SERVER_##behaviour, .text = (t)                                                \
    }
#define AT(nth, behaviour)                                                                     \
    {                                                                                          \
        .from = (nth), .to = (nth), .does = SERVER_##behaviour                                 \
    }
#define AT_N(nth, behaviour, n)                                                                \
    {                                                                                          \
        .from = (nth), .to = (nth), .does = SERVER_##behaviour, .number = (n)                  \
    }
#define SINCE_N(nth, behaviour, n)                                                             \
    {                                                                                          \
        .from = (nth), .does = SERVER_##behaviour, .number = (n)                               \
    }

/* Seeing that the second request asks for 100 or fewer, and what is left is one more. */
enum { FEW = 6, SINGLY = RANGE_COUNT + 4 };

static const struct many_case {
    const char *name;
    struct rule_list rules;
    size_t requests_most;
    size_t requests_least;
    size_t several_most; /* requests for more than one range; 0 is no limit */
    uint64_t bytes_most; /* that the server sends; 0 is no limit */
    uint64_t seed;       /* of the version that arrives; 0 is DOWNLOAD_SEED */
    uint32_t ranges_per_request;
} cases[] = {
    {"an honest server answers many ranges in few requests", RULES({0}), .requests_most = FEW,
     .bytes_most = RANGE_COUNT * (RANGE_LENGTH + 200)},
    {"no more are asked for than the engine was told", RULES({0}),
     .requests_most = 3 + RANGE_COUNT / 7, .requests_least = RANGE_COUNT / 7,
     .ranges_per_request = 7},
    {"one at a time when the engine was told so", RULES({0}), .requests_most = SINGLY,
     .requests_least = RANGE_COUNT, .ranges_per_request = 1},
    {"parts may come in another order", RULES(ALWAYS(REVERSE_RANGES)), .requests_most = FEW},
    {"the ranges may be merged into one", RULES(ALWAYS(MERGE_RANGES)), .requests_most = FEW},
    {"chunked parts are fine", RULES(ALWAYS(CHUNKED)), .requests_most = FEW},
    {"parts that end with the connection are fine", RULES(ALWAYS(NO_LENGTH)),
     .requests_most = FEW},
    {"a total that nobody says is fine", RULES(ALWAYS(NO_TOTAL)), .requests_most = SINGLY},
    {"any case of header names is fine", RULES(ALWAYS(ODD_CASE)), .requests_most = FEW},
    {"weak validators are fine", RULES(ALWAYS(WEAK_ETAG), ALWAYS(NO_DATE)),
     .requests_most = FEW},

    {"a server that answers ten ranges is asked for ten", RULES(ALWAYS_N(DROP_RANGES, 10)),
     .requests_most = 18, .requests_least = 12},
    {"a server that answers one range is asked for one", RULES(ALWAYS_N(DROP_RANGES, 1)),
     SINGLY, .several_most = 4},
    {"200 to many ranges steps down", RULES(ALWAYS_N(IGNORE_MANY_RANGES, 50)),
     .requests_most = FEW + 4},
    {"200 to several ranges ends in single ones", RULES(ALWAYS_N(IGNORE_MANY_RANGES, 1)),
     SINGLY, .several_most = 4},
    {"400 to several ranges ends in single ones", RULES(ALWAYS_N(REFUSE_MANY_RANGES, 400)),
     SINGLY, .several_most = 4},
    {"416 to several ranges ends in single ones", RULES(ALWAYS_N(REFUSE_MANY_RANGES, 416)),
     SINGLY, .several_most = 4},
    {"431 to several ranges ends in single ones", RULES(ALWAYS_N(REFUSE_MANY_RANGES, 431)),
     SINGLY, .several_most = 4},
    {"501 to several ranges ends in single ones", RULES(ALWAYS_N(REFUSE_MANY_RANGES, 501)),
     SINGLY, .several_most = 4},
    {"a server without If-Range is asked without", RULES(ALWAYS(REFUSE_IF_RANGE)),
     .requests_most = SINGLY + 6},
    {"a wrong boundary ends in single ranges", RULES(ALWAYS_T(BOUNDARY, "another")),
     .requests_most = SINGLY, .several_most = 2},
    {"no boundary ends in single ranges", RULES(ALWAYS_T(BOUNDARY, "")),
     .requests_most = SINGLY, .several_most = 2},
    {"parts that are elsewhere are not taken", RULES(AT_N(2, SHIFT_RANGES, 7)),
     .requests_most = SINGLY},
    {"parts that are shorter than asked for are asked for again",
     RULES(AT_N(2, SHORTEN_RANGES, 100)), .requests_most = SINGLY},
    {"parts from behind the end of the file are not taken",
     RULES(AT_N(2, SHIFT_CONTENT_RANGE, 1000000)), .requests_most = SINGLY},

    {"a reply cut within a part costs the rest of it", RULES(AT_N(2, CUT_AFTER, 5000)),
     .requests_most = FEW + 2},
    {"a reply cut within the headers of a part too", RULES(AT_N(2, CUT_AFTER, 50)),
     .requests_most = FEW + 2},
    {"a connection reset among parts too", RULES(AT_N(2, RESET_AFTER, 7001)),
     .requests_most = FEW + 2},
    {"parts in another order and cut are fine",
     RULES(ALWAYS(REVERSE_RANGES), AT_N(2, CUT_AFTER, 5000)), .requests_most = FEW + 4},
    {"a merged reply that is cut is fine",
     RULES(ALWAYS(MERGE_RANGES), AT_N(2, CUT_AFTER, 300000)), .requests_most = FEW + 2},
    {"a body that is shorter than the parts is fine", RULES(AT_N(2, SHORT_BODY, 1000)),
     .requests_most = FEW + 2},
    {"a body that is longer than the parts is fine", RULES(AT_N(2, LONG_BODY, 1000)),
     .requests_most = FEW + 2},
    {"no reply to many ranges, twice, is asked for singly",
     RULES({.from = 2, .to = 3, .does = SERVER_SILENCE}), .requests_most = SINGLY},
    {"503 is waited for", RULES(AT_N(2, STATUS, 503)), .requests_most = FEW + 2},

    {"a part that tells another total is a change",
     RULES(SINCE_N(2, REPLACE_FILE, 8), SINCE_N(2, CHANGE_SIZE, DOWNLOAD_SIZE + 1),
           ALWAYS(NO_ETAG), ALWAYS(NO_DATE), ALWAYS(IGNORE_IF_RANGE)),
     FEW + 4, .seed = 8},
    {"a file that changes is of one version", RULES(SINCE_N(2, REPLACE_FILE, 8)),
     .requests_most = FEW + 4, .seed = 8},
    {"a file that changes is of one version without If-Range",
     RULES(SINCE_N(2, REPLACE_FILE, 8), ALWAYS(IGNORE_IF_RANGE)), .requests_most = FEW + 4,
     .seed = 8},
};

static size_t count_several(struct range_server *server)
{
    size_t count = 0;

    for (size_t i = 0; i < range_server_request_count(server); i++) {
        struct server_request request = range_server_get_request(server, i);
        char value[6000];

        assert_in_range(request.range_count, 1, 100);
        assert_true(server_request_header(&request, "Range", value, sizeof(value), NULL));
        assert_in_range(strlen(value), 1, 4096);
        assert_null(strchr(value, ' '));
        for (size_t r = 1; r < request.range_count; r++) {
            assert_true(request.ranges[r].offset >
                        request.ranges[r - 1].offset + request.ranges[r - 1].length);
        }
        count += request.range_count > 1;
    }
    return count;
}

/* In the order of the list the last comes first, so that the places differ from the offsets. */
static struct range_list make_ranges(struct byte_range items[RANGE_COUNT])
{
    for (size_t i = 0; i < RANGE_COUNT; i++) {
        items[i].offset = (RANGE_COUNT - 1 - i) * RANGE_DISTANCE + i;
        items[i].length = RANGE_LENGTH + i;
    }
    return (struct range_list){items, RANGE_COUNT};
}

static void check_case(void **state)
{
    const struct many_case *c = *state;
    struct byte_range items[RANGE_COUNT];
    struct range_list ranges = make_ranges(items);
    struct range_server_options server = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = c->rules.items,
        .rule_count = c->rules.count,
    };
    struct odo_engine_options options = {
        .connections_per_host = 1,
        .ranges_per_request = c->ranges_per_request,
    };
    struct download_fixture *fixture = download_fixture_begin(&server, &options);
    struct odo_job *job = download_fixture_job(fixture);
    char *target = download_fixture_path(fixture, "target");
    struct odo_job_progress progress;
    size_t several;

    download_fixture_add(fixture, job, "/file", "target", ranges);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    several = count_several(fixture->server);
    if (range_server_request_count(fixture->server) > c->requests_most ||
        range_server_request_count(fixture->server) < c->requests_least ||
        (c->several_most > 0 && several > c->several_most)) {
        fail_msg("%lu requests, %lu of them for several ranges",
                 (unsigned long)range_server_request_count(fixture->server),
                 (unsigned long)several);
    }
    if (c->bytes_most > 0) {
        assert_in_range(range_server_bytes_sent(fixture->server), 1, c->bytes_most);
    }
    odo_job_get_progress(job, &progress);
    assert_int_equal(progress.bytes_transferred, progress.bytes_total);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_file(target, items, RANGE_COUNT, c->seed > 0 ? c->seed : (uint64_t)DOWNLOAD_SEED,
                c->seed == 8 && c->rules.count == 5 ? DOWNLOAD_SIZE + 1 : DOWNLOAD_SIZE);
    free(target);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* The same for a stream, which gets each byte once. What comes of one that changes is told
 * elsewhere. */
static void check_stream(void **state)
{
    const struct many_case *c = *state;
    struct byte_range items[RANGE_COUNT];
    struct range_list ranges = {items, RANGE_COUNT};
    struct range_server_options server = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = c->rules.items,
        .rule_count = c->rules.count,
    };
    struct odo_engine_options options = {
        .connections_per_host = 1,
        .ranges_per_request = c->ranges_per_request,
    };
    struct download_fixture *fixture;
    struct odo_job *job;
    struct taken_bytes taken;

    if (c->seed > 0) {
        return;
    }
    for (size_t i = 0; i < RANGE_COUNT; i++) {
        items[i] = (struct byte_range){i * RANGE_DISTANCE + i, RANGE_LENGTH + i};
    }
    fixture = download_fixture_begin(&server, &options);
    job = download_fixture_job(fixture);
    taken_bytes_add(fixture, job, ranges, DOWNLOAD_SIZE, &taken);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    taken_bytes_expect(&taken, ranges, DOWNLOAD_SEED);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* What was learnt with one file is known to the next one of the same server. */
static void what_a_server_takes_is_remembered(void **state)
{
    static const struct server_rule rules[] = {
        {.does = SERVER_REFUSE_MANY_RANGES, .number = 400}};
    struct byte_range items[RANGE_COUNT];
    struct range_list ranges = make_ranges(items);
    struct range_server_options server = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE},
                  {.path = "/other", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = rules,
        .rule_count = 1,
    };
    struct odo_engine_options options = {.connections_per_host = 1};
    struct download_fixture *fixture = download_fixture_begin(&server, &options);

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct odo_job *job = download_fixture_job(fixture);
        size_t before = count_several(fixture->server);

        download_fixture_add(fixture, job, i == 0 ? "/file" : "/other", "target", ranges);
        download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
        assert_int_equal(count_several(fixture->server) > before, i == 0);
        assert_status(odo_job_cancel(job), ODO_OK);
        odo_job_release(job);
    }
    download_fixture_end(fixture);
}

/* Suspended among the parts, nothing of what has come is asked for again. */
static void suspending_among_parts_keeps_what_has_come(void **state)
{
    static const struct server_rule rules[] = {
        {.from = 1, .to = 1, .does = SERVER_STALL_AFTER, .number = 20000},
        {.does = SERVER_REVERSE_RANGES}};
    struct byte_range items[RANGE_COUNT];
    struct range_list ranges = make_ranges(items);
    struct range_server_options server = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = rules,
        .rule_count = 2,
    };
    struct odo_engine_options options = {.connections_per_host = 1, .stall_timeout_s = 30};
    struct download_fixture *fixture = download_fixture_begin(&server, &options);
    struct odo_job *job = download_fixture_job(fixture);
    struct odo_job_progress progress;
    uint64_t asked = 0;

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", ranges);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(range_server_wait_for_stalls(fixture->server, 1, DOWNLOAD_DEADLINE_MS));
    assert_true(event_log_wait_for_bytes(fixture->log, job, 15000, DOWNLOAD_DEADLINE_MS));
    assert_status(odo_job_suspend(job), ODO_OK);
    odo_job_get_progress(job, &progress);
    range_server_release(fixture->server);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    for (size_t i = 1; i < range_server_request_count(fixture->server); i++) {
        struct server_request request = range_server_get_request(fixture->server, i);

        for (size_t r = 0; r < request.range_count; r++) {
            asked += request.ranges[r].length;
        }
    }
    assert_int_equal(asked, progress.bytes_total - progress.bytes_transferred);
    assert_status(odo_job_complete(job), ODO_OK);
    download_fixture_expect(fixture, "target", ranges);
    odo_job_release(job);
    download_fixture_end(fixture);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, cases, check_case);
    TEST_ADD_TABLE(&suite, cases, check_stream);
    TEST_ADD(&suite, what_a_server_takes_is_remembered);
    TEST_ADD(&suite, suspending_among_parts_keeps_what_has_come);
    return test_suite_run(&suite, "many_ranges");
}
