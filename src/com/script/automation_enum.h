/* IEnumVARIANT over the downloads of a script's For Each. */
#ifndef ODO_COM_SCRIPT_AUTOMATION_ENUM_H
#define ODO_COM_SCRIPT_AUTOMATION_ENUM_H

#include <windows.h>

#include <oleauto.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/*
 * Takes over `downloads`, memory of malloc() with `count` counted elements, on failure too.
 * Each element becomes an IOdoDownload when it is asked for. E_OUTOFMEMORY and NULL.
 */
HRESULT automation_enum_create(IDODownload **downloads, ULONG count, IUnknown **out);

/* End such a list. */
void automation_enum_free(IDODownload **downloads, ULONG count);

#endif
