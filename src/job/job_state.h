/*
 * The life of a job, as one table. Pure: no locks, no I/O, no callbacks.
 *
 *                  resume                     all done
 *     SUSPENDED ------------> TRANSFERRING -------------> TRANSFERRED
 *         ^                   |  |  ^   |                      |
 *         +----- suspend -----+  |  |   | fail                 | complete
 *                        obstruct|  |move                      v
 *                                v  |   v                 ACKNOWLEDGED
 *                    TRANSIENT_ERROR    ERROR
 *
 * This is the main road; the table has every edge. From every state but the final two a job
 * can also be completed or cancelled. QUEUED is a job that ran when the process ended, and
 * waits to be taken up again.
 */
#ifndef ODO_JOB_JOB_STATE_H
#define ODO_JOB_JOB_STATE_H

#include <odo/odo.h>

enum job_event {
    JOB_RESUME,
    JOB_SUSPEND,
    JOB_OBSTRUCT, /* nothing moves, and something will be tried again */
    JOB_MOVE,     /* something moves again */
    JOB_FAIL,
    JOB_ALL_DONE,
    JOB_COMPLETE,
    JOB_CANCEL,
    JOB_EVENT_COUNT
};

/* Where `event` leads from `state`. False when it is refused; *after_out is then untouched. */
bool job_state_after(enum odo_job_state state, enum job_event event,
                     enum odo_job_state *after_out);

/* True for ACKNOWLEDGED and CANCELLED, which refuse everything. */
bool job_state_is_final(enum odo_job_state state);

/* True for the states that leave by themselves: QUEUED, TRANSFERRING, TRANSIENT_ERROR. */
bool job_state_is_running(enum odo_job_state state);

/* A name for logs and test failures, such as "TRANSFERRING". Never NULL. */
const char *job_state_name(enum odo_job_state state);

#endif
