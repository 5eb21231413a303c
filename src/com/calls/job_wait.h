/* Waits for state changes of a job, independently of the job's callback. */
#ifndef ODO_COM_CALLS_JOB_WAIT_H
#define ODO_COM_CALLS_JOB_WAIT_H

#include <windows.h>

#include <odo/odo.h>

/* Used by one thread; the caller provides the memory from job_wait_begin() to
 * job_wait_end(). */
struct job_wait {
    struct job_wait *next;
    const struct odo_job *job; /* referenced by the caller */
    HANDLE event;              /* auto-reset; set once for one or more changes */
};

/* From now on the event is set when the job's state changes. Fails with a Windows error if no
 * event can be created; then job_wait_end() must not be called. */
HRESULT job_wait_begin(struct job_wait *wait, const struct odo_job *job);

void job_wait_end(struct job_wait *wait);

/* Called for each engine event. Never waits. */
void job_wait_on_event(const struct odo_event *event);

#endif
