#include "support/test.h"

#include "platform/clock.h"
#include "platform/random.h"
#include "platform/thread.h"

#include <string.h>

/* Far enough that only a hang reaches it. */
enum { DEADLINE_MS = 20000 };

struct shared {
    struct platform_mutex *mutex;
    struct platform_condition *condition;
    struct platform_thread *thread; /* under the mutex */
    bool thread_is_known;
    bool was_current;
    bool go;
    unsigned counter;
    unsigned woken;
};

static struct shared shared_make(void)
{
    struct shared shared = {
        .mutex = platform_mutex_create(),
        .condition = platform_condition_create(),
    };

    assert_non_null(shared.mutex);
    assert_non_null(shared.condition);
    return shared;
}

static void shared_free(struct shared *shared)
{
    platform_condition_free(shared->condition);
    platform_mutex_free(shared->mutex);
}

enum { COUNTERS = 4, STEPS = 20000 };

static void count_up(void *context)
{
    struct shared *shared = context;

    for (int i = 0; i < STEPS; i++) {
        platform_mutex_lock(shared->mutex);
        shared->counter++;
        platform_mutex_unlock(shared->mutex);
    }
}

static void a_mutex_lets_one_thread_in(void **state)
{
    struct shared shared = shared_make();
    struct platform_thread *threads[COUNTERS] = {NULL};

    (void)state;
    for (int i = 0; i < COUNTERS; i++) {
        assert_status(platform_thread_start(count_up, &shared, &threads[i]), ODO_OK);
    }
    for (int i = 0; i < COUNTERS; i++) {
        platform_thread_join(threads[i]);
    }
    assert_int_equal(shared.counter, COUNTERS * STEPS);
    shared_free(&shared);
}

static void ask_who_i_am(void *context)
{
    struct shared *shared = context;

    platform_mutex_lock(shared->mutex);
    while (!shared->thread_is_known) {
        platform_condition_wait(shared->condition, shared->mutex);
    }
    shared->was_current = platform_thread_is_current(shared->thread);
    platform_mutex_unlock(shared->mutex);
}

static void a_thread_knows_itself(void **state)
{
    struct shared shared = shared_make();
    struct platform_thread *other = NULL;

    (void)state;
    assert_status(platform_thread_start(ask_who_i_am, &shared, &other), ODO_OK);
    assert_false(platform_thread_is_current(other));
    platform_mutex_lock(shared.mutex);
    shared.thread = other;
    shared.thread_is_known = true;
    platform_condition_broadcast(shared.condition);
    platform_mutex_unlock(shared.mutex);
    platform_thread_join(other);
    assert_true(shared.was_current);
    shared_free(&shared);
}

static void wait_to_go(void *context)
{
    struct shared *shared = context;
    uint64_t deadline_ms = platform_clock_milliseconds() + DEADLINE_MS;

    platform_mutex_lock(shared->mutex);
    shared->counter++;
    platform_condition_broadcast(shared->condition);
    while (!shared->go &&
           platform_condition_wait_until(shared->condition, shared->mutex, deadline_ms)) {
    }
    shared->woken += shared->go;
    platform_mutex_unlock(shared->mutex);
}

static void a_broadcast_wakes_everybody(void **state)
{
    struct shared shared = shared_make();
    struct platform_thread *threads[COUNTERS] = {NULL};

    (void)state;
    for (int i = 0; i < COUNTERS; i++) {
        assert_status(platform_thread_start(wait_to_go, &shared, &threads[i]), ODO_OK);
    }
    platform_mutex_lock(shared.mutex);
    while (shared.counter < COUNTERS) {
        assert_true(platform_condition_wait_until(shared.condition, shared.mutex, UINT64_MAX));
    }
    shared.go = true;
    platform_condition_broadcast(shared.condition);
    platform_mutex_unlock(shared.mutex);
    for (int i = 0; i < COUNTERS; i++) {
        platform_thread_join(threads[i]);
    }
    assert_int_equal(shared.woken, COUNTERS);
    shared_free(&shared);
}

static void a_wait_ends_at_its_deadline_and_not_before(void **state)
{
    struct shared shared = shared_make();
    uint64_t began_ms = platform_clock_milliseconds();
    uint64_t deadline_ms = began_ms + 30;

    (void)state;
    platform_mutex_lock(shared.mutex);
    while (platform_condition_wait_until(shared.condition, shared.mutex, deadline_ms)) {
    }
    assert_true(platform_clock_milliseconds() >= deadline_ms);
    assert_true(platform_clock_milliseconds() < began_ms + DEADLINE_MS);

    /* One that has passed is not waited for. */
    while (platform_condition_wait_until(shared.condition, shared.mutex, 0)) {
    }
    assert_true(platform_clock_milliseconds() < began_ms + DEADLINE_MS);
    platform_mutex_unlock(shared.mutex);
    shared_free(&shared);
}

static void without_memory_there_is_nothing_to_start(void **state)
{
    struct shared shared = {0};
    struct platform_thread *thread = NULL;
    struct platform_mutex *mutex;
    struct platform_condition *condition;
    enum odo_status status;

    (void)state;
    test_memory_ends_after(0);
    status = platform_thread_start(count_up, &shared, &thread);
    mutex = platform_mutex_create();
    condition = platform_condition_create();
    test_memory_is_back();
    assert_status(status, ODO_E_OUT_OF_MEMORY);
    assert_null(thread);
    assert_null(mutex);
    assert_null(condition);
}

static void nothing_can_be_joined_and_freed(void **state)
{
    (void)state;
    platform_thread_join(NULL);
    platform_mutex_free(NULL);
    platform_condition_free(NULL);
}

static void the_clock_goes_on_and_never_back(void **state)
{
    uint64_t us = platform_clock_microseconds();
    uint64_t end_us = us + 5000;
    unsigned steps = 0;

    (void)state;
    while (us < end_us) {
        uint64_t ms = platform_clock_milliseconds();
        uint64_t next_us = platform_clock_microseconds();

        assert_true(next_us >= us);
        assert_true(ms >= us / 1000 && ms <= next_us / 1000); /* one clock, two units */
        us = next_us;
        steps++;
    }
    assert_true(steps > 2); /* finer than the milliseconds that it went through */
}

static void the_wall_clock_says_a_day_of_this_century(void **state)
{
    const int64_t begin_us = INT64_C(1735689600000000); /* 2025-01-01 */
    const int64_t end_us = INT64_C(4102444800000000);   /* 2100-01-01 */
    int64_t now_us = platform_clock_wall_us();

    (void)state;
    assert_true(now_us > begin_us && now_us < end_us);
}

static void random_bytes_differ_and_fill_all(void **state)
{
    enum { SIZE = 100001 }; /* more than a system gives at once */
    unsigned char *first = calloc(SIZE, 1);
    unsigned char *second = calloc(SIZE, 1);
    size_t zeros_at_the_end = 0;

    (void)state;
    assert_non_null(first);
    assert_non_null(second);
    assert_status(platform_random_fill(first, SIZE), ODO_OK);
    assert_status(platform_random_fill(second, SIZE), ODO_OK);
    assert_memory_not_equal(first, second, 16);
    assert_memory_not_equal(first + SIZE - 16, second + SIZE - 16, 16);
    while (zeros_at_the_end < SIZE && first[SIZE - 1 - zeros_at_the_end] == 0) {
        zeros_at_the_end++;
    }
    assert_true(zeros_at_the_end < 8);
    assert_status(platform_random_fill(first, 0), ODO_OK);
    free(second);
    free(first);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_mutex_lets_one_thread_in);
    TEST_ADD(&suite, a_thread_knows_itself);
    TEST_ADD(&suite, a_broadcast_wakes_everybody);
    TEST_ADD(&suite, a_wait_ends_at_its_deadline_and_not_before);
    TEST_ADD(&suite, without_memory_there_is_nothing_to_start);
    TEST_ADD(&suite, nothing_can_be_joined_and_freed);
    TEST_ADD(&suite, the_clock_goes_on_and_never_back);
    TEST_ADD(&suite, the_wall_clock_says_a_day_of_this_century);
    TEST_ADD(&suite, random_bytes_differ_and_fill_all);
    return test_suite_run(&suite, "platform_thread");
}
