/*
 * The few threads on which clients are called: at most four, in the multithreaded apartment,
 * started when there is work and gone a second after there is none. Each keeps the module
 * loaded until it has left it.
 *
 * What they do is of one user of the pool, com/calls/subscription.h.
 */
#ifndef ODO_COM_CALLS_WORKER_POOL_H
#define ODO_COM_CALLS_WORKER_POOL_H

#include <stdbool.h>
#include <windows.h>

enum { WORKER_POOL_THREADS_MOST = 4 };

#define WORKER_POOL_AGAIN ((ULONGLONG)0)
#define WORKER_POOL_NEVER (~(ULONGLONG)0)

/*
 * There is work, or there will be: have a thread look at what `serve` finds. Never waits for a
 * thread. Without the memory for a thread nothing happens until the next call.
 *
 * `serve` does one piece of work, with no lock of the pool held, and may take as long as it
 * likes. It returns WORKER_POOL_AGAIN when it has done something, or else the time of
 * GetTickCount64() at which it wants to be asked again, or WORKER_POOL_NEVER. It is the same
 * function in every call.
 */
void worker_pool_wake(ULONGLONG (*serve)(void));

/*
 * Tell all threads to end once nothing is due, and wait for them. False when they have not
 * ended within some seconds, or when this is one of them; they then end by themselves.
 */
bool worker_pool_stop(void);

#endif
