#include "com/server/proxies.h"

#include "com/wine/kept_stubs.h"
#include "com/wine/wine.h"

#include <rpcproxy.h>
#include <string.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/* In the generated files, with ENTRY_PREFIX. */
HRESULT WINAPI ProxyDllGetClassObject(REFCLSID clsid, REFIID iid, void **out);
HRESULT WINAPI ProxyDllCanUnloadNow(void);
void RPC_ENTRY GetProxyDllInfo(const ProxyFileInfo ***files_out, const CLSID **class_out);

/* widl's list of interfaces. There is a single IDL file, hence a single list. */
static const ProxyFileInfo *list(void)
{
    const ProxyFileInfo **files;
    const CLSID *class;

    GetProxyDllInfo(&files, &class);
    return files[0];
}

HRESULT proxies_get_class_object(REFIID iid, void **out)
{
    return ProxyDllGetClassObject(&proxies_class, iid, out);
}

bool proxies_can_unload(void)
{
    ULONG kept = kept_stubs_uses_of_proxies();
    IUnknown *factory;

    if (kept == 0 || FAILED(proxies_get_class_object(&IID_IUnknown, (void **)&factory))) {
        return ProxyDllCanUnloadNow() == S_OK;
    }
    return IUnknown_Release(factory) == kept;
}

size_t proxies_count(void)
{
    return list()->TableSize;
}

const IID *proxies_iid(size_t index)
{
    return list()->pStubVtblList[index]->header.piid;
}

const char *proxies_name(size_t index)
{
    return list()->pNamesArray[index];
}

/* Because of their strings: see wine_proxies.h. */
static bool is_better_ours(REFIID iid)
{
    return (IsEqualIID(iid, &IID_IBackgroundCopyError) ||
            IsEqualIID(iid, &IID_IBackgroundCopyJobHttpOptions)) &&
           wine_is_here();
}

HRESULT proxies_use_here(DWORD *registration_out)
{
    IUnknown *factory = NULL;
    HRESULT hr = proxies_get_class_object(&IID_IUnknown, (void **)&factory);

    *registration_out = 0;
    if (SUCCEEDED(hr)) {
        hr = CoRegisterClassObject(&proxies_class, factory, CLSCTX_INPROC_SERVER,
                                   REGCLS_MULTIPLEUSE, registration_out);
        IUnknown_Release(factory);
    }
    for (size_t i = 0; SUCCEEDED(hr) && i < proxies_count(); i++) {
        CLSID known;

        if (is_better_ours(proxies_iid(i)) || FAILED(CoGetPSClsid(proxies_iid(i), &known))) {
            hr = CoRegisterPSClsid(proxies_iid(i), &proxies_class);
        }
    }
    return hr;
}
