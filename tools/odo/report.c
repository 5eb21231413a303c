#include "report.h"

#include "hresult_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

static const struct {
    enum exit_code exit_code;
    const char *meaning;
} exit_codes[] = {
    {EXIT_CODE_DONE, "done; for get: the file is in place"},
    {EXIT_CODE_USAGE, "wrong arguments"},
    {EXIT_CODE_SERVICE, "the COM class cannot be reached (on Windows)"},
    {EXIT_CODE_NETWORK, "the network or the server failed"},
    {EXIT_CODE_LOCAL_FILE, "the local file or its folder cannot be written"},
    {EXIT_CODE_NO_RANGE_SUPPORT, "the server does not support ranges"},
    {EXIT_CODE_FILE_CHANGED, "the file on the server keeps changing, or has another size"},
    {EXIT_CODE_BAD_RANGE, "ranges overlap, are empty, or reach past the end of the file"},
    {EXIT_CODE_OTHER, "something else failed, such as memory"},
    {EXIT_CODE_NO_JOB, "there is no such job, or another process has it"},
    {EXIT_CODE_INTERRUPTED, "interrupted by Ctrl+C; get leaves nothing, a job stays"},
};

void report_words(struct error_report *report_out, enum exit_code exit_code, const char *code,
                  const char *format, ...)
{
    struct error_report report = {.exit_code = exit_code};
    va_list arguments;

    (void)snprintf(report.code, sizeof(report.code), "%s", code);
    va_start(arguments, format);
    (void)vsnprintf(report.text, sizeof(report.text), format, arguments);
    va_end(arguments);
    *report_out = report;
}

void report_hresult(uint32_t hresult, struct error_report *report_out)
{
    struct error_report report = {.exit_code = hresult_exit_code(hresult)};

    (void)snprintf(report.code, sizeof(report.code), "0x%08" PRIX32, hresult);
    hresult_text(hresult, report.text, sizeof(report.text));
    *report_out = report;
}

void report_print(FILE *file, const char *command, const struct error_report *report)
{
    if (report->code[0] != '\0') {
        (void)fprintf(file, "odo %s: %s (%s)\n", command, report->text, report->code);
    } else {
        (void)fprintf(file, "odo %s: %s\n", command, report->text);
    }
    (void)fflush(file);
}

void report_print_exit_codes(FILE *file)
{
    for (size_t i = 0; i < sizeof(exit_codes) / sizeof(exit_codes[0]); i++) {
        (void)fprintf(file, "  %3d  %s\n", (int)exit_codes[i].exit_code, exit_codes[i].meaning);
    }
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0U) == 0x80U;
}

const char *report_printable(const char *text, char *buffer, size_t buffer_size)
{
    size_t length = strlen(text);

    if (buffer_size == 0) {
        return "";
    }
    if (length >= buffer_size) {
        length = buffer_size - 1;
        while (length > 0 && is_continuation(text[length])) {
            length--;
        }
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];

        buffer[i] = byte < 0x20 || byte == 0x7F ? '?' : text[i];
    }
    buffer[length] = '\0';
    return buffer;
}
