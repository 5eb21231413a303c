/*
 * Replacements for some of Wine 8's proxies and stubs, in clients of the local server. On
 * Windows none of this is used.
 *
 *   IBackgroundCopyError, IBackgroundCopyJobHttpOptions
 *                          strings fail with RPC_X_NULL_REF_POINTER: ours return them
 *   IStream                the stub has four bytes for the number of bytes written, but some
 *                          clients, in .NET, write eight. Ours inserts an adapter with room
 *                          for eight, and otherwise uses Wine's
 */
#ifndef ODO_COM_WINE_WINE_PROXIES_H
#define ODO_COM_WINE_WINE_PROXIES_H

#include <windows.h>

#include <objbase.h>

/*
 * Have COM use ours in this process, and keep the interfaces that the server calls back: see
 * kept_stubs.h. Call it in a client's process whenever an object of the server arrives: COM
 * forgets it when its last apartment ends.
 */
void wine_proxies_use_in_client(void);

/* The class of IStream's proxies, returned by remote_object_class for IPSFactoryBuffer. */
HRESULT wine_proxies_get_class_object(REFIID iid, void **out);

#endif
