#include "com/object/com_object.h"

#include "com/object/object_count.h"

static const struct com_object_hook *object_hook; /* or NULL */

void com_object_set_hook(const struct com_object_hook *hook)
{
    object_hook = hook;
}

void com_object_init(struct com_object *object, const struct com_class *class)
{
    object->class = class;
    object->refs = 1;
    object->is_counted_out = 0;
    object->client = NULL;
    com_marshal_init(&object->marshal, com_object_identity(object), class->remote_kind);
    object_count_begin();
    if (object_hook) {
        object_hook->on_begin(object);
    }
}

/* The address of an interface's vtable pointer. */
static void *interface_at(struct com_object *object, const struct com_interface *entry)
{
    return (char *)object + entry->offset;
}

IUnknown *com_object_identity(struct com_object *object)
{
    return interface_at(object, &object->class->interfaces[0]);
}

/* The row of `iid`, or NULL. */
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
    if (!iid) {
        return E_INVALIDARG;
    }
    entry = find(object->class, iid);
    if (entry) {
        com_object_add_ref(object);
        *out = interface_at(object, entry);
        return S_OK;
    }
    if (IsEqualIID(iid, &IID_IMarshal) && object_hook) {
        object_hook->on_marshal(object);
    }
    if (IsEqualIID(iid, &IID_IMarshal) && !object->is_counted_out &&
        com_marshal_is_answered(object->class->remote_kind)) {
        com_object_add_ref(object);
        *out = &object->marshal.IMarshal_iface;
        return S_OK;
    }
    return E_NOINTERFACE;
}

ULONG com_object_add_ref(struct com_object *object)
{
    return (ULONG)InterlockedIncrement(&object->refs);
}

bool com_object_try_add_ref(struct com_object *object)
{
    LONG refs = InterlockedCompareExchange(&object->refs, 0, 0);

    while (refs > 0) {
        LONG found = InterlockedCompareExchange(&object->refs, refs + 1, refs);

        if (found == refs) {
            return true;
        }
        refs = found;
    }
    return false;
}

void com_object_stop_counting(struct com_object *object)
{
    if (!InterlockedExchange(&object->is_counted_out, 1)) {
        object_count_end();
    }
}

ULONG com_object_release(struct com_object *object)
{
    LONG refs = InterlockedDecrement(&object->refs);

    if (refs == 0) {
        bool is_counted = !InterlockedExchange(&object->is_counted_out, 1);

        if (object_hook) {
            object_hook->on_end(object);
        }
        com_marshal_end(&object->marshal);
        object->class->destroy(object);
        if (is_counted) {
            object_count_end();
        }
    }
    return (ULONG)refs;
}
