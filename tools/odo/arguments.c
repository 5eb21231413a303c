#include "arguments.h"

#include "client.h"
#include "range_list.h"

#include <getopt.h>

enum { TIMEOUT_MAX_S = 30 * 24 * 3600 };

bool arguments_wrong(struct error_report *report_out, const char *argument, const char *what)
{
    char shown[ARGUMENT_SHOWN_BYTES];

    if (argument) {
        report_words(report_out, EXIT_CODE_USAGE, "", "'%s' %s",
                     report_printable(argument, shown, sizeof(shown)), what);
    } else {
        report_words(report_out, EXIT_CODE_USAGE, "", "%s", what);
    }
    return false;
}

bool arguments_refuse(int option, char **argv, struct error_report *report_out)
{
    const char short_option[] = {'-', (char)optopt, '\0'};

    if (option == ':') {
        return arguments_wrong(report_out, argv[optind - 1], "needs an argument");
    }
    return arguments_wrong(report_out,
                           optopt > 0 && optopt < 256 ? short_option : argv[optind - 1],
                           "is not an option of this command");
}

bool arguments_read_timeout(const char *text, uint32_t *seconds_out,
                            struct error_report *report_out)
{
    uint64_t seconds;

    if (!range_list_parse_number(text, &seconds) || seconds > TIMEOUT_MAX_S) {
        return arguments_wrong(report_out, text, "is not a number of seconds for --timeout");
    }
    *seconds_out = (uint32_t)seconds;
    return true;
}

bool arguments_read_server(const char *text, const char **server_out,
                           struct error_report *report_out)
{
    if (!client_has_servers()) {
        return arguments_wrong(report_out, NULL,
                               "--clsid: COM is not available on this system");
    }
    *server_out = text;
    return true;
}
