/*
 * A client that was compiled with the header of Windows' SDK: it fetches a file and waits for
 * it by its callback alone.
 *
 *     client in-process|local URL PATH
 */
#include <windows.h>

#include <ole2.h>

#include <deliveryoptimization.h> /* the SDK's */
#include <deliveryoptimizationerrors.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

enum { DEADLINE_MS = 60000 };

struct callback {
    IDODownloadStatusCallback IDODownloadStatusCallback_iface;
    HANDLE is_over; /* an event */
    DO_DOWNLOAD_STATUS last;
};

static HRESULT STDMETHODCALLTYPE callback_QueryInterface(IDODownloadStatusCallback *self,
                                                         REFIID iid, void **out)
{
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IDODownloadStatusCallback)) {
        return E_NOINTERFACE;
    }
    *out = self;
    return S_OK;
}

/* It lives as long as the program. */
static ULONG STDMETHODCALLTYPE callback_AddRef(IDODownloadStatusCallback *self)
{
    (void)self;
    return 2;
}

static ULONG STDMETHODCALLTYPE callback_Release(IDODownloadStatusCallback *self)
{
    (void)self;
    return 1;
}

static HRESULT STDMETHODCALLTYPE callback_OnStatusChange(IDODownloadStatusCallback *self,
                                                         IDODownload *download,
                                                         const DO_DOWNLOAD_STATUS *status)
{
    struct callback *callback =
        CONTAINING_RECORD(self, struct callback, IDODownloadStatusCallback_iface);

    (void)download;
    callback->last = *status;
    if (status->State == DODownloadState_Transferred || FAILED(status->Error)) {
        SetEvent(callback->is_over);
    }
    return S_OK;
}

static IDODownloadStatusCallbackVtbl callback_vtbl = {
    .QueryInterface = callback_QueryInterface,
    .AddRef = callback_AddRef,
    .Release = callback_Release,
    .OnStatusChange = callback_OnStatusChange,
};

static HRESULT set_text(IDODownload *download, DODownloadProperty id, const WCHAR *text)
{
    VARIANT value = {.vt = VT_BSTR};
    HRESULT hr;

    value.bstrVal = SysAllocString(text);
    hr = IDODownload_SetProperty(download, id, &value);
    VariantClear(&value);
    return hr;
}

static HRESULT set_callback(IDODownload *download, struct callback *callback)
{
    VARIANT value = {.vt = VT_UNKNOWN};

    value.punkVal = (IUnknown *)&callback->IDODownloadStatusCallback_iface;
    return IDODownload_SetProperty(download, DODownloadProperty_CallbackInterface, &value);
}

static HRESULT fetch(IDODownload *download, struct callback *callback, const WCHAR *url,
                     const WCHAR *path)
{
    HRESULT hr = CoSetProxyBlanket((IUnknown *)download, RPC_C_AUTHN_DEFAULT, RPC_C_AUTHZ_NONE,
                                   COLE_DEFAULT_PRINCIPAL, RPC_C_AUTHN_LEVEL_DEFAULT,
                                   RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_STATIC_CLOAKING);

    if (SUCCEEDED(hr)) {
        hr = set_callback(download, callback);
    }
    if (SUCCEEDED(hr)) {
        hr = set_text(download, DODownloadProperty_Uri, url);
    }
    if (SUCCEEDED(hr)) {
        hr = set_text(download, DODownloadProperty_LocalPath, path);
    }
    if (SUCCEEDED(hr)) {
        hr = IDODownload_Start(download, NULL);
    }
    if (SUCCEEDED(hr) && WaitForSingleObject(callback->is_over, DEADLINE_MS) != WAIT_OBJECT_0) {
        hr = HRESULT_FROM_WIN32(ERROR_TIMEOUT);
    }
    if (SUCCEEDED(hr)) {
        hr = callback->last.Error;
    }
    if (SUCCEEDED(hr)) {
        hr = IDODownload_Finalize(download);
    } else {
        IDODownload_Abort(download);
    }
    return hr;
}

int wmain(int count, WCHAR **arguments)
{
    struct callback callback = {.IDODownloadStatusCallback_iface.lpVtbl = &callback_vtbl};
    IDOManager *manager = NULL;
    IDODownload *download = NULL;
    HRESULT hr;

    if (count != 4) {
        return 2;
    }
    callback.is_over = CreateEventW(NULL, TRUE, FALSE, NULL);
    hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (SUCCEEDED(hr)) {
        hr = CoCreateInstance(&CLSID_DeliveryOptimization, NULL,
                              wcscmp(arguments[1], L"local") == 0 ? CLSCTX_LOCAL_SERVER
                                                                  : CLSCTX_INPROC_SERVER,
                              &IID_IDOManager, (void **)&manager);
    }
    if (SUCCEEDED(hr)) {
        hr = IDOManager_CreateDownload(manager, &download);
        IDOManager_Release(manager);
    }
    if (SUCCEEDED(hr)) {
        hr = fetch(download, &callback, arguments[2], arguments[3]);
        IDODownload_Release(download);
    }
    printf("0x%08lx, %llu of %llu bytes\n", (unsigned long)hr, callback.last.BytesTransferred,
           callback.last.BytesTotal);
    CoUninitialize();
    CloseHandle(callback.is_over);
    return SUCCEEDED(hr) ? 0 : 1;
}
