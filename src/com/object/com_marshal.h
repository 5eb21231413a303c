/*
 * Marshalling of objects to other apartments and processes.
 *
 * Within the process every apartment gets the object itself, through COM's free-threaded
 * marshaler. Other processes get COM's standard proxy; for objects that have a kind (see
 * below), a hook may wrap a proxy of its own around that.
 */
#ifndef ODO_COM_OBJECT_COM_MARSHAL_H
#define ODO_COM_OBJECT_COM_MARSHAL_H

#include <stdbool.h>
#include <windows.h>

#include <objbase.h>

/* What kind of object a custom proxy represents. Sent between processes of one machine. */
enum com_remote_kind {
    COM_REMOTE_PLAIN = 0, /* standard proxy */
    COM_REMOTE_MANAGER = 1,
    COM_REMOTE_DOWNLOAD = 2,
};

/*
 * Leave the marshalling of other objects to COM: they no longer answer IMarshal. For the local
 * server under Wine, where every client is in another process. Wine 8 counts too many bytes for
 * an object that answers IMarshal, and its clients then misread arrays of such objects, as
 * returned by enumerators.
 */
void com_marshal_leave_to_com(void);

/* Does an object of that kind answer IMarshal? */
bool com_marshal_is_answered(enum com_remote_kind kind);

/* Data for custom proxies; used for objects that have a kind. */
struct com_marshal_hook {
    const CLSID *unmarshal_class;
    DWORD header_size; /* bytes in addition to the standard marshalling data */
    /* Writes what precedes that data, and what follows it. */
    HRESULT (*write_header)(IStream *stream, enum com_remote_kind kind);
    HRESULT (*write_padding)(IStream *stream);
};

/* Call before the first object is created; `hook` must remain valid. */
void com_marshal_set_hook(const struct com_marshal_hook *hook);

/* Embedded in every object. */
struct com_marshal {
    IMarshal IMarshal_iface;
    IUnknown *outer; /* the object itself, not counted */
    enum com_remote_kind kind;
    IUnknown *free_threaded; /* created on demand; counted */
};

void com_marshal_init(struct com_marshal *marshal, IUnknown *outer, enum com_remote_kind kind);

/* Call when the object ends. */
void com_marshal_end(struct com_marshal *marshal);

#endif
