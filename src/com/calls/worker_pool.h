/*
 * The threads that call clients: at most four, in the multithreaded apartment, started when
 * there is work and ended a second after there is none. Each keeps the module loaded until it
 * has ended.
 *
 * Their work comes from a single user, com/calls/subscription.h.
 */
#ifndef ODO_COM_CALLS_WORKER_POOL_H
#define ODO_COM_CALLS_WORKER_POOL_H

#include <stdbool.h>
#include <windows.h>

enum { WORKER_POOL_THREADS_MOST = 4 };

#define WORKER_POOL_AGAIN ((ULONGLONG)0)
#define WORKER_POOL_NEVER (~(ULONGLONG)0)

/*
 * There is or will be work: have a thread call `serve`. Never waits for a thread. If no thread
 * can be created, nothing happens until the next call.
 *
 * `serve` does one piece of work, with no lock of the pool held, and may take any time. It
 * returns WORKER_POOL_AGAIN if it did something, else the GetTickCount64() time at which to
 * call it again, or WORKER_POOL_NEVER. Every call must pass the same function.
 */
void worker_pool_wake(ULONGLONG (*serve)(void));

/*
 * Tell all threads to end once nothing is due, and join them. False if they have not ended
 * within some seconds, or if the caller is one of them; they then end by themselves.
 */
bool worker_pool_stop(void);

#endif
