#include "platform/random.h"

#include <windows.h>

#include <bcrypt.h>

enum odo_status platform_random_fill(void *data, size_t size)
{
    unsigned char *next = data;

    while (size > 0) {
        ULONG part = size < 0x10000 ? (ULONG)size : 0x10000;

        if (BCryptGenRandom(NULL, next, part, BCRYPT_USE_SYSTEM_PREFERRED_RNG) < 0) {
            return ODO_E_UNEXPECTED;
        }
        next += part;
        size -= part;
    }
    return ODO_OK;
}
