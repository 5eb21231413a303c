/*
 * Keeps interfaces registered with RPC while the local server runs.
 *
 * Wine 8 unregisters an interface when the last object that offers it ends, and waits for its
 * calls in progress. It first checks for calls and only then announces that it is waiting: if a
 * call ends in between, the wait never ends, and neither does the client's Release. A permanent
 * object that offers all interfaces prevents that.
 */
#ifndef ODO_COM_WINE_KEPT_STUBS_H
#define ODO_COM_WINE_KEPT_STUBS_H

#include <objbase.h>

/* In the multithreaded apartment. Interfaces that cannot be kept are unregistered as before. */
void kept_stubs_begin(size_t count, const IID *(*iid_at)(size_t index));

#endif
