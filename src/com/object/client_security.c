#include "com/object/client_security.h"

static struct com_object *owner_of(IClientSecurity *self)
{
    return CONTAINING_RECORD(self, struct client_security, IClientSecurity_iface)->owner;
}

static HRESULT STDMETHODCALLTYPE client_security_QueryInterface(IClientSecurity *self,
                                                                REFIID iid, void **out)
{
    return com_object_query(owner_of(self), iid, out);
}

static ULONG STDMETHODCALLTYPE client_security_AddRef(IClientSecurity *self)
{
    return com_object_add_ref(owner_of(self));
}

static ULONG STDMETHODCALLTYPE client_security_Release(IClientSecurity *self)
{
    return com_object_release(owner_of(self));
}

/* Every output is optional. */
static void set_dword(DWORD *out, DWORD value)
{
    if (out) {
        *out = value;
    }
}

/* The values within one process: the caller is known, and no one can eavesdrop. */
static HRESULT STDMETHODCALLTYPE client_security_QueryBlanket(
    IClientSecurity *self, IUnknown *proxy, DWORD *authentication_service,
    DWORD *authorization_service, OLECHAR **server_principal, DWORD *authentication_level,
    DWORD *impersonation_level, void **authentication_info, DWORD *capabilities)
{
    (void)self;
    set_dword(authentication_service, RPC_C_AUTHN_WINNT);
    set_dword(authorization_service, RPC_C_AUTHZ_NONE);
    if (server_principal) {
        *server_principal = NULL;
    }
    set_dword(authentication_level, RPC_C_AUTHN_LEVEL_PKT_PRIVACY);
    set_dword(impersonation_level, RPC_C_IMP_LEVEL_IMPERSONATE);
    if (authentication_info) {
        *authentication_info = NULL;
    }
    set_dword(capabilities, EOAC_NONE);
    return proxy ? S_OK : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE client_security_SetBlanket(
    IClientSecurity *self, IUnknown *proxy, DWORD authentication_service,
    DWORD authorization_service, OLECHAR *server_principal, DWORD authentication_level,
    DWORD impersonation_level, void *authentication_info, DWORD capabilities)
{
    (void)self;
    (void)authentication_service;
    (void)authorization_service;
    (void)server_principal;
    (void)authentication_level;
    (void)impersonation_level;
    (void)authentication_info;
    (void)capabilities;
    return proxy ? S_OK : E_INVALIDARG;
}

/* An object without a proxy is its own copy. */
static HRESULT STDMETHODCALLTYPE client_security_CopyProxy(IClientSecurity *self,
                                                           IUnknown *proxy, IUnknown **copy)
{
    (void)self;
    if (!copy) {
        return E_INVALIDARG;
    }
    *copy = proxy;
    if (!proxy) {
        return E_INVALIDARG;
    }
    IUnknown_AddRef(proxy);
    return S_OK;
}

static const IClientSecurityVtbl client_security_vtbl = {
    .QueryInterface = client_security_QueryInterface,
    .AddRef = client_security_AddRef,
    .Release = client_security_Release,
    .QueryBlanket = client_security_QueryBlanket,
    .SetBlanket = client_security_SetBlanket,
    .CopyProxy = client_security_CopyProxy,
};

void client_security_init(struct client_security *security, struct com_object *owner)
{
    security->IClientSecurity_iface.lpVtbl = &client_security_vtbl;
    security->owner = owner;
}
