/* IEnumVARIANT over downloads, for a script's For Each. */
#ifndef ODO_COM_SCRIPT_AUTOMATION_ENUM_H
#define ODO_COM_SCRIPT_AUTOMATION_ENUM_H

#include <windows.h>

#include <oleauto.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/*
 * Takes ownership of `downloads`, allocated with malloc(), and its `count` references, even on
 * failure. Each element becomes an IOdoDownload on demand. On failure, E_OUTOFMEMORY and NULL.
 */
HRESULT automation_enum_create(IDODownload **downloads, ULONG count, IUnknown **out);

/* Free such a list. */
void automation_enum_free(IDODownload **downloads, ULONG count);

#endif
