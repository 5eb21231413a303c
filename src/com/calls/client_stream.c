#include "com/calls/client_stream.h"

#include "com/calls/apartment_wait.h"
#include "com/calls/subscription.h"
#include "com/object/hresult.h"
#include "com/object/interface_keeper.h"
#include "com/object/object_count.h"

#include <objbase.h>
#include <stdlib.h>

/* The context of an odo_stream. */
struct client_stream {
    struct client_stream *next;
    const struct odo_job *job; /* not counted: the job outlives its streams */
    uint32_t file_index;
    DWORD stream;            /* handle of interface_keeper */
    CO_MTA_USAGE_COOKIE mta; /* keeps the apartment in which the engine's thread makes calls */

    struct {
        bool is_in_call;
        DWORD thread; /* the thread making the call ... */
        GUID caller;  /* ... and its causality id, known across apartments */
        bool is_unused;
    } locked;
};

/* A thread waiting for the streams of a job. */
struct waiter {
    struct waiter *next;
    const struct odo_job *job;
    HANDLE changed;
};

/* Streams attached to files, or not yet released. Guards the members named `locked`. */
static SRWLOCK lock = SRWLOCK_INIT;
static struct client_stream *streams;
static struct waiter *waiters;

static void tell_waiters_locked(const struct odo_job *job)
{
    for (struct waiter *waiter = waiters; waiter; waiter = waiter->next) {
        if (waiter->job == job) {
            SetEvent(waiter->changed);
        }
    }
}

/* --- Calls ---------------------------------------------------------------------------- */

/* Called before the engine can be stopped, so that a stopping thread sees the call in
 * progress. */
static void stream_begin(void *context)
{
    struct client_stream *stream = context;

    AcquireSRWLockExclusive(&lock);
    stream->locked.is_in_call = true;
    stream->locked.thread = GetCurrentThreadId();
    stream->locked.caller = GUID_NULL; /* set when the call reaches the client */
    ReleaseSRWLockExclusive(&lock);
}

static void note_caller(struct client_stream *stream)
{
    GUID caller = GUID_NULL;

    CoGetCurrentLogicalThreadId(&caller);
    AcquireSRWLockExclusive(&lock);
    stream->locked.caller = caller;
    ReleaseSRWLockExclusive(&lock);
}

static void note_end(struct client_stream *stream)
{
    AcquireSRWLockExclusive(&lock);
    stream->locked.is_in_call = false;
    tell_waiters_locked(stream->job);
    ReleaseSRWLockExclusive(&lock);
}

/*
 * Uses IStream, since .NET objects that implement it do not answer ISequentialStream. Returns
 * odo_stream's result. With S_OK, a count that the client leaves unchanged, sets to 0 or to
 * garbage means that everything was taken; only a count in between means less.
 */
static int32_t write_to(DWORD kept, const void *data, size_t size)
{
    IStream *stream;
    ULONGLONG written = 0; /* room for clients that write eight bytes */
    HRESULT hr = interface_keeper_begin_call(kept, &IID_IStream, (void **)&stream);

    if (SUCCEEDED(hr)) {
        hr = IStream_Write(stream, data, (ULONG)size, (ULONG *)&written);
        interface_keeper_end_call(kept, (IUnknown *)stream);
    }
    if (FAILED(hr)) {
        return hr;
    }
    return written > 0 && written < size ? (int32_t)written : 0;
}

static int32_t stream_write(void *context, const void *data, size_t size)
{
    struct client_stream *stream = context;
    HRESULT com = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    int32_t result;

    object_count_begin(); /* the engine must not end meanwhile: it would wait for us */
    note_caller(stream);
    result = write_to(stream->stream, data, size);
    note_end(stream);
    object_count_end_in_engine();
    if (SUCCEEDED(com)) {
        CoUninitialize();
    }
    return result;
}

/* --- Release -------------------------------------------------------------------------- */

/* May run on an engine thread, which is unknown to COM; harmless elsewhere. */
void client_stream_free(struct client_stream *stream)
{
    HRESULT com;

    if (!stream) {
        return;
    }
    com = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    interface_keeper_drop(stream->stream);
    if (SUCCEEDED(com)) {
        CoUninitialize();
    }
    CoDecrementMTAUsage(stream->mta);
    free(stream);
}

static void unlist_locked(const struct client_stream *stream)
{
    struct client_stream **place = &streams;

    while (*place && *place != stream) {
        place = &(*place)->next;
    }
    if (*place) {
        *place = stream->next;
    }
}

/* The engine no longer needs the stream. The thread that caused this may hold a lock, so it
 * frees the stream later. The thread that calls the client must not do so, as a stopping engine
 * waits for it. */
static void stream_release(void *context)
{
    struct client_stream *stream = context;
    bool is_caller;

    AcquireSRWLockExclusive(&lock);
    stream->locked.is_unused = true;
    is_caller = stream->locked.thread == GetCurrentThreadId();
    ReleaseSRWLockExclusive(&lock);
    if (is_caller) {
        subscription_call_soon(client_stream_release_unused);
    }
}

void client_stream_release_unused(void)
{
    for (;;) {
        struct client_stream *stream;

        AcquireSRWLockExclusive(&lock);
        for (stream = streams; stream && !stream->locked.is_unused;) {
            stream = stream->next;
        }
        if (stream) {
            unlist_locked(stream);
        }
        ReleaseSRWLockExclusive(&lock);
        if (!stream) {
            return;
        }
        client_stream_free(stream);
    }
}

/* --- Waiting -------------------------------------------------------------------------- */

static bool is_within_locked(const struct odo_job *job, const GUID *caller)
{
    for (const struct client_stream *stream = streams; stream; stream = stream->next) {
        if (stream->job == job && stream->locked.is_in_call &&
            IsEqualGUID(&stream->locked.caller, caller)) {
            return true;
        }
    }
    return false;
}

static bool is_busy_locked(const struct odo_job *job)
{
    for (const struct client_stream *stream = streams; stream; stream = stream->next) {
        if (stream->job == job && stream->locked.is_in_call) {
            return true;
        }
    }
    return false;
}

bool client_stream_is_within(const struct odo_job *job)
{
    GUID caller = GUID_NULL;
    bool is_within;

    CoGetCurrentLogicalThreadId(&caller);
    AcquireSRWLockShared(&lock);
    is_within = is_within_locked(job, &caller);
    ReleaseSRWLockShared(&lock);
    return is_within;
}

static void remove_waiter_locked(const struct waiter *waiter)
{
    struct waiter **place = &waiters;

    while (*place != waiter) {
        place = &(*place)->next;
    }
    *place = waiter->next;
}

static void wait_until_idle(const struct odo_job *job)
{
    struct waiter waiter = {.job = job};
    ULONGLONG deadline = GetTickCount64() + APARTMENT_WAIT_CLIENT_MS;
    bool is_late = false;

    waiter.changed = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (!waiter.changed) {
        return;
    }
    AcquireSRWLockExclusive(&lock);
    waiter.next = waiters;
    waiters = &waiter;
    while (!is_late && is_busy_locked(job)) {
        ULONGLONG now = GetTickCount64();

        ReleaseSRWLockExclusive(&lock);
        is_late = now >= deadline || !apartment_wait(waiter.changed, (DWORD)(deadline - now));
        AcquireSRWLockExclusive(&lock);
    }
    remove_waiter_locked(&waiter);
    ReleaseSRWLockExclusive(&lock);
    CloseHandle(waiter.changed);
}

void client_stream_wait(const struct odo_job *job)
{
    if (!client_stream_is_within(job)) {
        wait_until_idle(job);
    }
    client_stream_release_unused();
}

/* --- Attaching ------------------------------------------------------------------------ */

HRESULT client_stream_create(IUnknown *object, struct client_stream **stream_out)
{
    struct client_stream *stream = calloc(1, sizeof(*stream));
    HRESULT hr;

    *stream_out = NULL;
    if (!stream) {
        return E_OUTOFMEMORY;
    }
    hr = CoIncrementMTAUsage(&stream->mta);
    if (FAILED(hr)) {
        free(stream);
        return hr;
    }
    hr = interface_keeper_keep(object, &IID_IStream, &stream->stream);
    if (FAILED(hr)) {
        client_stream_free(stream);
        return hr == E_NOINTERFACE ? E_INVALIDARG : hr;
    }
    *stream_out = stream;
    return S_OK;
}

HRESULT client_stream_attach(struct client_stream *stream, struct odo_job *job,
                             uint32_t file_index)
{
    enum odo_status status;

    stream->job = job;
    stream->file_index = file_index;
    /* First, since the engine may release it at any time from then on. */
    AcquireSRWLockExclusive(&lock);
    stream->next = streams;
    streams = stream;
    ReleaseSRWLockExclusive(&lock);
    status = odo_file_set_stream(job, file_index,
                                 &(struct odo_stream){
                                     .write = stream_write,
                                     .release = stream_release,
                                     .context = stream,
                                     .host_waits = true,
                                     .begin = stream_begin,
                                 });
    if (status != ODO_OK) {
        AcquireSRWLockExclusive(&lock);
        unlist_locked(stream);
        ReleaseSRWLockExclusive(&lock);
    }
    return hresult_from_status(status);
}

HRESULT client_stream_set(struct odo_job *job, uint32_t file_index, IUnknown *object)
{
    struct client_stream *stream = NULL;
    HRESULT hr;

    if (!object) {
        hr = hresult_from_status(odo_file_set_stream(job, file_index, NULL));
    } else {
        hr = client_stream_create(object, &stream);
        if (SUCCEEDED(hr)) {
            hr = client_stream_attach(stream, job, file_index);
        }
        if (FAILED(hr)) {
            client_stream_free(stream);
        }
    }
    client_stream_release_unused(); /* frees the previous stream */
    return hr;
}

DWORD client_stream_kept(const struct client_stream *stream)
{
    return stream->stream;
}

HRESULT client_stream_get(struct odo_job *job, uint32_t file_index, IUnknown **object_out)
{
    const struct client_stream *stream;
    DWORD kept = 0;

    *object_out = NULL;
    AcquireSRWLockShared(&lock);
    for (stream = streams; stream && kept == 0; stream = stream->next) {
        if (stream->job == job && stream->file_index == file_index &&
            !stream->locked.is_unused) {
            kept = stream->stream;
        }
    }
    ReleaseSRWLockShared(&lock);
    return kept ? interface_keeper_get(kept, &IID_IUnknown, (void **)object_out)
                : hresult_from_status(ODO_E_NOT_SET);
}
