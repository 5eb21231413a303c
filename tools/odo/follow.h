/*
 * Waiting for a job, and showing meanwhile how far it is.
 */
#ifndef ODO_TOOL_FOLLOW_H
#define ODO_TOOL_FOLLOW_H

#include "client.h"
#include "progress_bar.h"

/* A time-out: wait as long as the job itself goes on trying. */
#define FOLLOW_PATIENTLY UINT32_MAX

struct follow {
    struct client *client; /* borrowed; holds the job */
    struct wakeup *wakeup; /* borrowed */
    uint32_t timeout_s;    /* give up when so long no byte came and the last try failed */
    struct progress_bar bar;
    struct job_progress progress; /* as last seen */
    uint64_t started_ms;
    uint64_t progress_ms; /* when the last byte was seen to arrive, or it all began */
    struct error_report last_failure; /* of a try that is being repeated */
};

/*
 * GAVE_UP: the time-out has passed, and the job goes on trying. STOPPED: somebody else has
 * suspended, completed or cancelled it.
 */
enum follow_result {
    FOLLOW_TRANSFERRED,
    FOLLOW_FAILED,
    FOLLOW_GAVE_UP,
    FOLLOW_STOPPED,
    FOLLOW_INTERRUPTED
};

/* Begin the clock. Progress goes to standard error, unless it is to be quiet. */
void follow_start(struct follow *follow, struct wakeup *wakeup, uint32_t timeout_s, bool quiet);

/*
 * Wait until the job that the client holds stands still. The report is written unless it was
 * TRANSFERRED or INTERRUPTED.
 */
enum follow_result follow_run(struct follow *follow, struct client *client,
                              struct error_report *report_out);

#endif
