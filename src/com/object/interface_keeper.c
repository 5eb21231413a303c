#include "com/object/interface_keeper.h"

#include "com/object/global_table.h"

/* NULL: the table is used for everything */
static const struct interface_keeper_hook *keeper_hook;

void interface_keeper_set_hook(const struct interface_keeper_hook *hook)
{
    keeper_hook = hook;
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
                     : global_table_register(wanted, iid, kept_out);
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
    *out = NULL;
    return keeper_hook ? keeper_hook->begin_call(kept, iid, out)
                       : global_table_get(kept, iid, out);
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
    if (kept == 0) {
        return;
    }
    if (keeper_hook) {
        keeper_hook->drop(kept);
    } else {
        global_table_revoke(kept);
    }
}
