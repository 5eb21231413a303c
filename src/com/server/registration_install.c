#include "com/server/registration_install.h"

#include "com/object/owner.h"
#include "com/object/this_module.h"
#include "com/server/registration.h"
#include "com/server/registration_keys.h"

#include <objbase.h>
#include <stdlib.h>
#include <wchar.h>

/* The full path of this DLL, to be freed. NULL when out of memory. */
static WCHAR *get_server_path(void)
{
    for (DWORD size = MAX_PATH; size <= 0x10000; size *= 2) {
        WCHAR *path = malloc(size * sizeof(*path));

        if (!path) {
            return NULL;
        }
        if (GetModuleFileNameW(this_module_handle(), path, size) < size) {
            return path;
        }
        free(path); /* too small */
    }
    return NULL;
}

/*
 * The full path of the local server's program if it is in this DLL's folder, to be freed. NULL
 * without it, or when out of memory.
 */
static WCHAR *get_host_path(const WCHAR *server_path)
{
    const WCHAR *name = wcsrchr(server_path, L'\\');
    WCHAR *path =
        name ? malloc((wcslen(server_path) + ARRAYSIZE(L"\\" HOST_NAME)) * sizeof(*path))
             : NULL;
    DWORD attributes;

    if (!path) {
        return NULL;
    }
    wcscpy(path, server_path);
    wcscpy(path + (name - server_path), L"\\" HOST_NAME);
    attributes = GetFileAttributesW(path);
    if (attributes == INVALID_FILE_ATTRIBUTES || (attributes & FILE_ATTRIBUTE_DIRECTORY)) {
        free(path);
        return NULL;
    }
    return path;
}

static bool word_is(const WCHAR *word, size_t length, const WCHAR *wanted)
{
    return length == wcslen(wanted) && _wcsnicmp(word, wanted, length) == 0;
}

static HRESULT read_words(const WCHAR *words, bool *for_user_out, bool *take_over_out)
{
    const WCHAR *separators = L", ";

    *for_user_out = false;
    *take_over_out = false;
    for (words += wcsspn(words, separators); *words; words += wcsspn(words, separators)) {
        size_t length = wcscspn(words, separators);

        if (word_is(words, length, L"user")) {
            *for_user_out = true;
        } else if (word_is(words, length, L"takeover")) {
            *take_over_out = true;
        } else {
            return E_INVALIDARG;
        }
        words += length;
    }
    return S_OK;
}

/* NULL and an error if it cannot be opened; created for writing if needed. */
static HKEY open_classes(HKEY hive, bool for_writing, HRESULT *reason_out)
{
    const WCHAR *name = L"Software\\Classes";
    HKEY classes = NULL;
    LSTATUS status = for_writing ? RegCreateKeyExW(hive, name, 0, NULL, 0, KEY_READ | KEY_WRITE,
                                                   NULL, &classes, NULL)
                                 : RegOpenKeyExW(hive, name, 0, KEY_READ, &classes);

    *reason_out = HRESULT_FROM_WIN32(status);
    return status == ERROR_SUCCESS ? classes : NULL;
}

/* CLSID as seen by programs of the other bitness; NULL if there is none. */
static HKEY open_other_kind(HKEY hive)
{
    BOOL is_beside = sizeof(void *) == 8;
    HKEY key = NULL;

    if (!is_beside && !IsWow64Process(GetCurrentProcess(), &is_beside)) {
        return NULL;
    }
    return is_beside && RegOpenKeyExW(hive, L"Software\\Classes\\CLSID", 0,
                                      KEY_READ | OTHER_VIEW, &key) == ERROR_SUCCESS
               ? key
               : NULL;
}

/*
 * Remove empty keys above a user's entries: a registration may have created them. The last one
 * contains all the others.
 */
static void remove_empty_parents(void)
{
    static const WCHAR *const keys[] = {
        L"Software\\Classes\\CLSID", L"Software\\Classes\\Interface",
        L"Software\\Classes\\AppID", L"Software\\Classes\\TypeLib",
        L"Software\\Classes",
    };

    for (size_t i = 0; i < ARRAYSIZE(keys); i++) {
        DWORD subkeys = 0;
        DWORD values = 0;
        HKEY key;

        if (RegOpenKeyExW(HKEY_CURRENT_USER, keys[i], 0, KEY_READ, &key) != ERROR_SUCCESS) {
            continue;
        }
        if (RegQueryInfoKeyW(key, NULL, NULL, NULL, &subkeys, NULL, NULL, &values, NULL, NULL,
                             NULL, NULL) != ERROR_SUCCESS) {
            subkeys = 1; /* do not delete it */
        }
        RegCloseKey(key);
        if (subkeys == 0 && values == 0) {
            RegDeleteKeyW(HKEY_CURRENT_USER,
                          keys[i]); /* failure is harmless: the key is empty */
        }
    }
}

HRESULT registration_install(bool install, const WCHAR *words)
{
    struct registration_place place = {.classes = NULL};
    WCHAR windows_folder[MAX_PATH] = L"";
    WCHAR *server_path = NULL;
    WCHAR *host = NULL;
    LPWSTR user = NULL;
    bool for_user;
    bool take_over;
    HRESULT ignored;
    HRESULT hr = read_words(words ? words : L"", &for_user, &take_over);

    if (FAILED(hr)) {
        return hr;
    }
    server_path = get_server_path();
    if (!server_path) {
        return E_OUTOFMEMORY;
    }
    if (for_user) {
        hr = owner_get_sid(&user);
        if (FAILED(hr)) {
            free(server_path);
            return hr;
        }
    }
    host = get_host_path(server_path);
    GetSystemWindowsDirectoryW(windows_folder, ARRAYSIZE(windows_folder));
    place.server_path = server_path;
    place.host_path = host;
    place.user = user;
    place.windows_folder = windows_folder;
    place.classes = open_classes(for_user ? HKEY_CURRENT_USER : HKEY_LOCAL_MACHINE, true, &hr);
    place.other_kind = open_other_kind(for_user ? HKEY_CURRENT_USER : HKEY_LOCAL_MACHINE);
    place.elsewhere =
        open_classes(for_user ? HKEY_LOCAL_MACHINE : HKEY_CURRENT_USER, false, &ignored);
    if (place.classes) {
        hr = install ? registration_add(&place, take_over) : registration_remove(&place);
        RegCloseKey(place.classes);
    }
    if (place.elsewhere) {
        RegCloseKey(place.elsewhere);
    }
    if (place.other_kind) {
        RegCloseKey(place.other_kind);
    }
    if (for_user && !install && SUCCEEDED(hr)) {
        remove_empty_parents();
    }
    CoTaskMemFree(user);
    free(host);
    free(server_path);
    return hr;
}
