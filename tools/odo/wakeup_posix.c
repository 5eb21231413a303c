#define _POSIX_C_SOURCE 200809L

#include "wakeup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/* A pipe, since writing to it is permitted in a signal handler. */
struct wakeup {
    int read_end;
    int write_end;
};

static bool make_quiet(int descriptor)
{
    int flags = fcntl(descriptor, F_GETFL);

    return flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0;
}

struct wakeup *wakeup_create(void)
{
    struct wakeup *wakeup = malloc(sizeof(*wakeup));
    int ends[2];

    if (!wakeup || pipe(ends) != 0) {
        free(wakeup);
        return NULL;
    }
    wakeup->read_end = ends[0];
    wakeup->write_end = ends[1];
    if (!make_quiet(ends[0]) || !make_quiet(ends[1])) {
        wakeup_free(wakeup);
        return NULL;
    }
    return wakeup;
}

void wakeup_free(struct wakeup *wakeup)
{
    if (!wakeup) {
        return;
    }
    (void)close(wakeup->read_end);
    (void)close(wakeup->write_end);
    free(wakeup);
}

void wakeup_signal(struct wakeup *wakeup)
{
    int saved = errno;
    ssize_t written = write(wakeup->write_end, "", 1);

    (void)written; /* a full pipe has woken the sleeper already */
    errno = saved;
}

void wakeup_wait(struct wakeup *wakeup, uint32_t timeout_ms)
{
    struct pollfd watched = {.fd = wakeup->read_end, .events = POLLIN};
    char drain[64];

    /* A signal that interrupts poll() has either written to the pipe or is not ours: check
     * again. */
    if (poll(&watched, 1, timeout_ms > INT_MAX ? INT_MAX : (int)timeout_ms) > 0) {
        while (read(wakeup->read_end, drain, sizeof(drain)) > 0) {
        }
    }
}
