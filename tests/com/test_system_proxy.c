/*
 * The proxy that the user has set in Windows: read when the engine begins. The test's server is
 * the proxy, and answers by itself for a host that does not exist.
 */
#include "com/download_fixture.h"
#include "com/linked_server.h"
#include "com/system_proxy.h"

/* What Windows would say, which Wine 8 does not. */
static WCHAR set_proxy[100]; /* empty without one */
static const WCHAR *set_exceptions;

static LPWSTR global_copy(const WCHAR *text)
{
    size_t size = (wcslen(text) + 1) * sizeof(*text);
    LPWSTR copy = GlobalAlloc(GMEM_FIXED, size);

    assert_non_null(copy);
    memcpy(copy, text, size);
    return copy;
}

static BOOL WINAPI ask_settings(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *config)
{
    *config = (WINHTTP_CURRENT_USER_IE_PROXY_CONFIG){.fAutoDetect = TRUE};
    if (*set_proxy) {
        config->lpszProxy = global_copy(set_proxy);
        config->lpszAutoConfigUrl = global_copy(L"http://script.invalid/");
    }
    if (set_exceptions) {
        config->lpszProxyBypass = global_copy(set_exceptions);
    }
    return TRUE;
}

static const struct proxy_case {
    const char *name;
    const WCHAR *format; /* of the proxies; its number is the port */
    const WCHAR *exceptions;
    const char *host;
    bool is_asked;
} cases[] = {
    {"the proxy that is set is asked", L"127.0.0.1:%u", NULL, "server.invalid", true},
    {"one for http alone is too", L"https=127.0.0.1:1;http=127.0.0.1:%u", NULL,
     "server.invalid", true},
    {"where none is set none is", L"", NULL, "server.invalid", false},
    {"nor for a host that goes without", L"127.0.0.1:%u", L"*.local;*.invalid",
     "server.invalid", false},
    {"nor for a name without a dot", L"127.0.0.1:%u", L"<local>", "invalid", false},
    {"nor for this machine", L"127.0.0.1:%u", NULL, "127.0.0.1:9", false},
};

static void check_case(void **state)
{
    const struct proxy_case *c = *state;
    struct range_server *server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}}});
    char *folder = temp_folder_create();
    char *path = temp_folder_path(folder, "file.bin");
    char url[100];
    IDOManager *manager;
    IDODownload *download;

    swprintf(set_proxy, ARRAYSIZE(set_proxy), c->format, (unsigned)range_server_port(server));
    set_exceptions = c->exceptions;
    system_proxy_set_source(ask_settings);
    manager = modern_manager();
    download = modern_download(manager);
    snprintf(url, sizeof(url), "http://%s/file", c->host);
    assert_hr(set_text(download, DODownloadProperty_Uri, client_wide(url)), S_OK);
    assert_hr(set_text(download, DODownloadProperty_LocalPath, client_wide(path)), S_OK);
    assert_hr(IDODownload_Start(download, NULL), S_OK);
    if (c->is_asked) {
        assert_reaches(download, DODownloadState_Transferred);
    } else {
        ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;

        while (status_of(download).ExtendedError == S_OK && GetTickCount64() < deadline) {
            client_wait_once(NULL, 0, 5);
            client_pump();
        }
        assert_int_not_equal(status_of(download).ExtendedError, S_OK); /* it tries again */
    }
    assert_int_equal(range_server_request_count(server) > 0, c->is_asked);
    assert_hr(IDODownload_Abort(download), S_OK);
    assert_int_equal(IDODownload_Release(download), 0);
    assert_int_equal(IDOManager_Release(manager), 0);
    system_proxy_set_source(NULL);
    range_server_stop(server);
    free(path);
    temp_folder_remove(folder);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, cases, check_case);
    return client_run_in_both(&suite, "system_proxy");
}
