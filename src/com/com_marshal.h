/*
 * How an object goes to another apartment or another process.
 *
 * Inside the process every apartment gets the object itself, through COM's free-threaded
 * marshaler. Other processes get COM's standard proxy; under Wine, for the objects that have a
 * kind, below, a proxy of ours which forwards to the standard one (remote_object.h).
 */
#ifndef ODO_COM_COM_MARSHAL_H
#define ODO_COM_COM_MARSHAL_H

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

/* Part of every object. */
struct com_marshal {
    IMarshal IMarshal_iface;
    IUnknown *free_threaded; /* made when first needed; counted */
};

void com_marshal_init(struct com_marshal *marshal);

/* To be called when the object ends. */
void com_marshal_end(struct com_marshal *marshal);

#endif
