/*
 * A snapshot of a job and its files.
 */
#ifndef ODO_TOOL_JOB_VIEW_H
#define ODO_TOOL_JOB_VIEW_H

#include "job_id.h"
#include "report.h"

#include <stdbool.h>
#include <stdint.h>

enum job_state {
    JOB_QUEUED,
    JOB_TRANSFERRING,
    JOB_SUSPENDED,
    JOB_ERROR,
    JOB_TRANSIENT_ERROR, /* failed, and will be retried */
    JOB_TRANSFERRED,
    JOB_ACKNOWLEDGED, /* completed */
    JOB_CANCELLED,
    JOB_STATE_COUNT
};

/* Such as "transient_error". */
const char *job_view_state_name(enum job_state state);

enum job_priority { JOB_FOREGROUND, JOB_HIGH, JOB_NORMAL, JOB_LOW, JOB_PRIORITY_COUNT };

/* Such as "foreground". */
const char *job_view_priority_name(enum job_priority priority);
bool job_view_priority_from_name(const char *name, enum job_priority *priority_out);

struct job_progress {
    uint64_t bytes_total; /* or ODO_SIZE_UNKNOWN */
    uint64_t bytes_transferred;
    uint32_t files_total;
    uint32_t files_transferred;
};

struct job_view {
    struct job_id id;
    enum job_state state;
    enum job_priority priority;
    char *name; /* owned, like the description; NULL after job_view_free() */
    char *description;
    struct job_progress progress;
    int64_t created_us; /* microseconds since 1970-01-01 UTC; 0 if it has not happened */
    int64_t modified_us;
    int64_t transferred_us;
    uint32_t error_count;
    bool has_error;
    struct error_report error; /* if there is one */
};

/* Free the view's strings. */
void job_view_free(struct job_view *view);

/* One file of a job. Strings are borrowed. */
struct file_view {
    uint32_t index;
    const char *url;
    const char *path;     /* "" if it has no path yet */
    uint32_t range_count; /* 0 for the whole file */
    uint64_t bytes_total; /* wanted, or ODO_SIZE_UNKNOWN */
    uint64_t bytes_transferred;
    bool completed; /* it is at its path */

    /* Statistics of the downloading process, or zero if it has none. */
    bool has_statistics;
    bool has_requests;       /* a COM server does not provide them */
    uint64_t file_size;      /* of the whole file on the server, or ODO_SIZE_UNKNOWN */
    uint64_t bytes_received; /* over HTTP; the engine includes discarded bytes */
    uint32_t connections;
    uint32_t requests;
    uint64_t transferring_ms;
    bool length_is_unproved; /* it ends where the server closed the connection */
};

#endif
