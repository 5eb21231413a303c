/*
 * Many threads on one engine. Meant for the thread sanitizer; what it finds by itself are calls
 * that hang, answer what they may not, or lose bytes.
 */
#include "base/status.h"
#include "job/job_state.h"
#include "platform/thread.h"
#include "support/content.h"
#include "support/download_fixture.h"
#include "support/test.h"

#include <stdatomic.h>
#include <string.h>

enum {
    THREADS = 4,
    CALLS = 250, /* of each thread, on one job */
    JOBS = 12,   /* of each thread */
    RACES = 60,
    FILE_SIZE = 6000000,
};

/* A thread may not fail a test; it leaves word, and the test fails when it has ended. */
struct worker {
    struct download_fixture *fixture;
    struct odo_job *job;
    struct platform_thread *thread;
    unsigned number;
    struct test_random random;
    enum odo_status answer;
    char complaint[200];
};

static void complain(struct worker *worker, const char *call, enum odo_status status)
{
    if (worker->complaint[0] == '\0') {
        snprintf(worker->complaint, sizeof(worker->complaint), "%s answered %s", call,
                 status_name(status));
    }
}

static void expect_of(struct worker *worker, const char *call, enum odo_status status)
{
    if (status != ODO_OK) {
        complain(worker, call, status);
    }
}

static void run_workers(struct worker *workers, size_t count, void (*run)(void *context))
{
    for (size_t i = 0; i < count; i++) {
        workers[i].number = (unsigned)i;
        workers[i].random.state = 0x9E3779B97F4A7C15U + i;
        assert_status(platform_thread_start(run, &workers[i], &workers[i].thread), ODO_OK);
    }
}

static void join_workers(struct worker *workers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        platform_thread_join(workers[i].thread);
    }
    for (size_t i = 0; i < count; i++) {
        if (workers[i].complaint[0] != '\0') {
            fail_msg("thread %zu: %s", i, workers[i].complaint);
        }
    }
}

static struct range_server_options large_file(void)
{
    static const struct server_rule rules[] = {
        {.does = SERVER_THROTTLE, .number = 30000000},
        {.from = 3, .to = 3, .does = SERVER_CUT_AFTER, .number = 1000},
        {.from = 5, .to = 5, .does = SERVER_STATUS, .number = 500},
    };

    return (struct range_server_options){
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = FILE_SIZE}},
        .rules = rules,
        .rule_count = TEST_COUNT(rules),
        .connections = 40,
    };
}

/* --- One job -------------------------------------------------------------------------- */

static void read_everything(struct worker *worker)
{
    struct odo_job_progress progress;
    struct odo_file_progress file;
    struct odo_file_statistics statistics;
    struct odo_job_times times;
    struct odo_error error;
    char *text = NULL;
    enum odo_status status;

    odo_job_get_progress(worker->job, &progress);
    if (progress.bytes_total != ODO_SIZE_UNKNOWN &&
        progress.bytes_transferred > progress.bytes_total) {
        complain(worker, "progress past the total", ODO_E_UNEXPECTED);
    }
    odo_file_get_progress(worker->job, 0, &file);
    odo_file_get_statistics(worker->job, 0, &statistics);
    odo_job_get_times(worker->job, &times);
    status = odo_job_get_error(worker->job, &error, NULL);
    if (status != ODO_OK && status != ODO_E_NO_ERROR) {
        complain(worker, "get_error", status);
    }
    expect_of(worker, "file_get_text",
              odo_file_get_text(worker->job, 0, ODO_FILE_RESPONSE_HEADERS, &text));
    odo_free(text);
}

static void look_through_the_engine(struct worker *worker)
{
    struct odo_job **jobs = NULL;
    struct odo_job *found = NULL;
    struct odo_job_id id;
    size_t count = 0;

    expect_of(worker, "list", odo_job_list(worker->fixture->engine, &jobs, &count));
    for (size_t i = 0; i < count; i++) {
        odo_job_release(jobs[i]);
    }
    odo_free(jobs);
    odo_job_get_id(worker->job, &id);
    expect_of(worker, "find", odo_job_find(worker->fixture->engine, &id, &found));
    odo_job_release(found);
    odo_engine_is_busy(worker->fixture->engine);
}

static void pull_at_one_job(void *context)
{
    struct worker *worker = context;

    for (int i = 0; i < CALLS; i++) {
        switch (test_random_below(&worker->random, 8)) {
        case 0:
            expect_of(worker, "suspend", odo_job_suspend(worker->job));
            break;
        case 1:
        case 2:
            expect_of(worker, "resume", odo_job_resume(worker->job));
            break;
        case 3:
            expect_of(worker, "set_number",
                      odo_job_set_number(worker->job, ODO_JOB_PRIORITY,
                                         (uint32_t)test_random_below(&worker->random, 4)));
            break;
        case 4:
            expect_of(worker, "set_text",
                      odo_job_set_text(worker->job, ODO_JOB_DESCRIPTION, "words"));
            break;
        case 5:
            look_through_the_engine(worker);
            break;
        default:
            read_everything(worker);
            break;
        }
    }
}

static void threads_may_pull_at_one_job(void **state)
{
    struct range_server_options server = large_file();
    const struct odo_engine_options patient = {.stall_timeout_s = 10};
    struct download_fixture *fixture = download_fixture_begin(&server, &patient);
    struct odo_job *job = download_fixture_job(fixture);
    const struct range_list ranges =
        RANGES({5000000, BYTE_RANGE_TO_END}, {0, 1500000}, {2000000, 10}, {3000000, 900000});
    struct worker workers[THREADS] = {{.number = 0}};
    char *path = download_fixture_path(fixture, "target");

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", ranges);
    assert_status(odo_job_resume(job), ODO_OK);
    for (size_t i = 0; i < THREADS; i++) {
        workers[i].fixture = fixture;
        workers[i].job = job;
    }
    run_workers(workers, THREADS, pull_at_one_job);
    join_workers(workers, THREADS);

    assert_status(odo_job_resume(job), ODO_OK);
    assert_status(odo_job_wait(job, DOWNLOAD_DEADLINE_MS), ODO_OK);
    expect_state(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_complete(job), ODO_OK);
    expect_file(path, ranges.items, ranges.count, DOWNLOAD_SEED, FILE_SIZE);
    free(path);
    odo_job_release(job);
    download_fixture_end(fixture);
}

/* --- Many jobs ------------------------------------------------------------------------ */

static struct byte_range random_range(struct test_random *random, uint64_t from)
{
    return (struct byte_range){from + test_random_below(random, 100000),
                               1 + test_random_below(random, 200000)};
}

/* One job from its creation to its end, by way of a few detours. */
static void live_through_a_job(struct worker *worker, const char *name)
{
    struct byte_range items[3] = {random_range(&worker->random, 4000000),
                                  random_range(&worker->random, 0),
                                  random_range(&worker->random, 2000000)};
    const struct range_list ranges = {items, 3};
    char *path = download_fixture_path(worker->fixture, name);
    char message[CONTENT_MESSAGE_SIZE];
    struct odo_job *job = NULL;
    enum odo_status status = odo_job_create(worker->fixture->engine, name, &job);

    expect_of(worker, "create", status);
    if (status != ODO_OK) {
        goto done;
    }
    expect_of(worker, "add_file",
              download_fixture_try_add(worker->fixture, job, "/file", name, ranges,
                                       ODO_SIZE_UNKNOWN));
    expect_of(worker, "resume", odo_job_resume(job));
    if (test_random_below(&worker->random, 2) == 0) {
        expect_of(worker, "suspend", odo_job_suspend(job));
        expect_of(worker, "resume", odo_job_resume(job));
    }
    if (test_random_below(&worker->random, 4) == 0) {
        expect_of(worker, "cancel", odo_job_cancel(job));
        goto done;
    }
    expect_of(worker, "wait", odo_job_wait(job, DOWNLOAD_DEADLINE_MS));
    expect_of(worker, "complete", odo_job_complete(job));
    if (!content_check_file(path, ranges.items, ranges.count, DOWNLOAD_SEED, FILE_SIZE,
                            message)) {
        snprintf(worker->complaint, sizeof(worker->complaint), "%.190s", message);
    }

done:
    free(path);
    odo_job_release(job);
}

static void live_through_jobs(void *context)
{
    struct worker *worker = context;
    char name[40];

    for (int i = 0; i < JOBS; i++) {
        snprintf(name, sizeof(name), "thread %u file %d", worker->number, i);
        live_through_a_job(worker, name);
    }
}

static void threads_may_each_have_jobs(void **state)
{
    struct range_server_options server = large_file();
    const struct odo_engine_options patient = {.stall_timeout_s = 10};
    struct download_fixture *fixture = download_fixture_begin(&server, &patient);
    struct worker workers[THREADS] = {{.number = 0}};

    (void)state;
    for (size_t i = 0; i < THREADS; i++) {
        workers[i].fixture = fixture;
    }
    run_workers(workers, THREADS, live_through_jobs);
    join_workers(workers, THREADS);
    assert_false(odo_engine_is_busy(fixture->engine));
    download_fixture_end(fixture);
}

/* --- Races to the end ----------------------------------------------------------------- */

static void end_the_job(void *context)
{
    struct worker *worker = context;

    worker->answer =
        worker->number % 2 == 0 ? odo_job_cancel(worker->job) : odo_job_complete(worker->job);
}

static void a_job_ends_once(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    const struct range_list few = RANGES({0, 50});

    (void)state;
    for (int race = 0; race < RACES; race++) {
        struct odo_job *job = download_fixture_job(fixture);
        struct worker workers[THREADS] = {{.number = 0}};
        size_t successes = 0;

        download_fixture_add(fixture, job, "/file", "target", few);
        assert_status(odo_job_resume(job), ODO_OK);
        if (race % 2 == 0) {
            assert_status(odo_job_wait(job, DOWNLOAD_DEADLINE_MS), ODO_OK);
        }
        for (size_t i = 0; i < THREADS; i++) {
            workers[i].job = job;
        }
        run_workers(workers, THREADS, end_the_job);
        join_workers(workers, THREADS);
        for (size_t i = 0; i < THREADS; i++) {
            if (workers[i].answer == ODO_OK || workers[i].answer == ODO_PARTIAL_COMPLETE) {
                successes++;
            } else {
                assert_status(workers[i].answer, ODO_E_INVALID_STATE);
            }
        }
        assert_int_equal(successes, 1);
        assert_true(job_state_is_final(odo_job_get_state(job)));
        assert_int_equal(download_fixture_count_temporary(fixture), 0);
        odo_job_release(job);
    }
    download_fixture_end(fixture);
}

static atomic_bool has_stopped;
static atomic_uint calls_made;

static bool are_many_calls_made(void *context)
{
    (void)context;
    return atomic_load(&calls_made) >= CALLS;
}

static void pull_until_the_engine_stops(void *context)
{
    struct worker *worker = context;
    enum odo_status status = ODO_OK;

    while (status != ODO_E_SHUTTING_DOWN) {
        bool was_stopped = atomic_load(&has_stopped);

        status = test_random_below(&worker->random, 2) == 0 ? odo_job_suspend(worker->job)
                                                            : odo_job_resume(worker->job);
        atomic_fetch_add(&calls_made, 1);
        if (status != ODO_OK && status != ODO_E_SHUTTING_DOWN) {
            complain(worker, "a call", status);
            return;
        }
        if (status == ODO_OK && was_stopped) {
            complain(worker, "a call after the stop", status);
            return;
        }
        read_everything(worker);
    }
}

static void an_engine_may_stop_in_the_middle_of_calls(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        struct range_server_options server = large_file();
        struct download_fixture *fixture = download_fixture_begin(&server, NULL);
        struct odo_job *job = download_fixture_job(fixture);
        struct worker workers[THREADS] = {{.number = 0}};
        const struct range_list whole = NO_RANGES;
        bool in_full_swing;

        atomic_store(&has_stopped, false);
        atomic_store(&calls_made, 0);
        download_fixture_add(fixture, job, "/file", "target", whole);
        for (size_t k = 0; k < THREADS; k++) {
            workers[k].fixture = fixture;
            workers[k].job = job;
        }
        run_workers(workers, THREADS, pull_until_the_engine_stops);
        in_full_swing =
            event_log_wait_until(fixture->log, are_many_calls_made, NULL, DOWNLOAD_DEADLINE_MS);
        download_fixture_stop_engine(fixture);
        atomic_store(&has_stopped, true);
        join_workers(workers, THREADS);
        assert_true(in_full_swing);
        odo_job_release(job);
        download_fixture_end(fixture);
    }
}

static void wait_for_the_job(void *context)
{
    struct worker *worker = context;

    worker->answer = odo_job_wait(worker->job, DOWNLOAD_DEADLINE_MS);
}

static void everybody_who_waits_is_woken(void **state)
{
    static const struct server_rule rules[] = {{.does = SERVER_STALL_REPLY}};
    const struct range_server_options server = {
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = rules,
        .rule_count = 1,
    };
    const struct odo_engine_options patient = {.stall_timeout_s = 20};
    struct download_fixture *fixture = download_fixture_begin(&server, &patient);
    struct odo_job *job = download_fixture_job(fixture);
    struct worker workers[THREADS] = {{.number = 0}};
    const struct range_list whole = NO_RANGES;

    (void)state;
    download_fixture_add(fixture, job, "/file", "target", whole);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(range_server_wait_for_stalls(fixture->server, 1, DOWNLOAD_DEADLINE_MS));
    for (size_t i = 0; i < THREADS; i++) {
        workers[i].job = job;
    }
    run_workers(workers, THREADS, wait_for_the_job);
    range_server_release(fixture->server);
    join_workers(workers, THREADS);
    for (size_t i = 0; i < THREADS; i++) {
        assert_status(workers[i].answer, ODO_OK);
    }
    expect_state(job, ODO_JOB_TRANSFERRED);
    assert_status(odo_job_cancel(job), ODO_OK);
    odo_job_release(job);
    download_fixture_end(fixture);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, threads_may_pull_at_one_job);
    TEST_ADD(&suite, threads_may_each_have_jobs);
    TEST_ADD(&suite, a_job_ends_once);
    TEST_ADD(&suite, an_engine_may_stop_in_the_middle_of_calls);
    TEST_ADD(&suite, everybody_who_waits_is_woken);
    return test_suite_run(&suite, "concurrency");
}
