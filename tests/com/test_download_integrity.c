/* Integrity checks as clients of both models ask for them, and what they are told. */
#include "com/download_fixture.h"
#include "com/job_fixture.h"
#include "com/linked_server.h"
#include "support/piece_hash_file.h"

#include <deliveryoptimizationerrors.h>
#include <string.h>

enum { PIECE = 65536 };

#define OTHER_HASH "2SmKENGwc1g33EvYXaxkGw887yekfl1TpU8vP1svz/o="

struct integrity_scene {
    struct download_scene base;
    struct range_server *hashes; /* has the piece hash file at "/hashes" */
    char *list;
    char *info;
};

/* The piece hash file or the info may have a text replaced. */
struct change {
    const char *old_text;
    const char *new_text;
};

static void change_text(char **text, const struct change *change)
{
    char *changed;

    if (change->old_text) {
        changed = piece_hash_file_replace(*text, change->old_text, change->new_text);
        free(*text);
        *text = changed;
    }
}

static void scene_start(struct integrity_scene *scene, const struct server_rule *file_rules,
                        const struct server_rule *list_rules, struct change list,
                        struct change info)
{
    char url[SERVER_URL_SIZE];

    download_scene_start(&scene->base, file_rules, file_rules ? 1 : 0);
    scene->list = piece_hash_file_make(DOWNLOAD_SEED, DOWNLOAD_SIZE, PIECE);
    change_text(&scene->list, &list);
    scene->hashes = range_server_start(&(struct range_server_options){
        .files = {{.path = "/hashes", .content = scene->list, .size = strlen(scene->list)},
                  {.path = "/empty", .seed = 1, .size = 0}},
        .rules = list_rules,
        .rule_count = list_rules ? 1 : 0,
    });
    scene->info = piece_hash_file_info(range_server_url(scene->hashes, "/hashes", url),
                                       DOWNLOAD_SEED, DOWNLOAD_SIZE, PIECE);
    change_text(&scene->info, &info);
    scene_set_file(&scene->base);
    assert_hr(set_text(scene->base.download, DODownloadProperty_IntegrityCheckInfo,
                       client_wide(scene->info)),
              S_OK);
}

static void scene_end(struct integrity_scene *scene)
{
    download_scene_end(&scene->base);
    range_server_stop(scene->hashes);
    free(scene->list);
    free(scene->info);
}

static void demand_check(struct integrity_scene *scene)
{
    assert_hr(set_flag(scene->base.download, DODownloadProperty_IntegrityCheckMandatory, true),
              S_OK);
}

/* --- Every code --------------------------------------------------------------------------- */

static const struct server_rule bad_content[] = {
    {.path = "/file", .does = SERVER_CHANGE_CONTENT, .number = DOWNLOAD_SEED + 1}};
static const struct server_rule not_found[] = {{.does = SERVER_STATUS, .number = 404}};
static const struct server_rule empty[] = {
    {.path = "/hashes", .does = SERVER_REDIRECT, .text = "/empty"}};

static const struct code_case {
    const char *name;
    const struct server_rule *list_rules;
    struct change list;
    struct change info;
    HRESULT hr;
} codes[] = {
    {"a list that is not there", not_found, {0}, {0}, DO_E_INTEGRITYCHECKINFO_UNAVAILABLE},
    {"a list of nothing", empty, {0}, {0}, DO_E_METAINFO_FILE_SIZE},
    {"another digest",
     NULL,
     {0},
     {"\"}", "\",\"PiecesHashFileDigest\":\"" OTHER_HASH "\"}"},
     DO_E_METAINFO_DIGEST_MATCH},
    {"a list that is no JSON", NULL, {"{", ""}, {0}, DO_E_METAINFO_CONTENT},
    {"a list that is a web page",
     NULL,
     {"{", "<html>{"},
     {0},
     DO_E_PHF_PARSEJSON_POTENTIAL_PROXYSERVER},
    {"a list of another version",
     NULL,
     {"\"MajorVersion\":1", "\"MajorVersion\":2"},
     {0},
     DO_E_METAINFO_VERSION},
    {"a list without a hash of its hashes",
     NULL,
     {"HashOfHashes", "Other"},
     {0},
     DO_E_METAINFO_PARSE_HOH},
    {"another hash of the hashes",
     NULL,
     {0},
     {"\"HashOfHashes\":\"", "\"HashOfHashes\":\"" OTHER_HASH "\",\"\":\""},
     DO_E_METAINFO_HOH_MATCH},
    {"a list of a longer file",
     NULL,
     {"\"ContentLength\":300000", "\"ContentLength\":300001"},
     {0},
     DO_E_METAINFO_CONTENT_LENGTH},
    {"a list of pieces of nothing",
     NULL,
     {"\"PieceSize\":", "\"PieceSize\":0,\"\":"},
     {0},
     DO_E_METAINFO_PIECE_SIZE},
    {"a list with a piece too many",
     NULL,
     {"\"Pieces\":[", "\"Pieces\":[\"\","},
     {0},
     DO_E_METAINFO_PARSE_PIECEHASHES},
    {"a list with a piece that is no hash",
     NULL,
     {"\"Pieces\":[\"", "\"Pieces\":[\"*"},
     {0},
     DO_E_METAINFO_PARSE_ONE_PIECEHASH},
};

static void check_code(void **state)
{
    const struct code_case *c = *state;
    struct integrity_scene scene;

    scene_start(&scene, NULL, c->list_rules, c->list, c->info);
    demand_check(&scene);
    assert_hr(IDODownload_Start(scene.base.download, NULL), S_OK);
    assert_reaches(scene.base.download, DODownloadState_Paused);
    assert_hr(status_of(scene.base.download).Error, c->hr);
    scene_end(&scene);
}

static void check_code_that_does_not_matter(void **state)
{
    const struct code_case *c = *state;
    struct integrity_scene scene;

    scene_start(&scene, NULL, c->list_rules, c->list, c->info);
    assert_hr(IDODownload_Start(scene.base.download, NULL), S_OK);
    assert_reaches(scene.base.download, DODownloadState_Transferred);
    assert_hr(IDODownload_Finalize(scene.base.download), S_OK);
    expect_bytes(scene.base.path, DOWNLOAD_SEED, &(struct byte_range){0, DOWNLOAD_SIZE}, 1);
    scene_end(&scene);
}

/* Two hashes have changed places: only what is computed differs. */
static void hashes_in_another_order_are_refused(void **state)
{
    struct integrity_scene scene;
    char *first;
    char *copy;

    (void)state;
    scene_start(&scene, NULL, NULL, (struct change){0}, (struct change){0});
    demand_check(&scene);
    first = strstr(scene.list, "\"Pieces\":[\"") + strlen("\"Pieces\":[\"");
    copy = _strdup(first);
    memcpy(first, copy + 47, 44); /* a hash has 44 characters, and three lie between two */
    memcpy(first + 47, copy, 44);
    free(copy);
    assert_hr(IDODownload_Start(scene.base.download, NULL), S_OK);
    assert_reaches(scene.base.download, DODownloadState_Paused);
    assert_hr(status_of(scene.base.download).Error, DO_E_METAINFO_HOH_FINAL_MATCH);
    scene_end(&scene);
}

static void a_list_that_was_not_there_tells_why(void **state)
{
    struct integrity_scene scene;

    (void)state;
    scene_start(&scene, NULL, not_found, (struct change){0}, (struct change){0});
    demand_check(&scene);
    assert_hr(IDODownload_Start(scene.base.download, NULL), S_OK);
    assert_reaches(scene.base.download, DODownloadState_Paused);
    assert_hr(status_of(scene.base.download).ExtendedError, (HRESULT)0x80190194);
    range_server_use_rules(scene.hashes, NULL, 0); /* it is there now */
    assert_hr(IDODownload_Start(scene.base.download, NULL), S_OK);
    assert_reaches(scene.base.download, DODownloadState_Transferred);
    scene_end(&scene);
}

static void content_that_is_bad_is_refused_in_any_case(void **state)
{
    (void)state;
    for (int is_mandatory = 0; is_mandatory <= 1; is_mandatory++) {
        struct integrity_scene scene;

        scene_start(&scene, bad_content, NULL, (struct change){0}, (struct change){0});
        if (is_mandatory) {
            demand_check(&scene);
        }
        assert_hr(IDODownload_Start(scene.base.download, NULL), S_OK);
        assert_reaches(scene.base.download, DODownloadState_Paused);
        assert_hr(status_of(scene.base.download).Error, DO_E_BAD_PIECE_HASH);
        assert_int_equal(status_of(scene.base.download).BytesTransferred, 0);
        scene_end(&scene);
    }
}

static void content_that_is_bad_once_is_fetched_again(void **state)
{
    static const struct server_rule once[] = {
        {.path = "/file", .to = 1, .does = SERVER_CHANGE_CONTENT, .number = DOWNLOAD_SEED + 1}};
    struct integrity_scene scene;

    (void)state;
    scene_start(&scene, once, NULL, (struct change){0}, (struct change){0});
    demand_check(&scene);
    assert_hr(IDODownload_Start(scene.base.download, NULL), S_OK);
    assert_reaches(scene.base.download, DODownloadState_Transferred);
    assert_hr(IDODownload_Finalize(scene.base.download), S_OK);
    expect_bytes(scene.base.path, DOWNLOAD_SEED, &(struct byte_range){0, DOWNLOAD_SIZE}, 1);
    scene_end(&scene);
}

/* --- Ranges ------------------------------------------------------------------------------- */

static void a_check_of_ranges_cannot_be_demanded(void **state)
{
    static const DO_DOWNLOAD_RANGE some[] = {{0, 100}};
    static const DO_DOWNLOAD_RANGE all[] = {{0, DO_LENGTH_TO_EOF}};
    struct integrity_scene scene;

    (void)state;
    scene_start(&scene, NULL, NULL, (struct change){0}, (struct change){0});
    demand_check(&scene);
    assert_hr(start_with(scene.base.download, some, 1), DO_E_DOWNLOAD_RANGES_UNEXPECTED);
    assert_int_equal(status_of(scene.base.download).State, DODownloadState_Created);
    assert_hr(start_with(scene.base.download, all, 1), S_OK);
    assert_reaches(scene.base.download, DODownloadState_Transferred);
    assert_int_equal(range_server_request_count(scene.hashes), 1);
    assert_hr(start_with(scene.base.download, some, 1), DO_E_DOWNLOAD_RANGES_UNEXPECTED);
    assert_int_equal(status_of(scene.base.download).State, DODownloadState_Transferred);
    scene_end(&scene);
}

static void ranges_come_without_a_check(void **state)
{
    static const DO_DOWNLOAD_RANGE some[] = {{0, 100}};
    struct integrity_scene scene;

    (void)state;
    scene_start(&scene, NULL, NULL, (struct change){0}, (struct change){0});
    assert_hr(start_with(scene.base.download, some, 1), S_OK);
    assert_reaches(scene.base.download, DODownloadState_Transferred);
    assert_int_equal(range_server_request_count(scene.hashes), 0);
    scene_end(&scene);
}

/* --- What a client may say ---------------------------------------------------------------- */

static const struct text_case {
    const char *name;
    DODownloadProperty id;
    const WCHAR *text;
    HRESULT hr;
} texts[] = {
    {"an info that is no JSON", DODownloadProperty_IntegrityCheckInfo, L"no", E_INVALIDARG},
    {"an empty info", DODownloadProperty_IntegrityCheckInfo, L"", E_INVALIDARG},
    {"an info that only looks like JSON", DODownloadProperty_IntegrityCheckInfo, L"{no}",
     E_INVALIDARG},
    {"an info that is an array", DODownloadProperty_IntegrityCheckInfo, L"[]", E_INVALIDARG},
    {"an info without an address", DODownloadProperty_IntegrityCheckInfo,
     L"{\"HashOfHashes\":\"\"}", E_INVALIDARG},
    {"an info with an empty address", DODownloadProperty_IntegrityCheckInfo,
     L"{\"PiecesHashFileUrl\":\"\",\"HashOfHashes\":\"\"}", E_INVALIDARG},
    {"an info without a hash", DODownloadProperty_IntegrityCheckInfo,
     L"{\"PiecesHashFileUrl\":\"http://127.0.0.1:9/p\"}", E_INVALIDARG},
    {"decryption that is no JSON", DODownloadProperty_DecryptionInfo, L"no", E_INVALIDARG},
    {"decryption that is an array", DODownloadProperty_DecryptionInfo, L"[]", E_INVALIDARG},
    {"decryption, which is not done", DODownloadProperty_DecryptionInfo,
     L"{\"KeyData\":\"AAAA\",\"AlgorithmName\":\"AES\"}", E_NOTIMPL},
};

/* Nothing is stored: the file comes as if nobody had said anything. */
static void check_text(void **state)
{
    const struct text_case *c = *state;
    struct download_scene scene;

    download_scene_start(&scene, NULL, 0);
    scene_set_file(&scene);
    assert_hr(set_text(scene.download, c->id, c->text), c->hr);
    assert_hr(set_flag(scene.download, DODownloadProperty_IntegrityCheckMandatory, true), S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), DO_E_INTEGRITYCHECKINFO_UNSPECIFIED);
    assert_hr(set_flag(scene.download, DODownloadProperty_IntegrityCheckMandatory, false),
              S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    download_scene_end(&scene);
}

/* --- Legacy jobs -------------------------------------------------------------------------- */

static HRESULT set_file_text(IDeliveryOptimizationFile2 *file, DOFilePropertyId id,
                             const char *text)
{
    VARIANT value;
    HRESULT hr;

    VariantInit(&value);
    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(client_wide(text));
    hr = IDeliveryOptimizationFile2_SetProperty(file, id, &value);
    VariantClear(&value);
    return hr;
}

static HRESULT set_file_flag(IDeliveryOptimizationFile2 *file, DOFilePropertyId id, bool flag)
{
    VARIANT value;

    VariantInit(&value);
    V_VT(&value) = VT_BOOL;
    V_BOOL(&value) = flag ? VARIANT_TRUE : VARIANT_FALSE;
    return IDeliveryOptimizationFile2_SetProperty(file, id, &value);
}

static IDeliveryOptimizationFile2 *added_file(struct job_fixture *fixture)
{
    IBackgroundCopyFile5 *file;
    IDeliveryOptimizationFile2 *file2;

    assert_hr(job_fixture_add(fixture, 0, NULL, ODO_SIZE_UNKNOWN), S_OK);
    file = client_file(fixture->job, 0);
    file2 = client_query(file, &IID_IDeliveryOptimizationFile2);
    IBackgroundCopyFile5_Release(file);
    return file2;
}

static void files_of_jobs_are_checked_too(void **state)
{
    static const struct server_rule once[] = {
        {.path = "/file", .to = 1, .does = SERVER_CHANGE_CONTENT, .number = FIXTURE_SEED + 1}};
    struct job_fixture fixture;
    IDeliveryOptimizationFile2 *file;
    struct range_server *hashes;
    char url[SERVER_URL_SIZE];
    VARIANT value;
    char *list = piece_hash_file_make(FIXTURE_SEED, FIXTURE_SIZE, PIECE);
    char *info;

    (void)state;
    hashes = range_server_start(&(struct range_server_options){
        .files = {{.path = "/hashes", .content = list, .size = strlen(list)}}});
    info = piece_hash_file_info(range_server_url(hashes, "/hashes", url), FIXTURE_SEED,
                                FIXTURE_SIZE, PIECE);
    job_fixture_start(&fixture, once, 1);
    file = added_file(&fixture);
    assert_hr(set_file_flag(file, DOFilePropertyId_IntegrityCheckMandatory, true), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), DO_E_INTEGRITYCHECKINFO_UNSPECIFIED);
    assert_hr(set_file_text(file, DOFilePropertyId_IntegrityCheckInfo, "{}"), E_INVALIDARG);
    assert_hr(set_file_text(file, DOFilePropertyId_IntegrityCheckInfo, info), S_OK);
    assert_hr(IDeliveryOptimizationFile2_GetProperty(
                  file, DOFilePropertyId_IntegrityCheckMandatory, &value),
              S_OK);
    assert_int_equal(V_VT(&value), VT_BOOL);
    assert_int_equal(V_BOOL(&value), VARIANT_TRUE);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    assert_int_equal(range_server_request_count(hashes), 1);
    assert_hr(set_file_text(file, DOFilePropertyId_IntegrityCheckInfo, info),
              DO_E_INVALID_STATE);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    expect_file(fixture.path, NULL, 0, FIXTURE_SEED, FIXTURE_SIZE);
    IDeliveryOptimizationFile2_Release(file);
    job_fixture_end(&fixture);
    range_server_stop(hashes);
    free(list);
    free(info);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, codes, check_code);
    TEST_ADD_TABLE(&suite, codes, check_code_that_does_not_matter);
    TEST_ADD(&suite, hashes_in_another_order_are_refused);
    TEST_ADD(&suite, a_list_that_was_not_there_tells_why);
    TEST_ADD(&suite, content_that_is_bad_is_refused_in_any_case);
    TEST_ADD(&suite, content_that_is_bad_once_is_fetched_again);
    TEST_ADD(&suite, a_check_of_ranges_cannot_be_demanded);
    TEST_ADD(&suite, ranges_come_without_a_check);
    TEST_ADD_TABLE(&suite, texts, check_text);
    TEST_ADD(&suite, files_of_jobs_are_checked_too);
    return client_run_in_both(&suite, "download_integrity");
}
