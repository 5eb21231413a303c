/*
 * The arguments that say which file is to be fetched and where it goes, read and checked as far
 * as that goes without asking anybody: URL, -o, -r, --ranges-from and --size.
 */
#ifndef ODO_TOOL_FILE_OPTIONS_H
#define ODO_TOOL_FILE_OPTIONS_H

#include "range_list.h"
#include "report.h"

struct client_file;

struct file_options {
    const char *url;    /* borrowed from argv */
    const char *output; /* borrowed from argv; as it was written behind -o */
    char *path;         /* absolute; owned */
    struct range_list ranges;
    uint64_t file_size; /* or ODO_SIZE_UNKNOWN */
};

/* Nothing given yet. */
void file_options_start(struct file_options *options);

void file_options_free(struct file_options *options);

/* Take one option of those above. False and a report when what stands behind it is wrong. */
bool file_options_take(struct file_options *options, int option, const char *text,
                       struct error_report *report_out);

/*
 * When all are taken: check the URL and the output. `command` is what to ask for help, such as
 * "odo get".
 */
bool file_options_check(struct file_options *options, const char *url, const char *command,
                        struct error_report *report_out);

/* What a client is to be asked for; borrows from the options. */
struct client_file file_options_request(const struct file_options *options);

/* Say in a client's report on that request which argument it did not like. */
void file_options_name_argument(struct error_report *report);

#endif
