#include "com/server/class_factory.h"

#include "com/script/automation_object.h"
#include "com/server/manager_object.h"
#include "com/server/module.h"
#include "com/server/proxies.h"
#include "com/wine/remote_object.h"
#include "com/wine/wine_proxies.h"

#include "deliveryoptimization.h" /* generated from idl/ */
#include "opendo.h"               /* generated from idl/ */

/* Factories are static and not counted; only LockServer keeps the DLL loaded. */
struct class_factory {
    IClassFactory IClassFactory_iface;
    const CLSID *clsid;
    HRESULT (*create)(REFIID iid, void **out);
};

static struct class_factory *impl_from_IClassFactory(IClassFactory *self)
{
    return CONTAINING_RECORD(self, struct class_factory, IClassFactory_iface);
}

static HRESULT STDMETHODCALLTYPE class_factory_QueryInterface(IClassFactory *self, REFIID iid,
                                                              void **out)
{
    if (!out) {
        return E_POINTER;
    }
    *out = NULL;
    if (!iid) {
        return E_INVALIDARG;
    }
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IClassFactory)) {
        return E_NOINTERFACE;
    }
    *out = self;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE class_factory_AddRef(IClassFactory *self)
{
    (void)self;
    return 2;
}

static ULONG STDMETHODCALLTYPE class_factory_Release(IClassFactory *self)
{
    (void)self;
    return 1;
}

static HRESULT STDMETHODCALLTYPE class_factory_CreateInstance(IClassFactory *self,
                                                              IUnknown *outer, REFIID iid,
                                                              void **out)
{
    if (!out) {
        return E_POINTER;
    }
    *out = NULL;
    if (outer) {
        return CLASS_E_NOAGGREGATION;
    }
    if (!iid) {
        return E_INVALIDARG;
    }
    return impl_from_IClassFactory(self)->create(iid, out);
}

static HRESULT STDMETHODCALLTYPE class_factory_LockServer(IClassFactory *self, BOOL lock)
{
    (void)self;
    if (lock) {
        module_lock_server();
    } else {
        module_unlock_server();
    }
    return S_OK;
}

static const IClassFactoryVtbl class_factory_vtbl = {
    .QueryInterface = class_factory_QueryInterface,
    .AddRef = class_factory_AddRef,
    .Release = class_factory_Release,
    .CreateInstance = class_factory_CreateInstance,
    .LockServer = class_factory_LockServer,
};

static HRESULT create_automation(REFIID iid, void **out)
{
    IDOManager *manager = NULL;
    HRESULT hr = manager_object_create(&IID_IDOManager, (void **)&manager);

    *out = NULL;
    if (SUCCEEDED(hr)) {
        hr = automation_object_create(manager, iid, out);
        IDOManager_Release(manager);
    }
    return hr;
}

static struct class_factory factories[] = {
    {{&class_factory_vtbl}, &CLSID_OpenDO, manager_object_create},
    {{&class_factory_vtbl}, &CLSID_DeliveryOptimization, manager_object_create},
    {{&class_factory_vtbl}, &CLSID_OpenDODownloads, create_automation},
    {{&class_factory_vtbl}, &CLSID_OpenDOSharedDownloads, create_automation},
    {{&class_factory_vtbl}, &remote_object_class, remote_object_create_reader},
};

HRESULT class_factory_get(REFCLSID clsid, REFIID iid, void **out)
{
    if (!out) {
        return E_POINTER;
    }
    *out = NULL;
    if (!clsid || !iid) {
        return E_INVALIDARG;
    }
    module_prepare();
    if (IsEqualCLSID(clsid, &proxies_class)) {
        return proxies_get_class_object(iid, out);
    }
    if (IsEqualCLSID(clsid, &remote_object_class) && IsEqualIID(iid, &IID_IPSFactoryBuffer)) {
        return wine_proxies_get_class_object(iid, out);
    }
    for (size_t i = 0; i < ARRAYSIZE(factories); i++) {
        if (IsEqualCLSID(clsid, factories[i].clsid)) {
            return IClassFactory_QueryInterface(&factories[i].IClassFactory_iface, iid, out);
        }
    }
    return CLASS_E_CLASSNOTAVAILABLE;
}
