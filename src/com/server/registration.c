#include "com/server/registration.h"

#include "com/server/permissions.h"
#include "com/server/registration_keys.h"
#include "com/server/registration_owner.h"
#include "com/server/registration_proxies.h"
#include "com/server/registration_rows.h"
#include "com/server/registry_table.h"

#include <stdio.h>
#include <stdlib.h>

/* --- The local server ----------------------------------------------------------------- */

static HRESULT write_permission(const struct registration_place *place, const WCHAR *name,
                                enum permission permission)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    DWORD size = 0;
    HRESULT hr = permissions_create(permission, place->user, &descriptor, &size);

    if (SUCCEEDED(hr)) {
        hr = HRESULT_FROM_WIN32(
            RegSetKeyValueW(place->classes, APP_ID_KEY, name, REG_BINARY, descriptor, size));
        LocalFree(descriptor);
    }
    return hr;
}

/* The AppID, which only our classes refer to. */
static HRESULT write_app_id(const struct registration_place *place)
{
    static const struct registry_value row = {APP_ID_KEY, NULL, TITLE};
    bool was_there = registry_has_key(place->classes, APP_ID_KEY);
    HRESULT hr = registry_table_write(place->classes, &row, 1);

    if (SUCCEEDED(hr)) {
        hr = write_permission(place, L"AccessPermission", PERMISSION_ACCESS);
    }
    if (SUCCEEDED(hr)) {
        hr = write_permission(place, L"LaunchPermission", PERMISSION_LAUNCH);
    }
    if (FAILED(hr) && !was_there) {
        registry_delete_key(place->classes, APP_ID_KEY);
    }
    return hr;
}

/* Remove an earlier registration's entries for a local server that no longer exists. */
static void forget_host(HKEY classes, const WCHAR *class_key, const WCHAR *server_key)
{
    WCHAR *app_id = registry_read_text(classes, class_key, L"AppID");

    if (registry_texts_match(app_id, APP_ID)) {
        RegDeleteKeyValueW(classes, class_key, L"AppID");
        registry_delete_key(classes, server_key);
    }
    free(app_id);
}

/* --- Registering ---------------------------------------------------------------------- */

/* Restore what a takeover has replaced, if anything. */
static HRESULT restore_replaced(HKEY classes)
{
    return registry_has_key(classes, REPLACED_KEY)
               ? registry_copy_key(classes, REPLACED_KEY, DO_KEY)
               : S_OK;
}

/* Back up what a takeover replaces. */
static HRESULT keep_replaced(HKEY classes)
{
    HRESULT hr = registry_copy_key(classes, DO_KEY, REPLACED_KEY);

    return SUCCEEDED(hr) ? registry_delete_key(classes, DO_KEY) : hr;
}

/* Is the DLL of the other bitness registered, with this kind of server? */
static bool other_kind_has(const struct registration_place *place, const WCHAR *server)
{
    WCHAR key[64];

    _snwprintf(key, ARRAYSIZE(key), PRODUCT_CLASS L"%ls", server);
    return place->other_kind && registry_has_key(place->other_kind, key) &&
           !registry_text_is(place->other_kind, PRODUCT_CLASS SERVER, place->server_path);
}

/* Remove a class's ProgIDs, with and without version, unless the DLL of the other bitness needs
 * them. */
static HRESULT remove_prog_ids(const struct registration_place *place, const WCHAR *server,
                               const WCHAR *const keys[2], const WCHAR *const class_keys[2],
                               const WCHAR *class)
{
    HRESULT hr = S_OK;

    if (other_kind_has(place, server)) {
        return S_OK;
    }
    for (size_t i = 0; SUCCEEDED(hr) && i < 2; i++) {
        if (registry_text_is(place->classes, class_keys[i], class)) {
            hr = registry_delete_key(place->classes, keys[i]);
        }
    }
    return hr;
}

static HRESULT remove_app_id(const struct registration_place *place)
{
    return other_kind_has(place, LOCAL_SERVER)
               ? S_OK
               : registry_delete_key(place->classes, APP_ID_KEY);
}

/* Remove the class that only the local server has. */
static HRESULT remove_shared_class(const struct registration_place *place)
{
    static const WCHAR *const keys[] = {SHARED_PROG_ID_1, SHARED_PROG_ID};
    static const WCHAR *const class_keys[] = {SHARED_PROG_ID_1 L"\\CLSID",
                                              SHARED_PROG_ID L"\\CLSID"};
    HRESULT hr = remove_prog_ids(place, LOCAL_SERVER, keys, class_keys, SHARED_CLASS);

    return SUCCEEDED(hr) ? registry_delete_key(place->classes, SHARED_KEY) : hr;
}

/* Write everything except the entry that a takeover replaces. */
static HRESULT add_entries(const struct registration_place *place, bool with_do_class)
{
    bool had_app_id = registry_has_key(place->classes, APP_ID_KEY);
    HRESULT hr = place->host_path ? write_app_id(place) : S_OK;

    if (SUCCEEDED(hr)) {
        hr = registration_rows_write(place, with_do_class);
        if (FAILED(hr) && !had_app_id) {
            registry_delete_key(place->classes, APP_ID_KEY);
        }
    }
    if (SUCCEEDED(hr) && !place->host_path) {
        forget_host(place->classes, PRODUCT_KEY, PRODUCT_KEY LOCAL_SERVER);
        remove_shared_class(place);
        if (with_do_class) {
            forget_host(place->classes, DO_KEY, DO_KEY LOCAL_SERVER);
        }
        remove_app_id(place);
    }
    return hr;
}

HRESULT registration_add(const struct registration_place *place, bool take_over)
{
    enum registration_owner here = registration_owner_in(place, place->classes);
    enum registration_owner elsewhere = registration_owner_in(place, place->elsewhere);
    bool is_windows = here == OWNER_WINDOWS || elsewhere == OWNER_WINDOWS;
    bool is_free = here == OWNER_US || (here == OWNER_NOBODY && elsewhere != OWNER_OTHER);
    bool must_replace = take_over && here == OWNER_OTHER;
    HRESULT hr;

    if (take_over && is_windows) {
        return E_ACCESSDENIED;
    }
    if (must_replace) {
        hr = keep_replaced(place->classes);
        if (FAILED(hr)) {
            return hr;
        }
    }
    hr = add_entries(place, !is_windows && (is_free || take_over));
    if (FAILED(hr) && must_replace) {
        restore_replaced(place->classes);
        registry_delete_key(place->classes, REPLACED_KEY);
    }
    return hr;
}

/* --- Unregistering -------------------------------------------------------------------- */

/* Remove the scripting interfaces' entries; the type library's stay while the DLL of the other
 * bitness needs them. */
static HRESULT remove_library(const struct registration_place *place)
{
    static const WCHAR *const keys[] = {DOWNLOADS_KEY, DOWNLOAD_KEY};
    HKEY classes = place->classes;
    WCHAR *library = registration_library_path(place);
    HRESULT hr = S_OK;
    bool is_ours;

    if (!library) {
        return E_OUTOFMEMORY;
    }
    is_ours = registry_text_is(classes, LIBRARY_FILES LIBRARY_SYSTEM, library);
    free(library);
    if (!is_ours) {
        return S_OK;
    }
    for (size_t i = 0; SUCCEEDED(hr) && i < ARRAYSIZE(keys); i++) {
        hr = registry_delete_key(classes, keys[i]);
    }
    if (SUCCEEDED(hr)) {
        hr = registry_delete_key(classes,
                                 registry_has_key(classes, LIBRARY_FILES OTHER_LIBRARY_SYSTEM)
                                     ? LIBRARY_FILES LIBRARY_SYSTEM
                                     : LIBRARY_KEY);
    }
    return hr;
}

static HRESULT remove_script_class(const struct registration_place *place)
{
    static const WCHAR *const keys[] = {SCRIPT_PROG_ID_1, SCRIPT_PROG_ID};
    static const WCHAR *const class_keys[] = {SCRIPT_PROG_ID_1 L"\\CLSID",
                                              SCRIPT_PROG_ID L"\\CLSID"};
    HKEY classes = place->classes;
    HRESULT hr;

    if (!registry_text_is(classes, SCRIPT_KEY SERVER, place->server_path)) {
        return S_OK; /* registered by another copy */
    }
    hr = remove_prog_ids(place, SERVER, keys, class_keys, SCRIPT_CLASS);
    if (SUCCEEDED(hr)) {
        hr = remove_library(place);
    }
    return SUCCEEDED(hr) ? registry_delete_key(classes, SCRIPT_KEY) : hr;
}

HRESULT registration_remove(const struct registration_place *place)
{
    static const WCHAR *const keys[] = {PROG_ID_1, PROG_ID};
    static const WCHAR *const class_keys[] = {PROG_ID_1 L"\\CLSID", PROG_ID L"\\CLSID"};
    HKEY classes = place->classes;
    HRESULT hr = S_OK;

    if (registry_text_is(classes, DO_KEY SERVER, place->server_path)) {
        hr = registry_delete_key(classes, DO_KEY);
        if (SUCCEEDED(hr)) {
            hr = restore_replaced(classes);
        }
    }
    if (FAILED(hr) || !registry_text_is(classes, PRODUCT_KEY SERVER, place->server_path)) {
        return hr; /* the product's class belongs to another copy */
    }
    hr = remove_prog_ids(place, SERVER, keys, class_keys, PRODUCT_CLASS);
    if (SUCCEEDED(hr)) {
        hr = remove_script_class(place);
    }
    if (SUCCEEDED(hr)) {
        hr = remove_shared_class(place);
    }
    if (SUCCEEDED(hr)) {
        hr = registration_proxies_remove(place);
    }
    if (SUCCEEDED(hr)) {
        hr = remove_app_id(place);
    }
    /* Last, since it proves that the others are ours. */
    return SUCCEEDED(hr) ? registry_delete_key(classes, PRODUCT_KEY) : hr;
}
