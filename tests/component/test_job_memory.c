/*
 * Memory runs out at every single allocation of every call on jobs, in turn: the call says so,
 * the job is as it was, in memory and in the store, and the call succeeds when it is repeated.
 */
#include "job/job_state.h"
#include "support/event_log.h"
#include "support/range_list.h"
#include "support/range_server.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <odo/odo.h>

#include <string.h>

enum {
    SEED = 7,
    SIZE = 300000,
    DEADLINE_MS = 30000,
    ALLOCATIONS_MOST = 500,
    SNAPSHOT_SIZE = 6000
};

static struct {
    char *folder;
    char *store;
    struct range_server *server;
    struct event_log *log;
    struct odo_engine *engine;
    struct odo_job *job;
} here;

/* --- Around the call ------------------------------------------------------------------ */

enum stage {
    NO_JOB,
    EMPTY,
    NO_PATH,      /* a file without a local path */
    SUSPENDED,    /* a file with three ranges */
    TRANSFERRING, /* from a server that does not answer */
    TRANSFERRED,
    NOT_LOADED, /* in the store, and not in the engine */
};

static void start_engine(void)
{
    const struct odo_engine_options options = {
        .store_folder = here.store,
        .host = event_log_host(here.log),
    };

    assert_status(odo_engine_start(&options, &here.engine), ODO_OK);
}

static enum odo_status add_file(bool has_path)
{
    static const struct byte_range ranges[] = {{2000, 1000}, {10, 90}, {5000, 5}};
    char url[SERVER_URL_SIZE];
    char *path = temp_folder_path(here.folder, "target");
    const struct odo_file_request request = {
        .file_id = "a file",
        .url = range_server_url(here.server, "/file", url),
        .local_path = has_path ? path : NULL,
        .ranges = ranges,
        .range_count = TEST_COUNT(ranges),
        .file_size = ODO_SIZE_UNKNOWN,
    };
    enum odo_status status = odo_job_add_file(here.job, &request, NULL);

    free(path);
    return status;
}

static void bring_to(enum stage stage)
{
    static const struct server_rule silent[] = {{.does = SERVER_STALL_REPLY}};

    range_server_use_rules(here.server, silent, stage == TRANSFERRED ? 0 : 1);
    start_engine();
    if (stage == NO_JOB) {
        return;
    }
    assert_status(odo_job_create(here.engine, "a job", &here.job), ODO_OK);
    if (stage == EMPTY) {
        return;
    }
    assert_status(add_file(stage != NO_PATH), ODO_OK);
    if (stage == TRANSFERRING || stage == TRANSFERRED) {
        assert_status(odo_job_resume(here.job), ODO_OK);
    }
    if (stage == TRANSFERRED) {
        assert_status(odo_job_wait(here.job, DEADLINE_MS), ODO_OK);
    }
    if (stage == NOT_LOADED) {
        odo_engine_stop(here.engine);
        odo_job_release(here.job);
        here.job = NULL;
        start_engine();
    }
}

/* As it is after a restart; `here.job` is the only job, if there is one. */
static void restart(void)
{
    struct odo_job **jobs = NULL;
    size_t count = 0;

    odo_engine_stop(here.engine);
    odo_job_release(here.job);
    here.job = NULL;
    start_engine();
    assert_status(odo_job_list(here.engine, &jobs, &count), ODO_OK);
    assert_true(count <= 1);
    if (count == 1) {
        here.job = jobs[0];
    }
    odo_free(jobs);
}

static void end_all(void)
{
    if (here.job && !job_state_is_final(odo_job_get_state(here.job))) {
        assert_status(odo_job_cancel(here.job), ODO_OK);
    }
    odo_job_release(here.job);
    here.job = NULL;
    odo_engine_stop(here.engine);
    here.engine = NULL;
}

/* --- What a job looks like ------------------------------------------------------------ */

struct snapshot {
    char text[SNAPSHOT_SIZE];
    size_t length;
};

static void say(struct snapshot *snapshot, const char *what, const char *text)
{
    int length = snprintf(snapshot->text + snapshot->length, SNAPSHOT_SIZE - snapshot->length,
                          "%s=%s\n", what, text);

    assert_true(length > 0 && (size_t)length < SNAPSHOT_SIZE - snapshot->length);
    snapshot->length += (size_t)length;
}

static void say_number(struct snapshot *snapshot, const char *what, uint64_t number)
{
    char text[30];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
    say(snapshot, what, text);
}

static void say_file(struct snapshot *snapshot, uint32_t index)
{
    static const enum odo_file_text texts[] = {ODO_FILE_ID, ODO_FILE_URL, ODO_FILE_LOCAL_PATH};
    struct odo_file_progress progress;
    struct odo_file_statistics statistics;
    struct byte_range *ranges = NULL;
    uint32_t count = 0;
    char *text = NULL;

    for (size_t i = 0; i < TEST_COUNT(texts); i++) {
        assert_status(odo_file_get_text(here.job, index, texts[i], &text), ODO_OK);
        say(snapshot, "file text", text);
        odo_free(text);
    }
    assert_status(odo_file_get_ranges(here.job, index, &ranges, &count), ODO_OK);
    for (uint32_t i = 0; i < count; i++) {
        say_number(snapshot, "offset", ranges[i].offset);
        say_number(snapshot, "length", ranges[i].length);
    }
    odo_free(ranges);
    odo_file_get_progress(here.job, index, &progress);
    say_number(snapshot, "total", progress.bytes_total);
    say_number(snapshot, "had", progress.bytes_transferred);
    odo_file_get_statistics(here.job, index, &statistics);
    say_number(snapshot, "size", statistics.file_size);
}

static struct snapshot look(void)
{
    struct snapshot snapshot = {.length = 0};
    char *text = NULL;

    if (!here.job) {
        say(&snapshot, "job", "none");
        return snapshot;
    }
    say(&snapshot, "state", job_state_name(odo_job_get_state(here.job)));
    for (int i = 0; i < ODO_JOB_NUMBER_COUNT; i++) {
        say_number(&snapshot, "number", odo_job_get_number(here.job, (enum odo_job_number)i));
    }
    for (int i = 0; i < ODO_JOB_TEXT_COUNT; i++) {
        assert_status(odo_job_get_text(here.job, (enum odo_job_text)i, &text), ODO_OK);
        say(&snapshot, "text", text);
        odo_free(text);
    }
    for (uint32_t i = 0; i < odo_job_get_file_count(here.job); i++) {
        say_file(&snapshot, i);
    }
    return snapshot;
}

/* --- The calls ------------------------------------------------------------------------ */

static enum odo_status create(void)
{
    return odo_job_create(here.engine, "a job", &here.job);
}

static enum odo_status add_with_path(void)
{
    return add_file(true);
}

static enum odo_status set_description(void)
{
    return odo_job_set_text(here.job, ODO_JOB_DESCRIPTION, "described");
}

static enum odo_status set_headers(void)
{
    return odo_job_set_text(here.job, ODO_JOB_HEADERS, "X-Name: value\r\n");
}

static enum odo_status set_priority(void)
{
    return odo_job_set_number(here.job, ODO_JOB_PRIORITY, 0);
}

static enum odo_status set_security(void)
{
    return odo_job_set_number(here.job, ODO_JOB_SECURITY_FLAGS, 0x100);
}

static enum odo_status set_volatile(void)
{
    return odo_job_set_number(here.job, ODO_JOB_VOLATILE, 1);
}

static enum odo_status set_url(void)
{
    char url[SERVER_URL_SIZE];

    return odo_file_set_url(here.job, 0, range_server_url(here.server, "/other", url));
}

static enum odo_status set_path(void)
{
    char *path = temp_folder_path(here.folder, "another");
    enum odo_status status = odo_file_set_local_path(here.job, 0, path);

    free(path);
    return status;
}

static enum odo_status set_size(void)
{
    return odo_file_set_size(here.job, 0, SIZE);
}

static const struct byte_range other_ranges[] = {{7000, 10}, {0, 3}};

static enum odo_status set_ranges(void)
{
    return odo_file_set_ranges(here.job, 0, other_ranges, TEST_COUNT(other_ranges), false);
}

static enum odo_status append_ranges(void)
{
    return odo_file_set_ranges(here.job, 0, other_ranges, TEST_COUNT(other_ranges), true);
}

static enum odo_status block(void)
{
    return odo_job_set_block(here.job, ODO_E_NO_NETWORK);
}

static enum odo_status resume(void)
{
    return odo_job_resume(here.job);
}

static enum odo_status suspend(void)
{
    return odo_job_suspend(here.job);
}

static enum odo_status complete(void)
{
    return odo_job_complete(here.job);
}

static enum odo_status cancel(void)
{
    return odo_job_cancel(here.job);
}

static enum odo_status list(void)
{
    struct odo_job **jobs = NULL;
    size_t count = 0;
    enum odo_status status = odo_job_list(here.engine, &jobs, &count);

    if (status == ODO_OK) {
        assert_int_equal(count, 1);
        odo_job_release(here.job);
        here.job = jobs[0];
        odo_free(jobs);
    }
    return status;
}

static enum odo_status find(void)
{
    struct odo_job *found = NULL;
    struct odo_job_id id;
    enum odo_status status;

    odo_job_get_id(here.job, &id);
    status = odo_job_find(here.engine, &id, &found);
    odo_job_release(found);
    return status;
}

static const struct call_case {
    const char *name;
    enum stage stage;
    enum odo_status (*call)(void);
    bool moves; /* what runs may meet the want of memory as well: suspended before it is
                   looked at */
} calls[] = {
    {"a job can be created", NO_JOB, create, false},
    {"a file can be added", EMPTY, add_with_path, false},
    {"a file can be added to a job in motion", TRANSFERRING, add_with_path, true},
    {"a text can be set", SUSPENDED, set_description, false},
    {"headers can be set", SUSPENDED, set_headers, false},
    {"headers can be set in motion", TRANSFERRING, set_headers, true},
    {"a number can be set", SUSPENDED, set_priority, false},
    {"security flags can be set in motion", TRANSFERRING, set_security, true},
    {"a job can become volatile", SUSPENDED, set_volatile, false},
    {"a URL can be set", SUSPENDED, set_url, false},
    {"a URL can be set in motion", TRANSFERRING, set_url, true},
    {"a path can be set", NO_PATH, set_path, false},
    {"a size can be set", SUSPENDED, set_size, false},
    {"other ranges can be set", SUSPENDED, set_ranges, false},
    {"ranges can be appended", TRANSFERRED, append_ranges, false},
    {"a job can be resumed", SUSPENDED, resume, true},
    {"a job can be suspended", TRANSFERRING, suspend, true},
    {"a job can be blocked", TRANSFERRING, block, true},
    {"a job can be completed", TRANSFERRED, complete, false},
    {"a job can be cancelled", SUSPENDED, cancel, false},
    {"a job in motion can be cancelled", TRANSFERRING, cancel, false},
    {"jobs can be listed", SUSPENDED, list, false},
    {"a job can be found", SUSPENDED, find, false},
    {"a job can be taken up", NOT_LOADED, list, false},
};

/* What runs may have failed, and the job with it. */
static void settle(const struct call_case *c)
{
    if (c->moves && here.job) {
        assert_status(odo_job_suspend(here.job), ODO_OK);
    }
}

static void expect_snapshot(const struct snapshot *actual, const struct snapshot *expected,
                            uint64_t nth, const char *when)
{
    if (strcmp(actual->text, expected->text) != 0) {
        fail_msg("without allocation %llu, %s, it is\n%s\nand not\n%s", (unsigned long long)nth,
                 when, actual->text, expected->text);
    }
}

/* What is expected: before and after the call, and of each what a restart leaves. */
struct expectation {
    struct snapshot before;
    struct snapshot before_restarted;
    struct snapshot after;
    struct snapshot after_restarted;
};

static void find_out(const struct call_case *c, struct expectation *expected)
{
    bring_to(c->stage);
    settle(c);
    expected->before = look();
    restart();
    expected->before_restarted = look();
    end_all();

    bring_to(c->stage);
    assert_status(c->call(), ODO_OK);
    settle(c);
    expected->after = look();
    restart();
    expected->after_restarted = look();
    end_all();
}

/* One run in which an allocation is refused. False when there was none left to refuse. */
static bool try_without(const struct call_case *c, const struct expectation *expected,
                        uint64_t nth, bool and_all_that_follow)
{
    enum odo_status status;
    uint64_t refused;
    struct snapshot now;

    bring_to(c->stage);
    failing_memory_arm(nth, and_all_that_follow ? UINT64_MAX : nth);
    status = c->call();
    refused = failing_memory_count().refused;
    failing_memory_arm(0, 0);
    if (status != ODO_OK) {
        assert_status(status, ODO_E_OUT_OF_MEMORY);
        if (c->stage != NOT_LOADED) {
            settle(c);
            now = look();
            expect_snapshot(&now, &expected->before, nth, "after the call");
        }
        if (nth % 2 == 0) {
            restart();
            now = look();
            expect_snapshot(&now, &expected->before_restarted, nth, "after a restart");
        } else {
            assert_status(c->call(), ODO_OK);
        }
    }
    if (status == ODO_OK || nth % 2 != 0) {
        settle(c);
        now = look();
        expect_snapshot(&now, &expected->after, nth, "when it was done");
        restart();
        now = look();
        expect_snapshot(&now, &expected->after_restarted, nth, "done and after a restart");
    }
    end_all();
    return refused > 0;
}

static void check_call(void **state)
{
    const struct call_case *c = *state;
    static struct expectation expected;
    struct failing_memory_count count;

    failing_memory_start(0, 0);
    find_out(c, &expected);
    for (int mode = 0; mode < 2; mode++) {
        uint64_t nth = 1;

        while (try_without(c, &expected, nth, mode == 1)) {
            assert_true(nth < ALLOCATIONS_MOST);
            nth++;
        }
    }
    count = failing_memory_stop();
    assert_true(count.blocks_left == 0);
}

static int begin(void **state)
{
    (void)state;
    here.folder = temp_folder_create();
    here.store = temp_folder_make(here.folder, "jobs");
    here.server = range_server_start(&(struct range_server_options){
        .starts_ready = true,
        .files = {{.path = "/file", .seed = SEED, .size = SIZE}},
    });
    here.log = event_log_create();
    return 0;
}

static int end(void **state)
{
    (void)state;
    failing_memory_arm(0, 0);
    range_server_release(here.server);
    end_all();
    range_server_stop(here.server);
    event_log_free(here.log);
    free(here.store);
    temp_folder_remove(here.folder);
    memset(&here, 0, sizeof(here));
    return 0;
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, calls, check_call);
    for (size_t i = 0; i < suite.count; i++) {
        suite.tests[i].setup_func = begin;
        suite.tests[i].teardown_func = end;
    }
    return test_suite_run(&suite, "job_memory");
}
