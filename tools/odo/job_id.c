#include "job_id.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* The byte shown by each pair of digits: the first three numbers of a GUID are
 * little-endian. */
static const uint8_t byte_order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

enum { WHOLE_CHARACTERS = JOB_ID_TEXT_BYTES - 1 };

static bool is_dash_at(size_t position)
{
    return position == 8 || position == 13 || position == 18 || position == 23;
}

/* 0 to 15, or -1. */
static int digit_value(char character)
{
    static const char digits[] = "0123456789abcdef";
    char lower =
        character >= 'A' && character <= 'F' ? (char)(character - 'A' + 'a') : character;
    const char *found = lower != '\0' ? strchr(digits, lower) : NULL;

    return found ? (int)(found - digits) : -1;
}

const char *job_id_format(const struct job_id *id, char text[JOB_ID_TEXT_BYTES])
{
    size_t length = 0;

    for (size_t i = 0; i < sizeof(byte_order); i++) {
        if (is_dash_at(length)) {
            text[length++] = '-';
        }
        (void)snprintf(text + length, 3, "%02x", id->bytes[byte_order[i]]);
        length += 2;
    }
    return text;
}

static void read_whole(const char *text, struct job_id *id_out)
{
    size_t at = 0;

    for (size_t i = 0; i < sizeof(byte_order); i++) {
        if (is_dash_at(at)) {
            at++;
        }
        id_out->bytes[byte_order[i]] =
            (uint8_t)(digit_value(text[at]) * 16 + digit_value(text[at + 1]));
        at += 2;
    }
}

enum job_id_kind job_id_parse(const char *text, struct job_id *id_out)
{
    size_t length = strlen(text);

    if (length == WHOLE_CHARACTERS + 2 && text[0] == '{' && text[length - 1] == '}') {
        text++;
        length -= 2;
    }
    if (length < JOB_ID_PREFIX_MIN || length > WHOLE_CHARACTERS) {
        return JOB_ID_WRONG;
    }
    for (size_t i = 0; i < length; i++) {
        if (is_dash_at(i) ? text[i] != '-' : digit_value(text[i]) < 0) {
            return JOB_ID_WRONG;
        }
    }
    if (length < WHOLE_CHARACTERS) {
        return JOB_ID_PREFIX;
    }
    read_whole(text, id_out);
    return JOB_ID_WHOLE;
}

bool job_id_begins_with(const struct job_id *id, const char *prefix)
{
    char text[JOB_ID_TEXT_BYTES];

    job_id_format(id, text);
    for (size_t i = 0; prefix[i] != '\0'; i++) {
        bool is_same =
            is_dash_at(i) ? prefix[i] == '-' : digit_value(prefix[i]) == digit_value(text[i]);

        if (i >= WHOLE_CHARACTERS || !is_same) {
            return false;
        }
    }
    return true;
}
