/*
 * Whoever does the downloading for this program: a COM server on Windows, the engine itself
 * elsewhere. One client holds one job with one file.
 *
 * A client is used from one thread. Functions that can fail return false and say why in a
 * report; the client is then only good for client_cancel() and client_free().
 *
 * One implementation per operating system: client_posix.c, client_windows.c.
 */
#ifndef ODO_TOOL_CLIENT_H
#define ODO_TOOL_CLIENT_H

#include "report.h"
#include "wakeup.h"

#include <odo/types.h>

struct client;

/* Everything is borrowed for the length of the call. */
struct client_file {
    const char *url;
    const char *path;          /* absolute */
    struct byte_range *ranges; /* not changed; the COM interface has no const here */
    uint32_t range_count;      /* 0 asks for the whole file */
    uint64_t file_size;        /* or ODO_SIZE_UNKNOWN */
};

enum client_state {
    CLIENT_MOVING,
    CLIENT_RETRYING, /* it failed, and will try again by itself */
    CLIENT_TRANSFERRED,
    CLIENT_FAILED,
};

struct client_progress {
    uint64_t bytes_total; /* or ODO_SIZE_UNKNOWN */
    uint64_t bytes_transferred;
};

/* Can client_start() be given the name of a server? */
bool client_has_servers(void);

/*
 * Reach the server and make an empty job. `server` is "opendo", "windows", a CLSID in braces
 * or a ProgID; NULL is ours. `wakeup` is signalled whenever the job's state changes and must
 * outlive the client.
 */
bool client_start(const char *server, struct wakeup *wakeup, struct client **client_out,
                  struct error_report *report_out);

/* Stop and let go of everything. A job that is neither finished nor cancelled is cancelled. */
void client_free(struct client *client); /* NULL is fine */

bool client_add(struct client *client, const struct client_file *file,
                struct error_report *report_out);

/* Set the job in motion. */
bool client_resume(struct client *client, struct error_report *report_out);

/* Where the job stands. */
bool client_look(struct client *client, enum client_state *state_out,
                 struct client_progress *progress_out, struct error_report *report_out);

/* Why the job is in CLIENT_RETRYING or CLIENT_FAILED; false when it is in neither any more. */
bool client_get_error(struct client *client, struct error_report *report_out);

/* Put the file in its place. */
bool client_finish(struct client *client, struct error_report *report_out);

/* Stop for good and delete what was begun. False when a temporary file could not be. */
bool client_cancel(struct client *client);

#endif
