#include "base/text.h"

#include "base/memory.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

char *text_copy(const char *text)
{
    return text_copy_part(text, strlen(text));
}

char *text_copy_part(const char *text, size_t length)
{
    char *copy = length < SIZE_MAX ? memory_allocate(length + 1, 1) : NULL;

    if (!copy) {
        return NULL;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *text_format(const char *format, ...)
{
    va_list arguments;
    va_list again;
    char *text = NULL;
    int length;

    va_start(arguments, format);
    va_copy(again, arguments);

    length = vsnprintf(NULL, 0, format, arguments);
    assert(length >= 0); /* formats are our own and valid */
    if (length >= 0) {
        text = memory_allocate((size_t)length + 1, 1);
    }
    if (text) {
        vsnprintf(text, (size_t)length + 1, format, again);
    }

    va_end(again);
    va_end(arguments);
    return text;
}

/* The well-formed sequences of Unicode's table 3-7, by first byte. */
struct utf8_form {
    unsigned char first_from, first_to;
    unsigned char second_from, second_to; /* narrower where a sequence would be overlong, a
                                             surrogate or past U+10FFFF */
    size_t length;                        /* bytes, 1 to 4 */
};

static const struct utf8_form utf8_forms[] = {
    {0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

/* The length of the UTF-8 sequence at `next`; 0 if it is malformed. */
static size_t utf8_character_length(const unsigned char *next)
{
    for (size_t i = 0; i < sizeof(utf8_forms) / sizeof(utf8_forms[0]); i++) {
        const struct utf8_form *form = &utf8_forms[i];

        if (next[0] < form->first_from || next[0] > form->first_to) {
            continue;
        }
        /* The terminator is no continuation byte, so this never reads past it. */
        for (size_t k = 1; k < form->length; k++) {
            unsigned char from = k == 1 ? form->second_from : 0x80;
            unsigned char to = k == 1 ? form->second_to : 0xbf;

            if (next[k] < from || next[k] > to) {
                return 0;
            }
        }
        return form->length;
    }
    return 0;
}

bool text_is_utf8(const char *text)
{
    const unsigned char *next = (const unsigned char *)text;

    while (*next) {
        size_t length = utf8_character_length(next);

        if (length == 0) {
            return false;
        }
        next += length;
    }
    return true;
}

size_t text_utf16_length(const char *text)
{
    size_t units = 0;

    for (const unsigned char *next = (const unsigned char *)text; *next; next++) {
        if ((*next & 0xc0) != 0x80) { /* not a continuation byte: start of a character */
            units += *next >= 0xf0 ? 2 : 1;
        }
    }
    return units;
}

static char lower_case(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

bool text_equals_ignoring_case(const char *left, const char *right)
{
    return text_starts_with_ignoring_case(left, right) && left[strlen(right)] == '\0';
}

bool text_starts_with_ignoring_case(const char *text, const char *prefix)
{
    for (; *prefix; text++, prefix++) {
        if (lower_case(*text) != lower_case(*prefix)) {
            return false;
        }
    }
    return true;
}

bool text_take_number(const char **text, uint64_t limit, uint64_t *number_out)
{
    const char *next = *text;
    uint64_t number = 0;

    for (; *next >= '0' && *next <= '9'; next++) {
        uint64_t digit = (uint64_t)(*next - '0');

        if (digit > limit || number > (limit - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
    }
    if (next == *text) {
        return false;
    }
    *text = next;
    *number_out = number;
    return true;
}
