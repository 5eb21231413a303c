#include "get_options.h"

#include "arguments.h"

#include <getopt.h>

enum { TIMEOUT_DEFAULT_S = 60 };

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"range", required_argument, NULL, 'r'},
    {"ranges-from", required_argument, NULL, OPTION_RANGES_FROM},
    {"size", required_argument, NULL, OPTION_SIZE},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"background", no_argument, NULL, OPTION_BACKGROUND},
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
        "Download a file, or byte ranges of it. FILE contains exactly the bytes of the\n"
        "ranges, back to back in the order given; without ranges it contains the whole file.\n"
        "FILE appears atomically when everything has arrived, replacing an existing file.\n"
        "\n"
        "  -o, --output FILE       the target; its folder must exist. If FILE is a folder,\n"
        "                          the file in it gets the name in the URL\n"
        "  -r, --range RANGE       bytes to fetch, such as 0-99 (both included) or 500- (to\n"
        "                          the end); may be repeated, or several with commas\n"
        "      --ranges-from FILE  read ranges from FILE, one per line; # starts a comment;\n"
        "                          - is standard input\n"
        "      --size BYTES        the size of the whole file on the server; another size is\n"
        "                          an error\n"
        "      --timeout SECONDS   give up when an attempt has failed and no byte has arrived\n"
        "                          for this long (60); 0 gives up at the first failure\n"
        "      --background        let other downloads of this machine go first, and use\n"
        "                          half the connections\n"
        "  -q, --quiet             show no progress and no summary, only errors\n"
        "      --json              write the outcome to standard output as a JSON object\n"
        "      --clsid CLASS       talk to another COM class (on Windows): \"windows\" for\n"
        "                          Windows' own service, a CLSID in braces, or a ProgID\n"
        "  -h, --help              show this help\n"
        "\n"
        "Exit codes:\n",
        file);
    report_print_exit_codes(file);
}

/* Process an option found by getopt_long(). */
static bool read_option(int option, char **argv, struct get_options *options,
                        struct error_report *report_out)
{
    switch (option) {
    case 'o':
    case 'r':
    case OPTION_RANGES_FROM:
    case OPTION_SIZE:
        return file_options_take(&options->file, option, optarg, report_out);
    case OPTION_TIMEOUT:
        return arguments_read_timeout(optarg, &options->timeout_s, report_out);
    case OPTION_CLSID:
        return arguments_read_server(optarg, &options->server, report_out);
    case OPTION_BACKGROUND:
        options->background = true;
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

bool get_options_read(int argc, char **argv, struct get_options *options_out,
                      struct error_report *report_out)
{
    struct get_options *options = options_out;
    int option;

    *options = (struct get_options){.timeout_s = TIMEOUT_DEFAULT_S};
    file_options_start(&options->file);
    opterr = 0; /* we print our own messages */
    while ((option = getopt_long(argc, argv, ":o:r:qh", long_options, NULL)) != -1) {
        if (!read_option(option, argv, options, report_out)) {
            return false;
        }
        if (options->help) {
            return true;
        }
    }
    if (optind == argc) {
        return arguments_wrong(report_out, NULL, "the URL is missing; see odo get --help");
    }
    if (optind + 1 < argc) {
        return arguments_wrong(report_out, argv[optind + 1], "is one URL too many");
    }
    return file_options_check(&options->file, argv[optind], "odo get", report_out);
}

void get_options_free(struct get_options *options)
{
    file_options_free(&options->file);
}
