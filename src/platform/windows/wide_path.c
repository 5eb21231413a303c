#include "platform/windows/wide_path.h"

#include "base/memory.h"
#include "platform/windows/status_from_win32.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum {
    /* From this length on the plain form may fail: a folder's path must leave room for an 8.3
     * name. */
    WIDE_PATH_LONG = MAX_PATH - 12,
    /* The kernel's limit, terminator included. */
    WIDE_PATH_MAX = 32767,
};

static enum odo_status to_wide(const char *text, wchar_t **wide_out)
{
    int count = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    wchar_t *wide;

    if (count <= 0) {
        return status_from_win32(GetLastError());
    }
    if (count > WIDE_PATH_MAX) {
        return ODO_E_NAME_TOO_LONG;
    }
    wide = memory_allocate((size_t)count, sizeof(*wide));
    if (!wide) {
        return ODO_E_OUT_OF_MEMORY;
    }
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, count) != count) {
        memory_free(wide);
        return ODO_E_UNEXPECTED;
    }
    *wide_out = wide;
    return ODO_OK;
}

/*
 * The path in the form limited only by WIDE_PATH_MAX. The system does not convert slashes or
 * resolve ".." after "\\?\", so GetFullPathNameW does it first.
 */
static enum odo_status make_verbatim(const wchar_t *wide, wchar_t **verbatim_out)
{
    static const wchar_t drive_prefix[] = L"\\\\?\\";
    static const wchar_t share_prefix[] = L"\\\\?\\UNC";
    DWORD capacity = GetFullPathNameW(wide, 0, NULL, NULL);
    const wchar_t *prefix = drive_prefix;
    wchar_t *full = NULL;
    const wchar_t *rest;
    wchar_t *verbatim;
    size_t prefix_length;
    size_t rest_length;
    DWORD length;
    enum odo_status status = ODO_OK;

    if (capacity == 0) {
        return status_from_win32(GetLastError());
    }
    full = memory_allocate(capacity, sizeof(*full));
    if (!full) {
        return ODO_E_OUT_OF_MEMORY;
    }
    length = GetFullPathNameW(wide, capacity, full, NULL);
    if (length == 0 || length >= capacity) {
        status = ODO_E_UNEXPECTED;
        goto done;
    }
    rest = full;
    if (full[0] == L'\\' && full[1] == L'\\') {
        prefix = share_prefix;
        rest = full + 1; /* one separator is part of "UNC\" */
    }
    prefix_length = wcslen(prefix);
    rest_length = wcslen(rest);
    if (prefix_length + rest_length >= WIDE_PATH_MAX) {
        status = ODO_E_NAME_TOO_LONG;
        goto done;
    }
    verbatim = memory_allocate(prefix_length + rest_length + 1, sizeof(*verbatim));
    if (!verbatim) {
        status = ODO_E_OUT_OF_MEMORY;
        goto done;
    }
    memcpy(verbatim, prefix, prefix_length * sizeof(*verbatim));
    memcpy(verbatim + prefix_length, rest, (rest_length + 1) * sizeof(*verbatim));
    *verbatim_out = verbatim;

done:
    memory_free(full);
    return status;
}

enum odo_status wide_path_make(const char *path, wchar_t **wide_out)
{
    wchar_t *wide = NULL;
    enum odo_status status = to_wide(path, &wide);

    if (status != ODO_OK) {
        return status;
    }
    if (wcslen(wide) < WIDE_PATH_LONG || wcsncmp(wide, L"\\\\?\\", 4) == 0) {
        *wide_out = wide;
        return ODO_OK;
    }
    status = make_verbatim(wide, wide_out);
    memory_free(wide);
    return status;
}

enum odo_status wide_path_read(const wchar_t *wide, char **text_out)
{
    int count =
        WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide, -1, NULL, 0, NULL, NULL);
    char *text;

    if (count <= 0) {
        return status_from_win32(GetLastError());
    }
    text = memory_allocate((size_t)count, 1);
    if (!text) {
        return ODO_E_OUT_OF_MEMORY;
    }
    if (WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide, -1, text, count, NULL, NULL) !=
        count) {
        memory_free(text);
        return ODO_E_UNEXPECTED;
    }
    *text_out = text;
    return ODO_OK;
}
