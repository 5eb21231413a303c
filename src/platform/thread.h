/*
 * Threads, mutexes and conditions.
 *
 * One implementation per operating system: posix/thread.c, windows/thread.c.
 */
#ifndef ODO_PLATFORM_THREAD_H
#define ODO_PLATFORM_THREAD_H

#include "base/lock_rank.h"

#include <odo/types.h>

struct platform_thread;
struct platform_mutex;
struct platform_condition;

/*
 * Start a thread that runs `run(context)`. Every thread must be joined. On Windows the thread
 * keeps the module containing this code loaded until it has ended.
 */
enum odo_status platform_thread_start(void (*run)(void *context), void *context,
                                      struct platform_thread **thread_out);

/* Wait for the thread to end and free it. Not from the thread itself. NULL is allowed. */
void platform_thread_join(struct platform_thread *thread);

/* True on the thread itself. May be called by any thread between start and join. */
bool platform_thread_is_current(const struct platform_thread *thread);

/* Not recursive. NULL when out of memory. The first function creates a LOCK_UNRANKED mutex. */
struct platform_mutex *platform_mutex_create(void);
struct platform_mutex *platform_mutex_create_ranked(enum lock_rank rank);
void platform_mutex_free(struct platform_mutex *mutex); /* NULL is allowed */
void platform_mutex_lock(struct platform_mutex *mutex);
void platform_mutex_unlock(struct platform_mutex *mutex);

struct platform_condition *platform_condition_create(void);
void platform_condition_free(struct platform_condition *condition); /* NULL is allowed */
void platform_condition_broadcast(struct platform_condition *condition);

/* Spurious wake-ups occur: test the condition in a loop. */
void platform_condition_wait(struct platform_condition *condition,
                             struct platform_mutex *mutex);

/*
 * The same until platform_clock_milliseconds() reaches `deadline_ms`; UINT64_MAX for no limit.
 * False if the deadline has passed.
 */
bool platform_condition_wait_until(struct platform_condition *condition,
                                   struct platform_mutex *mutex, uint64_t deadline_ms);

#endif
