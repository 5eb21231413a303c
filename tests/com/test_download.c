/* IDOManager and IDODownload: states, starting, where the bytes land, and what is listed. */
#include "com/download_fixture.h"
#include "com/linked_server.h"

enum call { START, PAUSE, FINALIZE, ABORT };

static const struct server_rule stalling[] = {{.does = SERVER_STALL_AFTER, .number = 1000}};

/* --- The table of states -------------------------------------------------------------------
 */

#define SAME ((DODownloadState)-1)
#define IS   DO_E_INVALID_STATE

static const struct step_case {
    const char *name;
    DODownloadState from;
    enum call call;
    HRESULT hr;
    DODownloadState to;
} steps[] = {
    {"created, it starts", DODownloadState_Created, START, S_OK, DODownloadState_Transferring},
    {"created, pausing changes nothing", DODownloadState_Created, PAUSE, S_OK, SAME},
    {"created, it cannot be finalized", DODownloadState_Created, FINALIZE, IS, SAME},
    {"created, it can be aborted", DODownloadState_Created, ABORT, S_OK,
     DODownloadState_Aborted},
    {"transferring, starting changes nothing", DODownloadState_Transferring, START, S_OK, SAME},
    {"transferring, it can be paused", DODownloadState_Transferring, PAUSE, S_OK,
     DODownloadState_Paused},
    {"transferring, it cannot be finalized", DODownloadState_Transferring, FINALIZE, IS, SAME},
    {"transferring, it can be aborted", DODownloadState_Transferring, ABORT, S_OK,
     DODownloadState_Aborted},
    {"paused, it goes on", DODownloadState_Paused, START, S_OK, DODownloadState_Transferring},
    {"paused, pausing changes nothing", DODownloadState_Paused, PAUSE, S_OK, SAME},
    {"paused, it cannot be finalized", DODownloadState_Paused, FINALIZE, IS, SAME},
    {"paused, it can be aborted", DODownloadState_Paused, ABORT, S_OK, DODownloadState_Aborted},
    {"transferred, starting changes nothing", DODownloadState_Transferred, START, S_OK, SAME},
    {"transferred, pausing changes nothing", DODownloadState_Transferred, PAUSE, S_OK, SAME},
    {"transferred, it is finalized", DODownloadState_Transferred, FINALIZE, S_OK,
     DODownloadState_Finalized},
    {"transferred, it can be aborted", DODownloadState_Transferred, ABORT, S_OK,
     DODownloadState_Aborted},
    {"finalized, it cannot start", DODownloadState_Finalized, START, IS, SAME},
    {"finalized, it cannot be paused", DODownloadState_Finalized, PAUSE, IS, SAME},
    {"finalized, finalizing changes nothing", DODownloadState_Finalized, FINALIZE, S_OK, SAME},
    {"finalized, it cannot be aborted", DODownloadState_Finalized, ABORT, IS, SAME},
    {"aborted, it cannot start", DODownloadState_Aborted, START, IS, SAME},
    {"aborted, it cannot be paused", DODownloadState_Aborted, PAUSE, IS, SAME},
    {"aborted, it cannot be finalized", DODownloadState_Aborted, FINALIZE, IS, SAME},
    {"aborted, aborting changes nothing", DODownloadState_Aborted, ABORT, S_OK, SAME},
};

static void bring_to(struct download_scene *scene, DODownloadState state)
{
    IDODownload *download = scene->download;
    bool must_arrive =
        state == DODownloadState_Transferred || state == DODownloadState_Finalized;

    if (state == DODownloadState_Created) {
        return;
    }
    if (state == DODownloadState_Aborted) {
        assert_hr(IDODownload_Abort(download), S_OK);
        return;
    }
    assert_hr(IDODownload_Start(download, NULL), S_OK);
    if (must_arrive) {
        assert_reaches(download, DODownloadState_Transferred);
    }
    if (state == DODownloadState_Paused) {
        assert_hr(IDODownload_Pause(download), S_OK);
    }
    if (state == DODownloadState_Finalized) {
        assert_hr(IDODownload_Finalize(download), S_OK);
    }
}

static HRESULT make_call(IDODownload *download, enum call call)
{
    switch (call) {
    case START:
        return IDODownload_Start(download, NULL);
    case PAUSE:
        return IDODownload_Pause(download);
    case FINALIZE:
        return IDODownload_Finalize(download);
    case ABORT:
        return IDODownload_Abort(download);
    }
    return E_UNEXPECTED;
}

static void check_step(void **state)
{
    const struct step_case *c = *state;
    bool must_arrive =
        c->from == DODownloadState_Transferred || c->from == DODownloadState_Finalized;
    struct download_scene scene;

    download_scene_start(&scene, stalling, must_arrive ? 0 : 1);
    scene_set_file(&scene);
    bring_to(&scene, c->from);
    assert_int_equal(status_of(scene.download).State, c->from);
    assert_hr(make_call(scene.download, c->call), c->hr);
    assert_int_equal(status_of(scene.download).State, c->to == SAME ? c->from : c->to);
    assert_hr(status_of(scene.download).Error, S_OK);
    download_scene_end(&scene);
}

/* --- Starting -------------------------------------------------------------------------------
 */

enum { NO_URI = 1, NO_SINK = 2, RELATIVE_FOLDER = 4, MANDATORY = 8 };

static const struct start_case {
    const char *name;
    unsigned lacks;
    DO_DOWNLOAD_RANGE ranges[3];
    uint32_t count;
    HRESULT hr;
} starts[] = {
    {"without a Uri it cannot start", NO_URI, {{0, 0}}, 0, DO_E_DOWNLOAD_NO_URI},
    {"without a place for the bytes it cannot start",
     NO_SINK,
     {{0, 0}},
     0,
     DO_E_FILE_DOWNLOADSINK_UNSPECIFIED},
    {"a check that is demanded needs something to check against",
     MANDATORY,
     {{0, 0}},
     0,
     DO_E_INTEGRITYCHECKINFO_UNSPECIFIED},
    {"an empty range is none", 0, {{0, 10}, {20, 0}}, 2, DO_E_INVALID_RANGE},
    {"a range cannot begin at the end of all files",
     0,
     {{UINT64_MAX, 1}},
     1,
     DO_E_INVALID_RANGE},
    {"a range cannot be longer than numbers go",
     0,
     {{UINT64_MAX - 5, 10}},
     1,
     DO_E_INVALID_RANGE},
    {"ranges must not overlap", 0, {{0, 10}, {5, 10}}, 2, DO_E_OVERLAPPING_RANGES},
    {"nor be there twice", 0, {{7, 10}, {7, 10}}, 2, DO_E_OVERLAPPING_RANGES},
    {"nothing may follow an open end",
     0,
     {{0, UINT64_MAX}, {100, 10}},
     2,
     DO_E_OVERLAPPING_RANGES},
};

static void check_start(void **state)
{
    const struct start_case *c = *state;
    struct download_scene scene;

    download_scene_start(&scene, NULL, 0);
    if (!(c->lacks & NO_URI)) {
        scene_set_source(&scene);
    }
    if (!(c->lacks & NO_SINK)) {
        assert_hr(
            set_text(scene.download, DODownloadProperty_LocalPath, client_wide(scene.path)),
            S_OK);
    }
    if (c->lacks & MANDATORY) {
        assert_hr(set_flag(scene.download, DODownloadProperty_IntegrityCheckMandatory, true),
                  S_OK);
    }
    assert_hr(start_with(scene.download, c->ranges, c->count), c->hr);
    assert_int_equal(status_of(scene.download).State, DODownloadState_Created);
    assert_int_equal(range_server_request_count(scene.server), 0);
    download_scene_end(&scene);
}

static const struct landing_case {
    const char *name;
    bool is_null; /* no structure at all */
    DO_DOWNLOAD_RANGE ranges[3];
    uint32_t count;
    struct byte_range wanted[3];
} landings[] = {
    {"no ranges at all fetch the whole file", true, {{0, 0}}, 0, {{0, DOWNLOAD_SIZE}}},
    {"a count of 0 fetches the whole file", false, {{0, 0}}, 0, {{0, DOWNLOAD_SIZE}}},
    {"ranges land back to back", false, {{0, 100}, {200, 1000}}, 2, {{0, 100}, {200, 1000}}},
    {"in the order given",
     false,
     {{900, 100}, {100, 100}, {400, 100}},
     3,
     {{900, 100}, {100, 100}, {400, 100}}},
    {"an open end goes to the end",
     false,
     {{DOWNLOAD_SIZE - 50, UINT64_MAX}, {3, 4}},
     2,
     {{DOWNLOAD_SIZE - 50, 50}, {3, 4}}},
};

static size_t wanted_count(const struct landing_case *c)
{
    return c->count > 0 ? c->count : 1;
}

static uint64_t wanted_size(const struct landing_case *c)
{
    uint64_t size = 0;

    for (size_t i = 0; i < wanted_count(c); i++) {
        size += c->wanted[i].length;
    }
    return size;
}

static void check_landing(void **state)
{
    const struct landing_case *c = *state;
    struct download_scene scene;
    DO_DOWNLOAD_STATUS status;

    download_scene_start(&scene, NULL, 0);
    scene_set_file(&scene);
    assert_hr(c->is_null ? IDODownload_Start(scene.download, NULL)
                         : start_with(scene.download, c->ranges, c->count),
              S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    status = status_of(scene.download);
    assert_int_equal(status.BytesTotal, wanted_size(c));
    assert_int_equal(status.BytesTransferred, wanted_size(c));
    assert_int_equal(GetFileAttributesW(client_wide(scene.path)), INVALID_FILE_ATTRIBUTES);
    assert_hr(IDODownload_Finalize(scene.download), S_OK);
    expect_bytes(scene.path, DOWNLOAD_SEED, c->wanted, wanted_count(c));
    assert_int_equal(status_of(scene.download).BytesTotal, wanted_size(c));
    download_scene_end(&scene);
}

static void an_empty_file_is_a_file(void **state)
{
    struct download_scene scene;

    (void)state;
    download_scene_start(&scene, NULL, 0);
    range_server_url(scene.server, "/empty", scene.url);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_int_equal(status_of(scene.download).BytesTotal, 0);
    assert_hr(IDODownload_Finalize(scene.download), S_OK);
    expect_bytes(scene.path, DOWNLOAD_SEED, NULL, 0);
    download_scene_end(&scene);
}

static void folders_that_are_missing_are_made(void **state)
{
    struct download_scene scene;
    char path[1000];

    (void)state;
    download_scene_start(&scene, NULL, 0);
    snprintf(path, sizeof(path), "%s\\a\\b\\c.bin", scene.folder);
    scene_set_source(&scene);
    assert_hr(set_text(scene.download, DODownloadProperty_LocalPath, client_wide(path)), S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_hr(IDODownload_Finalize(scene.download), S_OK);
    expect_bytes(path, DOWNLOAD_SEED, &(struct byte_range){0, DOWNLOAD_SIZE}, 1);
    download_scene_end(&scene);
}

static void a_malformed_path_is_told_by_start(void **state)
{
    struct download_scene scene;
    char path[1000];

    (void)state;
    download_scene_start(&scene, NULL, 0);
    snprintf(path, sizeof(path), "%s\\a:b?.bin", scene.folder);
    scene_set_source(&scene);
    assert_hr(set_text(scene.download, DODownloadProperty_LocalPath, client_wide(path)), S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), HRESULT_FROM_WIN32(ERROR_INVALID_NAME));
    download_scene_end(&scene);
}

/* --- Other ranges ----------------------------------------------------------------------------
 */

static void paused_it_may_be_asked_for_something_else(void **state)
{
    static const DO_DOWNLOAD_RANGE other[] = {{50, 20}};
    struct download_scene scene;

    (void)state;
    download_scene_start(&scene, stalling, 1);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_hr(start_with(scene.download, other, 1), IS); /* not while it transfers */
    assert_hr(IDODownload_Pause(scene.download), S_OK);
    range_server_use_rules(scene.server, NULL, 0);
    range_server_release(scene.server);
    assert_hr(start_with(scene.download, other, 1), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_int_equal(status_of(scene.download).BytesTotal, 20);
    assert_hr(IDODownload_Finalize(scene.download), S_OK);
    expect_bytes(scene.path, DOWNLOAD_SEED, &(struct byte_range){50, 20}, 1);
    download_scene_end(&scene);
}

static void transferred_it_may_be_asked_for_more(void **state)
{
    static const DO_DOWNLOAD_RANGE first[] = {{1000, 10}};
    static const DO_DOWNLOAD_RANGE more[] = {{0, 5}, {1000, 10}};
    static const struct byte_range wanted[] = {{1000, 10}, {0, 5}, {1000, 10}};
    struct download_scene scene;

    (void)state;
    download_scene_start(&scene, NULL, 0);
    scene_set_file(&scene);
    assert_hr(start_with(scene.download, first, 1), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_hr(start_with(scene.download, more, 2), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_hr(IDODownload_Finalize(scene.download), S_OK);
    expect_bytes(scene.path, DOWNLOAD_SEED, wanted, 3);
    download_scene_end(&scene);
}

/* --- Failures --------------------------------------------------------------------------------
 */

static void what_is_not_there_is_an_error_in_paused(void **state)
{
    static const struct server_rule rules[] = {{.to = 1, .does = SERVER_STATUS, .number = 404}};
    struct download_scene scene;

    (void)state;
    download_scene_start(&scene, rules, 1);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Paused);
    assert_hr(status_of(scene.download).Error, (HRESULT)0x80190194);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK); /* it is there now */
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_hr(status_of(scene.download).Error, S_OK);
    assert_hr(IDODownload_Finalize(scene.download), S_OK);
    download_scene_end(&scene);
}

static void a_failure_that_passes_is_no_error(void **state)
{
    static const struct server_rule rules[] = {{.to = 1, .does = SERVER_STATUS, .number = 503}};
    struct download_scene scene;
    ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;
    DO_DOWNLOAD_STATUS status;

    (void)state;
    download_scene_start(&scene, rules, 1);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    do {
        client_wait_once(NULL, 0, 5);
        client_pump();
        status = status_of(scene.download);
        assert_hr(status.Error, S_OK);
    } while (SUCCEEDED(status.ExtendedError) && GetTickCount64() < deadline);
    assert_int_equal(status.State, DODownloadState_Transferring);
    assert_hr(status.ExtendedError, (HRESULT)0x801901F7);
    assert_reaches(scene.download, DODownloadState_Transferred);
    download_scene_end(&scene);
}

/* The names of the folder; a test looks for temporary ones. */
static size_t temporary_files(const char *folder, WCHAR path_out[MAX_PATH])
{
    WIN32_FIND_DATAW found;
    WCHAR pattern[1000];
    size_t count = 0;
    HANDLE search;

    swprintf(pattern, TEST_COUNT(pattern), L"%ls\\DO*.tmp", client_wide(folder));
    search = FindFirstFileW(pattern, &found);
    while (search != INVALID_HANDLE_VALUE) {
        count++;
        if (path_out) {
            swprintf(path_out, MAX_PATH, L"%ls\\%ls", client_wide(folder), found.cFileName);
        }
        if (!FindNextFileW(search, &found)) {
            FindClose(search);
            break;
        }
    }
    return count;
}

static void a_temporary_file_that_somebody_deletes_is_missed(void **state)
{
    static const DO_DOWNLOAD_RANGE all[] = {{0, UINT64_MAX}};
    static const struct server_rule rules[] = {{.does = SERVER_STALL_AFTER, .number = 200000}};
    struct download_scene scene;
    WCHAR temporary[MAX_PATH];

    (void)state;
    download_scene_start(&scene, rules, 1);
    scene_set_file(&scene);
    assert_hr(start_with(scene.download, all, 1), S_OK);
    assert_true(range_server_wait_for_stalls(scene.server, 1, CLIENT_DEADLINE_MS));
    assert_hr(IDODownload_Pause(scene.download), S_OK);
    assert_int_equal(temporary_files(scene.folder, temporary), 1);
    assert_true(DeleteFileW(temporary));
    range_server_release(scene.server);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Paused);
    assert_hr(status_of(scene.download).Error, HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    assert_hr(IDODownload_Abort(scene.download), S_OK);
    download_scene_end(&scene);
}

static void aborting_leaves_nothing(void **state)
{
    struct download_scene scene;

    (void)state;
    download_scene_start(&scene, NULL, 0);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_int_equal(temporary_files(scene.folder, NULL), 1);
    assert_hr(IDODownload_Abort(scene.download), S_OK);
    assert_int_equal(temporary_files(scene.folder, NULL), 0);
    assert_int_equal(GetFileAttributesW(client_wide(scene.path)), INVALID_FILE_ATTRIBUTES);
    download_scene_end(&scene);
}

static const struct second_case {
    const char *name;
    struct server_rule rule; /* of the first one */
    DODownloadState first;   /* before the second starts ... */
    DODownloadState after;   /* ... and then */
} seconds[] = {
    {"a second download to a path ends the first",
     {.path = "/file", .does = SERVER_STALL_AFTER, .number = 1000},
     DODownloadState_Transferring,
     DODownloadState_Aborted},
    {"but not one that has all its bytes",
     {.path = "/nothing", .does = SERVER_STATUS, .number = 404},
     DODownloadState_Transferred,
     DODownloadState_Transferred},
};

static void check_second(void **state)
{
    const struct second_case *c = *state;
    struct download_scene scene;
    IDODownload *second;
    char url[SERVER_URL_SIZE];

    download_scene_start(&scene, &c->rule, 1);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, c->first);
    second = modern_download(scene.manager);
    range_server_url(scene.server, "/other", url);
    assert_hr(set_text(second, DODownloadProperty_Uri, client_wide(url)), S_OK);
    assert_hr(set_text(second, DODownloadProperty_LocalPath, client_wide(scene.path)), S_OK);
    assert_hr(IDODownload_Start(second, NULL), S_OK);
    assert_int_equal(status_of(scene.download).State, c->after);
    assert_reaches(second, DODownloadState_Transferred);
    assert_hr(IDODownload_Finalize(second), S_OK);
    expect_bytes(scene.path, DOWNLOAD_SEED + 1, &(struct byte_range){0, DOWNLOAD_SIZE}, 1);
    IDODownload_Release(second);
    download_scene_end(&scene);
}

static void another_uri_goes_on_where_the_first_one_stood(void **state)
{
    static const struct server_rule rules[] = {
        {.path = "/file", .does = SERVER_STALL_AFTER, .number = 100000},
        {.path = "/other", .does = SERVER_STATUS, .number = 404}};
    struct download_scene scene;

    (void)state;
    download_scene_start(&scene, rules, 2);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_hr(set_text(scene.download, DODownloadProperty_Uri, client_wide(scene.url)), IS);
    assert_hr(IDODownload_Pause(scene.download), S_OK);
    range_server_url(scene.server, "/other", scene.url);
    assert_hr(set_text(scene.download, DODownloadProperty_Uri, client_wide(scene.url)), S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Paused);
    assert_hr(status_of(scene.download).Error, (HRESULT)0x80190194);
    download_scene_end(&scene);
}

/* --- What is listed
 * --------------------------------------------------------------------------- */

static HRESULT list(IDOManager *manager, const DO_DOWNLOAD_ENUM_CATEGORY *category,
                    IEnumUnknown **list_out)
{
    *list_out = (IEnumUnknown *)(ULONG_PTR)1;
    return IDOManager_EnumDownloads(manager, category, list_out);
}

static void nothing_to_list_is_an_error(void **state)
{
    IDOManager *manager = modern_manager();
    IEnumUnknown *listed;

    (void)state;
    assert_hr(list(manager, NULL, &listed), DO_E_NO_DOWNLOADS);
    assert_null(listed);
    assert_hr(IDOManager_EnumDownloads(manager, NULL, NULL), E_POINTER);
    assert_hr(IDOManager_CreateDownload(manager, NULL), E_POINTER);
    IDOManager_Release(manager);
}

static const struct category_case {
    const char *name;
    DODownloadProperty property;
    const WCHAR *value; /* NULL for none */
    HRESULT hr;
} categories[] = {
    {"by a name that it has", DODownloadProperty_DisplayName, L"A Name", S_OK},
    {"by a name in other letters", DODownloadProperty_DisplayName, L"a name",
     DO_E_NO_DOWNLOADS},
    {"by a path in other letters", DODownloadProperty_LocalPath, L"c:\\FOLDER\\file.BIN", S_OK},
    {"by a URI that it has", DODownloadProperty_Uri, L"http://127.0.0.1/Path", S_OK},
    {"by a URI in other letters", DODownloadProperty_Uri, L"http://127.0.0.1/path",
     DO_E_NO_DOWNLOADS},
    {"by a content id that it has not", DODownloadProperty_ContentId, L"x", DO_E_NO_DOWNLOADS},
    {"by an id that is none", DODownloadProperty_Id, L"x", DO_E_NO_DOWNLOADS},
    {"by a property that is no category", DODownloadProperty_CostPolicy, L"0", E_INVALIDARG},
    {"by a property that there is not", (DODownloadProperty)99, L"0", E_INVALIDARG},
    {"by no value", DODownloadProperty_Uri, NULL, E_INVALIDARG},
};

static void check_category(void **state)
{
    const struct category_case *c = *state;
    DO_DOWNLOAD_ENUM_CATEGORY category = {c->property, c->value};
    IDOManager *manager = modern_manager();
    IDODownload *download = modern_download(manager);
    IEnumUnknown *listed;

    assert_hr(set_text(download, DODownloadProperty_DisplayName, L"A Name"), S_OK);
    assert_hr(set_text(download, DODownloadProperty_LocalPath, L"C:\\folder\\File.bin"), S_OK);
    assert_hr(set_text(download, DODownloadProperty_Uri, L"http://127.0.0.1/Path"), S_OK);
    assert_hr(list(manager, &category, &listed), c->hr);
    if (c->hr == S_OK) {
        IEnumUnknown_Release(listed);
    } else {
        assert_null(listed);
    }
    IDODownload_Release(download);
    IDOManager_Release(manager);
}

static void what_is_listed_is_the_download_itself(void **state)
{
    DO_DOWNLOAD_ENUM_CATEGORY category = {.Property = DODownloadProperty_Id};
    struct download_scene scene;
    IEnumUnknown *listed;
    IUnknown *items[2] = {NULL};
    IDODownload *found;
    ULONG fetched = 9;
    VARIANT id;

    (void)state;
    download_scene_start(&scene, NULL, 0);
    scene_set_file(&scene);
    assert_hr(IDODownload_GetProperty(scene.download, DODownloadProperty_Id, &id), S_OK);
    assert_int_equal(SysStringLen(V_BSTR(&id)), 38);
    category.Value = V_BSTR(&id);
    assert_hr(list(scene.manager, &category, &listed), S_OK);
    assert_hr(IEnumUnknown_Next(listed, 2, items, &fetched), S_FALSE);
    assert_int_equal(fetched, 1);
    found = client_query(items[0], &IID_IDODownload);
    IUnknown_Release(items[0]);
    assert_hr(IEnumUnknown_Next(listed, 1, items, &fetched), S_FALSE);
    assert_int_equal(fetched, 0);
    IEnumUnknown_Release(listed);
    V_BSTR(&id)[37] = L'\0'; /* without braces */
    category.Value = V_BSTR(&id) + 1;
    assert_hr(list(scene.manager, &category, &listed), S_OK);
    IEnumUnknown_Release(listed);
    VariantClear(&id);

    assert_hr(IDODownload_Start(found, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_hr(IDODownload_Finalize(found), S_OK);
    assert_int_equal(status_of(scene.download).State, DODownloadState_Finalized);
    assert_hr(list(scene.manager, NULL, &listed), DO_E_NO_DOWNLOADS);
    IDODownload_Release(found);
    download_scene_end(&scene);
}

static void neither_model_lists_what_is_the_others(void **state)
{
    IDOManager *manager = modern_manager();
    IDODownload *download = modern_download(manager);
    IBackgroundCopyManager *legacy = client_query(manager, &IID_IBackgroundCopyManager);
    IBackgroundCopyJob *job = client_job(legacy);
    IEnumBackgroundCopyJobs *jobs = NULL;
    IEnumUnknown *listed = NULL;
    ULONG count = 9;
    IUnknown *items[3];
    IBackgroundCopyJob *found = NULL;
    VARIANT text;
    GUID id;

    (void)state;
    assert_hr(IBackgroundCopyManager_EnumJobs(legacy, 0, &jobs), S_OK);
    assert_hr(IEnumBackgroundCopyJobs_GetCount(jobs, &count), S_OK);
    assert_int_equal(count, 1);
    IEnumBackgroundCopyJobs_Release(jobs);
    assert_hr(list(manager, NULL, &listed), S_OK);
    assert_hr(IEnumUnknown_Next(listed, 3, items, &count), S_FALSE);
    assert_int_equal(count, 1);
    IUnknown_Release(items[0]);
    IEnumUnknown_Release(listed);
    assert_hr(IDODownload_GetProperty(download, DODownloadProperty_Id, &text), S_OK);
    assert_hr(CLSIDFromString(V_BSTR(&text), &id), S_OK);
    VariantClear(&text);
    assert_hr(IBackgroundCopyManager_GetJob(legacy, &id, &found), DO_E_JOB_NOT_FOUND);

    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(legacy);
    IDODownload_Release(download);
    IDOManager_Release(manager);
}

/* --- What clients do
 * -------------------------------------------------------------------------- */

static void a_proxy_blanket_can_be_set(void **state)
{
    IDOManager *manager = modern_manager();
    IDODownload *download = modern_download(manager);
    IUnknown *objects[] = {(IUnknown *)manager, (IUnknown *)download};

    (void)state;
    for (size_t i = 0; i < TEST_COUNT(objects); i++) {
        assert_hr(CoSetProxyBlanket(objects[i], RPC_C_AUTHN_DEFAULT, RPC_C_AUTHZ_NONE,
                                    COLE_DEFAULT_PRINCIPAL, RPC_C_AUTHN_LEVEL_DEFAULT,
                                    RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_STATIC_CLOAKING),
                  S_OK);
    }
    IDODownload_Release(download);
    IDOManager_Release(manager);
}

static void status_wants_a_place(void **state)
{
    IDOManager *manager = modern_manager();
    IDODownload *download = modern_download(manager);

    (void)state;
    assert_hr(IDODownload_GetStatus(download, NULL), E_POINTER);
    IDODownload_Release(download);
    IDOManager_Release(manager);
}

/* One that nobody can find again, or that is whole and not kept, ends with its last pointer. */
static void a_download_that_is_let_go_of_leaves_nothing(void **state)
{
    struct download_scene scene;
    IEnumUnknown *listed;

    (void)state;
    download_scene_start(&scene, NULL, 0);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    IDODownload_Release(scene.download);
    assert_int_equal(temporary_files(scene.folder, NULL), 0);
    assert_hr(list(scene.manager, NULL, &listed), DO_E_NO_DOWNLOADS);
    scene.download = modern_download(scene.manager);
    download_scene_end(&scene);
}

static void a_paused_download_can_be_found_again(void **state)
{
    struct download_scene scene;
    IEnumUnknown *listed;
    IUnknown *item = NULL;

    (void)state;
    download_scene_start(&scene, stalling, 1);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_hr(IDODownload_Pause(scene.download), S_OK);
    IDODownload_Release(scene.download);
    assert_hr(list(scene.manager, NULL, &listed), S_OK);
    assert_hr(IEnumUnknown_Next(listed, 1, &item, NULL), S_OK);
    IEnumUnknown_Release(listed);
    scene.download = client_query(item, &IID_IDODownload);
    IUnknown_Release(item);
    assert_int_equal(status_of(scene.download).State, DODownloadState_Paused);
    download_scene_end(&scene);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, steps, check_step);
    TEST_ADD_TABLE(&suite, starts, check_start);
    TEST_ADD_TABLE(&suite, landings, check_landing);
    TEST_ADD(&suite, an_empty_file_is_a_file);
    TEST_ADD(&suite, folders_that_are_missing_are_made);
    TEST_ADD(&suite, a_malformed_path_is_told_by_start);
    TEST_ADD(&suite, paused_it_may_be_asked_for_something_else);
    TEST_ADD(&suite, transferred_it_may_be_asked_for_more);
    TEST_ADD(&suite, what_is_not_there_is_an_error_in_paused);
    TEST_ADD(&suite, a_failure_that_passes_is_no_error);
    TEST_ADD(&suite, a_temporary_file_that_somebody_deletes_is_missed);
    TEST_ADD(&suite, aborting_leaves_nothing);
    TEST_ADD_TABLE(&suite, seconds, check_second);
    TEST_ADD(&suite, another_uri_goes_on_where_the_first_one_stood);
    TEST_ADD(&suite, nothing_to_list_is_an_error);
    TEST_ADD_TABLE(&suite, categories, check_category);
    TEST_ADD(&suite, what_is_listed_is_the_download_itself);
    TEST_ADD(&suite, neither_model_lists_what_is_the_others);
    TEST_ADD(&suite, a_proxy_blanket_can_be_set);
    TEST_ADD(&suite, status_wants_a_place);
    TEST_ADD(&suite, a_download_that_is_let_go_of_leaves_nothing);
    TEST_ADD(&suite, a_paused_download_can_be_found_again);
    return client_run_in_both(&suite, "download");
}
