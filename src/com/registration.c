#include "com/registration.h"

#include "com/module.h"
#include "com/registry_table.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* Of the IDL; as text, since that is what the registry holds. */
#define PRODUCT_CLASS L"{7E4F9C62-3B1D-4E5A-9A55-0D0C1B6E2F31}"
#define DO_CLASS      L"{5B99FA76-721C-423C-ADAC-56D03C8A8007}"

#define PRODUCT_KEY  L"CLSID\\" PRODUCT_CLASS
#define DO_KEY       L"CLSID\\" DO_CLASS
#define REPLACED_KEY PRODUCT_KEY L"\\Replaced"
#define SERVER       L"\\InprocServer32"
#define PROG_ID      L"OpenDO.DeliveryOptimization"
#define PROG_ID_1    PROG_ID L".1"
#define TITLE        L"OpenDO Delivery Optimization"

/* Windows' own service. */
#define WINDOWS_APP_ID  L"{379001DE-7108-4A45-8A74-6CD0A9FBEF2C}"
#define WINDOWS_SERVICE L"dosvc"

#define SERVER_PATH NULL /* stands in the table for the path of this DLL */

static const struct registry_value product_rows[] = {
    {PRODUCT_KEY, NULL, TITLE},
    {PRODUCT_KEY SERVER, NULL, SERVER_PATH},
    {PRODUCT_KEY SERVER, L"ThreadingModel", L"Both"},
    {PRODUCT_KEY L"\\ProgID", NULL, PROG_ID_1},
    {PRODUCT_KEY L"\\VersionIndependentProgID", NULL, PROG_ID},
    {PROG_ID_1, NULL, TITLE},
    {PROG_ID_1 L"\\CLSID", NULL, PRODUCT_CLASS},
    {PROG_ID, NULL, TITLE},
    {PROG_ID L"\\CLSID", NULL, PRODUCT_CLASS},
    {PROG_ID L"\\CurVer", NULL, PROG_ID_1},
};

static const struct registry_value do_rows[] = {
    {DO_KEY, NULL, TITLE},
    {DO_KEY SERVER, NULL, SERVER_PATH},
    {DO_KEY SERVER, L"ThreadingModel", L"Both"},
};

/* --- Whose an entry is ------------------------------------------------------------------ */

enum owner { OWNER_NOBODY, OWNER_US, OWNER_OTHER, OWNER_WINDOWS };

static bool texts_match(const WCHAR *left, const WCHAR *right)
{
    return left && right && _wcsicmp(left, right) == 0;
}

/* Is the default value of this key this text, whatever the case? */
static bool key_says(HKEY root, const WCHAR *key, const WCHAR *text)
{
    WCHAR *value = registry_read_text(root, key, NULL);
    bool is_same = texts_match(value, text);

    free(value);
    return is_same;
}

/*
 * Is it inside Windows' folder? So is whatever has no folder at all: the loader looks for it
 * there. A command line may begin with a quote.
 */
static bool is_windows_program(const WCHAR *command, const WCHAR *windows_folder)
{
    size_t length = wcslen(windows_folder);

    command += *command == L'"';
    return !wcschr(command, L'\\') ||
           (_wcsnicmp(command, windows_folder, length) == 0 && command[length] == L'\\');
}

static bool names_windows_program(HKEY root, const WCHAR *key, const WCHAR *windows_folder)
{
    WCHAR *command = registry_read_text(root, key, NULL);
    bool is_windows = command && *command && is_windows_program(command, windows_folder);

    free(command);
    return is_windows;
}

/* Does the class belong to Windows' service by its AppID? */
static bool names_windows_service(HKEY root)
{
    WCHAR *app_id = registry_read_text(root, DO_KEY, L"AppID");
    WCHAR *service = NULL;
    WCHAR key[64];
    bool is_windows = texts_match(app_id, WINDOWS_APP_ID);

    if (app_id && !is_windows && wcslen(app_id) < 48) {
        swprintf(key, ARRAYSIZE(key), L"AppID\\%ls", app_id);
        service = registry_read_text(root, key, L"LocalService");
        is_windows = texts_match(service, WINDOWS_SERVICE);
    }
    free(service);
    free(app_id);
    return is_windows;
}

static enum owner owner_in(const struct registration_place *place, HKEY root)
{
    WCHAR *product_server;
    WCHAR *server;
    bool is_ours;

    if (!root || !registry_has_key(root, DO_KEY)) {
        return OWNER_NOBODY;
    }
    if (names_windows_service(root)) {
        return OWNER_WINDOWS;
    }
    server = registry_read_text(root, DO_KEY SERVER, NULL);
    product_server = registry_read_text(root, PRODUCT_KEY SERVER, NULL);
    is_ours = texts_match(server, place->server_path) || texts_match(server, product_server);
    free(product_server);
    free(server);
    if (is_ours) {
        return OWNER_US;
    }
    if (names_windows_program(root, DO_KEY SERVER, place->windows_folder) ||
        names_windows_program(root, DO_KEY L"\\LocalServer32", place->windows_folder)) {
        return OWNER_WINDOWS;
    }
    return OWNER_OTHER;
}

/* --- Adding ----------------------------------------------------------------------------- */

/* The rows with the path of this DLL filled in; returns how many there are. */
static size_t fill_in(const struct registration_place *place, const struct registry_value *rows,
                      size_t count, struct registry_value *rows_out)
{
    for (size_t i = 0; i < count; i++) {
        rows_out[i] = rows[i];
        if (!rows[i].data) {
            rows_out[i].data = place->server_path;
        }
    }
    return count;
}

/* Put back what a takeover has replaced, if anything. */
static HRESULT restore_replaced(HKEY classes)
{
    return registry_has_key(classes, REPLACED_KEY)
               ? registry_copy_key(classes, REPLACED_KEY, DO_KEY)
               : S_OK;
}

HRESULT registration_add(const struct registration_place *place, bool take_over)
{
    struct registry_value rows[ARRAYSIZE(product_rows) + ARRAYSIZE(do_rows)];
    enum owner here = owner_in(place, place->classes);
    enum owner elsewhere = owner_in(place, place->elsewhere);
    bool is_windows = here == OWNER_WINDOWS || elsewhere == OWNER_WINDOWS;
    bool is_free = here == OWNER_US || (here == OWNER_NOBODY && elsewhere != OWNER_OTHER);
    bool must_replace = take_over && here == OWNER_OTHER;
    size_t count;
    HRESULT hr;

    if (take_over && is_windows) {
        return E_ACCESSDENIED;
    }
    if (must_replace) {
        hr = registry_copy_key(place->classes, DO_KEY, REPLACED_KEY);
        if (SUCCEEDED(hr)) {
            hr = registry_delete_key(place->classes, DO_KEY);
        }
        if (FAILED(hr)) {
            return hr;
        }
    }
    count = fill_in(place, product_rows, ARRAYSIZE(product_rows), rows);
    if (!is_windows && (is_free || take_over)) {
        count += fill_in(place, do_rows, ARRAYSIZE(do_rows), rows + count);
    }
    hr = registry_table_write(place->classes, rows, count);
    if (FAILED(hr) && must_replace) {
        restore_replaced(place->classes);
        registry_delete_key(place->classes, REPLACED_KEY);
    }
    return hr;
}

/* --- Removing --------------------------------------------------------------------------- */

static HRESULT remove_prog_id(HKEY classes, const WCHAR *key, const WCHAR *class_key)
{
    return key_says(classes, class_key, PRODUCT_CLASS) ? registry_delete_key(classes, key)
                                                       : S_OK;
}

HRESULT registration_remove(const struct registration_place *place)
{
    HKEY classes = place->classes;
    HRESULT hr = S_OK;

    if (key_says(classes, DO_KEY SERVER, place->server_path)) {
        hr = registry_delete_key(classes, DO_KEY);
        if (SUCCEEDED(hr)) {
            hr = restore_replaced(classes);
        }
    }
    if (FAILED(hr) || !key_says(classes, PRODUCT_KEY SERVER, place->server_path)) {
        return hr; /* the product's class is another copy's */
    }
    hr = remove_prog_id(classes, PROG_ID_1, PROG_ID_1 L"\\CLSID");
    if (SUCCEEDED(hr)) {
        hr = remove_prog_id(classes, PROG_ID, PROG_ID L"\\CLSID");
    }
    /* Last, as it says that the others are ours. */
    return SUCCEEDED(hr) ? registry_delete_key(classes, PRODUCT_KEY) : hr;
}

/* --- This DLL --------------------------------------------------------------------------- */

/* The full path of this DLL, to be freed. NULL without memory. */
static WCHAR *get_server_path(void)
{
    for (DWORD size = MAX_PATH; size <= 0x10000; size *= 2) {
        WCHAR *path = malloc(size * sizeof(*path));

        if (!path) {
            return NULL;
        }
        if (GetModuleFileNameW(module_handle(), path, size) < size) {
            return path;
        }
        free(path); /* too small */
    }
    return NULL;
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

/* NULL, and a reason, when it cannot be opened; for writing it is made if need be. */
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

HRESULT registration_install(bool install, const WCHAR *words)
{
    struct registration_place place = {.classes = NULL};
    WCHAR windows_folder[MAX_PATH] = L"";
    WCHAR *server_path = NULL;
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
    GetSystemWindowsDirectoryW(windows_folder, ARRAYSIZE(windows_folder));
    place.server_path = server_path;
    place.windows_folder = windows_folder;
    place.classes = open_classes(for_user ? HKEY_CURRENT_USER : HKEY_LOCAL_MACHINE, true, &hr);
    place.elsewhere =
        open_classes(for_user ? HKEY_LOCAL_MACHINE : HKEY_CURRENT_USER, false, &ignored);
    if (place.classes) {
        hr = install ? registration_add(&place, take_over) : registration_remove(&place);
        RegCloseKey(place.classes);
    }
    if (place.elsewhere) {
        RegCloseKey(place.elsewhere);
    }
    free(server_path);
    return hr;
}
