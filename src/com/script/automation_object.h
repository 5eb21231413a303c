/* IOdoDownloads, the object of ProgID OpenDO.Downloads and the entry point for scripts. */
#ifndef ODO_COM_SCRIPT_AUTOMATION_OBJECT_H
#define ODO_COM_SCRIPT_AUTOMATION_OBJECT_H

#include <windows.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/*
 * A new object that wraps a manager.
 *
 *   E_NOINTERFACE; E_OUTOFMEMORY; errors of COM if the type library cannot be read
 */
HRESULT automation_object_create(IDOManager *manager, REFIID iid, void **out);

#endif
