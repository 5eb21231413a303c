/*
 * "odo status": the progress and statistics of every file of every job.
 */
#include "command.h"
#include "job_json.h"
#include "job_session.h"
#include "job_table.h"
#include "json.h"

#include <stdlib.h>

struct status {
    struct job_session *session;
    cJSON *array; /* NULL for text output */
    struct job_view job;
    bool has_heading;
    bool is_short_of_memory;
};

static bool show_file(void *context, const struct file_view *file)
{
    struct status *status = context;

    if (status->array) {
        status->is_short_of_memory = !job_json_append_file(status->array, &status->job, file);
        return !status->is_short_of_memory;
    }
    if (!status->has_heading) {
        job_table_print_status_heading(stdout);
        status->has_heading = true;
    }
    job_table_print_status(stdout, &status->job, file);
    return true;
}

/* Show every file of the job that is held. */
static bool show_job(struct status *status, struct error_report *report_out)
{
    struct client *client = status->session->client;
    bool shown;

    if (!client_describe(client, &status->job, report_out)) {
        return false;
    }
    shown = client_each_file(client, show_file, status, report_out);
    job_view_free(&status->job);
    return shown;
}

static bool show_all(struct status *status, struct error_report *report_out)
{
    struct client *client = status->session->client;
    struct job_id *ids = NULL;
    size_t count = 0;
    bool shown = client_list_jobs(client, &ids, &count, report_out);

    for (size_t i = 0; i < count && shown && !status->is_short_of_memory; i++) {
        if (client_find_job(client, &ids[i], report_out)) {
            shown = show_job(status, report_out);
        }
    }
    free(ids);
    return shown;
}

static int run_status(struct job_session *session)
{
    const struct job_options *options = session->options;
    struct status status = {.session = session};
    struct error_report report;
    bool shown;

    if (options->json) {
        status.array = cJSON_CreateArray();
        status.is_short_of_memory = !status.array;
    }
    if (options->words[0]) {
        shown =
            job_session_find(session, /* runs */ false, &report) && show_job(&status, &report);
    } else {
        shown = job_session_open(session, &report) && show_all(&status, &report);
    }
    if (!shown || status.is_short_of_memory || !options->json) {
        cJSON_Delete(status.array);
        status.array = NULL;
    }
    if (!shown) {
        return job_session_fail(session, &report);
    }
    if (options->json) {
        return job_session_written(session, json_print_and_free(stdout, status.array));
    }
    return job_session_written(session, fflush(stdout) == 0 && !ferror(stdout));
}

static void print_help(FILE *file)
{
    (void)fputs(
        "Usage: odo status [ID] [--json]\n"
        "\n"
        "Show each file of all jobs, or of one: its progress, the bytes received for it, the\n"
        "number of requests and connections, and the time taken.\n"
        "\n"
        "The statistics belong to the downloading process and end with it. Without a separate\n"
        "service they are therefore 0 here; odo job wait --json prints them at its end. Jobs\n"
        "owned by other processes are not shown.\n"
        "\n"
        "      --json         write an array of files to standard output\n"
        "      --clsid CLASS  talk to another COM class (on Windows), as for odo get\n"
        "  -h, --help         show this help\n"
        "\n"
        "Exit codes:\n",
        file);
    report_print_exit_codes(file);
}

int command_status(int argc, char **argv)
{
    static const struct job_syntax syntax = {
        .command = "status",
        .words = "ID",
        .words_min = 0,
        .words_max = 1,
        .first_is_job = true,
    };

    return job_session_run(&syntax, run_status, print_help, argc, argv);
}
