/*
 * Keeps clients' interfaces in the Global Interface Table: stored from one apartment and usable
 * from any other, through a proxy where needed. (Under Wine, an object in another process that
 * was stored from the multithreaded apartment is usable in that apartment only.)
 *
 * Any thread that has initialized COM.
 */
#ifndef ODO_COM_OBJECT_INTERFACE_KEEPER_H
#define ODO_COM_OBJECT_INTERFACE_KEEPER_H

#include <stdbool.h>
#include <windows.h>

#include <unknwn.h>

/*
 * Keep the interface `iid` of an object. *kept_out is never 0.
 *
 *   errors of the object or of COM; then *kept_out is 0
 */
HRESULT interface_keeper_keep(IUnknown *object, REFIID iid, DWORD *kept_out);

/* Query an interface of the kept object for this apartment, with a reference. On failure *out
 * is NULL. */
HRESULT interface_keeper_get(DWORD kept, REFIID iid, void **out);

/*
 * The same for a call made now by this thread: until it ends, the object is not released even
 * if it was dropped.
 */
HRESULT interface_keeper_begin_call(DWORD kept, REFIID iid, void **out);

/* Release an `object` obtained in this way. NULL is allowed. */
void interface_keeper_end_call(DWORD kept, IUnknown *object);

/* Stop keeping it. 0 is allowed. */
void interface_keeper_drop(DWORD kept);

/* Alternative implementations of the functions above. */
struct interface_keeper_hook {
    HRESULT (*keep)(IUnknown *wanted, REFIID iid, DWORD *kept_out);
    HRESULT (*begin_call)(DWORD kept, REFIID iid, void **out);
    void (*end_call)(DWORD kept); /* the interface was released */
    void (*drop)(DWORD kept);
};

/* Call before anything is kept; `hook` must remain valid. */
void interface_keeper_set_hook(const struct interface_keeper_hook *hook);

#endif
