/*
 * Waiting for what may need the caller's apartment.
 *
 * In a single-threaded apartment, calls to it are let through meanwhile: what is waited for may
 * be one of them, or wait for one. So no lock of ours may be held, and whoever waits must be
 * ready for any of our methods to be called on this very thread.
 */
#ifndef ODO_COM_CALLS_APARTMENT_WAIT_H
#define ODO_COM_CALLS_APARTMENT_WAIT_H

#include <stdbool.h>
#include <windows.h>

/*
 * How long a client's code is waited for at most. It may be waiting for the very thread that
 * waits here, in ways that nobody can see.
 */
enum { APARTMENT_WAIT_CLIENT_MS = 5000 };

/* Wait for an event; false when the time is over. INFINITE only for what ends by itself. */
bool apartment_wait(HANDLE event, DWORD timeout_ms);

#endif
