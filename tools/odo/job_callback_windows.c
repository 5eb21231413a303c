#include "job_callback_windows.h"

#include <windows.h>

#include <stdlib.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/* Reference counted, since the server may hold it longer than the client lives. */
struct job_callback {
    IBackgroundCopyCallback IBackgroundCopyCallback_iface;
    LONG refs;
    SRWLOCK lock;          /* guards `wakeup` */
    struct wakeup *wakeup; /* borrowed; NULL once the client is gone */
};

static struct job_callback *impl_from_IBackgroundCopyCallback(IBackgroundCopyCallback *self)
{
    return CONTAINING_RECORD(self, struct job_callback, IBackgroundCopyCallback_iface);
}

static HRESULT STDMETHODCALLTYPE job_callback_QueryInterface(IBackgroundCopyCallback *self,
                                                             REFIID iid, void **out)
{
    if (!out) {
        return E_POINTER;
    }
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IBackgroundCopyCallback)) {
        return E_NOINTERFACE;
    }
    IBackgroundCopyCallback_AddRef(self);
    *out = self;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE job_callback_AddRef(IBackgroundCopyCallback *self)
{
    return (ULONG)InterlockedIncrement(&impl_from_IBackgroundCopyCallback(self)->refs);
}

static ULONG STDMETHODCALLTYPE job_callback_Release(IBackgroundCopyCallback *self)
{
    struct job_callback *callback = impl_from_IBackgroundCopyCallback(self);
    LONG refs = InterlockedDecrement(&callback->refs);

    if (refs == 0) {
        free(callback);
    }
    return (ULONG)refs;
}

static void job_callback_wake(struct job_callback *callback)
{
    AcquireSRWLockShared(&callback->lock);
    if (callback->wakeup) {
        wakeup_signal(callback->wakeup);
    }
    ReleaseSRWLockShared(&callback->lock);
}

static HRESULT STDMETHODCALLTYPE job_callback_JobTransferred(IBackgroundCopyCallback *self,
                                                             IBackgroundCopyJob *job)
{
    (void)job;
    job_callback_wake(impl_from_IBackgroundCopyCallback(self));
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE job_callback_JobError(IBackgroundCopyCallback *self,
                                                       IBackgroundCopyJob *job,
                                                       IBackgroundCopyError *error)
{
    (void)job;
    (void)error;
    job_callback_wake(impl_from_IBackgroundCopyCallback(self));
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE job_callback_JobModification(IBackgroundCopyCallback *self,
                                                              IBackgroundCopyJob *job,
                                                              DWORD reserved)
{
    (void)self;
    (void)job;
    (void)reserved;
    return S_OK;
}

static const IBackgroundCopyCallbackVtbl job_callback_vtbl = {
    .QueryInterface = job_callback_QueryInterface,
    .AddRef = job_callback_AddRef,
    .Release = job_callback_Release,
    .JobTransferred = job_callback_JobTransferred,
    .JobError = job_callback_JobError,
    .JobModification = job_callback_JobModification,
};

struct job_callback *job_callback_create(struct wakeup *wakeup)
{
    struct job_callback *callback = calloc(1, sizeof(*callback));

    if (callback) {
        callback->IBackgroundCopyCallback_iface.lpVtbl = &job_callback_vtbl;
        callback->refs = 1;
        InitializeSRWLock(&callback->lock);
        callback->wakeup = wakeup;
    }
    return callback;
}

IUnknown *job_callback_interface(struct job_callback *callback)
{
    return (IUnknown *)&callback->IBackgroundCopyCallback_iface;
}

void job_callback_free(struct job_callback *callback)
{
    AcquireSRWLockExclusive(&callback->lock);
    callback->wakeup = NULL;
    ReleaseSRWLockExclusive(&callback->lock);
    IBackgroundCopyCallback_Release(&callback->IBackgroundCopyCallback_iface);
}
