/*
 * "odo job": jobs that outlive the program. Each command loads its job, acts on it and releases
 * it; only waiting commands keep it, and have it downloaded.
 */
#include "command.h"
#include "follow.h"
#include "job_json.h"
#include "job_session.h"
#include "job_table.h"
#include "json.h"
#include "system.h"
#include "terminal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Our COM server, like the engine, runs in this process and ends with it. */
static bool moves_only_with_us(const struct job_session *session)
{
    return !session->options->server;
}

/* Report what a command has done to its job, as JSON or as this text. */
static int tell(struct job_session *session, const char *words)
{
    char id[JOB_ID_TEXT_BYTES];
    struct error_report report;
    struct job_view view;
    bool written;

    if (!client_describe(session->client, &view, &report)) {
        return job_session_fail(session, &report);
    }
    if (view.state == JOB_TRANSFERRING && moves_only_with_us(session)) {
        view.state = JOB_QUEUED; /* the state after this process has ended */
    }
    if (session->options->json) {
        written = json_print_and_free(stdout, job_json_create(&view));
    } else {
        written =
            printf("%s%s\n", job_id_format(&view.id, id), words) > 0 && fflush(stdout) == 0;
    }
    job_view_free(&view);
    return job_session_written(session, written);
}

static int run_create(struct job_session *session)
{
    const struct job_options *options = session->options;
    const char *name = options->words[0] ? options->words[0] : "odo job";
    struct error_report report;

    if (!job_session_open(session, &report) ||
        !client_create_job(session->client, name, &report)) {
        return job_session_fail(session, &report);
    }
    if ((options->description &&
         !client_set_description(session->client, options->description, &report)) ||
        (options->has_priority &&
         !client_set_priority(session->client, options->priority, &report))) {
        struct error_report cancel_report;

        (void)client_cancel(session->client, &cancel_report);
        return job_session_fail(session, &report);
    }
    return tell(session, "");
}

static int run_add(struct job_session *session)
{
    struct client_file file = file_options_request(&session->options->file);
    struct error_report report;

    if (!job_session_find(session, /* runs */ false, &report)) {
        return job_session_fail(session, &report);
    }
    if (!client_add(session->client, &file, &report)) {
        file_options_name_argument(&report);
        return job_session_fail(session, &report);
    }
    return tell(session, ": added");
}

static int run_suspend(struct job_session *session)
{
    struct error_report report;

    if (!job_session_find(session, /* runs */ false, &report) ||
        !client_suspend(session->client, &report)) {
        return job_session_fail(session, &report);
    }
    return tell(session, ": suspended");
}

static int run_cancel(struct job_session *session)
{
    struct error_report report;

    if (!job_session_find(session, /* runs */ false, &report) ||
        !client_cancel(session->client, &report)) {
        return job_session_fail(session, &report);
    }
    return tell(session, ": cancelled");
}

/* Complete the job that is held, and report it. */
static int complete(struct job_session *session, const struct job_progress *progress)
{
    struct error_report report;
    bool is_partial;
    char words[80];

    if (progress->files_transferred < progress->files_total && !session->options->partial) {
        report_words(&report, EXIT_CODE_OTHER, "",
                     "%" PRIu32 " of %" PRIu32 " files have not arrived; odo job resume --wait "
                     "fetches them, and --partial drops them",
                     progress->files_total - progress->files_transferred,
                     progress->files_total);
        return job_session_fail(session, &report);
    }
    if (!client_finish(session->client, &is_partial, &report)) {
        return job_session_fail(session, &report);
    }
    if (is_partial) {
        (void)snprintf(words, sizeof(words),
                       ": completed, %" PRIu32 " of %" PRIu32 " files are in place",
                       progress->files_transferred, progress->files_total);
    } else {
        (void)snprintf(words, sizeof(words), ": completed, %" PRIu32 " file%s in place",
                       progress->files_total, progress->files_total == 1 ? " is" : "s are");
    }
    return tell(session, words);
}

static int run_complete(struct job_session *session)
{
    struct error_report report;
    struct job_progress progress;
    enum job_state state;

    if (!job_session_find(session, /* runs */ false, &report) ||
        !client_look(session->client, &state, &progress, &report)) {
        return job_session_fail(session, &report);
    }
    if (state != JOB_TRANSFERRED && !session->options->partial) {
        report_words(&report, EXIT_CODE_OTHER, "",
                     "the job is not transferred but %s; --partial keeps the complete files "
                     "and deletes the others",
                     job_view_state_name(state));
        return job_session_fail(session, &report);
    }
    return complete(session, &progress);
}

/* For client_each_file(): appends to a JSON array. */
struct file_array {
    cJSON *array;
    bool is_short_of_memory;
};

static bool append_file(void *context, const struct file_view *file)
{
    struct file_array *files = context;

    files->is_short_of_memory = !job_json_append_file(files->array, /* job */ NULL, file);
    return !files->is_short_of_memory;
}

static bool print_file(void *context, const struct file_view *file)
{
    job_table_print_details_of_file(context, file);
    return true;
}

/* The job that is held with all its files, as JSON. */
static int show_json(struct job_session *session, const struct job_view *view)
{
    struct error_report report;
    cJSON *object = job_json_create(view);
    struct file_array files = {.array = cJSON_AddArrayToObject(object, "files")};

    if (files.array && !client_each_file(session->client, append_file, &files, &report)) {
        cJSON_Delete(object);
        return job_session_fail(session, &report);
    }
    if (!files.array || files.is_short_of_memory) {
        cJSON_Delete(object);
        object = NULL;
    }
    return job_session_written(session, json_print_and_free(stdout, object));
}

static int show_words(struct job_session *session, const struct job_view *view)
{
    struct error_report report;

    job_table_print_details(stdout, view);
    if (!client_each_file(session->client, print_file, stdout, &report)) {
        return job_session_fail(session, &report);
    }
    return job_session_written(session, fflush(stdout) == 0 && !ferror(stdout));
}

static int show(struct job_session *session)
{
    struct error_report report;
    struct job_view view;
    int exit_code;

    if (!client_describe(session->client, &view, &report)) {
        return job_session_fail(session, &report);
    }
    exit_code = session->options->json ? show_json(session, &view) : show_words(session, &view);
    job_view_free(&view);
    return exit_code;
}

static int run_show(struct job_session *session)
{
    struct error_report report;

    if (!job_session_find(session, /* runs */ false, &report)) {
        return job_session_fail(session, &report);
    }
    return show(session);
}

static int tell_transferred(struct job_session *session, const struct follow *follow)
{
    uint64_t elapsed_ms = system_clock_ms() - follow->started_ms;
    const struct job_progress *progress = &follow->progress;
    char words[120];

    if (session->options->json) {
        return show(session);
    }
    (void)snprintf(
        words, sizeof(words),
        ": transferred, %" PRIu64 " bytes of %" PRIu32 " file%s in %" PRIu64 ".%" PRIu64 " s",
        progress->bytes_transferred, progress->files_total,
        progress->files_total == 1 ? "" : "s", elapsed_ms / 1000, elapsed_ms % 1000 / 100);
    return tell(session, words);
}

/* The job is kept; with --json it is shown. Returns the exit code. */
static int conclude_failure(struct job_session *session, enum follow_result result,
                            const struct error_report *report)
{
    int exit_code;

    if (result == FOLLOW_INTERRUPTED) {
        exit_code = terminal_interrupted();
        (void)fprintf(stderr,
                      "odo %s: interrupted; the job stays queued, and odo job wait goes on "
                      "with it\n",
                      session->command);
        (void)fflush(stderr);
    } else {
        exit_code = job_session_fail(session, report);
    }
    if (session->options->json) {
        (void)show(session);
    }
    return exit_code;
}

/* Wait for the job that is held, moving or not. */
static int wait_for_job(struct job_session *session)
{
    const struct job_options *options = session->options;
    struct error_report report;
    struct follow follow;
    enum follow_result result;

    terminal_watch_interrupts(session->wakeup);
    follow_start(&follow, session->wakeup, options->timeout_s, options->quiet);
    result = follow_run(&follow, session->client, &report);
    if (result != FOLLOW_TRANSFERRED) {
        return conclude_failure(session, result, &report);
    }
    if (options->complete) {
        return complete(session, &follow.progress);
    }
    return options->quiet && !options->json ? EXIT_CODE_DONE
                                            : tell_transferred(session, &follow);
}

static int run_wait(struct job_session *session)
{
    struct error_report report;
    struct job_progress progress;
    enum job_state state;

    if (!job_session_find(session, /* runs */ true, &report) ||
        !client_look(session->client, &state, &progress, &report)) {
        return job_session_fail(session, &report);
    }
    if (state == JOB_SUSPENDED) {
        report_words(&report, EXIT_CODE_OTHER, "",
                     "the job is suspended; odo job resume --wait sets it in motion");
        return job_session_fail(session, &report);
    }
    return wait_for_job(session);
}

static int run_resume(struct job_session *session)
{
    struct error_report report;
    int exit_code;

    if (!job_session_find(session, /* runs */ false, &report) ||
        !client_resume(session->client, &report)) {
        return job_session_fail(session, &report);
    }
    if (session->options->wait) {
        return wait_for_job(session);
    }
    exit_code = tell(session, ": resumed");
    if (moves_only_with_us(session)) {
        (void)fprintf(stderr, "odo %s: it is queued, and moves while odo job wait runs\n",
                      session->command);
    }
    return exit_code;
}

/* List one job: print a line, or append it to `array`. */
static bool list_job(struct job_session *session, cJSON *array, bool *is_written,
                     struct error_report *report_out)
{
    struct job_view view;

    if (!client_describe(session->client, &view, report_out)) {
        return false;
    }
    if (!array) {
        job_table_print_job(stdout, &view);
    } else {
        cJSON *object = job_json_create(&view);

        if (!object || !cJSON_AddItemToArray(array, object)) {
            cJSON_Delete(object);
            *is_written = false;
        }
    }
    job_view_free(&view);
    return true;
}

static int list_jobs(struct job_session *session, const struct job_id *ids, size_t count)
{
    bool is_json = session->options->json;
    cJSON *array = is_json ? cJSON_CreateArray() : NULL;
    bool is_written = !is_json || array;
    struct error_report report;

    if (!is_json && count > 0) {
        job_table_print_heading(stdout);
    }
    for (size_t i = 0; i < count && is_written; i++) {
        if (!client_find_job(session->client, &ids[i], &report)) {
            continue; /* it has just ended */
        }
        if (!list_job(session, array, &is_written, &report)) {
            cJSON_Delete(array);
            return job_session_fail(session, &report);
        }
    }
    if (!is_json) {
        is_written = fflush(stdout) == 0 && !ferror(stdout);
    } else if (is_written) {
        is_written = json_print_and_free(stdout, array);
    } else {
        cJSON_Delete(array);
    }
    return job_session_written(session, is_written);
}

static void tell_of_set_aside(void *context, const char *path)
{
    char shown[1000];

    (void)context;
    (void)fprintf(stderr, "odo job list: a job could not be read and was set aside as %s\n",
                  report_printable(path, shown, sizeof(shown)));
}

static int run_list(struct job_session *session)
{
    struct error_report report;
    struct job_id *ids = NULL;
    size_t count = 0;
    int exit_code;

    if (!job_session_open(session, &report) ||
        !client_list_jobs(session->client, &ids, &count, &report)) {
        return job_session_fail(session, &report);
    }
    if (count == 0) {
        (void)fprintf(stderr,
                      "odo %s: there are no jobs, but for those that other processes "
                      "have\n",
                      session->command);
    }
    exit_code = list_jobs(session, ids, count);
    free(ids);
    if (!client_each_set_aside(session->client, tell_of_set_aside, NULL, &report)) {
        return job_session_fail(session, &report);
    }
    return exit_code;
}

static const struct action {
    struct job_syntax syntax;
    job_session_action *run;
} actions[] = {
    {{"job create", "NAME", 0, 1, false, JOB_OPTIONS_NEW}, run_create},
    {{"job add", "ID and URL are", 2, 2, true, JOB_OPTIONS_FILE}, run_add},
    {{"job resume", "an ID is", 1, 1, true, JOB_OPTIONS_WAIT}, run_resume},
    {{"job suspend", "an ID is", 1, 1, true, 0}, run_suspend},
    {{"job complete", "an ID is", 1, 1, true, JOB_OPTIONS_PARTIAL}, run_complete},
    {{"job cancel", "an ID is", 1, 1, true, 0}, run_cancel},
    {{"job list", "nothing is", 0, 0, false, 0}, run_list},
    {{"job show", "an ID is", 1, 1, true, 0}, run_show},
    {{"job wait", "an ID is", 1, 1, true, JOB_OPTIONS_WAITING}, run_wait},
};

static void print_help(FILE *file)
{
    (void)fputs(
        "Usage: odo job create [NAME] [--description TEXT] [--priority PRIORITY]\n"
        "       odo job add ID URL -o FILE [-r FIRST-LAST]...\n"
        "       odo job resume ID [--wait]\n"
        "       odo job suspend|cancel|show ID\n"
        "       odo job complete ID [--partial]\n"
        "       odo job wait ID [--complete]\n"
        "       odo job list\n"
        "\n"
        "Jobs are lists of files that are completed together, and they outlive this program:\n"
        "a job is kept with its data until it is completed or cancelled, or 30 days old.\n"
        "\n"
        "  create    create an empty, suspended job and print its ID\n"
        "  add       add a file, or ranges of one, as odo get does\n"
        "  resume    put the job in the queue: it moves while a process waits for it\n"
        "  wait      download a queued job and show its progress, until it is transferred\n"
        "  suspend   take the job out of the queue\n"
        "  complete  give the files their names, once the job is transferred\n"
        "  cancel    remove the job and delete its data\n"
        "  list      show all jobs, one per line\n"
        "  show      show one job with its files; see also odo status\n"
        "\n"
        "ID is printed by create and list; a unique prefix of at least 4 characters suffices.\n"
        "A job belongs to one process at a time: while one waits for it, the other commands\n"
        "do not see it. The environment variable OPENDO_STORE may name the folder for the\n"
        "jobs. Ctrl+C while waiting leaves the job in the queue.\n"
        "\n"
        "  -o, --output FILE       as for odo get; and so are these:\n"
        "  -r, --range RANGE\n"
        "      --ranges-from FILE\n"
        "      --size BYTES\n"
        "      --description TEXT  any words\n"
        "      --priority PRIORITY foreground, high, normal (the default) or low\n"
        "      --wait              wait at once\n"
        "      --complete          complete the job once it is transferred\n"
        "      --timeout SECONDS   stop waiting when an attempt has failed and no byte has\n"
        "                          arrived for this long; the job stays in the queue\n"
        "  -q, --quiet             show no progress and no summary, only errors\n"
        "      --partial           keep the complete files, and delete the others\n"
        "      --json              write the job, or an array of jobs, to standard output\n"
        "      --clsid CLASS       talk to another COM class (on Windows), as for odo get\n"
        "  -h, --help              show this help\n"
        "\n"
        "Exit codes:\n",
        file);
    report_print_exit_codes(file);
}

static const struct action *find_action(const char *name)
{
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(strchr(actions[i].syntax.command, ' ') + 1, name) == 0) {
            return &actions[i];
        }
    }
    return NULL;
}

int command_job(int argc, char **argv)
{
    const struct action *action;
    char shown[64];

    if (argc < 2) {
        print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return EXIT_CODE_DONE;
    }
    action = find_action(argv[1]);
    if (!action) {
        (void)fprintf(stderr, "odo job: there is no command '%s'; see odo job --help\n",
                      report_printable(argv[1], shown, sizeof(shown)));
        return EXIT_CODE_USAGE;
    }
    return job_session_run(&action->syntax, action->run, print_help, argc - 1, argv + 1);
}
