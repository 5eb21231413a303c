/*
 * A host that takes its time over an event: whoever has something to tell waits for it, and
 * nobody else; and what it is told comes in order.
 */
#include "platform/clock.h"
#include "platform/thread.h"
#include "support/test.h"

#include <odo/odo.h>

#include <string.h>

enum { DEADLINE_MS = 30000, CHANGES = 200 };

/* The first event is held up until the gate opens. */
static struct {
    struct platform_mutex *mutex;
    struct platform_condition *changed;
    bool is_open;
    bool is_held;      /* an event waits at the gate */
    bool has_seen;     /* the other job's change was seen meanwhile */
    size_t at_once;    /* events that are being told */
    size_t overlapped; /* events that came while another was told */
    struct odo_engine *engine;
    struct odo_job *jobs[2];
} here;

static void on_event(void *context, const struct odo_event *event)
{
    (void)context;
    (void)event;
    platform_mutex_lock(here.mutex);
    here.overlapped += here.at_once > 0;
    here.at_once++;
    here.is_held = true;
    platform_condition_broadcast(here.changed);
    while (!here.is_open) {
        platform_condition_wait(here.changed, here.mutex);
    }
    here.at_once--;
    platform_mutex_unlock(here.mutex);
}

static bool wait_for(const bool *what)
{
    uint64_t deadline_ms = platform_clock_milliseconds() + DEADLINE_MS;
    bool is_so;

    platform_mutex_lock(here.mutex);
    while (!*what && platform_condition_wait_until(here.changed, here.mutex, deadline_ms)) {
    }
    is_so = *what;
    platform_mutex_unlock(here.mutex);
    return is_so;
}

static void set(bool *what)
{
    platform_mutex_lock(here.mutex);
    *what = true;
    platform_condition_broadcast(here.changed);
    platform_mutex_unlock(here.mutex);
}

static void begin(void)
{
    const struct odo_engine_options options = {.host = {.on_event = on_event}};

    memset(&here, 0, sizeof(here));
    here.mutex = platform_mutex_create();
    here.changed = platform_condition_create();
    assert_status(odo_engine_start(&options, &here.engine), ODO_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_status(odo_job_create(here.engine, "a job", &here.jobs[i]), ODO_OK);
    }
}

static void end(void)
{
    for (size_t i = 0; i < 2; i++) {
        odo_job_release(here.jobs[i]);
    }
    odo_engine_stop(here.engine);
    platform_condition_free(here.changed);
    platform_mutex_free(here.mutex);
}

static void describe(void *context)
{
    if (odo_job_set_text(context, ODO_JOB_DESCRIPTION, "new") != ODO_OK) {
        abort();
    }
}

/* Look at the second job until it has its description. */
static void look(void *context)
{
    bool is_there = false;

    (void)context;
    while (!is_there) {
        char *text = NULL;

        if (odo_job_get_text(here.jobs[1], ODO_JOB_DESCRIPTION, &text) != ODO_OK) {
            abort();
        }
        is_there = strcmp(text, "new") == 0;
        odo_free(text);
    }
    set(&here.has_seen);
}

static void a_slow_host_holds_up_nobody_who_has_nothing_to_tell(void **state)
{
    struct platform_thread *first = NULL;
    struct platform_thread *second = NULL;
    struct platform_thread *third = NULL;
    bool has_seen;

    (void)state;
    begin();
    assert_status(platform_thread_start(describe, here.jobs[0], &first), ODO_OK);
    assert_true(wait_for(&here.is_held));
    assert_status(platform_thread_start(describe, here.jobs[1], &second), ODO_OK);
    assert_status(platform_thread_start(look, NULL, &third), ODO_OK);
    has_seen = wait_for(&here.has_seen); /* while the second waits for its turn */
    set(&here.is_open);
    platform_thread_join(first);
    platform_thread_join(second);
    platform_thread_join(third);
    assert_true(has_seen);
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
    begin();
    set(&here.is_open);
    for (size_t i = 0; i < 2; i++) {
        assert_status(platform_thread_start(change_often, here.jobs[i], &threads[i]), ODO_OK);
    }
    platform_thread_join(threads[0]);
    platform_thread_join(threads[1]);
    assert_int_equal(here.overlapped, 0);
    end();
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_slow_host_holds_up_nobody_who_has_nothing_to_tell);
    TEST_ADD(&suite, events_are_told_one_at_a_time);
    return test_suite_run(&suite, "slow_host");
}
