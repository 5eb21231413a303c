#include "com/server/registration_owner.h"

#include "com/server/registration_keys.h"
#include "com/server/registry_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

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
    bool is_windows = registry_texts_match(app_id, WINDOWS_APP_ID);

    if (app_id && !is_windows && wcslen(app_id) < 48) {
        swprintf(key, ARRAYSIZE(key), L"AppID\\%ls", app_id);
        service = registry_read_text(root, key, L"LocalService");
        is_windows = registry_texts_match(service, WINDOWS_SERVICE);
    }
    free(service);
    free(app_id);
    return is_windows;
}

enum registration_owner registration_owner_in(const struct registration_place *place, HKEY root)
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
    is_ours = registry_texts_match(server, place->server_path) ||
              registry_texts_match(server, product_server);
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
