#include "com/script/automation_variant.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

bool automation_variant_is_array(const VARIANT *value)
{
    return (V_VT(value) & VT_ARRAY) != 0;
}

bool automation_variant_is_object(const VARIANT *value)
{
    return V_VT(value) == VT_DISPATCH && V_DISPATCH(value);
}

bool automation_variant_is_nothing(const VARIANT *value)
{
    switch (V_VT(value)) {
    case VT_EMPTY:
    case VT_NULL:
        return true;
    case VT_ERROR:
        return V_ERROR(value) == DISP_E_PARAMNOTFOUND;
    case VT_DISPATCH:
    case VT_UNKNOWN:
        return !V_UNKNOWN(value);
    default:
        return false;
    }
}

HRESULT automation_variant_copy(const VARIANT *value, VARIANT *copy_out)
{
    VariantInit(copy_out);
    return VariantCopyInd(copy_out, (VARIANT *)(uintptr_t)value);
}

HRESULT automation_variant_convert(const VARIANT *value, VARTYPE type, VARIANT *out)
{
    HRESULT hr;

    VariantInit(out);
    hr = VariantChangeType(out, (VARIANT *)(uintptr_t)value, VARIANT_ALPHABOOL, type);
    if (FAILED(hr)) {
        VariantInit(out);
    }
    return hr;
}

void automation_variant_free_list(struct variant_list *list)
{
    for (ULONG i = 0; i < list->count; i++) {
        VariantClear(&list->items[i]);
    }
    free(list->items);
    *list = (struct variant_list){0};
}

/* Allocate this many items, all VT_EMPTY; the list counts the items read. */
static HRESULT make_room(struct variant_list *list, ULONG count)
{
    if (count > VARIANT_LIST_MAX) {
        return DISP_E_OVERFLOW;
    }
    list->items = calloc(count ? count : 1, sizeof(*list->items));
    return list->items ? S_OK : E_OUTOFMEMORY;
}

/* --- SAFEARRAY ------------------------------------------------------------------------ */

/* Copy one element; a reference to a value is dereferenced. */
static HRESULT copy_element(SAFEARRAY *array, VARTYPE type, LONG index, VARIANT *item_out)
{
    VARIANT element;
    HRESULT hr;

    VariantInit(&element);
    if (type != VT_VARIANT) {
        hr = SafeArrayGetElement(array, &index, &V_I4(item_out)); /* where all values are */
        if (SUCCEEDED(hr)) {
            V_VT(item_out) = type;
        }
        return hr;
    }
    hr = SafeArrayGetElement(array, &index, &element);
    if (SUCCEEDED(hr)) {
        hr = automation_variant_copy(&element, item_out);
        VariantClear(&element);
    }
    return hr;
}

static HRESULT read_array(const VARIANT *value, struct variant_list *list)
{
    SAFEARRAY *array = V_VT(value) & VT_BYREF ? *V_ARRAYREF(value) : V_ARRAY(value);
    VARTYPE type = V_VT(value) & VT_TYPEMASK;
    LONG first = 0;
    LONG last = -1;
    HRESULT hr;

    if (!array) {
        return make_room(list, 0);
    }
    if (SafeArrayGetDim(array) != 1 || type == VT_RECORD || type == VT_DECIMAL) {
        return DISP_E_TYPEMISMATCH;
    }
    hr = SafeArrayGetLBound(array, 1, &first);
    if (SUCCEEDED(hr)) {
        hr = SafeArrayGetUBound(array, 1, &last);
    }
    if (SUCCEEDED(hr)) {
        hr = make_room(list, last >= first ? (ULONG)last - (ULONG)first + 1 : 0);
    }
    for (LONG i = first; SUCCEEDED(hr) && i <= last; i++) {
        hr = copy_element(array, type, i, &list->items[list->count]);
        if (SUCCEEDED(hr)) {
            list->count++;
        }
        if (i == last) {
            break; /* it may be the largest LONG */
        }
    }
    return hr;
}

/* --- Objects -------------------------------------------------------------------------- */

HRESULT automation_variant_get_member(IDispatch *object, const WCHAR *name, WORD flags,
                                      const VARIANT *argument, VARIANT *value_out)
{
    LPOLESTR names = (LPOLESTR)(uintptr_t)name;
    VARIANT copy;
    DISPPARAMS arguments = {.rgvarg = &copy, .cArgs = argument ? 1 : 0};
    DISPID id;
    HRESULT hr;

    VariantInit(value_out);
    hr = IDispatch_GetIDsOfNames(object, &IID_NULL, &names, 1, LOCALE_USER_DEFAULT, &id);
    if (FAILED(hr)) {
        return hr;
    }
    if (argument) {
        copy = *argument; /* valid during the call */
    }
    hr = IDispatch_Invoke(object, id, &IID_NULL, LOCALE_USER_DEFAULT, flags, &arguments,
                          value_out, NULL, NULL);
    if (FAILED(hr)) {
        VariantInit(value_out);
    }
    return hr;
}

static HRESULT read_object(IDispatch *object, struct variant_list *list)
{
    VARIANT length;
    HRESULT hr =
        automation_variant_get_member(object, L"length", DISPATCH_PROPERTYGET, NULL, &length);

    if (FAILED(hr)) {
        return DISP_E_TYPEMISMATCH;
    }
    hr = VariantChangeType(&length, &length, 0, VT_UI4);
    if (SUCCEEDED(hr)) {
        hr = make_room(list, V_UI4(&length));
    } else {
        VariantClear(&length);
    }
    for (ULONG i = 0; SUCCEEDED(hr) && i < V_UI4(&length); i++) {
        WCHAR name[16];

        swprintf(name, ARRAYSIZE(name), L"%lu", (unsigned long)i);
        hr = automation_variant_get_member(object, name, DISPATCH_PROPERTYGET, NULL,
                                           &list->items[i]);
        if (hr == DISP_E_UNKNOWNNAME) {
            hr = S_OK; /* an array with a gap: the element is undefined */
        }
        list->count = i + 1;
    }
    return hr;
}

HRESULT automation_variant_read_list(const VARIANT *array, struct variant_list *list_out)
{
    HRESULT hr = DISP_E_TYPEMISMATCH;

    *list_out = (struct variant_list){0};
    if (automation_variant_is_array(array)) {
        hr = read_array(array, list_out);
    } else if (automation_variant_is_object(array)) {
        hr = read_object(V_DISPATCH(array), list_out);
    }
    if (FAILED(hr)) {
        automation_variant_free_list(list_out);
    }
    return hr;
}
