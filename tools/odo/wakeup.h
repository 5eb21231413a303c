/*
 * Wakes a sleeping thread from a signal handler, a callback or another thread.
 *
 * One implementation per operating system: wakeup_posix.c, wakeup_windows.c.
 */
#ifndef ODO_TOOL_WAKEUP_H
#define ODO_TOOL_WAKEUP_H

#include <stdint.h>

struct wakeup;

/* NULL if the system has no resources. */
struct wakeup *wakeup_create(void);

/* No thread may signal it any more. NULL is allowed. */
void wakeup_free(struct wakeup *wakeup);

/* Wake the sleeper, or make its next sleep end at once. From any thread and signal handler. */
void wakeup_signal(struct wakeup *wakeup);

/* Sleep until signalled, but no longer than `timeout_ms`. One thread at a time. */
void wakeup_wait(struct wakeup *wakeup, uint32_t timeout_ms);

#endif
