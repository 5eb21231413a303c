/*
 * Jobs that their host holds back for a while.
 */
#include "job/job_state.h"
#include "platform/clock.h"
#include "support/download_fixture.h"
#include "support/test.h"

enum stage { EMPTY, SUSPENDED, TRANSFERRING, IN_ERROR, TRANSFERRED, ACKNOWLEDGED };

static const struct range_list whole = NO_RANGES;

static const struct server_rule stalling[] = {{.does = SERVER_STALL_AFTER, .number = 100000}};
static const struct server_rule missing[] = {{.does = SERVER_STATUS, .number = 404}};

static void bring_to(struct download_fixture *fixture, struct odo_job *job, enum stage stage)
{
    if (stage != EMPTY) {
        download_fixture_add(fixture, job, "/file", "target", whole);
    }
    switch (stage) {
    case EMPTY:
    case SUSPENDED:
        break;
    case TRANSFERRING:
        range_server_use_rules(fixture->server, stalling, TEST_COUNT(stalling));
        assert_status(odo_job_resume(job), ODO_OK);
        assert_true(event_log_wait_for_bytes(fixture->log, job, 100000, DOWNLOAD_DEADLINE_MS));
        break;
    case IN_ERROR:
        range_server_use_rules(fixture->server, missing, TEST_COUNT(missing));
        download_fixture_run(fixture, job, ODO_JOB_ERROR);
        break;
    case TRANSFERRED:
        download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
        break;
    case ACKNOWLEDGED:
        download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
        assert_status(odo_job_complete(job), ODO_OK);
        break;
    }
}

static struct download_fixture *begin(void)
{
    const struct odo_engine_options patient = {.stall_timeout_s = 20};

    return download_fixture_begin(NULL, &patient);
}

static void end(struct download_fixture *fixture, struct odo_job *job)
{
    if (!job_state_is_final(odo_job_get_state(job))) {
        assert_status(odo_job_cancel(job), ODO_OK);
    }
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void expect_blocked(struct odo_job *job, enum odo_status reason)
{
    struct odo_error error;
    uint32_t index = 0;

    expect_state(job, ODO_JOB_TRANSIENT_ERROR);
    assert_status(odo_job_get_error(job, &error, &index), ODO_OK);
    assert_status(error.status, reason);
    assert_int_equal(index, UINT32_MAX);
}

/* --- Reasons -------------------------------------------------------------------------- */

static const struct reason_case {
    const char *name;
    enum odo_status reason;
    enum odo_status status;
} reasons[] = {
    {"a job waits for a network", ODO_E_NO_NETWORK, ODO_OK},
    {"a job waits for a cheaper network", ODO_E_BLOCKED_BY_COST, ODO_OK},
    {"a job waits for a network that is not cellular", ODO_E_BLOCKED_BY_CELLULAR, ODO_OK},
    {"a job waits for a network that is no VPN", ODO_E_BLOCKED_BY_VPN, ODO_OK},
    {"a job waits for power", ODO_E_BLOCKED_BY_POWER, ODO_OK},
    {"a job waits for memory", ODO_E_BLOCKED_BY_MEMORY, ODO_OK},
    {"another failure is no reason", ODO_E_DISK_FULL, ODO_E_INVALID_ARGUMENT},
    {"nor is a remark", ODO_PARTIAL_COMPLETE, ODO_E_INVALID_ARGUMENT},
    {"nor is what is no status", (enum odo_status)12345, ODO_E_INVALID_ARGUMENT},
};

static void check_reason(void **state)
{
    const struct reason_case *c = *state;
    struct download_fixture *fixture = begin();
    struct odo_job *job = download_fixture_job(fixture);

    bring_to(fixture, job, TRANSFERRING);
    assert_status(odo_job_set_block(job, c->reason), c->status);
    if (c->status == ODO_OK) {
        expect_blocked(job, c->reason);
    } else {
        expect_state(job, ODO_JOB_TRANSFERRING);
    }
    end(fixture, job);
}

/* --- Blocks and what is done to the job meanwhile -------------------------------------- */

enum call { NOTHING, RESUME, SUSPEND, CANCEL, COMPLETE, ADD_FILE, SET_URL };

static const struct life_case {
    const char *name;
    enum stage stage;
    enum call call; /* while it is blocked */
    enum odo_status status;
    enum odo_job_state blocked; /* after the call */
    enum odo_job_state lifted;
} lives[] = {
    {"a job in motion goes on afterwards", TRANSFERRING, NOTHING, ODO_OK,
     ODO_JOB_TRANSIENT_ERROR, ODO_JOB_TRANSFERRING},
    {"resuming it meanwhile leaves it blocked", TRANSFERRING, RESUME, ODO_OK,
     ODO_JOB_TRANSIENT_ERROR, ODO_JOB_TRANSFERRING},
    {"suspending it meanwhile holds", TRANSFERRING, SUSPEND, ODO_OK, ODO_JOB_SUSPENDED,
     ODO_JOB_SUSPENDED},
    {"it can be cancelled", TRANSFERRING, CANCEL, ODO_OK, ODO_JOB_CANCELLED, ODO_JOB_CANCELLED},
    {"it can be completed in part", TRANSFERRING, COMPLETE, ODO_PARTIAL_COMPLETE,
     ODO_JOB_ACKNOWLEDGED, ODO_JOB_ACKNOWLEDGED},
    {"it takes files", TRANSFERRING, ADD_FILE, ODO_OK, ODO_JOB_TRANSIENT_ERROR,
     ODO_JOB_TRANSFERRING},
    {"its files take URLs", TRANSFERRING, SET_URL, ODO_OK, ODO_JOB_TRANSIENT_ERROR,
     ODO_JOB_TRANSFERRING},
    {"a suspended job stays suspended", SUSPENDED, NOTHING, ODO_OK, ODO_JOB_SUSPENDED,
     ODO_JOB_SUSPENDED},
    {"a suspended job is blocked once it is resumed", SUSPENDED, RESUME, ODO_OK,
     ODO_JOB_TRANSIENT_ERROR, ODO_JOB_TRANSFERRING},
    {"a job in error stays in error", IN_ERROR, NOTHING, ODO_OK, ODO_JOB_ERROR, ODO_JOB_ERROR},
    {"a job in error is blocked once it is resumed", IN_ERROR, RESUME, ODO_OK,
     ODO_JOB_TRANSIENT_ERROR, ODO_JOB_TRANSFERRING},
    {"a transferred job stays transferred", TRANSFERRED, RESUME, ODO_OK, ODO_JOB_TRANSFERRED,
     ODO_JOB_TRANSFERRED},
    {"a transferred job can be completed", TRANSFERRED, COMPLETE, ODO_OK, ODO_JOB_ACKNOWLEDGED,
     ODO_JOB_ACKNOWLEDGED},
    {"a job without files cannot be resumed", EMPTY, RESUME, ODO_E_NO_FILES, ODO_JOB_SUSPENDED,
     ODO_JOB_SUSPENDED},
};

static enum odo_status make_call(struct download_fixture *fixture, struct odo_job *job,
                                 enum call call)
{
    char url[SERVER_URL_SIZE];

    switch (call) {
    case NOTHING:
        return ODO_OK;
    case RESUME:
        return odo_job_resume(job);
    case SUSPEND:
        return odo_job_suspend(job);
    case CANCEL:
        return odo_job_cancel(job);
    case COMPLETE:
        return odo_job_complete(job);
    case ADD_FILE:
        return download_fixture_try_add(fixture, job, "/file", "added", whole,
                                        ODO_SIZE_UNKNOWN);
    case SET_URL:
        return odo_file_set_url(job, 0, range_server_url(fixture->server, "/file", url));
    }
    return ODO_E_UNEXPECTED;
}

static void check_life(void **state)
{
    const struct life_case *c = *state;
    struct download_fixture *fixture = begin();
    struct odo_job *job = download_fixture_job(fixture);
    size_t requests;
    bool is_final;

    bring_to(fixture, job, c->stage);
    range_server_use_rules(fixture->server, stalling, TEST_COUNT(stalling));
    requests = range_server_request_count(fixture->server);
    assert_status(odo_job_set_block(job, ODO_E_BLOCKED_BY_COST), ODO_OK);
    assert_status(make_call(fixture, job, c->call), c->status);
    expect_state(job, c->blocked);
    if (c->blocked == ODO_JOB_TRANSIENT_ERROR) {
        expect_blocked(job, ODO_E_BLOCKED_BY_COST);
    }
    is_final = job_state_is_final(c->blocked);
    assert_int_equal(range_server_request_count(fixture->server), requests);
    assert_status(odo_job_set_block(job, ODO_OK), is_final ? ODO_E_INVALID_STATE : ODO_OK);
    expect_state(job, c->lifted);
    if (c->lifted == ODO_JOB_TRANSFERRING) {
        assert_true(range_server_wait_for_requests(fixture->server, requests + 1,
                                                   DOWNLOAD_DEADLINE_MS));
    }
    end(fixture, job);
}

static void a_block_loses_nothing_and_asks_for_nothing_twice(void **state)
{
    struct download_fixture *fixture = begin();
    struct odo_job *job = download_fixture_job(fixture);
    struct odo_job_progress progress;

    (void)state;
    bring_to(fixture, job, TRANSFERRING);
    assert_status(odo_job_set_block(job, ODO_E_NO_NETWORK), ODO_OK);
    odo_job_get_progress(job, &progress);
    assert_true(progress.bytes_transferred >= 100000);
    range_server_use_rules(fixture->server, NULL, 0);
    assert_status(odo_job_set_block(job, ODO_OK), ODO_OK);
    assert_status(odo_job_wait(job, DOWNLOAD_DEADLINE_MS), ODO_OK);
    expect_state(job, ODO_JOB_TRANSFERRED);
    assert_true(range_server_bytes_sent(fixture->server) < DOWNLOAD_SIZE + 300000);
    assert_status(odo_job_complete(job), ODO_OK);
    download_fixture_expect(fixture, "target", whole);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void another_reason_takes_the_place_of_one(void **state)
{
    struct download_fixture *fixture = begin();
    struct odo_job *job = download_fixture_job(fixture);

    (void)state;
    bring_to(fixture, job, TRANSFERRING);
    assert_status(odo_job_set_block(job, ODO_E_NO_NETWORK), ODO_OK);
    assert_status(odo_job_set_block(job, ODO_E_BLOCKED_BY_COST), ODO_OK);
    expect_blocked(job, ODO_E_BLOCKED_BY_COST);
    assert_status(odo_job_set_block(job, ODO_E_BLOCKED_BY_COST), ODO_OK); /* again: no news */
    event_log_settle(fixture->log, fixture->engine);
    assert_int_equal(event_log_count_state(fixture->log, job, ODO_JOB_TRANSIENT_ERROR), 1);
    end(fixture, job);
}

/* --- Patience ------------------------------------------------------------------------- */

enum { SECOND_MS = 1000 };

/* The first block's timeout is a second; whether the job fails, and how, follows. */
static const struct patience_case {
    const char *name;
    enum odo_status reason;
    uint32_t timeout_s;
    bool fails;
} patiences[] = {
    {"a job that is held back for too long fails", ODO_E_BLOCKED_BY_COST, 1, true},
    {"so does one that waits for power", ODO_E_BLOCKED_BY_POWER, 1, true},
    {"one that waits for a network does not", ODO_E_NO_NETWORK, 1, false},
    {"nor one that is more patient", ODO_E_BLOCKED_BY_COST, 3600, false},
    {"nor one without a limit", ODO_E_BLOCKED_BY_COST, UINT32_MAX, false},
    {"nor one that never retries", ODO_E_BLOCKED_BY_COST, 0, false},
};

/* Another job, blocked after the first, that is known to fail after a second. */
static struct odo_job *begin_clock(struct download_fixture *fixture)
{
    struct odo_job *clock = download_fixture_job(fixture);

    download_fixture_add(fixture, clock, "/file", "clock", whole);
    assert_status(odo_job_set_number(clock, ODO_JOB_NO_PROGRESS_TIMEOUT, 1), ODO_OK);
    assert_status(odo_job_set_block(clock, ODO_E_BLOCKED_BY_VPN), ODO_OK);
    assert_status(odo_job_resume(clock), ODO_OK);
    return clock;
}

static void check_patience(void **state)
{
    const struct patience_case *c = *state;
    struct download_fixture *fixture = begin();
    struct odo_job *job = download_fixture_job(fixture);
    uint64_t began_ms = platform_clock_milliseconds();
    struct odo_job *clock;
    struct odo_error error;

    download_fixture_add(fixture, job, "/file", "target", whole);
    assert_status(odo_job_set_number(job, ODO_JOB_NO_PROGRESS_TIMEOUT, c->timeout_s), ODO_OK);
    assert_status(odo_job_set_block(job, c->reason), ODO_OK);
    assert_status(odo_job_resume(job), ODO_OK);
    clock = begin_clock(fixture);
    assert_status(odo_job_wait(clock, DOWNLOAD_DEADLINE_MS), ODO_OK);
    expect_state(clock, ODO_JOB_ERROR);
    assert_true(platform_clock_milliseconds() - began_ms >= SECOND_MS);
    if (c->fails) {
        assert_status(odo_job_wait(job, DOWNLOAD_DEADLINE_MS), ODO_OK);
        expect_state(job, ODO_JOB_ERROR);
        assert_status(odo_job_get_error(job, &error, NULL), ODO_OK);
        assert_status(error.status, c->reason);
        assert_status(odo_job_set_block(job, ODO_OK), ODO_OK);
        expect_state(job, ODO_JOB_ERROR); /* it does not go on by itself */
        download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    } else {
        expect_blocked(job, c->reason);
    }
    assert_status(odo_job_cancel(clock), ODO_OK);
    odo_job_release(clock);
    end(fixture, job);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, reasons, check_reason);
    TEST_ADD_TABLE(&suite, lives, check_life);
    TEST_ADD(&suite, a_block_loses_nothing_and_asks_for_nothing_twice);
    TEST_ADD(&suite, another_reason_takes_the_place_of_one);
    TEST_ADD_TABLE(&suite, patiences, check_patience);
    return test_suite_run(&suite, "block");
}
