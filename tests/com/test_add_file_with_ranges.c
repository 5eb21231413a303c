/* IDeliveryOptimizationJob::AddFileWithRanges: what it takes and refuses, and what comes of it.
 */
#include "com/job_fixture.h"
#include "com/linked_server.h"

#define UNKNOWN DO_UNKNOWN_FILE_SIZE
#define TO_END  BG_LENGTH_TO_EOF

static void no_server_objects_are_left(void **state)
{
    (void)state;
    assert_true(module_can_unload());
}

/* --- Arguments -------------------------------------------------------------------------- */

/* "@" begins a path in the test's folder. */
static const struct text_case {
    const char *name;
    const WCHAR *file_id;
    const WCHAR *url;
    const WCHAR *path;
    HRESULT hr;
} texts[] = {
    {"an http URL and a path are taken", L"id", L"http://host/file", L"@file", S_OK},
    {"an https URL is taken", L"id", L"https://host/file", L"@file", S_OK},
    {"a scheme in capitals is taken", L"id", L"HTTP://host/file", L"@file", S_OK},
    {"a query is taken", L"id", L"http://host/file?a=b&c", L"@file", S_OK},
    {"any text is an id", L"{a} \x263a", L"http://host/file", L"@file", S_OK},

    {"no id is refused", NULL, L"http://host/file", L"@file", E_INVALIDARG},
    {"an empty id is refused", L"", L"http://host/file", L"@file", E_INVALIDARG},
    {"an id that is not UTF-16 is refused", L"\xd800", L"http://host/file", L"@file",
     E_INVALIDARG},

    {"no URL is refused", L"id", NULL, L"@file", E_INVALIDARG},
    {"an empty URL is refused", L"id", L"", L"@file", E_INVALIDARG},
    {"a URL that is not UTF-16 is refused", L"id", L"http://host/\xdc00", L"@file",
     E_INVALIDARG},
    {"an ftp URL is refused", L"id", L"ftp://host/file", L"@file", E_INVALIDARG},
    {"a file URL is refused", L"id", L"file:///c:/file", L"@file", E_INVALIDARG},
    {"a share is refused as a URL", L"id", L"\\\\host\\share\\file", L"@file", E_INVALIDARG},
    {"a URL without a scheme is refused", L"id", L"host/file", L"@file", E_INVALIDARG},
    {"a URL without a host is refused", L"id", L"http:///file", L"@file", E_INVALIDARG},
    {"a wildcard for a host is refused", L"id", L"http://*/file", L"@file", E_INVALIDARG},
    {"a URL with a blank is refused", L"id", L"http://host/a b", L"@file", E_INVALIDARG},

    {"no path is refused", L"id", L"http://host/file", NULL, E_INVALIDARG},
    {"an empty path is refused", L"id", L"http://host/file", L"", E_INVALIDARG},
    {"a relative path is refused", L"id", L"http://host/file", L"file", E_INVALIDARG},
    {"a path relative to the root is refused", L"id", L"http://host/file", L"\\file",
     E_INVALIDARG},
    {"a path relative to a drive is refused", L"id", L"http://host/file", L"C:file",
     E_INVALIDARG},
    {"a wildcard in a path is refused", L"id", L"http://host/file", L"@fi*le", E_INVALIDARG},
    {"a question mark in a path is refused", L"id", L"http://host/file", L"@fi?le",
     E_INVALIDARG},
    {"an NTFS stream is refused", L"id", L"http://host/file", L"@file:stream", E_INVALIDARG},
    {"a path that is not UTF-16 is refused", L"id", L"http://host/file", L"@\xd800",
     E_INVALIDARG},
    {"a folder that is not there is refused", L"id", L"http://host/file", L"@none\\file",
     HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND)},
    {"a file for a folder is refused", L"id", L"http://host/file", L"@ordinary\\file",
     HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND)},
    {"a long path form is taken", L"id", L"http://host/file", L"\\\\?\\@file", S_OK},
};

static HRESULT add_with_texts(const struct job_fixture *fixture, const WCHAR *file_id,
                              const WCHAR *url, const WCHAR *path)
{
    IDeliveryOptimizationJob *adder = client_query(fixture->job, &IID_IDeliveryOptimizationJob);
    WCHAR full_path[1000];
    const WCHAR *at = path ? wcschr(path, L'@') : NULL;
    HRESULT hr;

    if (at) {
        swprintf(full_path, TEST_COUNT(full_path), L"%.*ls%ls\\%ls", (int)(at - path), path,
                 client_wide(fixture->folder), at + 1);
        path = full_path;
    }
    hr =
        IDeliveryOptimizationJob_AddFileWithRanges(adder, file_id, url, path, 0, NULL, UNKNOWN);
    IDeliveryOptimizationJob_Release(adder);
    return hr;
}

static ULONG file_count(IBackgroundCopyJob *job)
{
    BG_JOB_PROGRESS progress;

    assert_hr(IBackgroundCopyJob_GetProgress(job, &progress), S_OK);
    return progress.FilesTotal;
}

static void check_texts(void **state)
{
    const struct text_case *c = *state;
    struct job_fixture fixture;
    char *ordinary;
    FILE *file;

    job_fixture_start(&fixture, NULL, 0);
    ordinary = temp_folder_path(fixture.folder, "ordinary");
    file = fopen(ordinary, "wb");
    assert_non_null(file);
    fclose(file);
    free(ordinary);
    assert_hr(add_with_texts(&fixture, c->file_id, c->url, c->path), c->hr);
    assert_int_equal(file_count(fixture.job), SUCCEEDED(c->hr) ? 1 : 0);
    job_fixture_end(&fixture);
}

static const struct length_case {
    const char *name;
    size_t length;
    HRESULT hr;
} url_lengths[] = {
    {"a URL of 2200 characters is taken", 2200, S_OK},
    {"a URL of 2201 characters is refused", 2201, E_INVALIDARG},
    {"a URL of 100000 characters is refused", 100000, E_INVALIDARG},
};

static void check_url_length(void **state)
{
    const struct length_case *c = *state;
    struct job_fixture fixture;
    WCHAR *url = calloc(c->length + 1, sizeof(*url));

    assert_non_null(url);
    job_fixture_start(&fixture, NULL, 0);
    wcscpy(url, L"http://host/");
    for (size_t i = wcslen(url); i < c->length; i++) {
        url[i] = L'a';
    }
    assert_hr(add_with_texts(&fixture, L"id", url, L"@file"), c->hr);
    free(url);
    job_fixture_end(&fixture);
}

static void a_path_longer_than_max_path_is_taken(void **state)
{
    struct job_fixture fixture;
    char *folder, *path;
    char name[101];

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    memset(name, 'd', 100);
    name[100] = '\0';
    folder = temp_folder_make(fixture.folder, name);
    for (int i = 0; i < 2; i++) {
        char *deeper = temp_folder_make(folder, name);

        free(folder);
        folder = deeper;
    }
    path = temp_folder_path(folder, "file.bin");
    assert_true(strlen(path) > MAX_PATH);
    assert_hr(
        client_add(fixture.job, client_wide(fixture.url), client_wide(path), 0, NULL, UNKNOWN),
        S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    expect_file(path, NULL, 0, FIXTURE_SEED, FIXTURE_SIZE);
    free(path);
    free(folder);
    job_fixture_end(&fixture);
}

static void the_same_id_may_come_twice(void **state)
{
    struct job_fixture fixture;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(add_with_texts(&fixture, L"id", L"http://host/1", L"@1"), S_OK);
    assert_hr(add_with_texts(&fixture, L"id", L"http://host/2", L"@2"), S_OK);
    assert_int_equal(file_count(fixture.job), 2);
    job_fixture_end(&fixture);
}

/* --- Ranges as arguments ---------------------------------------------------------------- */

static const struct range_case {
    const char *name;
    UINT64 size;
    BG_FILE_RANGE ranges[4];
    DWORD count;
    HRESULT hr;
    UINT64 bytes_total; /* when it is taken */
} ranges[] = {
    {"one range is taken", 100, {{0, 10}}, 1, S_OK, 10},
    {"ranges in any order are taken", 100, {{50, 10}, {0, 10}, {20, 5}}, 3, S_OK, 25},
    {"ranges that touch are taken", 100, {{0, 10}, {10, 10}}, 2, S_OK, 20},
    {"a range up to the last byte is taken", 100, {{90, 10}}, 1, S_OK, 10},
    {"a range to the end is taken", 100, {{90, TO_END}}, 1, S_OK, 10},
    {"a range to the end of a file of unknown size is taken",
     UNKNOWN,
     {{90, TO_END}},
     1,
     S_OK,
     UNKNOWN},
    {"a range of a file of unknown size is taken", UNKNOWN, {{1000000, 5}}, 1, S_OK, 5},
    {"no ranges ask for the whole file", 100, {{0, 0}}, 0, S_OK, 100},
    {"no ranges of a file of unknown size", UNKNOWN, {{0, 0}}, 0, S_OK, UNKNOWN},
    {"a range to the end may stand first in the list",
     100,
     {{50, TO_END}, {0, 10}},
     2,
     S_OK,
     60},

    {"an offset at the end of the numbers is refused",
     UNKNOWN,
     {{TO_END, 5}},
     1,
     DO_E_INVALID_RANGE,
     0},
    {"an empty range is refused", 100, {{5, 0}}, 1, DO_E_INVALID_RANGE, 0},
    {"a range past the end is refused", 100, {{91, 10}}, 1, DO_E_INVALID_RANGE, 0},
    {"a range behind the end is refused", 100, {{100, 1}}, 1, DO_E_INVALID_RANGE, 0},
    {"a range to the end from behind it is refused",
     100,
     {{100, TO_END}},
     1,
     DO_E_INVALID_RANGE,
     0},
    {"a sum beyond 64 bits is refused",
     UNKNOWN,
     {{0xffffffffffff0000, 0xffffff}},
     1,
     DO_E_INVALID_RANGE,
     0},
    {"a sum beyond 63 bits is refused",
     UNKNOWN,
     {{0x7fffffffffffffff, 1}},
     1,
     DO_E_INVALID_RANGE,
     0},

    {"two ranges that share a byte are refused",
     100,
     {{0, 10}, {9, 10}},
     2,
     DO_E_OVERLAPPING_RANGES,
     0},
    {"the same range twice is refused", 100, {{5, 5}, {5, 5}}, 2, DO_E_OVERLAPPING_RANGES, 0},
    {"a range inside another is refused",
     100,
     {{0, 50}, {10, 5}},
     2,
     DO_E_OVERLAPPING_RANGES,
     0},
    {"an overlap is found whatever the order",
     100,
     {{20, 10}, {50, 10}, {25, 2}},
     3,
     DO_E_OVERLAPPING_RANGES,
     0},
    {"nothing may follow a range to the end",
     UNKNOWN,
     {{50, TO_END}, {1000000, 1}},
     2,
     DO_E_OVERLAPPING_RANGES,
     0},
    {"two ranges to the end are refused",
     UNKNOWN,
     {{50, TO_END}, {60, TO_END}},
     2,
     DO_E_OVERLAPPING_RANGES,
     0},

    {"an empty range behind a full one at its offset overlaps",
     200,
     {{100, 5}, {100, 0}},
     2,
     DO_E_OVERLAPPING_RANGES,
     0},
    {"an empty range before a full one at its offset is empty",
     200,
     {{100, 0}, {100, 5}},
     2,
     DO_E_INVALID_RANGE,
     0},
    {"an overlap comes before an empty range",
     200,
     {{0, 0}, {100, 5}, {104, 5}},
     3,
     DO_E_OVERLAPPING_RANGES,
     0},
    {"an overlap comes before a range past the end",
     100,
     {{90, 20}, {95, 20}},
     2,
     DO_E_OVERLAPPING_RANGES,
     0},
};

static void check_ranges(void **state)
{
    const struct range_case *c = *state;
    struct job_fixture fixture;
    BG_JOB_PROGRESS progress;

    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, c->count, c->ranges, c->size), c->hr);
    assert_hr(IBackgroundCopyJob_GetProgress(fixture.job, &progress), S_OK);
    assert_int_equal(progress.FilesTotal, SUCCEEDED(c->hr) ? 1 : 0);
    assert_true(progress.BytesTotal == c->bytes_total);
    job_fixture_end(&fixture);
}

static void a_count_without_ranges_is_refused(void **state)
{
    struct job_fixture fixture;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 1, NULL, UNKNOWN), E_INVALIDARG);
    assert_hr(job_fixture_add(&fixture, 1000, NULL, UNKNOWN), E_INVALIDARG);
    job_fixture_end(&fixture);
}

/* With a count of 0 nobody looks where the pointer points. */
static void ranges_without_a_count_are_not_looked_at(void **state)
{
    struct job_fixture fixture;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 0, (const BG_FILE_RANGE *)(uintptr_t)8, UNKNOWN), S_OK);
    job_fixture_end(&fixture);
}

/* The array is the caller's word for it; nobody reads so far. */
static void more_ranges_than_can_be_held_are_refused_unread(void **state)
{
    static const BG_FILE_RANGE one = {0, 1};
    struct job_fixture fixture;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 0xffffffff, &one, UNKNOWN),
              BG_E_TOO_MANY_RANGES_IN_FILE);
    assert_int_equal(file_count(fixture.job), 0);
    job_fixture_end(&fixture);
}

/* Where this runs under Wine there is a folder that nobody may write, not even root. */
static void a_folder_that_may_not_be_written_is_refused_at_once(void **state)
{
    static const WCHAR folder[] = L"Z:\\sys\\kernel";
    struct job_fixture fixture;

    (void)state;
    if (GetFileAttributesW(folder) == INVALID_FILE_ATTRIBUTES) {
        skip();
    }
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(add_with_texts(&fixture, L"id", L"http://host/file", L"Z:\\sys\\kernel\\file"),
              E_ACCESSDENIED);
    job_fixture_end(&fixture);
}

/* --- Order of checks -------------------------------------------------------------------- */

static const struct order_case {
    const char *name;
    const WCHAR *url;
    DWORD count;
    const WCHAR *path;
    bool is_cancelled;
    HRESULT hr;
} orders[] = {
    {"the state comes before texts, ranges and path", NULL, 1, L"@none\\file", true,
     DO_E_INVALID_STATE},
    {"texts come before ranges and path", L"ftp://host/", 1, L"@none\\file", false,
     E_INVALIDARG},
    {"ranges come before the path", L"http://host/", 1, L"@none\\file", false,
     DO_E_INVALID_RANGE},
    {"the path comes last", L"http://host/", 0, L"@none\\file", false,
     HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND)},
};

static void check_order(void **state)
{
    static const BG_FILE_RANGE empty = {0, 0};
    const struct order_case *c = *state;
    struct job_fixture fixture;
    WCHAR path[1000];

    job_fixture_start(&fixture, NULL, 0);
    swprintf(path, TEST_COUNT(path), L"%ls\\%ls", client_wide(fixture.folder), c->path + 1);
    if (c->is_cancelled) {
        assert_hr(IBackgroundCopyJob_Cancel(fixture.job), S_OK);
    }
    assert_hr(client_add(fixture.job, c->url, path, c->count, &empty, UNKNOWN), c->hr);
    job_fixture_end(&fixture);
}

/* --- States ----------------------------------------------------------------------------- */

static void a_completed_job_takes_no_files(void **state)
{
    struct job_fixture fixture;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), DO_E_INVALID_STATE);
    job_fixture_end(&fixture);
}

static void add_second_file(struct job_fixture *fixture, char **path_out)
{
    static const BG_FILE_RANGE range = {500, 100};

    *path_out = temp_folder_path(fixture->folder, "second.bin");
    assert_hr(client_add(fixture->job, client_wide(fixture->url), client_wide(*path_out), 1,
                         &range, UNKNOWN),
              S_OK);
}

static void check_both_files(struct job_fixture *fixture, char *second)
{
    static const struct byte_range range = {500, 100};

    assert_hr(IBackgroundCopyJob_Complete(fixture->job), S_OK);
    expect_file(fixture->path, NULL, 0, FIXTURE_SEED, FIXTURE_SIZE);
    expect_file(second, &range, 1, FIXTURE_SEED, FIXTURE_SIZE);
    free(second);
}

static void a_job_in_motion_fetches_the_new_file_too(void **state)
{
    static const struct server_rule stall = {
        .path = "/file", .from = 1, .to = 1, .does = SERVER_STALL_AFTER, .number = 1000};
    struct job_fixture fixture;
    char *second;

    (void)state;
    job_fixture_start(&fixture, &stall, 1);
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_true(range_server_wait_for_stalls(fixture.server, 1, CLIENT_DEADLINE_MS));
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_TRANSFERRING);
    add_second_file(&fixture, &second);
    range_server_release(fixture.server);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    check_both_files(&fixture, second);
    job_fixture_end(&fixture);
}

static void a_transferred_job_wants_to_be_resumed_for_a_new_file(void **state)
{
    struct job_fixture fixture;
    char *second;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    add_second_file(&fixture, &second);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_TRANSFERRED);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    check_both_files(&fixture, second);
    job_fixture_end(&fixture);
}

static void a_job_in_error_takes_a_new_file(void **state)
{
    static const struct server_rule missing = {
        .path = "/file", .from = 1, .to = 1, .does = SERVER_STATUS, .number = 404};
    struct job_fixture fixture;
    char *second;

    (void)state;
    job_fixture_start(&fixture, &missing, 1);
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_ERROR);
    add_second_file(&fixture, &second);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_ERROR);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    check_both_files(&fixture, second);
    job_fixture_end(&fixture);
}

static void adding_a_file_is_a_modification(void **state)
{
    struct job_fixture fixture;
    struct client_callback callback;
    BG_JOB_TIMES before, after;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    client_callback_init(&callback);
    assert_hr(IBackgroundCopyJob_SetNotifyFlags(fixture.job, BG_NOTIFY_JOB_MODIFICATION), S_OK);
    assert_hr(
        IBackgroundCopyJob_SetNotifyInterface(fixture.job, client_callback_unknown(&callback)),
        S_OK);
    assert_hr(IBackgroundCopyJob_GetTimes(fixture.job, &before), S_OK);
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    assert_hr(IBackgroundCopyJob_GetTimes(fixture.job, &after), S_OK);
    assert_true(CompareFileTime(&after.ModificationTime, &before.ModificationTime) >= 0);
    assert_true(client_callback_wait(&callback, NEWS_MODIFICATION, 1));
    assert_hr(IBackgroundCopyJob_SetNotifyInterface(fixture.job, NULL), S_OK);
    client_callback_end(&callback);
    job_fixture_end(&fixture);
}

/* --- What arrives ----------------------------------------------------------------------- */

static const struct fetch_case {
    const char *name;
    const char *path;
    UINT64 size;
    struct byte_range ranges[5];
    DWORD count;
    struct server_rule rules[2];
    HRESULT error;      /* or S_OK, and the bytes are compared */
    UINT64 bytes_total; /* of the transferred job */
} fetches[] = {
    {.name = "ranges land in the order given",
     .path = "/file",
     .size = UNKNOWN,
     .ranges = {{100, 100}, {900, 100}, {400, 100}},
     .count = 3,
     .bytes_total = 300},
    {.name = "a range to the end lands in the middle",
     .path = "/file",
     .size = UNKNOWN,
     .ranges = {{24, 17}, {111, BYTE_RANGE_TO_END}, {83, 7}},
     .count = 3,
     .bytes_total = 17 + FIXTURE_SIZE - 111 + 7},
    {.name = "a range to the end lands first, of a known size",
     .path = "/file",
     .size = FIXTURE_SIZE,
     .ranges = {{999000, BYTE_RANGE_TO_END}, {0, 1}},
     .count = 2,
     .bytes_total = 1001},
    {.name = "ranges that touch in the file, in reverse order",
     .path = "/file",
     .size = UNKNOWN,
     .ranges = {{2000, 1000}, {1000, 1000}, {0, 1000}},
     .count = 3,
     .bytes_total = 3000},
    {.name = "the whole file", .path = "/file", .size = UNKNOWN, .bytes_total = FIXTURE_SIZE},
    {.name = "the whole file of a stated size",
     .path = "/file",
     .size = FIXTURE_SIZE,
     .bytes_total = FIXTURE_SIZE},
    {.name = "an empty file", .path = "/empty", .size = UNKNOWN, .bytes_total = 0},
    {.name = "one range that is the whole file",
     .path = "/file",
     .size = UNKNOWN,
     .ranges = {{0, BYTE_RANGE_TO_END}},
     .count = 1,
     .bytes_total = FIXTURE_SIZE},
    {.name = "from a server that ignores ranges, read once and cut",
     .path = "/file",
     .size = UNKNOWN,
     .ranges = {{500, 10}, {100, 10}},
     .count = 2,
     .rules = {{.does = SERVER_IGNORE_RANGES}},
     .bytes_total = 20},
    {.name = "from a server that drops all ranges but the first",
     .path = "/file",
     .size = UNKNOWN,
     .ranges = {{900000, 10}, {100, 10}, {500000, 10}},
     .count = 3,
     .rules = {{.does = SERVER_DROP_RANGES, .number = 1}},
     .bytes_total = 30},

    {.name = "a range past the end of a file of unknown size is an error",
     .path = "/file",
     .size = UNKNOWN,
     .ranges = {{FIXTURE_SIZE - 5, 10}},
     .count = 1,
     .error = DO_E_INVALID_RANGE},
    {.name = "a range behind the end of a file of unknown size is an error",
     .path = "/file",
     .size = UNKNOWN,
     .ranges = {{FIXTURE_SIZE, 10}},
     .count = 1,
     .error = DO_E_INVALID_RANGE},
    {.name = "a range behind the end is an error if the 416 does not tell the size",
     .path = "/file",
     .size = UNKNOWN,
     .ranges = {{FIXTURE_SIZE, 10}},
     .count = 1,
     .rules = {{.does = SERVER_NO_TOTAL}},
     .error = DO_E_INVALID_RANGE},
    {.name = "a stated size that is not the server's is an error",
     .path = "/file",
     .size = FIXTURE_SIZE + 1,
     .error = DO_E_HTTP_BLOCKSIZE_MISMATCH},
    {.name = "a stated size that is not the server's is an error with ranges too",
     .path = "/file",
     .size = FIXTURE_SIZE + 1,
     .ranges = {{0, 10}},
     .count = 1,
     .error = DO_E_HTTP_BLOCKSIZE_MISMATCH},
    {.name = "a large file without ranges is an error",
     .path = "/large",
     .size = UNKNOWN,
     .ranges = {{99000000, 10}},
     .count = 1,
     .rules = {{.does = SERVER_IGNORE_RANGES}},
     .error = DO_E_INSUFFICIENT_RANGE_SUPPORT},
    {.name = "from a server that sends other ranges than asked for, read once and cut",
     .path = "/file",
     .size = UNKNOWN,
     .ranges = {{100, 10}},
     .count = 1,
     .rules = {{.does = SERVER_SHIFT_CONTENT_RANGE, .number = 1}},
     .bytes_total = 10},
    {.name = "404 is an error with its number",
     .path = "/none",
     .size = UNKNOWN,
     .ranges = {{100, 10}},
     .count = 1,
     .error = (HRESULT)0x80190194},
};

static void check_fetch(void **state)
{
    const struct fetch_case *c = *state;
    struct job_fixture fixture;
    BG_JOB_PROGRESS progress;
    UINT64 size = strcmp(c->path, "/empty") == 0 ? 0 : FIXTURE_SIZE;

    job_fixture_start(&fixture, c->rules, TEST_COUNT(c->rules));
    range_server_url(fixture.server, c->path, fixture.url);
    assert_hr(job_fixture_add(&fixture, c->count, (const BG_FILE_RANGE *)c->ranges, c->size),
              S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    if (FAILED(c->error)) {
        assert_job_reaches(fixture.job, BG_JOB_STATE_ERROR);
        assert_hr(job_error_code(fixture.job), c->error);
        assert_hr(IBackgroundCopyJob_Cancel(fixture.job), S_OK);
        expect_no_file(fixture.path);
    } else {
        assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
        assert_hr(IBackgroundCopyJob_GetProgress(fixture.job, &progress), S_OK);
        assert_true(progress.BytesTotal == c->bytes_total);
        assert_true(progress.BytesTransferred == c->bytes_total);
        assert_int_equal(progress.FilesTransferred, 1);
        expect_no_file(fixture.path);
        assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
        expect_file(fixture.path, c->ranges, c->count, FIXTURE_SEED, size);
    }
    job_fixture_end(&fixture);
}

/* --- Many ------------------------------------------------------------------------------- */

static void five_hundred_ranges_and_two_hundred_files_are_taken(void **state)
{
    enum { RANGES = 500, FILES = 200 };
    struct job_fixture fixture;
    struct byte_range many[RANGES];

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    for (unsigned i = 0; i < RANGES; i++) {
        many[i] = (struct byte_range){(RANGES - 1 - i) * 2000u, 1 + i % 7};
    }
    for (int i = 0; i < FILES; i++) {
        char name[20];
        char *path;

        snprintf(name, sizeof(name), "%d.bin", i);
        path = temp_folder_path(fixture.folder, name);
        assert_hr(client_add(fixture.job, client_wide(fixture.url), client_wide(path),
                             i == 0 ? RANGES : 1, (const BG_FILE_RANGE *)many, UNKNOWN),
                  S_OK);
        free(path);
    }
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    for (int i = 0; i < FILES; i++) {
        char name[20];
        char *path;

        snprintf(name, sizeof(name), "%d.bin", i);
        path = temp_folder_path(fixture.folder, name);
        expect_file(path, many, i == 0 ? RANGES : 1, FIXTURE_SEED, FIXTURE_SIZE);
        free(path);
    }
    job_fixture_end(&fixture);
}

static void the_callers_array_is_not_needed_after_the_call(void **state)
{
    static const struct byte_range range = {100, 100};
    BG_FILE_RANGE mine = {100, 100};
    struct job_fixture fixture;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 1, &mine, UNKNOWN), S_OK);
    memset(&mine, 0xff, sizeof(mine));
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    expect_file(fixture.path, &range, 1, FIXTURE_SEED, FIXTURE_SIZE);
    job_fixture_end(&fixture);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, texts, check_texts);
    TEST_ADD_TABLE(&suite, url_lengths, check_url_length);
    TEST_ADD(&suite, a_path_longer_than_max_path_is_taken);
    TEST_ADD(&suite, the_same_id_may_come_twice);
    TEST_ADD_TABLE(&suite, ranges, check_ranges);
    TEST_ADD(&suite, a_count_without_ranges_is_refused);
    TEST_ADD(&suite, ranges_without_a_count_are_not_looked_at);
    TEST_ADD(&suite, more_ranges_than_can_be_held_are_refused_unread);
    TEST_ADD(&suite, a_folder_that_may_not_be_written_is_refused_at_once);
    TEST_ADD_TABLE(&suite, orders, check_order);
    TEST_ADD(&suite, a_completed_job_takes_no_files);
    TEST_ADD(&suite, a_job_in_motion_fetches_the_new_file_too);
    TEST_ADD(&suite, a_transferred_job_wants_to_be_resumed_for_a_new_file);
    TEST_ADD(&suite, a_job_in_error_takes_a_new_file);
    TEST_ADD(&suite, adding_a_file_is_a_modification);
    TEST_ADD_TABLE(&suite, fetches, check_fetch);
    TEST_ADD(&suite, five_hundred_ranges_and_two_hundred_files_are_taken);
    TEST_ADD(&suite, the_callers_array_is_not_needed_after_the_call);
    TEST_ADD(&suite, no_server_objects_are_left);
    return client_run_in_both(&suite, "add_file_with_ranges");
}
