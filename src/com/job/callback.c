#include "com/job/callback.h"

#include "com/calls/subscription.h"
#include "com/job/error_object.h"
#include "com/job/file_object.h"
#include "com/object/interface_keeper.h"

#include <deliveryoptimizationerrors.h>
#include <stdlib.h>

#include "deliveryoptimization.h" /* generated from idl/ */

enum {
    MODIFICATION_INTERVAL_MS = 500,
    OUTCOME_TRIES = 3,
    OUTCOME_PAUSE_MS = 500,    /* before the second attempt; then four times longer each */
    FILES_WAITING_MOST = 4096, /* further files are dropped */
};

/* A kind of call. */
enum notice {
    NOTICE_NONE,
    NOTICE_FILE_TRANSFERRED,
    NOTICE_OUTCOME,
    NOTICE_MODIFICATION,
};

/* The source of a known job state. */
enum state_source {
    STATE_UNKNOWN,
    STATE_READ, /* read from the job: its event may be yet to come */
    STATE_TOLD, /* from an event */
};

/* The subscription of a job that has, or had, a callback. */
struct job_subscription {
    struct subscription base;

    struct {
        bool has_class; /* to notify when there is no client */
        CLSID class;
        ULONG flags;

        enum state_source state_source;
        enum odo_job_state state;   /* the latest, unless unknown */
        bool has_outcome;           /* there is an outcome to report ... */
        enum odo_job_state outcome; /* ... TRANSFERRED or ERROR ... */
        ULONG outcome_number;       /* ... its sequence number ... */
        unsigned tries;             /* ... attempts so far ... */
        ULONGLONG outcome_due;      /* ... and the GetTickCount64() time of the next */
        bool is_modified;           /* to report */
        bool skip_modification;     /* the next modification belongs to the outcome */
        ULONGLONG modification_due; /* time of the next report */
        uint32_t *files;            /* transferred files to report, in order */
        size_t file_count;
        size_t file_capacity;
    } locked;
};

static const struct subscription_class subscription_class;
static job_object_maker *make_object;

void callback_begin(job_object_maker *maker)
{
    make_object = maker;
}

static struct job_subscription *of(struct subscription *base)
{
    return CONTAINING_RECORD(base, struct job_subscription, base);
}

static const struct job_subscription *of_const(const struct subscription *base)
{
    return CONTAINING_RECORD(base, struct job_subscription, base);
}

/* NULL if there is none. */
static struct job_subscription *find_locked(const struct odo_job *job)
{
    struct subscription *found = subscription_find_locked(&subscription_class, job);

    return found ? of(found) : NULL;
}

/* The job's subscription, created if needed, with a reference for the caller. NULL when out of
 * memory. */
static struct job_subscription *get(struct odo_job *job)
{
    struct subscription *subscription = subscription_get(&subscription_class, job, NULL);

    return subscription ? of(subscription) : NULL;
}

/* --- What to report ------------------------------------------------------------------- */

static bool wants_locked(const struct job_subscription *subscription, ULONG flag)
{
    ULONG flags = subscription->locked.flags;

    return (subscription->base.locked.client != 0 || subscription->locked.has_class) &&
           (flags & flag) && !(flags & BG_NOTIFY_DISABLE);
}

static ULONG outcome_flag(enum odo_job_state outcome)
{
    return outcome == ODO_JOB_ERROR ? BG_NOTIFY_JOB_ERROR : BG_NOTIFY_JOB_TRANSFERRED;
}

static bool is_outcome(enum odo_job_state state)
{
    return state == ODO_JOB_TRANSFERRED || state == ODO_JOB_ERROR;
}

/* The next call to make, and when; NOTICE_NONE and WORKER_POOL_NEVER if there is none. */
static enum notice next_notice_locked(const struct job_subscription *subscription,
                                      ULONGLONG *due_out)
{
    ULONGLONG outcome_due = WORKER_POOL_NEVER;
    ULONGLONG modification_due = WORKER_POOL_NEVER;

    if (subscription->locked.file_count > 0 &&
        wants_locked(subscription, BG_NOTIFY_FILE_TRANSFERRED)) {
        *due_out = 0;
        return NOTICE_FILE_TRANSFERRED;
    }
    if (subscription->locked.has_outcome &&
        wants_locked(subscription, outcome_flag(subscription->locked.outcome))) {
        outcome_due = subscription->locked.outcome_due;
    }
    if (subscription->locked.is_modified &&
        wants_locked(subscription, BG_NOTIFY_JOB_MODIFICATION)) {
        modification_due = subscription->locked.modification_due;
    }
    *due_out = min(outcome_due, modification_due);
    if (*due_out == WORKER_POOL_NEVER) {
        return NOTICE_NONE;
    }
    return outcome_due <= modification_due ? NOTICE_OUTCOME : NOTICE_MODIFICATION;
}

static ULONGLONG due_locked(const struct subscription *base)
{
    ULONGLONG due;

    next_notice_locked(of_const(base), &due);
    return due;
}

static bool has_work_locked(const struct job_subscription *subscription)
{
    return subscription_has_work_locked(&subscription->base);
}

static void forget_news_locked(struct job_subscription *subscription)
{
    subscription->locked.is_modified = false;
    subscription->locked.file_count = 0;
}

static void note_outcome_locked(struct job_subscription *subscription,
                                enum odo_job_state outcome)
{
    subscription->locked.has_outcome = true;
    subscription->locked.outcome = outcome;
    subscription->locked.outcome_number++;
    subscription->locked.tries = 0;
    subscription->locked.outcome_due = 0;
}

static void note_state_locked(struct job_subscription *subscription, enum odo_job_state state)
{
    bool is_old_news =
        subscription->locked.state_source == STATE_READ && subscription->locked.state == state;

    subscription->locked.state_source = STATE_TOLD;
    subscription->locked.state = state;
    if (is_outcome(state)) {
        if (!is_old_news) {
            note_outcome_locked(subscription, state);
        }
        subscription->locked.skip_modification = true;
    } else {
        subscription->locked.has_outcome = false; /* an unreported outcome is void */
    }
    if (state == ODO_JOB_ACKNOWLEDGED || state == ODO_JOB_CANCELLED) {
        forget_news_locked(subscription);
        subscription->base.locked.generation++; /* cancels a call that is about to begin */
        subscription->locked.flags = BG_NOTIFY_DISABLE;
    }
}

static void note_modification_locked(struct job_subscription *subscription)
{
    if (subscription->locked.skip_modification) {
        subscription->locked.skip_modification = false;
    } else if (wants_locked(subscription, BG_NOTIFY_JOB_MODIFICATION)) {
        subscription->locked.is_modified = true;
    }
}

static void note_file_locked(struct job_subscription *subscription, uint32_t index)
{
    size_t count = subscription->locked.file_count;

    if (!wants_locked(subscription, BG_NOTIFY_FILE_TRANSFERRED) ||
        count == FILES_WAITING_MOST) {
        return;
    }
    if (count == subscription->locked.file_capacity) {
        size_t capacity = count ? count * 2 : 16;
        uint32_t *larger = realloc(subscription->locked.files, capacity * sizeof(*larger));

        if (!larger) {
            return;
        }
        subscription->locked.files = larger;
        subscription->locked.file_capacity = capacity;
    }
    subscription->locked.files[count] = index;
    subscription->locked.file_count++;
}

void callback_on_event(const struct odo_event *event)
{
    struct job_subscription *subscription;
    bool has_work = false;

    subscription_lock();
    subscription = find_locked(event->job);
    if (subscription) {
        bool had_work = has_work_locked(subscription);

        switch (event->kind) {
        case ODO_EVENT_MODIFIED:
            note_modification_locked(subscription);
            break;
        case ODO_EVENT_STATE_CHANGED:
            note_state_locked(subscription, event->state);
            had_work = false; /* more urgent work may have arrived */
            break;
        case ODO_EVENT_FILE_TRANSFERRED:
            note_file_locked(subscription, event->file_index);
            had_work = false;
            break;
        }
        has_work = !had_work && has_work_locked(subscription);
    }
    subscription_unlock();
    if (has_work) {
        subscription_wake();
    }
}

/* --- Calls ---------------------------------------------------------------------------- */

/* A call to make, with all it needs. */
struct call {
    struct job_subscription *subscription;
    enum notice notice;
    ULONG generation;
    DWORD client; /* 0 for an object of `class` */
    CLSID class;
    enum odo_job_state outcome;
    ULONG outcome_number;
    uint32_t file_index;
};

static struct call take_call(struct job_subscription *subscription)
{
    enum notice notice;
    struct call call;
    ULONGLONG due;

    subscription_lock();
    notice = next_notice_locked(subscription, &due);
    call = (struct call){
        .subscription = subscription,
        .notice = notice,
        .generation = subscription->base.locked.generation,
        .client = subscription->base.locked.client,
        .class = subscription->locked.class,
        .outcome = subscription->locked.outcome,
        .outcome_number = subscription->locked.outcome_number,
        .file_index = notice == NOTICE_FILE_TRANSFERRED ? subscription->locked.files[0] : 0,
    };
    subscription_unlock();
    return call;
}

/* The outcome was reported if the client accepted it; otherwise retry later. */
static void settle_outcome_locked(const struct call *call, HRESULT result)
{
    struct job_subscription *subscription = call->subscription;
    unsigned tries = ++subscription->locked.tries;

    if (subscription->locked.outcome_number != call->outcome_number) {
        subscription->locked.tries = 0; /* there is a new outcome */
    } else if (result == S_OK || tries == OUTCOME_TRIES) {
        subscription->locked.has_outcome = false;
    } else {
        subscription->locked.outcome_due =
            GetTickCount64() + ((ULONGLONG)OUTCOME_PAUSE_MS << (2 * (tries - 1)));
    }
}

/* Remove what was reported, or could not be. */
static void settle_locked(const struct call *call, HRESULT result)
{
    struct job_subscription *subscription = call->subscription;

    if (subscription->base.locked.generation != call->generation) {
        /* A rejected outcome is kept for the next client, for whom attempts start over. */
        if (call->notice == NOTICE_OUTCOME && result == S_OK) {
            settle_outcome_locked(call, result);
            subscription->locked.tries = 0;
        }
        return;
    }
    switch (call->notice) {
    case NOTICE_FILE_TRANSFERRED:
        subscription->locked.file_count--;
        MoveMemory(subscription->locked.files, subscription->locked.files + 1,
                   subscription->locked.file_count * sizeof(*subscription->locked.files));
        break;
    case NOTICE_OUTCOME:
        settle_outcome_locked(call, result);
        break;
    case NOTICE_MODIFICATION:
        subscription->locked.modification_due = GetTickCount64() + MODIFICATION_INTERVAL_MS;
        if (!subscription->base.locked.call_has_begun) {
            subscription->locked.is_modified = false; /* the client is unreachable */
        }
        break;
    case NOTICE_NONE:
        break;
    }
}

/* The last moment at which a call can be cancelled. */
static bool begin_call(const struct call *call)
{
    struct job_subscription *subscription = call->subscription;
    bool may_begin;

    subscription_lock();
    may_begin = subscription_begin_locked(&subscription->base, call->generation);
    if (may_begin && call->notice == NOTICE_MODIFICATION) {
        subscription->locked.is_modified = false; /* later modifications are reported again */
    }
    subscription_unlock();
    return may_begin;
}

/* The client's interface, or that of a new object of the job's notification class. */
static HRESULT reach_client(const struct call *call, REFIID iid, void **out)
{
    if (call->client != 0) {
        return interface_keeper_begin_call(call->client, iid, out);
    }
    return CoCreateInstance(&call->class, NULL, CLSCTX_LOCAL_SERVER, iid, out);
}

static HRESULT call_client(const struct call *call, IBackgroundCopyJob *job)
{
    bool is_about_file = call->notice == NOTICE_FILE_TRANSFERRED;
    IBackgroundCopyCallback2 *client = NULL; /* version 2 is certain only for files */
    IBackgroundCopyError *error = NULL;
    IBackgroundCopyFile *file = NULL;
    HRESULT hr;

    if (is_about_file) {
        hr = file_object_create(call->subscription->base.job, call->file_index,
                                &IID_IBackgroundCopyFile, (void **)&file);
    } else if (call->notice == NOTICE_OUTCOME && call->outcome == ODO_JOB_ERROR) {
        hr = error_object_create(call->subscription->base.job, &error);
        if (hr == DO_E_ERROR_INFORMATION_UNAVAILABLE) {
            hr = S_OK; /* the job has resumed: nothing to report */
            goto done;
        }
    } else {
        hr = S_OK;
    }
    if (SUCCEEDED(hr)) {
        hr = reach_client(
            call, is_about_file ? &IID_IBackgroundCopyCallback2 : &IID_IBackgroundCopyCallback,
            (void **)&client);
    }
    if (SUCCEEDED(hr) && !begin_call(call)) {
        hr = E_ABORT;
    }
    if (FAILED(hr)) {
        goto done;
    }
    if (is_about_file) {
        hr = IBackgroundCopyCallback2_FileTransferred(client, job, file);
    } else if (error) {
        hr = IBackgroundCopyCallback2_JobError(client, job, error);
    } else if (call->notice == NOTICE_OUTCOME) {
        hr = IBackgroundCopyCallback2_JobTransferred(client, job);
    } else {
        hr = IBackgroundCopyCallback2_JobModification(client, job, 0);
    }

done:
    if (call->client != 0) {
        interface_keeper_end_call(call->client, (IUnknown *)client);
    } else if (client) {
        IBackgroundCopyCallback2_Release(client);
    }
    if (file) {
        IBackgroundCopyFile_Release(file);
    }
    if (error) {
        IBackgroundCopyError_Release(error);
    }
    return hr;
}

static void tell(struct subscription *base)
{
    struct call call = take_call(of(base));
    IBackgroundCopyJob *job = NULL;
    HRESULT hr;

    if (call.notice == NOTICE_NONE) {
        return; /* removed meanwhile */
    }
    hr = make_object(base->job, &IID_IBackgroundCopyJob, (void **)&job);
    if (SUCCEEDED(hr)) {
        hr = call_client(&call, job);
        IBackgroundCopyJob_Release(job);
    }
    subscription_lock();
    settle_locked(&call, hr);
    subscription_unlock();
}

static void replaced_locked(struct subscription *base)
{
    struct job_subscription *subscription = of(base);

    subscription->locked.tries = 0;
    subscription->locked.outcome_due = 0;
    forget_news_locked(subscription);
}

static void destroy(struct subscription *base)
{
    free(of(base)->locked.files);
}

static const struct subscription_class subscription_class = {
    .size = sizeof(struct job_subscription),
    .due_locked = due_locked,
    .tell = tell,
    .replaced_locked = replaced_locked,
    .destroy = destroy,
};

/* --- Setting and clearing ------------------------------------------------------------- */

/*
 * Report the outcome of a job that ended or failed before there was a client. Later outcomes
 * are reported by their events.
 */
static void report_missed_outcome(struct job_subscription *subscription)
{
    enum odo_job_state state = odo_job_get_state(subscription->base.job);
    bool has_work;

    subscription_lock();
    if (subscription->locked.state_source == STATE_UNKNOWN) {
        subscription->locked.state_source = STATE_READ;
        subscription->locked.state = state;
        if (is_outcome(state)) {
            note_outcome_locked(subscription, state);
        }
    }
    has_work = has_work_locked(subscription);
    subscription_unlock();
    if (has_work) {
        subscription_wake();
    }
}

static bool is_final(struct odo_job *job)
{
    enum odo_job_state state = odo_job_get_state(job);

    return state == ODO_JOB_ACKNOWLEDGED || state == ODO_JOB_CANCELLED;
}

HRESULT callback_set_client(struct odo_job *job, IUnknown *client)
{
    bool wants_files =
        odo_job_get_number(job, ODO_JOB_NOTIFY_FLAGS) & BG_NOTIFY_FILE_TRANSFERRED;
    struct job_subscription *subscription;
    DWORD kept = 0;
    HRESULT hr;

    if (is_final(job)) {
        return DO_E_INVALID_STATE;
    }
    if (client) {
        hr = interface_keeper_keep(
            client, wants_files ? &IID_IBackgroundCopyCallback2 : &IID_IBackgroundCopyCallback,
            &kept);
        if (FAILED(hr)) {
            return hr;
        }
    }
    subscription = get(job);
    if (!subscription) {
        interface_keeper_drop(kept);
        return E_OUTOFMEMORY;
    }
    callback_flags_changed(job);
    subscription_replace(&subscription->base, kept);
    report_missed_outcome(subscription);
    subscription_release(&subscription->base);
    if (is_final(job)) {
        callback_forget(job); /* it ended meanwhile, perhaps before there was a client */
        return DO_E_INVALID_STATE;
    }
    return S_OK;
}

/* The class in the job's settings; false if there is none. */
static bool read_class(struct odo_job *job, CLSID *class_out)
{
    WCHAR wide[64];
    char *text = NULL;
    bool has_class;

    if (odo_job_get_text(job, ODO_JOB_LISTENER, &text) != ODO_OK) {
        return false;
    }
    has_class = *text != '\0' &&
                MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, ARRAYSIZE(wide)) > 0 &&
                SUCCEEDED(CLSIDFromString(wide, class_out));
    odo_free(text);
    return has_class;
}

HRESULT callback_class_changed(struct odo_job *job)
{
    struct job_subscription *subscription;
    CLSID class = CLSID_NULL;
    bool has_class = read_class(job, &class);
    ULONG flags = odo_job_get_number(job, ODO_JOB_NOTIFY_FLAGS);

    subscription = get(job);
    if (!subscription) {
        return E_OUTOFMEMORY;
    }
    subscription_lock();
    subscription->locked.has_class = has_class;
    subscription->locked.class = class;
    subscription->locked.flags = flags;
    subscription_unlock();
    report_missed_outcome(subscription);
    subscription_release(&subscription->base);
    return S_OK;
}

void callback_job_found(struct odo_job *job)
{
    CLSID class;
    bool is_known;

    subscription_lock();
    is_known = find_locked(job) != NULL;
    subscription_unlock();
    if (!is_known && read_class(job, &class)) {
        callback_class_changed(job); /* when out of memory, retried at the next look-up */
    }
}

HRESULT callback_get_client(struct odo_job *job, IUnknown **client_out)
{
    return subscription_get_client(&subscription_class, job, client_out);
}

void callback_flags_changed(struct odo_job *job)
{
    ULONG flags = odo_job_get_number(job, ODO_JOB_NOTIFY_FLAGS);
    struct job_subscription *subscription;
    bool has_work = false;

    subscription_lock();
    subscription = find_locked(job);
    if (subscription) {
        subscription->locked.flags = flags;
        has_work = has_work_locked(subscription);
    }
    subscription_unlock();
    if (has_work) {
        subscription_wake();
    }
}

void callback_forget(struct odo_job *job)
{
    subscription_forget(&subscription_class, job);
}
