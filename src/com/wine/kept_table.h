/*
 * Keeps clients' interfaces under Wine 8, on top of its Global Interface Table.
 *
 * Wine's stub managers, one for each object and apartment, break if an object's last reference
 * is released while it is being marshalled again; and so does a table entry that is revoked
 * while another thread reads it. So an object is registered only once, however often it is
 * kept; it is revoked when nothing keeps it and no call to it is in progress; and it is not
 * registered again before that has finished.
 *
 * The functions are those of struct interface_keeper_hook, except as stated.
 */
#ifndef ODO_COM_WINE_KEPT_TABLE_H
#define ODO_COM_WINE_KEPT_TABLE_H

#include <stdbool.h>
#include <windows.h>

#include <unknwn.h>

/* Upper bound of the handles returned by kept_table_keep(). */
#define KEPT_TABLE_END 0x80000000U

/*
 * `is_proxy`: the object is a proxy. Each proxy is registered separately.
 *
 *   E_OUTOFMEMORY
 *   RPC_E_TIMEOUT              the same object's release by another thread takes too long
 *   errors of the object or COM
 */
HRESULT kept_table_keep(IUnknown *wanted, REFIID iid, bool is_proxy, DWORD *kept_out);

/* E_INVALIDARG after it was dropped, or errors of COM. Then there is no call to end. */
HRESULT kept_table_begin_call(DWORD kept, REFIID iid, void **out);
void kept_table_end_call(DWORD kept);
void kept_table_drop(DWORD kept);

#endif
