#include "com/download/download_enum_object.h"

#include "com/download/download_object.h"
#include "com/download/download_properties.h"
#include "com/object/com_object.h"
#include "com/object/enumerator.h"

#include <deliveryoptimizationerrors.h>
#include <stdlib.h>
#include <wchar.h>

/* The snapshot, shared by an enumerator and its clones. */
struct download_row {
    LONG refs;
    size_t count;
    struct download *items[]; /* reference counted */
};

struct download_enum_object {
    struct com_object base;
    IEnumUnknown IEnumUnknown_iface;
    struct download_row *row; /* reference counted */
    struct enumerator enumerator;
};

COM_DEFINE_UNKNOWN(download_enum_object, IEnumUnknown)

static HRESULT create(struct download_row *row, ULONG position, IEnumUnknown **out);

static void release_row(struct download_row *row)
{
    if (InterlockedDecrement(&row->refs) == 0) {
        for (size_t i = 0; i < row->count; i++) {
            download_release(row->items[i]);
        }
        free(row);
    }
}

static HRESULT make_download(void *context, ULONG index, IUnknown **item_out)
{
    const struct download_enum_object *object = context;

    return download_object_create(object->row->items[index], &IID_IUnknown, (void **)item_out);
}

static HRESULT STDMETHODCALLTYPE download_enum_object_Next(IEnumUnknown *self, ULONG wanted,
                                                           IUnknown **items, ULONG *fetched)
{
    struct download_enum_object *object = impl_from_IEnumUnknown(self);

    return enumerator_next(&object->enumerator, wanted, items, fetched, make_download, object);
}

static HRESULT STDMETHODCALLTYPE download_enum_object_Skip(IEnumUnknown *self, ULONG wanted)
{
    return enumerator_skip(&impl_from_IEnumUnknown(self)->enumerator, wanted);
}

static HRESULT STDMETHODCALLTYPE download_enum_object_Reset(IEnumUnknown *self)
{
    enumerator_reset(&impl_from_IEnumUnknown(self)->enumerator);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE download_enum_object_Clone(IEnumUnknown *self,
                                                            IEnumUnknown **clone_out)
{
    struct download_enum_object *object = impl_from_IEnumUnknown(self);

    if (!clone_out) {
        return E_POINTER;
    }
    return create(object->row, enumerator_position(&object->enumerator), clone_out);
}

static const IEnumUnknownVtbl enum_unknown_vtbl = {
    COM_UNKNOWN_SLOTS(download_enum_object, IEnumUnknown),
    .Next = download_enum_object_Next,
    .Skip = download_enum_object_Skip,
    .Reset = download_enum_object_Reset,
    .Clone = download_enum_object_Clone,
};

static void download_enum_object_destroy(struct com_object *base)
{
    struct download_enum_object *object =
        CONTAINING_RECORD(base, struct download_enum_object, base);

    release_row(object->row);
    free(object);
}

static const struct com_interface download_enum_interfaces[] = {
    COM_INTERFACE(download_enum_object, IEnumUnknown),
};

static const struct com_class download_enum_class = {
    .destroy = download_enum_object_destroy,
    .interfaces = download_enum_interfaces,
    .interface_count = ARRAYSIZE(download_enum_interfaces),
};

static HRESULT create(struct download_row *row, ULONG position, IEnumUnknown **out)
{
    struct download_enum_object *object = calloc(1, sizeof(*object));

    *out = NULL;
    if (!object) {
        return E_OUTOFMEMORY;
    }
    com_object_init(&object->base, &download_enum_class);
    object->IEnumUnknown_iface.lpVtbl = &enum_unknown_vtbl;
    InterlockedIncrement(&row->refs);
    object->row = row;
    enumerator_init(&object->enumerator, (ULONG)row->count, position);
    *out = &object->IEnumUnknown_iface;
    return S_OK;
}

/* --- Filtering ------------------------------------------------------------------------ */

/* An id may have braces, and any case. */
static bool same_id(const WCHAR *id, const WCHAR *wanted)
{
    enum { LENGTH_WITHOUT_BRACES = 36 };

    return _wcsicmp(id, wanted) == 0 || (wcslen(wanted) == LENGTH_WITHOUT_BRACES &&
                                         _wcsnicmp(id + 1, wanted, LENGTH_WITHOUT_BRACES) == 0);
}

static bool matches(struct download *download, const DO_DOWNLOAD_ENUM_CATEGORY *category)
{
    VARIANT value;
    bool is_match;

    if (!category) {
        return true;
    }
    if (FAILED(download_properties_get(download, category->Property, &value))) {
        return false; /* never set */
    }
    switch (category->Property) {
    case DODownloadProperty_Id:
        is_match = same_id(V_BSTR(&value), category->Value);
        break;
    case DODownloadProperty_LocalPath:
        is_match = _wcsicmp(V_BSTR(&value), category->Value) == 0;
        break;
    default:
        is_match = wcscmp(V_BSTR(&value), category->Value) == 0;
        break;
    }
    VariantClear(&value);
    return is_match;
}

static bool is_valid(const DO_DOWNLOAD_ENUM_CATEGORY *category)
{
    switch (category->Property) {
    case DODownloadProperty_Id:
    case DODownloadProperty_Uri:
    case DODownloadProperty_ContentId:
    case DODownloadProperty_DisplayName:
    case DODownloadProperty_LocalPath:
        return category->Value != NULL;
    default:
        return false;
    }
}

HRESULT download_enum_object_create(struct odo_engine *engine,
                                    const DO_DOWNLOAD_ENUM_CATEGORY *category,
                                    IEnumUnknown **enum_out)
{
    struct download **all = NULL;
    struct download_row *row;
    size_t count = 0;
    HRESULT hr;

    *enum_out = NULL;
    if (category && !is_valid(category)) {
        return E_INVALIDARG;
    }
    hr = download_list(engine, &all, &count);
    if (FAILED(hr)) {
        return hr;
    }
    row = calloc(1, sizeof(*row) + count * sizeof(struct download *));
    if (row) {
        row->refs = 1;
    }
    for (size_t i = 0; i < count; i++) {
        if (row && matches(all[i], category)) {
            row->items[row->count++] = all[i];
        } else {
            download_release(all[i]);
        }
    }
    free(all);
    if (!row) {
        return E_OUTOFMEMORY;
    }
    hr = row->count > 0 ? create(row, 0, enum_out) : DO_E_NO_DOWNLOADS;
    release_row(row);
    return hr;
}
