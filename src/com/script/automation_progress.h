/*
 * OnProgress: a function of a script's, or an object with a default method, set as the callback
 * of an IDODownload. It is called with the IOdoDownload on the thread it came from, which lets
 * the call through only while it waits for messages; until then the server gathers news, and
 * what it tells last is the last state.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_PROGRESS_H
#define ODO_COM_SCRIPT_AUTOMATION_PROGRESS_H

#include <windows.h>

#include <oleauto.h>

#include "deliveryoptimization.h" /* generated from idl/ */
#include "opendo.h"               /* generated from idl/ */

/* The script's object for a download, counted: as automation_download_wrap(). */
typedef HRESULT automation_wrapper(IDODownload *download, IOdoDownload **out);

/* NULL clears. What COM says when the function cannot be kept; what the download says. */
HRESULT automation_progress_set(IDODownload *download, IDispatch *function,
                                automation_wrapper *wrap);

/*
 * The function, counted, for the caller's apartment. S_OK and NULL when there is none, or when
 * the callback is not a script's.
 */
HRESULT automation_progress_get(IDODownload *download, IDispatch **function_out);

#endif
