/*
 * The downloader behind this program: a COM server on Windows, the engine itself elsewhere. A
 * client can list many jobs and holds one at a time, obtained from client_create_job() or
 * client_find_job().
 *
 * A client is used by one thread. Functions that can fail return false and fill in a report;
 * the client remains usable, and must still be freed.
 *
 * One implementation per operating system: client_posix.c; client_windows.c with
 * client_view_windows.c and job_callback_windows.c.
 */
#ifndef ODO_TOOL_CLIENT_H
#define ODO_TOOL_CLIENT_H

#include "job_view.h"
#include "report.h"
#include "wakeup.h"

#include <odo/types.h>

#include <stddef.h>

struct client;

struct client_options {
    /* "opendo", "windows", a CLSID in braces or a ProgID; NULL for ours. Borrowed. */
    const char *server;
    /* Signalled when a job's state may have changed. Borrowed; outlives the client. */
    struct wakeup *wakeup;
    /*
     * Jobs outlive the client. Otherwise a job that was created and not finished is cancelled
     * with the client.
     */
    bool keeps_jobs;
    /* Resume a job that is found QUEUED. A COM server always does. */
    bool runs_queued_jobs;
};

/* Everything is borrowed for the duration of the call. */
struct client_file {
    const char *url;
    const char *path;          /* absolute */
    struct byte_range *ranges; /* const, except for the COM interface's type */
    uint32_t range_count;      /* 0 for the whole file */
    uint64_t file_size;        /* or ODO_SIZE_UNKNOWN */
};

/* Does client_start() support other servers? */
bool client_has_servers(void);

/* Connect to the server. The client holds no job yet. */
bool client_start(const struct client_options *options, struct client **client_out,
                  struct error_report *report_out);

/* NULL is allowed */
void client_free(struct client *client); /* NULL is fine */

/* Create a SUSPENDED, empty job, and hold it instead of the previous one. */
bool client_create_job(struct client *client, const char *name,
                       struct error_report *report_out);

/*
 * Hold this job instead of the previous one. EXIT_CODE_NO_JOB if it does not exist, or another
 * process owns it.
 */
bool client_find_job(struct client *client, const struct job_id *id,
                     struct error_report *report_out);

/*
 * All jobs that are neither completed nor cancelled and not owned by another process, oldest
 * first. The caller frees the array with free(); NULL if there are none.
 */
bool client_list_jobs(struct client *client, struct job_id **ids_out, size_t *count_out,
                      struct error_report *report_out);

/* Call `visit` with the path of each unreadable job file that was set aside. */
bool client_each_set_aside(struct client *client,
                           void (*visit)(void *context, const char *path), void *context,
                           struct error_report *report_out);

/* The functions below concern the job that is held. */

bool client_set_description(struct client *client, const char *text,
                            struct error_report *report_out);
bool client_set_priority(struct client *client, enum job_priority priority,
                         struct error_report *report_out);

bool client_add(struct client *client, const struct client_file *file,
                struct error_report *report_out);

/* Start the job. */
bool client_resume(struct client *client, struct error_report *report_out);

bool client_suspend(struct client *client, struct error_report *report_out);

/* The state and progress of the job. */
bool client_look(struct client *client, enum job_state *state_out,
                 struct job_progress *progress_out, struct error_report *report_out);

/* Why the job is in JOB_ERROR or JOB_TRANSIENT_ERROR; false if it has left these states. */
bool client_get_error(struct client *client, struct error_report *report_out);

/*
 * Rename the files to their targets. `partial_out` says whether incomplete files were deleted;
 * if it is NULL, that is an error.
 */
bool client_finish(struct client *client, bool *partial_out, struct error_report *report_out);

/*
 * Cancel the job and delete its temporary files. Does nothing to a job that has ended, or
 * without a job. Also false if a temporary file is left.
 */
bool client_cancel(struct client *client, struct error_report *report_out);

/* A full description of the job. The caller frees it with job_view_free(). */
bool client_describe(struct client *client, struct job_view *view_out,
                     struct error_report *report_out);

/* Call `visit` for each file until it returns false, which is no error. */
bool client_each_file(struct client *client,
                      bool (*visit)(void *context, const struct file_view *file), void *context,
                      struct error_report *report_out);

#endif
