/*
 * Downloads of the modern model in a process of the server's own, made as Microsoft's clients
 * make them: they ask for the class with CLSCTX_LOCAL_SERVER and set the proxy's blanket.
 *
 * The program is also its own second client: with the name of a role as its argument.
 */
#include "com/download_fixture.h"
#include "com/strict_stream.h"
#include "integration/local_hosts.h"
#include "integration/registered_server.h"
#include "support/child_process.h"

enum {
    ROLE_FAILED = 3, /* exit code of a role */
    HALF = DOWNLOAD_SIZE / 2
};

static HRESULT client_get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    (void)clsid;
    return CoGetClassObject(&CLSID_DeliveryOptimization, CLSCTX_LOCAL_SERVER, NULL, iid, out);
}

/* --- As Microsoft's clients do ---------------------------------------------------------- */

static HRESULT set_blanket(void *proxy)
{
    return CoSetProxyBlanket(proxy, RPC_C_AUTHN_DEFAULT, RPC_C_AUTHZ_NONE,
                             COLE_DEFAULT_PRINCIPAL, RPC_C_AUTHN_LEVEL_DEFAULT,
                             RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_STATIC_CLOAKING);
}

static void the_proxy_takes_a_blanket(void **state)
{
    IClientSecurity *security;
    IUnknown *copy = NULL;
    IDODownload *download;
    IDOManager *manager = NULL;

    (void)state;
    assert_hr(CoCreateInstance(&CLSID_DeliveryOptimization, NULL, CLSCTX_LOCAL_SERVER,
                               &IID_IDOManager, (void **)&manager),
              S_OK);
    assert_hr(set_blanket(manager), S_OK);
    download = modern_download(manager);
    assert_hr(set_blanket(download), S_OK);
    security = client_query(download, &IID_IClientSecurity);
    assert_hr(IClientSecurity_CopyProxy(security, (IUnknown *)download, &copy), S_OK);
    IUnknown_Release(copy);
    IClientSecurity_Release(security);
    assert_int_equal(IDODownload_Release(download), 0);
    assert_int_equal(IDOManager_Release(manager), 0);
}

static void it_is_another_process(void **state)
{
    IDOManager *manager = modern_manager();
    IMultiQI *of_a_proxy = NULL;
    IEnumUnknown *none = (IEnumUnknown *)&manager;

    (void)state;
    /* The wrapper that Wine's clients get is not the server's object either. */
    assert_hr(IDOManager_EnumDownloads(manager, NULL, &none), DO_E_NO_DOWNLOADS);
    assert_null(none);
    if (SUCCEEDED(IDOManager_QueryInterface(manager, &IID_IMultiQI, (void **)&of_a_proxy))) {
        IMultiQI_Release(of_a_proxy);
    }
    assert_int_equal(IDOManager_Release(manager), 0);
}

static void a_file_is_downloaded_with_status_calls(void **state)
{
    static const struct byte_range whole[] = {{0, DOWNLOAD_SIZE}};
    struct status_callback callback;
    struct download_scene scene;
    DO_DOWNLOAD_STATUS status;

    (void)state;
    status_callback_init(&callback);
    status_callback_make_plain(&callback);
    download_scene_start(&scene, NULL, 0);
    assert_hr(set_blanket(scene.download), S_OK);
    assert_hr(set_object(scene.download, DODownloadProperty_CallbackInterface,
                         &callback.IDODownloadStatusCallback_iface),
              S_OK);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_true(status_callback_wait_for(&callback, DODownloadState_Transferred));
    status = status_of(scene.download);
    assert_int_equal(status.BytesTotal, DOWNLOAD_SIZE);
    assert_int_equal(status.BytesTransferred, DOWNLOAD_SIZE);
    assert_hr(IDODownload_Finalize(scene.download), S_OK);
    expect_bytes(scene.path, DOWNLOAD_SEED, whole, 1);
    assert_true(status_callback_wait_for(&callback, DODownloadState_Finalized));
    assert_hr(IDODownload_GetStatus(scene.download, &status), S_OK);
    assert_int_equal(status.State, DODownloadState_Finalized);
    download_scene_end(&scene);
    status_callback_end(&callback);
}

static void ranges_go_to_the_clients_stream_in_their_order(void **state)
{
    static const DO_DOWNLOAD_RANGE ranges[] = {{200000, 1000}, {0, 100}, {299990, 10}};
    struct client_stream_object stream;
    struct download_scene scene;
    uint8_t wanted[1110];

    (void)state;
    stream_start(&stream, sizeof(wanted));
    stream.is_called_by_stub = true;
    download_scene_start(&scene, NULL, 0);
    assert_hr(
        set_object(scene.download, DODownloadProperty_StreamInterface, &stream.IStream_iface),
        S_OK);
    scene_set_source(&scene);
    assert_hr(start_with(scene.download, ranges, 3), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_hr(IDODownload_Finalize(scene.download), S_OK);
    assert_int_equal(stream.size, sizeof(wanted));
    content_fill(DOWNLOAD_SEED, 200000, wanted, 1000);
    content_fill(DOWNLOAD_SEED, 0, wanted + 1000, 100);
    content_fill(DOWNLOAD_SEED, 299990, wanted + 1100, 10);
    assert_memory_equal(stream.bytes, wanted, sizeof(wanted));
    download_scene_end(&scene);
    stream_end(&stream);
}

static HRESULT pause_it(IDODownload *download, const DO_DOWNLOAD_STATUS *status, void *context)
{
    if (status->State == DODownloadState_Transferring) {
        *(HRESULT *)context = IDODownload_Pause(download);
    }
    return S_OK;
}

static void the_callback_may_pause_the_download_that_it_gets(void **state)
{
    static const struct server_rule stalls[] = {{.does = SERVER_STALL_AFTER, .number = HALF}};
    struct status_callback callback;
    struct download_scene scene;
    HRESULT paused = E_PENDING;

    (void)state;
    status_callback_init(&callback);
    status_callback_make_plain(&callback);
    callback.action = pause_it;
    callback.context = &paused;
    download_scene_start(&scene, stalls, 1);
    assert_hr(set_object(scene.download, DODownloadProperty_CallbackInterface,
                         &callback.IDODownloadStatusCallback_iface),
              S_OK);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_true(status_callback_wait_for(&callback, DODownloadState_Paused));
    assert_hr(paused, S_OK);
    download_scene_end(&scene);
    status_callback_end(&callback);
}

static void what_is_wrong_has_its_code(void **state)
{
    static const DO_DOWNLOAD_RANGE overlapping[] = {{0, 100}, {50, 100}};
    struct download_scene scene;
    VARIANT value;

    (void)state;
    download_scene_start(&scene, NULL, 0);
    V_VT(&value) = VT_I2;
    assert_hr(IDODownload_GetProperty(scene.download, DODownloadProperty_Uri, &value),
              E_NOT_SET_HR);
    assert_int_equal(V_VT(&value), VT_EMPTY);
    assert_hr(set_text(scene.download, DODownloadProperty_Uri, L"ftp://host/file"),
              INET_E_INVALID_URL);
    assert_hr(IDODownload_Start(scene.download, NULL), DO_E_DOWNLOAD_NO_URI);
    scene_set_file(&scene);
    assert_hr(start_with(scene.download, overlapping, 2), DO_E_OVERLAPPING_RANGES);
    download_scene_end(&scene);
}

/* --- Enumeration ------------------------------------------------------------------------ */

/* The download of that name, or NULL. */
static IDODownload *find_download(IDOManager *manager, const WCHAR *name)
{
    DO_DOWNLOAD_ENUM_CATEGORY category = {DODownloadProperty_DisplayName, name};
    IEnumUnknown *downloads = NULL;
    IDODownload *download = NULL;
    IUnknown *item = NULL;
    ULONG fetched = 0;
    HRESULT hr = IDOManager_EnumDownloads(manager, &category, &downloads);

    if (hr == DO_E_NO_DOWNLOADS) {
        return NULL;
    }
    assert_hr(hr, S_OK);
    assert_hr(IEnumUnknown_Next(downloads, 1, &item, &fetched), S_OK);
    assert_int_equal(fetched, 1);
    download = client_query(item, &IID_IDODownload);
    IUnknown_Release(item);
    assert_hr(IEnumUnknown_Next(downloads, 1, &item, &fetched), S_FALSE);
    assert_int_equal(fetched, 0);
    IEnumUnknown_Release(downloads);
    return download;
}

#define CHECK(hr)                                                                              \
    do {                                                                                       \
        HRESULT check_hr = (hr);                                                               \
        if (FAILED(check_hr)) {                                                                \
            fprintf(stderr, "%s: 0x%08lX\n", #hr, (unsigned long)check_hr);                    \
            return ROLE_FAILED;                                                                \
        }                                                                                      \
    } while (0)

/* Begin to fetch a URL to a path in a download of this name, and leave at once. */
static int role_fetch(const char *name, const char *url, const char *path)
{
    IDOManager *manager = NULL;
    IDODownload *download = NULL;

    CHECK(CoCreateInstance(&CLSID_DeliveryOptimization, NULL, CLSCTX_LOCAL_SERVER,
                           &IID_IDOManager, (void **)&manager));
    CHECK(IDOManager_CreateDownload(manager, &download));
    CHECK(set_text(download, DODownloadProperty_DisplayName, client_wide(name)));
    CHECK(set_text(download, DODownloadProperty_Uri, client_wide(url)));
    CHECK(set_text(download, DODownloadProperty_LocalPath, client_wide(path)));
    CHECK(IDODownload_Start(download, NULL));
    IDODownload_Release(download);
    IDOManager_Release(manager);
    return 0;
}

static int run_role(int argc, char **argv)
{
    int code = ROLE_FAILED;

    if (SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED))) {
        if (argc == 5 && strcmp(argv[1], "fetch") == 0) {
            code = role_fetch(argv[2], argv[3], argv[4]);
        }
        CoUninitialize();
    }
    return code;
}

static void a_download_goes_on_without_its_client_and_is_found_by_another(void **state)
{
    static const struct server_rule stalls[] = {{.does = SERVER_STALL_AFTER, .number = HALF}};
    static const struct byte_range whole[] = {{0, DOWNLOAD_SIZE}};
    struct download_scene scene;
    const char *fetch[] = {"fetch", "goes on", NULL, NULL, NULL};
    IDODownload *found;
    IDODownload *gone;

    (void)state;
    download_scene_start(&scene, stalls, 1);
    fetch[2] = scene.url;
    fetch[3] = scene.path;
    assert_int_equal(child_process_wait(child_process_start(fetch)), 0);
    assert_true(range_server_wait_for_stalls(scene.server, 1, CLIENT_DEADLINE_MS));

    found = find_download(scene.manager, L"goes on");
    assert_non_null(found);
    assert_hr(set_blanket(found), S_OK);
    assert_int_equal(status_of(found).State, DODownloadState_Transferring);
    range_server_release(scene.server);
    assert_reaches(found, DODownloadState_Transferred);
    assert_hr(IDODownload_Finalize(found), S_OK);
    expect_bytes(scene.path, DOWNLOAD_SEED, whole, 1);
    assert_int_equal(IDODownload_Release(found), 0);
    gone = find_download(scene.manager, L"goes on");
    assert_null(gone);
    download_scene_end(&scene);
}

int main(int argc, char **argv)
{
    struct registered_server registered;
    struct test_suite suite = {0};
    int failed;

    if (argc > 1) {
        return run_role(argc, argv);
    }
    TEST_ADD(&suite, the_proxy_takes_a_blanket);
    TEST_ADD(&suite, it_is_another_process);
    TEST_ADD(&suite, a_file_is_downloaded_with_status_calls);
    TEST_ADD(&suite, ranges_go_to_the_clients_stream_in_their_order);
    TEST_ADD(&suite, the_callback_may_pause_the_download_that_it_gets);
    TEST_ADD(&suite, what_is_wrong_has_its_code);
    TEST_ADD(&suite, a_download_goes_on_without_its_client_and_is_found_by_another);

    expect_hosts_to_end();
    registered_server_begin(&registered);
    SetEnvironmentVariableW(L"OPENDO_HOST_IDLE_SECONDS",
                            L"5"); /* longer than between two tests */
    failed = client_run_in_both(&suite, "downloads of the local server");
    expect_hosts_to_end();
    registered_server_end(&registered);
    return failed;
}
