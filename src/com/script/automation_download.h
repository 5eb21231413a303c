/*
 * IOdoDownload: the scripting object of a download, a wrapper around an IDODownload of the same
 * process. There is at most one for each download at any time.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_DOWNLOAD_H
#define ODO_COM_SCRIPT_AUTOMATION_DOWNLOAD_H

#include <windows.h>

#include <oleauto.h>

#include "deliveryoptimization.h" /* generated from idl/ */
#include "opendo.h"               /* generated from idl/ */

/*
 * The object of a download, existing or new, with a reference.
 *
 *   E_INVALIDARG   the download belongs to another process
 *   E_OUTOFMEMORY; errors of the download; errors of COM if the type library cannot be read
 */
HRESULT automation_download_wrap(IDODownload *download, IOdoDownload **out);

#endif
