#include "com/download/download_object.h"

#include "com/download/download_callback.h"
#include "com/download/download_control.h"
#include "com/download/download_properties.h"
#include "com/download/download_status.h"
#include "com/object/client_security.h"
#include "com/object/com_object.h"
#include "com/object/error_info.h"

#include <stdlib.h>

/* The error source of all its methods. */
#define SOURCE L"Delivery Optimization"

struct download_object {
    struct com_object base;
    IDODownload IDODownload_iface;
    struct client_security security;
    struct error_info_support error_support;
    struct download *download; /* reference counted */
};

COM_DEFINE_UNKNOWN(download_object, IDODownload)

static HRESULT STDMETHODCALLTYPE download_object_Start(IDODownload *self,
                                                       const DO_DOWNLOAD_RANGES_INFO *ranges)
{
    return error_info_pass(SOURCE,
                           download_start(impl_from_IDODownload(self)->download, ranges));
}

static HRESULT STDMETHODCALLTYPE download_object_Pause(IDODownload *self)
{
    return error_info_pass(SOURCE, download_pause(impl_from_IDODownload(self)->download));
}

static HRESULT STDMETHODCALLTYPE download_object_Abort(IDODownload *self)
{
    return error_info_pass(SOURCE, download_abort(impl_from_IDODownload(self)->download));
}

static HRESULT STDMETHODCALLTYPE download_object_Finalize(IDODownload *self)
{
    return error_info_pass(SOURCE, download_finalize(impl_from_IDODownload(self)->download));
}

static HRESULT STDMETHODCALLTYPE download_object_GetStatus(IDODownload *self,
                                                           DO_DOWNLOAD_STATUS *status_out)
{
    if (!status_out) {
        return error_info_pass(SOURCE, E_POINTER);
    }
    *status_out = download_status(impl_from_IDODownload(self)->download);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE download_object_GetProperty(IDODownload *self,
                                                             DODownloadProperty id,
                                                             VARIANT *value_out)
{
    return error_info_pass(
        SOURCE, download_properties_get(impl_from_IDODownload(self)->download, id, value_out));
}

static HRESULT STDMETHODCALLTYPE download_object_SetProperty(IDODownload *self,
                                                             DODownloadProperty id,
                                                             const VARIANT *value)
{
    return error_info_pass(
        SOURCE, download_properties_set(impl_from_IDODownload(self)->download, id, value));
}

static const IDODownloadVtbl do_download_vtbl = {
    COM_UNKNOWN_SLOTS(download_object, IDODownload),
    .Start = download_object_Start,
    .Pause = download_object_Pause,
    .Abort = download_object_Abort,
    .Finalize = download_object_Finalize,
    .GetStatus = download_object_GetStatus,
    .GetProperty = download_object_GetProperty,
    .SetProperty = download_object_SetProperty,
};

struct download *download_object_get(IDODownload *object)
{
    return object->lpVtbl == &do_download_vtbl ? impl_from_IDODownload(object)->download : NULL;
}

static void download_object_destroy(struct com_object *base)
{
    struct download_object *object = CONTAINING_RECORD(base, struct download_object, base);

    download_callback_object_ended(object->download);
    download_release(object->download);
    free(object);
}

static const struct com_interface download_interfaces[] = {
    COM_INTERFACE(download_object, IDODownload),
    {&IID_IClientSecurity, offsetof(struct download_object, security.IClientSecurity_iface)},
    {&IID_ISupportErrorInfo,
     offsetof(struct download_object, error_support.ISupportErrorInfo_iface)},
};

static const struct com_class download_class = {
    .destroy = download_object_destroy,
    .interfaces = download_interfaces,
    .interface_count = ARRAYSIZE(download_interfaces),
    .remote_kind = COM_REMOTE_DOWNLOAD,
};

HRESULT download_object_create(struct download *download, REFIID iid, void **out)
{
    struct download_object *object = calloc(1, sizeof(*object));
    HRESULT hr;

    *out = NULL;
    if (!object) {
        return E_OUTOFMEMORY;
    }
    com_object_init(&object->base, &download_class);
    object->IDODownload_iface.lpVtbl = &do_download_vtbl;
    object->download = download_add_ref(download);
    download_add_object(download);
    client_security_init(&object->security, &object->base);
    error_info_support_init(&object->error_support, &object->base, &IID_IDODownload);

    hr = com_object_query(&object->base, iid, out);
    com_object_release(&object->base); /* `out` holds the only reference, if any */
    return hr;
}
