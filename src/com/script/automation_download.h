/*
 * IOdoDownload: a download as scripts see it, around an IDODownload of the same process, whose
 * rules it follows. As long as one is alive there is no other one for the same download.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_DOWNLOAD_H
#define ODO_COM_SCRIPT_AUTOMATION_DOWNLOAD_H

#include <windows.h>

#include <oleauto.h>

#include "deliveryoptimization.h" /* generated from idl/ */
#include "opendo.h"               /* generated from idl/ */

/*
 * The object for a download, counted: the one that there is, or a new one.
 *
 *   E_INVALIDARG   the download is not one of this process
 *   E_OUTOFMEMORY; what the download says; what COM says when the type library cannot be read
 */
HRESULT automation_download_wrap(IDODownload *download, IOdoDownload **out);

#endif
