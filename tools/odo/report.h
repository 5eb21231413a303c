/*
 * An error: message, code and exit code.
 */
#ifndef ODO_TOOL_REPORT_H
#define ODO_TOOL_REPORT_H

#include <stdint.h>
#include <stdio.h>

/* Their meanings are in report.c, in the table printed by --help. */
enum exit_code {
    EXIT_CODE_DONE = 0,
    EXIT_CODE_USAGE = 1,
    EXIT_CODE_SERVICE = 2,
    EXIT_CODE_NETWORK = 3,
    EXIT_CODE_LOCAL_FILE = 4,
    EXIT_CODE_NO_RANGE_SUPPORT = 5,
    EXIT_CODE_FILE_CHANGED = 6,
    EXIT_CODE_BAD_RANGE = 7,
    EXIT_CODE_OTHER = 8,
    EXIT_CODE_NO_JOB = 9,
    EXIT_CODE_INTERRUPTED = 130,
};

struct error_report {
    enum exit_code exit_code;
    char code[48];  /* "0x80D05011" on Windows, "ODO_E_RANGES_UNSUPPORTED" elsewhere */
    char text[480]; /* UTF-8, without a full stop; never empty */
};

/*
 * A report with a message of ours, in printf's format; truncated if too long. `code` may be
 * empty, but not NULL.
 */
#if defined(__MINGW32__)
__attribute__((format(gnu_printf, 4, 5)))
#elif defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
void report_words(struct error_report *report_out, enum exit_code exit_code, const char *code,
                  const char *format, ...);

/* The report of an HRESULT. Supports DO_E_*, HTTP, WinHTTP and COM codes on every system. */
void report_hresult(uint32_t hresult, struct error_report *report_out);

/* Write "odo get: text (0x80D05011)" and a line end to `file`. */
void report_print(FILE *file, const char *command, const struct error_report *report);

/* Write the table of exit codes, one per line, indented by two. */
void report_print_exit_codes(FILE *file);

/*
 * Make foreign text safe to show on a terminal: control characters become '?', and it is
 * truncated between characters. Returns `buffer`.
 */
const char *report_printable(const char *text, char *buffer, size_t buffer_size);

#endif
