#include "com/wine/kept_stubs.h"

#include "com/object/class_ids.h"

static size_t iid_count;
static const IID *(*iid_of)(size_t index);
static LONG uses_of_proxies;

/* It has no other methods: no client gets a reference to it. */
static HRESULT WINAPI anchor_QueryInterface(IUnknown *anchor, REFIID iid, void **out)
{
    bool is_kept = IsEqualIID(iid, &IID_IUnknown);

    for (size_t i = 0; !is_kept && i < iid_count; i++) {
        is_kept = IsEqualIID(iid, iid_of(i));
    }
    *out = is_kept ? anchor : NULL;
    return is_kept ? S_OK : E_NOINTERFACE;
}

static ULONG WINAPI anchor_AddRef(IUnknown *anchor)
{
    (void)anchor;
    return 2;
}

static ULONG WINAPI anchor_Release(IUnknown *anchor)
{
    (void)anchor;
    return 1;
}

static IUnknownVtbl anchor_vtbl = {anchor_QueryInterface, anchor_AddRef, anchor_Release};
static IUnknown anchor = {&anchor_vtbl};

void kept_stubs_begin(size_t count, const IID *(*iid_at)(size_t index))
{
    iid_count = count;
    iid_of = iid_at;
    for (size_t i = 0; i < count; i++) {
        IStream *stream;

        if (FAILED(CreateStreamOnHGlobal(NULL, TRUE, &stream))) {
            return;
        }
        if (FAILED(CoMarshalInterface(stream, iid_at(i), &anchor, MSHCTX_LOCAL, NULL,
                                      MSHLFLAGS_TABLESTRONG))) {
            OutputDebugStringW(L"OpenDO: an interface is not kept\n");
        }
        IStream_Release(stream);
    }
}

bool kept_stubs_are_of(const IUnknown *object)
{
    return object == &anchor;
}

ULONG kept_stubs_uses_of_proxies(void)
{
    return (ULONG)InterlockedCompareExchange(&uses_of_proxies, 0, 0);
}

static LONG count_uses_of_proxies(void)
{
    IUnknown *factory;

    if (FAILED(CoGetClassObject(&proxies_class, CLSCTX_INPROC_SERVER, NULL, &IID_IUnknown,
                                (void **)&factory))) {
        return 0;
    }
    return (LONG)IUnknown_Release(factory);
}

static DWORD WINAPI keep_in_client(void *argument)
{
    CO_MTA_USAGE_COOKIE for_ever;

    (void)argument;
    if (SUCCEEDED(CoIncrementMTAUsage(&for_ever))) { /* and this thread is in it */
        LONG uses = count_uses_of_proxies();

        kept_stubs_begin(iid_count, iid_of);
        InterlockedExchange(&uses_of_proxies, count_uses_of_proxies() - uses);
    }
    return 0;
}

void kept_stubs_begin_in_client(size_t count, const IID *(*iid_at)(size_t index))
{
    enum { DONE_WITHIN_MS = 5000 };
    static LONG has_begun;
    HMODULE module;
    HANDLE thread;

    if (InterlockedExchange(&has_begun, 1) != 0) {
        return;
    }
    /* COM calls the permanent object when the process's last apartment ends, if ever. */
    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                GET_MODULE_HANDLE_EX_FLAG_PIN,
                            (const WCHAR *)(void *)&anchor, &module)) {
        return;
    }
    iid_count = count;
    iid_of = iid_at;
    thread = CreateThread(NULL, 0, keep_in_client, NULL, 0, NULL);
    if (thread) {
        WaitForSingleObject(thread, DONE_WITHIN_MS);
        CloseHandle(thread);
    }
}
