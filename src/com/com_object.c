#include "com/com_object.h"

#include "com/module.h"

void com_object_init(struct com_object *object, const struct com_class *class)
{
    object->class = class;
    object->refs = 1;
    object->marshaler = NULL;
    module_hold();
}

/* Where the vtable pointer of an interface lies. */
static void *interface_at(struct com_object *object, const struct com_interface *entry)
{
    return (char *)object + entry->offset;
}

/*
 * Most clients never ask, so the marshaler is made when the first one does. Two threads may
 * make one each; the second throws its own away.
 */
static HRESULT query_marshaler(struct com_object *object, void **out)
{
    PVOID volatile *place = (PVOID volatile *)&object->marshaler;
    IUnknown *marshaler = InterlockedCompareExchangePointer(place, NULL, NULL);

    if (!marshaler) {
        IUnknown *outer = interface_at(object, &object->class->interfaces[0]);
        IUnknown *other;
        HRESULT hr = CoCreateFreeThreadedMarshaler(outer, &marshaler);

        if (FAILED(hr)) {
            return hr;
        }
        other = InterlockedCompareExchangePointer(place, marshaler, NULL);
        if (other) {
            IUnknown_Release(marshaler);
            marshaler = other;
        }
    }
    return IUnknown_QueryInterface(marshaler, &IID_IMarshal, out);
}

/* The row for `iid`, or NULL. */
static const struct com_interface *find(const struct com_class *class, REFIID iid)
{
    for (size_t i = 0; i < class->interface_count; i++) {
        if (IsEqualIID(iid, class->interfaces[i].iid)) {
            return &class->interfaces[i];
        }
    }
    return IsEqualIID(iid, &IID_IUnknown) ? &class->interfaces[0] : NULL;
}

bool com_class_answers(const struct com_class *class, REFIID iid)
{
    return find(class, iid) || IsEqualIID(iid, &IID_IMarshal);
}

HRESULT com_object_query(struct com_object *object, REFIID iid, void **out)
{
    const struct com_interface *entry;

    if (!out) {
        return E_POINTER;
    }
    *out = NULL;
    entry = find(object->class, iid);
    if (entry) {
        com_object_add_ref(object);
        *out = interface_at(object, entry);
        return S_OK;
    }
    return IsEqualIID(iid, &IID_IMarshal) ? query_marshaler(object, out) : E_NOINTERFACE;
}

ULONG com_object_add_ref(struct com_object *object)
{
    return (ULONG)InterlockedIncrement(&object->refs);
}

ULONG com_object_release(struct com_object *object)
{
    LONG refs = InterlockedDecrement(&object->refs);

    if (refs == 0) {
        if (object->marshaler) {
            IUnknown_Release(object->marshaler);
        }
        object->class->destroy(object);
        module_let_go();
    }
    return (ULONG)refs;
}
