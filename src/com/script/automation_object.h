/* IOdoDownloads, the object behind the ProgID OpenDO.Downloads: what scripts begin with. */
#ifndef ODO_COM_SCRIPT_AUTOMATION_OBJECT_H
#define ODO_COM_SCRIPT_AUTOMATION_OBJECT_H

#include <windows.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/*
 * A new one, around a manager.
 *
 *   E_NOINTERFACE; E_OUTOFMEMORY; what COM says when the type library cannot be read
 */
HRESULT automation_object_create(IDOManager *manager, REFIID iid, void **out);

#endif
