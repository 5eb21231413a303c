/*
 * Keeps interfaces registered with RPC while a process runs: the local server, or a client of
 * it, which the server calls back.
 *
 * Wine 8 unregisters an interface when the last object that offers it ends, and waits for its
 * calls in progress. It first checks for calls and only then announces that it is waiting: if
 * a call ends in between, the wait never ends, and neither does the Release in the other
 * process. A permanent object that offers the same interfaces prevents that.
 */
#ifndef ODO_COM_WINE_KEPT_STUBS_H
#define ODO_COM_WINE_KEPT_STUBS_H

#include <objbase.h>
#include <stdbool.h>

/* In the multithreaded apartment. Interfaces that cannot be kept are unregistered as before. */
void kept_stubs_begin(size_t count, const IID *(*iid_at)(size_t index));

/* The same from any apartment of a client, once a process: the process's multithreaded
 * apartment and this module stay from then on. The first call returns when it is done, or after
 * five seconds; others, at once. */
void kept_stubs_begin_in_client(size_t count, const IID *(*iid_at)(size_t index));

/* True for the permanent object, which is never called and is no object of this module. */
bool kept_stubs_are_of(const IUnknown *object);

/* How many references to the class of our proxies the permanent stubs hold. A proxy that
 * another thread makes meanwhile may be counted too: this module stays anyway. */
ULONG kept_stubs_uses_of_proxies(void);

#endif
