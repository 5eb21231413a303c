#include "com/interface_keeper.h"

#include "com/wine.h"

#include <stdbool.h>
#include <stdlib.h>

#include <objbase.h>

static HRESULT get_table(IGlobalInterfaceTable **table_out)
{
    return CoCreateInstance(&CLSID_StdGlobalInterfaceTable, NULL, CLSCTX_INPROC_SERVER,
                            &IID_IGlobalInterfaceTable, (void **)table_out);
}

/* --- Wine: proxies of other processes' objects -------------------------------------------- */

/*
 * Wine 8's table never gives back the references that it takes of an object in another process,
 * so the object would live for ever. There such proxies are kept as they are, for the
 * multithreaded apartment, which is the only one that the local server has.
 */
struct direct {
    struct direct *next;
    DWORD id;
    LONG refs;        /* one for the list, one for each use */
    IUnknown *wanted; /* counted; the interface that was kept */
};

/* Apart from what Wine's table gives, which counts up from a small number. */
enum { FIRST_ID_BIT = 31 };

static SRWLOCK direct_lock = SRWLOCK_INIT;
static struct direct *directs;
static DWORD last_id;

static bool is_direct(DWORD kept)
{
    return kept >> FIRST_ID_BIT != 0;
}

static bool is_multithreaded(void)
{
    APTTYPE type;
    APTTYPEQUALIFIER qualifier;

    return SUCCEEDED(CoGetApartmentType(&type, &qualifier)) && type == APTTYPE_MTA;
}

/* Only COM's own proxies answer IMultiQI. */
static bool is_proxy(IUnknown *object)
{
    IMultiQI *several = NULL;

    if (FAILED(IUnknown_QueryInterface(object, &IID_IMultiQI, (void **)&several))) {
        return false;
    }
    IMultiQI_Release(several);
    return true;
}

static void direct_release(struct direct *direct)
{
    if (InterlockedDecrement(&direct->refs) == 0) {
        IUnknown_Release(direct->wanted);
        free(direct);
    }
}

static HRESULT direct_keep(IUnknown *wanted, DWORD *kept_out)
{
    struct direct *direct = calloc(1, sizeof(*direct));

    if (!direct) {
        return E_OUTOFMEMORY;
    }
    direct->refs = 1;
    direct->wanted = wanted;
    IUnknown_AddRef(wanted);
    AcquireSRWLockExclusive(&direct_lock);
    last_id++;
    direct->id = (1U << FIRST_ID_BIT) | last_id;
    direct->next = directs;
    directs = direct;
    *kept_out = direct->id;
    ReleaseSRWLockExclusive(&direct_lock);
    return S_OK;
}

static HRESULT direct_get(DWORD kept, REFIID iid, void **out)
{
    struct direct *direct;
    HRESULT hr;

    if (!is_multithreaded()) {
        return RPC_E_WRONG_THREAD;
    }
    AcquireSRWLockShared(&direct_lock);
    for (direct = directs; direct && direct->id != kept;) {
        direct = direct->next;
    }
    if (direct) {
        InterlockedIncrement(&direct->refs);
    }
    ReleaseSRWLockShared(&direct_lock);
    if (!direct) {
        return E_INVALIDARG; /* as the table answers for what was dropped */
    }
    hr = IUnknown_QueryInterface(direct->wanted, iid, out);
    direct_release(direct);
    return hr;
}

static void direct_drop(DWORD kept)
{
    struct direct **place = &directs;
    struct direct *direct;

    AcquireSRWLockExclusive(&direct_lock);
    while (*place && (*place)->id != kept) {
        place = &(*place)->next;
    }
    direct = *place;
    if (direct) {
        *place = direct->next;
    }
    ReleaseSRWLockExclusive(&direct_lock);
    if (direct) {
        direct_release(direct);
    }
}

/* --- The table ---------------------------------------------------------------------------- */

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
    if (FAILED(hr) || !wanted) {
        return E_NOINTERFACE;
    }
    if (wine_is_here() && is_multithreaded() && is_proxy(wanted)) {
        hr = direct_keep(wanted, kept_out);
    } else {
        hr = table_keep(wanted, iid, kept_out);
    }
    IUnknown_Release(wanted);
    return hr;
}

HRESULT interface_keeper_get(DWORD kept, REFIID iid, void **out)
{
    IGlobalInterfaceTable *table = NULL;
    HRESULT hr;

    *out = NULL;
    if (is_direct(kept) && wine_is_here()) {
        return direct_get(kept, iid, out);
    }
    hr = get_table(&table);
    if (SUCCEEDED(hr)) {
        hr = IGlobalInterfaceTable_GetInterfaceFromGlobal(table, kept, iid, out);
        IGlobalInterfaceTable_Release(table);
    }
    return hr;
}

void interface_keeper_drop(DWORD kept)
{
    IGlobalInterfaceTable *table = NULL;

    if (is_direct(kept) && wine_is_here()) {
        direct_drop(kept);
    } else if (kept != 0 && SUCCEEDED(get_table(&table))) {
        IGlobalInterfaceTable_RevokeInterfaceFromGlobal(table, kept);
        IGlobalInterfaceTable_Release(table);
    }
}
