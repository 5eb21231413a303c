/*
 * Shared by the commands' options: option numbers, and error messages.
 */
#ifndef ODO_TOOL_ARGUMENTS_H
#define ODO_TOOL_ARGUMENTS_H

#include "report.h"

#include <stdbool.h>
#include <stdint.h>

/* Options without a letter, numbered above all characters for getopt_long(). */
enum long_option {
    OPTION_RANGES_FROM = 256,
    OPTION_SIZE,
    OPTION_TIMEOUT,
    OPTION_JSON,
    OPTION_CLSID,
    OPTION_BACKGROUND,
    OPTION_DESCRIPTION,
    OPTION_PRIORITY,
    OPTION_WAIT,
    OPTION_COMPLETE,
    OPTION_PARTIAL,
};

enum { ARGUMENT_SHOWN_BYTES = 160 };

/* Report "'argument' what", or only `what` when the argument is NULL. Returns false. */
bool arguments_wrong(struct error_report *report_out, const char *argument, const char *what);

/* Report an option for which getopt_long() returned ':' or '?'. Returns false. */
bool arguments_refuse(int option, char **argv, struct error_report *report_out);

/* The seconds of --timeout. */
bool arguments_read_timeout(const char *text, uint32_t *seconds_out,
                            struct error_report *report_out);

/* The server of --clsid, returned unchanged. */
bool arguments_read_server(const char *text, const char **server_out,
                           struct error_report *report_out);

#endif
