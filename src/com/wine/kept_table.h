/*
 * What clients' interfaces are kept in under Wine 8 instead of its Global Interface Table
 * alone.
 *
 * Wine's stub managers, one for each object of an apartment, do not survive that an object is
 * let go by the last who has it while it is marshaled anew; nor does an entry of the table that
 * it is revoked while somebody gets it. So an object is registered once, however often it is
 * kept; it is revoked when nobody keeps it any more and no call to it is under way; and nobody
 * registers it anew before that is done.
 *
 * The functions are those of struct interface_keeper_hook, but as said.
 */
#ifndef ODO_COM_WINE_KEPT_TABLE_H
#define ODO_COM_WINE_KEPT_TABLE_H

#include <stdbool.h>
#include <windows.h>

#include <unknwn.h>

/* What kept_table_keep() gives is below this. */
#define KEPT_TABLE_END 0x80000000U

/*
 * `is_proxy` says that the object is one; of each proxy its object is registered anew.
 *
 *   E_OUTOFMEMORY
 *   RPC_E_TIMEOUT              somebody has been letting the same object go for very long
 *   what the object or COM says
 */
HRESULT kept_table_keep(IUnknown *wanted, REFIID iid, bool is_proxy, DWORD *kept_out);

/* E_INVALIDARG when it was dropped, or what COM says. Then there is nothing to end. */
HRESULT kept_table_begin_call(DWORD kept, REFIID iid, void **out);
void kept_table_end_call(DWORD kept);
void kept_table_drop(DWORD kept);

#endif
