/*
 * Waiting for events that may depend on the caller's apartment.
 *
 * In a single-threaded apartment, incoming calls are dispatched during the wait: the awaited
 * event may depend on one of them. So none of our locks may be held, and any of our methods may
 * be called on this very thread during the wait.
 */
#ifndef ODO_COM_CALLS_APARTMENT_WAIT_H
#define ODO_COM_CALLS_APARTMENT_WAIT_H

#include <stdbool.h>
#include <windows.h>

/*
 * The longest wait for a client's code, which may in turn be waiting for this thread in ways
 * that cannot be detected.
 */
enum { APARTMENT_WAIT_CLIENT_MS = 5000 };

/* Wait for an event; false on time-out. INFINITE only for events that are certain to come. */
bool apartment_wait(HANDLE event, DWORD timeout_ms);

#endif
