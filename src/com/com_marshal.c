#include "com/com_marshal.h"

#include "com/com_object.h"
#include "com/remote_object.h"
#include "com/wine.h"

static bool is_left_to_com; /* set before the first object, if ever */

void com_marshal_leave_to_com(void)
{
    is_left_to_com = true;
}

bool com_marshal_is_answered(enum com_remote_kind kind)
{
    return kind != COM_REMOTE_PLAIN || !is_left_to_com;
}

static struct com_object *object_of(IMarshal *self)
{
    struct com_marshal *marshal = CONTAINING_RECORD(self, struct com_marshal, IMarshal_iface);

    return CONTAINING_RECORD(marshal, struct com_object, marshal);
}

static bool is_inside_process(DWORD context)
{
    return context == MSHCTX_INPROC || context == MSHCTX_CROSSCTX;
}

static bool takes_our_proxy(const struct com_object *object, DWORD context)
{
    return object->class->remote_kind != COM_REMOTE_PLAIN && !is_inside_process(context) &&
           wine_is_here();
}

/*
 * Most objects are never marshalled, so the marshaler is made when it is first needed. Two
 * threads may make one each; the second throws its own away.
 */
static HRESULT get_free_threaded(struct com_object *object, IMarshal **out)
{
    PVOID volatile *place = (PVOID volatile *)&object->marshal.free_threaded;
    IUnknown *marshaler = InterlockedCompareExchangePointer(place, NULL, NULL);

    if (!marshaler) {
        IUnknown *other;
        HRESULT hr = CoCreateFreeThreadedMarshaler(com_object_identity(object), &marshaler);

        if (FAILED(hr)) {
            return hr;
        }
        other = InterlockedCompareExchangePointer(place, marshaler, NULL);
        if (other) {
            IUnknown_Release(marshaler);
            marshaler = other;
        }
    }
    return IUnknown_QueryInterface(marshaler, &IID_IMarshal, (void **)out);
}

/* Who does the work for that context; counted. */
static HRESULT get_worker(struct com_object *object, REFIID iid, DWORD context, DWORD flags,
                          IMarshal **out)
{
    *out = NULL;
    if (is_inside_process(context)) {
        return get_free_threaded(object, out);
    }
    return CoGetStandardMarshal(iid, com_object_identity(object), context, NULL, flags, out);
}

static HRESULT STDMETHODCALLTYPE com_marshal_QueryInterface(IMarshal *self, REFIID iid,
                                                            void **out)
{
    return com_object_query(object_of(self), iid, out);
}

static ULONG STDMETHODCALLTYPE com_marshal_AddRef(IMarshal *self)
{
    return com_object_add_ref(object_of(self));
}

static ULONG STDMETHODCALLTYPE com_marshal_Release(IMarshal *self)
{
    return com_object_release(object_of(self));
}

static HRESULT STDMETHODCALLTYPE com_marshal_GetUnmarshalClass(IMarshal *self, REFIID iid,
                                                               void *object, DWORD context,
                                                               void *reserved, DWORD flags,
                                                               CLSID *class_out)
{
    IMarshal *worker;
    HRESULT hr;

    if (takes_our_proxy(object_of(self), context)) {
        *class_out = remote_object_class;
        return S_OK;
    }
    hr = get_worker(object_of(self), iid, context, flags, &worker);
    if (SUCCEEDED(hr)) {
        hr = IMarshal_GetUnmarshalClass(worker, iid, object, context, reserved, flags,
                                        class_out);
        IMarshal_Release(worker);
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE com_marshal_GetMarshalSizeMax(IMarshal *self, REFIID iid,
                                                               void *object, DWORD context,
                                                               void *reserved, DWORD flags,
                                                               DWORD *size_out)
{
    IMarshal *worker;
    HRESULT hr = get_worker(object_of(self), iid, context, flags, &worker);

    if (SUCCEEDED(hr)) {
        hr =
            IMarshal_GetMarshalSizeMax(worker, iid, object, context, reserved, flags, size_out);
        IMarshal_Release(worker);
    }
    if (SUCCEEDED(hr) && takes_our_proxy(object_of(self), context)) {
        *size_out += REMOTE_OBJECT_HEADER_SIZE;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE com_marshal_MarshalInterface(IMarshal *self, IStream *stream,
                                                              REFIID iid, void *object,
                                                              DWORD context, void *reserved,
                                                              DWORD flags)
{
    IMarshal *worker;
    HRESULT hr = get_worker(object_of(self), iid, context, flags, &worker);

    if (FAILED(hr)) {
        return hr;
    }
    if (takes_our_proxy(object_of(self), context)) {
        hr = remote_object_write_header(stream, object_of(self)->class->remote_kind);
    }
    if (SUCCEEDED(hr)) {
        hr = IMarshal_MarshalInterface(worker, stream, iid, object, context, reserved, flags);
    }
    if (SUCCEEDED(hr) && takes_our_proxy(object_of(self), context)) {
        hr = remote_object_write_padding(stream);
    }
    IMarshal_Release(worker);
    return hr;
}

/* COM asks the class that GetUnmarshalClass() names, never the object. */
static HRESULT STDMETHODCALLTYPE com_marshal_UnmarshalInterface(IMarshal *self, IStream *stream,
                                                                REFIID iid, void **out)
{
    (void)self;
    (void)stream;
    (void)iid;
    *out = NULL;
    return E_UNEXPECTED;
}

static HRESULT STDMETHODCALLTYPE com_marshal_ReleaseMarshalData(IMarshal *self, IStream *stream)
{
    (void)self;
    (void)stream;
    return E_UNEXPECTED;
}

/* Of other processes' proxies; inside the process there are none. */
static HRESULT STDMETHODCALLTYPE com_marshal_DisconnectObject(IMarshal *self, DWORD reserved)
{
    IMarshal *worker;
    HRESULT hr =
        get_worker(object_of(self), &IID_IUnknown, MSHCTX_LOCAL, MSHLFLAGS_NORMAL, &worker);

    if (SUCCEEDED(hr)) {
        hr = IMarshal_DisconnectObject(worker, reserved);
        IMarshal_Release(worker);
    }
    return hr;
}

static const IMarshalVtbl com_marshal_vtbl = {
    .QueryInterface = com_marshal_QueryInterface,
    .AddRef = com_marshal_AddRef,
    .Release = com_marshal_Release,
    .GetUnmarshalClass = com_marshal_GetUnmarshalClass,
    .GetMarshalSizeMax = com_marshal_GetMarshalSizeMax,
    .MarshalInterface = com_marshal_MarshalInterface,
    .UnmarshalInterface = com_marshal_UnmarshalInterface,
    .ReleaseMarshalData = com_marshal_ReleaseMarshalData,
    .DisconnectObject = com_marshal_DisconnectObject,
};

void com_marshal_init(struct com_marshal *marshal)
{
    marshal->IMarshal_iface.lpVtbl = &com_marshal_vtbl;
    marshal->free_threaded = NULL;
}

void com_marshal_end(struct com_marshal *marshal)
{
    if (marshal->free_threaded) {
        IUnknown_Release(marshal->free_threaded);
    }
}
