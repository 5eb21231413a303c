/*
 * One command about jobs while it runs: its options, a client, and what it says.
 *
 * A job belongs to one process at a time. A session has the jobs that it has found until it
 * ends, so it looks for no more than it needs.
 */
#ifndef ODO_TOOL_JOB_SESSION_H
#define ODO_TOOL_JOB_SESSION_H

#include "client.h"
#include "job_options.h"

struct job_session {
    const char *command;               /* such as "job add" */
    const struct job_options *options; /* borrowed */
    struct wakeup *wakeup;
    struct client *client; /* NULL before there is one */
};

/* What a command does when its arguments are right. Returns the program's exit code. */
typedef int job_session_action(struct job_session *session);

/*
 * Read the arguments, with argv[0] being the last word of the command, and do the action, or
 * print `help`. Returns the program's exit code.
 */
int job_session_run(const struct job_syntax *syntax, job_session_action *action,
                    void (*print_help)(FILE *file), int argc, char **argv);

/* Get a client. */
bool job_session_open(struct job_session *session, struct error_report *report_out);

/*
 * Get a client that holds the job that the first word names. With `runs`, a QUEUED job is in
 * motion from here on. EXIT_CODE_NO_JOB when there is none, or another process has it for
 * longer than a moment.
 */
bool job_session_find(struct job_session *session, bool runs, struct error_report *report_out);

/* Print the report to standard error. Returns its exit code. */
int job_session_fail(const struct job_session *session, const struct error_report *report);

/* Write to standard output has succeeded or not: the exit code for that. */
int job_session_written(const struct job_session *session, bool written);

#endif
