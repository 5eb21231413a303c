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

/* Keep it no longer. 0 is fine. */
void interface_keeper_drop(DWORD kept);

/* Who keeps some interfaces in another way than the table does; as the functions above. */
struct interface_keeper_hook {
    bool (*keeps)(IUnknown *wanted);
    HRESULT (*keep)(IUnknown *wanted, DWORD *kept_out);
    bool (*has_kept)(DWORD kept); /* told from what the table gives, which counts from 1 */
    HRESULT (*get)(DWORD kept, REFIID iid, void **out);
    void (*drop)(DWORD kept);
};

/* Before anything is kept; `hook` must stay. */
void interface_keeper_set_hook(const struct interface_keeper_hook *hook);

#endif
