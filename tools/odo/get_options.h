/*
 * The arguments of "odo get", read and checked as far as that goes without asking anybody.
 */
#ifndef ODO_TOOL_GET_OPTIONS_H
#define ODO_TOOL_GET_OPTIONS_H

#include "file_options.h"
#include "report.h"

struct get_options {
    struct file_options file;
    const char *server; /* borrowed from argv; NULL is ours */
    uint32_t timeout_s; /* give up when so long no byte has arrived and the last try failed */
    bool background;    /* others may be in a hurry: fewer connections, after the others */
    bool quiet;
    bool json;
    bool help; /* nothing else was read */
};

/*
 * Read argv, with argv[0] being the command's name. End the options with get_options_free()
 * whatever this returns. False and a report when an argument is wrong.
 */
bool get_options_read(int argc, char **argv, struct get_options *options_out,
                      struct error_report *report_out);

void get_options_free(struct get_options *options);

void get_options_print_help(FILE *file);

#endif
