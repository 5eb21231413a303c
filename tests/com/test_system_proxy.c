/*
 * The proxy that the user has set in Windows, or that a script chooses: asked for at the first
 * request to a server. The test's server is the proxy, and answers by itself for a host that
 * does not exist; another one has the script, which the system's own WinHTTP runs.
 */
#include "com/download_fixture.h"
#include "com/linked_server.h"
#include "com/network/system_proxy.h"

enum { SCRIPT_SIZE = 300 };

/* Wine keeps its connections for later use, and the end of a server would wait for that. */
static const struct server_rule script_rules[] = {{.does = SERVER_CLOSE}};

/* What Windows would say, which Wine 8 does not. */
static struct {
    WCHAR proxy[100]; /* empty without one */
    WCHAR script[100];
    const WCHAR *exceptions;
    bool must_search;
} settings;
static SRWLOCK settings_lock = SRWLOCK_INIT;

static LPWSTR global_copy(const WCHAR *text)
{
    size_t size = (wcslen(text) + 1) * sizeof(*text);
    LPWSTR copy = GlobalAlloc(GMEM_FIXED, size);

    if (copy) {
        memcpy(copy, text, size);
    }
    return copy;
}

/* On a thread of the engine's. */
static BOOL WINAPI ask_settings(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *config)
{
    AcquireSRWLockShared(&settings_lock);
    *config = (WINHTTP_CURRENT_USER_IE_PROXY_CONFIG){.fAutoDetect = settings.must_search};
    if (*settings.proxy) {
        config->lpszProxy = global_copy(settings.proxy);
    }
    if (*settings.script) {
        config->lpszAutoConfigUrl = global_copy(settings.script);
    }
    if (settings.exceptions) {
        config->lpszProxyBypass = global_copy(settings.exceptions);
    }
    ReleaseSRWLockShared(&settings_lock);
    return TRUE;
}

/* --- The proxy, the script and a download ------------------------------------------------- */

struct scene {
    struct range_server *proxy;
    struct range_server *script_server;
    char script[SCRIPT_SIZE];
    char *folder;
    char *path;
    IDOManager *manager;
    IDODownload *download;
};

/* The proxy's port comes where the text has a "#". */
static void write_script(struct scene *scene, const char *text)
{
    size_t length = strcspn(text, "#");

    if (text[length] == '#') {
        snprintf(scene->script, sizeof(scene->script), "%.*s%u%s", (int)length, text,
                 (unsigned)range_server_port(scene->proxy), text + length + 1);
    } else {
        snprintf(scene->script, sizeof(scene->script), "%s", text);
    }
}

/* `script` may be NULL. */
static void scene_start(struct scene *scene, const char *script, const char *host)
{
    char url[100];

    scene->proxy = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}}});
    write_script(scene, script ? script : "");
    scene->script_server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/pac", .content = scene->script, .size = strlen(scene->script)}},
        .rules = script_rules,
        .rule_count = 1});
    scene->folder = temp_folder_create();
    scene->path = temp_folder_path(scene->folder, "file.bin");
    scene->manager = modern_manager();
    scene->download = modern_download(scene->manager);
    snprintf(url, sizeof(url), "http://%s/file?secret", host);
    assert_hr(set_text(scene->download, DODownloadProperty_Uri, client_wide(url)), S_OK);
    assert_hr(set_text(scene->download, DODownloadProperty_LocalPath, client_wide(scene->path)),
              S_OK);
}

static void scene_end(struct scene *scene)
{
    assert_hr(IDODownload_Abort(scene->download), S_OK);
    assert_int_equal(IDODownload_Release(scene->download), 0);
    assert_int_equal(IDOManager_Release(scene->manager), 0);
    system_proxy_set_source(NULL);
    range_server_stop(scene->proxy);
    range_server_stop(scene->script_server);
    free(scene->path);
    temp_folder_remove(scene->folder);
}

static void set_proxy(const struct scene *scene, const WCHAR *format)
{
    swprintf(settings.proxy, ARRAYSIZE(settings.proxy), format,
             (unsigned)range_server_port(scene->proxy));
}

static void set_script(const struct scene *scene, const WCHAR *path)
{
    swprintf(settings.script, ARRAYSIZE(settings.script), L"http://127.0.0.1:%u%ls",
             (unsigned)range_server_port(scene->script_server), path);
}

static void assert_fails(const struct scene *scene)
{
    ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;

    while (status_of(scene->download).ExtendedError == S_OK && GetTickCount64() < deadline) {
        client_wait_once(NULL, 0, 5);
        client_pump();
    }
    assert_int_not_equal(status_of(scene->download).ExtendedError, S_OK); /* it tries again */
}

static void check(const struct scene *scene, bool is_asked)
{
    assert_hr(IDODownload_Start(scene->download, NULL), S_OK);
    if (is_asked) {
        assert_reaches(scene->download, DODownloadState_Transferred);
    } else {
        assert_fails(scene);
    }
    assert_int_equal(range_server_request_count(scene->proxy) > 0, is_asked);
}

/* --- A proxy that is set ------------------------------------------------------------------ */

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
    {"and the next where one does not answer", L"127.0.0.1:1;127.0.0.1:%u", NULL,
     "server.invalid", true},
    {"where none is set none is", L"", NULL, "server.invalid", false},
    {"nor for a host that goes without", L"127.0.0.1:%u", L"*.local;*.invalid",
     "server.invalid", false},
    {"nor for a name without a dot", L"127.0.0.1:%u", L"<local>", "invalid", false},
    {"nor for this machine", L"127.0.0.1:%u", NULL, "127.0.0.1:9", false},
};

static void use_settings(const WCHAR *exceptions, bool must_search)
{
    memset(&settings, 0, sizeof(settings));
    settings.exceptions = exceptions;
    settings.must_search = must_search;
    system_proxy_set_source(ask_settings);
}

static void check_case(void **state)
{
    const struct proxy_case *c = *state;
    struct scene scene;

    use_settings(c->exceptions, false);
    scene_start(&scene, NULL, c->host);
    set_proxy(&scene, c->format);
    check(&scene, c->is_asked);
    scene_end(&scene);
}

/* --- Scripts ------------------------------------------------------------------------------ */

static const char chooses[] = "function FindProxyForURL(url, host) {"
                              "  return url == 'http://server.invalid/' &&"
                              "         host == 'server.invalid'"
                              "    ? 'PROXY 127.0.0.1:#' : 'PROXY 127.0.0.1:1';"
                              "}";
static const char takes_all[] = "function FindProxyForURL(url, host) {"
                                "  return 'PROXY 127.0.0.1:#';"
                                "}";
static const char goes_direct[] = "function FindProxyForURL(url, host) { return 'DIRECT'; }";
static const char is_broken[] = "function FindProxyForURL(";

static const struct script_case {
    const char *name;
    const char *script;
    const WCHAR *path; /* where the settings say that it is */
    bool must_search;  /* nothing is found */
    const WCHAR *format;
    const WCHAR *exceptions;
    const char *host;
    bool is_asked;
    bool is_fetched; /* the script */
} scripts[] = {
    {"a script chooses, and gets no more than the server of a URL", chooses, L"/pac", false,
     L"", NULL, "server.invalid", true, true},
    {"it may choose none, in spite of one that is set", goes_direct, L"/pac", false,
     L"127.0.0.1:%u", NULL, "server.invalid", false, true},
    {"what goes without the one that is set is its own to know", chooses, L"/pac", false, L"",
     L"*.invalid", "server.invalid", true, true},
    {"where there is no script the proxy that is set counts", takes_all, L"/other", false,
     L"127.0.0.1:%u", NULL, "server.invalid", true, true},
    {"so it does where the script is wrong", is_broken, L"/pac", false, L"127.0.0.1:%u", NULL,
     "server.invalid", true, true},
    {"where there is nothing else none is asked", takes_all, L"/other", false, L"", NULL,
     "server.invalid", false, true},
    {"this machine is asked without any", takes_all, L"/pac", true, L"127.0.0.1:%u", NULL,
     "127.0.0.1:9", false, false},
    {"unless it is not to be", takes_all, L"/pac", false, L"", L"<-loopback>", "127.0.0.1:9",
     true, true},
    {"where a search finds nothing the script counts", chooses, L"/pac", true, L"", NULL,
     "server.invalid", true, true},
    {"and then the proxy that is set", NULL, NULL, true, L"127.0.0.1:%u", NULL,
     "server.invalid", true, false},
};

/* Whether the system can run a script at all: not every Wine has what that takes. */
static bool runs_scripts(void)
{
    WINHTTP_AUTOPROXY_OPTIONS options = {.dwFlags = WINHTTP_AUTOPROXY_CONFIG_URL};
    struct range_server *server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/pac", .content = goes_direct, .size = sizeof(goes_direct) - 1}},
        .rules = script_rules,
        .rule_count = 1});
    HINTERNET session = WinHttpOpen(NULL, WINHTTP_ACCESS_TYPE_NO_PROXY, NULL, NULL, 0);
    WINHTTP_PROXY_INFO info = {0};
    WCHAR url[100];
    BOOL runs;

    swprintf(url, ARRAYSIZE(url), L"http://127.0.0.1:%u/pac",
             (unsigned)range_server_port(server));
    options.lpszAutoConfigUrl = url;
    assert_non_null(session);
    runs = WinHttpGetProxyForUrl(session, L"http://server.invalid/", &options, &info);
    WinHttpCloseHandle(session);
    range_server_stop(server);
    return runs;
}

static void check_script(void **state)
{
    const struct script_case *c = *state;
    struct scene scene;

    if (c->path && !runs_scripts()) {
        print_message("the system runs no scripts\n");
        skip();
    }
    use_settings(c->exceptions, c->must_search);
    scene_start(&scene, c->script, c->host);
    set_proxy(&scene, c->format);
    if (c->path) {
        set_script(&scene, c->path);
    }
    check(&scene, c->is_asked);
    assert_int_equal(range_server_request_count(scene.script_server) > 0, c->is_fetched);
    scene_end(&scene);
}

/* --- Changes ------------------------------------------------------------------------------ */

/* As those who change the settings do; what changes here means nothing to anybody. */
static void touch_settings(void)
{
    static const WCHAR key[] =
        L"Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings";
    static const WCHAR value[] = L"OpenDO test";

    assert_int_equal(
        RegSetKeyValueW(HKEY_CURRENT_USER, key, value, REG_SZ, value, sizeof(value)),
        ERROR_SUCCESS);
    assert_int_equal(RegDeleteKeyValueW(HKEY_CURRENT_USER, key, value), ERROR_SUCCESS);
}

static void a_change_of_the_settings_counts_at_once(void **state)
{
    struct scene scene;

    (void)state;
    use_settings(NULL, false);
    scene_start(&scene, NULL, "server.invalid");
    check(&scene, false);
    AcquireSRWLockExclusive(&settings_lock);
    set_proxy(&scene, L"127.0.0.1:%u");
    ReleaseSRWLockExclusive(&settings_lock);
    touch_settings();
    assert_reaches(scene.download, DODownloadState_Transferred); /* it has tried again */
    assert_true(range_server_request_count(scene.proxy) > 0);
    scene_end(&scene);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, cases, check_case);
    TEST_ADD_TABLE(&suite, scripts, check_script);
    TEST_ADD(&suite, a_change_of_the_settings_counts_at_once);
    return client_run_in_both(&suite, "system_proxy");
}
