/*
 * Registers this DLL where its users' programs look for it: see registration.h for what is
 * written.
 */
#ifndef ODO_COM_SERVER_REGISTRATION_INSTALL_H
#define ODO_COM_SERVER_REGISTRATION_INSTALL_H

#include <stdbool.h>
#include <windows.h>

/*
 * Add or remove the entries of this DLL. `words`, which may be NULL, is the argument of
 * regsvr32 /i: any of these, separated by commas or blanks; others are E_INVALIDARG.
 *
 *   user        for this user (HKEY_CURRENT_USER), not for the machine
 *   takeover    see above; ignored when unregistering
 */
HRESULT registration_install(bool install, const WCHAR *words);

#endif
