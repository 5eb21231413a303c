/*
 * The DLL without registration: a program's manifest says where its classes are.
 */
#include "com/download_fixture.h"
#include "integration/registered_server.h"

#include <shellapi.h>

#include "opendo.h" /* generated from idl/ */

static HRESULT client_get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    return CoGetClassObject(clsid, CLSCTX_INPROC_SERVER, NULL, iid, out);
}

struct manifest {
    HANDLE context;
    ULONG_PTR cookie;
};

static void manifest_begin(struct manifest *manifest, const WCHAR *path)
{
    manifest->context = CreateActCtxW(&(ACTCTXW){.cbSize = sizeof(ACTCTXW), .lpSource = path});
    assert_true(manifest->context != INVALID_HANDLE_VALUE);
    assert_true(ActivateActCtx(manifest->context, &manifest->cookie));
}

static void manifest_end(const struct manifest *manifest)
{
    assert_true(DeactivateActCtx(0, manifest->cookie));
    ReleaseActCtx(manifest->context);
}

/* The result is released; only whether there is such an object matters. */
static HRESULT create(REFCLSID clsid, REFIID iid)
{
    IUnknown *object = NULL;
    HRESULT hr = CoCreateInstance(clsid, NULL, CLSCTX_INPROC_SERVER, iid, (void **)&object);

    if (SUCCEEDED(hr)) {
        assert_int_equal(IUnknown_Release(object), 0);
    }
    return hr;
}

static const struct class_case {
    const char *name;
    const CLSID *clsid;
    const IID *iid;
    const WCHAR *prog_id; /* or NULL */
} classes[] = {
    {"Delivery Optimization's class", &CLSID_DeliveryOptimization, &IID_IDOManager, NULL},
    {"the same for the legacy model", &CLSID_DeliveryOptimization, &IID_IBackgroundCopyManager,
     NULL},
    {"our own class", &CLSID_OpenDO, &IID_IDOManager, L"OpenDO.DeliveryOptimization"},
    {"our own class by its version", &CLSID_OpenDO, &IID_IDOManager,
     L"OpenDO.DeliveryOptimization.1"},
    {"the class for scripts", &CLSID_OpenDODownloads, &IID_IOdoDownloads, L"OpenDO.Downloads"},
    {"the same as a script sees it", &CLSID_OpenDODownloads, &IID_IDispatch,
     L"OpenDO.Downloads.1"},
};

static void check_class(void **state)
{
    const struct class_case *c = *state;
    struct manifest manifest;
    CLSID found = GUID_NULL;

    assert_hr(create(c->clsid, c->iid), REGDB_E_CLASSNOTREG);
    manifest_begin(&manifest, L"" ODO_MANIFEST);
    assert_hr(create(c->clsid, c->iid), S_OK);
    if (c->prog_id) {
        assert_hr(CLSIDFromProgID(c->prog_id, &found), S_OK);
        assert_hr(create(&found, c->iid), S_OK); /* by a name of the context's own */
    }
    manifest_end(&manifest);
    assert_hr(create(c->clsid, c->iid), REGDB_E_CLASSNOTREG);
}

/* A download from its beginning to its end, with the server of whichever manifest is active. */
static void run_download(void)
{
    static const DO_DOWNLOAD_RANGE asked[] = {{1000, 500}, {20, 30}};
    static const struct byte_range same[] = {{1000, 500}, {20, 30}};
    struct download_scene scene;

    download_scene_start(&scene, NULL, 0);
    scene_set_file(&scene);
    assert_hr(start_with(scene.download, asked, 2), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_hr(IDODownload_Finalize(scene.download), S_OK);
    expect_bytes(scene.path, DOWNLOAD_SEED, same, 2);
    download_scene_end(&scene);
}

static void a_download_runs(void **state)
{
    struct manifest manifest;

    (void)state;
    manifest_begin(&manifest, L"" ODO_MANIFEST);
    run_download();
    manifest_end(&manifest);
}

/* --- Interfaces in other apartments ------------------------------------------------------- */

static const struct interface_case {
    const char *name;
    const IID *iid;
    bool is_listed; /* else it is one for which Windows and Wine have proxies */
} interfaces[] = {
    {"IBackgroundCopyFile", &IID_IBackgroundCopyFile, false},
    {"IBackgroundCopyFile2", &IID_IBackgroundCopyFile2, false},
    {"IBackgroundCopyFile3", &IID_IBackgroundCopyFile3, true},
    {"IBackgroundCopyFile4", &IID_IBackgroundCopyFile4, true},
    {"IBackgroundCopyFile5", &IID_IBackgroundCopyFile5, true},
    {"IEnumBackgroundCopyFiles", &IID_IEnumBackgroundCopyFiles, false},
    {"IBackgroundCopyError", &IID_IBackgroundCopyError, false},
    {"IBackgroundCopyJob", &IID_IBackgroundCopyJob, false},
    {"IBackgroundCopyJob2", &IID_IBackgroundCopyJob2, false},
    {"IBackgroundCopyJob3", &IID_IBackgroundCopyJob3, false},
    {"IBackgroundCopyJob4", &IID_IBackgroundCopyJob4, false},
    {"IBackgroundCopyJob5", &IID_IBackgroundCopyJob5, true},
    {"IBackgroundCopyJobHttpOptions", &IID_IBackgroundCopyJobHttpOptions, false},
    {"IEnumBackgroundCopyJobs", &IID_IEnumBackgroundCopyJobs, false},
    {"IBackgroundCopyCallback", &IID_IBackgroundCopyCallback, false},
    {"IBackgroundCopyCallback2", &IID_IBackgroundCopyCallback2, false},
    {"IBackgroundCopyCallback3", &IID_IBackgroundCopyCallback3, true},
    {"IBackgroundCopyManager", &IID_IBackgroundCopyManager, false},
    {"IDeliveryOptimizationJob", &IID_IDeliveryOptimizationJob, true},
    {"IDeliveryOptimizationJob2", &IID_IDeliveryOptimizationJob2, true},
    {"IDeliveryOptimizationFile", &IID_IDeliveryOptimizationFile, true},
    {"IDeliveryOptimizationFile2", &IID_IDeliveryOptimizationFile2, true},
    {"IDODownload", &IID_IDODownload, true},
    {"IDODownloadStatusCallback", &IID_IDODownloadStatusCallback, true},
    {"IDOManager", &IID_IDOManager, true},
};

/* An object of whatever interface it is asked for; nothing but that is asked of it. */
struct any_object {
    IUnknown IUnknown_iface;
    const IID *iid;
    LONG refs;
};

static struct any_object *any_from(IUnknown *self)
{
    return CONTAINING_RECORD(self, struct any_object, IUnknown_iface);
}

static HRESULT STDMETHODCALLTYPE any_object_QueryInterface(IUnknown *self, REFIID iid,
                                                           void **out)
{
    bool is_known = IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, any_from(self)->iid);

    *out = is_known ? self : NULL;
    if (is_known) {
        InterlockedIncrement(&any_from(self)->refs);
    }
    return is_known ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE any_object_AddRef(IUnknown *self)
{
    return (ULONG)InterlockedIncrement(&any_from(self)->refs);
}

static ULONG STDMETHODCALLTYPE any_object_Release(IUnknown *self)
{
    return (ULONG)InterlockedDecrement(&any_from(self)->refs);
}

static const IUnknownVtbl any_object_vtbl = {
    .QueryInterface = any_object_QueryInterface,
    .AddRef = any_object_AddRef,
    .Release = any_object_Release,
};

/* Another thread, in the multithreaded apartment, that takes the object over. */
struct visitor {
    const IID *iid;
    IStream *stream;
    HRESULT result;
    bool is_proxy;
};

static DWORD WINAPI visit(void *context)
{
    struct visitor *visitor = context;
    struct manifest manifest;
    IUnknown *object = NULL;
    IMultiQI *proxy = NULL;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    manifest_begin(&manifest, L"" ODO_MANIFEST);
    visitor->result = CoUnmarshalInterface(visitor->stream, visitor->iid, (void **)&object);
    if (SUCCEEDED(visitor->result)) {
        visitor->is_proxy =
            SUCCEEDED(IUnknown_QueryInterface(object, &IID_IMultiQI, (void **)&proxy));
        if (proxy) {
            IMultiQI_Release(proxy);
        }
        IUnknown_Release(object);
    }
    manifest_end(&manifest);
    CoUninitialize();
    return 0;
}

static HRESULT marshal(struct any_object *object, IStream **stream_out)
{
    static const LARGE_INTEGER start;
    HRESULT hr = CreateStreamOnHGlobal(NULL, TRUE, stream_out);

    assert_hr(hr, S_OK);
    hr = CoMarshalInterface(*stream_out, object->iid, &object->IUnknown_iface, MSHCTX_INPROC,
                            NULL, MSHLFLAGS_NORMAL);
    IStream_Seek(*stream_out, start, STREAM_SEEK_SET, NULL);
    return hr;
}

static bool is_carried_by_ours(REFIID iid)
{
    static const CLSID ours = {
        0xb08ce5f7, 0xf4e7, 0x421e, {0x96, 0x80, 0x93, 0xfa, 0x1e, 0x4b, 0x18, 0x2f}};
    CLSID found = GUID_NULL;

    return SUCCEEDED(CoGetPSClsid(iid, &found)) && IsEqualCLSID(&found, &ours);
}

static void check_interface(void **state)
{
    const struct interface_case *c = *state;
    struct any_object object = {{&any_object_vtbl}, c->iid, 1};
    struct visitor visitor = {.iid = c->iid};
    struct manifest manifest;
    IStream *stream;
    HANDLE thread;

    client_expect_kept(1, 0); /* Wine keeps a handle of a thread that was a visitor's */
    if (c->is_listed) {
        assert_true(FAILED(marshal(&object, &stream)));
        IStream_Release(stream);
    }
    manifest_begin(&manifest, L"" ODO_MANIFEST);
    assert_int_equal(is_carried_by_ours(c->iid), c->is_listed);
    assert_hr(marshal(&object, &visitor.stream), S_OK);
    thread = CreateThread(NULL, 0, visit, &visitor, 0, NULL);
    assert_non_null(thread);
    assert_true(client_wait(thread, CLIENT_DEADLINE_MS));
    CloseHandle(thread);
    assert_hr(visitor.result, S_OK);
    /* In the multithreaded apartment itself the visitor meets the object and no proxy. */
    assert_int_equal(visitor.is_proxy, client_apartment == COINIT_APARTMENTTHREADED);
    IStream_Release(visitor.stream);
    manifest_end(&manifest);
    assert_false(is_carried_by_ours(c->iid));
    assert_int_equal(object.refs, 1);
}

/* --- As programs have it ------------------------------------------------------------------ */

/* The manifest of a program, as the README shows it. */
static const char program_manifest[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
    "<assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\" manifestVersion=\"1.0\">\n"
    "  <assemblyIdentity type=\"win32\" name=\"Program\" version=\"1.0.0.0\"/>\n"
    "  <dependency>\n"
    "    <dependentAssembly>\n"
    "      <assemblyIdentity type=\"win32\" name=\"OpenDO\" version=\"" ODO_VERSION ".0\"\n"
    "                        processorArchitecture=\"" ODO_PROCESSOR "\"/>\n"
    "    </dependentAssembly>\n"
    "  </dependency>\n"
    "</assembly>\n";

static void copy_to(const WCHAR *from, const char *folder, const char *name)
{
    char *path = temp_folder_path(folder, name);

    assert_true(CopyFileW(from, client_wide(path), TRUE));
    free(path);
}

static void a_program_depends_on_the_assembly(void **state)
{
    char *folder = temp_folder_create();
    char *path = temp_folder_path(folder, "program.manifest");
    WCHAR server[MAX_PATH];
    struct manifest manifest;
    FILE *file = fopen(path, "wb");
    HMODULE module;

    (void)state;
    assert_non_null(file);
    fputs(program_manifest, file);
    fclose(file);
    copy_to(L"" ODO_MANIFEST, folder, "OpenDO.manifest");
    copy_to(server_path(), folder, "dosvc.dll");

    manifest_begin(&manifest, client_wide(path));
    run_download();
    module = GetModuleHandleW(L"dosvc.dll");
    assert_non_null(module);
    assert_true(GetModuleFileNameW(module, server, MAX_PATH) > 0);
    assert_non_null(wcsstr(server, wcsrchr(client_wide(folder), L'\\')));
    CoFreeUnusedLibrariesEx(0, 0);
    CoFreeUnusedLibrariesEx(0, 0);
    manifest_end(&manifest);
    free(path);
    temp_folder_remove(folder);
}

/* --- A program of its own ------------------------------------------------------------------
 */

struct place_of_calls {
    DWORD thread;
    bool was_elsewhere;
};

static HRESULT note_place(IDODownload *download, const DO_DOWNLOAD_STATUS *status,
                          void *context)
{
    struct place_of_calls *place = context;

    (void)download;
    (void)status;
    place->was_elsewhere = place->was_elsewhere || GetCurrentThreadId() != place->thread;
    return S_OK;
}

/* The program: a download with a callback that lives in a single-threaded apartment. */
static int run_program(const WCHAR *url, const WCHAR *path)
{
    struct place_of_calls place = {.thread = GetCurrentThreadId()};
    struct status_callback callback;
    IDOManager *manager = NULL;
    IDODownload *download;

    assert_hr(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED), S_OK);
    assert_hr(CoCreateInstance(&CLSID_OpenDO, NULL, CLSCTX_INPROC_SERVER, &IID_IDOManager,
                               (void **)&manager),
              S_OK);
    download = modern_download(manager);
    status_callback_init(&callback);
    status_callback_make_plain(&callback);
    callback.action = note_place;
    callback.context = &place;
    assert_hr(set_text(download, DODownloadProperty_Uri, url), S_OK);
    assert_hr(set_text(download, DODownloadProperty_LocalPath, path), S_OK);
    assert_hr(set_object(download, DODownloadProperty_CallbackInterface,
                         &callback.IDODownloadStatusCallback_iface),
              S_OK);
    assert_hr(IDODownload_Start(download, NULL), S_OK);
    assert_true(status_callback_wait_for(&callback, DODownloadState_Transferred));
    assert_hr(IDODownload_Finalize(download), S_OK);
    assert_false(place.was_elsewhere);
    IDODownload_Release(download);
    IDOManager_Release(manager);
    status_callback_end(&callback);
    CoUninitialize();
    return EXIT_SUCCESS;
}

static DWORD run_and_wait(const WCHAR *program, const WCHAR *line)
{
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION started;
    WCHAR words[2048];
    DWORD code = STILL_ACTIVE;

    assert_true(wcslen(line) < TEST_COUNT(words));
    wcscpy(words, line);
    assert_true(
        CreateProcessW(program, words, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &started));
    assert_true(client_wait(started.hProcess, CLIENT_DEADLINE_MS));
    assert_true(GetExitCodeProcess(started.hProcess, &code));
    CloseHandle(started.hThread);
    CloseHandle(started.hProcess);
    return code;
}

static void a_program_is_called_back_in_its_apartment(void **state)
{
    static const struct byte_range whole[] = {{0, DOWNLOAD_SIZE}};
    struct range_server *server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = DOWNLOAD_SEED, .size = DOWNLOAD_SIZE}}});
    char *folder = temp_folder_create();
    char *program = temp_folder_path(folder, "program.exe");
    char *path = temp_folder_path(folder, "file.bin");
    char *manifest = temp_folder_path(folder, "program.exe.manifest");
    FILE *file = fopen(manifest, "wb");
    char url[SERVER_URL_SIZE];
    WCHAR self[MAX_PATH];
    WCHAR line[2048];

    (void)state;
    assert_non_null(file);
    fputs(program_manifest, file);
    fclose(file);
    assert_true(GetModuleFileNameW(NULL, self, MAX_PATH) > 0);
    copy_to(self, folder, "program.exe");
    copy_to(L"" ODO_MANIFEST, folder, "OpenDO.manifest");
    copy_to(server_path(), folder, "dosvc.dll");
    range_server_url(server, "/file", url);

    swprintf(line, TEST_COUNT(line), L"program %hs %hs", url, path);
    assert_int_equal(run_and_wait(client_wide(program), line), EXIT_SUCCESS);
    expect_bytes(path, DOWNLOAD_SEED, whole, 1);

    range_server_stop(server);
    free(manifest);
    free(path);
    free(program);
    temp_folder_remove(folder);
}

int main(void)
{
    struct test_suite suite = {0};
    int count = 0;
    WCHAR **arguments = CommandLineToArgvW(GetCommandLineW(), &count);
    struct registered_server server;
    int result;

    if (arguments && count == 3) {
        return run_program(arguments[1], arguments[2]);
    }
    LocalFree(arguments);
    registered_server_hide(&server);
    TEST_ADD_TABLE(&suite, classes, check_class);
    TEST_ADD(&suite, a_download_runs);
    TEST_ADD_TABLE(&suite, interfaces, check_interface);
    TEST_ADD(&suite, a_program_depends_on_the_assembly);
    TEST_ADD(&suite, a_program_is_called_back_in_its_apartment);
    result = client_run_in_both(&suite, "manifest");
    registered_server_end(&server);
    return result;
}
