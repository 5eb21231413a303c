/*
 * Whoever does the downloading for this program: a COM server on Windows, the engine itself
 * elsewhere. A client knows about many jobs and holds one at a time, which it has made with
 * client_create_job() or got with client_find_job().
 *
 * A client is used from one thread. Functions that can fail return false and say why in a
 * report; the client may be used further, and is to be freed as ever.
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
    /* "opendo", "windows", a CLSID in braces or a ProgID; NULL is ours. Borrowed. */
    const char *server;
    /* May be signalled whenever a job's state changes. Borrowed; outlives the client. */
    struct wakeup *wakeup;
    /*
     * Jobs are there when the client is gone. Without this a job that was made is cancelled
     * with its client, unless it has been finished.
     */
    bool keeps_jobs;
    /* A job that is found QUEUED is set in motion. A COM server does so in any case. */
    bool runs_queued_jobs;
};

/* Everything is borrowed for the length of the call. */
struct client_file {
    const char *url;
    const char *path;          /* absolute */
    struct byte_range *ranges; /* not changed; the COM interface has no const here */
    uint32_t range_count;      /* 0 asks for the whole file */
    uint64_t file_size;        /* or ODO_SIZE_UNKNOWN */
};

/* Can client_start() be given the name of a server? */
bool client_has_servers(void);

/* Reach the server. It begins without a job. */
bool client_start(const struct client_options *options, struct client **client_out,
                  struct error_report *report_out);

/* Let go of everything, and stop what runs in this process. */
void client_free(struct client *client); /* NULL is fine */

/* Make an empty job, SUSPENDED, and hold it instead of any earlier one. */
bool client_create_job(struct client *client, const char *name,
                       struct error_report *report_out);

/*
 * Hold this job instead of any earlier one. EXIT_CODE_NO_JOB when there is none, or another
 * process has it.
 */
bool client_find_job(struct client *client, const struct job_id *id,
                     struct error_report *report_out);

/*
 * Every job that is neither completed nor cancelled, without those that other processes have,
 * oldest first. The caller frees the array with free(); it is NULL when there are none.
 */
bool client_list_jobs(struct client *client, struct job_id **ids_out, size_t *count_out,
                      struct error_report *report_out);

/* Call `visit` for the path of each file whose job could not be read: it was set aside. */
bool client_each_set_aside(struct client *client,
                           void (*visit)(void *context, const char *path), void *context,
                           struct error_report *report_out);

/*
 * From here on it is about the job that is held.
 */

bool client_set_description(struct client *client, const char *text,
                            struct error_report *report_out);
bool client_set_priority(struct client *client, enum job_priority priority,
                         struct error_report *report_out);

bool client_add(struct client *client, const struct client_file *file,
                struct error_report *report_out);

/* Set the job in motion. */
bool client_resume(struct client *client, struct error_report *report_out);

bool client_suspend(struct client *client, struct error_report *report_out);

/* Where the job stands. */
bool client_look(struct client *client, enum job_state *state_out,
                 struct job_progress *progress_out, struct error_report *report_out);

/* Why the job is in JOB_ERROR or JOB_TRANSIENT_ERROR; false when it is in neither any more. */
bool client_get_error(struct client *client, struct error_report *report_out);

/*
 * Put the files in their places. `partial_out` tells whether some were not whole and are gone;
 * when it is NULL, that is a failure.
 */
bool client_finish(struct client *client, bool *partial_out, struct error_report *report_out);

/*
 * Stop for good and delete what was begun. Leaves a job alone that has ended before, and needs
 * none. False, too, when a temporary file is left.
 */
bool client_cancel(struct client *client, struct error_report *report_out);

/* Everything about the job. The caller ends it with job_view_free(). */
bool client_describe(struct client *client, struct job_view *view_out,
                     struct error_report *report_out);

/* Show each file to `visit`, until it returns false, which is no failure. */
bool client_each_file(struct client *client,
                      bool (*visit)(void *context, const struct file_view *file), void *context,
                      struct error_report *report_out);

#endif
