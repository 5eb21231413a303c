/*
 * How an object goes to another apartment or another process.
 *
 * Inside the process every apartment gets the object itself, through COM's free-threaded
 * marshaler. Other processes get COM's standard proxy; for the objects that have a kind, below,
 * whoever has set a hook may put a proxy of his own around that.
 */
#ifndef ODO_COM_OBJECT_COM_MARSHAL_H
#define ODO_COM_OBJECT_COM_MARSHAL_H

#include <stdbool.h>
#include <windows.h>

#include <objbase.h>

/* What a proxy of ours stands for. Written to the wire, between processes of one machine. */
enum com_remote_kind {
    COM_REMOTE_PLAIN = 0, /* the standard proxy will do */
    COM_REMOTE_MANAGER = 1,
    COM_REMOTE_DOWNLOAD = 2,
};

/*
 * Let other objects than those be marshalled by COM alone: they do not answer IMarshal any
 * more. For the local server under Wine, where every client is in another process. Wine 8
 * counts too many bytes for an object that answers IMarshal, and its clients then read a wrong
 * result whenever such objects come in an array, as they do from an enumerator.
 */
void com_marshal_leave_to_com(void);

/* Does an object of that kind answer IMarshal? */
bool com_marshal_is_answered(enum com_remote_kind kind);

/* What a proxy of another class than COM's needs; for objects that have a kind. */
struct com_marshal_hook {
    const CLSID *unmarshal_class;
    DWORD header_size; /* bytes more than the standard marshalling data needs */
    /* What is written before that data, and behind it. */
    HRESULT (*write_header)(IStream *stream, enum com_remote_kind kind);
    HRESULT (*write_padding)(IStream *stream);
};

/* Before the first object; `hook` must stay. */
void com_marshal_set_hook(const struct com_marshal_hook *hook);

/* Part of every object. */
struct com_marshal {
    IMarshal IMarshal_iface;
    IUnknown *outer; /* the object itself, not counted */
    enum com_remote_kind kind;
    IUnknown *free_threaded; /* made when first needed; counted */
};

void com_marshal_init(struct com_marshal *marshal, IUnknown *outer, enum com_remote_kind kind);

/* To be called when the object ends. */
void com_marshal_end(struct com_marshal *marshal);

#endif
