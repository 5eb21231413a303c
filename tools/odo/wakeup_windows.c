#include "wakeup.h"

#include <windows.h>

#include <stdlib.h>

struct wakeup {
    HANDLE event; /* auto-reset */
};

struct wakeup *wakeup_create(void)
{
    struct wakeup *wakeup = malloc(sizeof(*wakeup));

    if (!wakeup) {
        return NULL;
    }
    wakeup->event = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (!wakeup->event) {
        free(wakeup);
        return NULL;
    }
    return wakeup;
}

void wakeup_free(struct wakeup *wakeup)
{
    if (!wakeup) {
        return;
    }
    CloseHandle(wakeup->event);
    free(wakeup);
}

void wakeup_signal(struct wakeup *wakeup)
{
    SetEvent(wakeup->event);
}

void wakeup_wait(struct wakeup *wakeup, uint32_t timeout_ms)
{
    WaitForSingleObject(wakeup->event, timeout_ms);
}
