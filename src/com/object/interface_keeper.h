/*
 * Clients' interfaces, kept in the process-wide Global Interface Table: kept from one apartment
 * and used from any other, through a proxy where one is needed. (Under Wine, what lives in
 * another process and was kept from the multithreaded apartment is for that apartment only.)
 *
 * Any thread that COM is initialized on.
 */
#ifndef ODO_COM_OBJECT_INTERFACE_KEEPER_H
#define ODO_COM_OBJECT_INTERFACE_KEEPER_H

#include <stdbool.h>
#include <windows.h>

#include <unknwn.h>

/*
 * Keep the interface `iid` of an object. *kept_out is never 0.
 *
 *   what the object or COM says   then *kept_out is 0
 */
HRESULT interface_keeper_keep(IUnknown *object, REFIID iid, DWORD *kept_out);

/* An interface of what is kept, counted, for this apartment. On failure *out is NULL. */
HRESULT interface_keeper_get(DWORD kept, REFIID iid, void **out);

/*
 * The same for a call that this thread makes now: until it is ended, what was dropped meanwhile
 * is not let go.
 */
HRESULT interface_keeper_begin_call(DWORD kept, REFIID iid, void **out);

/* Release `object`, which was got so. NULL is fine. */
void interface_keeper_end_call(DWORD kept, IUnknown *object);

/* Keep it no longer. 0 is fine. */
void interface_keeper_drop(DWORD kept);

/* Who keeps interfaces in another way than the table does; as the functions above. */
struct interface_keeper_hook {
    HRESULT (*keep)(IUnknown *wanted, REFIID iid, DWORD *kept_out);
    HRESULT (*begin_call)(DWORD kept, REFIID iid, void **out);
    void (*end_call)(DWORD kept); /* the interface was released */
    void (*drop)(DWORD kept);
};

/* Before anything is kept; `hook` must stay. */
void interface_keeper_set_hook(const struct interface_keeper_hook *hook);

#endif
