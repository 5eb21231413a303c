#include "http/content_length.h"

#include "base/text.h"

#include <string.h>

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool content_length_read(const char *value, uint64_t *length_out)
{
    uint64_t length = 0;

    for (bool is_first = true; value; is_first = false) {
        uint64_t number;

        value += strspn(value, " \t");
        value += *value == '+';
        if (!text_take_number(&value, INT64_MAX, &number) || is_letter(*value) ||
            (!is_first && number != length)) {
            return false;
        }
        length = number;
        value = strchr(value, ',');
        value = value ? value + 1 : NULL;
    }
    *length_out = length;
    return true;
}
