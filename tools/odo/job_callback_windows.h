/*
 * What a COM server calls when a job is done or has failed: it wakes whoever waits. Included by
 * the Windows files only.
 */
#ifndef ODO_TOOL_JOB_CALLBACK_WINDOWS_H
#define ODO_TOOL_JOB_CALLBACK_WINDOWS_H

#include "wakeup.h"

#include <unknwn.h>

struct job_callback;

/* `wakeup` outlives it. NULL when there is no memory. */
struct job_callback *job_callback_create(struct wakeup *wakeup);

/* To be given to the job. Borrowed. */
IUnknown *job_callback_interface(struct job_callback *callback);

/* It wakes nobody any more; the object itself ends when the server lets go of it, too. */
void job_callback_free(struct job_callback *callback);

#endif
