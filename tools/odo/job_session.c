#include "job_session.h"

#include "system.h"
#include "terminal.h"

#include <stdlib.h>

/* A command that lists jobs owns all of them for a moment, so retry. */
enum { FIND_PATIENCE_MS = 500, FIND_INTERVAL_MS = 20 };

static bool open_client(struct job_session *session, bool runs, struct error_report *report_out)
{
    struct client_options options = {
        .server = session->options->server,
        .wakeup = session->wakeup,
        .keeps_jobs = true,
        .runs_queued_jobs = runs,
    };

    return client_start(&options, &session->client, report_out);
}

static void close_client(struct job_session *session)
{
    client_free(session->client);
    session->client = NULL;
}

bool job_session_open(struct job_session *session, struct error_report *report_out)
{
    return open_client(session, /* runs */ false, report_out);
}

static void report_no_job(const char *name, struct error_report *report_out)
{
    char shown[JOB_ID_TEXT_BYTES + 2];

    report_words(report_out, EXIT_CODE_NO_JOB, "",
                 "there is no job '%s', or another process has it at the moment",
                 report_printable(name, shown, sizeof(shown)));
}

/* The only job in the list whose id begins with `prefix`. */
static bool choose(const struct job_id *ids, size_t count, const char *prefix,
                   struct job_id *id_out, struct error_report *report_out)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        if (job_id_begins_with(&ids[i], prefix)) {
            *id_out = ids[i];
            found++;
        }
    }
    if (found > 1) {
        report_words(report_out, EXIT_CODE_USAGE, "", "the IDs of %zu jobs begin with '%s'",
                     found, prefix);
    } else if (found == 0) {
        report_no_job(prefix, report_out);
    }
    return found == 1;
}

/* With a temporary client: it owns all jobs until it is freed. */
static bool resolve_prefix(struct job_session *session, const char *prefix,
                           struct job_id *id_out, struct error_report *report_out)
{
    struct job_id *ids = NULL;
    size_t count = 0;
    bool found = false;

    if (!open_client(session, /* runs */ false, report_out)) {
        return false;
    }
    if (client_list_jobs(session->client, &ids, &count, report_out)) {
        found = choose(ids, count, prefix, id_out, report_out);
    }
    free(ids);
    close_client(session);
    return found;
}

static bool try_to_find(struct job_session *session, bool runs, struct error_report *report_out)
{
    const char *name = session->options->words[0];
    struct job_id id;

    if (job_id_parse(name, &id) == JOB_ID_PREFIX &&
        !resolve_prefix(session, name, &id, report_out)) {
        return false;
    }
    return open_client(session, runs, report_out) &&
           client_find_job(session->client, &id, report_out);
}

bool job_session_find(struct job_session *session, bool runs, struct error_report *report_out)
{
    uint64_t deadline_ms = system_clock_ms() + FIND_PATIENCE_MS;

    while (!try_to_find(session, runs, report_out)) {
        if (report_out->exit_code != EXIT_CODE_NO_JOB) {
            return false;
        }
        if (system_clock_ms() >= deadline_ms || terminal_interrupted()) {
            report_no_job(session->options->words[0], report_out);
            return false;
        }
        close_client(session);
        wakeup_wait(session->wakeup, FIND_INTERVAL_MS);
    }
    return true;
}

int job_session_fail(const struct job_session *session, const struct error_report *report)
{
    report_print(stderr, session->command, report);
    return (int)report->exit_code;
}

int job_session_written(const struct job_session *session, bool written)
{
    if (!written) {
        (void)fprintf(stderr, "odo %s: standard output cannot be written\n", session->command);
    }
    return written ? EXIT_CODE_DONE : EXIT_CODE_OTHER;
}

static int run(const struct job_syntax *syntax, job_session_action *action,
               const struct job_options *options)
{
    struct job_session session = {
        .command = syntax->command,
        .options = options,
        .wakeup = wakeup_create(),
    };
    struct error_report report;
    int exit_code;

    if (session.wakeup) {
        exit_code = action(&session);
    } else {
        report_words(&report, EXIT_CODE_OTHER, "", "the system has no more resources");
        exit_code = job_session_fail(&session, &report);
    }
    close_client(&session);
    terminal_watch_interrupts(NULL);
    wakeup_free(session.wakeup);
    return exit_code;
}

int job_session_run(const struct job_syntax *syntax, job_session_action *action,
                    void (*print_help)(FILE *file), int argc, char **argv)
{
    struct job_options options;
    struct error_report report;
    int exit_code;

    if (!job_options_read(syntax, argc, argv, &options, &report)) {
        report_print(stderr, syntax->command, &report);
        exit_code = (int)report.exit_code;
    } else if (options.help) {
        print_help(stdout);
        exit_code = EXIT_CODE_DONE;
    } else {
        exit_code = run(syntax, action, &options);
    }
    job_options_free(&options);
    return exit_code;
}
