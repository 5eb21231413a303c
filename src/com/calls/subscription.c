#include "com/calls/subscription.h"

#include "com/calls/apartment_wait.h"
#include "com/object/interface_keeper.h"
#include "com/object/object_count.h"

#include <objbase.h>
#include <stdlib.h>

/* A thread waiting for a call to end. */
struct waiter {
    struct waiter *next;
    const struct subscription *subscription;
    GUID caller; /* causality id of the waiting thread */
    HANDLE ended;
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct subscription *subscriptions;
static struct waiter *waiters;
static void (*wanted_calls[2])(void); /* or NULL; there are two at most */

void subscription_lock(void)
{
    AcquireSRWLockExclusive(&lock);
}

void subscription_unlock(void)
{
    ReleaseSRWLockExclusive(&lock);
}

/* --- The list ------------------------------------------------------------------------- */

struct subscription *subscription_find_locked(const struct subscription_class *class,
                                              const struct odo_job *job)
{
    struct subscription *subscription = subscriptions;

    while (subscription && (subscription->job != job || subscription->class != class)) {
        subscription = subscription->next;
    }
    return subscription;
}

static struct subscription *make(const struct subscription_class *class, struct odo_job *job,
                                 const void *context)
{
    struct subscription *made = calloc(1, class->size);

    if (made) {
        made->class = class;
        made->job = odo_job_add_ref(job);
        made->refs = 1;
        if (class->init) {
            class->init(made, context);
        }
    }
    return made;
}

/* Without the lock: releases the job, and perhaps the client. */
void subscription_release(struct subscription *subscription)
{
    if (InterlockedDecrement(&subscription->refs) == 0) {
        interface_keeper_drop(subscription->locked.client);
        odo_job_release(subscription->job);
        if (subscription->class->destroy) {
            subscription->class->destroy(subscription);
        }
        free(subscription);
    }
}

struct subscription *subscription_get(const struct subscription_class *class,
                                      struct odo_job *job, const void *context)
{
    struct subscription *made = make(class, job, context);
    struct subscription *subscription;

    subscription_lock();
    subscription = subscription_find_locked(class, job);
    if (!subscription && made) {
        subscription = made;
        made = NULL;
        subscription->next = subscriptions;
        subscriptions = subscription;
    }
    if (subscription) {
        InterlockedIncrement(&subscription->refs);
    }
    subscription_unlock();
    if (made) {
        subscription_release(made);
    }
    return subscription;
}

static void unlist_locked(struct subscription *subscription)
{
    struct subscription **place = &subscriptions;

    while (*place && *place != subscription) {
        place = &(*place)->next;
    }
    if (*place) {
        *place = subscription->next;
        subscription->next = NULL;
    }
}

/* At the end of the list, so that subscriptions take turns. */
static void list_last_locked(struct subscription *subscription)
{
    struct subscription **place = &subscriptions;

    unlist_locked(subscription);
    while (*place) {
        place = &(*place)->next;
    }
    *place = subscription;
}

/* --- Delivery ------------------------------------------------------------------------- */

static ULONGLONG due_locked(const struct subscription *subscription)
{
    return subscription->locked.is_served || subscription->locked.is_held
               ? WORKER_POOL_NEVER
               : subscription->class->due_locked(subscription);
}

bool subscription_has_work_locked(const struct subscription *subscription)
{
    return due_locked(subscription) != WORKER_POOL_NEVER;
}

/*
 * The next subscription with something to deliver, with a reference and marked as served. If
 * there is none, NULL and when to ask again.
 */
static struct subscription *take(ULONGLONG *due_out, bool *is_more_out)
{
    ULONGLONG now = GetTickCount64();
    struct subscription *found = NULL;

    *due_out = WORKER_POOL_NEVER;
    *is_more_out = false;
    subscription_lock();
    for (struct subscription *item = subscriptions; item && !*is_more_out; item = item->next) {
        ULONGLONG due = due_locked(item);

        if (due > now) {
            *due_out = min(*due_out, due);
        } else if (found) {
            *is_more_out = true;
        } else {
            found = item;
        }
    }
    if (found) {
        found->locked.is_served = true;
        found->locked.server = GetCurrentThreadId();
        InterlockedIncrement(&found->refs);
        list_last_locked(found);
    }
    subscription_unlock();
    return found;
}

static void tell_waiters_locked(const struct subscription *subscription)
{
    for (struct waiter *waiter = waiters; waiter; waiter = waiter->next) {
        if (waiter->subscription == subscription) {
            SetEvent(waiter->ended);
        }
    }
}

static bool make_wanted_call(void)
{
    void (*function)(void);

    subscription_lock();
    function = wanted_calls[0] ? wanted_calls[0] : wanted_calls[1];
    wanted_calls[wanted_calls[0] ? 0 : 1] = NULL;
    subscription_unlock();
    if (function) {
        function();
    }
    return function != NULL;
}

static ULONGLONG serve(void)
{
    ULONGLONG due;
    bool is_more;
    struct subscription *subscription;

    if (make_wanted_call()) {
        return WORKER_POOL_AGAIN;
    }
    subscription = take(&due, &is_more);
    if (!subscription) {
        return due;
    }
    object_count_begin(); /* keeps the engine alive */
    if (is_more) {
        subscription_wake(); /* this thread may be busy for a long time */
    }
    subscription->class->tell(subscription);
    subscription_lock();
    subscription->locked.is_served = false;
    subscription->locked.call_has_begun = false;
    tell_waiters_locked(subscription);
    subscription_unlock();
    subscription_release(subscription);
    object_count_end(); /* last */
    return WORKER_POOL_AGAIN;
}

void subscription_wake(void)
{
    worker_pool_wake(serve);
}

void subscription_call_soon(void (*function)(void))
{
    subscription_lock();
    wanted_calls[!wanted_calls[0] || wanted_calls[0] == function ? 0 : 1] = function;
    subscription_unlock();
    subscription_wake();
}

bool subscription_begin_locked(struct subscription *subscription, ULONG generation)
{
    GUID caller = GUID_NULL;

    if (subscription->locked.is_held || subscription->locked.generation != generation) {
        return false;
    }
    CoGetCurrentLogicalThreadId(&caller);
    subscription->locked.call_has_begun = true;
    subscription->locked.caller = caller;
    return true;
}

/* --- Waiting for a call --------------------------------------------------------------- */

/* Is the thread with this causality id within the call? The call may have crossed
 * apartments. */
static bool is_within_locked(const struct subscription *subscription, const GUID *caller)
{
    return subscription->locked.call_has_begun &&
           IsEqualGUID(&subscription->locked.caller, caller);
}

static bool is_server_locked(const struct subscription *subscription)
{
    return subscription->locked.is_served &&
           subscription->locked.server == GetCurrentThreadId();
}

/*
 * Would the call's end depend on us? It does when callbacks release each other's downloads,
 * each from within its own call.
 */
static bool waits_for_us_locked(const struct subscription *subscription, const GUID *caller)
{
    enum { LONGEST_WAY = 64 };

    for (int i = 0; i < LONGEST_WAY && subscription; i++) {
        const struct waiter *waiter = waiters;

        if (is_within_locked(subscription, caller)) {
            return true;
        }
        while (waiter && !is_within_locked(subscription, &waiter->caller)) {
            waiter = waiter->next;
        }
        subscription = waiter ? waiter->subscription : NULL;
    }
    return false;
}

/* Releases the lock and waits until no thread serves the subscription. */
static void unlock_and_wait(const struct subscription *subscription, const GUID *caller)
{
    struct waiter waiter = {.subscription = subscription, .caller = *caller};

    if (!subscription->locked.is_served || is_server_locked(subscription) ||
        waits_for_us_locked(subscription, caller)) {
        subscription_unlock();
        return;
    }
    waiter.ended = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (!waiter.ended) {
        subscription_unlock();
        return;
    }
    waiter.next = waiters;
    waiters = &waiter;
    subscription_unlock();

    apartment_wait(waiter.ended, APARTMENT_WAIT_CLIENT_MS);

    subscription_lock();
    for (struct waiter **place = &waiters; *place; place = &(*place)->next) {
        if (*place == &waiter) {
            *place = waiter.next;
            break;
        }
    }
    subscription_unlock();
    CloseHandle(waiter.ended);
}

void subscription_replace(struct subscription *subscription, DWORD client)
{
    GUID caller = GUID_NULL;
    DWORD before;

    CoGetCurrentLogicalThreadId(&caller);
    subscription_lock();
    before = subscription->locked.client;
    subscription->locked.client = client;
    subscription->locked.generation++;
    if (subscription->class->replaced_locked) {
        subscription->class->replaced_locked(subscription);
    }
    unlock_and_wait(subscription, &caller);
    interface_keeper_drop(before);
}

bool subscription_hold(struct subscription *subscription)
{
    GUID caller = GUID_NULL;

    CoGetCurrentLogicalThreadId(&caller);
    subscription_lock();
    if (is_server_locked(subscription) || is_within_locked(subscription, &caller)) {
        subscription_unlock();
        return false;
    }
    subscription->locked.is_held = true;
    unlock_and_wait(subscription, &caller);
    return true;
}

void subscription_resume(struct subscription *subscription)
{
    bool has_work;

    subscription_lock();
    subscription->locked.is_held = false;
    has_work = subscription_has_work_locked(subscription);
    subscription_unlock();
    if (has_work) {
        subscription_wake();
    }
}

HRESULT subscription_get_client(const struct subscription_class *class,
                                const struct odo_job *job, IUnknown **client_out)
{
    const struct subscription *subscription;
    DWORD client;

    *client_out = NULL;
    subscription_lock();
    subscription = subscription_find_locked(class, job);
    client = subscription ? subscription->locked.client : 0;
    subscription_unlock();
    return client ? interface_keeper_get(client, &IID_IUnknown, (void **)client_out) : S_OK;
}

/* --- Shutdown ------------------------------------------------------------------------- */

void subscription_forget(const struct subscription_class *class, const struct odo_job *job)
{
    struct subscription *subscription;

    subscription_lock();
    subscription = subscription_find_locked(class, job);
    if (subscription) {
        unlist_locked(subscription);
    }
    subscription_unlock();
    if (subscription) {
        subscription_replace(subscription, 0);
        subscription_release(subscription); /* the list's reference */
    }
}

bool subscription_take_all(struct subscription **taken_out)
{
    bool is_served = false;

    *taken_out = NULL;
    subscription_lock();
    for (const struct subscription *item = subscriptions; item; item = item->next) {
        is_served = is_served || item->locked.is_served;
    }
    if (!is_served) {
        *taken_out = subscriptions;
        subscriptions = NULL;
    }
    subscription_unlock();
    return !is_served;
}

void subscription_forget_taken(struct subscription *taken)
{
    while (taken) {
        struct subscription *next = taken->next;

        subscription_replace(taken, 0);
        subscription_release(taken);
        taken = next;
    }
}
