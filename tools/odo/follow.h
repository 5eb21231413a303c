/*
 * Waits for a job and shows its progress.
 */
#ifndef ODO_TOOL_FOLLOW_H
#define ODO_TOOL_FOLLOW_H

#include "client.h"
#include "progress_bar.h"

/* A time-out: wait as long as the job keeps trying. */
#define FOLLOW_PATIENTLY UINT32_MAX

struct follow {
    struct client *client; /* borrowed; holds the job */
    struct wakeup *wakeup; /* borrowed */
    uint32_t timeout_s; /* give up after this time without a byte if the last attempt failed */
    struct progress_bar bar;
    struct job_progress progress; /* as last seen */
    uint64_t started_ms;
    uint64_t progress_ms;             /* when the last byte arrived, or at the start */
    struct error_report last_failure; /* of an attempt that will be repeated */
};

/*
 * GAVE_UP: the time-out has passed, and the job keeps trying. STOPPED: it was suspended,
 * completed or cancelled by another process.
 */
enum follow_result {
    FOLLOW_TRANSFERRED,
    FOLLOW_FAILED,
    FOLLOW_GAVE_UP,
    FOLLOW_STOPPED,
    FOLLOW_INTERRUPTED
};

/* Start the clock. Progress goes to standard error, unless `quiet`. */
void follow_start(struct follow *follow, struct wakeup *wakeup, uint32_t timeout_s, bool quiet);

/*
 * Wait until the client's job stops. Fills in the report unless the result is TRANSFERRED or
 * INTERRUPTED.
 */
enum follow_result follow_run(struct follow *follow, struct client *client,
                              struct error_report *report_out);

#endif
