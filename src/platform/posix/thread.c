#define _POSIX_C_SOURCE 200809L

#include "platform/thread.h"

#include "base/memory.h"
#include "platform/held_locks.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

struct platform_thread {
    pthread_t id;
    pthread_mutex_t id_known; /* held by the starting thread until `id` is set */
    void (*run)(void *context);
    void *context;
};

struct platform_mutex {
    pthread_mutex_t mutex;
    enum lock_rank rank;
};

struct platform_condition {
    pthread_cond_t condition; /* uses CLOCK_MONOTONIC, like platform/clock.h */
};

/* These fail only if misused, for instance by unlocking an unlocked mutex. */
static void must(int error)
{
    assert(error == 0);
    (void)error;
}

static void *begin(void *argument)
{
    struct platform_thread *thread = argument;

    must(pthread_mutex_lock(&thread->id_known));
    must(pthread_mutex_unlock(&thread->id_known));
    thread->run(thread->context);
    return NULL;
}

enum odo_status platform_thread_start(void (*run)(void *context), void *context,
                                      struct platform_thread **thread_out)
{
    struct platform_thread *thread = memory_allocate_zeroed(1, sizeof(*thread));
    sigset_t all;
    sigset_t before;
    int error;

    if (!thread) {
        return ODO_E_OUT_OF_MEMORY;
    }
    thread->run = run;
    thread->context = context;
    must(pthread_mutex_init(&thread->id_known, NULL));
    must(pthread_mutex_lock(&thread->id_known));

    /* The host's signals are for its own threads: block all of them here. */
    sigfillset(&all);
    must(pthread_sigmask(SIG_SETMASK, &all, &before));
    error = pthread_create(&thread->id, NULL, begin, thread);
    must(pthread_sigmask(SIG_SETMASK, &before, NULL));

    must(pthread_mutex_unlock(&thread->id_known));
    if (error != 0) {
        must(pthread_mutex_destroy(&thread->id_known));
        memory_free(thread);
        return ODO_E_OUT_OF_MEMORY; /* EAGAIN: no thread available */
    }
    *thread_out = thread;
    return ODO_OK;
}

void platform_thread_join(struct platform_thread *thread)
{
    if (!thread) {
        return;
    }
    assert(!platform_thread_is_current(thread));
    must(pthread_join(thread->id, NULL));
    must(pthread_mutex_destroy(&thread->id_known));
    memory_free(thread);
}

bool platform_thread_is_current(const struct platform_thread *thread)
{
    return pthread_equal(thread->id, pthread_self()) != 0;
}

struct platform_mutex *platform_mutex_create(void)
{
    return platform_mutex_create_ranked(LOCK_UNRANKED);
}

struct platform_mutex *platform_mutex_create_ranked(enum lock_rank rank)
{
    struct platform_mutex *mutex = memory_allocate_zeroed(1, sizeof(*mutex));

    if (!mutex) {
        return NULL;
    }
    if (pthread_mutex_init(&mutex->mutex, NULL) != 0) {
        memory_free(mutex);
        return NULL;
    }
    mutex->rank = rank;
    return mutex;
}

void platform_mutex_free(struct platform_mutex *mutex)
{
    if (mutex) {
        must(pthread_mutex_destroy(&mutex->mutex));
        memory_free(mutex);
    }
}

void platform_mutex_lock(struct platform_mutex *mutex)
{
    held_locks_add(mutex->rank);
    must(pthread_mutex_lock(&mutex->mutex));
}

void platform_mutex_unlock(struct platform_mutex *mutex)
{
    held_locks_remove(mutex->rank);
    must(pthread_mutex_unlock(&mutex->mutex));
}

static bool init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    bool done;

    if (pthread_condattr_init(&attributes) != 0) {
        return false;
    }
    done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
           pthread_cond_init(condition, &attributes) == 0;
    must(pthread_condattr_destroy(&attributes));
    return done;
}

struct platform_condition *platform_condition_create(void)
{
    struct platform_condition *condition = memory_allocate_zeroed(1, sizeof(*condition));

    if (!condition) {
        return NULL;
    }
    if (!init_condition(&condition->condition)) {
        memory_free(condition);
        return NULL;
    }
    return condition;
}

void platform_condition_free(struct platform_condition *condition)
{
    if (condition) {
        must(pthread_cond_destroy(&condition->condition));
        memory_free(condition);
    }
}

void platform_condition_broadcast(struct platform_condition *condition)
{
    must(pthread_cond_broadcast(&condition->condition));
}

void platform_condition_wait(struct platform_condition *condition, struct platform_mutex *mutex)
{
    must(pthread_cond_wait(&condition->condition, &mutex->mutex));
}

bool platform_condition_wait_until(struct platform_condition *condition,
                                   struct platform_mutex *mutex, uint64_t deadline_ms)
{
    struct timespec deadline;
    int error;

    if (deadline_ms == UINT64_MAX) {
        platform_condition_wait(condition, mutex);
        return true;
    }
    deadline.tv_sec = (time_t)(deadline_ms / 1000);
    deadline.tv_nsec = (long)(deadline_ms % 1000) * 1000000;
    error = pthread_cond_timedwait(&condition->condition, &mutex->mutex, &deadline);
    assert(error == 0 || error == ETIMEDOUT);
    return error != ETIMEDOUT;
}
