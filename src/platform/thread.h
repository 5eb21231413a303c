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
 * Start a thread that runs `run(context)` and ends. Every thread started is joined. On Windows
 * the thread keeps the module that holds this code loaded until it has left it.
 */
enum odo_status platform_thread_start(void (*run)(void *context), void *context,
                                      struct platform_thread **thread_out);

/* Wait for the thread to end and free it. Never from the thread itself. NULL is fine. */
void platform_thread_join(struct platform_thread *thread);

/* True on the thread itself. Any thread may ask at any time between start and join. */
bool platform_thread_is_current(const struct platform_thread *thread);

/* Not recursive. NULL when there is no memory. The first is LOCK_UNRANKED. */
struct platform_mutex *platform_mutex_create(void);
struct platform_mutex *platform_mutex_create_ranked(enum lock_rank rank);
void platform_mutex_free(struct platform_mutex *mutex); /* NULL is fine */
void platform_mutex_lock(struct platform_mutex *mutex);
void platform_mutex_unlock(struct platform_mutex *mutex);

struct platform_condition *platform_condition_create(void);
void platform_condition_free(struct platform_condition *condition); /* NULL is fine */
void platform_condition_broadcast(struct platform_condition *condition);

/* Wakes up without cause at times: test what you wait for, in a loop. */
void platform_condition_wait(struct platform_condition *condition,
                             struct platform_mutex *mutex);

/*
 * The same until platform_clock_milliseconds() reaches `deadline_ms`; UINT64_MAX waits for
 * ever. False when the deadline has passed.
 */
bool platform_condition_wait_until(struct platform_condition *condition,
                                   struct platform_mutex *mutex, uint64_t deadline_ms);

#endif
