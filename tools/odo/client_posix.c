#include "client.h"

#include <odo/odo.h>

#include <assert.h>
#include <stdlib.h>

struct client {
    struct odo_engine *engine;
    struct odo_job *job;
    bool ended; /* finished or cancelled */
};

#define STATUS(status, exit_code) [status] = {#status, exit_code}

/* The one translation from what the engine says to how the program ends. */
static const struct {
    const char *name;
    enum exit_code exit_code;
} statuses[] = {
    STATUS(ODO_OK, EXIT_CODE_DONE),
    STATUS(ODO_PARTIAL_COMPLETE, EXIT_CODE_OTHER),
    STATUS(ODO_TEMPORARY_FILES_LEFT, EXIT_CODE_OTHER),
    STATUS(ODO_E_INVALID_ARGUMENT, EXIT_CODE_USAGE),
    STATUS(ODO_E_INVALID_URL, EXIT_CODE_USAGE),
    STATUS(ODO_E_INVALID_RANGE, EXIT_CODE_BAD_RANGE),
    STATUS(ODO_E_OVERLAPPING_RANGES, EXIT_CODE_BAD_RANGE),
    STATUS(ODO_E_INVALID_STATE, EXIT_CODE_OTHER),
    STATUS(ODO_E_NOT_FOUND, EXIT_CODE_OTHER),
    STATUS(ODO_E_NO_FILES, EXIT_CODE_OTHER),
    STATUS(ODO_E_NO_SINK, EXIT_CODE_OTHER),
    STATUS(ODO_E_SINK_ALREADY_SET, EXIT_CODE_OTHER),
    STATUS(ODO_E_NO_ERROR, EXIT_CODE_OTHER),
    STATUS(ODO_E_NOT_SET, EXIT_CODE_OTHER),
    STATUS(ODO_E_STRING_TOO_LONG, EXIT_CODE_USAGE),
    STATUS(ODO_E_TOO_MANY, EXIT_CODE_OTHER),
    STATUS(ODO_E_NOT_SUPPORTED, EXIT_CODE_OTHER),
    STATUS(ODO_E_NOT_OWNER, EXIT_CODE_OTHER),
    STATUS(ODO_E_OUT_OF_MEMORY, EXIT_CODE_OTHER),
    STATUS(ODO_E_ACCESS_DENIED, EXIT_CODE_LOCAL_FILE),
    STATUS(ODO_E_DISK_FULL, EXIT_CODE_LOCAL_FILE),
    STATUS(ODO_E_QUOTA_EXCEEDED, EXIT_CODE_LOCAL_FILE),
    STATUS(ODO_E_FILE_NOT_FOUND, EXIT_CODE_LOCAL_FILE),
    STATUS(ODO_E_PATH_NOT_FOUND, EXIT_CODE_LOCAL_FILE),
    STATUS(ODO_E_INVALID_NAME, EXIT_CODE_LOCAL_FILE),
    STATUS(ODO_E_NAME_TOO_LONG, EXIT_CODE_LOCAL_FILE),
    STATUS(ODO_E_ALREADY_EXISTS, EXIT_CODE_LOCAL_FILE),
    STATUS(ODO_E_SHARING_VIOLATION, EXIT_CODE_LOCAL_FILE),
    STATUS(ODO_E_READ_ONLY_MEDIA, EXIT_CODE_LOCAL_FILE),
    STATUS(ODO_E_INPUT_OUTPUT, EXIT_CODE_LOCAL_FILE),
    STATUS(ODO_E_SINK_FAILED, EXIT_CODE_OTHER),
    STATUS(ODO_E_DAMAGED, EXIT_CODE_OTHER),
    STATUS(ODO_E_SHUTTING_DOWN, EXIT_CODE_OTHER),
    STATUS(ODO_E_CANCELLED, EXIT_CODE_OTHER),
    STATUS(ODO_E_TIMED_OUT, EXIT_CODE_OTHER),
    STATUS(ODO_E_UNEXPECTED, EXIT_CODE_OTHER),
    STATUS(ODO_E_NO_NETWORK, EXIT_CODE_NETWORK),
    STATUS(ODO_E_NAME_NOT_RESOLVED, EXIT_CODE_NETWORK),
    STATUS(ODO_E_CANNOT_CONNECT, EXIT_CODE_NETWORK),
    STATUS(ODO_E_TRANSFER_TIMED_OUT, EXIT_CODE_NETWORK),
    STATUS(ODO_E_CONNECTION_LOST, EXIT_CODE_NETWORK),
    STATUS(ODO_E_INVALID_REPLY, EXIT_CODE_NETWORK),
    STATUS(ODO_E_HTTP_STATUS, EXIT_CODE_NETWORK),
    STATUS(ODO_E_UNEXPECTED_SUCCESS, EXIT_CODE_NETWORK),
    STATUS(ODO_E_REDIRECT, EXIT_CODE_NETWORK),
    STATUS(ODO_E_RANGES_UNSUPPORTED, EXIT_CODE_NO_RANGE_SUPPORT),
    STATUS(ODO_E_CONTENT_MISMATCH, EXIT_CODE_FILE_CHANGED),
    STATUS(ODO_E_FILE_CHANGED, EXIT_CODE_FILE_CHANGED),
    STATUS(ODO_E_SIZE_UNKNOWN_IN_200, EXIT_CODE_NETWORK),
    STATUS(ODO_E_SIZE_UNKNOWN_IN_206, EXIT_CODE_NETWORK),
    STATUS(ODO_E_TLS_CHANNEL, EXIT_CODE_NETWORK),
    STATUS(ODO_E_TLS, EXIT_CODE_NETWORK),
    STATUS(ODO_E_CERTIFICATE, EXIT_CODE_NETWORK),
    STATUS(ODO_E_CERTIFICATE_EXPIRED, EXIT_CODE_NETWORK),
    STATUS(ODO_E_CERTIFICATE_NAME, EXIT_CODE_NETWORK),
    STATUS(ODO_E_CERTIFICATE_AUTHORITY, EXIT_CODE_NETWORK),
    STATUS(ODO_E_CERTIFICATE_REVOKED, EXIT_CODE_NETWORK),
    STATUS(ODO_E_CERTIFICATE_USAGE, EXIT_CODE_NETWORK),
    STATUS(ODO_E_CLIENT_CERTIFICATE, EXIT_CODE_NETWORK),
    STATUS(ODO_E_NO_PROGRESS, EXIT_CODE_NETWORK),
    STATUS(ODO_E_TOO_OLD, EXIT_CODE_OTHER),
};
static_assert(sizeof(statuses) / sizeof(statuses[0]) == ODO_STATUS_COUNT,
              "every status has a name and an exit code");

enum { HTTP_RANGE_NOT_SATISFIABLE = 416 };

static void report_error(const struct odo_error *error, struct error_report *report_out)
{
    const char *name = statuses[error->status].name;
    const char *text = odo_status_text(error->status);
    enum exit_code exit_code = statuses[error->status].exit_code;

    if (error->http_status == HTTP_RANGE_NOT_SATISFIABLE) {
        exit_code = EXIT_CODE_BAD_RANGE;
    }
    if (error->http_status != 0 && error->status == ODO_E_HTTP_STATUS) {
        report_words(report_out, exit_code, name, "%s: HTTP %u", text,
                     (unsigned)error->http_status);
    } else if (error->cause != ODO_OK && error->cause != error->status) {
        report_words(report_out, exit_code, name, "%s: %s", text,
                     odo_status_text(error->cause));
    } else {
        report_words(report_out, exit_code, name, "%s", text);
    }
}

/* True for success; otherwise says why not. */
static bool check(enum odo_status status, struct error_report *report_out)
{
    if (status == ODO_OK) {
        return true;
    }
    report_error(&(struct odo_error){.status = status}, report_out);
    return false;
}

static void on_event(void *context, const struct odo_event *event)
{
    if (event->kind == ODO_EVENT_STATE_CHANGED) {
        wakeup_signal(context);
    }
}

bool client_has_servers(void)
{
    return false;
}

bool client_start(const char *server, struct wakeup *wakeup, struct client **client_out,
                  struct error_report *report_out)
{
    struct odo_engine_options options = {.host = {.on_event = on_event, .context = wakeup}};
    struct client *client = calloc(1, sizeof(*client));

    (void)server;
    if (!client) {
        return check(ODO_E_OUT_OF_MEMORY, report_out);
    }
    if (!check(odo_engine_start(&options, &client->engine), report_out) ||
        !check(odo_job_create(client->engine, "odo get", &client->job), report_out)) {
        client_free(client);
        return false;
    }
    *client_out = client;
    return true;
}

void client_free(struct client *client)
{
    if (!client) {
        return;
    }
    if (client->job && !client->ended) {
        (void)client_cancel(client);
    }
    odo_job_release(client->job);
    odo_engine_stop(client->engine);
    free(client);
}

bool client_add(struct client *client, const struct client_file *file,
                struct error_report *report_out)
{
    struct odo_file_request request = {
        .file_id = file->url,
        .url = file->url,
        .local_path = file->path,
        .ranges = file->ranges,
        .range_count = file->range_count,
        .file_size = file->file_size,
    };

    return check(odo_job_add_file(client->job, &request, /* file_index_out */ NULL),
                 report_out);
}

bool client_resume(struct client *client, struct error_report *report_out)
{
    return check(odo_job_resume(client->job), report_out);
}

static enum client_state state_of(enum odo_job_state state)
{
    switch (state) {
    case ODO_JOB_QUEUED:
    case ODO_JOB_TRANSFERRING:
        return CLIENT_MOVING;
    case ODO_JOB_TRANSIENT_ERROR:
        return CLIENT_RETRYING;
    case ODO_JOB_TRANSFERRED:
    case ODO_JOB_ACKNOWLEDGED:
        return CLIENT_TRANSFERRED;
    case ODO_JOB_SUSPENDED:
    case ODO_JOB_ERROR:
    case ODO_JOB_CANCELLED:
    case ODO_JOB_STATE_COUNT:
        break;
    }
    return CLIENT_FAILED;
}

bool client_look(struct client *client, enum client_state *state_out,
                 struct client_progress *progress_out, struct error_report *report_out)
{
    struct odo_job_progress progress;

    (void)report_out;
    /* The state first: what is TRANSFERRED then has all its bytes. */
    *state_out = state_of(odo_job_get_state(client->job));
    odo_job_get_progress(client->job, &progress);
    *progress_out = (struct client_progress){
        .bytes_total = progress.bytes_total,
        .bytes_transferred = progress.bytes_transferred,
    };
    return true;
}

bool client_get_error(struct client *client, struct error_report *report_out)
{
    struct odo_error error;

    if (odo_job_get_error(client->job, &error, /* file_index_out */ NULL) != ODO_OK) {
        return false;
    }
    report_error(&error, report_out);
    return true;
}

bool client_finish(struct client *client, struct error_report *report_out)
{
    enum odo_status status = odo_job_complete(client->job);

    if (status == ODO_TEMPORARY_FILES_LEFT) {
        status = ODO_OK; /* the file itself is in its place */
    }
    client->ended = status == ODO_OK || status == ODO_PARTIAL_COMPLETE;
    return check(status, report_out);
}

bool client_cancel(struct client *client)
{
    client->ended = true;
    return odo_job_cancel(client->job) != ODO_TEMPORARY_FILES_LEFT;
}
