/*
 * The callback of a job on a COM server: wakes the waiting thread when the job is done or has
 * failed. Included by the Windows files only.
 */
#ifndef ODO_TOOL_JOB_CALLBACK_WINDOWS_H
#define ODO_TOOL_JOB_CALLBACK_WINDOWS_H

#include "wakeup.h"

#include <unknwn.h>

struct job_callback;

/* `wakeup` must outlive it. NULL when out of memory. */
struct job_callback *job_callback_create(struct wakeup *wakeup);

/* The interface to register with the job. Borrowed. */
IUnknown *job_callback_interface(struct job_callback *callback);

/* It stops waking the waiter; the object itself ends when the server has released it. */
void job_callback_free(struct job_callback *callback);

#endif
