/*
 * A client's callback for a job: kept across apartments, and called with no lock held.
 *
 * Calls are made by the threads of com/calls/worker_pool.h; calls of one subscription are
 * serialized. What to deliver, and how, is up to its class. A slow client delays its own
 * notifications and, if four are slow, those of others; it never delays the network.
 *
 * When a client is replaced, no new call to it begins, and a call in progress is waited for,
 * unless we are within it or it may be waiting for us.
 */
#ifndef ODO_COM_CALLS_SUBSCRIPTION_H
#define ODO_COM_CALLS_SUBSCRIPTION_H

#include <stdbool.h>
#include <windows.h>

#include <unknwn.h>

#include <odo/odo.h>

#include "com/calls/worker_pool.h"

struct subscription;

/* `_locked` functions are called under subscription_lock(). */
struct subscription_class {
    size_t size; /* of a struct whose first member is a struct subscription */

    /* Initialize a new one, zeroed except for its job. Optional, like all others but the next
     * two. */
    void (*init)(struct subscription *subscription, const void *context);

    /* When there is something to deliver: a GetTickCount64() time, or WORKER_POOL_NEVER. Not
     * called while it is being served. */
    ULONGLONG (*due_locked)(const struct subscription *subscription);

    /* Deliver one notification. On a pool thread; starts its call with
     * subscription_begin_locked(). */
    void (*tell)(struct subscription *subscription);

    void (*replaced_locked)(struct subscription *subscription); /* the client was replaced */
    void (*destroy)(struct subscription *subscription); /* free its members, not itself */
};

/* The first member of each class's own struct. */
struct subscription {
    struct subscription *next;
    const struct subscription_class *class;
    struct odo_job *job; /* reference counted */
    LONG refs;           /* one for the list, and one per user */

    struct {
        DWORD client;        /* handle of interface_keeper; 0 without a client */
        ULONG generation;    /* incremented with each client */
        bool is_held;        /* new calls are suspended */
        bool is_served;      /* a thread is serving it */
        bool call_has_begun; /* within the client's code, or just before or after it */
        GUID caller;         /* causality id of that call */
        DWORD server;        /* id of the thread serving it */
    } locked;
};

void subscription_lock(void);
void subscription_unlock(void);

/* The job's subscription, without a reference; or NULL. */
struct subscription *subscription_find_locked(const struct subscription_class *class,
                                              const struct odo_job *job);

/* The job's subscription, created if needed, with a reference for the caller. NULL when out of
 * memory. */
struct subscription *subscription_get(const struct subscription_class *class,
                                      struct odo_job *job, const void *context);

void subscription_release(struct subscription *subscription);

/* Is there something to deliver that no thread is working on? */
bool subscription_has_work_locked(const struct subscription *subscription);

/* Something is or will be due. Never waits, and may be called anywhere. */
void subscription_wake(void);

/* Call this function once, soon, on a pool thread. */
void subscription_call_soon(void (*function)(void));

/*
 * The last moment at which a call can be cancelled. False if the client of that generation has
 * been replaced.
 */
bool subscription_begin_locked(struct subscription *subscription, ULONG generation);

/* Replace the client with an interface_keeper handle, or 0. Takes ownership of it. */
void subscription_replace(struct subscription *subscription, DWORD client);

/* The client's interface for this apartment, with a reference. S_OK and NULL without one. */
HRESULT subscription_get_client(const struct subscription_class *class,
                                const struct odo_job *job, IUnknown **client_out);

/*
 * Suspend new calls until subscription_resume(), and wait for a call in progress. Within such a
 * call, does nothing and returns false.
 */
bool subscription_hold(struct subscription *subscription);
void subscription_resume(struct subscription *subscription);

/* The job has ended: nothing more is delivered. */
void subscription_forget(const struct subscription_class *class, const struct odo_job *job);

/*
 * Take all subscriptions of an engine that is about to stop off the list. Does nothing and
 * returns false while one is being served. Free them with subscription_forget_taken(), without
 * a lock.
 */
bool subscription_take_all(struct subscription **taken_out);
void subscription_forget_taken(struct subscription *taken);

#endif
