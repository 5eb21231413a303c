#include "com/wine/wine_proxies.h"

#include "com/object/class_ids.h"
#include "com/object/com_object.h"
#include "com/wine/kept_stubs.h"

#include <stdlib.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/* Of ole32.dll: proxies of IStream and other standard interfaces. */
static const CLSID ole32_proxies = {
    0x00000320, 0x0000, 0x0000, {0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};

/* --- The stream adapter --------------------------------------------------------------- */

/* Forwards to a client's stream. */
struct roomy_stream {
    struct com_object base;
    IStream IStream_iface;
    IStream *stream; /* reference counted */
};

COM_DEFINE_UNKNOWN(roomy_stream, IStream)

static IStream *target_of(IStream *self)
{
    return impl_from_IStream(self)->stream;
}

static HRESULT STDMETHODCALLTYPE roomy_stream_Read(IStream *self, void *data_out, ULONG size,
                                                   ULONG *size_out)
{
    ULONGLONG count = 0; /* room for clients that write eight bytes */
    HRESULT hr = IStream_Read(target_of(self), data_out, size, (ULONG *)&count);

    if (size_out) {
        *size_out = (ULONG)count;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE roomy_stream_Write(IStream *self, const void *data, ULONG size,
                                                    ULONG *size_out)
{
    ULONGLONG count = 0;
    HRESULT hr = IStream_Write(target_of(self), data, size, (ULONG *)&count);

    if (size_out) {
        *size_out = (ULONG)count;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE roomy_stream_Seek(IStream *self, LARGE_INTEGER move,
                                                   DWORD origin, ULARGE_INTEGER *position_out)
{
    return IStream_Seek(target_of(self), move, origin, position_out);
}

static HRESULT STDMETHODCALLTYPE roomy_stream_SetSize(IStream *self, ULARGE_INTEGER size)
{
    return IStream_SetSize(target_of(self), size);
}

static HRESULT STDMETHODCALLTYPE roomy_stream_CopyTo(IStream *self, IStream *other,
                                                     ULARGE_INTEGER size,
                                                     ULARGE_INTEGER *read_out,
                                                     ULARGE_INTEGER *written_out)
{
    return IStream_CopyTo(target_of(self), other, size, read_out, written_out);
}

static HRESULT STDMETHODCALLTYPE roomy_stream_Commit(IStream *self, DWORD flags)
{
    return IStream_Commit(target_of(self), flags);
}

static HRESULT STDMETHODCALLTYPE roomy_stream_Revert(IStream *self)
{
    return IStream_Revert(target_of(self));
}

static HRESULT STDMETHODCALLTYPE roomy_stream_LockRegion(IStream *self, ULARGE_INTEGER offset,
                                                         ULARGE_INTEGER size, DWORD kind)
{
    return IStream_LockRegion(target_of(self), offset, size, kind);
}

static HRESULT STDMETHODCALLTYPE roomy_stream_UnlockRegion(IStream *self, ULARGE_INTEGER offset,
                                                           ULARGE_INTEGER size, DWORD kind)
{
    return IStream_UnlockRegion(target_of(self), offset, size, kind);
}

static HRESULT STDMETHODCALLTYPE roomy_stream_Stat(IStream *self, STATSTG *stat_out,
                                                   DWORD flags)
{
    return IStream_Stat(target_of(self), stat_out, flags);
}

static HRESULT STDMETHODCALLTYPE roomy_stream_Clone(IStream *self, IStream **clone_out)
{
    return IStream_Clone(target_of(self), clone_out);
}

static const IStreamVtbl roomy_stream_vtbl = {
    COM_UNKNOWN_SLOTS(roomy_stream, IStream),
    .Read = roomy_stream_Read,
    .Write = roomy_stream_Write,
    .Seek = roomy_stream_Seek,
    .SetSize = roomy_stream_SetSize,
    .CopyTo = roomy_stream_CopyTo,
    .Commit = roomy_stream_Commit,
    .Revert = roomy_stream_Revert,
    .LockRegion = roomy_stream_LockRegion,
    .UnlockRegion = roomy_stream_UnlockRegion,
    .Stat = roomy_stream_Stat,
    .Clone = roomy_stream_Clone,
};

static void roomy_stream_destroy(struct com_object *base)
{
    struct roomy_stream *roomy = CONTAINING_RECORD(base, struct roomy_stream, base);

    IStream_Release(roomy->stream);
    free(roomy);
}

static const struct com_interface roomy_stream_interfaces[] = {
    COM_INTERFACE(roomy_stream, IStream),
    COM_BASE_INTERFACE(roomy_stream, IStream, ISequentialStream),
};

static const struct com_class roomy_stream_class = {
    .destroy = roomy_stream_destroy,
    .interfaces = roomy_stream_interfaces,
    .interface_count = ARRAYSIZE(roomy_stream_interfaces),
};

static HRESULT roomy_stream_create(IUnknown *object, IUnknown **out)
{
    struct roomy_stream *roomy = calloc(1, sizeof(*roomy));
    HRESULT hr;

    *out = NULL;
    if (!roomy) {
        return E_OUTOFMEMORY;
    }
    hr = IUnknown_QueryInterface(object, &IID_IStream, (void **)&roomy->stream);
    if (FAILED(hr)) {
        free(roomy);
        return hr;
    }
    com_object_init(&roomy->base, &roomy_stream_class);
    roomy->IStream_iface.lpVtbl = &roomy_stream_vtbl;
    *out = (IUnknown *)&roomy->IStream_iface;
    return S_OK;
}

/* --- The class ------------------------------------------------------------------------ */

static HRESULT get_original(IPSFactoryBuffer **out)
{
    *out = NULL;
    return CoGetClassObject(&ole32_proxies, CLSCTX_INPROC_SERVER, NULL, &IID_IPSFactoryBuffer,
                            (void **)out);
}

static HRESULT STDMETHODCALLTYPE stream_factory_QueryInterface(IPSFactoryBuffer *self,
                                                               REFIID iid, void **out)
{
    if (!out) {
        return E_POINTER;
    }
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IPSFactoryBuffer)) {
        *out = NULL;
        return E_NOINTERFACE;
    }
    *out = self;
    return S_OK;
}

/* Static, and not counted. */
static ULONG STDMETHODCALLTYPE stream_factory_AddRef(IPSFactoryBuffer *self)
{
    (void)self;
    return 2;
}

static ULONG STDMETHODCALLTYPE stream_factory_Release(IPSFactoryBuffer *self)
{
    (void)self;
    return 1;
}

static HRESULT STDMETHODCALLTYPE stream_factory_CreateProxy(IPSFactoryBuffer *self,
                                                            IUnknown *outer, REFIID iid,
                                                            IRpcProxyBuffer **proxy_out,
                                                            void **out)
{
    IPSFactoryBuffer *original;
    HRESULT hr = get_original(&original);

    (void)self;
    *proxy_out = NULL;
    *out = NULL;
    if (SUCCEEDED(hr)) {
        hr = IPSFactoryBuffer_CreateProxy(original, outer, iid, proxy_out, out);
        IPSFactoryBuffer_Release(original);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE stream_factory_CreateStub(IPSFactoryBuffer *self, REFIID iid,
                                                           IUnknown *object,
                                                           IRpcStubBuffer **stub_out)
{
    IPSFactoryBuffer *original;
    IUnknown *roomy = NULL;
    HRESULT hr = get_original(&original);

    (void)self;
    *stub_out = NULL;
    if (FAILED(hr)) {
        return hr;
    }
    if (object && !kept_stubs_are_of(object)) {
        hr = roomy_stream_create(object, &roomy);
    }
    if (SUCCEEDED(hr)) {
        hr = IPSFactoryBuffer_CreateStub(original, iid, roomy ? roomy : object, stub_out);
    }
    if (roomy) {
        IUnknown_Release(roomy); /* the stub has its own reference */
    }
    IPSFactoryBuffer_Release(original);
    return hr;
}

static const IPSFactoryBufferVtbl stream_factory_vtbl = {
    .QueryInterface = stream_factory_QueryInterface,
    .AddRef = stream_factory_AddRef,
    .Release = stream_factory_Release,
    .CreateProxy = stream_factory_CreateProxy,
    .CreateStub = stream_factory_CreateStub,
};

static IPSFactoryBuffer stream_factory = {&stream_factory_vtbl};

HRESULT wine_proxies_get_class_object(REFIID iid, void **out)
{
    return IPSFactoryBuffer_QueryInterface(&stream_factory, iid, out);
}

/* Of the client's objects that the server calls. */
static const IID *const called_back[] = {
    &IID_IUnknown,
    &IID_ISequentialStream,
    &IID_IStream,
    &IID_IBackgroundCopyCallback,
    &IID_IBackgroundCopyCallback2,
    &IID_IBackgroundCopyCallback3,
    &IID_IDODownloadStatusCallback,
};

static const IID *called_back_at(size_t index)
{
    return called_back[index];
}

/* A failure leaves Wine's in place, so the object is still returned. */
void wine_proxies_use_in_client(void)
{
    CoRegisterPSClsid(&IID_IBackgroundCopyError, &proxies_class);
    CoRegisterPSClsid(&IID_IBackgroundCopyJobHttpOptions, &proxies_class);
    CoRegisterPSClsid(&IID_IStream, &remote_object_class);
    kept_stubs_begin_in_client(sizeof(called_back) / sizeof(called_back[0]), called_back_at);
}
