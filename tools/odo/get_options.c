#include "get_options.h"

#include "client.h"
#include "system.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
    URL_MAX_CHARACTERS = 2200,
    TIMEOUT_DEFAULT_S = 60,
    TIMEOUT_MAX_S = 30 * 24 * 3600,
    WHY_BYTES = 400,
    SHOWN_BYTES = 160,
};

enum long_option {
    OPTION_RANGES_FROM = 256, /* above every character */
    OPTION_SIZE,
    OPTION_TIMEOUT,
    OPTION_JSON,
    OPTION_CLSID,
};

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"range", required_argument, NULL, 'r'},
    {"ranges-from", required_argument, NULL, OPTION_RANGES_FROM},
    {"size", required_argument, NULL, OPTION_SIZE},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"quiet", no_argument, NULL, 'q'},
    {"json", no_argument, NULL, OPTION_JSON},
    {"clsid", required_argument, NULL, OPTION_CLSID},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

void get_options_print_help(FILE *file)
{
    (void)fputs(
        "Usage: odo get URL -o FILE [-r FIRST-LAST]... [options]\n"
        "\n"
        "Download a file, or chosen byte ranges of it. FILE holds exactly the bytes of the\n"
        "ranges, back to back in the order given; without ranges it holds the whole file.\n"
        "FILE appears when everything has arrived, in one step, and replaces what was there.\n"
        "\n"
        "  -o, --output FILE       where to put it; its folder must exist\n"
        "  -r, --range RANGE       bytes to fetch, such as 0-99 (both included) or 500- (to\n"
        "                          the end); may be repeated, or hold several with commas\n"
        "      --ranges-from FILE  read ranges from FILE, one a line; # begins a comment;\n"
        "                          - is standard input\n"
        "      --size BYTES        the size of the whole file on the server; another size is\n"
        "                          an error\n"
        "      --timeout SECONDS   give up when a try has failed and no byte has arrived for\n"
        "                          so long (60); 0 gives up at the first failure\n"
        "  -q, --quiet             show no progress and no summary, only errors\n"
        "      --json              write one JSON object about the outcome to standard output\n"
        "      --clsid CLASS       talk to another COM class (on Windows): \"windows\" for\n"
        "                          Windows' own service, a CLSID in braces, or a ProgID\n"
        "  -h, --help              show this help\n"
        "\n"
        "Exit codes:\n",
        file);
    report_print_exit_codes(file);
}

static bool wrong(struct error_report *report_out, const char *argument, const char *what)
{
    char shown[SHOWN_BYTES];

    if (argument) {
        report_words(report_out, EXIT_CODE_USAGE, "", "'%s' %s",
                     report_printable(argument, shown, sizeof(shown)), what);
    } else {
        report_words(report_out, EXIT_CODE_USAGE, "", "%s", what);
    }
    return false;
}

static bool begins_with(const char *text, const char *lower_case_prefix)
{
    for (; *lower_case_prefix != '\0'; text++, lower_case_prefix++) {
        char character = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;

        if (character != *lower_case_prefix) {
            return false;
        }
    }
    return true;
}

static bool check_url(const char *url, struct error_report *report_out)
{
    const char *host;

    if (begins_with(url, "http://")) {
        host = url + strlen("http://");
    } else if (begins_with(url, "https://")) {
        host = url + strlen("https://");
    } else {
        return wrong(report_out, url, "is not a URL that begins with http:// or https://");
    }
    if (*host == '\0' || strchr("/:?#", *host)) {
        return wrong(report_out, url, "is a URL without the name of a server");
    }
    for (const char *next = url; *next != '\0'; next++) {
        if ((unsigned char)*next <= ' ' || *next == 0x7F) {
            return wrong(report_out, url,
                         "is a URL with a blank or a control character in it; write %20 for "
                         "a blank");
        }
    }
    if (strlen(url) > URL_MAX_CHARACTERS) {
        return wrong(report_out, NULL, "the URL is longer than 2200 characters");
    }
    return true;
}

/* Fill in `path` from what the user wrote behind -o, if a file can be there. */
static bool check_output(const char *output, struct get_options *options,
                         struct error_report *report_out)
{
    char shown[SHOWN_BYTES];
    enum system_path_kind kind;
    enum system_path_kind folder_kind;
    char *folder;

    if (strcmp(output, "-") == 0) {
        return wrong(report_out, NULL,
                     "-o: a file is needed, standard output will not do; ./- is a file");
    }
    if (system_names_folder(output)) {
        report_words(report_out, EXIT_CODE_USAGE, "", "-o: '%s' is not the name of a file",
                     report_printable(output, shown, sizeof(shown)));
        return false;
    }
    options->path = system_absolute_path(output);
    folder = options->path ? system_folder_of(options->path) : NULL;
    if (!folder) {
        report_words(report_out, EXIT_CODE_OTHER, "",
                     "-o: '%s' cannot be made an absolute path",
                     report_printable(output, shown, sizeof(shown)));
        return false;
    }
    kind = system_path_kind(options->path);
    folder_kind = system_path_kind(folder);
    if (folder_kind != SYSTEM_PATH_FOLDER) {
        report_words(report_out, EXIT_CODE_LOCAL_FILE, "", "-o: the folder '%s' %s",
                     report_printable(folder, shown, sizeof(shown)),
                     folder_kind == SYSTEM_PATH_MISSING ? "does not exist" : "is not a folder");
    } else if (kind == SYSTEM_PATH_FOLDER || kind == SYSTEM_PATH_OTHER) {
        report_words(report_out, EXIT_CODE_LOCAL_FILE, "", "-o: '%s' %s",
                     report_printable(output, shown, sizeof(shown)),
                     kind == SYSTEM_PATH_FOLDER ? "is a folder" : "is not an ordinary file");
    }
    free(folder);
    return folder_kind == SYSTEM_PATH_FOLDER &&
           (kind == SYSTEM_PATH_MISSING || kind == SYSTEM_PATH_FILE);
}

static bool read_range_text(const char *text, struct get_options *options,
                            struct error_report *report_out)
{
    char why[WHY_BYTES];

    if (range_list_add_text(&options->ranges, text, why, sizeof(why))) {
        return true;
    }
    report_words(report_out, EXIT_CODE_USAGE, "", "-r: %s", why);
    return false;
}

static bool read_ranges_file(const char *name, struct get_options *options,
                             struct error_report *report_out)
{
    bool is_standard_input = strcmp(name, "-") == 0;
    uint32_t count_before = options->ranges.count;
    char why[WHY_BYTES] = "";
    char shown[SHOWN_BYTES];
    FILE *file;
    bool read;

    if (is_standard_input) {
        file = system_standard_input();
        name = "standard input";
    } else {
        file = system_open_for_reading(name, why, sizeof(why));
    }
    name = report_printable(name, shown, sizeof(shown));
    if (!file) {
        report_words(report_out, EXIT_CODE_USAGE, "", "--ranges-from: '%s': %s", name, why);
        return false;
    }
    read = range_list_add_file(&options->ranges, file, name, why, sizeof(why));
    if (!is_standard_input) {
        (void)fclose(file);
    }
    if (!read) {
        report_words(report_out, EXIT_CODE_USAGE, "", "--ranges-from: %s", why);
        return false;
    }
    if (options->ranges.count == count_before) {
        /* Without this the whole file would be fetched, which nobody meant. */
        report_words(report_out, EXIT_CODE_USAGE, "", "--ranges-from: %s holds no range", name);
        return false;
    }
    return true;
}

static bool read_seconds(const char *text, struct get_options *options,
                         struct error_report *report_out)
{
    uint64_t seconds;

    if (!range_list_parse_number(text, &seconds) || seconds > TIMEOUT_MAX_S) {
        return wrong(report_out, text, "is not a number of seconds for --timeout");
    }
    options->timeout_s = (uint32_t)seconds;
    return true;
}

static bool read_server(const char *text, struct get_options *options,
                        struct error_report *report_out)
{
    if (!client_has_servers()) {
        return wrong(report_out, NULL, "--clsid: there is no COM on this system");
    }
    options->server = text;
    return true;
}

/* One option that getopt_long() has found. */
static bool read_option(int option, char **argv, struct get_options *options,
                        const char **output_out, struct error_report *report_out)
{
    const char short_option[] = {'-', (char)optopt, '\0'};

    switch (option) {
    case 'o':
        *output_out = optarg;
        return true;
    case 'r':
        return read_range_text(optarg, options, report_out);
    case OPTION_RANGES_FROM:
        return read_ranges_file(optarg, options, report_out);
    case OPTION_SIZE:
        return range_list_parse_number(optarg, &options->file_size) ||
               wrong(report_out, optarg, "is not a number of bytes for --size");
    case OPTION_TIMEOUT:
        return read_seconds(optarg, options, report_out);
    case OPTION_CLSID:
        return read_server(optarg, options, report_out);
    case OPTION_JSON:
        options->json = true;
        return true;
    case 'q':
        options->quiet = true;
        return true;
    case 'h':
        options->help = true;
        return true;
    case ':':
        return wrong(report_out, argv[optind - 1], "needs something behind it");
    default:
        return wrong(report_out, optopt > 0 && optopt < 256 ? short_option : argv[optind - 1],
                     "is not an option of this command");
    }
}

bool get_options_read(int argc, char **argv, struct get_options *options_out,
                      struct error_report *report_out)
{
    struct get_options *options = options_out;
    const char *output = NULL;
    int option;

    *options = (struct get_options){
        .file_size = ODO_SIZE_UNKNOWN,
        .timeout_s = TIMEOUT_DEFAULT_S,
    };
    opterr = 0; /* the words are ours */
    while ((option = getopt_long(argc, argv, ":o:r:qh", long_options, NULL)) != -1) {
        if (!read_option(option, argv, options, &output, report_out)) {
            return false;
        }
        if (options->help) {
            return true;
        }
    }
    if (optind == argc) {
        return wrong(report_out, NULL, "the URL is missing; see odo get --help");
    }
    if (optind + 1 < argc) {
        return wrong(report_out, argv[optind + 1], "is one URL too many");
    }
    if (!output) {
        return wrong(report_out, NULL, "-o FILE is missing; see odo get --help");
    }
    options->url = argv[optind];
    return check_url(options->url, report_out) && check_output(output, options, report_out);
}

void get_options_free(struct get_options *options)
{
    range_list_free(&options->ranges);
    free(options->path);
    options->path = NULL;
}
