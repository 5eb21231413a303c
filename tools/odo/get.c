/*
 * "odo get": one download from beginning to end, shown while it runs. The same on every
 * system; what differs is behind client.h.
 */
#include "client.h"
#include "command.h"
#include "get_options.h"
#include "outcome.h"
#include "progress_bar.h"
#include "system.h"
#include "terminal.h"

enum {
    DRAWING_INTERVAL_MS = 200,
    /* State changes wake us; this only bounds the harm of a server that forgets to tell. */
    QUIET_INTERVAL_MS = 1000,
};

/* One download while it runs. */
struct get {
    const struct get_options *options;
    struct wakeup *wakeup;
    struct client *client;
    struct progress_bar bar;
    struct client_progress progress;
    uint64_t started_ms;
    uint64_t progress_ms; /* when the last byte was seen to arrive, or it all began */
    struct error_report last_failure; /* of a try that is being repeated */
};

enum get_result { GET_DONE, GET_FAILED, GET_INTERRUPTED };

/* Say which argument the server did not like. */
static void name_argument(struct error_report *report)
{
    struct error_report named;
    const char *argument = NULL;

    if (report->exit_code == EXIT_CODE_USAGE) {
        argument = "URL or -o FILE";
    } else if (report->exit_code == EXIT_CODE_LOCAL_FILE) {
        argument = "-o FILE";
    } else if (report->exit_code == EXIT_CODE_BAD_RANGE) {
        argument = "-r";
    } else {
        return;
    }
    report_words(&named, report->exit_code, report->code, "%s: %s", argument, report->text);
    *report = named;
}

static bool begin(struct get *get, struct error_report *report_out)
{
    const struct get_options *options = get->options;
    struct client_file file = {
        .url = options->url,
        .path = options->path,
        .ranges = options->ranges.items,
        .range_count = options->ranges.count,
        .file_size = options->file_size,
    };

    if (!client_start(options->server, get->wakeup, &get->client, report_out)) {
        return false;
    }
    if (!client_add(get->client, &file, report_out)) {
        name_argument(report_out);
        return false;
    }
    return client_resume(get->client, report_out);
}

static void show(struct get *get, enum client_state state, uint64_t now_ms)
{
    char note[sizeof(get->last_failure.text) + 64];
    struct progress_view view = {
        .bytes = get->progress.bytes_transferred,
        .total = get->progress.bytes_total,
        .now_ms = now_ms,
        .columns = get->bar.style == PROGRESS_BAR ? terminal_width() : 0,
    };

    if (state == CLIENT_RETRYING && get->last_failure.text[0] != '\0') {
        (void)snprintf(note, sizeof(note), "trying again: %s", get->last_failure.text);
        view.note = note;
    }
    progress_bar_update(&get->bar, &view);
}

/* Has the last try failed, and nothing arrived for longer than the user wants to wait? */
static bool patience_is_over(struct get *get, const struct client_progress *before,
                             enum client_state state, uint64_t now_ms)
{
    if (get->progress.bytes_transferred != before->bytes_transferred) {
        get->progress_ms = now_ms;
    }
    return state == CLIENT_RETRYING && get->last_failure.text[0] != '\0' &&
           now_ms - get->progress_ms >= (uint64_t)get->options->timeout_s * 1000;
}

/* Wait, and show what is going on, until the job stands still. */
static enum get_result follow(struct get *get, struct error_report *report_out)
{
    uint32_t interval_ms =
        get->bar.style == PROGRESS_SILENT ? QUIET_INTERVAL_MS : DRAWING_INTERVAL_MS;

    for (;;) {
        struct client_progress before = get->progress;
        enum client_state state;
        uint64_t now_ms;

        if (terminal_interrupted()) {
            return GET_INTERRUPTED;
        }
        if (!client_look(get->client, &state, &get->progress, report_out)) {
            return GET_FAILED;
        }
        if (state == CLIENT_TRANSFERRED) {
            return GET_DONE;
        }
        if (state == CLIENT_FAILED) {
            if (!client_get_error(get->client, report_out)) {
                report_words(report_out, EXIT_CODE_OTHER, "",
                             "somebody else has stopped the job");
            }
            return GET_FAILED;
        }
        if (state == CLIENT_RETRYING) {
            (void)client_get_error(get->client, &get->last_failure);
        }
        now_ms = system_clock_ms();
        if (patience_is_over(get, &before, state, now_ms)) {
            *report_out = get->last_failure;
            return GET_FAILED;
        }
        show(get, state, now_ms);
        wakeup_wait(get->wakeup, interval_ms);
    }
}

static enum get_result download(struct get *get, struct error_report *report_out)
{
    enum get_result result;

    if (!begin(get, report_out)) {
        return GET_FAILED;
    }
    result = follow(get, report_out);
    if (result == GET_INTERRUPTED) {
        progress_bar_break_off(&get->bar);
    } else {
        progress_bar_clear(&get->bar);
    }
    if (result == GET_DONE && !client_finish(get->client, report_out)) {
        name_argument(report_out);
        result = GET_FAILED;
    }
    return result;
}

static enum progress_style style_of(const struct get_options *options)
{
    if (options->quiet) {
        return PROGRESS_SILENT;
    }
    return terminal_is_interactive() ? PROGRESS_BAR : PROGRESS_LINES;
}

/* Tell how it ended. Returns the exit code. */
static int conclude(const struct get *get, enum get_result result,
                    const struct error_report *report, bool nothing_left)
{
    const struct get_options *options = get->options;
    struct outcome outcome = {
        .url = options->url,
        .path = options->path,
        .bytes = get->progress.bytes_transferred,
        .range_count = options->ranges.count,
        .elapsed_ms = system_clock_ms() - get->started_ms,
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
    if (!nothing_left) {
        (void)fputs("odo get: a temporary file could not be deleted\n", stderr);
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
    struct get get = {.options = options, .started_ms = system_clock_ms()};
    struct error_report report = {.exit_code = EXIT_CODE_OTHER};
    enum get_result result = GET_FAILED;
    bool nothing_left = true;
    int exit_code;

    get.progress_ms = get.started_ms;
    progress_bar_start(&get.bar, stderr, style_of(options), get.started_ms);
    get.wakeup = wakeup_create();
    if (get.wakeup) {
        terminal_watch_interrupts(get.wakeup);
        result = download(&get, &report);
        if (result != GET_DONE && get.client) {
            nothing_left = client_cancel(get.client);
        }
    } else {
        report_words(&report, EXIT_CODE_OTHER, "", "the system has no more resources");
    }
    exit_code = conclude(&get, result, &report, nothing_left);
    client_free(get.client);
    terminal_watch_interrupts(NULL);
    wakeup_free(get.wakeup);
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
