/*
 * "odo explain": describes an HRESULT, on any system.
 */
#include "command.h"
#include "hresult_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool is_all(const char *text, const char *allowed)
{
    return text[0] != '\0' && text[strspn(text, allowed)] == '\0';
}

/* Parse 0x80D05011, 80D05011, -2133831663 or DO_E_INSUFFICIENT_RANGE_SUPPORT. */
static bool read_hresult(const char *text, uint32_t *hresult_out)
{
    static const char decimal[] = "0123456789";
    static const char hexadecimal[] = "0123456789abcdefABCDEF";
    bool negative = text[0] == '-';
    const char *digits = negative ? text + 1 : text;
    int base = 10;
    unsigned long long value;

    if (hresult_from_name(text, hresult_out)) {
        return true;
    }
    if (!negative && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')) {
        digits += 2;
        base = 16;
    } else if (!negative && strlen(digits) == 8) {
        base = 16; /* as printed by the event log */
    }
    if (strlen(digits) > 16 || !is_all(digits, base == 16 ? hexadecimal : decimal)) {
        return false;
    }
    value = strtoull(digits, NULL, base);
    if (value > (negative ? 0x80000000ULL : 0xFFFFFFFFULL)) {
        return false;
    }
    *hresult_out = negative ? (uint32_t)(0x100000000ULL - value) : (uint32_t)value;
    return true;
}

int command_explain(int argc, char **argv)
{
    uint32_t hresult;
    const char *name;
    char text[480];
    char shown[64];
    bool known;

    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        (void)puts("Usage: odo explain CODE\n"
                   "\n"
                   "Say what an HRESULT means. CODE is a number, such as 0x80D05011 or\n"
                   "-2133831663, or a name, such as DO_E_INSUFFICIENT_RANGE_SUPPORT.");
        return EXIT_CODE_DONE;
    }
    if (argc != 2) {
        (void)fputs("odo explain: one code is needed, such as 0x80D05011\n", stderr);
        return EXIT_CODE_USAGE;
    }
    if (!read_hresult(argv[1], &hresult)) {
        (void)fprintf(stderr, "odo explain: '%s' is neither a 32-bit number nor a known name\n",
                      report_printable(argv[1], shown, sizeof(shown)));
        return EXIT_CODE_USAGE;
    }
    name = hresult_name(hresult);
    known = hresult_text(hresult, text, sizeof(text));
    (void)printf("0x%08" PRIX32 "%s%s: %s\n", hresult, name ? " " : "", name ? name : "", text);
    return known ? EXIT_CODE_DONE : EXIT_CODE_OTHER;
}
