/*
 * A script's wait for a download to stop.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_WAIT_H
#define ODO_COM_SCRIPT_AUTOMATION_WAIT_H

#include <windows.h>

#include <oleauto.h>

#include <odo/odo.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/*
 * Wait until the download, whose job is `job`, has stopped, or for `seconds`: a number, or
 * nothing for no limit. Calls and messages are dispatched in a single-threaded apartment.
 * Errors have descriptions (automation_error.h).
 */
HRESULT automation_wait(IDODownload *download, struct odo_job *job, const VARIANT *seconds,
                        DO_DOWNLOAD_STATUS *status_out);

#endif
