#include "platform/random.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>

enum odo_status platform_random_fill(void *data, size_t size)
{
    unsigned char *next = data;

    while (size > 0) {
        ssize_t count = getrandom(next, size, 0);

        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            return ODO_E_UNEXPECTED;
        }
        next += count;
        size -= (size_t)count;
    }
    return ODO_OK;
}
