#include "com/download/download_callback.h"

#include "com/calls/news.h"
#include "com/calls/worker_pool.h"
#include "com/download/download_object.h"
#include "com/object/hresult.h"
#include "com/object/interface_keeper.h"

#include <objbase.h>
#include <stdlib.h>

enum {
    STATES_WAITING_MOST = 32,  /* further ones are told as the last one */
    PERCENT_INTERVAL_MS = 100, /* how often it is looked whether a percentage was reached */
    REPLACE_LIMIT_MS = 1000, /* replacing a client waits no longer for a call that has begun */
};

/* Somebody who waits for a call, or for a change of state. */
struct waiter {
    struct waiter *next;
    HANDLE event;
};

/* What is known of a download that has, or had, a client to tell. */
struct subscription {
    struct subscription *next;
    struct odo_engine *engine; /* whose job it is */
    struct odo_job *job;       /* counted */
    LONG refs;                 /* the list's, and that of the thread that serves it */

    struct {
        DWORD client;     /* of interface_keeper; 0 when there is none */
        ULONG generation; /* moves on with each client */
        bool is_served;   /* a thread is busy with it */
        bool call_has_begun;
        GUID caller;            /* of the call that has begun */
        struct waiter *calls;   /* who waits for its end */
        struct waiter *changes; /* who waits for a change of state */

        enum odo_job_state states[STATES_WAITING_MOST]; /* to be told, in order */
        size_t state_count;
        DODownloadState told; /* the last state that was told */
        bool has_told;

        bool is_modified; /* since progress was told */
        ULONGLONG progress_due;
        ULONG seconds;
        ULONG percent;
        ULONG percent_told;
        ULONGLONG told_at;
    } locked;
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct subscription *subscriptions;

/* --- The list ----------------------------------------------------------------------------- */

static struct subscription *find_locked(const struct odo_job *job)
{
    struct subscription *subscription = subscriptions;

    while (subscription && subscription->job != job) {
        subscription = subscription->next;
    }
    return subscription;
}

/* Without the lock: ends the engine's count of the job, and perhaps the client's. */
static void release(struct subscription *subscription)
{
    if (InterlockedDecrement(&subscription->refs) == 0) {
        interface_keeper_drop(subscription->locked.client);
        odo_job_release(subscription->job);
        free(subscription);
    }
}

/* The download's, made if need be, counted for the caller. NULL without memory. */
static struct subscription *get(struct download *download)
{
    struct odo_job *job = download_job(download);
    struct subscription *made = calloc(1, sizeof(*made));
    struct subscription *subscription;

    if (made) {
        made->locked.seconds = (ULONG)download_get_number(download, DOWNLOAD_CALLBACK_SECONDS);
        made->locked.percent = (ULONG)download_get_number(download, DOWNLOAD_CALLBACK_PERCENT);
        made->locked.told = download_status(download).State;
    }
    AcquireSRWLockExclusive(&lock);
    subscription = find_locked(job);
    if (!subscription && made) {
        subscription = made;
        made = NULL;
        subscription->refs = 1;
        subscription->engine = download_engine(download);
        subscription->job = odo_job_add_ref(job);
        subscription->next = subscriptions;
        subscriptions = subscription;
    }
    if (subscription) {
        InterlockedIncrement(&subscription->refs);
    }
    ReleaseSRWLockExclusive(&lock);
    free(made);
    return subscription;
}

/* --- What is to be told ----------------------------------------------------------------- */

static ULONGLONG progress_interval_locked(const struct subscription *subscription)
{
    if (subscription->locked.percent > 0) {
        return PERCENT_INTERVAL_MS;
    }
    return (ULONGLONG)subscription->locked.seconds * 1000;
}

/* When there is something to tell; WORKER_POOL_NEVER when there is nothing. */
static ULONGLONG due_locked(const struct subscription *subscription)
{
    if (subscription->locked.client == 0 || subscription->locked.is_served) {
        return WORKER_POOL_NEVER;
    }
    if (subscription->locked.state_count > 0) {
        return 0;
    }
    return subscription->locked.is_modified && progress_interval_locked(subscription) > 0
               ? subscription->locked.progress_due
               : WORKER_POOL_NEVER;
}

static void note_state_locked(struct subscription *subscription, enum odo_job_state state)
{
    if (subscription->locked.state_count == STATES_WAITING_MOST) {
        subscription->locked.state_count--;
    }
    subscription->locked.states[subscription->locked.state_count++] = state;
    for (struct waiter *waiter = subscription->locked.changes; waiter; waiter = waiter->next) {
        SetEvent(waiter->event);
    }
}

void download_callback_on_event(const struct odo_event *event)
{
    struct subscription *subscription;
    bool has_work = false;

    AcquireSRWLockExclusive(&lock);
    subscription = find_locked(event->job);
    if (subscription) {
        switch (event->kind) {
        case ODO_EVENT_STATE_CHANGED:
            note_state_locked(subscription, event->state);
            has_work = due_locked(subscription) != WORKER_POOL_NEVER;
            break;
        case ODO_EVENT_MODIFIED:
            has_work = !subscription->locked.is_modified;
            subscription->locked.is_modified = true;
            has_work = has_work && due_locked(subscription) != WORKER_POOL_NEVER;
            break;
        case ODO_EVENT_FILE_TRANSFERRED:
            break;
        }
    }
    ReleaseSRWLockExclusive(&lock);
    if (has_work) {
        news_wake();
    }
}

/* --- Telling it --------------------------------------------------------------------------- */

/* A call to be made. */
struct call {
    struct subscription *subscription; /* counted */
    ULONG generation;
    DWORD client;
    bool is_state; /* or else it is progress */
    bool is_last_state;
    enum odo_job_state state;
};

/* Take what is due, and mark its download as served; false, and when to ask again, if none is.
 */
static bool take_call(struct call *call_out, ULONGLONG *due_out)
{
    ULONGLONG now = GetTickCount64();
    struct subscription *found = NULL;

    *due_out = WORKER_POOL_NEVER;
    AcquireSRWLockExclusive(&lock);
    for (struct subscription *item = subscriptions; item && !found; item = item->next) {
        ULONGLONG due = due_locked(item);

        if (due > now) {
            *due_out = min(*due_out, due);
            continue;
        }
        found = item;
        *call_out = (struct call){
            .subscription = item,
            .generation = item->locked.generation,
            .client = item->locked.client,
            .is_state = item->locked.state_count > 0,
            .is_last_state = item->locked.state_count == 1,
            .state = item->locked.states[0],
        };
        if (call_out->is_state) {
            item->locked.state_count--;
            MoveMemory(item->locked.states, item->locked.states + 1,
                       item->locked.state_count * sizeof(*item->locked.states));
        } else {
            item->locked.is_modified = false;
        }
        item->locked.is_served = true;
        InterlockedIncrement(&item->refs);
    }
    ReleaseSRWLockExclusive(&lock);
    return found != NULL;
}

static ULONG percent_of(const DO_DOWNLOAD_STATUS *status)
{
    return status->BytesTotal > 0
               ? (ULONG)((double)status->BytesTransferred * 100 / (double)status->BytesTotal)
               : 0;
}

/* The state that an event has told of, where another may have followed. */
static DODownloadState state_of_event(const struct call *call, DODownloadState now)
{
    if (call->is_last_state) {
        return now;
    }
    switch (call->state) {
    case ODO_JOB_QUEUED:
    case ODO_JOB_TRANSFERRING:
    case ODO_JOB_TRANSIENT_ERROR:
        return DODownloadState_Transferring;
    case ODO_JOB_TRANSFERRED:
        return DODownloadState_Transferred;
    case ODO_JOB_ACKNOWLEDGED:
        return DODownloadState_Finalized;
    case ODO_JOB_CANCELLED:
        return DODownloadState_Aborted;
    default:
        return DODownloadState_Paused;
    }
}

/*
 * The last moment at which a call can be stopped, and the one at which it is decided whether
 * the status is news.
 */
static bool begin_call(const struct call *call, const DO_DOWNLOAD_STATUS *status)
{
    struct subscription *subscription = call->subscription;
    ULONG percent = percent_of(status);
    ULONGLONG now = GetTickCount64();
    GUID caller = GUID_NULL;
    bool may_begin;

    CoGetCurrentLogicalThreadId(&caller);
    AcquireSRWLockExclusive(&lock);
    may_begin = subscription->locked.generation == call->generation;
    if (call->is_state) {
        may_begin = may_begin && (status->State != subscription->locked.told ||
                                  !subscription->locked.has_told || FAILED(status->Error));
        may_begin = may_begin && status->State != DODownloadState_Created;
    } else {
        bool is_time = subscription->locked.seconds > 0 &&
                       now - subscription->locked.told_at >=
                           (ULONGLONG)subscription->locked.seconds * 1000;
        bool is_further =
            subscription->locked.percent > 0 &&
            percent >= subscription->locked.percent_told + subscription->locked.percent;

        subscription->locked.progress_due = now + progress_interval_locked(subscription);
        may_begin = may_begin && status->State == DODownloadState_Transferring &&
                    (is_time || is_further);
    }
    if (may_begin) {
        subscription->locked.call_has_begun = true;
        subscription->locked.caller = caller;
        subscription->locked.told = status->State;
        subscription->locked.has_told = true;
        subscription->locked.told_at = now;
        subscription->locked.percent_told = percent;
        subscription->locked.progress_due = now + progress_interval_locked(subscription);
    }
    ReleaseSRWLockExclusive(&lock);
    return may_begin;
}

/* The result is the client's business. */
static void call_client(const struct call *call, struct download *download, IDODownload *object)
{
    IDODownloadStatusCallback *client = NULL;
    DO_DOWNLOAD_STATUS status = download_status(download);

    if (call->is_state) {
        DODownloadState state = state_of_event(call, status.State);

        if (state != status.State) {
            status.State = state;
            status.Error = S_OK;
            status.ExtendedError = S_OK;
        }
    }
    if (SUCCEEDED(interface_keeper_get(call->client, &IID_IDODownloadStatusCallback,
                                       (void **)&client)) &&
        begin_call(call, &status)) {
        IDODownloadStatusCallback_OnStatusChange(client, object, &status);
    }
    if (client) {
        IDODownloadStatusCallback_Release(client);
    }
}

static bool is_final(enum odo_job_state state)
{
    return state == ODO_JOB_ACKNOWLEDGED || state == ODO_JOB_CANCELLED;
}

ULONGLONG download_callback_serve(void)
{
    struct download *download = NULL;
    IDODownload *object = NULL;
    struct subscription *subscription;
    struct call call = {0};
    ULONGLONG due;

    if (!take_call(&call, &due)) {
        return due;
    }
    subscription = call.subscription;
    news_wake(); /* this thread may be busy for long */
    if (SUCCEEDED(download_of_job(subscription->engine, subscription->job, &download)) &&
        SUCCEEDED(download_object_create(download, &IID_IDODownload, (void **)&object))) {
        call_client(&call, download, object);
    }
    AcquireSRWLockExclusive(&lock);
    subscription->locked.is_served = false;
    subscription->locked.call_has_begun = false;
    for (; subscription->locked.calls;
         subscription->locked.calls = subscription->locked.calls->next) {
        SetEvent(subscription->locked.calls->event);
    }
    ReleaseSRWLockExclusive(&lock);
    /* The job may be final by now, for a client ends it in the call that tells of the state
     * before; its end is told next. */
    if (call.is_state && is_final(call.state)) {
        download_callback_forget(subscription->job);
    }
    release(subscription);
    if (download) {
        download_release(download);
    }
    if (object) {
        IDODownload_Release(
            object); /* at last: it keeps the engine, and all downloads, for us */
    }
    return WORKER_POOL_AGAIN;
}

/* --- Who is told -------------------------------------------------------------------------- */

static void remove_waiter(struct waiter **place, const struct waiter *waiter)
{
    AcquireSRWLockExclusive(&lock);
    for (; *place; place = &(*place)->next) {
        if (*place == waiter) {
            *place = waiter->next;
            break;
        }
    }
    ReleaseSRWLockExclusive(&lock);
}

/* Calls to a single-threaded apartment come through while its thread waits here. */
static void wait_for(HANDLE event, DWORD timeout_ms)
{
    DWORD index;
    HRESULT hr = CoWaitForMultipleHandles(0, timeout_ms, 1, &event, &index);

    if (FAILED(hr) && hr != RPC_S_CALLPENDING) {
        WaitForSingleObject(event, timeout_ms); /* a thread without COM */
    }
}

/* Put a client of interface_keeper, or 0, in the place of the one before. Takes it over. */
static void replace_client(struct subscription *subscription, DWORD client)
{
    struct waiter waiter = {.event = CreateEventW(NULL, TRUE, FALSE, NULL)};
    GUID caller = GUID_NULL;
    bool must_wait;
    DWORD before;

    CoGetCurrentLogicalThreadId(&caller);
    AcquireSRWLockExclusive(&lock);
    before = subscription->locked.client;
    subscription->locked.client = client;
    subscription->locked.generation++;
    subscription->locked.state_count = 0;
    must_wait = waiter.event && subscription->locked.is_served &&
                !(subscription->locked.call_has_begun &&
                  IsEqualGUID(&subscription->locked.caller, &caller));
    if (must_wait) {
        waiter.next = subscription->locked.calls;
        subscription->locked.calls = &waiter;
    }
    ReleaseSRWLockExclusive(&lock);

    if (must_wait) {
        wait_for(waiter.event, REPLACE_LIMIT_MS);
        remove_waiter(&subscription->locked.calls, &waiter);
    }
    if (waiter.event) {
        CloseHandle(waiter.event);
    }
    interface_keeper_drop(before);
}

HRESULT download_callback_set(struct download *download, IUnknown *client)
{
    struct subscription *subscription;
    DWORD kept = 0;

    if (client) {
        HRESULT hr = interface_keeper_keep(client, &IID_IDODownloadStatusCallback, &kept);

        if (FAILED(hr)) {
            return hr == E_NOINTERFACE ? E_INVALIDARG : hr;
        }
    }
    subscription = get(download);
    if (!subscription) {
        interface_keeper_drop(kept);
        return E_OUTOFMEMORY;
    }
    replace_client(subscription, kept);
    release(subscription);
    return S_OK;
}

HRESULT download_callback_get(struct download *download, IUnknown **client_out)
{
    const struct subscription *subscription;
    DWORD client;

    *client_out = NULL;
    AcquireSRWLockShared(&lock);
    subscription = find_locked(download_job(download));
    client = subscription ? subscription->locked.client : 0;
    ReleaseSRWLockShared(&lock);
    return client ? interface_keeper_get(client, &IID_IUnknown, (void **)client_out)
                  : hresult_from_status(ODO_E_NOT_SET);
}

void download_callback_frequency_changed(struct download *download)
{
    ULONG seconds = (ULONG)download_get_number(download, DOWNLOAD_CALLBACK_SECONDS);
    ULONG percent = (ULONG)download_get_number(download, DOWNLOAD_CALLBACK_PERCENT);
    struct subscription *subscription;

    AcquireSRWLockExclusive(&lock);
    subscription = find_locked(download_job(download));
    if (subscription) {
        subscription->locked.seconds = seconds;
        subscription->locked.percent = percent;
        subscription->locked.progress_due = 0; /* look at once */
    }
    ReleaseSRWLockExclusive(&lock);
    if (subscription) {
        news_wake();
    }
}

static bool is_at_rest(const DO_DOWNLOAD_STATUS *status, struct odo_job *job)
{
    enum odo_job_state state = odo_job_get_state(job);

    return status->State != DODownloadState_Transferring && state != ODO_JOB_TRANSIENT_ERROR;
}

DO_DOWNLOAD_STATUS download_callback_wait(struct download *download)
{
    struct waiter waiter = {.event = CreateEventW(NULL, FALSE, FALSE, NULL)};
    struct subscription *subscription = waiter.event ? get(download) : NULL;
    DO_DOWNLOAD_STATUS status;

    if (!subscription) {
        if (waiter.event) {
            CloseHandle(waiter.event);
        }
        return download_status(download);
    }
    AcquireSRWLockExclusive(&lock);
    waiter.next = subscription->locked.changes;
    subscription->locked.changes = &waiter;
    ReleaseSRWLockExclusive(&lock);
    for (;;) {
        status = download_status(download);
        if (is_at_rest(&status, download_job(download))) {
            break;
        }
        wait_for(waiter.event, INFINITE);
    }
    remove_waiter(&subscription->locked.changes, &waiter);
    CloseHandle(waiter.event);
    release(subscription);
    return status;
}

void download_callback_forget(const struct odo_job *job)
{
    struct subscription **place = &subscriptions;
    struct subscription *subscription;

    AcquireSRWLockExclusive(&lock);
    while (*place && (*place)->job != job) {
        place = &(*place)->next;
    }
    subscription = *place;
    if (subscription) {
        *place = subscription->next;
    }
    ReleaseSRWLockExclusive(&lock);
    if (subscription) {
        replace_client(subscription, 0);
        release(subscription); /* the list's */
    }
}

void download_callback_forget_all(void)
{
    for (;;) {
        struct odo_job *job = NULL;

        AcquireSRWLockShared(&lock);
        if (subscriptions) {
            job = odo_job_add_ref(subscriptions->job);
        }
        ReleaseSRWLockShared(&lock);
        if (!job) {
            return;
        }
        download_callback_forget(job);
        odo_job_release(job);
    }
}
