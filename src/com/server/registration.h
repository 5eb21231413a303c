/*
 * Registers the server in the registry.
 *
 * The product's own class, the scripting class OpenDO.Downloads with its type library, and
 * their ProgIDs are always written. CLSID_DeliveryOptimization, the class that clients of
 * Windows' service ask for, is written only if it is free:
 *
 *   plain registration   leaves a foreign entry alone, and succeeds without it
 *   takeover             replaces the entry of a third party, such as another implementation
 *                        installed before. The replaced entry is kept below the product's own
 *                        class, and restored when we are unregistered
 *   neither              ever changes an entry of Windows: one with the service's AppID, or
 *                        with a program or DLL inside Windows' folder. Takeover then fails
 *                        with E_ACCESSDENIED and changes nothing
 *
 * An entry is ours if its InprocServer32 is this DLL, or the same as that of the product's own
 * class: so entries follow a DLL that was moved and registered again. Unregistering removes
 * only entries that still refer to this DLL.
 *
 * If the local server's program, dosvc-host.exe, is in the same folder as the DLL, our classes
 * get it as their LocalServer32, with an AppID of the product's own that defines who may use
 * it.
 *
 * The DLL is also registered as the proxy class of its interfaces, but only for those that have
 * none: the proxies of Windows and Wine, which share several interfaces with BITS, are never
 * replaced. No class or type library of BITS is ever written.
 *
 * 32-bit and 64-bit programs have separate classes and interfaces, but share ProgIDs, AppIDs
 * and type libraries: these stay as long as either DLL is registered.
 */
#ifndef ODO_COM_SERVER_REGISTRATION_H
#define ODO_COM_SERVER_REGISTRATION_H

#include "com/server/registration_place.h"

#include <stdbool.h>
#include <windows.h>

/* All or nothing. */
HRESULT registration_add(const struct registration_place *place, bool take_over);
HRESULT registration_remove(const struct registration_place *place);

#endif
