/*
 * What the Windows files of the client share. Included by them only.
 */
#ifndef ODO_TOOL_CLIENT_WINDOWS_H
#define ODO_TOOL_CLIENT_WINDOWS_H

#include "client.h"
#include "job_callback_windows.h"

#include <windows.h>

#include "deliveryoptimization.h" /* generated from idl/ */

struct client {
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;       /* NULL before there is one */
    struct job_callback *callback; /* of a job that we made; or NULL */
    struct wakeup *wakeup;         /* borrowed */
    bool com_is_up;
    bool keeps_jobs;
};

/* True for success; otherwise says why not. */
bool client_check(HRESULT hr, struct error_report *report_out);

#endif
