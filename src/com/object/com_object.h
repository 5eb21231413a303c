/*
 * What all COM objects of the server share: identity, counting, and marshalling.
 *
 * A kind of object is a struct whose first member is a struct com_object, with one member
 * `<interface>_iface` for each interface, and a struct com_class with a table of these. Its
 * create function fills the struct, answers the interface that was asked for by
 * com_object_query(), and lets its own reference go: a refused interface so frees the object.
 *
 * Every object is free-threaded: all apartments of the process share it as it is, for which it
 * answers IMarshal (com_marshal.h).
 */
#ifndef ODO_COM_OBJECT_COM_OBJECT_H
#define ODO_COM_OBJECT_COM_OBJECT_H

#include "com/object/com_marshal.h"

#include <stdbool.h>
#include <stddef.h>
#include <windows.h>

#include <objbase.h>

/* One interface an object answers for, and where its vtable pointer lies. */
struct com_interface {
    const IID *iid;
    size_t offset; /* bytes from the start of the object */
};

struct com_object;

/*
 * The fixed part of a kind of object. The first interface also answers for IUnknown; several
 * rows may share one vtable, when one interface inherits from another.
 */
struct com_class {
    void (*destroy)(struct com_object *object); /* frees the object and what it holds */
    const struct com_interface *interfaces;
    size_t interface_count;
    enum com_remote_kind remote_kind; /* for clients in other processes */
};

/* The first member of every object. */
struct com_object {
    const struct com_class *class;
    LONG refs; /* starts at 1, owned by the creator */
    LONG is_counted_out;
    struct com_marshal marshal;
    /* Of the hook, below: whose it is, and its neighbours. */
    void *client;
    struct com_object *next;
    struct com_object *previous;
};

/*
 * Who wants to know of each object: before anybody else has it; when COM is about to hand it to
 * another apartment or process, which may be more often than it does; and when nobody has it.
 */
struct com_object_hook {
    void (*on_begin)(struct com_object *object);
    void (*on_marshal)(struct com_object *object);
    void (*on_end)(struct com_object *object);
};

/* Before the first object. `hook` must stay. */
void com_object_set_hook(const struct com_object_hook *hook);

/* Counted by object_count.h: the module stays loaded as long as there is one. */
void com_object_init(struct com_object *object, const struct com_class *class);

/*
 * QueryInterface. E_POINTER without an `out`, E_INVALIDARG without an `iid`; E_NOINTERFACE and
 * NULL for what is not in the table.
 */
HRESULT com_object_query(struct com_object *object, REFIID iid, void **out);

/* The object's IUnknown, not counted. */
IUnknown *com_object_identity(struct com_object *object);

/* Would an object of this kind answer for `iid`? */
bool com_class_answers(const struct com_class *class, REFIID iid);

ULONG com_object_add_ref(struct com_object *object);
ULONG com_object_release(struct com_object *object);

/* A reference, unless the last one has gone. For the hook's owner, before its on_end(). */
bool com_object_try_add_ref(struct com_object *object);

/* It counts no longer as one that keeps the module, however long it lives. */
void com_object_give_up(struct com_object *object);

/*
 * Define impl_from_<iface>() and the three IUnknown methods for one interface of
 * `struct type`, which has members `base` and `<iface>_iface`. This is the only macro
 * in the server that defines functions.
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

/* The matching first three slots of a vtable. */
#define COM_UNKNOWN_SLOTS(type, iface)                                                         \
    .QueryInterface = type##_##iface##_QueryInterface, .AddRef = type##_##iface##_AddRef,      \
    .Release = type##_##iface##_Release

/* The row of a table of interfaces for an interface with a member of its own. */
#define COM_INTERFACE(type, iface)                                                             \
    {                                                                                          \
        &IID_##iface, offsetof(struct type, iface##_iface)                                     \
    }

/* The row for `base_iface`, from which `iface` inherits: the same vtable answers. */
#define COM_BASE_INTERFACE(type, iface, base_iface)                                            \
    {                                                                                          \
        &IID_##base_iface, offsetof(struct type, iface##_iface)                                \
    }

#endif
