#include "file_options.h"

#include "arguments.h"
#include "client.h"
#include "local_name.h"
#include "system.h"

#include <stdlib.h>
#include <string.h>

enum { URL_MAX_CHARACTERS = 2200, WHY_BYTES = 400 };

void file_options_start(struct file_options *options)
{
    *options = (struct file_options){.file_size = ODO_SIZE_UNKNOWN};
}

void file_options_free(struct file_options *options)
{
    range_list_free(&options->ranges);
    free(options->path);
    options->path = NULL;
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
        return arguments_wrong(report_out, url,
                               "is not a URL that begins with http:// or https://");
    }
    if (*host == '\0' || strchr("/:?#", *host)) {
        return arguments_wrong(report_out, url, "is a URL without the name of a server");
    }
    for (const char *next = url; *next != '\0'; next++) {
        if ((unsigned char)*next <= ' ' || *next == 0x7F) {
            return arguments_wrong(
                report_out, url,
                "is a URL with a blank or a control character in it; write %20 for "
                "a blank");
        }
    }
    if (strlen(url) > URL_MAX_CHARACTERS) {
        return arguments_wrong(report_out, NULL, "the URL is longer than 2200 characters");
    }
    return true;
}

/* The absolute path for the argument of -o: a file, or a folder to which the name in the URL is
 * added. NULL and a report on failure. */
static char *find_path(const char *output, const char *url, struct error_report *report_out)
{
    bool is_folder =
        system_names_folder(output) || system_path_kind(output) == SYSTEM_PATH_FOLDER;
    char name[LOCAL_NAME_MAX + 1];
    char shown[ARGUMENT_SHOWN_BYTES];
    char *inside = NULL;
    char *path = NULL;

    if (is_folder && !local_name_from_url(url, name)) {
        report_words(report_out, EXIT_CODE_USAGE, "",
                     "-o: '%s' is a folder, and the URL ends in no name for a file in it",
                     report_printable(output, shown, sizeof(shown)));
        return NULL;
    }
    if (is_folder) {
        inside = system_path_in(output, name);
    }
    if (!is_folder || inside) {
        path = system_absolute_path(inside ? inside : output);
    }
    free(inside);
    if (!path) {
        report_words(report_out, EXIT_CODE_OTHER, "",
                     "-o: '%s' cannot be made an absolute path",
                     report_printable(output, shown, sizeof(shown)));
    }
    return path;
}

/* Set `path` from the argument of -o if a file can be created there. */
static bool check_output(const char *output, struct file_options *options,
                         struct error_report *report_out)
{
    char shown[ARGUMENT_SHOWN_BYTES];
    enum system_path_kind kind;
    enum system_path_kind folder_kind;
    char *folder;

    if (*output == '\0') {
        return arguments_wrong(report_out, NULL, "-o: a file is needed, and its name is empty");
    }
    if (strcmp(output, "-") == 0) {
        return arguments_wrong(
            report_out, NULL,
            "-o: a file is needed, standard output will not do; ./- is a file");
    }
    options->path = find_path(output, options->url, report_out);
    if (!options->path) {
        return false;
    }
    folder = system_folder_of(options->path);
    if (!folder) {
        report_words(report_out, EXIT_CODE_OTHER, "", "there is not enough memory");
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
                     report_printable(options->path, shown, sizeof(shown)),
                     kind == SYSTEM_PATH_FOLDER ? "is a folder" : "is not an ordinary file");
    }
    free(folder);
    return folder_kind == SYSTEM_PATH_FOLDER &&
           (kind == SYSTEM_PATH_MISSING || kind == SYSTEM_PATH_FILE);
}

static bool read_range_text(const char *text, struct file_options *options,
                            struct error_report *report_out)
{
    char why[WHY_BYTES];

    if (range_list_add_text(&options->ranges, text, why, sizeof(why))) {
        return true;
    }
    report_words(report_out, EXIT_CODE_USAGE, "", "-r: %s", why);
    return false;
}

static bool read_ranges_file(const char *name, struct file_options *options,
                             struct error_report *report_out)
{
    bool is_standard_input = strcmp(name, "-") == 0;
    uint32_t count_before = options->ranges.count;
    char why[WHY_BYTES] = "";
    char shown[ARGUMENT_SHOWN_BYTES];
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
        /* Otherwise the whole file would be downloaded, which is not what the user meant. */
        report_words(report_out, EXIT_CODE_USAGE, "", "--ranges-from: %s holds no range", name);
        return false;
    }
    return true;
}

bool file_options_take(struct file_options *options, int option, const char *text,
                       struct error_report *report_out)
{
    switch (option) {
    case 'o':
        options->output = text;
        return true;
    case 'r':
        return read_range_text(text, options, report_out);
    case OPTION_RANGES_FROM:
        return read_ranges_file(text, options, report_out);
    default: /* OPTION_SIZE */
        return range_list_parse_number(text, &options->file_size) ||
               arguments_wrong(report_out, text, "is not a number of bytes for --size");
    }
}

bool file_options_check(struct file_options *options, const char *url, const char *command,
                        struct error_report *report_out)
{
    if (!options->output) {
        report_words(report_out, EXIT_CODE_USAGE, "", "-o FILE is missing; see %s --help",
                     command);
        return false;
    }
    options->url = url;
    return check_url(url, report_out) && check_output(options->output, options, report_out);
}

struct client_file file_options_request(const struct file_options *options)
{
    return (struct client_file){
        .url = options->url,
        .path = options->path,
        .ranges = options->ranges.items,
        .range_count = options->ranges.count,
        .file_size = options->file_size,
    };
}

void file_options_name_argument(struct error_report *report)
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
