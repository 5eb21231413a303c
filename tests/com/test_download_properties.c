/* The properties of IDODownload: type, default, who may read and write them, and when. */
#include "com/download_fixture.h"
#include "com/linked_server.h"
#include "support/failing_memory.h"

#include <urlmon.h>

#define IS      DO_E_INVALID_STATE
#define NOT_SET E_NOT_SET_HR

/* --- The rules for all ----------------------------------------------------------------------
 */

/* When a property may be set. */
enum settable { NEVER, CREATED, CREATED_OR_PAUSED, NOT_ENDED };

static const struct property_case {
    const char *name;
    DODownloadProperty id;
    VARTYPE type;
    enum settable settable;
    HRESULT get; /* on a new download */
    ULONG normal;
    const WCHAR *text; /* a good value; or `number` is one */
    ULONG number;
} properties[] = {
    {"Id", DODownloadProperty_Id, VT_BSTR, NEVER, S_OK, 0, L"x", 0},
    {"Uri", DODownloadProperty_Uri, VT_BSTR, CREATED_OR_PAUSED, NOT_SET, 0,
     L"http://127.0.0.1:9/a", 0},
    {"ContentId", DODownloadProperty_ContentId, VT_BSTR, CREATED, NOT_SET, 0, L"an id", 0},
    {"DisplayName", DODownloadProperty_DisplayName, VT_BSTR, NOT_ENDED, NOT_SET, 0,
     L"A \\ name = \n with all \x00E4\xD83D\xDE00", 0},
    {"LocalPath", DODownloadProperty_LocalPath, VT_BSTR, CREATED, NOT_SET, 0, L"C:\\a\\b", 0},
    {"HttpCustomHeaders", DODownloadProperty_HttpCustomHeaders, VT_BSTR, CREATED_OR_PAUSED,
     NOT_SET, 0, L"A: b\r\nno colon\nC: d", 0},
    {"CostPolicy", DODownloadProperty_CostPolicy, VT_UI4, NOT_ENDED, S_OK,
     DODownloadCostPolicy_Standard, NULL, DODownloadCostPolicy_NoCellular},
    {"SecurityFlags", DODownloadProperty_SecurityFlags, VT_UI4, CREATED_OR_PAUSED,
     DO_E_WRITE_ONLY_PROPERTY, 0, NULL, 0x3301},
    {"CallbackFreqPercent", DODownloadProperty_CallbackFreqPercent, VT_UI4, NOT_ENDED, S_OK, 0,
     NULL, 100},
    {"CallbackFreqSeconds", DODownloadProperty_CallbackFreqSeconds, VT_UI4, NOT_ENDED, S_OK, 1,
     NULL, 7},
    {"NoProgressTimeoutSeconds", DODownloadProperty_NoProgressTimeoutSeconds, VT_UI4, NOT_ENDED,
     S_OK, 300, NULL, 60},
    {"ForegroundPriority", DODownloadProperty_ForegroundPriority, VT_BOOL, NOT_ENDED, S_OK, 0,
     NULL, 1},
    {"BlockingMode", DODownloadProperty_BlockingMode, VT_BOOL, CREATED_OR_PAUSED, S_OK, 0, NULL,
     0},
    {"CallbackInterface", DODownloadProperty_CallbackInterface, VT_UNKNOWN, NOT_ENDED, NOT_SET,
     0, NULL, 0},
    {"StreamInterface", DODownloadProperty_StreamInterface, VT_UNKNOWN, CREATED, NOT_SET, 0,
     NULL, 0},
    {"NetworkToken", DODownloadProperty_NetworkToken, VT_BOOL, CREATED_OR_PAUSED,
     DO_E_WRITE_ONLY_PROPERTY, 0, NULL, 1},
    {"CorrelationVector", DODownloadProperty_CorrelationVector, VT_BSTR, NOT_ENDED, NOT_SET, 0,
     L"abc.1", 0},
    {"IntegrityCheckInfo", DODownloadProperty_IntegrityCheckInfo, VT_BSTR, CREATED,
     DO_E_WRITE_ONLY_PROPERTY, 0,
     L"{\"PiecesHashFileUrl\": \"http://127.0.0.1:9/p\", \"HashOfHashes\": "
     L"\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"}",
     0},
    {"IntegrityCheckMandatory", DODownloadProperty_IntegrityCheckMandatory, VT_BOOL, CREATED,
     S_OK, 0, NULL, 0},
    {"TotalSizeBytes", DODownloadProperty_TotalSizeBytes, VT_UI8, CREATED, NOT_SET, 0, NULL,
     DOWNLOAD_SIZE},
    {"DisallowOnCellular", DODownloadProperty_DisallowOnCellular, VT_BOOL, NOT_ENDED, S_OK, 0,
     NULL, 1},
    {"HttpCustomAuthHeaders", DODownloadProperty_HttpCustomAuthHeaders, VT_BSTR,
     CREATED_OR_PAUSED, NOT_SET, 0, L"Authorization: x", 0},
    {"HttpAllowSecureToNonSecureRedirect",
     DODownloadProperty_HttpAllowSecureToNonSecureRedirect, VT_BOOL, CREATED_OR_PAUSED, S_OK, 0,
     NULL, 1},
    {"NonVolatile", DODownloadProperty_NonVolatile, VT_BOOL, CREATED, S_OK, 0, NULL, 1},
    {"HttpRedirectionTarget", DODownloadProperty_HttpRedirectionTarget, VT_BSTR, NEVER, NOT_SET,
     0, L"x", 0},
    {"HttpResponseHeaders", DODownloadProperty_HttpResponseHeaders, VT_BSTR, NEVER, NOT_SET, 0,
     L"x", 0},
    {"HttpServerIPAddress", DODownloadProperty_HttpServerIPAddress, VT_BSTR, NEVER, NOT_SET, 0,
     L"x", 0},
    {"HttpStatusCode", DODownloadProperty_HttpStatusCode, VT_UI4, NEVER, NOT_SET, 0, NULL, 0},
};

static void fill(const struct property_case *c, VARIANT *value_out)
{
    VariantInit(value_out);
    V_VT(value_out) = c->type;
    switch (c->type) {
    case VT_BSTR:
        V_BSTR(value_out) = SysAllocString(c->text);
        break;
    case VT_UI4:
        V_UI4(value_out) = c->number;
        break;
    case VT_UI8:
        V_UI8(value_out) = c->number;
        break;
    case VT_BOOL:
        V_BOOL(value_out) = c->number ? VARIANT_TRUE : VARIANT_FALSE;
        break;
    default:
        V_UNKNOWN(value_out) = NULL;
        break;
    }
}

static HRESULT set_good(IDODownload *download, const struct property_case *c)
{
    VARIANT value;
    HRESULT hr;

    fill(c, &value);
    hr = IDODownload_SetProperty(download, c->id, &value);
    VariantClear(&value);
    return hr;
}

static void expect_number(const VARIANT *value, ULONG number)
{
    switch (V_VT(value)) {
    case VT_UI4:
        assert_int_equal(V_UI4(value), number);
        break;
    case VT_UI8:
        assert_int_equal(V_UI8(value), number);
        break;
    case VT_BOOL:
        assert_int_equal(V_BOOL(value), number ? VARIANT_TRUE : VARIANT_FALSE);
        break;
    default:
        break;
    }
}

static void check_new(IDODownload *download, const struct property_case *c)
{
    VARIANT value;

    memset(&value, 0xCC, sizeof(value)); /* it need not be initialized */
    assert_hr(IDODownload_GetProperty(download, c->id, &value), c->get);
    assert_int_equal(V_VT(&value), SUCCEEDED(c->get) ? c->type : VT_EMPTY);
    expect_number(&value, c->normal);
    VariantClear(&value);
    assert_hr(IDODownload_GetProperty(download, c->id, NULL), E_INVALIDARG);
}

static void check_wrong_types(IDODownload *download, const struct property_case *c)
{
    HRESULT wrong = c->settable == NEVER ? DO_E_READ_ONLY_PROPERTY : E_INVALIDARG;
    VARIANT value;

    VariantInit(&value);
    V_VT(&value) = VT_I2; /* of no property */
    assert_hr(IDODownload_SetProperty(download, c->id, &value), wrong);
    V_VT(&value) = VT_DISPATCH;
    V_DISPATCH(&value) = NULL;
    assert_hr(IDODownload_SetProperty(download, c->id, &value), wrong);
    assert_hr(IDODownload_SetProperty(download, c->id, NULL), wrong);
}

/* What was set can be read, unless it cannot. */
static void check_round_trip(IDODownload *download, const struct property_case *c)
{
    VARIANT value;

    if (c->settable == NEVER) {
        assert_hr(set_good(download, c), DO_E_READ_ONLY_PROPERTY);
        return;
    }
    assert_hr(set_good(download, c), S_OK);
    if (c->get == DO_E_WRITE_ONLY_PROPERTY || c->type == VT_UNKNOWN) {
        return;
    }
    assert_hr(IDODownload_GetProperty(download, c->id, &value), S_OK);
    assert_int_equal(V_VT(&value), c->type);
    if (c->type == VT_BSTR) {
        assert_wide_equal(V_BSTR(&value), c->text);
    }
    expect_number(&value, c->number);
    VariantClear(&value);
}

/* Its good value is none, which is taken in any state. */
static bool is_callback(const struct property_case *c)
{
    return c->id == DODownloadProperty_CallbackInterface;
}

static void check_property(void **state)
{
    const struct property_case *c = *state;
    IDOManager *manager = modern_manager();
    IDODownload *download = modern_download(manager);

    check_new(download, c);
    check_wrong_types(download, c);
    check_round_trip(download, c);
    assert_hr(IDODownload_Abort(download), S_OK);
    assert_hr(set_good(download, c), c->settable == NEVER ? DO_E_READ_ONLY_PROPERTY
                                     : is_callback(c)     ? S_OK
                                                          : IS);
    IDODownload_Release(download);
    IDOManager_Release(manager);
}

static void check_when(void **state)
{
    static const struct server_rule rules[] = {{.does = SERVER_STALL_AFTER, .number = 1000}};
    const struct property_case *c = *state;
    struct download_scene scene;

    download_scene_start(&scene, rules, 1);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_hr(set_good(scene.download, c), c->settable == NOT_ENDED ? S_OK
                                           : c->settable == NEVER   ? DO_E_READ_ONLY_PROPERTY
                                                                    : IS);
    assert_hr(IDODownload_Pause(scene.download), S_OK);
    assert_hr(set_good(scene.download, c), c->settable >= CREATED_OR_PAUSED ? S_OK
                                           : c->settable == NEVER ? DO_E_READ_ONLY_PROPERTY
                                                                  : IS);
    download_scene_end(&scene);
}

/* --- Values that are refused ----------------------------------------------------------------
 */

static const struct refusal_case {
    const char *name;
    DODownloadProperty id;
    VARTYPE type;
    const WCHAR *text;
    ULONG number;
    HRESULT hr;
} refusals[] = {
    {"an empty Uri", DODownloadProperty_Uri, VT_BSTR, L"", 0, E_INVALIDARG},
    {"a Uri of another scheme", DODownloadProperty_Uri, VT_BSTR, L"ftp://a/b", 0,
     INET_E_INVALID_URL},
    {"a Uri without a host", DODownloadProperty_Uri, VT_BSTR, L"http:///b", 0,
     INET_E_INVALID_URL},
    {"a Uri that is a word", DODownloadProperty_Uri, VT_BSTR, L"word", 0, INET_E_INVALID_URL},
    {"an empty ContentId", DODownloadProperty_ContentId, VT_BSTR, L"", 0,
     DO_E_INVALID_CONTENT_ID},
    {"an empty path", DODownloadProperty_LocalPath, VT_BSTR, L"", 0, E_INVALIDARG},
    {"a relative path, which Start refuses", DODownloadProperty_LocalPath, VT_BSTR, L"a\\b", 0,
     S_OK},
    {"a cost policy there is not", DODownloadProperty_CostPolicy, VT_UI4, NULL, 6,
     E_INVALIDARG},
    {"a security flag there is not", DODownloadProperty_SecurityFlags, VT_UI4, NULL, 0x4,
     E_INVALIDARG},
    {"more than all", DODownloadProperty_CallbackFreqPercent, VT_UI4, NULL, 101, E_INVALIDARG},
    {"a time that is too short", DODownloadProperty_NoProgressTimeoutSeconds, VT_UI4, NULL, 59,
     E_INVALIDARG},
    {"decryption that is no JSON", DODownloadProperty_DecryptionInfo, VT_BSTR, L"x", 0,
     E_INVALIDARG},
    {"decryption, which is not done", DODownloadProperty_DecryptionInfo, VT_BSTR,
     L" {\"a\":1} ", 0, E_NOTIMPL},
    {"integrity information that is no JSON", DODownloadProperty_IntegrityCheckInfo, VT_BSTR,
     L"no", 0, E_INVALIDARG},
    {"a property there is not", (DODownloadProperty)30, VT_UI4, NULL, 0,
     DO_E_UNKNOWN_PROPERTY_ID},
    {"a negative property", (DODownloadProperty)-1, VT_UI4, NULL, 0, DO_E_UNKNOWN_PROPERTY_ID},
};

static void check_refusal(void **state)
{
    const struct refusal_case *c = *state;
    IDOManager *manager = modern_manager();
    IDODownload *download = modern_download(manager);
    VARIANT value;

    assert_hr(c->type == VT_BSTR ? set_text(download, c->id, c->text)
                                 : set_number(download, c->id, c->number),
              c->hr);
    if (c->hr == DO_E_UNKNOWN_PROPERTY_ID) {
        assert_hr(IDODownload_GetProperty(download, c->id, &value), c->hr);
    }
    IDODownload_Release(download);
    IDOManager_Release(manager);
}

static const struct certificate_case {
    const char *name;
    ULONG size;
    HRESULT hr;
} certificates[] = {
    {"a certificate without a byte is none", 0, E_INVALIDARG},
    {"bytes that are no certificate are told so", 5, (HRESULT)0x80092003},
};

static void check_certificate(void **state)
{
    const struct certificate_case *c = *state;
    IDOManager *manager = modern_manager();
    IDODownload *download = modern_download(manager);
    VARIANT value;

    VariantInit(&value);
    V_VT(&value) = VT_ARRAY | VT_UI1;
    V_ARRAY(&value) = SafeArrayCreateVector(VT_UI1, 0, c->size);
    assert_hr(IDODownload_SetProperty(download, DODownloadProperty_SecurityContext, &value),
              c->hr);
    VariantClear(&value);
    assert_hr(IDODownload_GetProperty(download, DODownloadProperty_SecurityContext, &value),
              DO_E_WRITE_ONLY_PROPERTY);
    IDODownload_Release(download);
    IDOManager_Release(manager);
}

/* --- What stands behind another -------------------------------------------------------------
 */

static void a_foreground_download_costs_what_it_costs(void **state)
{
    IDOManager *manager = modern_manager();
    IDODownload *download = modern_download(manager);
    VARIANT value;

    (void)state;
    assert_hr(set_flag(download, DODownloadProperty_ForegroundPriority, true), S_OK);
    assert_hr(IDODownload_GetProperty(download, DODownloadProperty_CostPolicy, &value), S_OK);
    assert_int_equal(V_UI4(&value), DODownloadCostPolicy_Always);
    assert_hr(set_number(download, DODownloadProperty_NoProgressTimeoutSeconds, 0), S_OK);
    assert_hr(
        IDODownload_GetProperty(download, DODownloadProperty_NoProgressTimeoutSeconds, &value),
        S_OK);
    assert_int_equal(V_UI4(&value), 300);
    IDODownload_Release(download);
    IDOManager_Release(manager);
}

static void the_size_is_told_when_it_is_known(void **state)
{
    struct download_scene scene;
    VARIANT value;

    (void)state;
    download_scene_start(&scene, NULL, 0);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_hr(
        IDODownload_GetProperty(scene.download, DODownloadProperty_TotalSizeBytes, &value),
        S_OK);
    assert_int_equal(V_UI8(&value), DOWNLOAD_SIZE);
    assert_hr(
        IDODownload_GetProperty(scene.download, DODownloadProperty_HttpResponseHeaders, &value),
        S_OK);
    assert_non_null(wcsstr(V_BSTR(&value), L"\r\n"));
    VariantClear(&value);
    download_scene_end(&scene);
}

static void a_size_that_is_not_the_servers_is_an_error(void **state)
{
    struct download_scene scene;
    VARIANT value;

    (void)state;
    download_scene_start(&scene, NULL, 0);
    scene_set_file(&scene);
    VariantInit(&value);
    V_VT(&value) = VT_UI8;
    V_UI8(&value) = DOWNLOAD_SIZE + 1;
    assert_hr(
        IDODownload_SetProperty(scene.download, DODownloadProperty_TotalSizeBytes, &value),
        S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Paused);
    assert_hr(status_of(scene.download).Error, DO_E_HTTP_BLOCKSIZE_MISMATCH);
    download_scene_end(&scene);
}

static void expect_source(IDODownload *download, const char *url)
{
    VARIANT value;

    assert_hr(IDODownload_GetProperty(download, DODownloadProperty_Uri, &value), S_OK);
    assert_wide_equal(V_BSTR(&value), client_wide(url));
    VariantClear(&value);
}

/* Of one that has begun, and is kept: the engine has to change its file, and to record that. */
static void another_source_that_cannot_be_kept_changes_nothing(void **state)
{
    static const struct server_rule stalling = {.does = SERVER_STALL_AFTER, .number = 100};
    struct download_scene scene;
    char other[SERVER_URL_SIZE];
    size_t failures = 0;
    HRESULT hr;

    (void)state;
    download_scene_start(&scene, &stalling, 1);
    scene_set_file(&scene);
    range_server_url(scene.server, "/other", other);
    assert_hr(set_flag(scene.download, DODownloadProperty_NonVolatile, true), S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_hr(IDODownload_Pause(scene.download), S_OK);
    for (;;) {
        assert_true(failures < 100);
        failing_memory_start(failures + 1, UINT64_MAX);
        hr = set_text(scene.download, DODownloadProperty_Uri, client_wide(other));
        failing_memory_stop();
        if (SUCCEEDED(hr)) {
            break;
        }
        failures++;
        assert_hr(hr, E_OUTOFMEMORY);
        expect_source(scene.download, scene.url);
    }
    assert_true(failures > 0);
    expect_source(scene.download, other);
    download_scene_end(&scene);
}

int main(void)
{
    static struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, properties, check_property);
    TEST_ADD_TABLE(&suite, properties, check_when);
    TEST_ADD_TABLE(&suite, refusals, check_refusal);
    TEST_ADD_TABLE(&suite, certificates, check_certificate);
    TEST_ADD(&suite, a_foreground_download_costs_what_it_costs);
    TEST_ADD(&suite, the_size_is_told_when_it_is_known);
    TEST_ADD(&suite, a_size_that_is_not_the_servers_is_an_error);
    TEST_ADD(&suite, another_source_that_cannot_be_kept_changes_nothing);
    return client_run_in_both(&suite, "download_properties");
}
