#include "com/object/com_marshal.h"

#include "com/object/client_id.h"

static bool is_left_to_com; /* set before the first object is created, if ever */
static const struct com_marshal_hook *marshal_hook; /* NULL: COM's proxies are used */

void com_marshal_set_hook(const struct com_marshal_hook *hook)
{
    marshal_hook = hook;
}

void com_marshal_leave_to_com(void)
{
    is_left_to_com = true;
}

bool com_marshal_is_answered(enum com_remote_kind kind)
{
    return kind != COM_REMOTE_PLAIN || !is_left_to_com;
}

static struct com_marshal *impl_from_IMarshal(IMarshal *self)
{
    return CONTAINING_RECORD(self, struct com_marshal, IMarshal_iface);
}

/* Wine 8 reports MSHCTX_LOCAL when a proxy of an object in this process is marshalled again. */
static bool is_inside_process(DWORD context)
{
    return context == MSHCTX_INPROC || context == MSHCTX_CROSSCTX ||
           (context == MSHCTX_LOCAL && client_id_called() == GetCurrentProcessId());
}

/* The hook that applies there, or NULL. */
static const struct com_marshal_hook *hook_for(const struct com_marshal *marshal, DWORD context)
{
    return marshal->kind != COM_REMOTE_PLAIN && !is_inside_process(context) ? marshal_hook
                                                                            : NULL;
}

/*
 * Created on demand, as most objects are never marshalled. If two threads create one, the
 * second is discarded.
 */
static HRESULT get_free_threaded(struct com_marshal *marshal, IMarshal **out)
{
    PVOID volatile *place = (PVOID volatile *)&marshal->free_threaded;
    IUnknown *marshaler = InterlockedCompareExchangePointer(place, NULL, NULL);

    if (!marshaler) {
        IUnknown *other;
        HRESULT hr = CoCreateFreeThreadedMarshaler(marshal->outer, &marshaler);

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

/* The marshaler for that context, with a reference. */
static HRESULT get_worker(struct com_marshal *marshal, REFIID iid, DWORD context, DWORD flags,
                          IMarshal **out)
{
    *out = NULL;
    if (is_inside_process(context)) {
        return get_free_threaded(marshal, out);
    }
    return CoGetStandardMarshal(iid, marshal->outer, context, NULL, flags, out);
}

static HRESULT STDMETHODCALLTYPE com_marshal_QueryInterface(IMarshal *self, REFIID iid,
                                                            void **out)
{
    return IUnknown_QueryInterface(impl_from_IMarshal(self)->outer, iid, out);
}

static ULONG STDMETHODCALLTYPE com_marshal_AddRef(IMarshal *self)
{
    return IUnknown_AddRef(impl_from_IMarshal(self)->outer);
}

static ULONG STDMETHODCALLTYPE com_marshal_Release(IMarshal *self)
{
    return IUnknown_Release(impl_from_IMarshal(self)->outer);
}

static HRESULT STDMETHODCALLTYPE com_marshal_GetUnmarshalClass(IMarshal *self, REFIID iid,
                                                               void *object, DWORD context,
                                                               void *reserved, DWORD flags,
                                                               CLSID *class_out)
{
    const struct com_marshal_hook *hook = hook_for(impl_from_IMarshal(self), context);
    IMarshal *worker;
    HRESULT hr;

    if (hook) {
        *class_out = *hook->unmarshal_class;
        return S_OK;
    }
    hr = get_worker(impl_from_IMarshal(self), iid, context, flags, &worker);
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
    const struct com_marshal_hook *hook = hook_for(impl_from_IMarshal(self), context);
    IMarshal *worker;
    HRESULT hr = get_worker(impl_from_IMarshal(self), iid, context, flags, &worker);

    if (SUCCEEDED(hr)) {
        hr =
            IMarshal_GetMarshalSizeMax(worker, iid, object, context, reserved, flags, size_out);
        IMarshal_Release(worker);
    }
    if (SUCCEEDED(hr) && hook) {
        *size_out += hook->header_size;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE com_marshal_MarshalInterface(IMarshal *self, IStream *stream,
                                                              REFIID iid, void *object,
                                                              DWORD context, void *reserved,
                                                              DWORD flags)
{
    const struct com_marshal_hook *hook = hook_for(impl_from_IMarshal(self), context);
    IMarshal *worker;
    HRESULT hr = get_worker(impl_from_IMarshal(self), iid, context, flags, &worker);

    if (FAILED(hr)) {
        return hr;
    }
    if (hook) {
        hr = hook->write_header(stream, impl_from_IMarshal(self)->kind);
    }
    if (SUCCEEDED(hr)) {
        hr = IMarshal_MarshalInterface(worker, stream, iid, object, context, reserved, flags);
    }
    if (SUCCEEDED(hr) && hook) {
        hr = hook->write_padding(stream);
    }
    IMarshal_Release(worker);
    return hr;
}

/* COM calls the class named by GetUnmarshalClass(), never the object. */
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

/* Concerns proxies in other processes; within the process there are none. */
static HRESULT STDMETHODCALLTYPE com_marshal_DisconnectObject(IMarshal *self, DWORD reserved)
{
    IMarshal *worker;
    HRESULT hr = get_worker(impl_from_IMarshal(self), &IID_IUnknown, MSHCTX_LOCAL,
                            MSHLFLAGS_NORMAL, &worker);

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

void com_marshal_init(struct com_marshal *marshal, IUnknown *outer, enum com_remote_kind kind)
{
    marshal->IMarshal_iface.lpVtbl = &com_marshal_vtbl;
    marshal->outer = outer;
    marshal->kind = kind;
    marshal->free_threaded = NULL;
}

void com_marshal_end(struct com_marshal *marshal)
{
    if (marshal->free_threaded) {
        IUnknown_Release(marshal->free_threaded);
    }
}
