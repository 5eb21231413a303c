/*
 * Clients' interfaces, kept in the process-wide Global Interface Table: kept from one apartment
 * and used from any other, through a proxy where one is needed. (Under Wine, what lives in
 * another process and was kept from the multithreaded apartment is for that apartment only.)
 *
 * Any thread that COM is initialized on.
 */
#ifndef ODO_COM_INTERFACE_KEEPER_H
#define ODO_COM_INTERFACE_KEEPER_H

#include <windows.h>

#include <unknwn.h>

/*
 * Keep the interface `iid` of an object. *kept_out is never 0.
 *
 *   E_NOINTERFACE   the object does not have it
 *   what COM says   then *kept_out is 0
 */
HRESULT interface_keeper_keep(IUnknown *object, REFIID iid, DWORD *kept_out);

/* An interface of what is kept, counted, for this apartment. On failure *out is NULL. */
HRESULT interface_keeper_get(DWORD kept, REFIID iid, void **out);

/* Keep it no longer. 0 is fine. */
void interface_keeper_drop(DWORD kept);

#endif
