/* rpcrt4 exports these for proxies written in C; MinGW-w64's headers declare them for C++ only.
 */
#ifndef ODO_PROXY_DECLARATIONS_H
#define ODO_PROXY_DECLARATIONS_H

#include <objbase.h>

HRESULT STDMETHODCALLTYPE IUnknown_QueryInterface_Proxy(IUnknown *self, REFIID iid, void **out);
ULONG STDMETHODCALLTYPE IUnknown_AddRef_Proxy(IUnknown *self);
ULONG STDMETHODCALLTYPE IUnknown_Release_Proxy(IUnknown *self);

#endif
