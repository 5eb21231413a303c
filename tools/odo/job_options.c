#include "job_options.h"

#include "arguments.h"
#include "follow.h"

#include <getopt.h>
#include <string.h>

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"range", required_argument, NULL, 'r'},
    {"ranges-from", required_argument, NULL, OPTION_RANGES_FROM},
    {"size", required_argument, NULL, OPTION_SIZE},
    {"description", required_argument, NULL, OPTION_DESCRIPTION},
    {"priority", required_argument, NULL, OPTION_PRIORITY},
    {"wait", no_argument, NULL, OPTION_WAIT},
    {"complete", no_argument, NULL, OPTION_COMPLETE},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"quiet", no_argument, NULL, 'q'},
    {"partial", no_argument, NULL, OPTION_PARTIAL},
    {"json", no_argument, NULL, OPTION_JSON},
    {"clsid", required_argument, NULL, OPTION_CLSID},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* The sets of each option; options not listed are available to every command. */
static const struct {
    int option;
    unsigned sets;
} memberships[] = {
    {'o', JOB_OPTIONS_FILE},
    {'r', JOB_OPTIONS_FILE},
    {OPTION_RANGES_FROM, JOB_OPTIONS_FILE},
    {OPTION_SIZE, JOB_OPTIONS_FILE},
    {OPTION_DESCRIPTION, JOB_OPTIONS_NEW},
    {OPTION_PRIORITY, JOB_OPTIONS_NEW},
    {OPTION_WAIT, JOB_OPTIONS_WAIT},
    {OPTION_COMPLETE, JOB_OPTIONS_WAITING | JOB_OPTIONS_WAIT},
    {OPTION_TIMEOUT, JOB_OPTIONS_WAITING | JOB_OPTIONS_WAIT},
    {'q', JOB_OPTIONS_WAITING | JOB_OPTIONS_WAIT},
    {OPTION_PARTIAL, JOB_OPTIONS_PARTIAL},
};

static bool is_known_to(const struct job_syntax *syntax, int option)
{
    for (size_t i = 0; i < sizeof(memberships) / sizeof(memberships[0]); i++) {
        if (memberships[i].option == option) {
            return (memberships[i].sets & syntax->options) != 0;
        }
    }
    return true;
}

static bool refuse_option(const struct job_syntax *syntax, int option, int long_index,
                          struct error_report *report_out)
{
    char name[32];

    if (long_index >= 0) {
        (void)snprintf(name, sizeof(name), "--%s", long_options[long_index].name);
    } else {
        (void)snprintf(name, sizeof(name), "-%c", option);
    }
    report_words(report_out, EXIT_CODE_USAGE, "", "'%s' is not an option of odo %s", name,
                 syntax->command);
    return false;
}

static bool read_priority(const char *text, struct job_options *options,
                          struct error_report *report_out)
{
    options->has_priority = true;
    return job_view_priority_from_name(text, &options->priority) ||
           arguments_wrong(report_out, text,
                           "is not a priority: foreground, high, normal or low");
}

/* Process an option found by getopt_long() that the command supports. */
static bool read_option(int option, char **argv, struct job_options *options,
                        struct error_report *report_out)
{
    switch (option) {
    case 'o':
    case 'r':
    case OPTION_RANGES_FROM:
    case OPTION_SIZE:
        return file_options_take(&options->file, option, optarg, report_out);
    case OPTION_DESCRIPTION:
        options->description = optarg;
        return true;
    case OPTION_PRIORITY:
        return read_priority(optarg, options, report_out);
    case OPTION_TIMEOUT:
        return arguments_read_timeout(optarg, &options->timeout_s, report_out);
    case OPTION_CLSID:
        return arguments_read_server(optarg, &options->server, report_out);
    case OPTION_WAIT:
        options->wait = true;
        return true;
    case OPTION_COMPLETE:
        options->complete = true;
        return true;
    case OPTION_PARTIAL:
        options->partial = true;
        return true;
    case OPTION_JSON:
        options->json = true;
        return true;
    case 'q':
        options->quiet = true;
        return true;
    case 'h':
        options->help = true;
        return true;
    default:
        return arguments_refuse(option, argv, report_out);
    }
}

static bool take_words(const struct job_syntax *syntax, int count, char **words,
                       struct job_options *options, struct error_report *report_out)
{
    struct job_id id;

    if (count < syntax->words_min) {
        report_words(report_out, EXIT_CODE_USAGE, "", "%s needed; see odo job --help",
                     syntax->words);
        return false;
    }
    if (count > syntax->words_max) {
        return arguments_wrong(report_out, words[syntax->words_max], "is one word too many");
    }
    for (int i = 0; i < count; i++) {
        options->words[i] = words[i];
    }
    if (syntax->first_is_job && count > 0 && job_id_parse(words[0], &id) == JOB_ID_WRONG) {
        return arguments_wrong(report_out, words[0],
                               "is not the ID of a job, nor its first 4 characters or more");
    }
    return true;
}

static bool check_together(const struct job_syntax *syntax, struct job_options *options,
                           struct error_report *report_out)
{
    if ((syntax->options & JOB_OPTIONS_WAIT) != 0 && !options->wait &&
        (options->complete || options->timeout_s != FOLLOW_PATIENTLY)) {
        return arguments_wrong(report_out, NULL,
                               "--complete and --timeout have a meaning with --wait only");
    }
    if ((syntax->options & JOB_OPTIONS_FILE) != 0) {
        return file_options_check(&options->file, options->words[1], "odo job", report_out);
    }
    return true;
}

bool job_options_read(const struct job_syntax *syntax, int argc, char **argv,
                      struct job_options *options_out, struct error_report *report_out)
{
    struct job_options *options = options_out;
    int option;
    int long_index = -1;

    *options = (struct job_options){.priority = JOB_NORMAL, .timeout_s = FOLLOW_PATIENTLY};
    file_options_start(&options->file);
    opterr = 0; /* we print our own messages */
    while ((option = getopt_long(argc, argv, ":o:r:qh", long_options, &long_index)) != -1) {
        if (!is_known_to(syntax, option)) {
            return refuse_option(syntax, option, long_index, report_out);
        }
        if (!read_option(option, argv, options, report_out)) {
            return false;
        }
        if (options->help) {
            return true;
        }
        long_index = -1;
    }
    return take_words(syntax, argc - optind, argv + optind, options, report_out) &&
           check_together(syntax, options, report_out);
}

void job_options_free(struct job_options *options)
{
    file_options_free(&options->file);
}
