/*
 * The options that define a file and its target, validated as far as possible without a client:
 * URL, -o, -r, --ranges-from and --size.
 */
#ifndef ODO_TOOL_FILE_OPTIONS_H
#define ODO_TOOL_FILE_OPTIONS_H

#include "range_list.h"
#include "report.h"

struct client_file;

struct file_options {
    const char *url;    /* borrowed from argv */
    const char *output; /* borrowed from argv; the argument of -o */
    char *path;         /* absolute; owned */
    struct range_list ranges;
    uint64_t file_size; /* or ODO_SIZE_UNKNOWN */
};

/* Initialize: nothing given yet. */
void file_options_start(struct file_options *options);

void file_options_free(struct file_options *options);

/* Process one of these options. False and a report if its argument is invalid. */
bool file_options_take(struct file_options *options, int option, const char *text,
                       struct error_report *report_out);

/*
 * After the last option: validate the URL and the output. `command` is the command to suggest
 * for help, such as "odo get".
 */
bool file_options_check(struct file_options *options, const char *url, const char *command,
                        struct error_report *report_out);

/* The request for a client; borrows from the options. */
struct client_file file_options_request(const struct file_options *options);

/* Name the rejected option in a client's report on that request. */
void file_options_name_argument(struct error_report *report);

#endif
