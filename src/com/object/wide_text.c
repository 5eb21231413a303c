#include "com/object/wide_text.h"

#include <objbase.h>

#include <stdlib.h>
#include <string.h>

enum odo_status wide_text_to_utf8(const WCHAR *wide, char **utf8_out)
{
    char *utf8;
    int size;

    *utf8_out = NULL;
    if (!wide) {
        return ODO_E_INVALID_ARGUMENT;
    }
    size = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide, -1, NULL, 0, NULL, NULL);
    if (size <= 0) {
        return ODO_E_INVALID_ARGUMENT; /* malformed, or longer than 2 GiB */
    }
    utf8 = malloc((size_t)size);
    if (!utf8) {
        return ODO_E_OUT_OF_MEMORY;
    }
    /* Validate again: the caller may have modified its memory meanwhile. */
    if (WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide, -1, utf8, size, NULL, NULL) !=
        size) {
        free(utf8);
        return ODO_E_INVALID_ARGUMENT;
    }
    *utf8_out = utf8;
    return ODO_OK;
}

HRESULT wide_text_from_utf8(const char *utf8, LPWSTR *wide_out)
{
    WCHAR *wide;
    int length;

    *wide_out = NULL;
    length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8, -1, NULL, 0);
    if (length <= 0) {
        return E_UNEXPECTED;
    }
    wide = CoTaskMemAlloc((size_t)length * sizeof(*wide));
    if (!wide) {
        return E_OUTOFMEMORY;
    }
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8, -1, wide, length) != length) {
        CoTaskMemFree(wide);
        return E_UNEXPECTED;
    }
    *wide_out = wide;
    return S_OK;
}

HRESULT wide_text_copy(const WCHAR *wide, LPWSTR *wide_out)
{
    size_t size = (wcslen(wide) + 1) * sizeof(*wide);
    WCHAR *copy = CoTaskMemAlloc(size);

    *wide_out = copy;
    if (!copy) {
        return E_OUTOFMEMORY;
    }
    memcpy(copy, wide, size);
    return S_OK;
}
