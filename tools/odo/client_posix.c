#define _POSIX_C_SOURCE 200809L

#include "client.h"

#include "engine_report_posix.h"

#include <odo/odo.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct client {
    struct odo_engine *engine;
    struct odo_job *job; /* NULL without a job */
    bool keeps_jobs;
};

static_assert(sizeof(struct job_id) == sizeof(struct odo_job_id), "the same bytes");
static_assert((int)JOB_LOW == 3, "priorities are the engine's numbers");

/* True on success; otherwise fills in the report. */
static bool check(enum odo_status status, struct error_report *report_out)
{
    if (status == ODO_OK) {
        return true;
    }
    report_engine_error(&(struct odo_error){.status = status}, report_out);
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

/* Name the store folder in the message, since it is not among the arguments. */
static void name_store(struct error_report *report)
{
    struct error_report named;

    report_words(&named, report->exit_code, report->code, "the folder of the jobs: %s",
                 report->text);
    *report = named;
}

bool client_start(const struct client_options *options, struct client **client_out,
                  struct error_report *report_out)
{
    struct odo_engine_options engine_options = {
        .host = {.on_event = on_event, .context = options->wakeup},
        .store_folder = "",
        .resume_adopted = options->runs_queued_jobs,
        .allow_unknown_size = !options->keeps_jobs,
    };
    struct client *client = calloc(1, sizeof(*client));
    enum odo_status status;

    if (!client) {
        return check(ODO_E_OUT_OF_MEMORY, report_out);
    }
    client->keeps_jobs = options->keeps_jobs;
    status = odo_engine_start(&engine_options, &client->engine);
    if (status != ODO_OK && status != ODO_E_OUT_OF_MEMORY && !options->keeps_jobs) {
        engine_options.store_folder = NULL; /* without it, still download */
        status = odo_engine_start(&engine_options, &client->engine);
    }
    if (!check(status, report_out)) {
        if (report_out->exit_code == EXIT_CODE_LOCAL_FILE) {
            name_store(report_out);
        }
        free(client);
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
    if (client->job && !client->keeps_jobs) {
        (void)odo_job_cancel(client->job); /* refused if it has ended already */
    }
    odo_job_release(client->job);
    odo_engine_stop(client->engine);
    free(client);
}

static void hold(struct client *client, struct odo_job *job)
{
    odo_job_release(client->job);
    client->job = job;
}

bool client_create_job(struct client *client, const char *name, struct error_report *report_out)
{
    const struct odo_job_options options = {
        .display_name = name,
        .is_volatile = !client->keeps_jobs,
    };
    struct odo_job *job = NULL;

    if (!check(odo_job_create_with(client->engine, &options, &job), report_out)) {
        return false;
    }
    hold(client, job);
    return true;
}

bool client_find_job(struct client *client, const struct job_id *id,
                     struct error_report *report_out)
{
    struct odo_job_id engine_id;
    struct odo_job *job = NULL;

    memcpy(engine_id.bytes, id->bytes, sizeof(engine_id.bytes));
    if (!check(odo_job_find(client->engine, &engine_id, &job), report_out)) {
        return false;
    }
    hold(client, job);
    return true;
}

bool client_list_jobs(struct client *client, struct job_id **ids_out, size_t *count_out,
                      struct error_report *report_out)
{
    struct odo_job **jobs = NULL;
    struct job_id *ids = NULL;
    size_t count = 0;

    if (!check(odo_job_list(client->engine, &jobs, &count), report_out)) {
        return false;
    }
    if (count > 0) {
        ids = calloc(count, sizeof(*ids));
    }
    for (size_t i = 0; i < count; i++) {
        struct odo_job_id id;

        odo_job_get_id(jobs[i], &id);
        if (ids) {
            memcpy(ids[i].bytes, id.bytes, sizeof(ids[i].bytes));
        }
        odo_job_release(jobs[i]);
    }
    odo_free(jobs);
    if (count > 0 && !ids) {
        return check(ODO_E_OUT_OF_MEMORY, report_out);
    }
    *ids_out = ids;
    *count_out = count;
    return true;
}

bool client_each_set_aside(struct client *client,
                           void (*visit)(void *context, const char *path), void *context,
                           struct error_report *report_out)
{
    char **paths = NULL;
    size_t count = 0;

    if (!check(odo_engine_list_set_aside(client->engine, &paths, &count), report_out)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        visit(context, paths[i]);
        odo_free(paths[i]);
    }
    odo_free(paths);
    return true;
}

bool client_set_description(struct client *client, const char *text,
                            struct error_report *report_out)
{
    return check(odo_job_set_text(client->job, ODO_JOB_DESCRIPTION, text), report_out);
}

bool client_set_priority(struct client *client, enum job_priority priority,
                         struct error_report *report_out)
{
    return check(odo_job_set_number(client->job, ODO_JOB_PRIORITY, (uint32_t)priority),
                 report_out);
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

bool client_suspend(struct client *client, struct error_report *report_out)
{
    return check(odo_job_suspend(client->job), report_out);
}

static enum job_state state_of(enum odo_job_state state)
{
    switch (state) {
    case ODO_JOB_QUEUED:
        return JOB_QUEUED;
    case ODO_JOB_TRANSFERRING:
        return JOB_TRANSFERRING;
    case ODO_JOB_SUSPENDED:
        return JOB_SUSPENDED;
    case ODO_JOB_TRANSIENT_ERROR:
        return JOB_TRANSIENT_ERROR;
    case ODO_JOB_TRANSFERRED:
        return JOB_TRANSFERRED;
    case ODO_JOB_ACKNOWLEDGED:
        return JOB_ACKNOWLEDGED;
    case ODO_JOB_CANCELLED:
        return JOB_CANCELLED;
    case ODO_JOB_ERROR:
    case ODO_JOB_STATE_COUNT:
        break;
    }
    return JOB_ERROR;
}

bool client_look(struct client *client, enum job_state *state_out,
                 struct job_progress *progress_out, struct error_report *report_out)
{
    struct odo_job_progress progress;

    (void)report_out;
    /* Query the state first, so that a TRANSFERRED job has all its bytes. */
    *state_out = state_of(odo_job_get_state(client->job));
    odo_job_get_progress(client->job, &progress);
    *progress_out = (struct job_progress){
        .bytes_total = progress.bytes_total,
        .bytes_transferred = progress.bytes_transferred,
        .files_total = progress.files_total,
        .files_transferred = progress.files_transferred,
    };
    return true;
}

bool client_get_error(struct client *client, struct error_report *report_out)
{
    struct odo_error error;

    if (odo_job_get_error(client->job, &error, /* file_index_out */ NULL) != ODO_OK) {
        return false;
    }
    report_engine_error(&error, report_out);
    return true;
}

bool client_finish(struct client *client, bool *partial_out, struct error_report *report_out)
{
    enum odo_status status = odo_job_complete(client->job);

    if (partial_out) {
        *partial_out = status == ODO_PARTIAL_COMPLETE;
    }
    if (status == ODO_TEMPORARY_FILES_LEFT || (status == ODO_PARTIAL_COMPLETE && partial_out)) {
        status = ODO_OK; /* the files are in place */
    }
    return check(status, report_out);
}

bool client_cancel(struct client *client, struct error_report *report_out)
{
    enum odo_status status = client->job ? odo_job_cancel(client->job) : ODO_OK;

    return status == ODO_E_INVALID_STATE || check(status, report_out);
}

/* A copy to be released with free(), or NULL when out of memory. */
static char *copy_of_text(struct odo_job *job, enum odo_job_text which)
{
    char *text = NULL;
    char *copy = NULL;

    if (odo_job_get_text(job, which, &text) == ODO_OK) {
        copy = strdup(text);
    }
    odo_free(text);
    return copy;
}

bool client_describe(struct client *client, struct job_view *view_out,
                     struct error_report *report_out)
{
    struct odo_job *job = client->job;
    struct job_view view = {
        .priority = (enum job_priority)odo_job_get_number(job, ODO_JOB_PRIORITY),
        .error_count = odo_job_get_error_count(job),
        .name = copy_of_text(job, ODO_JOB_DISPLAY_NAME),
        .description = copy_of_text(job, ODO_JOB_DESCRIPTION),
    };
    struct odo_job_id id;
    struct odo_job_times times;

    if (!view.name || !view.description) {
        job_view_free(&view);
        return check(ODO_E_OUT_OF_MEMORY, report_out);
    }
    odo_job_get_id(job, &id);
    memcpy(view.id.bytes, id.bytes, sizeof(view.id.bytes));
    odo_job_get_times(job, &times);
    view.created_us = times.created_us;
    view.modified_us = times.modified_us;
    view.transferred_us = times.transferred_us;
    (void)client_look(client, &view.state, &view.progress, report_out);
    view.has_error = client_get_error(client, &view.error);
    *view_out = view;
    return true;
}

static enum odo_status show_file(struct odo_job *job, uint32_t index,
                                 bool (*visit)(void *context, const struct file_view *file),
                                 void *context, bool *goes_on_out)
{
    struct odo_file_progress progress;
    struct odo_file_statistics statistics;
    struct byte_range *ranges = NULL;
    char *url = NULL;
    char *path = NULL;
    uint32_t range_count = 0;
    enum odo_status status = odo_file_get_text(job, index, ODO_FILE_URL, &url);

    if (status == ODO_OK) {
        status = odo_file_get_text(job, index, ODO_FILE_LOCAL_PATH, &path);
    }
    if (status == ODO_OK) {
        status = odo_file_get_ranges(job, index, &ranges, &range_count);
    }
    if (status == ODO_OK) {
        odo_file_get_progress(job, index, &progress);
        odo_file_get_statistics(job, index, &statistics);
        *goes_on_out = visit(context, &(struct file_view){
                                          .index = index,
                                          .url = url,
                                          .path = path,
                                          .range_count = range_count,
                                          .bytes_total = progress.bytes_total,
                                          .bytes_transferred = progress.bytes_transferred,
                                          .completed = progress.completed,
                                          .has_statistics = true,
                                          .has_requests = true,
                                          .file_size = statistics.file_size,
                                          .bytes_received = statistics.bytes_received,
                                          .connections = statistics.connections,
                                          .requests = statistics.requests,
                                          .transferring_ms = statistics.transferring_ms,
                                          .length_is_unproved = statistics.length_is_unproved,
                                      });
    }
    odo_free(ranges);
    odo_free(path);
    odo_free(url);
    return status;
}

bool client_each_file(struct client *client,
                      bool (*visit)(void *context, const struct file_view *file), void *context,
                      struct error_report *report_out)
{
    uint32_t count = odo_job_get_file_count(client->job);
    enum odo_status status = ODO_OK;
    bool goes_on = true;

    for (uint32_t i = 0; i < count && status == ODO_OK && goes_on; i++) {
        status = show_file(client->job, i, visit, context, &goes_on);
    }
    return check(status, report_out);
}
