/*
 * Names of temporary files on all systems: "DO" + 16 hexadecimal digits + ".tmp". Used by each
 * system's path.c.
 */
#ifndef ODO_PLATFORM_TEMPORARY_NAME_H
#define ODO_PLATFORM_TEMPORARY_NAME_H

#include "platform/random.h"

#include <string.h>

enum {
    TEMPORARY_NAME_DIGITS = 16,
    TEMPORARY_NAME_SIZE = sizeof("DO") - 1 + TEMPORARY_NAME_DIGITS + sizeof(".tmp"),
};

/* A new, terminated name. ODO_E_UNEXPECTED: see platform_random_fill(). */
static inline enum odo_status temporary_name_make(char name_out[TEMPORARY_NAME_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[TEMPORARY_NAME_DIGITS / 2];
    enum odo_status status = platform_random_fill(bytes, sizeof(bytes));
    char *next = name_out;

    if (status != ODO_OK) {
        return status;
    }
    *next++ = 'D';
    *next++ = 'O';
    for (size_t i = 0; i < sizeof(bytes); i++) {
        *next++ = digits[bytes[i] >> 4];
        *next++ = digits[bytes[i] & 0xF];
    }
    memcpy(next, ".tmp", sizeof(".tmp"));
    return ODO_OK;
}

/* True for such a name. */
static inline bool temporary_name_is(const char *name)
{
    size_t prefix = sizeof("DO") - 1;

    return strncmp(name, "DO", prefix) == 0 &&
           strspn(name + prefix, "0123456789abcdef") == TEMPORARY_NAME_DIGITS &&
           strcmp(name + prefix + TEMPORARY_NAME_DIGITS, ".tmp") == 0;
}

#endif
