#include "http/content_length.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Parse a number and return its end; NULL if there is none or it overflows. */
static const char *read_number(const char *text, uint64_t *number_out)
{
    uint64_t number = 0;

    if (!is_digit(*text)) {
        return NULL;
    }
    for (; is_digit(*text); text++) {
        uint64_t digit = (uint64_t)(*text - '0');

        if (number > (INT64_MAX - digit) / 10) {
            return NULL;
        }
        number = number * 10 + digit;
    }
    *number_out = number;
    return text;
}

bool content_length_read(const char *value, uint64_t *length_out)
{
    uint64_t length = 0;

    for (bool is_first = true; value; is_first = false) {
        uint64_t number;

        value += strspn(value, " \t");
        value += *value == '+';
        value = read_number(value, &number);
        if (!value || is_letter(*value) || (!is_first && number != length)) {
            return false;
        }
        length = number;
        value = strchr(value, ',');
        value = value ? value + 1 : NULL;
    }
    *length_out = length;
    return true;
}
