#include "com/script/automation_enum.h"

#include "com/object/com_object.h"
#include "com/object/enumerator.h"
#include "com/script/automation_download.h"

#include <stdlib.h>

/* The snapshot, shared by an enumerator and its clones. */
struct download_list {
    LONG refs;
    IDODownload **downloads; /* owned */
    ULONG count;
};

void automation_enum_free(IDODownload **downloads, ULONG count)
{
    for (ULONG i = 0; i < count; i++) {
        IDODownload_Release(downloads[i]);
    }
    free(downloads);
}

static void download_list_release(struct download_list *list)
{
    if (InterlockedDecrement(&list->refs) == 0) {
        automation_enum_free(list->downloads, list->count);
        free(list);
    }
}

struct automation_enum {
    struct com_object base;
    IEnumVARIANT IEnumVARIANT_iface;
    struct download_list *list; /* reference counted */
    struct enumerator enumerator;
};

COM_DEFINE_UNKNOWN(automation_enum, IEnumVARIANT)

static HRESULT create(struct download_list *list, ULONG position, IEnumVARIANT **out);

static HRESULT make_download(void *context, ULONG index, IUnknown **item_out)
{
    const struct automation_enum *object = context;

    return automation_download_wrap(object->list->downloads[index], (IOdoDownload **)item_out);
}

static HRESULT STDMETHODCALLTYPE automation_enum_Next(IEnumVARIANT *self, ULONG wanted,
                                                      VARIANT *items, ULONG *fetched)
{
    struct enumerator *enumerator = &impl_from_IEnumVARIANT(self)->enumerator;
    ULONG done = 0;
    HRESULT hr = S_OK;

    if (fetched) {
        *fetched = 0;
    }
    if (!items || (wanted > 1 && !fetched)) {
        return items ? E_INVALIDARG : E_POINTER;
    }
    while (hr == S_OK && done < wanted) {
        IUnknown *item = NULL;

        hr = enumerator_next(enumerator, 1, &item, NULL, make_download,
                             impl_from_IEnumVARIANT(self));
        if (hr == S_OK) {
            V_VT(&items[done]) = VT_DISPATCH;
            V_DISPATCH(&items[done]) = (IDispatch *)item;
            done++;
        }
    }
    if (FAILED(hr)) {
        while (done > 0) {
            VariantClear(&items[--done]);
        }
    }
    if (fetched) {
        *fetched = done;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE automation_enum_Skip(IEnumVARIANT *self, ULONG wanted)
{
    return enumerator_skip(&impl_from_IEnumVARIANT(self)->enumerator, wanted);
}

static HRESULT STDMETHODCALLTYPE automation_enum_Reset(IEnumVARIANT *self)
{
    enumerator_reset(&impl_from_IEnumVARIANT(self)->enumerator);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE automation_enum_Clone(IEnumVARIANT *self,
                                                       IEnumVARIANT **clone_out)
{
    struct automation_enum *object = impl_from_IEnumVARIANT(self);

    if (!clone_out) {
        return E_POINTER;
    }
    InterlockedIncrement(&object->list->refs);
    return create(object->list, enumerator_position(&object->enumerator), clone_out);
}

static const IEnumVARIANTVtbl enum_vtbl = {
    COM_UNKNOWN_SLOTS(automation_enum, IEnumVARIANT),
    .Next = automation_enum_Next,
    .Skip = automation_enum_Skip,
    .Reset = automation_enum_Reset,
    .Clone = automation_enum_Clone,
};

static void automation_enum_destroy(struct com_object *base)
{
    struct automation_enum *object = CONTAINING_RECORD(base, struct automation_enum, base);

    download_list_release(object->list);
    free(object);
}

static const struct com_interface enum_interfaces[] = {
    COM_INTERFACE(automation_enum, IEnumVARIANT),
};

static const struct com_class enum_class = {
    .destroy = automation_enum_destroy,
    .interfaces = enum_interfaces,
    .interface_count = ARRAYSIZE(enum_interfaces),
};

/* Takes ownership of a reference to the list, even on failure. */
static HRESULT create(struct download_list *list, ULONG position, IEnumVARIANT **out)
{
    struct automation_enum *object = calloc(1, sizeof(*object));

    *out = NULL;
    if (!object) {
        download_list_release(list);
        return E_OUTOFMEMORY;
    }
    com_object_init(&object->base, &enum_class);
    object->IEnumVARIANT_iface.lpVtbl = &enum_vtbl;
    object->list = list;
    enumerator_init(&object->enumerator, list->count, position);
    *out = &object->IEnumVARIANT_iface;
    return S_OK;
}

HRESULT automation_enum_create(IDODownload **downloads, ULONG count, IUnknown **out)
{
    struct download_list *list = calloc(1, sizeof(*list));

    *out = NULL;
    if (!list) {
        automation_enum_free(downloads, count);
        return E_OUTOFMEMORY;
    }
    list->refs = 1;
    list->downloads = downloads;
    list->count = count;
    return create(list, 0, (IEnumVARIANT **)out);
}
