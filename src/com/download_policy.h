/* The administrator's policy on downloads (DODownloadMode), as Windows keeps it. */
#ifndef ODO_COM_DOWNLOAD_POLICY_H
#define ODO_COM_DOWNLOAD_POLICY_H

#include <windows.h>

/*
 * May downloads run? Read anew at each call.
 *
 *   DO_E_NO_DOWNLOAD_EXTSETTINGS   the mode is 100, "bypass"
 */
HRESULT download_policy_check(void);

#endif
