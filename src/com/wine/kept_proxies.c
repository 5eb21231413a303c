#include "com/wine/kept_proxies.h"

#include "com/object/client_id.h"
#include "com/object/interface_keeper.h"
#include "com/wine/kept_table.h"

#include <stdlib.h>

#include <objbase.h>

struct direct {
    struct direct *next;
    DWORD id;
    LONG refs;        /* one for the list, one per use */
    IUnknown *wanted; /* counted; the kept interface */
    DWORD client;     /* process id of the owner, or 0 */
};

static SRWLOCK direct_lock = SRWLOCK_INIT;
static struct direct *directs;
static DWORD last_id;

static bool is_direct(DWORD kept)
{
    return kept >= KEPT_TABLE_END;
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
    direct->client = client_id_of_call();
    direct->wanted = wanted;
    IUnknown_AddRef(wanted);
    AcquireSRWLockExclusive(&direct_lock);
    last_id++;
    direct->id = KEPT_TABLE_END | last_id;
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
        return E_INVALIDARG; /* what the table returns after revocation */
    }
    hr = IUnknown_QueryInterface(direct->wanted, iid, out);
    client_id_will_call(direct->client);
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

/* --- Choosing a table ----------------------------------------------------------------- */

static HRESULT keep(IUnknown *wanted, REFIID iid, DWORD *kept_out)
{
    bool of_others = is_proxy(wanted);

    return of_others && is_multithreaded() ? direct_keep(wanted, kept_out)
                                           : kept_table_keep(wanted, iid, of_others, kept_out);
}

static HRESULT begin_call(DWORD kept, REFIID iid, void **out)
{
    HRESULT hr;

    if (is_direct(kept)) {
        return direct_get(kept, iid, out);
    }
    hr = kept_table_begin_call(kept, iid, out);
    /* Through a Wine proxy the call reaches the client's process. Otherwise the client's code
     * runs on this thread and may call anything. */
    client_id_will_call(SUCCEEDED(hr) && is_proxy(*out) ? GetCurrentProcessId() : 0);
    return hr;
}

static void end_call(DWORD kept)
{
    client_id_will_call(0);
    if (!is_direct(kept)) {
        kept_table_end_call(kept);
    }
}

static void drop(DWORD kept)
{
    if (is_direct(kept)) {
        direct_drop(kept);
    } else {
        kept_table_drop(kept);
    }
}

void kept_proxies_begin(void)
{
    static const struct interface_keeper_hook hook = {
        .keep = keep,
        .begin_call = begin_call,
        .end_call = end_call,
        .drop = drop,
    };

    interface_keeper_set_hook(&hook);
}
