/*
 * OnProgress: a script function, or an object with a default method, as the callback of an
 * IDODownload. It is called with the IOdoDownload on the thread that set it, whenever that
 * thread dispatches messages; until then the server combines notifications, and the last one
 * reports the final state.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_PROGRESS_H
#define ODO_COM_SCRIPT_AUTOMATION_PROGRESS_H

#include <windows.h>

#include <oleauto.h>

#include "deliveryoptimization.h" /* generated from idl/ */
#include "opendo.h"               /* generated from idl/ */

/* automation_download_wrap(), which creates the script's object for a download. */
typedef HRESULT automation_wrapper(IDODownload *download, IOdoDownload **out);

/* NULL removes it. Errors of COM if the function cannot be kept; errors of the download. */
HRESULT automation_progress_set(IDODownload *download, IDispatch *function,
                                automation_wrapper *wrap);

/*
 * The function for the caller's apartment, with a reference. S_OK and NULL if there is none, or
 * if the callback was not set by a script.
 */
HRESULT automation_progress_get(IDODownload *download, IDispatch **function_out);

#endif
