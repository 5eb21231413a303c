#include "base/base64.h"

#include <string.h>

/* The value of a digit, or -1. */
static int value_of(char digit)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *place = digit ? strchr(digits, digit) : NULL;

    return place ? (int)(place - digits) : -1;
}

bool base64_decode(const char *text, unsigned char *data_out, size_t size)
{
    size_t length = strlen(text);
    size_t padding = (3 - size % 3) % 3;
    unsigned bits = 0;
    unsigned held = 0; /* bits not yet output */

    if (length % 4 != 0 || length / 4 != size / 3 + (size % 3 != 0)) {
        return false;
    }
    for (size_t i = 0; i < length - padding; i++) {
        int value = value_of(text[i]);

        if (value < 0) {
            return false;
        }
        bits = (bits << 6 | (unsigned)value) & 0xffffU;
        held += 6;
        if (held >= 8) {
            held -= 8;
            *data_out++ = (unsigned char)(bits >> held & 0xffU);
        }
    }
    for (size_t i = length - padding; i < length; i++) {
        if (text[i] != '=') {
            return false;
        }
    }
    return (bits & ((1U << held) - 1)) == 0; /* unused bits are 0: one encoding only */
}
