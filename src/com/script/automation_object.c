#include "com/script/automation_object.h"

#include "com/object/com_object.h"
#include "com/object/error_info.h"
#include "com/script/automation_dispatch.h"
#include "com/script/automation_download.h"
#include "com/script/automation_enum.h"
#include "com/script/automation_error.h"
#include "com/script/automation_properties.h"
#include "com/script/automation_variant.h"

#include <deliveryoptimizationerrors.h>
#include <stdlib.h>

#include "deliveryoptimization.h" /* generated from idl/ */
#include "opendo.h"               /* generated from idl/ */

#define WIDEN_TEXT(text) L##text
#define WIDEN(text)      WIDEN_TEXT(text)

struct automation_object {
    struct com_object base;
    IOdoDownloads IOdoDownloads_iface;
    struct error_info_support error_support;
    ITypeInfo *description;
    IDOManager *manager;
};

COM_DEFINE_UNKNOWN(automation_object, IOdoDownloads)

/* --- IDispatch ------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE automation_object_GetTypeInfoCount(IOdoDownloads *self,
                                                                    UINT *count_out)
{
    (void)self;
    return automation_dispatch_count(count_out);
}

static HRESULT STDMETHODCALLTYPE automation_object_GetTypeInfo(IOdoDownloads *self, UINT index,
                                                               LCID locale,
                                                               ITypeInfo **info_out)
{
    (void)locale;
    return automation_dispatch_get(impl_from_IOdoDownloads(self)->description, index, info_out);
}

static HRESULT STDMETHODCALLTYPE automation_object_GetIDsOfNames(IOdoDownloads *self,
                                                                 REFIID reserved,
                                                                 LPOLESTR *names, UINT count,
                                                                 LCID locale, DISPID *ids)
{
    (void)locale;
    return automation_dispatch_find(impl_from_IOdoDownloads(self)->description, reserved, names,
                                    count, ids);
}

static HRESULT STDMETHODCALLTYPE automation_object_Invoke(IOdoDownloads *self, DISPID id,
                                                          REFIID reserved, LCID locale,
                                                          WORD flags, DISPPARAMS *arguments,
                                                          VARIANT *result, EXCEPINFO *exception,
                                                          UINT *fault)
{
    (void)locale;
    return automation_dispatch_invoke(impl_from_IOdoDownloads(self)->description, self, id,
                                      reserved, flags, arguments, result, exception, fault);
}

/* --- Finding downloads ---------------------------------------------------------------- */

enum { DOWNLOADS_MOST = 1 << 20 };

static HRESULT fail_pointer(void)
{
    return automation_error(E_POINTER, L"There is nowhere to put the result");
}

/* Make room for one more; the capacity doubles when exhausted. */
static HRESULT make_room(IDODownload ***downloads, ULONG count)
{
    IDODownload **larger;

    if (count > 0 && (count & (count - 1)) != 0) {
        return S_OK;
    }
    if (count == DOWNLOADS_MOST) {
        return E_OUTOFMEMORY;
    }
    larger = realloc(*downloads, (size_t)(count ? count * 2 : 1) * sizeof(IDODownload *));
    if (!larger) {
        return E_OUTOFMEMORY;
    }
    *downloads = larger;
    return S_OK;
}

static HRESULT read_enum(IEnumUnknown *items, IDODownload ***downloads_out, ULONG *count_out)
{
    IDODownload **downloads = NULL;
    ULONG count = 0;
    HRESULT hr;

    for (;;) {
        IUnknown *item = NULL;

        hr = make_room(&downloads, count);
        if (SUCCEEDED(hr)) {
            hr = IEnumUnknown_Next(items, 1, &item, NULL);
        }
        if (hr != S_OK) {
            break; /* S_FALSE after the last one */
        }
        hr = IUnknown_QueryInterface(item, &IID_IDODownload, (void **)&downloads[count]);
        IUnknown_Release(item);
        if (FAILED(hr)) {
            break;
        }
        count++;
    }
    if (FAILED(hr)) {
        automation_enum_free(downloads, count);
        return hr;
    }
    *downloads_out = downloads;
    *count_out = count;
    return S_OK;
}

/* All downloads, or those of a category, for automation_enum_free(). An empty list is no
 * error. */
static HRESULT list_downloads(struct automation_object *object,
                              const DO_DOWNLOAD_ENUM_CATEGORY *category,
                              IDODownload ***downloads_out, ULONG *count_out)
{
    IEnumUnknown *items = NULL;
    HRESULT hr = IDOManager_EnumDownloads(object->manager, category, &items);

    *downloads_out = NULL;
    *count_out = 0;
    if (hr == DO_E_NO_DOWNLOADS) {
        return S_OK;
    }
    if (SUCCEEDED(hr)) {
        hr = read_enum(items, downloads_out, count_out);
        IEnumUnknown_Release(items);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE automation_object_get_Item(IOdoDownloads *self, BSTR id,
                                                            IOdoDownload **value)
{
    DO_DOWNLOAD_ENUM_CATEGORY category = {.Property = DODownloadProperty_Id,
                                          .Value = id ? id : L""};
    IDODownload **downloads;
    ULONG count;
    HRESULT hr;

    if (!value) {
        return fail_pointer();
    }
    *value = NULL;
    hr = list_downloads(impl_from_IOdoDownloads(self), &category, &downloads, &count);
    if (FAILED(hr)) {
        return automation_error_pass(hr, NULL);
    }
    if (count > 0) {
        hr = automation_download_wrap(downloads[0], value);
    } else {
        hr = automation_error_format(
            DO_E_JOB_NOT_FOUND,
            L"There is no download '%.60ls'; it may be finalized or cancelled already",
            category.Value);
    }
    automation_enum_free(downloads, count);
    return hr;
}

static HRESULT STDMETHODCALLTYPE automation_object_get_Count(IOdoDownloads *self, LONG *value)
{
    IDODownload **downloads;
    ULONG count;
    HRESULT hr;

    if (!value) {
        return fail_pointer();
    }
    hr = list_downloads(impl_from_IOdoDownloads(self), NULL, &downloads, &count);
    if (SUCCEEDED(hr)) {
        automation_enum_free(downloads, count);
        *value = (LONG)count;
    }
    return automation_error_pass(hr, NULL);
}

static HRESULT STDMETHODCALLTYPE automation_object_get__NewEnum(IOdoDownloads *self,
                                                                IUnknown **value)
{
    IDODownload **downloads;
    ULONG count;
    HRESULT hr;

    if (!value) {
        return fail_pointer();
    }
    *value = NULL;
    hr = list_downloads(impl_from_IOdoDownloads(self), NULL, &downloads, &count);
    if (SUCCEEDED(hr)) {
        hr = automation_enum_create(downloads, count, value);
    }
    return automation_error_pass(hr, NULL);
}

/* --- Creating downloads --------------------------------------------------------------- */

/* The full path, to be released with SysFreeString(). */
static HRESULT get_full_path(BSTR path, BSTR *full_out)
{
    DWORD size = GetFullPathNameW(path, 0, NULL, NULL);
    DWORD length;

    *full_out = NULL;
    if (size == 0) {
        return HRESULT_FROM_WIN32(GetLastError());
    }
    *full_out = SysAllocStringLen(NULL, size);
    if (!*full_out) {
        return E_OUTOFMEMORY;
    }
    length = GetFullPathNameW(path, size, *full_out, NULL);
    if (length == 0 || length >= size) {
        SysFreeString(*full_out);
        *full_out = NULL;
        return E_UNEXPECTED; /* the current folder has changed meanwhile */
    }
    return S_OK;
}

static HRESULT set_path(IDODownload *download, BSTR path)
{
    VARIANT value;
    HRESULT hr;

    if (SysStringLen(path) == 0) {
        return automation_error(E_INVALIDARG, L"The path is empty");
    }
    VariantInit(&value);
    hr = get_full_path(path, &V_BSTR(&value));
    if (SUCCEEDED(hr)) {
        BSTR exact = SysAllocString(V_BSTR(&value)); /* truncated at an embedded NUL */

        SysFreeString(V_BSTR(&value));
        V_VT(&value) = VT_BSTR;
        V_BSTR(&value) = exact;
        hr = exact ? IDODownload_SetProperty(download, DODownloadProperty_LocalPath, &value)
                   : E_OUTOFMEMORY;
        VariantClear(&value);
    }
    return automation_error_pass(hr, L"The path cannot be used");
}

static HRESULT fill(IDODownload *download, BSTR url, BSTR path, const VARIANT *ranges,
                    const VARIANT *headers, IOdoDownload **out)
{
    HRESULT hr = automation_properties_set_url(download, url);

    if (SUCCEEDED(hr)) {
        hr = set_path(download, path);
    }
    if (SUCCEEDED(hr)) {
        hr = automation_download_wrap(download, out);
    }
    if (SUCCEEDED(hr) && !automation_variant_is_nothing(ranges)) {
        hr = IOdoDownload_put_Ranges(*out, *ranges);
    }
    if (SUCCEEDED(hr) && !automation_variant_is_nothing(headers)) {
        hr = IOdoDownload_put_Headers(*out, *headers);
    }
    if (FAILED(hr) && *out) {
        IOdoDownload_Release(*out);
        *out = NULL;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE automation_object_Add(IOdoDownloads *self, BSTR url, BSTR path,
                                                       VARIANT ranges, VARIANT headers,
                                                       IOdoDownload **value)
{
    IDODownload *download = NULL;
    HRESULT hr;

    if (!value) {
        return fail_pointer();
    }
    *value = NULL;
    hr = IDOManager_CreateDownload(impl_from_IOdoDownloads(self)->manager, &download);
    if (FAILED(hr)) {
        return automation_error_pass(hr, NULL);
    }
    hr = fill(download, url, path, &ranges, &headers, value);
    if (FAILED(hr)) {
        IDODownload_Abort(download); /* it would be unreachable */
    }
    IDODownload_Release(download);
    return hr;
}

static HRESULT STDMETHODCALLTYPE automation_object_get_Version(IOdoDownloads *self, BSTR *value)
{
    (void)self;
    if (!value) {
        return fail_pointer();
    }
    *value = SysAllocString(WIDEN(ODO_VERSION));
    return *value ? S_OK : automation_error_pass(E_OUTOFMEMORY, NULL);
}

static const IOdoDownloadsVtbl downloads_vtbl = {
    COM_UNKNOWN_SLOTS(automation_object, IOdoDownloads),
    .GetTypeInfoCount = automation_object_GetTypeInfoCount,
    .GetTypeInfo = automation_object_GetTypeInfo,
    .GetIDsOfNames = automation_object_GetIDsOfNames,
    .Invoke = automation_object_Invoke,
    .get_Item = automation_object_get_Item,
    .Add = automation_object_Add,
    .get_Count = automation_object_get_Count,
    .get_Version = automation_object_get_Version,
    .get__NewEnum = automation_object_get__NewEnum,
};

/* --- Creation ------------------------------------------------------------------------- */

static void automation_object_destroy(struct com_object *base)
{
    struct automation_object *object = CONTAINING_RECORD(base, struct automation_object, base);

    if (object->manager) {
        IDOManager_Release(object->manager);
    }
    if (object->description) {
        ITypeInfo_Release(object->description);
    }
    free(object);
}

static const struct com_interface object_interfaces[] = {
    COM_INTERFACE(automation_object, IOdoDownloads),
    COM_BASE_INTERFACE(automation_object, IOdoDownloads, IDispatch),
    {&IID_ISupportErrorInfo,
     offsetof(struct automation_object, error_support.ISupportErrorInfo_iface)},
};

static const struct com_class object_class = {
    .destroy = automation_object_destroy,
    .interfaces = object_interfaces,
    .interface_count = ARRAYSIZE(object_interfaces),
};

HRESULT automation_object_create(IDOManager *manager, REFIID iid, void **out)
{
    struct automation_object *object = calloc(1, sizeof(*object));
    HRESULT hr;

    *out = NULL;
    if (!object) {
        return E_OUTOFMEMORY;
    }
    com_object_init(&object->base, &object_class);
    object->IOdoDownloads_iface.lpVtbl = &downloads_vtbl;
    error_info_support_init(&object->error_support, &object->base, &IID_IOdoDownloads);
    object->manager = manager;
    IDOManager_AddRef(manager);
    hr = automation_dispatch_load(&IID_IOdoDownloads, &object->description);
    if (SUCCEEDED(hr)) {
        hr = com_object_query(&object->base, iid, out);
    }
    com_object_release(&object->base); /* `out` holds the only reference, if any */
    return hr;
}
