#include "com/wine/kept_stubs.h"

#include <stdbool.h>

static size_t iid_count;
static const IID *(*iid_of)(size_t index);

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
