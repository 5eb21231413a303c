#include "com/wine/remote_object.h"

#include "com/object/client_security.h"
#include "com/object/com_object.h"
#include "com/wine/wine_proxies.h"

#include <stdlib.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/* A wrapper; or, without a standard proxy, the unmarshaler that creates wrappers. */
struct remote_object {
    struct com_object base;
    IMarshal IMarshal_iface; /* replaces the common one */
    IDOManager IDOManager_iface;
    IBackgroundCopyManager IBackgroundCopyManager_iface;
    IDODownload IDODownload_iface;
    struct client_security security;
    enum com_remote_kind kind;
    /* Standard proxies, with references; NULL for interfaces that the kind lacks. */
    IUnknown *proxy;
    IDOManager *manager;
    IBackgroundCopyManager *job_manager;
    IDODownload *download;
};

COM_DEFINE_UNKNOWN(remote_object, IMarshal)
COM_DEFINE_UNKNOWN(remote_object, IDOManager)
COM_DEFINE_UNKNOWN(remote_object, IBackgroundCopyManager)
COM_DEFINE_UNKNOWN(remote_object, IDODownload)

static HRESULT wrap(enum com_remote_kind kind, IUnknown *proxy, REFIID iid, void **out);

/* --- Wire format ---------------------------------------------------------------------- */

enum { HEADER_SIZE = sizeof(UINT32) };

/* Write the kind of object whose standard marshalling data follows. */
static HRESULT write_header(IStream *stream, enum com_remote_kind kind)
{
    UINT32 header = (UINT32)kind;

    return IStream_Write(stream, &header, sizeof(header), NULL);
}

enum { PADDING_SIZE = 40 }; /* the size of an OBJREF, 88, minus that of a custom one's header */

/*
 * Written after that data, and not included in its size: Wine 8 reserves this much more than it
 * writes for its own header. Arrays of interfaces arrive only if both agree.
 */
static HRESULT write_padding(IStream *stream)
{
    static const char padding[PADDING_SIZE];

    return IStream_Write(stream, padding, sizeof(padding), NULL);
}

/* Skip it, so that what follows is read from the right position. */
static HRESULT read_padding(IStream *stream)
{
    char padding[PADDING_SIZE];
    ULONG size = 0;
    HRESULT hr = IStream_Read(stream, padding, sizeof(padding), &size);

    return SUCCEEDED(hr) && size != sizeof(padding) ? RPC_E_INVALID_OBJREF : hr;
}

static HRESULT read_header(IStream *stream, enum com_remote_kind *kind_out)
{
    UINT32 header = 0;
    ULONG size = 0;
    HRESULT hr = IStream_Read(stream, &header, sizeof(header), &size);

    if (FAILED(hr)) {
        return hr;
    }
    if (size != sizeof(header) ||
        (header != COM_REMOTE_MANAGER && header != COM_REMOTE_DOWNLOAD)) {
        return RPC_E_INVALID_OBJREF;
    }
    *kind_out = (enum com_remote_kind)header;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE remote_object_GetUnmarshalClass(IMarshal *self, REFIID iid,
                                                                 void *object, DWORD context,
                                                                 void *reserved, DWORD flags,
                                                                 CLSID *class_out)
{
    (void)self;
    (void)iid;
    (void)object;
    (void)context;
    (void)reserved;
    (void)flags;
    *class_out = remote_object_class;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE remote_object_GetMarshalSizeMax(IMarshal *self, REFIID iid,
                                                                 void *object, DWORD context,
                                                                 void *reserved, DWORD flags,
                                                                 DWORD *size_out)
{
    IUnknown *proxy = impl_from_IMarshal(self)->proxy;
    HRESULT hr;

    (void)object;
    if (!proxy) {
        return E_UNEXPECTED;
    }
    hr = CoGetMarshalSizeMax(size_out, iid, proxy, context, reserved, flags);
    if (SUCCEEDED(hr)) {
        *size_out += HEADER_SIZE;
    }
    return hr;
}

/* For instance to another apartment of the client, where it becomes a wrapper of a standard
 * proxy again. */
static HRESULT STDMETHODCALLTYPE remote_object_MarshalInterface(IMarshal *self, IStream *stream,
                                                                REFIID iid, void *object,
                                                                DWORD context, void *reserved,
                                                                DWORD flags)
{
    struct remote_object *remote = impl_from_IMarshal(self);
    HRESULT hr;

    (void)object;
    if (!remote->proxy) {
        return E_UNEXPECTED;
    }
    hr = write_header(stream, remote->kind);
    if (SUCCEEDED(hr)) {
        hr = CoMarshalInterface(stream, iid, remote->proxy, context, reserved, flags);
    }
    return SUCCEEDED(hr) ? write_padding(stream) : hr;
}

static HRESULT STDMETHODCALLTYPE remote_object_UnmarshalInterface(IMarshal *self,
                                                                  IStream *stream, REFIID iid,
                                                                  void **out)
{
    enum com_remote_kind kind = COM_REMOTE_PLAIN;
    IUnknown *proxy = NULL;
    HRESULT hr = read_header(stream, &kind);

    (void)self;
    *out = NULL;
    wine_proxies_use_in_client();
    if (SUCCEEDED(hr)) {
        hr = CoUnmarshalInterface(stream, &IID_IUnknown, (void **)&proxy);
    }
    if (SUCCEEDED(hr)) {
        hr = read_padding(stream);
    }
    if (SUCCEEDED(hr)) {
        hr = wrap(kind, proxy, iid, out);
    }
    if (proxy) {
        IUnknown_Release(proxy);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE remote_object_ReleaseMarshalData(IMarshal *self,
                                                                  IStream *stream)
{
    enum com_remote_kind kind;
    HRESULT hr = read_header(stream, &kind);

    (void)self;
    if (SUCCEEDED(hr)) {
        hr = CoReleaseMarshalData(stream);
    }
    return SUCCEEDED(hr) ? read_padding(stream) : hr;
}

static HRESULT STDMETHODCALLTYPE remote_object_DisconnectObject(IMarshal *self, DWORD reserved)
{
    (void)self;
    (void)reserved;
    return S_OK; /* the wrapper itself has no connections */
}

static const IMarshalVtbl marshal_vtbl = {
    COM_UNKNOWN_SLOTS(remote_object, IMarshal),
    .GetUnmarshalClass = remote_object_GetUnmarshalClass,
    .GetMarshalSizeMax = remote_object_GetMarshalSizeMax,
    .MarshalInterface = remote_object_MarshalInterface,
    .UnmarshalInterface = remote_object_UnmarshalInterface,
    .ReleaseMarshalData = remote_object_ReleaseMarshalData,
    .DisconnectObject = remote_object_DisconnectObject,
};

/* --- Forwarding ----------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE remote_object_CreateDownload(IDOManager *self,
                                                              IDODownload **download_out)
{
    return IDOManager_CreateDownload(impl_from_IDOManager(self)->manager, download_out);
}

static HRESULT STDMETHODCALLTYPE remote_object_EnumDownloads(
    IDOManager *self, const DO_DOWNLOAD_ENUM_CATEGORY *category, IEnumUnknown **enum_out)
{
    return IDOManager_EnumDownloads(impl_from_IDOManager(self)->manager, category, enum_out);
}

static const IDOManagerVtbl manager_vtbl = {
    COM_UNKNOWN_SLOTS(remote_object, IDOManager),
    .CreateDownload = remote_object_CreateDownload,
    .EnumDownloads = remote_object_EnumDownloads,
};

static HRESULT STDMETHODCALLTYPE remote_object_CreateJob(IBackgroundCopyManager *self,
                                                         LPCWSTR name, BG_JOB_TYPE type,
                                                         GUID *id_out,
                                                         IBackgroundCopyJob **job_out)
{
    return IBackgroundCopyManager_CreateJob(impl_from_IBackgroundCopyManager(self)->job_manager,
                                            name, type, id_out, job_out);
}

static HRESULT STDMETHODCALLTYPE remote_object_GetJob(IBackgroundCopyManager *self, REFGUID id,
                                                      IBackgroundCopyJob **job_out)
{
    return IBackgroundCopyManager_GetJob(impl_from_IBackgroundCopyManager(self)->job_manager,
                                         id, job_out);
}

static HRESULT STDMETHODCALLTYPE remote_object_EnumJobs(IBackgroundCopyManager *self,
                                                        DWORD flags,
                                                        IEnumBackgroundCopyJobs **enum_out)
{
    return IBackgroundCopyManager_EnumJobs(impl_from_IBackgroundCopyManager(self)->job_manager,
                                           flags, enum_out);
}

static HRESULT STDMETHODCALLTYPE remote_object_GetErrorDescription(IBackgroundCopyManager *self,
                                                                   HRESULT code, DWORD language,
                                                                   LPWSTR *text_out)
{
    return IBackgroundCopyManager_GetErrorDescription(
        impl_from_IBackgroundCopyManager(self)->job_manager, code, language, text_out);
}

static const IBackgroundCopyManagerVtbl job_manager_vtbl = {
    COM_UNKNOWN_SLOTS(remote_object, IBackgroundCopyManager),
    .CreateJob = remote_object_CreateJob,
    .GetJob = remote_object_GetJob,
    .EnumJobs = remote_object_EnumJobs,
    .GetErrorDescription = remote_object_GetErrorDescription,
};

static HRESULT STDMETHODCALLTYPE remote_object_Start(IDODownload *self,
                                                     const DO_DOWNLOAD_RANGES_INFO *ranges)
{
    return IDODownload_Start(impl_from_IDODownload(self)->download, ranges);
}

static HRESULT STDMETHODCALLTYPE remote_object_Pause(IDODownload *self)
{
    return IDODownload_Pause(impl_from_IDODownload(self)->download);
}

static HRESULT STDMETHODCALLTYPE remote_object_Abort(IDODownload *self)
{
    return IDODownload_Abort(impl_from_IDODownload(self)->download);
}

static HRESULT STDMETHODCALLTYPE remote_object_Finalize(IDODownload *self)
{
    return IDODownload_Finalize(impl_from_IDODownload(self)->download);
}

static HRESULT STDMETHODCALLTYPE remote_object_GetStatus(IDODownload *self,
                                                         DO_DOWNLOAD_STATUS *status_out)
{
    return IDODownload_GetStatus(impl_from_IDODownload(self)->download, status_out);
}

static HRESULT STDMETHODCALLTYPE remote_object_GetProperty(IDODownload *self,
                                                           DODownloadProperty id,
                                                           VARIANT *value_out)
{
    return IDODownload_GetProperty(impl_from_IDODownload(self)->download, id, value_out);
}

static HRESULT STDMETHODCALLTYPE remote_object_SetProperty(IDODownload *self,
                                                           DODownloadProperty id,
                                                           const VARIANT *value)
{
    return IDODownload_SetProperty(impl_from_IDODownload(self)->download, id, value);
}

static const IDODownloadVtbl download_vtbl = {
    COM_UNKNOWN_SLOTS(remote_object, IDODownload),
    .Start = remote_object_Start,
    .Pause = remote_object_Pause,
    .Abort = remote_object_Abort,
    .Finalize = remote_object_Finalize,
    .GetStatus = remote_object_GetStatus,
    .GetProperty = remote_object_GetProperty,
    .SetProperty = remote_object_SetProperty,
};

/* --- Objects -------------------------------------------------------------------------- */

static void release(void *proxy)
{
    if (proxy) {
        IUnknown_Release((IUnknown *)proxy);
    }
}

static void remote_object_destroy(struct com_object *base)
{
    struct remote_object *remote = CONTAINING_RECORD(base, struct remote_object, base);

    release(remote->manager);
    release(remote->job_manager);
    release(remote->download);
    release(remote->proxy);
    free(remote);
}

#define SECURITY_ROW                                                                           \
    {                                                                                          \
        &IID_IClientSecurity, offsetof(struct remote_object, security.IClientSecurity_iface)   \
    }

static const struct com_interface reader_interfaces[] = {
    COM_INTERFACE(remote_object, IMarshal),
};

static const struct com_interface manager_interfaces[] = {
    COM_INTERFACE(remote_object, IDOManager),
    COM_INTERFACE(remote_object, IBackgroundCopyManager),
    COM_INTERFACE(remote_object, IMarshal),
    SECURITY_ROW,
};

static const struct com_interface download_interfaces[] = {
    COM_INTERFACE(remote_object, IDODownload),
    COM_INTERFACE(remote_object, IMarshal),
    SECURITY_ROW,
};

/* By kind; the unmarshaler has none. */
static const struct com_class classes[] = {
    [COM_REMOTE_PLAIN] = {.destroy = remote_object_destroy,
                          .interfaces = reader_interfaces,
                          .interface_count = ARRAYSIZE(reader_interfaces)},
    [COM_REMOTE_MANAGER] = {.destroy = remote_object_destroy,
                            .interfaces = manager_interfaces,
                            .interface_count = ARRAYSIZE(manager_interfaces)},
    [COM_REMOTE_DOWNLOAD] = {.destroy = remote_object_destroy,
                             .interfaces = download_interfaces,
                             .interface_count = ARRAYSIZE(download_interfaces)},
};

/* NULL when out of memory. */
static struct remote_object *create(enum com_remote_kind kind)
{
    struct remote_object *remote = calloc(1, sizeof(*remote));

    if (remote) {
        com_object_init(&remote->base, &classes[kind]);
        remote->IMarshal_iface.lpVtbl = &marshal_vtbl;
        remote->IDOManager_iface.lpVtbl = &manager_vtbl;
        remote->IBackgroundCopyManager_iface.lpVtbl = &job_manager_vtbl;
        remote->IDODownload_iface.lpVtbl = &download_vtbl;
        client_security_init(&remote->security, &remote->base);
        remote->kind = kind;
    }
    return remote;
}

static HRESULT query_proxies(struct remote_object *remote)
{
    HRESULT hr;

    if (remote->kind == COM_REMOTE_DOWNLOAD) {
        return IUnknown_QueryInterface(remote->proxy, &IID_IDODownload,
                                       (void **)&remote->download);
    }
    hr = IUnknown_QueryInterface(remote->proxy, &IID_IDOManager, (void **)&remote->manager);
    if (SUCCEEDED(hr)) {
        hr = IUnknown_QueryInterface(remote->proxy, &IID_IBackgroundCopyManager,
                                     (void **)&remote->job_manager);
    }
    return hr;
}

static HRESULT wrap(enum com_remote_kind kind, IUnknown *proxy, REFIID iid, void **out)
{
    struct remote_object *remote = create(kind);
    HRESULT hr;

    if (!remote) {
        return E_OUTOFMEMORY;
    }
    remote->proxy = proxy;
    IUnknown_AddRef(proxy);
    hr = query_proxies(remote);
    if (SUCCEEDED(hr)) {
        hr = com_object_query(&remote->base, iid, out);
    }
    com_object_release(&remote->base); /* `out` holds the only reference, if any */
    return hr;
}

HRESULT remote_object_create_reader(REFIID iid, void **out)
{
    struct remote_object *reader = create(COM_REMOTE_PLAIN);
    HRESULT hr;

    *out = NULL;
    if (!reader) {
        return E_OUTOFMEMORY;
    }
    hr = com_object_query(&reader->base, iid, out);
    com_object_release(&reader->base);
    return hr;
}

void remote_object_begin(void)
{
    static const struct com_marshal_hook hook = {
        .unmarshal_class = &remote_object_class,
        .header_size = HEADER_SIZE,
        .write_header = write_header,
        .write_padding = write_padding,
    };

    com_marshal_set_hook(&hook);
}
