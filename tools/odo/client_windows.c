#include "client.h"

#include "hresult_text.h"
#include "wide_text_windows.h"

#include <windows.h>

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/* The two range types are the same bytes, so the server may be handed our array. */
static_assert(sizeof(BG_FILE_RANGE) == sizeof(struct byte_range), "same size");
static_assert(offsetof(BG_FILE_RANGE, Length) == offsetof(struct byte_range, length),
              "same order");

/* Successes of Complete and Cancel with a remark. */
#define PARTIAL_COMPLETE       ((HRESULT)0x00200017)
#define UNABLE_TO_DELETE_FILES ((HRESULT)0x0020001A)

/*
 * What the server calls when the job is done or has failed. It counts its references, since
 * the server may hold it a little longer than the client lives.
 */
struct job_callback {
    IBackgroundCopyCallback IBackgroundCopyCallback_iface;
    LONG refs;
    SRWLOCK lock;          /* guards `wakeup` */
    struct wakeup *wakeup; /* borrowed; NULL once the client is gone */
};

struct client {
    struct job_callback *callback;
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;
    bool com_is_up;
    bool ended; /* finished or cancelled */
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

static struct job_callback *job_callback_create(struct wakeup *wakeup)
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

/* True for success; otherwise says why not. */
static bool check(HRESULT hr, struct error_report *report_out)
{
    if (SUCCEEDED(hr)) {
        return true;
    }
    report_hresult((uint32_t)hr, report_out);
    return false;
}

bool client_has_servers(void)
{
    return true;
}

static HRESULT find_class(const char *server, CLSID *clsid_out)
{
    wchar_t *name;
    HRESULT hr;

    if (!server || _stricmp(server, "opendo") == 0) {
        *clsid_out = CLSID_OpenDO;
        return S_OK;
    }
    if (_stricmp(server, "windows") == 0) {
        *clsid_out = CLSID_DeliveryOptimization;
        return S_OK;
    }
    name = wide_text_from_utf8(server);
    if (!name) {
        return E_OUTOFMEMORY;
    }
    hr = CLSIDFromString(name, clsid_out);
    free(name);
    return hr;
}

static HRESULT reach_server(struct client *client, const char *server, struct wakeup *wakeup)
{
    IUnknown *callback;
    CLSID clsid;
    GUID id;
    HRESULT hr;

    hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (FAILED(hr)) {
        return hr;
    }
    client->com_is_up = true;
    /*
     * A server in another process writes the file as the user, which needs this permission,
     * and calls back. For a DLL it has no meaning; a failure shows in the calls that follow.
     */
    (void)CoInitializeSecurity(NULL, -1, NULL, NULL, RPC_C_AUTHN_LEVEL_CONNECT,
                               RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE, NULL);
    hr = find_class(server, &clsid);
    if (FAILED(hr)) {
        return hr;
    }
    hr = CoCreateInstance(&clsid, NULL, CLSCTX_INPROC_SERVER | CLSCTX_LOCAL_SERVER,
                          &IID_IBackgroundCopyManager, (void **)&client->manager);
    if (FAILED(hr)) {
        return hr;
    }
    hr = IBackgroundCopyManager_CreateJob(client->manager, L"odo get", BG_JOB_TYPE_DOWNLOAD,
                                          &id, &client->job);
    if (FAILED(hr)) {
        return hr;
    }
    client->callback = job_callback_create(wakeup);
    if (!client->callback) {
        return E_OUTOFMEMORY;
    }
    /* A server that refuses to call back is looked at now and then: it only tells later. */
    callback = (IUnknown *)&client->callback->IBackgroundCopyCallback_iface;
    (void)IBackgroundCopyJob_SetNotifyFlags(client->job,
                                            BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR);
    (void)IBackgroundCopyJob_SetNotifyInterface(client->job, callback);
    return S_OK;
}

static void report_unreachable(HRESULT hr, const char *server, struct error_report *report_out)
{
    report_hresult((uint32_t)hr, report_out);
    if (hr != E_OUTOFMEMORY) {
        report_out->exit_code = EXIT_CODE_SERVICE;
    }
    if (hr == REGDB_E_CLASSNOTREG && !server) {
        struct error_report advice;

        report_words(&advice, EXIT_CODE_SERVICE, report_out->code,
                     "%s; register it with: regsvr32 dosvc.dll", report_out->text);
        *report_out = advice;
    }
}

bool client_start(const char *server, struct wakeup *wakeup, struct client **client_out,
                  struct error_report *report_out)
{
    struct client *client = calloc(1, sizeof(*client));
    HRESULT hr;

    if (!client) {
        return check(E_OUTOFMEMORY, report_out);
    }
    hr = reach_server(client, server, wakeup);
    if (FAILED(hr)) {
        report_unreachable(hr, server, report_out);
        client_free(client);
        return false;
    }
    *client_out = client;
    return true;
}

static void let_go_of_callback(struct client *client)
{
    (void)IBackgroundCopyJob_SetNotifyInterface(client->job, NULL);
    AcquireSRWLockExclusive(&client->callback->lock);
    client->callback->wakeup = NULL;
    ReleaseSRWLockExclusive(&client->callback->lock);
    IBackgroundCopyCallback_Release(&client->callback->IBackgroundCopyCallback_iface);
}

void client_free(struct client *client)
{
    if (!client) {
        return;
    }
    if (client->job && !client->ended) {
        (void)client_cancel(client);
    }
    if (client->callback) {
        let_go_of_callback(client);
    }
    if (client->job) {
        IBackgroundCopyJob_Release(client->job);
    }
    if (client->manager) {
        IBackgroundCopyManager_Release(client->manager);
    }
    if (client->com_is_up) {
        CoUninitialize();
    }
    free(client);
}

bool client_add(struct client *client, const struct client_file *file,
                struct error_report *report_out)
{
    IDeliveryOptimizationJob *job = NULL;
    wchar_t *url = wide_text_from_utf8(file->url);
    wchar_t *path = wide_text_from_utf8(file->path);
    HRESULT hr = E_OUTOFMEMORY;

    if (!url || !path) {
        goto done;
    }
    hr = IBackgroundCopyJob_QueryInterface(client->job, &IID_IDeliveryOptimizationJob,
                                           (void **)&job);
    if (FAILED(hr)) {
        goto done;
    }
    /* The URL serves as the id, too: any text will do. */
    hr = IDeliveryOptimizationJob_AddFileWithRanges(job, url, url, path, file->range_count,
                                                    (BG_FILE_RANGE *)(void *)file->ranges,
                                                    file->file_size);

done:
    if (job) {
        IDeliveryOptimizationJob_Release(job);
    }
    free(path);
    free(url);
    return check(hr, report_out);
}

bool client_resume(struct client *client, struct error_report *report_out)
{
    return check(IBackgroundCopyJob_Resume(client->job), report_out);
}

static enum client_state state_of(BG_JOB_STATE state)
{
    switch (state) {
    case BG_JOB_STATE_QUEUED:
    case BG_JOB_STATE_CONNECTING:
    case BG_JOB_STATE_TRANSFERRING:
        return CLIENT_MOVING;
    case BG_JOB_STATE_TRANSIENT_ERROR:
        return CLIENT_RETRYING;
    case BG_JOB_STATE_TRANSFERRED:
    case BG_JOB_STATE_ACKNOWLEDGED:
        return CLIENT_TRANSFERRED;
    case BG_JOB_STATE_SUSPENDED:
    case BG_JOB_STATE_ERROR:
    case BG_JOB_STATE_CANCELLED:
        break;
    }
    return CLIENT_FAILED;
}

bool client_look(struct client *client, enum client_state *state_out,
                 struct client_progress *progress_out, struct error_report *report_out)
{
    BG_JOB_STATE state;
    BG_JOB_PROGRESS progress;

    /* The state first: what is TRANSFERRED then has all its bytes. */
    if (!check(IBackgroundCopyJob_GetState(client->job, &state), report_out) ||
        !check(IBackgroundCopyJob_GetProgress(client->job, &progress), report_out)) {
        return false;
    }
    *state_out = state_of(state);
    *progress_out = (struct client_progress){
        .bytes_total = progress.BytesTotal,
        .bytes_transferred = progress.BytesTransferred,
    };
    return true;
}

bool client_get_error(struct client *client, struct error_report *report_out)
{
    IBackgroundCopyError *error = NULL;
    BG_ERROR_CONTEXT context;
    HRESULT code = S_OK;
    HRESULT hr = IBackgroundCopyJob_GetError(client->job, &error);

    if (FAILED(hr)) {
        return false;
    }
    hr = IBackgroundCopyError_GetError(error, &context, &code);
    IBackgroundCopyError_Release(error);
    if (FAILED(hr)) {
        return false;
    }
    report_hresult((uint32_t)code, report_out);
    return true;
}

bool client_finish(struct client *client, struct error_report *report_out)
{
    HRESULT hr = IBackgroundCopyJob_Complete(client->job);

    client->ended = SUCCEEDED(hr);
    if (hr == PARTIAL_COMPLETE) {
        report_hresult((uint32_t)hr, report_out);
        return false;
    }
    return check(hr, report_out);
}

bool client_cancel(struct client *client)
{
    client->ended = true;
    return IBackgroundCopyJob_Cancel(client->job) != UNABLE_TO_DELETE_FILES;
}
