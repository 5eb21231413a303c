/* What is refused, when, and with which word: texts that are none, paths that lead nowhere, and
 * interfaces that a client's object does not give. */
#include "com/download_fixture.h"
#include "com/linked_server.h"

#include <wchar.h>

#define INVALID_NAME HRESULT_FROM_WIN32(ERROR_INVALID_NAME)

/* --- Texts with a zero in them ---------------------------------------------------------- */

static const struct text_case {
    const char *name;
    DODownloadProperty id;
    const WCHAR *beginning; /* which would be fine by itself */
} texts[] = {
    {"a Uri", DODownloadProperty_Uri, L"http://127.0.0.1/a"},
    {"a content id", DODownloadProperty_ContentId, L"a"},
    {"a display name", DODownloadProperty_DisplayName, L"a"},
    {"a path", DODownloadProperty_LocalPath, L"C:\\a\\b"},
    {"headers", DODownloadProperty_HttpCustomHeaders, L"A: b"},
    {"a correlation vector", DODownloadProperty_CorrelationVector, L"a"},
    {"decryption info", DODownloadProperty_DecryptionInfo, L"{}"},
    {"integrity info", DODownloadProperty_IntegrityCheckInfo, L"{}"},
    {"headers for who asks", DODownloadProperty_HttpCustomAuthHeaders, L"A: b"},
};

static void a_text_with_a_zero_in_it_is_refused(void **state)
{
    const struct text_case *c = *state;
    IDOManager *manager = modern_manager();
    IDODownload *download = modern_download(manager);
    WCHAR text[100];
    size_t length = wcslen(c->beginning);
    VARIANT value;

    wcscpy(text, c->beginning);
    wcscpy(text + length + 1, L"behind");
    VariantInit(&value);
    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocStringLen(text, (UINT)length + 7);
    assert_hr(IDODownload_SetProperty(download, c->id, &value), E_INVALIDARG);
    VariantClear(&value);
    IDODownload_Release(download);
    IDOManager_Release(manager);
}

/* --- The length of a name --------------------------------------------------------------- */

static void a_display_name_has_the_limit_of_a_jobs(void **state)
{
    IDOManager *manager = modern_manager();
    IDODownload *download = modern_download(manager);
    WCHAR name[258];

    (void)state;
    wmemset(name, L'n', 257);
    name[257] = L'\0';
    assert_hr(set_text(download, DODownloadProperty_DisplayName, name), E_INVALIDARG);
    name[256] = L'\0';
    assert_hr(set_text(download, DODownloadProperty_DisplayName, name), S_OK);
    IDODownload_Release(download);
    IDOManager_Release(manager);
}

/* --- Paths ------------------------------------------------------------------------------ */

static const struct path_case {
    const char *name;
    const WCHAR *path;
    bool is_below; /* the folder of the test */
} paths[] = {
    {"signs that no name has", L"?f30///.1", false},
    {"a path that is not full", L"a\\b", false},
    {"a drive without its root", L"C:b", false},
    {"a name alone", L"b", false},
    {"a wildcard", L"new\\a*b", true},
    {"a wildcard in a folder's name", L"n?w\\b", true},
    {"a stream of a file", L"new\\a:b", true},
    {"a quotation mark", L"new\\a\"b", true},
    {"a control character",
     L"new\\a\x01"
     L"b",
     true},
};

static void a_path_that_leads_nowhere_is_told_by_start(void **state)
{
    const struct path_case *c = *state;
    struct download_scene scene;
    WCHAR path[MAX_PATH];
    WCHAR made[MAX_PATH];

    download_scene_start(&scene, NULL, 0);
    if (c->is_below) {
        swprintf(path, MAX_PATH, L"%ls\\%ls", client_wide(scene.folder), c->path);
    } else {
        wcscpy(path, c->path);
    }
    assert_hr(set_text(scene.download, DODownloadProperty_Uri, client_wide(scene.url)), S_OK);
    assert_hr(set_text(scene.download, DODownloadProperty_LocalPath, path), S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), INVALID_NAME);
    assert_int_equal(status_of(scene.download).State, DODownloadState_Created);
    swprintf(made, MAX_PATH, L"%ls\\new", client_wide(scene.folder));
    assert_int_equal(GetFileAttributesW(made), INVALID_FILE_ATTRIBUTES);
    /* With a path that is one it starts. */
    assert_hr(set_text(scene.download, DODownloadProperty_LocalPath, client_wide(scene.path)),
              S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    download_scene_end(&scene);
}

/* --- What a client's object says -------------------------------------------------------- */

static HRESULT its_answer;

static HRESULT STDMETHODCALLTYPE sullen_QueryInterface(IUnknown *self, REFIID iid, void **out)
{
    (void)self;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown)) {
        return its_answer;
    }
    *out = self;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE sullen_AddRef(IUnknown *self)
{
    (void)self;
    return 2;
}

static ULONG STDMETHODCALLTYPE sullen_Release(IUnknown *self)
{
    (void)self;
    return 1;
}

static IUnknownVtbl sullen_vtbl = {sullen_QueryInterface, sullen_AddRef, sullen_Release};
static IUnknown sullen = {&sullen_vtbl};

static const struct answer_case {
    const char *name;
    HRESULT answer;
    HRESULT of_job;      /* SetNotifyInterface */
    HRESULT of_download; /* CallbackInterface and StreamInterface */
} answers[] = {
    {"an interface that is not there", E_NOINTERFACE, E_NOINTERFACE, E_INVALIDARG},
    {"no right to it", E_ACCESSDENIED, E_ACCESSDENIED, E_ACCESSDENIED},
    {"no memory for it", E_OUTOFMEMORY, E_OUTOFMEMORY, E_OUTOFMEMORY},
    {"a client that has gone", RPC_E_DISCONNECTED, RPC_E_DISCONNECTED, RPC_E_DISCONNECTED},
};

static void what_queryinterface_says_is_passed_on(void **state)
{
    static const DODownloadProperty ids[] = {DODownloadProperty_CallbackInterface,
                                             DODownloadProperty_StreamInterface};
    const struct answer_case *c = *state;
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = client_job(manager);
    IDOManager *modern = client_query(manager, &IID_IDOManager);
    IDODownload *download = modern_download(modern);

    its_answer = c->answer;
    assert_hr(IBackgroundCopyJob_SetNotifyInterface(job, &sullen), c->of_job);
    for (size_t i = 0; i < TEST_COUNT(ids); i++) {
        VARIANT value;

        VariantInit(&value);
        V_VT(&value) = VT_UNKNOWN;
        V_UNKNOWN(&value) = &sullen;
        assert_hr(IDODownload_SetProperty(download, ids[i], &value), c->of_download);
    }
    IDODownload_Release(download);
    IDOManager_Release(modern);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, texts, a_text_with_a_zero_in_it_is_refused);
    TEST_ADD(&suite, a_display_name_has_the_limit_of_a_jobs);
    TEST_ADD_TABLE(&suite, paths, a_path_that_leads_nowhere_is_told_by_start);
    TEST_ADD_TABLE(&suite, answers, what_queryinterface_says_is_passed_on);
    return client_run_in_both(&suite, "refusals");
}
