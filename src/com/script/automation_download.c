#include "com/script/automation_download.h"

#include "com/download/download_object.h"
#include "com/download/download_values.h"
#include "com/network/conditions.h"
#include "com/object/com_object.h"
#include "com/object/error_info.h"
#include "com/object/error_text.h"
#include "com/script/automation_dispatch.h"
#include "com/script/automation_error.h"
#include "com/script/automation_job.h"
#include "com/script/automation_progress.h"
#include "com/script/automation_properties.h"
#include "com/script/automation_request.h"
#include "com/script/automation_values.h"
#include "com/script/automation_variant.h"
#include "com/script/automation_wait.h"

#include <assert.h>
#include <deliveryoptimizationerrors.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static_assert((int)OdoCreated == DODownloadState_Created &&
                  (int)OdoTransferring == DODownloadState_Transferring &&
                  (int)OdoTransferred == DODownloadState_Transferred &&
                  (int)OdoFinalized == DODownloadState_Finalized &&
                  (int)OdoAborted == DODownloadState_Aborted &&
                  (int)OdoPaused == DODownloadState_Paused,
              "a state has the same number for scripts");

struct automation_download {
    struct com_object base;
    IOdoDownload IOdoDownload_iface;
    struct error_info_support error_support;
    ITypeInfo *description;
    IDODownload *download;
    struct download *served;          /* what `download` represents; valid as long as it */
    BSTR id;                          /* of `download` */
    struct automation_download *next; /* guarded by `alive_lock` */

    struct automation_request request; /* for the next Start */
};

COM_DEFINE_UNKNOWN(automation_download, IOdoDownload)

/* --- IDispatch ------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE automation_download_GetTypeInfoCount(IOdoDownload *self,
                                                                      UINT *count_out)
{
    (void)self;
    return automation_dispatch_count(count_out);
}

static HRESULT STDMETHODCALLTYPE automation_download_GetTypeInfo(IOdoDownload *self, UINT index,
                                                                 LCID locale,
                                                                 ITypeInfo **info_out)
{
    (void)locale;
    return automation_dispatch_get(impl_from_IOdoDownload(self)->description, index, info_out);
}

static HRESULT STDMETHODCALLTYPE automation_download_GetIDsOfNames(IOdoDownload *self,
                                                                   REFIID reserved,
                                                                   LPOLESTR *names, UINT count,
                                                                   LCID locale, DISPID *ids)
{
    (void)locale;
    return automation_dispatch_find(impl_from_IOdoDownload(self)->description, reserved, names,
                                    count, ids);
}

static HRESULT STDMETHODCALLTYPE automation_download_Invoke(IOdoDownload *self, DISPID id,
                                                            REFIID reserved, LCID locale,
                                                            WORD flags, DISPPARAMS *arguments,
                                                            VARIANT *result,
                                                            EXCEPINFO *exception, UINT *fault)
{
    (void)locale;
    return automation_dispatch_invoke(impl_from_IOdoDownload(self)->description, self, id,
                                      reserved, flags, arguments, result, exception, fault);
}

/* --- Properties ----------------------------------------------------------------------- */

static HRESULT fail_pointer(void)
{
    return automation_error(E_POINTER, L"There is nowhere to put the result");
}

static HRESULT get_text(IOdoDownload *self, DODownloadProperty property, BSTR *text_out)
{
    return text_out ? automation_properties_get_text(impl_from_IOdoDownload(self)->download,
                                                     property, text_out)
                    : fail_pointer();
}

static HRESULT STDMETHODCALLTYPE automation_download_get_Id(IOdoDownload *self, BSTR *value)
{
    return get_text(self, DODownloadProperty_Id, value);
}

static HRESULT STDMETHODCALLTYPE automation_download_get_Url(IOdoDownload *self, BSTR *value)
{
    return get_text(self, DODownloadProperty_Uri, value);
}

static HRESULT STDMETHODCALLTYPE automation_download_put_Url(IOdoDownload *self, BSTR value)
{
    return automation_properties_set_url(impl_from_IOdoDownload(self)->download, value);
}

static HRESULT STDMETHODCALLTYPE automation_download_get_Path(IOdoDownload *self, BSTR *value)
{
    return get_text(self, DODownloadProperty_LocalPath, value);
}

static HRESULT STDMETHODCALLTYPE automation_download_get_DisplayName(IOdoDownload *self,
                                                                     BSTR *value)
{
    return get_text(self, DODownloadProperty_DisplayName, value);
}

static HRESULT STDMETHODCALLTYPE automation_download_put_DisplayName(IOdoDownload *self,
                                                                     BSTR value)
{
    return automation_properties_set_text(impl_from_IOdoDownload(self)->download,
                                          DODownloadProperty_DisplayName, value);
}

static HRESULT STDMETHODCALLTYPE automation_download_get_Headers(IOdoDownload *self,
                                                                 VARIANT *value)
{
    HRESULT hr;

    if (!value) {
        return fail_pointer();
    }
    VariantInit(value);
    hr = get_text(self, DODownloadProperty_HttpCustomHeaders, &V_BSTR(value));
    if (SUCCEEDED(hr)) {
        V_VT(value) = VT_BSTR;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE automation_download_put_Headers(IOdoDownload *self,
                                                                 VARIANT value)
{
    BSTR headers;
    HRESULT hr = automation_values_read_headers(&value, &headers);

    if (SUCCEEDED(hr)) {
        hr = automation_properties_set_text(impl_from_IOdoDownload(self)->download,
                                            DODownloadProperty_HttpCustomHeaders, headers);
        SysFreeString(headers);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE automation_download_get_Priority(IOdoDownload *self,
                                                                  BSTR *value)
{
    VARIANT_BOOL is_foreground;
    HRESULT hr;

    if (!value) {
        return fail_pointer();
    }
    *value = NULL;
    hr = automation_properties_get_flag(impl_from_IOdoDownload(self)->download,
                                        DODownloadProperty_ForegroundPriority, &is_foreground);
    if (SUCCEEDED(hr)) {
        *value = SysAllocString(is_foreground ? L"foreground" : L"background");
        hr = *value ? S_OK : automation_error_pass(E_OUTOFMEMORY, NULL);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE automation_download_put_Priority(IOdoDownload *self,
                                                                  BSTR value)
{
    bool is_foreground = value && _wcsicmp(value, L"foreground") == 0;

    if (!is_foreground && !(value && _wcsicmp(value, L"background") == 0)) {
        return automation_error(E_INVALIDARG, L"Priority is 'background' or 'foreground'");
    }
    return automation_properties_set_flag(impl_from_IOdoDownload(self)->download,
                                          DODownloadProperty_ForegroundPriority, is_foreground);
}

static HRESULT STDMETHODCALLTYPE automation_download_get_KeepAfterExit(IOdoDownload *self,
                                                                       VARIANT_BOOL *value)
{
    return value ? automation_properties_get_flag(impl_from_IOdoDownload(self)->download,
                                                  DODownloadProperty_NonVolatile, value)
                 : fail_pointer();
}

static HRESULT STDMETHODCALLTYPE automation_download_put_KeepAfterExit(IOdoDownload *self,
                                                                       VARIANT_BOOL value)
{
    return automation_properties_set_flag(impl_from_IOdoDownload(self)->download,
                                          DODownloadProperty_NonVolatile, value != 0);
}

static HRESULT STDMETHODCALLTYPE automation_download_GetProperty(IOdoDownload *self, BSTR name,
                                                                 VARIANT *value)
{
    struct automation_download *object = impl_from_IOdoDownload(self);

    if (!value) {
        return fail_pointer();
    }
    return automation_job_knows(name)
               ? automation_job_get(download_job(object->served), name, value)
               : automation_properties_get(object->download, name, value);
}

static HRESULT STDMETHODCALLTYPE automation_download_SetProperty(IOdoDownload *self, BSTR name,
                                                                 VARIANT value)
{
    struct automation_download *object = impl_from_IOdoDownload(self);
    HRESULT hr;

    if (!automation_job_knows(name)) {
        return automation_properties_set(object->download, name, &value);
    }
    hr = automation_job_set(download_job(object->served), name, &value);
    if (SUCCEEDED(hr)) {
        const struct cost_wish wish = download_cost_wish(object->served);

        conditions_changed(download_job(object->served),
                           &wish); /* it depends on the priority */
    }
    return hr;
}

/* --- Ranges --------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE automation_download_get_Ranges(IOdoDownload *self,
                                                                VARIANT *value)
{
    struct automation_download *object = impl_from_IOdoDownload(self);
    HRESULT hr;

    if (!value) {
        return fail_pointer();
    }
    VariantInit(value);
    hr = automation_request_write_ranges(&object->request, object->served, &V_BSTR(value));
    if (SUCCEEDED(hr)) {
        V_VT(value) = VT_BSTR;
    }
    return automation_error_pass(hr, NULL);
}

static HRESULT STDMETHODCALLTYPE automation_download_put_Ranges(IOdoDownload *self,
                                                                VARIANT value)
{
    return automation_request_set_ranges(&impl_from_IOdoDownload(self)->request, &value);
}

/* --- Status --------------------------------------------------------------------------- */

static HRESULT get_status(IOdoDownload *self, const void *out, DO_DOWNLOAD_STATUS *status_out)
{
    return out ? automation_error_pass(
                     IDODownload_GetStatus(impl_from_IOdoDownload(self)->download, status_out),
                     NULL)
               : fail_pointer();
}

static HRESULT STDMETHODCALLTYPE automation_download_get_State(IOdoDownload *self,
                                                               OdoDownloadState *value)
{
    DO_DOWNLOAD_STATUS status;
    HRESULT hr = get_status(self, value, &status);

    if (SUCCEEDED(hr)) {
        *value = (OdoDownloadState)status.State;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE automation_download_get_StateText(IOdoDownload *self,
                                                                   BSTR *value)
{
    static const WCHAR *const names[] = {L"Created",   L"Transferring", L"Transferred",
                                         L"Finalized", L"Aborted",      L"Paused"};
    DO_DOWNLOAD_STATUS status;
    HRESULT hr = get_status(self, value, &status);

    if (FAILED(hr)) {
        return hr;
    }
    *value = SysAllocString((size_t)status.State < ARRAYSIZE(names) ? names[status.State]
                                                                    : L"Unknown");
    return *value ? S_OK : automation_error_pass(E_OUTOFMEMORY, NULL);
}

static HRESULT STDMETHODCALLTYPE automation_download_get_Error(IOdoDownload *self, LONG *value)
{
    DO_DOWNLOAD_STATUS status;
    HRESULT hr = get_status(self, value, &status);

    if (SUCCEEDED(hr)) {
        *value = status.Error;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE automation_download_get_ErrorText(IOdoDownload *self,
                                                                   BSTR *value)
{
    DO_DOWNLOAD_STATUS status;
    WCHAR *words = NULL;
    HRESULT code;
    HRESULT hr = get_status(self, value, &status);

    if (FAILED(hr)) {
        return hr;
    }
    code = status.Error != S_OK ? status.Error : status.ExtendedError;
    hr = code != S_OK ? error_text_describe(code, 0, &words) : S_OK;
    *value = SUCCEEDED(hr) ? SysAllocString(words ? words : L"") : NULL;
    CoTaskMemFree(words);
    return *value ? S_OK : automation_error_pass(E_OUTOFMEMORY, NULL);
}

static HRESULT STDMETHODCALLTYPE automation_download_get_ExtendedError(IOdoDownload *self,
                                                                       LONG *value)
{
    DO_DOWNLOAD_STATUS status;
    HRESULT hr = get_status(self, value, &status);

    if (SUCCEEDED(hr)) {
        *value = status.ExtendedError;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE automation_download_get_BytesTotal(IOdoDownload *self,
                                                                    double *value)
{
    DO_DOWNLOAD_STATUS status;
    HRESULT hr = get_status(self, value, &status);

    if (SUCCEEDED(hr)) {
        *value = (double)status.BytesTotal;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE automation_download_get_BytesTransferred(IOdoDownload *self,
                                                                          double *value)
{
    DO_DOWNLOAD_STATUS status;
    HRESULT hr = get_status(self, value, &status);

    if (SUCCEEDED(hr)) {
        *value = (double)status.BytesTransferred;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE automation_download_get_OnProgress(IOdoDownload *self,
                                                                    VARIANT *value)
{
    HRESULT hr;

    if (!value) {
        return fail_pointer();
    }
    VariantInit(value);
    hr = automation_progress_get(impl_from_IOdoDownload(self)->download, &V_DISPATCH(value));
    if (SUCCEEDED(hr)) {
        V_VT(value) = VT_DISPATCH;
    }
    return automation_error_pass(hr, NULL);
}

static HRESULT STDMETHODCALLTYPE automation_download_put_OnProgress(IOdoDownload *self,
                                                                    VARIANT value)
{
    IDODownload *download = impl_from_IOdoDownload(self)->download;
    VARIANT plain;
    HRESULT hr;

    hr = automation_variant_copy(&value, &plain);
    if (FAILED(hr)) {
        return automation_error_pass(hr, NULL);
    }
    if (automation_variant_is_nothing(&plain)) {
        hr = automation_error_pass(automation_progress_set(download, NULL, NULL), NULL);
    } else if (automation_variant_is_object(&plain)) {
        hr = automation_error_pass(
            automation_progress_set(download, V_DISPATCH(&plain), automation_download_wrap),
            NULL);
    } else {
        hr = automation_error(DISP_E_TYPEMISMATCH,
                              L"OnProgress is a function, or an object with "
                              L"a default method");
    }
    VariantClear(&plain);
    return hr;
}

/* --- Methods -------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE automation_download_Start(IOdoDownload *self)
{
    struct automation_download *object = impl_from_IOdoDownload(self);
    DO_DOWNLOAD_RANGES_INFO *ranges;
    HRESULT hr = automation_request_copy_ranges(&object->request, object->download, &ranges);

    if (SUCCEEDED(hr)) {
        hr = IDODownload_Start(object->download, ranges);
    }
    free(ranges);
    if (SUCCEEDED(hr)) {
        automation_request_clear(&object->request);
    }
    return automation_error_pass(hr, L"The download cannot be started");
}

static HRESULT STDMETHODCALLTYPE automation_download_Wait(IOdoDownload *self, VARIANT seconds,
                                                          VARIANT_BOOL *value)
{
    struct automation_download *object = impl_from_IOdoDownload(self);
    DO_DOWNLOAD_STATUS status = {.State = DODownloadState_Created};
    HRESULT hr;

    if (!value) {
        return fail_pointer();
    }
    *value = VARIANT_FALSE;
    hr = automation_wait(object->download, download_job(object->served), &seconds, &status);
    if (SUCCEEDED(hr) && status.State == DODownloadState_Created) {
        return automation_error(DO_E_INVALID_STATE, L"The download has not been started");
    }
    if (SUCCEEDED(hr) && (status.State == DODownloadState_Transferred ||
                          status.State == DODownloadState_Finalized)) {
        *value = VARIANT_TRUE;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE automation_download_Pause(IOdoDownload *self)
{
    return automation_error_pass(IDODownload_Pause(impl_from_IOdoDownload(self)->download),
                                 L"The download cannot be paused");
}

static HRESULT STDMETHODCALLTYPE automation_download_Finalize(IOdoDownload *self)
{
    return automation_error_pass(IDODownload_Finalize(impl_from_IOdoDownload(self)->download),
                                 L"The download cannot be finalized");
}

static HRESULT STDMETHODCALLTYPE automation_download_Cancel(IOdoDownload *self)
{
    return automation_error_pass(IDODownload_Abort(impl_from_IOdoDownload(self)->download),
                                 L"The download cannot be cancelled");
}

static const IOdoDownloadVtbl download_vtbl = {
    COM_UNKNOWN_SLOTS(automation_download, IOdoDownload),
    .GetTypeInfoCount = automation_download_GetTypeInfoCount,
    .GetTypeInfo = automation_download_GetTypeInfo,
    .GetIDsOfNames = automation_download_GetIDsOfNames,
    .Invoke = automation_download_Invoke,
    .get_Id = automation_download_get_Id,
    .get_Url = automation_download_get_Url,
    .put_Url = automation_download_put_Url,
    .get_Path = automation_download_get_Path,
    .get_DisplayName = automation_download_get_DisplayName,
    .put_DisplayName = automation_download_put_DisplayName,
    .get_Headers = automation_download_get_Headers,
    .put_Headers = automation_download_put_Headers,
    .get_Ranges = automation_download_get_Ranges,
    .put_Ranges = automation_download_put_Ranges,
    .get_Priority = automation_download_get_Priority,
    .put_Priority = automation_download_put_Priority,
    .get_KeepAfterExit = automation_download_get_KeepAfterExit,
    .put_KeepAfterExit = automation_download_put_KeepAfterExit,
    .get_State = automation_download_get_State,
    .get_StateText = automation_download_get_StateText,
    .get_Error = automation_download_get_Error,
    .get_ErrorText = automation_download_get_ErrorText,
    .get_ExtendedError = automation_download_get_ExtendedError,
    .get_BytesTotal = automation_download_get_BytesTotal,
    .get_BytesTransferred = automation_download_get_BytesTransferred,
    .get_OnProgress = automation_download_get_OnProgress,
    .put_OnProgress = automation_download_put_OnProgress,
    .putref_OnProgress = automation_download_put_OnProgress,
    .Start = automation_download_Start,
    .Wait = automation_download_Wait,
    .Pause = automation_download_Pause,
    .Resume = automation_download_Start, /* resumes a paused download */
    .Finalize = automation_download_Finalize,
    .Cancel = automation_download_Cancel,
    .GetProperty = automation_download_GetProperty,
    .SetProperty = automation_download_SetProperty,
};

/* --- Creation ------------------------------------------------------------------------- */

/* All live objects. */
static SRWLOCK alive_lock = SRWLOCK_INIT;
static struct automation_download *alive;

static void unlist_alive(struct automation_download *object)
{
    AcquireSRWLockExclusive(&alive_lock);
    for (struct automation_download **place = &alive; *place; place = &(*place)->next) {
        if (*place == object) {
            *place = object->next;
            break;
        }
    }
    ReleaseSRWLockExclusive(&alive_lock);
}

/* Add a reference unless the last one is gone and the object is about to leave the list. */
static bool revive(struct com_object *object)
{
    LONG refs = InterlockedCompareExchange(&object->refs, 0, 0);

    while (refs > 0) {
        LONG seen = InterlockedCompareExchange(&object->refs, refs + 1, refs);

        if (seen == refs) {
            return true;
        }
        refs = seen;
    }
    return false;
}

static void automation_download_destroy(struct com_object *base)
{
    struct automation_download *object =
        CONTAINING_RECORD(base, struct automation_download, base);

    unlist_alive(object);
    if (object->description) {
        ITypeInfo_Release(object->description);
    }
    IDODownload_Release(object->download);
    SysFreeString(object->id);
    automation_request_clear(&object->request);
    free(object);
}

static const struct com_interface download_interfaces[] = {
    COM_INTERFACE(automation_download, IOdoDownload),
    COM_BASE_INTERFACE(automation_download, IOdoDownload, IDispatch),
    {&IID_ISupportErrorInfo,
     offsetof(struct automation_download, error_support.ISupportErrorInfo_iface)},
};

static const struct com_class download_class = {
    .destroy = automation_download_destroy,
    .interfaces = download_interfaces,
    .interface_count = ARRAYSIZE(download_interfaces),
};

/* Takes ownership of `id`, even on failure. */
static HRESULT create(IDODownload *download, BSTR id, struct automation_download **object_out)
{
    struct automation_download *object = calloc(1, sizeof(*object));
    HRESULT hr;

    *object_out = NULL;
    if (!object) {
        SysFreeString(id);
        return E_OUTOFMEMORY;
    }
    com_object_init(&object->base, &download_class);
    object->IOdoDownload_iface.lpVtbl = &download_vtbl;
    error_info_support_init(&object->error_support, &object->base, &IID_IOdoDownload);
    automation_request_init(&object->request);
    IDODownload_AddRef(download);
    object->download = download;
    object->served = download_object_get(download);
    object->id = id;
    if (!object->served) {
        com_object_release(&object->base);
        return E_INVALIDARG;
    }
    hr = automation_dispatch_load(&IID_IOdoDownload, &object->description);
    if (FAILED(hr)) {
        com_object_release(&object->base);
        return hr;
    }
    *object_out = object;
    return S_OK;
}

/* Return the live object with the same id, with a reference; if there is none, list `made` and
 * return it. */
static struct automation_download *find_or_join(struct automation_download *made)
{
    struct automation_download *found;

    AcquireSRWLockExclusive(&alive_lock);
    for (found = alive; found; found = found->next) {
        if (wcscmp(found->id, made->id) == 0 && revive(&found->base)) {
            break;
        }
    }
    if (!found) {
        made->next = alive;
        alive = made;
    }
    ReleaseSRWLockExclusive(&alive_lock);
    return found ? found : made;
}

HRESULT automation_download_wrap(IDODownload *download, IOdoDownload **out)
{
    struct automation_download *made;
    struct automation_download *object;
    BSTR id;
    HRESULT hr;

    *out = NULL;
    hr = automation_properties_get_text(download, DODownloadProperty_Id, &id);
    if (SUCCEEDED(hr)) {
        hr = create(download, id, &made);
    }
    if (FAILED(hr)) {
        return automation_error_pass(hr, NULL);
    }
    object = find_or_join(made);
    if (object != made) {
        com_object_release(&made->base);
    }
    *out = &object->IOdoDownload_iface;
    return S_OK;
}
