/* rpcrt4 exports these for proxies written in C; MinGW-w64's headers declare them for C++ only.
 */
#ifndef ODO_PROXY_DECLARATIONS_H
#define ODO_PROXY_DECLARATIONS_H

#include <objbase.h>

HRESULT STDMETHODCALLTYPE IUnknown_QueryInterface_Proxy(IUnknown *self, REFIID iid, void **out);
ULONG STDMETHODCALLTYPE IUnknown_AddRef_Proxy(IUnknown *self);
ULONG STDMETHODCALLTYPE IUnknown_Release_Proxy(IUnknown *self);

/* The class that makes the proxies: proxies_class of com/server/proxies.h. */
#define PROXY_CLSID_IS                                                                         \
    {                                                                                          \
        0xb08ce5f7, 0xf4e7, 0x421e,                                                            \
        {                                                                                      \
            0x96, 0x80, 0x93, 0xfa, 0x1e, 0x4b, 0x18, 0x2f                                     \
        }                                                                                      \
    }

#endif
