/*
 * Wine 8's proxies and stubs where they fail, and what stands in for them in clients of the
 * local server. On Windows nothing of this is used.
 *
 *   IBackgroundCopyError, IBackgroundCopyJobHttpOptions
 *                          their texts fail with RPC_X_NULL_REF_POINTER: ours carry them
 *   IStream                the stub has four bytes for the count of bytes written, and clients
 *                          exist, in .NET, that write eight. Ours puts a stream between, which
 *                          has room for eight, and leaves all else to Wine's
 */
#ifndef ODO_COM_WINE_WINE_PROXIES_H
#define ODO_COM_WINE_WINE_PROXIES_H

#include <windows.h>

#include <objbase.h>

/*
 * Have COM use ours in this process. To be called in a client's process whenever an object of
 * the server arrives: COM forgets it when its last apartment ends.
 */
void wine_proxies_use_in_client(void);

/* The class of IStream's, which remote_object_class answers when asked for an
 * IPSFactoryBuffer. */
HRESULT wine_proxies_get_class_object(REFIID iid, void **out);

#endif
