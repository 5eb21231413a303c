/*
 * "odo get": a single download with its progress. The same on every system; differences are
 * behind client.h.
 */
#include "client.h"
#include "command.h"
#include "follow.h"
#include "get_options.h"
#include "job_view.h"
#include "outcome.h"
#include "system.h"
#include "terminal.h"

/* A running download. */
struct get {
    const struct get_options *options;
    struct client *client;
    struct follow follow;
};

enum get_result { GET_DONE, GET_FAILED, GET_INTERRUPTED };

static bool begin(struct get *get, struct error_report *report_out)
{
    const struct get_options *options = get->options;
    struct client_file file = file_options_request(&options->file);
    struct client_options client_options = {
        .server = options->server,
        .wakeup = get->follow.wakeup,
    };

    if (!client_start(&client_options, &get->client, report_out) ||
        !client_create_job(get->client, "odo get", report_out)) {
        return false;
    }
    /* The user waits for it, unless they say otherwise. */
    if (!options->background && !client_set_priority(get->client, JOB_FOREGROUND, report_out)) {
        return false;
    }
    if (!client_add(get->client, &file, report_out)) {
        file_options_name_argument(report_out);
        return false;
    }
    return client_resume(get->client, report_out);
}

/* For client_each_file(). Printed before the file gets its name; the exit code is that of
 * success, as in other programs, since truncation cannot be detected. */
static bool warn_of_length(void *context, const struct file_view *file)
{
    (void)context;
    if (file->length_is_unproved) {
        (void)fputs("odo get: warning: the server stated no length and closed the connection, "
                    "so the file may be truncated\n",
                    stderr);
    }
    return true;
}

static enum get_result download(struct get *get, struct error_report *report_out)
{
    enum follow_result result;

    if (!begin(get, report_out)) {
        return GET_FAILED;
    }
    result = follow_run(&get->follow, get->client, report_out);
    if (result == FOLLOW_INTERRUPTED) {
        return GET_INTERRUPTED;
    }
    if (result != FOLLOW_TRANSFERRED) {
        return GET_FAILED;
    }
    if (!client_each_file(get->client, warn_of_length, NULL, report_out)) {
        return GET_FAILED;
    }
    if (!client_finish(get->client, /* partial_out */ NULL, report_out)) {
        file_options_name_argument(report_out);
        return GET_FAILED;
    }
    return GET_DONE;
}

/* Report how it ended. Returns the exit code. */
static int conclude(const struct get *get, enum get_result result,
                    const struct error_report *report)
{
    const struct get_options *options = get->options;
    struct outcome outcome = {
        .url = options->file.url,
        .path = options->file.path,
        .bytes = get->follow.progress.bytes_transferred,
        .range_count = options->file.ranges.count,
        .elapsed_ms = system_clock_ms() - get->follow.started_ms,
        .state = OUTCOME_COMPLETE,
    };
    int exit_code = EXIT_CODE_DONE;
    bool written = true;

    if (result == GET_FAILED) {
        outcome.state = OUTCOME_FAILED;
        outcome.error = *report;
        exit_code = (int)report->exit_code;
        report_print(stderr, "get", report);
    } else if (result == GET_INTERRUPTED) {
        outcome.state = OUTCOME_CANCELLED;
        exit_code = terminal_interrupted();
        (void)fputs("odo get: interrupted\n", stderr);
    }
    (void)fflush(stderr);
    if (options->json) {
        written = outcome_print_json(stdout, &outcome);
    } else if (result == GET_DONE && !options->quiet) {
        written = outcome_print_words(stdout, &outcome);
    }
    if (!written) {
        (void)fputs("odo get: standard output cannot be written\n", stderr);
    }
    return exit_code != EXIT_CODE_DONE || written ? exit_code : EXIT_CODE_OTHER;
}

static int run(const struct get_options *options)
{
    struct get get = {.options = options};
    struct error_report report = {.exit_code = EXIT_CODE_OTHER};
    struct error_report cancel_report;
    enum get_result result = GET_FAILED;
    struct wakeup *wakeup = wakeup_create();
    bool nothing_left = true;
    int exit_code;

    follow_start(&get.follow, wakeup, options->timeout_s, options->quiet);
    if (wakeup) {
        terminal_watch_interrupts(wakeup);
        result = download(&get, &report);
    } else {
        report_words(&report, EXIT_CODE_OTHER, "", "the system has no more resources");
    }
    if (result != GET_DONE && get.client) {
        nothing_left = client_cancel(get.client, &cancel_report);
    }
    exit_code = conclude(&get, result, &report);
    if (!nothing_left) {
        report_print(stderr, "get", &cancel_report);
    }
    client_free(get.client);
    terminal_watch_interrupts(NULL);
    wakeup_free(wakeup);
    return exit_code;
}

int command_get(int argc, char **argv)
{
    struct get_options options;
    struct error_report report;
    int exit_code;

    if (!get_options_read(argc, argv, &options, &report)) {
        report_print(stderr, "get", &report);
        exit_code = (int)report.exit_code;
    } else if (options.help) {
        get_options_print_help(stdout);
        exit_code = EXIT_CODE_DONE;
    } else {
        exit_code = run(&options);
    }
    get_options_free(&options);
    return exit_code;
}
