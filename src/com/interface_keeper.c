#include "com/interface_keeper.h"

#include <objbase.h>

static HRESULT get_table(IGlobalInterfaceTable **table_out)
{
    return CoCreateInstance(&CLSID_StdGlobalInterfaceTable, NULL, CLSCTX_INPROC_SERVER,
                            &IID_IGlobalInterfaceTable, (void **)table_out);
}

HRESULT interface_keeper_keep(IUnknown *object, REFIID iid, DWORD *kept_out)
{
    IGlobalInterfaceTable *table = NULL;
    IUnknown *wanted = NULL;
    HRESULT hr;

    *kept_out = 0;
    hr = IUnknown_QueryInterface(object, iid, (void **)&wanted);
    if (FAILED(hr) || !wanted) {
        return E_NOINTERFACE;
    }
    hr = get_table(&table);
    if (SUCCEEDED(hr)) {
        hr = IGlobalInterfaceTable_RegisterInterfaceInGlobal(table, wanted, iid, kept_out);
        IGlobalInterfaceTable_Release(table);
    }
    IUnknown_Release(wanted);
    return hr;
}

HRESULT interface_keeper_get(DWORD kept, REFIID iid, void **out)
{
    IGlobalInterfaceTable *table = NULL;
    HRESULT hr = get_table(&table);

    *out = NULL;
    if (SUCCEEDED(hr)) {
        hr = IGlobalInterfaceTable_GetInterfaceFromGlobal(table, kept, iid, out);
        IGlobalInterfaceTable_Release(table);
    }
    return hr;
}

void interface_keeper_drop(DWORD kept)
{
    IGlobalInterfaceTable *table = NULL;

    if (kept != 0 && SUCCEEDED(get_table(&table))) {
        IGlobalInterfaceTable_RevokeInterfaceFromGlobal(table, kept);
        IGlobalInterfaceTable_Release(table);
    }
}
