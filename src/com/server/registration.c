#include "com/server/registration.h"

#include "com/object/owner.h"
#include "com/object/this_module.h"
#include "com/server/permissions.h"
#include "com/server/proxies.h"
#include "com/server/registry_table.h"
#include "com/wine/remote_object.h"
#include "com/wine/wine.h"

#include <objbase.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* Of the IDL, as text for the registry. */
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

/* The scripting class, and ids from idl/OpenDO.idl; its type library is the second in this
 * DLL. */
#define SCRIPT_CLASS     L"{53A4564E-8884-4A3F-B260-E6BAB42938E9}"
#define SCRIPT_KEY       L"CLSID\\" SCRIPT_CLASS
#define SCRIPT_TITLE     L"OpenDO Downloads"
#define SCRIPT_PROG_ID   L"OpenDO.Downloads"
#define SCRIPT_PROG_ID_1 SCRIPT_PROG_ID L".1"

/* The class as served by the local server only. */
#define SHARED_CLASS     L"{B4C1F4C5-0C5E-4B0B-9C7A-0B5B5E0B7D52}"
#define SHARED_KEY       L"CLSID\\" SHARED_CLASS
#define SHARED_TITLE     L"OpenDO Downloads, shared by all programs"
#define SHARED_PROG_ID   L"OpenDO.SharedDownloads"
#define SHARED_PROG_ID_1 SHARED_PROG_ID L".1"

#define LIBRARY          L"{DB1551D0-2AD2-4A04-A015-69C5BA3D755C}"
#define LIBRARY_KEY      L"TypeLib\\" LIBRARY
#define LIBRARY_FILES    LIBRARY_KEY L"\\1.0\\0"
#define LIBRARY_RESOURCE L"\\2"
#define DOWNLOADS_KEY    L"Interface\\{5D43D778-C423-4D84-A645-FD1F52FC1A92}"
#define DOWNLOAD_KEY     L"Interface\\{9EA2A3C5-E2DD-4F10-9704-C187C3FDC353}"

#ifdef _WIN64
#define LIBRARY_SYSTEM       L"\\win64"
#define OTHER_LIBRARY_SYSTEM L"\\win32"
#define OTHER_VIEW           KEY_WOW64_32KEY
#else
#define LIBRARY_SYSTEM       L"\\win32"
#define OTHER_LIBRARY_SYSTEM L"\\win64"
#define OTHER_VIEW           KEY_WOW64_64KEY
#endif

/* Windows' marshaler for interfaces described by a type library. */
#define AUTOMATION_PROXY L"{00020424-0000-0000-C000-000000000046}"

/* The local server's. */
#define APP_ID       L"{FCCC8316-A076-4E7C-85CD-454DE87B4509}"
#define APP_ID_KEY   L"AppID\\" APP_ID
#define LOCAL_SERVER L"\\LocalServer32"
#define HOST_NAME    L"dosvc-host.exe"

#define PROXIES_KEY   L"CLSID\\" PROXIES_CLASS
#define PROXIES_TITLE L"OpenDO proxies"
#define PROXY_CLASS   L"\\ProxyStubClsid32"
#define REMOTE_KEY    L"CLSID\\" REMOTE_OBJECT_CLASS
#define REMOTE_TITLE  L"OpenDO objects of another process"

/* A value beside an interface's proxy class: set if we have created the interface's key too. */
#define MADE_KEY L"OpenDOMadeKey"

#define SERVER_PATH NULL /* placeholder in the table for the path of this DLL */

/* Placeholders for the path of the local server's program, plain and in quotes. */
static const WCHAR host_path[] = L"";
static const WCHAR host_command[] = L"";

/* Placeholder for the path of the type library: this DLL's path and a resource number. */
static const WCHAR library_path[] = L"";

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

static const struct registry_value proxy_rows[] = {
    {PROXIES_KEY, NULL, PROXIES_TITLE},
    {PROXIES_KEY SERVER, NULL, SERVER_PATH},
    {PROXIES_KEY SERVER, L"ThreadingModel", L"Both"},
};

/* In addition, under Wine. */
static const struct registry_value remote_rows[] = {
    {REMOTE_KEY, NULL, REMOTE_TITLE},
    {REMOTE_KEY SERVER, NULL, SERVER_PATH},
    {REMOTE_KEY SERVER, L"ThreadingModel", L"Both"},
};

/* In addition, with a local server. */
static const struct registry_value product_host_rows[] = {
    {PRODUCT_KEY, L"AppID", APP_ID},
    {PRODUCT_KEY LOCAL_SERVER, NULL, host_command},
    {PRODUCT_KEY LOCAL_SERVER, L"ServerExecutable", host_path},
};

static const struct registry_value shared_rows[] = {
    {SHARED_KEY, NULL, SHARED_TITLE},
    {SHARED_KEY, L"AppID", APP_ID},
    {SHARED_KEY LOCAL_SERVER, NULL, host_command},
    {SHARED_KEY LOCAL_SERVER, L"ServerExecutable", host_path},
    {SHARED_KEY L"\\ProgID", NULL, SHARED_PROG_ID_1},
    {SHARED_KEY L"\\VersionIndependentProgID", NULL, SHARED_PROG_ID},
    {SHARED_KEY L"\\TypeLib", NULL, LIBRARY},
    {SHARED_KEY L"\\Version", NULL, L"1.0"},
    {SHARED_PROG_ID_1, NULL, SHARED_TITLE},
    {SHARED_PROG_ID_1 L"\\CLSID", NULL, SHARED_CLASS},
    {SHARED_PROG_ID, NULL, SHARED_TITLE},
    {SHARED_PROG_ID L"\\CLSID", NULL, SHARED_CLASS},
    {SHARED_PROG_ID L"\\CurVer", NULL, SHARED_PROG_ID_1},
};

static const struct registry_value do_host_rows[] = {
    {DO_KEY, L"AppID", APP_ID},
    {DO_KEY LOCAL_SERVER, NULL, host_command},
    {DO_KEY LOCAL_SERVER, L"ServerExecutable", host_path},
};

static const struct registry_value do_rows[] = {
    {DO_KEY, NULL, TITLE},
    {DO_KEY SERVER, NULL, SERVER_PATH},
    {DO_KEY SERVER, L"ThreadingModel", L"Both"},
};

static const struct registry_value script_rows[] = {
    {SCRIPT_KEY, NULL, SCRIPT_TITLE},
    {SCRIPT_KEY SERVER, NULL, SERVER_PATH},
    {SCRIPT_KEY SERVER, L"ThreadingModel", L"Both"},
    {SCRIPT_KEY L"\\ProgID", NULL, SCRIPT_PROG_ID_1},
    {SCRIPT_KEY L"\\VersionIndependentProgID", NULL, SCRIPT_PROG_ID},
    {SCRIPT_KEY L"\\TypeLib", NULL, LIBRARY},
    {SCRIPT_KEY L"\\Version", NULL, L"1.0"},
    {SCRIPT_PROG_ID_1, NULL, SCRIPT_TITLE},
    {SCRIPT_PROG_ID_1 L"\\CLSID", NULL, SCRIPT_CLASS},
    {SCRIPT_PROG_ID, NULL, SCRIPT_TITLE},
    {SCRIPT_PROG_ID L"\\CLSID", NULL, SCRIPT_CLASS},
    {SCRIPT_PROG_ID L"\\CurVer", NULL, SCRIPT_PROG_ID_1},
    {LIBRARY_KEY L"\\1.0", NULL, SCRIPT_TITLE},
    {LIBRARY_KEY L"\\1.0\\FLAGS", NULL, L"0"},
    {LIBRARY_FILES LIBRARY_SYSTEM, NULL, library_path},
    {DOWNLOADS_KEY, NULL, L"IOdoDownloads"},
    {DOWNLOADS_KEY L"\\ProxyStubClsid32", NULL, AUTOMATION_PROXY},
    {DOWNLOADS_KEY L"\\TypeLib", NULL, LIBRARY},
    {DOWNLOADS_KEY L"\\TypeLib", L"Version", L"1.0"},
    {DOWNLOAD_KEY, NULL, L"IOdoDownload"},
    {DOWNLOAD_KEY L"\\ProxyStubClsid32", NULL, AUTOMATION_PROXY},
    {DOWNLOAD_KEY L"\\TypeLib", NULL, LIBRARY},
    {DOWNLOAD_KEY L"\\TypeLib", L"Version", L"1.0"},
};

/* --- Ownership of an entry ------------------------------------------------------------ */

enum owner { OWNER_NOBODY, OWNER_US, OWNER_OTHER, OWNER_WINDOWS };

static bool texts_match(const WCHAR *left, const WCHAR *right)
{
    return left && right && _wcsicmp(left, right) == 0;
}

/* Does the key's default value equal this text, ignoring case? */
static bool key_says(HKEY root, const WCHAR *key, const WCHAR *text)
{
    WCHAR *value = registry_read_text(root, key, NULL);
    bool is_same = texts_match(value, text);

    free(value);
    return is_same;
}

/*
 * Is it inside Windows' folder? That includes names without a folder, which the loader finds
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

/* Does the class's AppID belong to Windows' service? */
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

/* --- Completing the tables ------------------------------------------------------------ */

/* The strings for the rows of a registration. */
struct row_texts {
    const WCHAR *server; /* not owned */
    const WCHAR *host;   /* not owned; NULL for none */
    WCHAR *library;
    WCHAR *command; /* NULL without a host */
};

/* Concatenate `before`, `text` and `behind`; to be freed. NULL when out of memory. */
static WCHAR *join(const WCHAR *before, const WCHAR *text, const WCHAR *behind)
{
    size_t size = wcslen(before) + wcslen(text) + wcslen(behind) + 1;
    WCHAR *joined = malloc(size * sizeof(*joined));

    if (joined) {
        wcscpy(joined, before);
        wcscat(joined, text);
        wcscat(joined, behind);
    }
    return joined;
}

/* The path of this DLL's type library for scripts, to be freed. NULL when out of memory. */
static WCHAR *get_library_path(const struct registration_place *place)
{
    return join(L"", place->server_path, LIBRARY_RESOURCE);
}

static void texts_free(struct row_texts *texts)
{
    free(texts->library);
    free(texts->command);
}

static HRESULT texts_make(const struct registration_place *place, struct row_texts *texts_out)
{
    struct row_texts texts = {.server = place->server_path, .host = place->host_path};

    texts.library = get_library_path(place);
    if (place->host_path) {
        texts.command = join(L"\"", place->host_path, L"\"");
    }
    if (!texts.library || (place->host_path && !texts.command)) {
        texts_free(&texts);
        return E_OUTOFMEMORY;
    }
    *texts_out = texts;
    return S_OK;
}

/* Replace the placeholders in the rows; returns the number of rows. */
static size_t fill_in(const struct row_texts *texts, const struct registry_value *rows,
                      size_t count, struct registry_value *rows_out)
{
    for (size_t i = 0; i < count; i++) {
        rows_out[i] = rows[i];
        if (rows[i].data == library_path) {
            rows_out[i].data = texts->library;
        } else if (rows[i].data == host_path) {
            rows_out[i].data = texts->host;
        } else if (rows[i].data == host_command) {
            rows_out[i].data = texts->command;
        } else if (!rows[i].data) {
            rows_out[i].data = texts->server;
        }
    }
    return count;
}

/* --- Proxies -------------------------------------------------------------------------- */

enum {
    INTERFACE_ROWS = 3, /* at most, per interface */
    INTERFACE_KEY_SIZE = 96,
    INTERFACE_NAME_SIZE = 64,
};

/* The keys of one interface. */
struct interface_entry {
    WCHAR key[INTERFACE_KEY_SIZE];
    WCHAR proxy_key[INTERFACE_KEY_SIZE];
    WCHAR name[INTERFACE_NAME_SIZE];
};

static void entry_make(size_t index, struct interface_entry *entry_out)
{
    WCHAR iid[40];

    StringFromGUID2(proxies_iid(index), iid, ARRAYSIZE(iid));
    _snwprintf(entry_out->key, INTERFACE_KEY_SIZE, L"Interface\\%ls", iid);
    _snwprintf(entry_out->proxy_key, INTERFACE_KEY_SIZE, L"Interface\\%ls" PROXY_CLASS, iid);
    _snwprintf(entry_out->name, INTERFACE_NAME_SIZE, L"%hs", proxies_name(index));
}

/* Does the interface have another proxy class? */
static bool others_carry(HKEY root, const struct interface_entry *entry)
{
    return root && registry_has_key(root, entry->proxy_key) &&
           !key_says(root, entry->proxy_key, PROXIES_CLASS);
}

/* The rows for one interface, which point into `entry`; returns the number of rows. */
static size_t interface_rows(const struct registration_place *place,
                             const struct interface_entry *entry,
                             struct registry_value *rows_out)
{
    size_t count = 0;

    if (others_carry(place->classes, entry) || others_carry(place->elsewhere, entry)) {
        return 0;
    }
    if (!registry_has_key(place->classes, entry->key)) {
        rows_out[count++] = (struct registry_value){entry->key, NULL, entry->name};
        rows_out[count++] = (struct registry_value){entry->proxy_key, MADE_KEY, L"1"};
    }
    rows_out[count++] = (struct registry_value){entry->proxy_key, NULL, PROXIES_CLASS};
    return count;
}

/* Remove the rows of interface_rows(). */
static HRESULT remove_interface(HKEY classes, const struct interface_entry *entry)
{
    WCHAR *mark;
    LSTATUS status;
    HRESULT hr;

    if (!key_says(classes, entry->proxy_key, PROXIES_CLASS)) {
        return S_OK;
    }
    mark = registry_read_text(classes, entry->proxy_key, MADE_KEY);
    hr = registry_delete_key(classes, entry->proxy_key);
    if (SUCCEEDED(hr) && mark) {
        status = RegDeleteKeyW(classes, entry->key); /* unless it is not empty */
        if (status != ERROR_ACCESS_DENIED && status != ERROR_DIR_NOT_EMPTY) {
            hr = HRESULT_FROM_WIN32(status);
        }
    }
    free(mark);
    return hr;
}

static HRESULT remove_proxies(const struct registration_place *place)
{
    HRESULT hr = S_OK;

    if (!key_says(place->classes, PROXIES_KEY SERVER, place->server_path)) {
        return S_OK; /* registered by another copy */
    }
    for (size_t i = 0; SUCCEEDED(hr) && i < proxies_count(); i++) {
        struct interface_entry entry;

        entry_make(i, &entry);
        hr = remove_interface(place->classes, &entry);
    }
    if (SUCCEEDED(hr)) {
        hr = registry_delete_key(place->classes, REMOTE_KEY);
    }
    return SUCCEEDED(hr) ? registry_delete_key(place->classes, PROXIES_KEY) : hr;
}

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

    if (texts_match(app_id, APP_ID)) {
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

enum {
    FIXED_ROWS = ARRAYSIZE(product_rows) + ARRAYSIZE(script_rows) + ARRAYSIZE(proxy_rows) +
                 ARRAYSIZE(remote_rows) + ARRAYSIZE(product_host_rows) + ARRAYSIZE(do_rows) +
                 ARRAYSIZE(do_host_rows) + ARRAYSIZE(shared_rows),
};

static HRESULT write_rows(const struct registration_place *place, bool with_do_class)
{
    size_t interfaces = proxies_count();
    struct interface_entry *entries = calloc(interfaces, sizeof(*entries));
    struct registry_value *rows =
        calloc(FIXED_ROWS + interfaces * INTERFACE_ROWS, sizeof(*rows));
    struct row_texts texts = {0};
    size_t count = 0;
    HRESULT hr = entries && rows ? texts_make(place, &texts) : E_OUTOFMEMORY;

    if (FAILED(hr)) {
        goto done;
    }
    count += fill_in(&texts, product_rows, ARRAYSIZE(product_rows), rows);
    count += fill_in(&texts, script_rows, ARRAYSIZE(script_rows), rows + count);
    count += fill_in(&texts, proxy_rows, ARRAYSIZE(proxy_rows), rows + count);
    if (wine_is_here()) {
        count += fill_in(&texts, remote_rows, ARRAYSIZE(remote_rows), rows + count);
    }
    if (place->host_path) {
        count += fill_in(&texts, product_host_rows, ARRAYSIZE(product_host_rows), rows + count);
        count += fill_in(&texts, shared_rows, ARRAYSIZE(shared_rows), rows + count);
    }
    if (with_do_class) {
        count += fill_in(&texts, do_rows, ARRAYSIZE(do_rows), rows + count);
    }
    if (with_do_class && place->host_path) {
        count += fill_in(&texts, do_host_rows, ARRAYSIZE(do_host_rows), rows + count);
    }
    for (size_t i = 0; i < interfaces; i++) {
        entry_make(i, &entries[i]);
        count += interface_rows(place, &entries[i], rows + count);
    }
    hr = registry_table_write(place->classes, rows, count);

done:
    texts_free(&texts);
    free(rows);
    free(entries);
    return hr;
}

/* Is the DLL of the other bitness registered, with this kind of server? */
static bool other_kind_has(const struct registration_place *place, const WCHAR *server)
{
    WCHAR key[64];

    _snwprintf(key, ARRAYSIZE(key), PRODUCT_CLASS L"%ls", server);
    return place->other_kind && registry_has_key(place->other_kind, key) &&
           !key_says(place->other_kind, PRODUCT_CLASS SERVER, place->server_path);
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
        if (key_says(place->classes, class_keys[i], class)) {
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
        hr = write_rows(place, with_do_class);
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
    enum owner here = owner_in(place, place->classes);
    enum owner elsewhere = owner_in(place, place->elsewhere);
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
    WCHAR *library = get_library_path(place);
    HRESULT hr = S_OK;
    bool is_ours;

    if (!library) {
        return E_OUTOFMEMORY;
    }
    is_ours = key_says(classes, LIBRARY_FILES LIBRARY_SYSTEM, library);
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

    if (!key_says(classes, SCRIPT_KEY SERVER, place->server_path)) {
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

    if (key_says(classes, DO_KEY SERVER, place->server_path)) {
        hr = registry_delete_key(classes, DO_KEY);
        if (SUCCEEDED(hr)) {
            hr = restore_replaced(classes);
        }
    }
    if (FAILED(hr) || !key_says(classes, PRODUCT_KEY SERVER, place->server_path)) {
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
        hr = remove_proxies(place);
    }
    if (SUCCEEDED(hr)) {
        hr = remove_app_id(place);
    }
    /* Last, since it proves that the others are ours. */
    return SUCCEEDED(hr) ? registry_delete_key(classes, PRODUCT_KEY) : hr;
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

/* --- This DLL ------------------------------------------------------------------------- */

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
    WCHAR *path = join(L"", server_path, L"\\" HOST_NAME);
    DWORD attributes;

    if (!path || !name) {
        free(path);
        return NULL;
    }
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
