/*
 * The DLL without registration: a program's manifest says where its classes are.
 */
#include "com/download_fixture.h"
#include "integration/registered_server.h"

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

int main(void)
{
    struct test_suite suite = {0};
    char *store = server_use_own_store();
    int result;

    TEST_ADD_TABLE(&suite, classes, check_class);
    TEST_ADD(&suite, a_download_runs);
    TEST_ADD(&suite, a_program_depends_on_the_assembly);
    result = client_run_in_both(&suite, "manifest");
    temp_folder_remove(store);
    return result;
}
