/* Waiting for a job to change its state, beside whoever has its one callback. */
#ifndef ODO_COM_CALLS_JOB_WAIT_H
#define ODO_COM_CALLS_JOB_WAIT_H

#include <windows.h>

#include <odo/odo.h>

/* Of one thread; its memory is the caller's from job_wait_begin() to job_wait_end(). */
struct job_wait {
    struct job_wait *next;
    const struct odo_job *job; /* held by the caller */
    HANDLE event;              /* set once for one change or more; resets itself */
};

/* From now on the event is set when the job's state changes. A Windows error when there is no
 * event to be had; then job_wait_end() must not be called. */
HRESULT job_wait_begin(struct job_wait *wait, const struct odo_job *job);

void job_wait_end(struct job_wait *wait);

/* The engine has said so. Never waits. */
void job_wait_on_event(const struct odo_event *event);

#endif
