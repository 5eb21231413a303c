#include "com/download/target_path.h"

#include "com/object/wide_text.h"

#include <objbase.h>
#include <string.h>

bool target_path_is_possible(const char *path)
{
    bool is_share = (path[0] == '\\' && path[1] == '\\') || (path[0] == '/' && path[1] == '/');
    bool is_drive = path[0] != '\0' && path[1] == ':' && (path[2] == '\\' || path[2] == '/');
    const char *names = path + (strncmp(path, "\\\\?\\", 4) == 0 ? 4 : 0);

    for (const char *at = names; *at; at++) {
        if (strchr("<>\"|?*", *at) || (unsigned char)*at < ' ' ||
            (*at == ':' && at != names + 1)) {
            return false;
        }
    }
    return is_share || is_drive;
}

HRESULT target_path_make_folder(const char *path)
{
    WCHAR *wide = NULL;
    HRESULT hr = wide_text_from_utf8(path, &wide);
    WCHAR *end;
    DWORD error = ERROR_SUCCESS;

    if (FAILED(hr)) {
        return hr;
    }
    end = wcsrchr(wide, L'\\');
    for (WCHAR *at = wide; end && at <= end; at++) {
        if (*at != L'\\' || at == wide || at[-1] == L':' || at[-1] == L'\\') {
            continue;
        }
        *at = L'\0';
        /* Only errors at missing levels matter: a share cannot be created, but exists. */
        if (CreateDirectoryW(wide, NULL)) {
            error = ERROR_SUCCESS;
        } else {
            error = GetLastError();
        }
        *at = L'\\';
    }
    CoTaskMemFree(wide);
    return error == ERROR_SUCCESS || error == ERROR_ALREADY_EXISTS ? S_OK
                                                                   : HRESULT_FROM_WIN32(error);
}
