/*
 * The options of "odo get", validated as far as possible without a client.
 */
#ifndef ODO_TOOL_GET_OPTIONS_H
#define ODO_TOOL_GET_OPTIONS_H

#include "file_options.h"
#include "report.h"

struct get_options {
    struct file_options file;
    const char *server; /* borrowed from argv; NULL for ours */
    uint32_t timeout_s; /* give up after this time without a byte if the last attempt failed */
    bool background;    /* low priority: fewer connections, after foreground jobs */
    bool quiet;
    bool json;
    bool help; /* the rest was not parsed */
};

/*
 * Parse argv, where argv[0] is the command's name. Always release the options with
 * get_options_free(). False and a report if an argument is invalid.
 */
bool get_options_read(int argc, char **argv, struct get_options *options_out,
                      struct error_report *report_out);

void get_options_free(struct get_options *options);

void get_options_print_help(FILE *file);

#endif
