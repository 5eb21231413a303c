/*
 * The context of a running job command: options, client and output.
 *
 * A job belongs to one process at a time. A session owns the jobs it has found until it ends,
 * so it loads no more than it needs.
 */
#ifndef ODO_TOOL_JOB_SESSION_H
#define ODO_TOOL_JOB_SESSION_H

#include "client.h"
#include "job_options.h"

struct job_session {
    const char *command;               /* such as "job add" */
    const struct job_options *options; /* borrowed */
    struct wakeup *wakeup;
    struct client *client; /* NULL before it is opened */
};

/* The action of a command with valid arguments. Returns the exit code. */
typedef int job_session_action(struct job_session *session);

/*
 * Parse the arguments, where argv[0] is the last word of the command, and perform the action,
 * or print `help`. Returns the exit code.
 */
int job_session_run(const struct job_syntax *syntax, job_session_action *action,
                    void (*print_help)(FILE *file), int argc, char **argv);

/* Create the client. */
bool job_session_open(struct job_session *session, struct error_report *report_out);

/*
 * Create a client that holds the job named by the first word. With `runs`, a QUEUED job is
 * resumed. EXIT_CODE_NO_JOB if it does not exist, or another process owns it for longer than a
 * moment.
 */
bool job_session_find(struct job_session *session, bool runs, struct error_report *report_out);

/* Print the report to standard error. Returns its exit code. */
int job_session_fail(const struct job_session *session, const struct error_report *report);

/* The exit code after writing to standard output, successfully or not. */
int job_session_written(const struct job_session *session, bool written);

#endif
