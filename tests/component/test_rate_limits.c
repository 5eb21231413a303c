/*
 * Caps on rates: of a job, of all jobs in the foreground and of all in the background. What a
 * cap holds back takes a time at least, however fast the machine is. What it must not hold back
 * would not end before the deadline under that cap, however slow the machine is.
 */
#include "platform/clock.h"
#include "support/download_fixture.h"
#include "support/test.h"

enum {
    SIZE = 240000,
    RATE = 400000, /* the file takes 0.6 seconds, but for what passes at once */
    LONG_MS = 400,
    CRAWL = 1000, /* the file takes four minutes */
};

static const struct range_list whole = NO_RANGES;

static const struct range_server_options server = {
    .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = SIZE},
              {.path = "/large", .seed = DOWNLOAD_SEED, .size = 20 * SIZE}},
};

static struct odo_job *add_job(struct download_fixture *fixture, const char *path,
                               const char *name, bool foreground, uint32_t rate)
{
    struct odo_job *job = download_fixture_job(fixture);

    assert_status(odo_job_set_number(job, ODO_JOB_PRIORITY, foreground ? 0 : 2), ODO_OK);
    assert_status(odo_job_set_number(job, ODO_JOB_RATE_LIMIT, rate), ODO_OK);
    download_fixture_add(fixture, job, path, name, whole);
    return job;
}

static const struct limit_case {
    const char *name;
    uint64_t foreground_rate;
    uint64_t background_rate;
    uint32_t job_rate;
    bool foreground;
    bool is_slow;
} cases[] = {
    {.name = "without a cap a file comes at once"},
    {.name = "a job keeps to its own cap", .job_rate = RATE, .is_slow = true},
    {.name = "a foreground job keeps to its own cap",
     .job_rate = RATE,
     .foreground = true,
     .is_slow = true},
    {.name = "a background job keeps to the cap on the background",
     .background_rate = RATE,
     .is_slow = true},
    {.name = "a foreground job keeps to the cap on the foreground",
     .foreground_rate = RATE,
     .foreground = true,
     .is_slow = true},
    {.name = "a background job does not care for the foreground's cap",
     .foreground_rate = CRAWL},
    {.name = "a foreground job does not care for the background's cap",
     .background_rate = CRAWL,
     .foreground = true},
    {.name = "the lower cap counts, the job's",
     .background_rate = 10 * RATE,
     .job_rate = RATE,
     .is_slow = true},
    {.name = "the lower cap counts, the background's",
     .background_rate = RATE,
     .job_rate = 10 * RATE,
     .is_slow = true},
    {.name = "a cap that is never reached costs no time",
     .background_rate = UINT64_MAX,
     .job_rate = UINT32_MAX},
};

static void check_case(void **state)
{
    const struct limit_case *c = *state;
    struct download_fixture *fixture = download_fixture_begin(&server, NULL);
    struct odo_job *job = add_job(fixture, "/file", "target", c->foreground, c->job_rate);
    uint64_t began_ms;

    odo_engine_set_limits(fixture->engine,
                          &(struct odo_limits){.foreground_rate = c->foreground_rate,
                                               .background_rate = c->background_rate});
    began_ms = platform_clock_milliseconds();
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    if (c->is_slow) {
        assert_true(platform_clock_milliseconds() - began_ms >= LONG_MS);
    }
    event_log_settle(fixture->log, fixture->engine);
    assert_int_equal(event_log_count_state(fixture->log, job, ODO_JOB_TRANSIENT_ERROR), 0);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void a_cap_may_be_lifted_in_the_middle(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(&server, NULL);
    struct odo_job *job = add_job(fixture, "/large", "target", false, 10000);

    (void)state;
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(event_log_wait_for_bytes(fixture->log, job, 1, DOWNLOAD_DEADLINE_MS));
    assert_int_equal(odo_job_get_state(job), ODO_JOB_TRANSFERRING);
    assert_status(odo_job_set_number(job, ODO_JOB_RATE_LIMIT, 0), ODO_OK);
    /* At 10,000 bytes a second it would take eight minutes. */
    assert_status(odo_job_wait(job, DOWNLOAD_DEADLINE_MS), ODO_OK);
    expect_state(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

static void a_cap_may_be_set_in_the_middle(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(&server, NULL);
    struct odo_job *job = add_job(fixture, "/file", "target", false, RATE);
    uint64_t began_ms;

    (void)state;
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(event_log_wait_for_bytes(fixture->log, job, 40000, DOWNLOAD_DEADLINE_MS));
    began_ms = platform_clock_milliseconds();
    odo_engine_set_limits(fixture->engine, &(struct odo_limits){.background_rate = 100000});
    assert_status(odo_job_wait(job, DOWNLOAD_DEADLINE_MS), ODO_OK);
    expect_state(job, ODO_JOB_TRANSFERRED);
    /* What came before the cap was seen to may be much on a busy machine, but not all. */
    assert_true(platform_clock_milliseconds() - began_ms >= LONG_MS);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* One of them has one file, the other four: under the cap they have the same. */
static void jobs_share_a_cap_alike(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(&server, NULL);
    struct odo_job *one = add_job(fixture, "/large", "a", false, 0);
    struct odo_job *many = add_job(fixture, "/large", "b", false, 0);
    struct odo_job_progress of_one;
    struct odo_job_progress of_many;

    (void)state;
    download_fixture_add(fixture, many, "/large", "c", whole);
    download_fixture_add(fixture, many, "/large", "d", whole);
    odo_engine_set_limits(fixture->engine, &(struct odo_limits){.background_rate = 1000000});
    assert_status(odo_job_resume(many), ODO_OK);
    assert_status(odo_job_resume(one), ODO_OK);
    assert_true(event_log_wait_for_bytes(fixture->log, one, 300000, DOWNLOAD_DEADLINE_MS));
    odo_job_get_progress(one, &of_one);
    odo_job_get_progress(many, &of_many);
    assert_in_range(of_many.bytes_transferred, of_one.bytes_transferred / 2,
                    of_one.bytes_transferred * 2);
    assert_status(odo_job_cancel(one), ODO_OK);
    assert_status(odo_job_cancel(many), ODO_OK);
    odo_job_release(one);
    odo_job_release(many);
    download_fixture_end(fixture);
}

static const struct metered_case {
    const char *name;
    bool is_metered;
    uint64_t bytes_received;
} metered_cases[] = {
    {"a short gap is fetched with what is around it", false, 21000},
    {"where bytes cost money a gap is not fetched", true, 20000},
};

static void check_metered(void **state)
{
    const struct metered_case *c = *state;
    const struct range_list ranges = RANGES({0, 10000}, {11000, 10000});
    struct download_fixture *fixture = download_fixture_begin(&server, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    struct odo_file_statistics statistics;

    odo_engine_set_limits(fixture->engine, &(struct odo_limits){.is_metered = c->is_metered});
    download_fixture_add(fixture, job, "/file", "target", ranges);
    download_fixture_run(fixture, job, ODO_JOB_TRANSFERRED);
    odo_file_get_statistics(job, 0, &statistics);
    assert_int_equal(statistics.bytes_received, c->bytes_received);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* Held back for longer than a stall may last, and then no byte any more: that is a stall. */
static void a_stall_is_seen_under_a_cap(void **state)
{
    static const struct server_rule rules[] = {
        {.from = 1, .to = 1, .does = SERVER_STALL_AFTER, .number = 150000}};
    /* A state of a few milliseconds may pass unseen: here it lasts until the job is resumed. */
    static const struct odo_engine_options options = {
        .retry_base_ms = 4 * DOWNLOAD_DEADLINE_MS, .retry_limit_ms = 4 * DOWNLOAD_DEADLINE_MS};
    struct range_server_options stalling = server;
    struct download_fixture *fixture;
    struct odo_job *job;

    (void)state;
    stalling.rules = rules;
    stalling.rule_count = 1;
    fixture = download_fixture_begin(&stalling, &options);
    job = add_job(fixture, "/file", "target", false, 60000);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(event_log_wait_for_state(fixture->log, job, ODO_JOB_TRANSIENT_ERROR, 1,
                                         DOWNLOAD_DEADLINE_MS));
    assert_status(odo_job_set_number(job, ODO_JOB_RATE_LIMIT, 0), ODO_OK);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_status(odo_job_wait(job, DOWNLOAD_DEADLINE_MS), ODO_OK);
    expect_state(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, cases, check_case);
    TEST_ADD(&suite, a_cap_may_be_lifted_in_the_middle);
    TEST_ADD(&suite, a_cap_may_be_set_in_the_middle);
    TEST_ADD(&suite, jobs_share_a_cap_alike);
    TEST_ADD(&suite, a_stall_is_seen_under_a_cap);
    TEST_ADD_TABLE(&suite, metered_cases, check_metered);
    return test_suite_run(&suite, "rate_limits");
}
