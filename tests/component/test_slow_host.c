/*
 * A host that takes its time over an event holds up what it is told, and nothing else; and
 * what it is told comes in order, the latest of it in any case.
 */
#include "platform/clock.h"
#include "platform/thread.h"
#include "support/download_fixture.h"
#include "support/test.h"

#include <odo/odo.h>

#include <stdlib.h>
#include <string.h>

enum { CHANGES = 200, STATES_KEPT = 8, SLOW_FILES = 5 };

/* While the gate is closed an event is held there. */
static struct {
    struct platform_mutex *mutex;
    struct platform_condition *changed;
    bool is_open;
    bool is_held;               /* an event waits at the gate */
    size_t at_once;             /* events that are being told */
    size_t overlapped;          /* events that came while another was told */
    struct odo_event told[512]; /* all of them */
    size_t told_count;
    struct odo_job *to_complete; /* when an event says that it is transferred */
    bool was_completed;
    enum odo_status completed; /* what came of it */
    struct odo_job *jobs[2];
    struct odo_engine *engine; /* an own one, or the fixture's */
    struct download_fixture *fixture;
} here;

static void set(bool *what)
{
    platform_mutex_lock(here.mutex);
    *what = true;
    platform_condition_broadcast(here.changed);
    platform_mutex_unlock(here.mutex);
}

static void wait_for(const bool *what)
{
    uint64_t deadline_ms = platform_clock_milliseconds() + DOWNLOAD_DEADLINE_MS;
    bool is_so;

    platform_mutex_lock(here.mutex);
    while (!*what && platform_condition_wait_until(here.changed, here.mutex, deadline_ms)) {
    }
    is_so = *what;
    platform_mutex_unlock(here.mutex);
    assert_true(is_so);
}

static void on_event(void *context, const struct odo_event *event)
{
    (void)context;
    platform_mutex_lock(here.mutex);
    here.overlapped += here.at_once > 0;
    here.at_once++;
    here.is_held = true;
    if (here.told_count < sizeof(here.told) / sizeof(here.told[0])) {
        here.told[here.told_count++] = *event;
    }
    platform_condition_broadcast(here.changed);
    while (!here.is_open) {
        platform_condition_wait(here.changed, here.mutex);
    }
    here.at_once--;
    platform_mutex_unlock(here.mutex);
    if (event->job == here.to_complete && event->kind == ODO_EVENT_STATE_CHANGED &&
        event->state == ODO_JOB_TRANSFERRED) {
        here.completed = odo_job_complete(event->job);
        set(&here.was_completed);
    }
}

/* An engine with this host beside the fixture's, whose server it uses. */
static void begin(const struct range_server_options *server)
{
    const struct odo_engine_options options = {.host = {.on_event = on_event}};

    memset(&here, 0, sizeof(here));
    here.completed = ODO_E_NOT_FOUND;
    here.mutex = platform_mutex_create();
    here.changed = platform_condition_create();
    here.fixture = download_fixture_begin(server, NULL);
    assert_status(odo_engine_start(&options, &here.engine), ODO_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_status(odo_job_create(here.engine, "a job", &here.jobs[i]), ODO_OK);
    }
}

static void end_engine(void)
{
    for (size_t i = 0; i < 2; i++) {
        odo_job_release(here.jobs[i]);
        here.jobs[i] = NULL;
    }
    odo_engine_stop(here.engine);
}

static void end(void)
{
    download_fixture_end(here.fixture);
    platform_condition_free(here.changed);
    platform_mutex_free(here.mutex);
}

static enum odo_job_state wait_for_rest(struct odo_job *job)
{
    assert_status(odo_job_wait(job, DOWNLOAD_DEADLINE_MS), ODO_OK);
    return odo_job_get_state(job);
}

/* The first job's event is in the host, which does not come back. */
static void a_host_that_does_not_return_holds_up_no_transfer_and_no_call(void **state)
{
    (void)state;
    begin(NULL);
    for (size_t i = 0; i < 2; i++) {
        download_fixture_add(here.fixture, here.jobs[i], "/file", i == 0 ? "one" : "two",
                             (struct range_list){0});
    }
    wait_for(&here.is_held);
    for (size_t i = 0; i < 2; i++) {
        assert_status(odo_job_resume(here.jobs[i]), ODO_OK);
        assert_int_equal(wait_for_rest(here.jobs[i]), ODO_JOB_TRANSFERRED);
        assert_status(odo_job_set_text(here.jobs[i], ODO_JOB_DESCRIPTION, "new"), ODO_OK);
        assert_status(odo_job_complete(here.jobs[i]), ODO_OK);
    }
    assert_int_equal(here.told_count, 1); /* and it is still at that */
    set(&here.is_open);
    end_engine();
    download_fixture_expect(here.fixture, "one", (struct range_list){0});
    download_fixture_expect(here.fixture, "two", (struct range_list){0});
    end();
}

static size_t count_told(const struct odo_job *job, enum odo_event_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < here.told_count; i++) {
        count += here.told[i].job == job && here.told[i].kind == kind;
    }
    return count;
}

/* Suspended and resumed so often that not all of it is kept for the host. */
static void a_host_that_is_behind_hears_the_latest_in_order(void **state)
{
    static const struct server_rule stalling = {.does = SERVER_STALL_AFTER, .number = 100};
    const struct odo_job *job;
    struct odo_event last[STATES_KEPT];
    size_t count = 0;

    (void)state;
    begin(&(struct range_server_options){
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}},
        .rules = &stalling,
        .rule_count = 1,
    });
    job = here.jobs[0];
    download_fixture_add(here.fixture, here.jobs[0], "/file", "one", (struct range_list){0});
    wait_for(&here.is_held);
    for (size_t i = 0; i < 4 * (size_t)STATES_KEPT; i++) {
        assert_status(odo_job_resume(here.jobs[0]), ODO_OK);
        assert_status(odo_job_suspend(here.jobs[0]), ODO_OK);
    }
    assert_status(odo_job_cancel(here.jobs[0]), ODO_OK);
    set(&here.is_open);
    end_engine(); /* after which all has been told */

    assert_int_equal(count_told(job, ODO_EVENT_STATE_CHANGED), STATES_KEPT);
    assert_int_equal(count_told(job, ODO_EVENT_MODIFIED), 2); /* the one at the gate */
    for (size_t i = 0; i < here.told_count; i++) {
        if (here.told[i].job == job && here.told[i].kind == ODO_EVENT_STATE_CHANGED) {
            last[count++] = here.told[i];
        }
    }
    assert_int_equal(last[STATES_KEPT - 1].state, ODO_JOB_CANCELLED);
    for (size_t i = STATES_KEPT - 1; i > 0; i--) {
        assert_int_equal(last[i - 1].state,
                         i % 2 == 1 ? ODO_JOB_SUSPENDED : ODO_JOB_TRANSFERRING);
    }
    assert_int_equal(here.told[here.told_count - 1].kind, ODO_EVENT_MODIFIED); /* behind it */
    end();
}

static void a_host_that_is_behind_hears_of_every_file_before_the_job(void **state)
{
    size_t files = 0;

    (void)state;
    begin(NULL);
    for (size_t i = 0; i < SLOW_FILES; i++) {
        const char name[] = {'f', (char)('0' + i), '\0'};

        download_fixture_add(here.fixture, here.jobs[0], "/file", name, (struct range_list){0});
    }
    wait_for(&here.is_held);
    assert_status(odo_job_resume(here.jobs[0]), ODO_OK);
    assert_int_equal(wait_for_rest(here.jobs[0]), ODO_JOB_TRANSFERRED);
    assert_status(odo_job_cancel(here.jobs[0]), ODO_OK);
    set(&here.is_open);
    end_engine();
    for (size_t i = 0; i < here.told_count; i++) {
        files += here.told[i].kind == ODO_EVENT_FILE_TRANSFERRED;
        if (here.told[i].kind == ODO_EVENT_STATE_CHANGED &&
            here.told[i].state == ODO_JOB_TRANSFERRED) {
            assert_int_equal(files, SLOW_FILES);
        }
    }
    assert_int_equal(files, SLOW_FILES);
    end();
}

static void a_host_may_call_back_from_an_event(void **state)
{
    (void)state;
    begin(NULL);
    set(&here.is_open);
    here.to_complete = here.jobs[0];
    download_fixture_add(here.fixture, here.jobs[0], "/file", "one", (struct range_list){0});
    assert_status(odo_job_resume(here.jobs[0]), ODO_OK);
    wait_for(&here.was_completed);
    expect_state(here.jobs[0], ODO_JOB_ACKNOWLEDGED);
    end_engine();
    assert_status(here.completed, ODO_OK);
    download_fixture_expect(here.fixture, "one", (struct range_list){0});
    end();
}

static void change_often(void *context)
{
    for (uint32_t i = 0; i < CHANGES; i++) {
        if (odo_job_set_number(context, ODO_JOB_COST_FLAGS, i) != ODO_OK) {
            abort();
        }
    }
}

static void events_are_told_one_at_a_time(void **state)
{
    struct platform_thread *threads[2] = {NULL, NULL};

    (void)state;
    begin(NULL);
    set(&here.is_open);
    for (size_t i = 0; i < 2; i++) {
        assert_status(platform_thread_start(change_often, here.jobs[i], &threads[i]), ODO_OK);
    }
    platform_thread_join(threads[0]);
    platform_thread_join(threads[1]);
    end_engine();
    assert_int_equal(here.overlapped, 0);
    end();
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_host_that_does_not_return_holds_up_no_transfer_and_no_call);
    TEST_ADD(&suite, a_host_that_is_behind_hears_the_latest_in_order);
    TEST_ADD(&suite, a_host_that_is_behind_hears_of_every_file_before_the_job);
    TEST_ADD(&suite, a_host_may_call_back_from_an_event);
    TEST_ADD(&suite, events_are_told_one_at_a_time);
    return test_suite_run(&suite, "slow_host");
}
