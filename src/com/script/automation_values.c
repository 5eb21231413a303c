#include "com/script/automation_values.h"

#include "com/script/automation_error.h"
#include "com/script/automation_variant.h"

#include <deliveryoptimizationerrors.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <dispex.h>

/* From dispex.h; missing in the toolchain's libraries. */
static const IID IID_script_object = {
    0xa6ef9860, 0xc720, 0x11d0, {0x93, 0x37, 0x00, 0xa0, 0xc9, 0x0d, 0xca, 0xa9}};

#define WHOLE_NUMBERS_END 9007199254740992.0 /* 2^53: a Double skips integers from here on */

enum { DEPTH_MAX = 1, HEADERS_MAX = 1000, HEADERS_LENGTH_MAX = 65536 };

/* --- Ranges --------------------------------------------------------------------------- */

static HRESULT fail_range(enum automation_range_fault fault, size_t index)
{
    HRESULT hr = E_INVALIDARG;

    switch (fault) {
    case AUTOMATION_RANGE_FINE:
        return S_OK;
    case AUTOMATION_RANGE_MALFORMED:
    case AUTOMATION_RANGE_NO_BEGINNING:
        break;
    case AUTOMATION_RANGE_REVERSED:
    case AUTOMATION_RANGE_TOO_LARGE:
    case AUTOMATION_RANGE_TOO_MANY:
        hr = DO_E_INVALID_RANGE;
        break;
    case AUTOMATION_RANGE_NO_MEMORY:
        hr = E_OUTOFMEMORY;
        break;
    }
    return automation_error_format(hr, L"Range %u %hs", (unsigned)(index + 1),
                                   automation_range_fault_text(fault));
}

static HRESULT fail_ranges_type(void)
{
    return automation_error(
        DISP_E_TYPEMISMATCH,
        L"Ranges are a text such as '0-99,4096-', or an array of such texts "
        L"or of numbers");
}

static HRESULT read_ranges_text(BSTR text, struct automation_ranges *list)
{
    static const uint16_t nothing = 0;
    size_t index;
    enum automation_range_fault fault =
        automation_ranges_add_text(list, text ? text : &nothing, SysStringLen(text), &index);

    return fail_range(fault, list->count + index);
}

/* An integer of any type but a string. */
static bool read_number(const VARIANT *value, uint64_t *number_out)
{
    VARIANT as_double;

    switch (V_VT(value)) {
    case VT_UI8:
        *number_out = V_UI8(value);
        return true;
    case VT_I8:
        *number_out = (uint64_t)V_I8(value);
        return V_I8(value) >= 0;
    case VT_I1:
    case VT_I2:
    case VT_I4:
    case VT_INT:
    case VT_UI1:
    case VT_UI2:
    case VT_UI4:
    case VT_UINT:
    case VT_R4:
    case VT_R8:
    case VT_CY:
    case VT_DECIMAL:
        break;
    default:
        return false;
    }
    if (FAILED(automation_variant_convert(value, VT_R8, &as_double)) ||
        !(V_R8(&as_double) >= 0 && V_R8(&as_double) < WHOLE_NUMBERS_END)) {
        return false;
    }
    *number_out = (uint64_t)V_R8(&as_double);
    return (double)*number_out - V_R8(&as_double) >= 0;
}

static HRESULT fail_number(size_t index)
{
    return automation_error_format(
        E_INVALIDARG, L"Range %u does not have two whole numbers, a first and a last byte",
        (unsigned)(index + 1));
}

static HRESULT read_ranges_array(const VARIANT *array, unsigned depth,
                                 struct automation_ranges *list)
{
    struct variant_list items;
    bool has_first = false;
    uint64_t first = 0;
    uint64_t last = 0;
    HRESULT hr = automation_variant_read_list(array, &items);

    if (FAILED(hr)) {
        return hr == DISP_E_TYPEMISMATCH ? fail_ranges_type() : automation_error_pass(hr, NULL);
    }
    for (ULONG i = 0; SUCCEEDED(hr) && i < items.count; i++) {
        const VARIANT *item = &items.items[i];

        if (has_first) {
            hr = read_number(item, &last)
                     ? fail_range(automation_ranges_add(list, first, last), list->count)
                     : fail_number(list->count);
            has_first = false;
        } else if (V_VT(item) == VT_BSTR) {
            hr = read_ranges_text(V_BSTR(item), list);
        } else if (automation_variant_is_array(item) || automation_variant_is_object(item)) {
            hr = depth < DEPTH_MAX ? read_ranges_array(item, depth + 1, list)
                                   : fail_ranges_type();
        } else if (read_number(item, &first)) {
            has_first = true;
        } else {
            hr = fail_number(list->count);
        }
    }
    if (SUCCEEDED(hr) && has_first) {
        hr = depth > 0 && items.count == 1
                 ? fail_range(automation_ranges_add(list, first, UINT64_MAX), list->count)
                 : fail_number(list->count);
    }
    automation_variant_free_list(&items);
    return hr;
}

HRESULT automation_values_read_ranges(const VARIANT *value, struct automation_ranges *list_out)
{
    VARIANT plain;
    HRESULT hr;

    *list_out = (struct automation_ranges){0};
    hr = automation_variant_copy(value, &plain);
    if (FAILED(hr)) {
        return automation_error_pass(hr, NULL);
    }
    if (automation_variant_is_nothing(&plain)) {
        hr = S_OK;
    } else if (V_VT(&plain) == VT_BSTR) {
        hr = read_ranges_text(V_BSTR(&plain), list_out);
    } else if (automation_variant_is_array(&plain) || automation_variant_is_object(&plain)) {
        hr = read_ranges_array(&plain, 0, list_out);
    } else {
        hr = fail_ranges_type();
    }
    VariantClear(&plain);
    if (FAILED(hr)) {
        automation_ranges_free(list_out);
    }
    return hr;
}

HRESULT automation_values_write_ranges(const struct automation_ranges *list, BSTR *text_out)
{
    uint16_t *text =
        malloc((size_t)list->count * AUTOMATION_RANGE_TEXT_MAX * sizeof(*text) + 1);

    *text_out = NULL;
    if (text) {
        *text_out = SysAllocStringLen(text, (UINT)automation_ranges_write(list, text));
        free(text);
    }
    return *text_out ? S_OK : E_OUTOFMEMORY;
}

/* --- Headers -------------------------------------------------------------------------- */

/* A growing text of lines, all of them short. */
struct lines {
    WCHAR text[HEADERS_LENGTH_MAX];
    size_t length;
    unsigned count;
};

static HRESULT fail_header(const struct lines *lines)
{
    return automation_error_format(E_INVALIDARG, L"Header %u is not 'Name: value'",
                                   lines->count + 1);
}

static HRESULT fail_headers_type(void)
{
    return automation_error(
        DISP_E_TYPEMISMATCH,
        L"Headers are lines of 'Name: value', an array of such lines, or an "
        L"object whose members they are");
}

/* A character of a header name: letters, digits and other token characters. */
static bool is_name_unit(WCHAR unit)
{
    return (unit >= L'a' && unit <= L'z') || (unit >= L'A' && unit <= L'Z') ||
           (unit >= L'0' && unit <= L'9') || (unit && wcschr(L"!#$%&'*+-.^_`|~", unit));
}

static bool is_blank(WCHAR unit)
{
    return unit == L' ' || unit == L'\t';
}

static bool is_header(const WCHAR *line, size_t length)
{
    size_t name = 0;

    while (name < length && is_name_unit(line[name])) {
        name++;
    }
    if (name == 0 || name == length || line[name] != L':') {
        return false;
    }
    for (size_t i = name + 1; i < length; i++) {
        if ((line[i] < L' ' && line[i] != L'\t') || line[i] == 0x7f) {
            return false;
        }
    }
    return true;
}

static HRESULT append(struct lines *lines, const WCHAR *line, size_t length)
{
    static const WCHAR line_end[] = L"\r\n";
    size_t end = lines->count > 0 ? ARRAYSIZE(line_end) - 1 : 0;

    if (!is_header(line, length)) {
        return fail_header(lines);
    }
    if (lines->count == HEADERS_MAX || length > HEADERS_LENGTH_MAX - end - lines->length) {
        return automation_error(E_INVALIDARG, L"There are more headers than can be sent");
    }
    wmemcpy(lines->text + lines->length, line_end, end);
    wmemcpy(lines->text + lines->length + end, line, length);
    lines->length += end + length;
    lines->count++;
    return S_OK;
}

/* One line, without surrounding blanks. An empty line adds nothing. */
static HRESULT append_trimmed(struct lines *lines, const WCHAR *line, size_t length)
{
    while (length > 0 && is_blank(line[0])) {
        line++;
        length--;
    }
    while (length > 0 && is_blank(line[length - 1])) {
        length--;
    }
    return length > 0 ? append(lines, line, length) : S_OK;
}

static HRESULT append_text(struct lines *lines, BSTR text)
{
    size_t length = SysStringLen(text);
    HRESULT hr = S_OK;

    for (size_t begin = 0, end; SUCCEEDED(hr) && begin < length; begin = end + 1) {
        size_t line;

        for (end = begin; end < length && text[end] != L'\n';) {
            end++;
        }
        line = end - begin;
        if (line > 0 && text[end - 1] == L'\r') {
            line--;
        }
        hr = append_trimmed(lines, text + begin, line);
    }
    return hr;
}

/* A member of an object. Numbers and the like are converted to text by the script language's
 * rules. */
static HRESULT append_member(struct lines *lines, const VARIANT *name, const VARIANT *value)
{
    VARIANT text;
    BSTR line = NULL;
    HRESULT hr;

    hr = automation_variant_convert(value, VT_BSTR, &text);
    if (FAILED(hr) || V_VT(name) != VT_BSTR) {
        hr = fail_header(lines);
    } else {
        UINT name_length = SysStringLen(V_BSTR(name));
        UINT value_length = SysStringLen(V_BSTR(&text));

        if (name_length > HEADERS_LENGTH_MAX || value_length > HEADERS_LENGTH_MAX) {
            hr = fail_header(lines);
        } else if (!(line = SysAllocStringLen(NULL, name_length + 2 + value_length))) {
            hr = E_OUTOFMEMORY;
        } else {
            /* A NULL BSTR is empty and cannot be copied from. */
            if (name_length > 0) {
                wmemcpy(line, V_BSTR(name), name_length);
            }
            wmemcpy(line + name_length, L": ", 2);
            if (value_length > 0) {
                wmemcpy(line + name_length + 2, V_BSTR(&text), value_length);
            }
            hr = append(lines, line, SysStringLen(line));
        }
    }
    SysFreeString(line);
    VariantClear(&text);
    return hr;
}

static HRESULT append_array(struct lines *lines, const struct variant_list *items)
{
    HRESULT hr = S_OK;

    for (ULONG i = 0; SUCCEEDED(hr) && i < items->count; i++) {
        const VARIANT *item = &items->items[i];

        hr = V_VT(item) == VT_BSTR
                 ? append_trimmed(lines, V_BSTR(item), SysStringLen(V_BSTR(item)))
                 : fail_header(lines);
    }
    return hr;
}

/* Scripting.Dictionary has a method Keys, and a property Item with a key. */
static HRESULT append_dictionary(struct lines *lines, IDispatch *dictionary,
                                 const VARIANT *keys)
{
    struct variant_list names;
    HRESULT hr = automation_variant_read_list(keys, &names);

    if (FAILED(hr)) {
        return hr == DISP_E_TYPEMISMATCH ? fail_headers_type()
                                         : automation_error_pass(hr, NULL);
    }
    for (ULONG i = 0; SUCCEEDED(hr) && i < names.count; i++) {
        VARIANT value;

        hr = automation_variant_get_member(dictionary, L"Item",
                                           DISPATCH_METHOD | DISPATCH_PROPERTYGET,
                                           &names.items[i], &value);
        if (FAILED(hr)) {
            hr = automation_error_pass(hr, NULL);
        } else {
            hr = append_member(lines, &names.items[i], &value);
            VariantClear(&value);
        }
    }
    automation_variant_free_list(&names);
    return hr;
}

static HRESULT append_one_member(struct lines *lines, IDispatchEx *object, DISPID id)
{
    DISPPARAMS no_arguments = {0};
    VARIANT name;
    VARIANT value;
    HRESULT hr;

    VariantInit(&value);
    V_VT(&name) = VT_BSTR;
    V_BSTR(&name) = NULL;
    hr = IDispatchEx_GetMemberName(object, id, &V_BSTR(&name));
    if (SUCCEEDED(hr)) {
        hr = IDispatchEx_InvokeEx(object, id, LOCALE_USER_DEFAULT, DISPATCH_PROPERTYGET,
                                  &no_arguments, &value, NULL, NULL);
    }
    hr = SUCCEEDED(hr) ? append_member(lines, &name, &value) : automation_error_pass(hr, NULL);
    VariantClear(&value);
    SysFreeString(V_BSTR(&name));
    return hr;
}

/* A JScript object. */
static HRESULT append_members(struct lines *lines, IDispatch *dispatch)
{
    IDispatchEx *object = NULL;
    DISPID id = DISPID_STARTENUM;
    HRESULT hr = IDispatch_QueryInterface(dispatch, &IID_script_object, (void **)&object);

    if (FAILED(hr)) {
        return fail_headers_type();
    }
    while (SUCCEEDED(hr)) {
        hr = IDispatchEx_GetNextDispID(object, fdexEnumDefault, id, &id);
        if (hr != S_OK) {
            break; /* S_FALSE after the last one */
        }
        hr = append_one_member(lines, object, id);
    }
    IDispatchEx_Release(object);
    return hr;
}

static HRESULT append_object(struct lines *lines, IDispatch *object)
{
    VARIANT keys;
    HRESULT hr = automation_variant_get_member(
        object, L"Keys", DISPATCH_METHOD | DISPATCH_PROPERTYGET, NULL, &keys);

    if (FAILED(hr)) {
        return append_members(lines, object);
    }
    hr = append_dictionary(lines, object, &keys);
    VariantClear(&keys);
    return hr;
}

static HRESULT append_value(struct lines *lines, const VARIANT *value)
{
    struct variant_list items;
    HRESULT hr;

    if (automation_variant_is_nothing(value)) {
        return S_OK;
    }
    if (V_VT(value) == VT_BSTR) {
        return append_text(lines, V_BSTR(value));
    }
    hr = automation_variant_read_list(value, &items);
    if (SUCCEEDED(hr)) {
        hr = append_array(lines, &items);
        automation_variant_free_list(&items);
        return hr;
    }
    if (hr != DISP_E_TYPEMISMATCH) {
        return automation_error_pass(hr, NULL);
    }
    return automation_variant_is_object(value) ? append_object(lines, V_DISPATCH(value))
                                               : fail_headers_type();
}

HRESULT automation_values_read_headers(const VARIANT *value, BSTR *headers_out)
{
    struct lines *lines = calloc(1, sizeof(*lines));
    VARIANT plain;
    HRESULT hr;

    *headers_out = NULL;
    VariantInit(&plain);
    hr = lines ? automation_variant_copy(value, &plain) : E_OUTOFMEMORY;
    if (FAILED(hr)) {
        hr = automation_error_pass(hr, NULL);
        goto done;
    }
    hr = append_value(lines, &plain);
    if (SUCCEEDED(hr)) {
        *headers_out = SysAllocStringLen(lines->text, (UINT)lines->length);
        hr = *headers_out ? S_OK : automation_error_pass(E_OUTOFMEMORY, NULL);
    }

done:
    VariantClear(&plain);
    free(lines);
    return hr;
}
