/*
 * Shared by the Windows files of the client only.
 */
#ifndef ODO_TOOL_CLIENT_WINDOWS_H
#define ODO_TOOL_CLIENT_WINDOWS_H

#include "client.h"
#include "job_callback_windows.h"

#include <windows.h>

#include "deliveryoptimization.h" /* generated from idl/ */

struct client {
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;       /* NULL without a job */
    struct job_callback *callback; /* of a job that we have created; or NULL */
    struct wakeup *wakeup;         /* borrowed */
    bool com_is_up;
    bool keeps_jobs;
};

/* True on success; otherwise fills in the report. */
bool client_check(HRESULT hr, struct error_report *report_out);

#endif
