/*
 * COM's Global Interface Table: passes interfaces between apartments, through proxies where
 * needed. Any thread that has initialized COM; errors are COM's.
 */
#ifndef ODO_COM_OBJECT_GLOBAL_TABLE_H
#define ODO_COM_OBJECT_GLOBAL_TABLE_H

#include <windows.h>

#include <unknwn.h>

/* *cookie_out is never 0. */
HRESULT global_table_register(IUnknown *object, REFIID iid, DWORD *cookie_out);

/* With a reference, for this apartment. */
HRESULT global_table_get(DWORD cookie, REFIID iid, void **out);

void global_table_revoke(DWORD cookie);

#endif
