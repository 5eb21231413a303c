#include "com/server/registration_rows.h"

#include "com/server/proxies.h"
#include "com/server/registration_keys.h"
#include "com/server/registration_proxies.h"
#include "com/server/registry_table.h"
#include "com/wine/remote_object.h"
#include "com/wine/wine.h"

#include <stdlib.h>
#include <wchar.h>

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

enum {
    FIXED_ROWS = ARRAYSIZE(product_rows) + ARRAYSIZE(script_rows) + ARRAYSIZE(proxy_rows) +
                 ARRAYSIZE(remote_rows) + ARRAYSIZE(product_host_rows) + ARRAYSIZE(do_rows) +
                 ARRAYSIZE(do_host_rows) + ARRAYSIZE(shared_rows),
};

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

WCHAR *registration_library_path(const struct registration_place *place)
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

    texts.library = registration_library_path(place);
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

/* --- Writing -------------------------------------------------------------------------- */

HRESULT registration_rows_write(const struct registration_place *place, bool with_do_class)
{
    size_t interfaces = proxies_count();
    struct registration_interface *entries = calloc(interfaces, sizeof(*entries));
    struct registry_value *rows =
        calloc(FIXED_ROWS + interfaces * REGISTRATION_INTERFACE_ROWS, sizeof(*rows));
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
        registration_interface_make(i, &entries[i]);
        count += registration_interface_rows(place, &entries[i], rows + count);
    }
    hr = registry_table_write(place->classes, rows, count);

done:
    texts_free(&texts);
    free(rows);
    free(entries);
    return hr;
}
