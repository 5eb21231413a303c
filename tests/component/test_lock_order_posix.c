/*
 * Locks are taken in the order of their map: a thread that does otherwise is stopped at once,
 * in a build that has assertions, and not only when it meets the thread that does it right.
 */
#define _POSIX_C_SOURCE 200809L

#include "base/lock_rank.h"
#include "platform/thread.h"
#include "support/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct order_case {
    const char *name;
    enum lock_rank first;
    enum lock_rank second;
    bool is_allowed;
} orders[] = {
    {"inwards", LOCK_OPERATION, LOCK_ENGINE, true},
    {"inwards, past others", LOCK_ADOPTING, LOCK_NETWORK, true},
    {"outwards", LOCK_ENGINE, LOCK_OPERATION, false},
    {"outwards, by one", LOCK_ENGINE, LOCK_STORE, false},
    {"beside", LOCK_OPERATION, LOCK_OPERATION, false},
    {"one that is not in the map, and then one that is", LOCK_UNRANKED, LOCK_OPERATION, true},
    {"one that is, and then one that is not", LOCK_NETWORK, LOCK_UNRANKED, true},
};

static void take_both(const struct order_case *c)
{
    struct platform_mutex *first = platform_mutex_create_ranked(c->first);
    struct platform_mutex *second = platform_mutex_create_ranked(c->second);

    platform_mutex_lock(first);
    platform_mutex_lock(second);
    platform_mutex_unlock(first); /* in any order */
    platform_mutex_unlock(second);
    platform_mutex_lock(second); /* nothing is held any more */
    platform_mutex_unlock(second);
    platform_mutex_free(second);
    platform_mutex_free(first);
}

static void check_order(void **state)
{
    const struct order_case *c = *state;
    int ended = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        (void)signal(SIGABRT, SIG_DFL);
        (void)close(STDERR_FILENO); /* what an assertion says is expected here */
        take_both(c);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &ended, 0), child);
#ifndef NDEBUG
    assert_int_equal(WIFEXITED(ended) && WEXITSTATUS(ended) == 0, c->is_allowed);
#else
    assert_true(WIFEXITED(ended));
#endif
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, orders, check_order);
    return test_suite_run(&suite, "lock_order_posix");
}
