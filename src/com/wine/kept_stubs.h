/*
 * Interfaces that calls may come for, kept known to RPC while the local server lives.
 *
 * Wine 8 forgets an interface with the last object that offers it, and waits for calls of it
 * that have not ended yet. It looks whether there are any, and only then says that it waits: a
 * call that ends in between is waited for for ever, and so is the client's Release. Here one
 * object offers them all, and is never let go.
 */
#ifndef ODO_COM_WINE_KEPT_STUBS_H
#define ODO_COM_WINE_KEPT_STUBS_H

#include <objbase.h>

/* In the multithreaded apartment. One that cannot be kept is forgotten as it was before. */
void kept_stubs_begin(size_t count, const IID *(*iid_at)(size_t index));

#endif
