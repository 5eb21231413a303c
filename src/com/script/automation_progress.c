#include "com/script/automation_progress.h"

#include "com/object/com_object.h"
#include "com/object/interface_keeper.h"

#include <stdlib.h>

/* Private interface: identifies a callback of this unit and process. */
static const IID IID_script_progress = {
    0x2abce87e, 0x99ff, 0x4141, {0xa0, 0x29, 0x0d, 0x96, 0xc0, 0xf6, 0x84, 0xf4}};

struct automation_progress {
    struct com_object base;
    IDODownloadStatusCallback IDODownloadStatusCallback_iface;
    DWORD function; /* interface_keeper handle of an IDispatch */
    automation_wrapper *wrap;
};

COM_DEFINE_UNKNOWN(automation_progress, IDODownloadStatusCallback)

/* The function's result and exceptions are ignored. */
static void call(IDispatch *function, IOdoDownload *download)
{
    VARIANT argument;
    VARIANT result;
    DISPPARAMS arguments = {.rgvarg = &argument, .cArgs = 1};
    EXCEPINFO exception = {0};

    V_VT(&argument) = VT_DISPATCH;
    V_DISPATCH(&argument) = (IDispatch *)download; /* valid during the call */
    VariantInit(&result);
    IDispatch_Invoke(function, DISPID_VALUE, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD,
                     &arguments, &result, &exception, NULL);
    VariantClear(&result);
    SysFreeString(exception.bstrSource);
    SysFreeString(exception.bstrDescription);
    SysFreeString(exception.bstrHelpFile);
}

static HRESULT STDMETHODCALLTYPE automation_progress_OnStatusChange(
    IDODownloadStatusCallback *self, IDODownload *download, const DO_DOWNLOAD_STATUS *status)
{
    struct automation_progress *progress = impl_from_IDODownloadStatusCallback(self);
    IOdoDownload *script_download = NULL;
    IDispatch *function = NULL;
    HRESULT hr;

    (void)status; /* the script queries the download, which may have advanced */
    hr = progress->wrap(download, &script_download);
    if (SUCCEEDED(hr)) {
        hr =
            interface_keeper_begin_call(progress->function, &IID_IDispatch, (void **)&function);
    }
    if (SUCCEEDED(hr)) {
        call(function, script_download);
        interface_keeper_end_call(progress->function, (IUnknown *)function);
    }
    if (script_download) {
        IOdoDownload_Release(script_download);
    }
    return hr;
}

static const IDODownloadStatusCallbackVtbl callback_vtbl = {
    COM_UNKNOWN_SLOTS(automation_progress, IDODownloadStatusCallback),
    .OnStatusChange = automation_progress_OnStatusChange,
};

static void automation_progress_destroy(struct com_object *base)
{
    struct automation_progress *progress =
        CONTAINING_RECORD(base, struct automation_progress, base);

    interface_keeper_drop(progress->function);
    free(progress);
}

static const struct com_interface progress_interfaces[] = {
    COM_INTERFACE(automation_progress, IDODownloadStatusCallback),
    {&IID_script_progress,
     offsetof(struct automation_progress, IDODownloadStatusCallback_iface)},
};

static const struct com_class progress_class = {
    .destroy = automation_progress_destroy,
    .interfaces = progress_interfaces,
    .interface_count = ARRAYSIZE(progress_interfaces),
};

static HRESULT create(IDispatch *function, automation_wrapper *wrap, IUnknown **out)
{
    struct automation_progress *progress = calloc(1, sizeof(*progress));
    HRESULT hr;

    *out = NULL;
    if (!progress) {
        return E_OUTOFMEMORY;
    }
    hr = interface_keeper_keep((IUnknown *)function, &IID_IDispatch, &progress->function);
    if (FAILED(hr)) {
        free(progress);
        return hr;
    }
    com_object_init(&progress->base, &progress_class);
    progress->wrap = wrap;
    progress->IDODownloadStatusCallback_iface.lpVtbl = &callback_vtbl;
    *out = (IUnknown *)&progress->IDODownloadStatusCallback_iface;
    return S_OK;
}

HRESULT automation_progress_set(IDODownload *download, IDispatch *function,
                                automation_wrapper *wrap)
{
    VARIANT callback;
    HRESULT hr = S_OK;

    VariantInit(&callback);
    if (function) {
        V_VT(&callback) = VT_UNKNOWN;
        hr = create(function, wrap, &V_UNKNOWN(&callback));
    }
    if (SUCCEEDED(hr)) {
        hr = IDODownload_SetProperty(download, DODownloadProperty_CallbackInterface, &callback);
    }
    VariantClear(&callback);
    return hr;
}

HRESULT automation_progress_get(IDODownload *download, IDispatch **function_out)
{
    IDODownloadStatusCallback *ours = NULL;
    VARIANT callback;
    HRESULT hr;

    *function_out = NULL;
    VariantInit(&callback);
    hr = IDODownload_GetProperty(download, DODownloadProperty_CallbackInterface, &callback);
    if (hr == HRESULT_FROM_WIN32(ERROR_NOT_FOUND)) {
        return S_OK;
    }
    if (FAILED(hr)) {
        return hr;
    }
    if (V_VT(&callback) == VT_UNKNOWN && V_UNKNOWN(&callback) &&
        SUCCEEDED(IUnknown_QueryInterface(V_UNKNOWN(&callback), &IID_script_progress,
                                          (void **)&ours))) {
        hr = interface_keeper_get(impl_from_IDODownloadStatusCallback(ours)->function,
                                  &IID_IDispatch, (void **)function_out);
        IDODownloadStatusCallback_Release(ours);
    }
    VariantClear(&callback);
    return hr;
}
