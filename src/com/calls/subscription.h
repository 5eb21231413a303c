/*
 * A client's callback of a job: kept, brought to whichever apartment it lives in, and called
 * with no lock held.
 *
 * Calls come from threads of com/calls/worker_pool.h; those of one subscription come one after
 * the other. What there is to tell, and how, is its class' business. A client that is slow
 * delays its own news and, when four are, that of others; it never delays the network.
 *
 * When a client is replaced, no call to it begins any more, and one that is under way is waited
 * for, unless we are within it, or its end may wait for us.
 */
#ifndef ODO_COM_CALLS_SUBSCRIPTION_H
#define ODO_COM_CALLS_SUBSCRIPTION_H

#include <stdbool.h>
#include <windows.h>

#include <unknwn.h>

#include <odo/odo.h>

#include "com/calls/worker_pool.h"

struct subscription;

/* `_locked` is under subscription_lock(). */
struct subscription_class {
    size_t size; /* of a struct that begins with a struct subscription */

    /* Fill a new one, zeroed but for its job. May be NULL, as any below but the next two. */
    void (*init)(struct subscription *subscription, const void *context);

    /* When there is something to tell: a time of GetTickCount64(), or WORKER_POOL_NEVER. Not
     * asked while it is being served. */
    ULONGLONG (*due_locked)(const struct subscription *subscription);

    /* Tell one thing. On a thread of the pool; begins its call by subscription_begin_locked().
     */
    void (*tell)(struct subscription *subscription);

    void (*replaced_locked)(struct subscription *subscription); /* there is another client */
    void (*destroy)(struct subscription *subscription);         /* what it holds; not itself */
};

/* The first member of a class' own. */
struct subscription {
    struct subscription *next;
    const struct subscription_class *class;
    struct odo_job *job; /* counted */
    LONG refs;           /* the list's, and those of who works with it */

    struct {
        DWORD client;        /* of interface_keeper; 0 when there is none */
        ULONG generation;    /* moves on with each client */
        bool is_held;        /* no call begins for now */
        bool is_served;      /* a thread is busy with it */
        bool call_has_begun; /* it is within the client's code, or just before or behind it */
        GUID caller;         /* of that call */
        DWORD server;        /* the thread that is busy with it */
    } locked;
};

void subscription_lock(void);
void subscription_unlock(void);

/* The job's, not counted, or NULL. */
struct subscription *subscription_find_locked(const struct subscription_class *class,
                                              const struct odo_job *job);

/* The job's, made if need be, counted for the caller. NULL without memory. */
struct subscription *subscription_get(const struct subscription_class *class,
                                      struct odo_job *job, const void *context);

void subscription_release(struct subscription *subscription);

/* Is there something to tell that nobody is at? */
bool subscription_has_work_locked(const struct subscription *subscription);

/* There is something to tell, or there will be. Never waits, and may be called anywhere. */
void subscription_wake(void);

/* Have this called once, soon, on a thread of the pool. It is the same function in every call.
 */
void subscription_call_soon(void (*function)(void));

/*
 * The last moment at which a call can be stopped. False when the client is not the one any more
 * that was there in that generation.
 */
bool subscription_begin_locked(struct subscription *subscription, ULONG generation);

/* Put a client of interface_keeper, or 0, in the place of the one before. Takes it over. */
void subscription_replace(struct subscription *subscription, DWORD client);

/* The client's interface, counted, for this apartment. S_OK and NULL without one. */
HRESULT subscription_get_client(const struct subscription_class *class,
                                const struct odo_job *job, IUnknown **client_out);

/*
 * Begin no call until subscription_go_on(), and wait for one that is under way; false, and
 * nothing is done, from within that call.
 */
bool subscription_hold(struct subscription *subscription);
void subscription_go_on(struct subscription *subscription);

/* The job has ended: nobody is told any more. */
void subscription_forget(const struct subscription_class *class, const struct odo_job *job);

/*
 * All of an engine that is about to end, out of the list; false, and nothing is done, while one
 * of them is being served. To be let go with subscription_forget_taken(), without a lock.
 */
bool subscription_take_all(struct subscription **taken_out);
void subscription_forget_taken(struct subscription *taken);

#endif
