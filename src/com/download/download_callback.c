#include "com/download/download_callback.h"

#include "com/calls/subscription.h"
#include "com/download/download_status.h"
#include "com/download/download_values.h"
#include "com/object/hresult.h"
#include "com/object/interface_keeper.h"

#include <stdlib.h>

enum {
    STATES_WAITING_MOST = 32,  /* further ones replace the last */
    PERCENT_INTERVAL_MS = 100, /* how often to check whether a percentage was reached */
};

/* The subscription of a download that has, or had, a callback. */
struct download_subscription {
    struct subscription base;
    struct odo_engine *engine; /* of the job */

    struct {
        enum odo_job_state states[STATES_WAITING_MOST]; /* to report, in order */
        size_t state_count;
        DODownloadState told; /* the last state reported */
        bool has_told;
        bool lends_object; /* the client has an object for the duration of a call */

        bool is_modified; /* since progress was last reported */
        ULONGLONG progress_due;
        ULONG seconds;
        ULONG percent;
        ULONG percent_told;
        ULONGLONG told_at;
    } locked;
};

static const struct subscription_class subscription_class;
static download_object_maker *make_object;

void download_callback_begin(download_object_maker *maker)
{
    make_object = maker;
}

static struct download_subscription *of(struct subscription *base)
{
    return CONTAINING_RECORD(base, struct download_subscription, base);
}

static const struct download_subscription *of_const(const struct subscription *base)
{
    return CONTAINING_RECORD(base, struct download_subscription, base);
}

/* NULL if there is none. */
static struct download_subscription *find_locked(const struct odo_job *job)
{
    struct subscription *found = subscription_find_locked(&subscription_class, job);

    return found ? of(found) : NULL;
}

static void init(struct subscription *base, const void *context)
{
    struct download_subscription *subscription = of(base);
    struct download *const *download = context;

    subscription->engine = download_engine(*download);
    subscription->locked.seconds =
        (ULONG)download_get_number(*download, DOWNLOAD_CALLBACK_SECONDS);
    subscription->locked.percent =
        (ULONG)download_get_number(*download, DOWNLOAD_CALLBACK_PERCENT);
    subscription->locked.told = download_status(*download).State;
}

/* --- What to report ------------------------------------------------------------------- */

static ULONGLONG progress_interval_locked(const struct download_subscription *subscription)
{
    if (subscription->locked.percent > 0) {
        return PERCENT_INTERVAL_MS;
    }
    return (ULONGLONG)subscription->locked.seconds * 1000;
}

static ULONGLONG due_locked(const struct subscription *base)
{
    const struct download_subscription *subscription = of_const(base);

    if (base->locked.client == 0) {
        return WORKER_POOL_NEVER;
    }
    if (subscription->locked.state_count > 0) {
        return 0;
    }
    return subscription->locked.is_modified && progress_interval_locked(subscription) > 0
               ? subscription->locked.progress_due
               : WORKER_POOL_NEVER;
}

static void note_state_locked(struct download_subscription *subscription,
                              enum odo_job_state state)
{
    if (subscription->locked.state_count == STATES_WAITING_MOST) {
        subscription->locked.state_count--;
    }
    subscription->locked.states[subscription->locked.state_count++] = state;
}

void download_callback_on_event(const struct odo_event *event)
{
    struct download_subscription *subscription;
    bool has_work = false;

    subscription_lock();
    subscription = find_locked(event->job);
    if (subscription) {
        switch (event->kind) {
        case ODO_EVENT_STATE_CHANGED:
            note_state_locked(subscription, event->state);
            has_work = subscription_has_work_locked(&subscription->base);
            break;
        case ODO_EVENT_MODIFIED:
            has_work = !subscription->locked.is_modified;
            subscription->locked.is_modified = true;
            has_work = has_work && subscription_has_work_locked(&subscription->base);
            break;
        case ODO_EVENT_FILE_TRANSFERRED:
            break;
        }
    }
    subscription_unlock();
    if (has_work) {
        subscription_wake();
    }
}

/* --- Calls ---------------------------------------------------------------------------- */

/* A call to make. */
struct call {
    struct download_subscription *subscription;
    ULONG generation;
    DWORD client;
    bool is_state; /* otherwise progress */
    bool is_last_state;
    enum odo_job_state state;
};

static struct call take_call(struct download_subscription *subscription)
{
    struct call call;

    subscription_lock();
    call = (struct call){
        .subscription = subscription,
        .generation = subscription->base.locked.generation,
        .client = subscription->base.locked.client,
        .is_state = subscription->locked.state_count > 0,
        .is_last_state = subscription->locked.state_count == 1,
        .state = subscription->locked.states[0],
    };
    if (call.is_state) {
        subscription->locked.state_count--;
        MoveMemory(subscription->locked.states, subscription->locked.states + 1,
                   subscription->locked.state_count * sizeof(*subscription->locked.states));
    } else {
        subscription->locked.is_modified = false;
    }
    subscription->locked.lends_object = true;
    subscription_unlock();
    return call;
}

static ULONG percent_of(const DO_DOWNLOAD_STATUS *status)
{
    return status->BytesTotal > 0
               ? (ULONG)((double)status->BytesTransferred * 100 / (double)status->BytesTotal)
               : 0;
}

/* The state of an event, which a later one may have superseded. */
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
 * The last moment at which a call can be cancelled, and at which is decided whether the status
 * is new.
 */
static bool begin_call(const struct call *call, const DO_DOWNLOAD_STATUS *status)
{
    struct download_subscription *subscription = call->subscription;
    ULONG percent = percent_of(status);
    ULONGLONG now = GetTickCount64();
    bool may_begin;

    subscription_lock();
    if (call->is_state) {
        may_begin = (status->State != subscription->locked.told ||
                     !subscription->locked.has_told || FAILED(status->Error)) &&
                    status->State != DODownloadState_Created;
    } else {
        bool is_time = subscription->locked.seconds > 0 &&
                       now - subscription->locked.told_at >=
                           (ULONGLONG)subscription->locked.seconds * 1000;
        bool is_further =
            subscription->locked.percent > 0 &&
            percent >= subscription->locked.percent_told + subscription->locked.percent;

        subscription->locked.progress_due = now + progress_interval_locked(subscription);
        may_begin = status->State == DODownloadState_Transferring && (is_time || is_further);
    }
    may_begin = may_begin && subscription_begin_locked(&subscription->base, call->generation);
    if (may_begin) {
        subscription->locked.told = status->State;
        subscription->locked.has_told = true;
        subscription->locked.told_at = now;
        subscription->locked.percent_told = percent;
        subscription->locked.progress_due = now + progress_interval_locked(subscription);
    }
    subscription_unlock();
    return may_begin;
}

/* The client's result is ignored. */
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
    if (SUCCEEDED(interface_keeper_begin_call(call->client, &IID_IDODownloadStatusCallback,
                                              (void **)&client)) &&
        begin_call(call, &status)) {
        IDODownloadStatusCallback_OnStatusChange(client, object, &status);
    }
    interface_keeper_end_call(call->client, (IUnknown *)client);
}

static bool is_final(enum odo_job_state state)
{
    return state == ODO_JOB_ACKNOWLEDGED || state == ODO_JOB_CANCELLED;
}

static void tell(struct subscription *base)
{
    struct call call = take_call(of(base));
    struct download *download = NULL;
    IDODownload *object = NULL;

    if (call.client != 0 &&
        SUCCEEDED(download_of_job(call.subscription->engine, base->job, &download)) &&
        SUCCEEDED(make_object(download, &IID_IDODownload, (void **)&object))) {
        call_client(&call, download, object);
    }
    if (object) {
        IDODownload_Release(object); /* first: a waiter checks which objects are left */
    }
    subscription_lock();
    call.subscription->locked.lends_object = false;
    subscription_unlock();
    /* The job may be final by now, as a client may end it in the call before; that is reported
     * next. */
    if (call.is_state && is_final(call.state)) {
        subscription_forget(&subscription_class, base->job);
    }
    if (download) {
        download_release(download);
    }
}

static void replaced_locked(struct subscription *base)
{
    of(base)->locked.state_count = 0;
}

static const struct subscription_class subscription_class = {
    .size = sizeof(struct download_subscription),
    .init = init,
    .due_locked = due_locked,
    .tell = tell,
    .replaced_locked = replaced_locked,
};

/* --- Setting and clearing ------------------------------------------------------------- */

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
    subscription = subscription_get(&subscription_class, download_job(download), &download);
    if (!subscription) {
        interface_keeper_drop(kept);
        return E_OUTOFMEMORY;
    }
    subscription_replace(subscription, kept);
    subscription_release(subscription);
    return S_OK;
}

HRESULT download_callback_get(struct download *download, IUnknown **client_out)
{
    HRESULT hr =
        subscription_get_client(&subscription_class, download_job(download), client_out);

    return SUCCEEDED(hr) && !*client_out ? hresult_from_status(ODO_E_NOT_SET) : hr;
}

void download_callback_frequency_changed(struct download *download)
{
    ULONG seconds = (ULONG)download_get_number(download, DOWNLOAD_CALLBACK_SECONDS);
    ULONG percent = (ULONG)download_get_number(download, DOWNLOAD_CALLBACK_PERCENT);
    struct download_subscription *subscription;

    subscription_lock();
    subscription = find_locked(download_job(download));
    if (subscription) {
        subscription->locked.seconds = seconds;
        subscription->locked.percent = percent;
        subscription->locked.progress_due = 0; /* check at once */
    }
    subscription_unlock();
    if (subscription) {
        subscription_wake();
    }
}

/* Only a call in progress holds the download; it ends with that call if the client wants. */
static void wait_for_lent_object(struct download *download)
{
    struct download_subscription *subscription;
    bool is_lent;

    subscription_lock();
    subscription = find_locked(download_job(download));
    is_lent = subscription && subscription->locked.lends_object;
    if (is_lent) {
        InterlockedIncrement(&subscription->base.refs);
    }
    subscription_unlock();
    if (is_lent) {
        if (subscription_hold(&subscription->base)) {
            subscription_resume(&subscription->base);
        }
        subscription_release(&subscription->base);
    }
}

void download_callback_object_ended(struct download *download)
{
    ULONG left = download_remove_object(download);

    if (left == 0) {
        subscription_forget(&subscription_class, download_job(download));
    } else if (left == 1) {
        wait_for_lent_object(download);
    }
}
