/*
 * The main way through, as a client of the registered DLL meets it: ask COM for the class, add
 * files with ranges, resume, complete, and find exactly those bytes on disk. From a
 * single-threaded apartment and from the multithreaded one.
 */
#include "integration/job_run.h"
#include "integration/registered_server.h"
#include "support/range_list.h"

#include <aclapi.h>
#include <assert.h>
#include <sddl.h>

#define UNKNOWN DO_UNKNOWN_FILE_SIZE
#define END     BG_LENGTH_TO_EOF

static_assert(sizeof(BG_FILE_RANGE) == sizeof(struct byte_range), "the same bytes");
static_assert(offsetof(BG_FILE_RANGE, Length) == offsetof(struct byte_range, length),
              "in the same order");

static HRESULT client_get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    return CoGetClassObject(clsid, CLSCTX_INPROC_SERVER, NULL, iid, out);
}

static const BG_FILE_RANGE *as_com(struct range_list ranges)
{
    return (const BG_FILE_RANGE *)(const void *)ranges.items;
}

static void get_job_progress(IBackgroundCopyJob *job, BG_JOB_PROGRESS *progress_out)
{
    assert_hr(IBackgroundCopyJob_GetProgress(job, progress_out), S_OK);
}

/* How many names the folder holds, temporary files among them. */
static size_t count_names(const char *folder)
{
    WIN32_FIND_DATAW found;
    WCHAR pattern[1000];
    size_t count = 0;
    HANDLE search;

    swprintf(pattern, TEST_COUNT(pattern), L"%ls\\*", client_wide(folder));
    search = FindFirstFileW(pattern, &found);
    assert_true(search != INVALID_HANDLE_VALUE);
    do {
        count += wcscmp(found.cFileName, L".") != 0 && wcscmp(found.cFileName, L"..") != 0;
    } while (FindNextFileW(search, &found));
    FindClose(search);
    return count;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void expect_text(const char *path, const char *text)
{
    char found[100] = "";
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    assert_int_equal(fread(found, 1, sizeof(found) - 1, file), strlen(text));
    fclose(file);
    assert_string_equal(found, text);
}

/* --- Asking COM for it -------------------------------------------------------------- */

static const struct class_case {
    const char *name;
    const WCHAR *prog_id; /* or else `class` */
    const CLSID *class;
} classes[] = {
    {"the product's class makes managers", NULL, &CLSID_OpenDO},
    {"the class of Delivery Optimization makes managers", NULL, &CLSID_DeliveryOptimization},
    {"the ProgID makes managers", L"OpenDO.DeliveryOptimization", NULL},
    {"the ProgID with a version makes managers", L"OpenDO.DeliveryOptimization.1", NULL},
};

static void check_class(void **state)
{
    const struct class_case *c = *state;
    IBackgroundCopyManager *manager = NULL;
    IBackgroundCopyJob *job;
    CLSID class = {0};

    if (c->prog_id) {
        assert_hr(CLSIDFromProgID(c->prog_id, &class), S_OK);
        assert_true(IsEqualGUID(&class, &CLSID_OpenDO));
    } else {
        class = *c->class;
    }
    assert_hr(CoCreateInstance(&class, NULL, CLSCTX_INPROC_SERVER, &IID_IBackgroundCopyManager,
                               (void **)&manager),
              S_OK);
    job = client_job(manager);
    assert_int_equal(client_state(job), BG_JOB_STATE_SUSPENDED);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    assert_int_equal(IBackgroundCopyJob_Release(job), 0);
    assert_int_equal(IBackgroundCopyManager_Release(manager), 0);
}

static void a_manager_is_not_aggregated(void **state)
{
    IBackgroundCopyManager *outer = client_manager();
    IUnknown *inner = (IUnknown *)outer;

    (void)state;
    assert_hr(CoCreateInstance(&CLSID_OpenDO, (IUnknown *)outer, CLSCTX_INPROC_SERVER,
                               &IID_IUnknown, (void **)&inner),
              CLASS_E_NOAGGREGATION);
    assert_null(inner);
    assert_int_equal(IBackgroundCopyManager_Release(outer), 0);
}

/* --- Arguments of AddFileWithRanges ------------------------------------------------- */

#define ID  L"id"
#define URL L"http://host/file"

#define INVALID_PATH HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND)

static const struct argument_case {
    const char *name;
    const WCHAR *file_id;
    const WCHAR *url;
    const WCHAR *path; /* "@" stands for the test's folder and a backslash */
    struct range_list ranges;
    UINT64 size; /* 0 is unknown */
    HRESULT hr;
} arguments[] = {
    {"any text is an id", L"{a} \x263a", URL, L"@file", NO_RANGES, 0, S_OK},
    {"an id is needed", NULL, URL, L"@file", NO_RANGES, 0, E_INVALIDARG},
    {"an empty id is refused", L"", URL, L"@file", NO_RANGES, 0, E_INVALIDARG},

    {"an http URL is taken", ID, L"http://host/file", L"@file", NO_RANGES, 0, S_OK},
    {"an https URL is taken", ID, L"https://host:8443/file?a=b", L"@file", NO_RANGES, 0, S_OK},
    {"a URL is needed", ID, NULL, L"@file", NO_RANGES, 0, E_INVALIDARG},
    {"an empty URL is refused", ID, L"", L"@file", NO_RANGES, 0, E_INVALIDARG},
    {"a file URL is refused", ID, L"file:///C:/file", L"@file", NO_RANGES, 0, E_INVALIDARG},
    {"an ftp URL is refused", ID, L"ftp://host/file", L"@file", NO_RANGES, 0, E_INVALIDARG},
    {"a share is refused as a URL", ID, L"\\\\host\\share\\file", L"@file", NO_RANGES, 0,
     E_INVALIDARG},
    {"a URL without a scheme is refused", ID, L"host/file", L"@file", NO_RANGES, 0,
     E_INVALIDARG},
    {"a URL without a host is refused", ID, L"http:///file", L"@file", NO_RANGES, 0,
     E_INVALIDARG},
    {"a wildcard for a host is refused", ID, L"http://*/file", L"@file", NO_RANGES, 0,
     E_INVALIDARG},
    {"a URL with a line end is refused", ID, L"http://host/a\r\nb", L"@file", NO_RANGES, 0,
     E_INVALIDARG},
    {"a URL that is not UTF-16 is refused", ID, L"http://host/\xd800", L"@file", NO_RANGES, 0,
     E_INVALIDARG},

    {"a path is needed", ID, URL, NULL, NO_RANGES, 0, E_INVALIDARG},
    {"an empty path is refused", ID, URL, L"", NO_RANGES, 0, E_INVALIDARG},
    {"a relative path is refused", ID, URL, L"file", NO_RANGES, 0, E_INVALIDARG},
    {"a path relative to a drive is refused", ID, URL, L"C:file", NO_RANGES, 0, E_INVALIDARG},
    {"a path relative to the root is refused", ID, URL, L"\\file", NO_RANGES, 0, E_INVALIDARG},
    {"a wildcard in a path is refused", ID, URL, L"@*.bin", NO_RANGES, 0, E_INVALIDARG},
    {"an NTFS stream is refused", ID, URL, L"@file:stream", NO_RANGES, 0, E_INVALIDARG},
    {"a device is refused", ID, URL, L"@NUL", NO_RANGES, 0, E_INVALIDARG},
    {"a folder that is not there is an error", ID, URL, L"@none\\file", NO_RANGES, 0,
     INVALID_PATH},
    {"a path in the long form is taken", ID, URL, L"\\\\?\\@file", NO_RANGES, 0, S_OK},

    {"no ranges ask for the whole file", ID, URL, L"@file", NO_RANGES, 1000, S_OK},
    {"ranges may come in any order", ID, URL, L"@file", RANGES({90, 10}, {0, 5}, {20, 5}), 100,
     S_OK},
    {"a range may end where the file does", ID, URL, L"@file", RANGES({90, 10}), 100, S_OK},
    {"ranges may touch", ID, URL, L"@file", RANGES({10, 10}, {0, 10}), 0, S_OK},
    {"one range to the end is taken", ID, URL, L"@file", RANGES({90, END}), 0, S_OK},
    {"a range to the end may stand in the middle of the list", ID, URL, L"@file",
     RANGES({24, 17}, {111, END}, {83, 7}), 0, S_OK},

    {"an offset that means to-end is refused", ID, URL, L"@file", RANGES({END, 1}), 0,
     DO_E_INVALID_RANGE},
    {"an empty range is refused", ID, URL, L"@file", RANGES({5, 0}), 0, DO_E_INVALID_RANGE},
    {"a range that begins behind the file is refused", ID, URL, L"@file", RANGES({100, 1}), 100,
     DO_E_INVALID_RANGE},
    {"a range that ends behind the file is refused", ID, URL, L"@file", RANGES({91, 10}), 100,
     DO_E_INVALID_RANGE},
    {"a range to the end that begins there is refused", ID, URL, L"@file", RANGES({100, END}),
     100, DO_E_INVALID_RANGE},
    {"a sum that does not fit is refused", ID, URL, L"@file", RANGES({100, END - 50}), 0,
     DO_E_INVALID_RANGE},

    {"ranges that share a byte are refused", ID, URL, L"@file", RANGES({10, 5}, {0, 11}), 0,
     DO_E_OVERLAPPING_RANGES},
    {"the same range twice is refused", ID, URL, L"@file", RANGES({10, 5}, {10, 5}), 0,
     DO_E_OVERLAPPING_RANGES},
    {"nothing may follow a range to the end", ID, URL, L"@file", RANGES({0, END}, {50, 1}), 0,
     DO_E_OVERLAPPING_RANGES},
    {"two ranges to the end are refused", ID, URL, L"@file", RANGES({50, END}, {60, END}), 0,
     DO_E_OVERLAPPING_RANGES},
    {"an empty range behind a full one at its offset overlaps", ID, URL, L"@file",
     RANGES({100, 5}, {100, 0}), 0, DO_E_OVERLAPPING_RANGES},
    {"an empty range before a full one at its offset is only empty", ID, URL, L"@file",
     RANGES({100, 0}, {100, 5}), 0, DO_E_INVALID_RANGE},

    {"texts are looked at before ranges", ID, L"ftp://host/", L"@file", RANGES({0, 0}), 0,
     E_INVALIDARG},
    {"ranges are looked at before the folder", ID, URL, L"@none\\file", RANGES({0, 0}), 0,
     DO_E_INVALID_RANGE},
};

static HRESULT add_file(struct job_fixture *fixture, const WCHAR *file_id, const WCHAR *url,
                        const WCHAR *path, struct range_list ranges, UINT64 size)
{
    IDeliveryOptimizationJob *adder = client_query(fixture->job, &IID_IDeliveryOptimizationJob);
    const WCHAR *at = path ? wcschr(path, L'@') : NULL;
    WCHAR full_path[1000];
    HRESULT hr;

    if (at) {
        swprintf(full_path, TEST_COUNT(full_path), L"%.*ls%ls\\%ls", (int)(at - path), path,
                 client_wide(fixture->folder), at + 1);
        path = full_path;
    }
    hr = IDeliveryOptimizationJob_AddFileWithRanges(
        adder, file_id, url, path, (DWORD)ranges.count,
        (BG_FILE_RANGE *)(uintptr_t)as_com(ranges), size);
    IDeliveryOptimizationJob_Release(adder);
    return hr;
}

static void check_arguments(void **state)
{
    const struct argument_case *c = *state;
    struct job_fixture fixture;
    BG_JOB_PROGRESS progress;

    job_fixture_start(&fixture, NULL, 0);
    assert_hr(add_file(&fixture, c->file_id, c->url, c->path, c->ranges,
                       c->size > 0 ? c->size : UNKNOWN),
              c->hr);
    get_job_progress(fixture.job, &progress);
    assert_int_equal(progress.FilesTotal, c->hr == S_OK);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_SUSPENDED);
    assert_int_equal(count_names(fixture.folder), 0);
    job_fixture_end(&fixture);
}

static const struct url_length_case {
    const char *name;
    size_t length;
    HRESULT hr;
} url_lengths[] = {
    {"a URL of 2200 characters is taken", 2200, S_OK},
    {"a URL of 2201 characters is refused", 2201, E_INVALIDARG},
};

static void check_url_length(void **state)
{
    const struct url_length_case *c = *state;
    const struct range_list whole = NO_RANGES;
    struct job_fixture fixture;
    WCHAR url[2300] = L"http://host/";

    for (size_t i = wcslen(url); i < c->length; i++) {
        url[i] = L'a';
    }
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(add_file(&fixture, ID, url, L"@file", whole, UNKNOWN), c->hr);
    job_fixture_end(&fixture);
}

static void a_count_needs_ranges(void **state)
{
    const struct range_list nothing = {NULL, 1};
    struct job_fixture fixture;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(add_file(&fixture, ID, URL, L"@file", nothing, UNKNOWN), E_INVALIDARG);
    job_fixture_end(&fixture);
}

/* With a count of 0 nobody looks where the pointer points. */
static void ranges_without_a_count_are_not_looked_at(void **state)
{
    const struct range_list nowhere = {(const struct byte_range *)(uintptr_t)8, 0};
    struct job_fixture fixture;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(add_file(&fixture, ID, URL, L"@file", nowhere, UNKNOWN), S_OK);
    job_fixture_end(&fixture);
}

static void the_same_id_may_come_twice(void **state)
{
    const struct range_list whole = NO_RANGES;
    struct job_fixture fixture;
    BG_JOB_PROGRESS progress;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(add_file(&fixture, ID, URL, L"@one", whole, UNKNOWN), S_OK);
    assert_hr(add_file(&fixture, ID, URL, L"@two", whole, UNKNOWN), S_OK);
    get_job_progress(fixture.job, &progress);
    assert_int_equal(progress.FilesTotal, 2);
    job_fixture_end(&fixture);
}

/* Whoever may write everywhere finds out whether there is a place where even they may not. */
static bool may_write_to(const WCHAR *folder)
{
    WCHAR path[1000];
    HANDLE file;

    swprintf(path, TEST_COUNT(path), L"%ls\\probe", folder);
    file =
        CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        return GetLastError() != ERROR_ACCESS_DENIED;
    }
    CloseHandle(file);
    return true;
}

static void deny_new_files(const WCHAR *folder)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    BOOL is_present, is_default;
    WCHAR name[1000];
    ACL *list = NULL;

    wcscpy(name, folder);
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        L"D:(D;;0x2;;;WD)(A;;FA;;;WD)", SDDL_REVISION_1, &descriptor, NULL));
    assert_true(GetSecurityDescriptorDacl(descriptor, &is_present, &list, &is_default));
    SetNamedSecurityInfoW(name, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, list,
                          NULL);
    LocalFree(descriptor);
}

static void a_folder_that_cannot_be_written_is_refused_at_once(void **state)
{
    const struct range_list whole = NO_RANGES;
    struct job_fixture fixture;
    char *closed;
    const WCHAR *places[2];
    size_t checked = 0;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    closed = temp_folder_make(fixture.folder, "closed");
    deny_new_files(client_wide(closed));
    places[0] = client_wide(closed);
    places[1] = L"Z:\\sys"; /* under Wine, where root may write to the other one */
    for (size_t i = 0; i < TEST_COUNT(places); i++) {
        WCHAR path[1000];

        if (may_write_to(places[i])) {
            continue;
        }
        swprintf(path, TEST_COUNT(path), L"%ls\\file", places[i]);
        assert_hr(add_file(&fixture, ID, URL, path, whole, UNKNOWN), E_ACCESSDENIED);
        checked++;
    }
    free(closed);
    job_fixture_end(&fixture);
    if (checked == 0) {
        skip();
    }
}

static void an_added_file_is_news(void **state)
{
    struct client_callback callback;
    struct job_fixture fixture;
    BG_JOB_TIMES before, after;
    FILETIME now;

    (void)state;
    client_callback_init(&callback);
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(IBackgroundCopyJob_SetNotifyFlags(fixture.job, BG_NOTIFY_JOB_MODIFICATION), S_OK);
    assert_hr(
        IBackgroundCopyJob_SetNotifyInterface(fixture.job, client_callback_unknown(&callback)),
        S_OK);
    assert_hr(IBackgroundCopyJob_GetTimes(fixture.job, &before), S_OK);
    do { /* until the clock has gone on */
        GetSystemTimeAsFileTime(&now);
    } while (CompareFileTime(&now, &before.ModificationTime) <= 0);
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    assert_hr(IBackgroundCopyJob_GetTimes(fixture.job, &after), S_OK);
    assert_int_equal(CompareFileTime(&after.ModificationTime, &before.ModificationTime), 1);
    assert_int_equal(CompareFileTime(&after.CreationTime, &before.CreationTime), 0);
    assert_true(client_callback_wait(&callback, NEWS_MODIFICATION, 1));
    job_fixture_end(&fixture);
    client_callback_end(&callback);
}

/* --- In which states files are taken ------------------------------------------------ */

enum stage { SUSPENDED, TRANSFERRING, IN_ERROR, TRANSFERRED, ACKNOWLEDGED, CANCELLED };

static const struct state_case {
    const char *name;
    enum stage stage;
    HRESULT hr;
    BG_JOB_STATE after;
} states[] = {
    {"a suspended job takes files", SUSPENDED, S_OK, BG_JOB_STATE_SUSPENDED},
    {"a job in motion takes files", TRANSFERRING, S_OK, BG_JOB_STATE_TRANSFERRING},
    {"a job in error takes files", IN_ERROR, S_OK, BG_JOB_STATE_ERROR},
    {"a transferred job takes files, and stays so until it is resumed", TRANSFERRED, S_OK,
     BG_JOB_STATE_TRANSFERRED},
    {"a completed job takes no files", ACKNOWLEDGED, DO_E_INVALID_STATE,
     BG_JOB_STATE_ACKNOWLEDGED},
    {"a cancelled job takes no files", CANCELLED, DO_E_INVALID_STATE, BG_JOB_STATE_CANCELLED},
};

static void start_in(struct job_fixture *fixture, enum stage stage)
{
    static const struct server_rule stalls[] = {
        {.from = 1, .to = 1, .does = SERVER_STALL_AFTER, .number = 1000},
    };
    static const struct server_rule lacks[] = {
        {.from = 1, .to = 1, .does = SERVER_STATUS, .number = 404},
    };
    const struct server_rule *rule = stage == TRANSFERRING ? stalls
                                     : stage == IN_ERROR   ? lacks
                                                           : NULL;

    job_fixture_start(fixture, rule, rule ? 1 : 0);
    assert_hr(job_fixture_add(fixture, 0, NULL, UNKNOWN), S_OK);
    switch (stage) {
    case SUSPENDED:
        break;
    case TRANSFERRING:
        assert_hr(IBackgroundCopyJob_Resume(fixture->job), S_OK);
        assert_true(range_server_wait_for_stalls(fixture->server, 1, CLIENT_DEADLINE_MS));
        break;
    case IN_ERROR:
        assert_job_runs_to(fixture->job, BG_JOB_STATE_ERROR);
        break;
    case TRANSFERRED:
        assert_job_runs_to(fixture->job, BG_JOB_STATE_TRANSFERRED);
        break;
    case ACKNOWLEDGED:
        assert_job_runs_to(fixture->job, BG_JOB_STATE_TRANSFERRED);
        assert_hr(IBackgroundCopyJob_Complete(fixture->job), S_OK);
        break;
    case CANCELLED:
        assert_hr(IBackgroundCopyJob_Cancel(fixture->job), S_OK);
        break;
    }
}

/* Add a second file in that state; where it is taken it arrives, if need be after Resume. */
static void check_state(void **state)
{
    const struct range_list few = RANGES({500, 100});
    const struct state_case *c = *state;
    struct job_fixture fixture;
    char *second;

    start_in(&fixture, c->stage);
    assert_hr(add_file(&fixture, ID, client_wide(fixture.url), L"@second", few, UNKNOWN),
              c->hr);
    assert_int_equal(client_state(fixture.job), c->after);
    if (c->hr == S_OK) {
        range_server_release(fixture.server);
        assert_job_runs_to(fixture.job, BG_JOB_STATE_TRANSFERRED);
        assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
        second = temp_folder_path(fixture.folder, "second");
        expect_file(fixture.path, NULL, 0, FIXTURE_SEED, FIXTURE_SIZE);
        expect_file(second, few.items, few.count, FIXTURE_SEED, FIXTURE_SIZE);
        free(second);
    }
    job_fixture_end(&fixture);
}

/* --- What lands where --------------------------------------------------------------- */

struct rule_list {
    const struct server_rule *items;
    size_t count;
};

#define HONEST                                                                                 \
    {                                                                                          \
        NULL, 0                                                                                \
    }
#define RULES(...)                                                                             \
    {                                                                                          \
        (const struct server_rule[]){__VA_ARGS__},                                             \
            sizeof((const struct server_rule[]){__VA_ARGS__}) / sizeof(struct server_rule)     \
    }
#define DOES(behaviour)                                                                        \
    {                                                                                          \
        .does = SERVER_##behaviour                                                             \
    }
#define DOES_N(behaviour, n)                                                                   \
    {                                                                                          \
        .does = SERVER_##behaviour, .number = (n)                                              \
    }
#define FIRST_N(behaviour, n)                                                                  \
    {                                                                                          \
        .from = 1, .to = 1, .does = SERVER_##behaviour, .number = (n)                          \
    }
#define SINCE_N(nth, behaviour, n)                                                             \
    {                                                                                          \
        .from = (nth), .does = SERVER_##behaviour, .number = (n)                               \
    }

#define WHOLE     NO_RANGES
#define THREE_FAR RANGES({500000, 1000}, {0, 1000}, {900000, 1000})

#define ARRIVES            .error = S_OK
#define FAILS(code)        .error = (code)
#define HTTP_ERROR(status) HRESULT_FROM_HTTP_STATUS(status)

enum { LARGE_SIZE = 100 * 1000 * 1000 }; /* of the fixture's /large */

static const struct landing_case {
    const char *name;
    struct rule_list rules;
    struct range_list ranges;
    HRESULT error;            /* of the job; S_OK when it arrives */
    BG_ERROR_CONTEXT context; /* of the error */
    const char *path;         /* on the server; NULL is /file */
    UINT64 size;              /* as stated; 0 is unknown */
    uint64_t seed;            /* of what arrives; 0 is FIXTURE_SEED */
} landings[] = {
    /* An honest server. */
    {"a whole file arrives", HONEST, WHOLE, ARRIVES},
    {"a whole file of known size arrives", HONEST, WHOLE, ARRIVES, .size = FIXTURE_SIZE},
    {"a large file arrives", HONEST, WHOLE, ARRIVES, .path = "/large"},
    {"an empty file arrives", HONEST, WHOLE, ARRIVES, .path = "/empty"},
    {"one range arrives", HONEST, RANGES({1000, 1000}), ARRIVES},
    {"the first byte arrives", HONEST, RANGES({0, 1}), ARRIVES},
    {"the last byte arrives", HONEST, RANGES({FIXTURE_SIZE - 1, 1}), ARRIVES,
     .size = FIXTURE_SIZE},
    {"ranges out of order land in the order given", HONEST,
     RANGES({100, 100}, {900, 100}, {400, 100}), ARRIVES},
    {"ranges far apart land in the order given", HONEST, THREE_FAR, ARRIVES},
    {"ranges in falling order land so", HONEST,
     RANGES({800000, 10}, {600000, 10}, {400000, 10}, {200000, 10}, {0, 10}), ARRIVES},
    {"touching ranges given backwards land so", HONEST,
     RANGES({2000, 1000}, {1000, 1000}, {0, 1000}), ARRIVES},
    {"large ranges given backwards land so", HONEST,
     RANGES({60000000, 9000000}, {3000000, 9000000}), ARRIVES, .path = "/large",
     .size = LARGE_SIZE},
    {"a range to the end lands last", HONEST, RANGES({10, 10}, {990000, END}), ARRIVES},
    {"a range to the end lands first", HONEST, RANGES({990000, END}, {10, 10}), ARRIVES},
    {"a range to the end lands in the middle", HONEST, RANGES({24, 17}, {990000, END}, {83, 7}),
     ARRIVES},
    {"a large range to the end lands in the middle", HONEST,
     RANGES({24, 17}, {111, END}, {83, 7}), ARRIVES},
    {"a range to the end of a file of known size lands in the middle", HONEST,
     RANGES({24, 17}, {111, END}, {83, 7}), ARRIVES, .size = FIXTURE_SIZE},
    {"a range from 0 to the end is the file", HONEST, RANGES({0, END}), ARRIVES},
    {"a range over the whole file is the file", HONEST, RANGES({0, FIXTURE_SIZE}), ARRIVES},

    /* What is found out only from the server. */
    {"a range behind the end is an invalid range", HONEST, RANGES({FIXTURE_SIZE, 10}),
     FAILS(DO_E_INVALID_RANGE)},
    {"a range that reaches past the end is an invalid range", HONEST,
     RANGES({FIXTURE_SIZE - 10, 20}), FAILS(DO_E_INVALID_RANGE)},
    {"an invalid range among good ones is one", HONEST,
     RANGES({0, 10}, {FIXTURE_SIZE - 10, 20}, {500, 10}), FAILS(DO_E_INVALID_RANGE)},
    {"a range to the end that begins behind it is an invalid range", HONEST,
     RANGES({FIXTURE_SIZE, END}), FAILS(DO_E_INVALID_RANGE)},
    {"a 416 that names no size is an invalid range too", RULES(DOES(NO_TOTAL)),
     RANGES({FIXTURE_SIZE, 10}), FAILS(DO_E_INVALID_RANGE)},
    {"a file that is not of the stated size is refused", HONEST, WHOLE,
     FAILS(DO_E_HTTP_BLOCKSIZE_MISMATCH), .size = FIXTURE_SIZE + 1},
    {"a file of ranges that is not of the stated size is refused", HONEST, RANGES({0, 10}),
     FAILS(DO_E_HTTP_BLOCKSIZE_MISMATCH), .size = FIXTURE_SIZE + 1},
    {"a size never told leaves a range to the end without one", RULES(DOES(NO_TOTAL)),
     RANGES({990000, END}), FAILS(DO_E_FILE_SIZE_UNKNOWN_HTTP_206)},
    {"a stated size makes up for one never told", RULES(DOES(NO_TOTAL)),
     RANGES({990000, END}, {5, 5}), ARRIVES, .size = FIXTURE_SIZE},

    /* Servers without ranges, or with odd ones. */
    {"a server without ranges serves whole files", RULES(DOES(IGNORE_RANGES)), WHOLE, ARRIVES},
    {"a server without ranges is salvaged for one range", RULES(DOES(IGNORE_RANGES)),
     RANGES({1000, 1000}), ARRIVES},
    {"a server without ranges is salvaged for ranges out of order", RULES(DOES(IGNORE_RANGES)),
     THREE_FAR, ARRIVES},
    {"a server without ranges is salvaged for a range to the end", RULES(DOES(IGNORE_RANGES)),
     RANGES({24, 17}, {990000, END}, {83, 7}), ARRIVES},
    {"a server without ranges is not salvaged when it costs too much",
     RULES(DOES(IGNORE_RANGES)), RANGES({99000000, 10}), FAILS(DO_E_INSUFFICIENT_RANGE_SUPPORT),
     .path = "/large"},
    {"a range past the end is found when salvaging too", RULES(DOES(IGNORE_RANGES)),
     RANGES({FIXTURE_SIZE - 10, 20}), FAILS(DO_E_INVALID_RANGE)},
    {"a range shorter than asked for is asked for again", RULES(DOES_N(SHORTEN_RANGES, 400)),
     RANGES({1000, 1000}), ARRIVES},
    {"for a range other than asked for the file is read from its beginning",
     RULES(DOES_N(SHIFT_RANGES, 7)), RANGES({1000, 1000}), ARRIVES},
    {"for a 206 that does not say which range too", RULES(DOES(CONTENT_RANGE)),
     RANGES({1000, 1000}), ARRIVES},

    /* Versions. */
    {"a file that changes between requests begins again, and is of one version",
     RULES(FIRST_N(CUT_AFTER, 500), SINCE_N(2, REPLACE_FILE, 8)), THREE_FAR, ARRIVES,
     .seed = 8},

    /* Errors of HTTP, and those that pass. */
    {"404 is an error without a context", RULES(DOES_N(STATUS, 404)), WHOLE,
     FAILS(HTTP_ERROR(404))},
    {"404 for ranges is an error without a context", RULES(DOES_N(STATUS, 404)), THREE_FAR,
     FAILS(HTTP_ERROR(404))},
    {"403 is an error of the remote file", RULES(DOES_N(STATUS, 403)), WHOLE,
     FAILS(HTTP_ERROR(403)), .context = BG_ERROR_CONTEXT_REMOTE_FILE},
    {"403 for ranges is an error of the remote file", RULES(DOES_N(STATUS, 403)), THREE_FAR,
     FAILS(HTTP_ERROR(403)), .context = BG_ERROR_CONTEXT_REMOTE_FILE},
    {"401 is an error without a context", RULES(DOES_N(STATUS, 401)), WHOLE,
     FAILS(HTTP_ERROR(401))},
    {"410 is an error without a context", RULES(DOES_N(STATUS, 410)), WHOLE,
     FAILS(HTTP_ERROR(410))},
    {"a path that the server does not know is 404", HONEST, WHOLE, FAILS(HTTP_ERROR(404)),
     .path = "/unknown"},
    {"an error that passes is nothing to tell of", RULES(FIRST_N(STATUS, 503)), THREE_FAR,
     ARRIVES},
};

static uint64_t remote_size(const struct landing_case *c)
{
    if (!c->path) {
        return FIXTURE_SIZE;
    }
    return strcmp(c->path, "/large") == 0 ? LARGE_SIZE : 0;
}

/* The sum of the ranges, or UNKNOWN without a size that would be needed. */
static UINT64 sum_of(struct range_list ranges, UINT64 size)
{
    UINT64 sum = ranges.count == 0 ? size : 0;

    for (size_t i = 0; i < ranges.count && sum != UNKNOWN; i++) {
        if (ranges.items[i].length != END) {
            sum += ranges.items[i].length;
        } else if (size == UNKNOWN) {
            sum = UNKNOWN;
        } else {
            sum += size - ranges.items[i].offset;
        }
    }
    return sum;
}

static void expect_progress(IBackgroundCopyJob *job, UINT64 total, UINT64 transferred,
                            bool is_transferred, bool is_completed)
{
    IBackgroundCopyFile5 *file = client_file(job, 0);
    BG_FILE_PROGRESS of_file;
    BG_JOB_PROGRESS of_job;

    assert_hr(IBackgroundCopyFile5_GetProgress(file, &of_file), S_OK);
    assert_true(of_file.BytesTotal == total);
    assert_true(of_file.BytesTransferred == transferred);
    assert_int_equal(of_file.Completed, is_completed);
    get_job_progress(job, &of_job);
    assert_true(of_job.BytesTotal == total);
    assert_true(of_job.BytesTransferred == transferred);
    assert_int_equal(of_job.FilesTotal, 1);
    assert_int_equal(of_job.FilesTransferred, is_transferred);
    IBackgroundCopyFile5_Release(file);
}

/* GetFileRanges says what was asked for, in that order. */
static void expect_ranges(IBackgroundCopyJob *job, struct range_list ranges)
{
    IBackgroundCopyFile5 *file = client_file(job, 0);
    BG_FILE_RANGE *found = (BG_FILE_RANGE *)(uintptr_t)8;
    DWORD count = 77;

    assert_hr(IBackgroundCopyFile5_GetFileRanges(file, &count, &found),
              ranges.count > 0 ? S_OK : S_FALSE);
    assert_int_equal(count, ranges.count);
    if (ranges.count > 0) {
        assert_non_null(found);
        assert_memory_equal(found, as_com(ranges), count * sizeof(*found));
    } else {
        assert_null(found);
    }
    CoTaskMemFree(found);
    IBackgroundCopyFile5_Release(file);
}

static void expect_error(const struct landing_case *c, struct job_fixture *fixture,
                         const struct client_callback *callback)
{
    IBackgroundCopyFile *file = NULL;
    IBackgroundCopyError *error = NULL;
    BG_ERROR_CONTEXT context;
    LPWSTR url = NULL;
    HRESULT code;

    assert_int_equal(callback->counts[NEWS_ERROR], 1);
    assert_hr(callback->error, c->error);
    assert_int_equal(callback->error_context, c->context);
    assert_int_equal(client_state(fixture->job), BG_JOB_STATE_ERROR);
    assert_hr(IBackgroundCopyJob_GetError(fixture->job, &error), S_OK);
    assert_hr(IBackgroundCopyError_GetError(error, &context, &code), S_OK);
    assert_hr(code, c->error);
    assert_int_equal(context, c->context);
    assert_hr(IBackgroundCopyError_GetFile(error, &file), S_OK);
    assert_hr(IBackgroundCopyFile_GetRemoteName(file, &url), S_OK);
    assert_wide_equal(url, client_wide(fixture->url));
    CoTaskMemFree(url);
    IBackgroundCopyFile_Release(file);
    IBackgroundCopyError_Release(error);
    assert_hr(IBackgroundCopyJob_Cancel(fixture->job), S_OK);
    assert_int_equal(count_names(fixture->folder), 0);
}

static void check_landing(void **state)
{
    const struct landing_case *c = *state;
    UINT64 stated = c->size > 0 ? c->size : UNKNOWN;
    UINT64 sum = sum_of(c->ranges, remote_size(c));
    struct client_callback callback;
    struct job_fixture fixture;

    client_callback_init(&callback);
    job_fixture_start(&fixture, c->rules.items, c->rules.count);
    range_server_url(fixture.server, c->path ? c->path : "/file", fixture.url);
    assert_hr(job_fixture_add(&fixture, (DWORD)c->ranges.count, as_com(c->ranges), stated),
              S_OK);
    expect_progress(fixture.job, sum_of(c->ranges, stated), 0, false, false);
    expect_ranges(fixture.job, c->ranges);
    assert_true(job_run_with(fixture.job, &callback));
    if (c->error != S_OK) {
        expect_error(c, &fixture, &callback);
    } else {
        assert_hr(callback.error, S_OK);
        assert_int_equal(callback.counts[NEWS_TRANSFERRED], 1);
        assert_int_equal(client_state(fixture.job), BG_JOB_STATE_TRANSFERRED);
        expect_progress(fixture.job, sum, sum, true, false);
        expect_no_file(fixture.path);
        assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
        expect_progress(fixture.job, sum, sum, true, true);
        expect_ranges(fixture.job, c->ranges);
        expect_file(fixture.path, c->ranges.items, c->ranges.count,
                    c->seed > 0 ? c->seed : FIXTURE_SEED, remote_size(c));
        assert_int_equal(count_names(fixture.folder), 1);
    }
    job_fixture_end(&fixture);
    client_callback_end(&callback);
}

/* --- Many --------------------------------------------------------------------------- */

static void five_hundred_ranges_land_in_the_order_given(void **state)
{
    enum { COUNT = 500, LENGTH = 37, STEP = 1999 };
    struct byte_range ranges[COUNT];
    const struct range_list list = {ranges, COUNT};
    struct job_fixture fixture;

    (void)state;
    for (uint64_t i = 0; i < COUNT; i++) {
        ranges[i] = (struct byte_range){i * 211 % COUNT * STEP, LENGTH}; /* all, mixed up */
    }
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, COUNT, as_com(list), UNKNOWN), S_OK);
    assert_job_runs_to(fixture.job, BG_JOB_STATE_TRANSFERRED);
    expect_progress(fixture.job, COUNT * LENGTH, COUNT * LENGTH, true, false);
    expect_ranges(fixture.job, list);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    expect_file(fixture.path, ranges, COUNT, FIXTURE_SEED, FIXTURE_SIZE);
    job_fixture_end(&fixture);
}

static void two_hundred_files_of_a_job_arrive(void **state)
{
    enum { COUNT = 200, LENGTH = 100 };
    struct job_fixture fixture;
    BG_JOB_PROGRESS progress;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    for (uint64_t i = 0; i < COUNT; i++) {
        const struct range_list range = RANGES({i * 4000, LENGTH});
        WCHAR path[20];

        swprintf(path, TEST_COUNT(path), L"@%d", (int)i);
        assert_hr(add_file(&fixture, ID, client_wide(fixture.url), path, range, FIXTURE_SIZE),
                  S_OK);
    }
    get_job_progress(fixture.job, &progress);
    assert_true(progress.BytesTotal == COUNT * LENGTH);
    assert_job_runs_to(fixture.job, BG_JOB_STATE_TRANSFERRED);
    get_job_progress(fixture.job, &progress);
    assert_int_equal(progress.FilesTotal, COUNT);
    assert_int_equal(progress.FilesTransferred, COUNT);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    for (uint64_t i = 0; i < COUNT; i++) {
        const struct range_list range = RANGES({i * 4000, LENGTH});
        char name[20];
        char *path;

        snprintf(name, sizeof(name), "%d", (int)i);
        path = temp_folder_path(fixture.folder, name);
        expect_file(path, range.items, 1, FIXTURE_SEED, FIXTURE_SIZE);
        free(path);
    }
    assert_int_equal(count_names(fixture.folder), COUNT);
    job_fixture_end(&fixture);
}

/* BytesTotal of the job, from files whose sizes are known and unknown. */
static void the_total_is_unknown_while_one_size_is(void **state)
{
    const struct range_list few = RANGES({0, 10}, {20, 10});
    const struct range_list open = RANGES({FIXTURE_SIZE - 30, END});
    struct job_fixture fixture;
    BG_JOB_PROGRESS progress;
    const WCHAR *url;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    url = client_wide(fixture.url);
    get_job_progress(fixture.job, &progress);
    assert_true(progress.BytesTotal == 0);
    assert_hr(add_file(&fixture, ID, url, L"@one", few, UNKNOWN), S_OK);
    get_job_progress(fixture.job, &progress);
    assert_true(progress.BytesTotal == 20);
    assert_hr(add_file(&fixture, ID, url, L"@two", open, FIXTURE_SIZE), S_OK);
    get_job_progress(fixture.job, &progress);
    assert_true(progress.BytesTotal == 50);
    assert_hr(add_file(&fixture, ID, url, L"@three", open, UNKNOWN), S_OK);
    get_job_progress(fixture.job, &progress);
    assert_true(progress.BytesTotal == UNKNOWN);
    assert_job_runs_to(fixture.job, BG_JOB_STATE_TRANSFERRED);
    get_job_progress(fixture.job, &progress);
    assert_true(progress.BytesTotal == 80);
    assert_true(progress.BytesTransferred == 80);
    job_fixture_end(&fixture);
}

/* --- Whole lives -------------------------------------------------------------------- */

static void a_job_lives_from_its_creation_to_its_end(void **state)
{
    const struct range_list ranges = RANGES({900, 100}, {100, 100}, {999000, END});
    struct client_callback callback;
    struct job_fixture fixture;
    IBackgroundCopyJob *same = NULL;
    IUnknown *client = NULL;
    BG_JOB_TIMES times;
    GUID id;

    (void)state;
    client_callback_init(&callback);
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), DO_E_JOB_EMPTY);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_SUSPENDED);
    assert_hr(job_fixture_add(&fixture, (DWORD)ranges.count, as_com(ranges), UNKNOWN), S_OK);
    assert_true(job_run_with(fixture.job, &callback));

    assert_int_equal(callback.counts[NEWS_TRANSFERRED], 1);
    if (client_apartment == COINIT_APARTMENTTHREADED) {
        assert_int_equal(callback.thread, GetCurrentThreadId());
    } else {
        assert_int_not_equal(callback.thread, GetCurrentThreadId());
    }
    assert_hr(IBackgroundCopyJob_GetNotifyInterface(fixture.job, &client), S_OK);
    assert_ptr_equal(client, client_callback_unknown(&callback));
    IUnknown_Release(client);
    assert_hr(IBackgroundCopyJob_GetTimes(fixture.job, &times), S_OK);
    assert_true(CompareFileTime(&times.TransferCompletionTime, &times.CreationTime) >= 0);
    assert_hr(IBackgroundCopyJob_GetId(fixture.job, &id), S_OK);
    assert_hr(IBackgroundCopyManager_GetJob(fixture.manager, &id, &same), S_OK);
    assert_int_equal(client_state(same), BG_JOB_STATE_TRANSFERRED);

    expect_no_file(fixture.path);
    assert_hr(IBackgroundCopyJob_Complete(same), S_OK);
    expect_file(fixture.path, ranges.items, ranges.count, FIXTURE_SEED, FIXTURE_SIZE);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_ACKNOWLEDGED);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), DO_E_INVALID_STATE);
    assert_hr(IBackgroundCopyJob_Cancel(fixture.job), DO_E_INVALID_STATE);
    assert_int_equal(IBackgroundCopyJob_Release(same), 0);
    assert_hr(IBackgroundCopyManager_GetJob(fixture.manager, &id, &same), DO_E_JOB_NOT_FOUND);
    job_fixture_end(&fixture);
    client_callback_end(&callback);
}

/* ERROR is not the end: the client may try again. */
static void a_failed_job_can_be_resumed(void **state)
{
    static const struct server_rule missing = {.does = SERVER_STATUS, .number = 404};
    const struct range_list ranges = THREE_FAR;
    struct client_callback callback;
    struct job_fixture fixture;

    (void)state;
    client_callback_init(&callback);
    job_fixture_start(&fixture, &missing, 1);
    assert_hr(job_fixture_add(&fixture, (DWORD)ranges.count, as_com(ranges), UNKNOWN), S_OK);
    assert_true(job_run_with(fixture.job, &callback));
    assert_int_equal(callback.counts[NEWS_ERROR], 1);
    assert_hr(callback.error, HTTP_ERROR(404));
    range_server_use_rules(fixture.server, NULL, 0);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_true(client_callback_wait(&callback, NEWS_TRANSFERRED, 1));
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    expect_file(fixture.path, ranges.items, ranges.count, FIXTURE_SEED, FIXTURE_SIZE);
    job_fixture_end(&fixture);
    client_callback_end(&callback);
}

static void a_suspended_job_goes_on_where_it_stopped(void **state)
{
    static const struct server_rule rules[] = {
        {.does = SERVER_STALL_AFTER, .number = 600000},
    };
    struct job_fixture fixture;
    BG_JOB_PROGRESS progress;

    (void)state;
    job_fixture_start(&fixture, rules, TEST_COUNT(rules));
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_true(range_server_wait_for_stalls(fixture.server, 1, CLIENT_DEADLINE_MS));
    assert_hr(IBackgroundCopyJob_Suspend(fixture.job), S_OK);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_SUSPENDED);
    get_job_progress(fixture.job, &progress);
    assert_true(progress.BytesTransferred < FIXTURE_SIZE);
    range_server_release(fixture.server);
    assert_job_runs_to(fixture.job, BG_JOB_STATE_TRANSFERRED);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    expect_file(fixture.path, NULL, 0, FIXTURE_SEED, FIXTURE_SIZE);
    job_fixture_end(&fixture);
}

static const struct cancel_case {
    const char *name;
    enum stage stage;
} cancellations[] = {
    {"cancelling a job that never ran leaves nothing", SUSPENDED},
    {"cancelling a job in motion leaves nothing", TRANSFERRING},
    {"cancelling a job in error leaves nothing", IN_ERROR},
    {"cancelling a transferred job leaves nothing", TRANSFERRED},
};

static void check_cancellation(void **state)
{
    const struct cancel_case *c = *state;
    struct job_fixture fixture;
    char *target;
    GUID id;

    start_in(&fixture, c->stage);
    target = temp_folder_path(fixture.folder, "file.bin");
    write_file(target, "what was there before");
    assert_hr(IBackgroundCopyJob_GetId(fixture.job, &id), S_OK);
    assert_hr(IBackgroundCopyJob_Cancel(fixture.job), S_OK);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_CANCELLED);
    expect_text(target, "what was there before");
    assert_int_equal(count_names(fixture.folder), 1);
    assert_hr(IBackgroundCopyJob_Cancel(fixture.job), DO_E_INVALID_STATE);
    free(target);
    job_fixture_end(&fixture);
}

static void complete_replaces_an_existing_file(void **state)
{
    struct job_fixture fixture;

    (void)state;
    start_in(&fixture, SUSPENDED);
    write_file(fixture.path, "what was there before");
    assert_job_runs_to(fixture.job, BG_JOB_STATE_TRANSFERRED);
    expect_text(fixture.path, "what was there before");
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    expect_file(fixture.path, NULL, 0, FIXTURE_SEED, FIXTURE_SIZE);
    assert_int_equal(count_names(fixture.folder), 1);
    job_fixture_end(&fixture);
}

/* The files that are whole get their names; of the others nothing stays. */
static void complete_takes_what_is_whole(void **state)
{
    static const struct server_rule rules[] = {
        {.path = "/large", .does = SERVER_STALL_AFTER, .number = 1000},
    };
    const struct range_list few = RANGES({10, 10});
    const struct range_list whole = NO_RANGES;
    struct client_callback callback;
    char url[SERVER_URL_SIZE];
    struct job_fixture fixture;
    char *first;

    (void)state;
    client_callback_init(&callback);
    job_fixture_start(&fixture, rules, TEST_COUNT(rules));
    range_server_url(fixture.server, "/large", url);
    assert_hr(add_file(&fixture, ID, client_wide(fixture.url), L"@first", few, UNKNOWN), S_OK);
    assert_hr(add_file(&fixture, ID, client_wide(url), L"@second", whole, UNKNOWN), S_OK);
    assert_hr(IBackgroundCopyJob_SetNotifyFlags(fixture.job, BG_NOTIFY_FILE_TRANSFERRED), S_OK);
    assert_hr(
        IBackgroundCopyJob_SetNotifyInterface(fixture.job, client_callback_unknown(&callback)),
        S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_true(client_callback_wait(&callback, NEWS_FILE, 1));
    assert_true(range_server_wait_for_stalls(fixture.server, 1, CLIENT_DEADLINE_MS));
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), BG_S_PARTIAL_COMPLETE);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_ACKNOWLEDGED);
    first = temp_folder_path(fixture.folder, "first");
    expect_file(first, few.items, few.count, FIXTURE_SEED, FIXTURE_SIZE);
    free(first);
    assert_int_equal(count_names(fixture.folder), 1);
    job_fixture_end(&fixture);
    client_callback_end(&callback);
}

/* --- Errors of the disk ------------------------------------------------------------- */

static bool is_rename_error(HRESULT hr)
{
    return hr == E_ACCESSDENIED || hr == HRESULT_FROM_WIN32(ERROR_SHARING_VIOLATION) ||
           hr == HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS) ||
           hr == HRESULT_FROM_WIN32(ERROR_FILE_EXISTS);
}

/* Complete fails, and changes nothing: not what is there, not the job. */
static void expect_failed_completion(struct job_fixture *fixture)
{
    size_t names = count_names(fixture->folder);
    HRESULT hr = IBackgroundCopyJob_Complete(fixture->job);

    if (!is_rename_error(hr)) {
        print_error("Complete answers 0x%08lX\n", (unsigned long)hr);
        fail();
    }
    assert_int_equal(client_state(fixture->job), BG_JOB_STATE_TRANSFERRED);
    expect_progress(fixture->job, FIXTURE_SIZE, FIXTURE_SIZE, true, false);
    assert_int_equal(count_names(fixture->folder), names);
}

static void a_folder_in_the_place_of_the_file_is_left_alone(void **state)
{
    struct job_fixture fixture;
    char *inside;

    (void)state;
    start_in(&fixture, TRANSFERRED);
    assert_true(CreateDirectoryW(client_wide(fixture.path), NULL));
    inside = temp_folder_path(fixture.path, "inside");
    write_file(inside, "what was there before");
    expect_failed_completion(&fixture);
    expect_text(inside, "what was there before");

    assert_true(DeleteFileW(client_wide(inside)));
    expect_failed_completion(&fixture); /* an empty one is no better */
    assert_true(RemoveDirectoryW(client_wide(fixture.path)));
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    expect_file(fixture.path, NULL, 0, FIXTURE_SEED, FIXTURE_SIZE);
    assert_int_equal(count_names(fixture.folder), 1);
    free(inside);
    job_fixture_end(&fixture);
}

static void a_file_that_is_in_use_is_left_alone(void **state)
{
    struct job_fixture fixture;
    HANDLE file;

    (void)state;
    start_in(&fixture, TRANSFERRED);
    write_file(fixture.path, "what was there before");
    file = CreateFileW(client_wide(fixture.path), GENERIC_READ, FILE_SHARE_READ, NULL,
                       OPEN_EXISTING, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    expect_failed_completion(&fixture);
    expect_text(fixture.path, "what was there before");
    CloseHandle(file);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    expect_file(fixture.path, NULL, 0, FIXTURE_SEED, FIXTURE_SIZE);
    job_fixture_end(&fixture);
}

static void a_job_whose_folder_has_gone_fails(void **state)
{
    struct client_callback callback;
    struct job_fixture fixture;
    char *folder, *path;

    (void)state;
    client_callback_init(&callback);
    job_fixture_start(&fixture, NULL, 0);
    folder = temp_folder_make(fixture.folder, "folder");
    path = temp_folder_path(folder, "file.bin");
    assert_hr(
        client_add(fixture.job, client_wide(fixture.url), client_wide(path), 0, NULL, UNKNOWN),
        S_OK);
    assert_true(RemoveDirectoryW(client_wide(folder)));
    assert_true(job_run_with(fixture.job, &callback));
    assert_int_equal(callback.counts[NEWS_ERROR], 1);
    assert_hr(callback.error, HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND));
    assert_int_equal(callback.error_context, BG_ERROR_CONTEXT_NONE);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_ERROR);
    free(path);
    free(folder);
    job_fixture_end(&fixture);
    client_callback_end(&callback);
}

/* --- The end ------------------------------------------------------------------------ */

/* Runs last: every job above has ended, and every pointer has been released. */
static void nothing_keeps_the_dll(void **state)
{
    HMODULE module = server_load();

    (void)state;
    assert_hr(server_call(module, "DllCanUnloadNow"), S_OK);
    FreeLibrary(module);
}

int main(void)
{
    struct registered_server server;
    struct test_suite suite = {0};
    int failed;

    TEST_ADD_TABLE(&suite, classes, check_class);
    TEST_ADD(&suite, a_manager_is_not_aggregated);
    TEST_ADD_TABLE(&suite, arguments, check_arguments);
    TEST_ADD_TABLE(&suite, url_lengths, check_url_length);
    TEST_ADD(&suite, a_count_needs_ranges);
    TEST_ADD(&suite, ranges_without_a_count_are_not_looked_at);
    TEST_ADD(&suite, the_same_id_may_come_twice);
    TEST_ADD(&suite, a_folder_that_cannot_be_written_is_refused_at_once);
    TEST_ADD(&suite, an_added_file_is_news);
    TEST_ADD_TABLE(&suite, states, check_state);
    TEST_ADD_TABLE(&suite, landings, check_landing);
    TEST_ADD(&suite, five_hundred_ranges_land_in_the_order_given);
    TEST_ADD(&suite, two_hundred_files_of_a_job_arrive);
    TEST_ADD(&suite, the_total_is_unknown_while_one_size_is);
    TEST_ADD(&suite, a_job_lives_from_its_creation_to_its_end);
    TEST_ADD(&suite, a_failed_job_can_be_resumed);
    TEST_ADD(&suite, a_suspended_job_goes_on_where_it_stopped);
    TEST_ADD_TABLE(&suite, cancellations, check_cancellation);
    TEST_ADD(&suite, complete_replaces_an_existing_file);
    TEST_ADD(&suite, complete_takes_what_is_whole);
    TEST_ADD(&suite, a_folder_in_the_place_of_the_file_is_left_alone);
    TEST_ADD(&suite, a_file_that_is_in_use_is_left_alone);
    TEST_ADD(&suite, a_job_whose_folder_has_gone_fails);
    TEST_ADD(&suite, nothing_keeps_the_dll);

    registered_server_begin(&server);
    failed = client_run_in_both(&suite, "download_ranges");
    registered_server_end(&server);
    return failed;
}
