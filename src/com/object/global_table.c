#include "com/object/global_table.h"

#include <objbase.h>

static HRESULT get_table(IGlobalInterfaceTable **table_out)
{
    return CoCreateInstance(&CLSID_StdGlobalInterfaceTable, NULL, CLSCTX_INPROC_SERVER,
                            &IID_IGlobalInterfaceTable, (void **)table_out);
}

HRESULT global_table_register(IUnknown *object, REFIID iid, DWORD *cookie_out)
{
    IGlobalInterfaceTable *table = NULL;
    HRESULT hr = get_table(&table);

    if (SUCCEEDED(hr)) {
        hr = IGlobalInterfaceTable_RegisterInterfaceInGlobal(table, object, iid, cookie_out);
        IGlobalInterfaceTable_Release(table);
    }
    return hr;
}

HRESULT global_table_get(DWORD cookie, REFIID iid, void **out)
{
    IGlobalInterfaceTable *table = NULL;
    HRESULT hr = get_table(&table);

    *out = NULL;
    if (SUCCEEDED(hr)) {
        hr = IGlobalInterfaceTable_GetInterfaceFromGlobal(table, cookie, iid, out);
        IGlobalInterfaceTable_Release(table);
    }
    return hr;
}

void global_table_revoke(DWORD cookie)
{
    IGlobalInterfaceTable *table = NULL;

    if (SUCCEEDED(get_table(&table))) {
        IGlobalInterfaceTable_RevokeInterfaceFromGlobal(table, cookie);
        IGlobalInterfaceTable_Release(table);
    }
}
