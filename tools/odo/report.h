/*
 * What went wrong, in words, with a number, and as the program's exit code.
 */
#ifndef ODO_TOOL_REPORT_H
#define ODO_TOOL_REPORT_H

#include <stdint.h>
#include <stdio.h>

/* The meaning of each stands in report.c, in the table that --help prints. */
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
 * A report in our own words. printf's format; a text that does not fit is cut. `code` may be
 * empty, but not NULL.
 */
#if defined(__MINGW32__)
__attribute__((format(gnu_printf, 4, 5)))
#elif defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
void report_words(struct error_report *report_out, enum exit_code exit_code, const char *code,
                  const char *format, ...);

/* The report of an HRESULT. Knows DO_E_*, HTTP, WinHTTP and COM codes on every system. */
void report_hresult(uint32_t hresult, struct error_report *report_out);

/* Write "odo get: text (0x80D05011)" and a line's end to `file`. */
void report_print(FILE *file, const char *command, const struct error_report *report);

/* Write the table of exit codes, a line each, indented by two. */
void report_print_exit_codes(FILE *file);

/*
 * Make text that came from outside safe to show on a terminal: control characters become '?',
 * what does not fit is cut between two characters. Returns `buffer`.
 */
const char *report_printable(const char *text, char *buffer, size_t buffer_size);

#endif
