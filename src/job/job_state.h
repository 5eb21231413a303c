/*
 * The state machine of a job, as a table. Pure: no locks, no I/O, no callbacks.
 *
 *                  resume                     all done
 *     SUSPENDED ------------> TRANSFERRING -------------> TRANSFERRED
 *         ^                   |  |  ^   |                      |
 *         +----- suspend -----+  |  |   | fail                 | complete
 *                        obstruct|  |move                      v
 *                                v  |   v                 ACKNOWLEDGED
 *                    TRANSIENT_ERROR    ERROR
 *
 * These are the main transitions; the table has all of them. From every state but the final two
 * a job can also be completed or cancelled. QUEUED is a job that was running when the process
 * ended, and will be resumed.
 */
#ifndef ODO_JOB_JOB_STATE_H
#define ODO_JOB_JOB_STATE_H

#include <odo/odo.h>

enum job_event {
    JOB_RESUME,
    JOB_SUSPEND,
    JOB_OBSTRUCT, /* nothing moves, and something will be retried */
    JOB_MOVE,     /* something moves again */
    JOB_FAIL,
    JOB_ALL_DONE,
    JOB_COMPLETE,
    JOB_CANCEL,
    JOB_EVENT_COUNT
};

/* The state after `event`. False if it is not allowed; *after_out is then untouched. */
bool job_state_after(enum odo_job_state state, enum job_event event,
                     enum odo_job_state *after_out);

/* True for ACKNOWLEDGED and CANCELLED, which allow no event. */
bool job_state_is_final(enum odo_job_state state);

/* True for the states that change without a call: QUEUED, TRANSFERRING, TRANSIENT_ERROR. */
bool job_state_is_running(enum odo_job_state state);

/* A name for logs and test failures, such as "TRANSFERRING". Never NULL. */
const char *job_state_name(enum odo_job_state state);

#endif
