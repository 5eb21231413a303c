/*
 * Shared by all COM objects of the server: identity, reference counting and marshalling.
 *
 * A kind of object is a struct whose first member is a struct com_object, with one member
 * `<interface>_iface` per interface, and a struct com_class with a table of them. Its create
 * function fills in the struct, queries the requested interface with com_object_query(), and
 * releases its own reference: so an unsupported interface frees the object.
 *
 * Every object is free-threaded: all apartments of the process use it directly, which is why it
 * answers IMarshal (com_marshal.h).
 */
#ifndef ODO_COM_OBJECT_COM_OBJECT_H
#define ODO_COM_OBJECT_COM_OBJECT_H

#include "com/object/com_marshal.h"

#include <stdbool.h>
#include <stddef.h>
#include <windows.h>

#include <objbase.h>

/* An interface of an object and the location of its vtable pointer. */
struct com_interface {
    const IID *iid;
    size_t offset; /* bytes from the start of the object */
};

struct com_object;

/*
 * What all objects of a kind have in common. The first interface also answers IUnknown; several
 * rows may share a vtable if one interface inherits from another.
 */
struct com_class {
    void (*destroy)(struct com_object *object); /* frees the object and its members */
    const struct com_interface *interfaces;
    size_t interface_count;
    enum com_remote_kind remote_kind; /* for clients in other processes */
};

/* The first member of every object. */
struct com_object {
    const struct com_class *class;
    LONG refs; /* initially 1, owned by the creator */
    LONG is_counted_out;
    struct com_marshal marshal;
    /* For the hook: the client it belongs to, and list links. */
    void *client;
    struct com_object *next;
    struct com_object *previous;
};

/*
 * Notified of each object: before it is shared; when COM is about to marshal it, possibly more
 * often than it actually does; and when its last reference is gone.
 */
struct com_object_hook {
    void (*on_begin)(struct com_object *object);
    void (*on_marshal)(struct com_object *object);
    void (*on_end)(struct com_object *object);
};

/* Call before the first object is created. `hook` must remain valid. */
void com_object_set_hook(const struct com_object_hook *hook);

/* Counted in object_count.h, which keeps the module loaded. */
void com_object_init(struct com_object *object, const struct com_class *class);

/*
 * QueryInterface. E_POINTER without `out`, E_INVALIDARG without `iid`; E_NOINTERFACE and NULL
 * for interfaces that are not in the table.
 */
HRESULT com_object_query(struct com_object *object, REFIID iid, void **out);

/* The object's IUnknown, without a reference. */
IUnknown *com_object_identity(struct com_object *object);

/* Do objects of this kind answer `iid`? */
bool com_class_answers(const struct com_class *class, REFIID iid);

ULONG com_object_add_ref(struct com_object *object);
ULONG com_object_release(struct com_object *object);

/* Add a reference unless the last one is gone. For the hook, before its on_end(). */
bool com_object_try_add_ref(struct com_object *object);

/* Stop counting the object as one that keeps the module loaded. */
void com_object_stop_counting(struct com_object *object);

/*
 * Defines impl_from_<iface>() and the three IUnknown methods for one interface of `struct
 * type`, which has members `base` and `<iface>_iface`. The only macro in the server that
 * defines functions.
 */
#define COM_DEFINE_UNKNOWN(type, iface)                                                        \
    static inline struct type *impl_from_##iface(iface *self)                                  \
    {                                                                                          \
        return CONTAINING_RECORD(self, struct type, iface##_iface);                            \
    }                                                                                          \
    static HRESULT STDMETHODCALLTYPE type##_##iface##_QueryInterface(iface *self, REFIID iid,  \
                                                                     void **out)               \
    {                                                                                          \
        return com_object_query(&impl_from_##iface(self)->base, iid, out);                     \
    }                                                                                          \
    static ULONG STDMETHODCALLTYPE type##_##iface##_AddRef(iface *self)                        \
    {                                                                                          \
        return com_object_add_ref(&impl_from_##iface(self)->base);                             \
    }                                                                                          \
    static ULONG STDMETHODCALLTYPE type##_##iface##_Release(iface *self)                       \
    {                                                                                          \
        return com_object_release(&impl_from_##iface(self)->base);                             \
    }

/* The corresponding first three vtable entries. */
#define COM_UNKNOWN_SLOTS(type, iface)                                                         \
    .QueryInterface = type##_##iface##_QueryInterface, .AddRef = type##_##iface##_AddRef,      \
    .Release = type##_##iface##_Release

/* The table row of an interface that has a member of its own. */
#define COM_INTERFACE(type, iface)                                                             \
    {                                                                                          \
        &IID_##iface, offsetof(struct type, iface##_iface)                                     \
    }

/* The row of `base_iface`, from which `iface` inherits: it shares the vtable. */
#define COM_BASE_INTERFACE(type, iface, base_iface)                                            \
    {                                                                                          \
        &IID_##base_iface, offsetof(struct type, iface##_iface)                                \
    }

#endif
