#include "com/object/interface_keeper.h"

#include <objbase.h>

static HRESULT get_table(IGlobalInterfaceTable **table_out)
{
    return CoCreateInstance(&CLSID_StdGlobalInterfaceTable, NULL, CLSCTX_INPROC_SERVER,
                            &IID_IGlobalInterfaceTable, (void **)table_out);
}

/* NULL where the table does for everything. */
static const struct interface_keeper_hook *keeper_hook;

void interface_keeper_set_hook(const struct interface_keeper_hook *hook)
{
    keeper_hook = hook;
}

static HRESULT table_keep(IUnknown *wanted, REFIID iid, DWORD *kept_out)
{
    IGlobalInterfaceTable *table = NULL;
    HRESULT hr = get_table(&table);

    if (SUCCEEDED(hr)) {
        hr = IGlobalInterfaceTable_RegisterInterfaceInGlobal(table, wanted, iid, kept_out);
        IGlobalInterfaceTable_Release(table);
    }
    return hr;
}

HRESULT interface_keeper_keep(IUnknown *object, REFIID iid, DWORD *kept_out)
{
    IUnknown *wanted = NULL;
    HRESULT hr;

    *kept_out = 0;
    hr = IUnknown_QueryInterface(object, iid, (void **)&wanted);
    if (FAILED(hr)) {
        return hr;
    }
    if (!wanted) {
        return E_NOINTERFACE;
    }
    hr = keeper_hook ? keeper_hook->keep(wanted, iid, kept_out)
                     : table_keep(wanted, iid, kept_out);
    IUnknown_Release(wanted);
    return hr;
}

HRESULT interface_keeper_get(DWORD kept, REFIID iid, void **out)
{
    HRESULT hr = interface_keeper_begin_call(kept, iid, out);

    if (SUCCEEDED(hr) && keeper_hook) {
        keeper_hook->end_call(kept); /* it is the caller's own now */
    }
    return hr;
}

HRESULT interface_keeper_begin_call(DWORD kept, REFIID iid, void **out)
{
    IGlobalInterfaceTable *table = NULL;
    HRESULT hr;

    *out = NULL;
    if (keeper_hook) {
        return keeper_hook->begin_call(kept, iid, out);
    }
    hr = get_table(&table);
    if (SUCCEEDED(hr)) {
        hr = IGlobalInterfaceTable_GetInterfaceFromGlobal(table, kept, iid, out);
        IGlobalInterfaceTable_Release(table);
    }
    return hr;
}

void interface_keeper_end_call(DWORD kept, IUnknown *object)
{
    if (!object) {
        return;
    }
    IUnknown_Release(object);
    if (keeper_hook) {
        keeper_hook->end_call(kept);
    }
}

void interface_keeper_drop(DWORD kept)
{
    IGlobalInterfaceTable *table = NULL;

    if (kept == 0) {
        return;
    }
    if (keeper_hook) {
        keeper_hook->drop(kept);
    } else if (SUCCEEDED(get_table(&table))) {
        IGlobalInterfaceTable_RevokeInterfaceFromGlobal(table, kept);
        IGlobalInterfaceTable_Release(table);
    }
}
