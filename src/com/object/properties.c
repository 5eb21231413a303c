#include "com/object/properties.h"

#include <deliveryoptimizationerrors.h>
#include <stdbool.h>
#include <wchar.h>

static const struct property *find(const struct property *table, size_t count, LONG id)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i].id == id) {
            return &table[i];
        }
    }
    return NULL;
}

HRESULT properties_get(const struct property *table, size_t count, void *object, LONG id,
                       VARIANT *value_out)
{
    const struct property *property = find(table, count, id);
    HRESULT hr;

    if (!value_out) {
        return E_INVALIDARG;
    }
    VariantInit(value_out);
    if (!property) {
        return DO_E_UNKNOWN_PROPERTY_ID;
    }
    if (!property->get) {
        return DO_E_WRITE_ONLY_PROPERTY;
    }
    hr = property->get(object, value_out);
    if (SUCCEEDED(hr)) {
        V_VT(value_out) = property->type;
    }
    return hr;
}

/* A BSTR with an embedded NUL would be truncated by its readers, so it is rejected. */
static bool has_zero_inside(const VARIANT *value)
{
    BSTR text = V_VT(value) == VT_BSTR ? V_BSTR(value) : NULL;

    return text && wcslen(text) != SysStringLen(text);
}

HRESULT properties_set(const struct property *table, size_t count, void *object, LONG id,
                       const VARIANT *value)
{
    const struct property *property = find(table, count, id);

    if (!property) {
        return DO_E_UNKNOWN_PROPERTY_ID;
    }
    if (!property->set) {
        return DO_E_READ_ONLY_PROPERTY;
    }
    if (!value || (V_VT(value) != property->type && property->type != PROPERTY_ANY_TYPE)) {
        return E_INVALIDARG;
    }
    if (property->type == VT_BSTR && has_zero_inside(value)) {
        return E_INVALIDARG;
    }
    return property->set(object, value);
}
