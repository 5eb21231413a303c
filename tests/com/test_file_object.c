/* The interfaces of a file, and where its bytes may go. */
#include "com/job_fixture.h"
#include "com/linked_server.h"
#include "com/strict_stream.h"

#include <oleauto.h>

#define UNKNOWN DO_UNKNOWN_FILE_SIZE
#define NOT_SET HRESULT_FROM_WIN32(ERROR_NOT_FOUND)

static const struct server_rule stalling = {.does = SERVER_STALL_AFTER, .number = 1000};

/* --- Names, progress and ranges --------------------------------------------------------- */

static void a_new_file_has_the_names_it_was_given(void **state)
{
    struct job_fixture fixture;
    IBackgroundCopyFile5 *file;
    BG_FILE_PROGRESS progress;
    BITS_FILE_PROPERTY_VALUE headers;
    UINT64 from_origin = 9, from_peers = 9;
    BOOL from_peer = TRUE;
    LPWSTR text = NULL;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    file = client_file(fixture.job, 0);
    assert_hr(IBackgroundCopyFile5_GetRemoteName(file, &text), S_OK);
    assert_wide_equal(text, client_wide(fixture.url));
    CoTaskMemFree(text);
    assert_hr(IBackgroundCopyFile5_GetLocalName(file, &text), S_OK);
    assert_wide_equal(text, client_wide(fixture.path));
    CoTaskMemFree(text);
    assert_hr(IBackgroundCopyFile5_GetTemporaryName(file, &text), S_OK);
    assert_wide_equal(text, L"");
    CoTaskMemFree(text);
    assert_hr(IBackgroundCopyFile5_GetProgress(file, &progress), S_OK);
    assert_true(progress.BytesTotal == BG_SIZE_UNKNOWN && progress.BytesTransferred == 0);
    assert_false(progress.Completed);
    assert_hr(IBackgroundCopyFile5_IsDownloadedFromPeer(file, &from_peer), S_OK);
    assert_false(from_peer);
    assert_hr(IBackgroundCopyFile5_GetPeerDownloadStats(file, &from_origin, &from_peers), S_OK);
    assert_true(from_origin == 0 && from_peers == 0);
    assert_hr(IBackgroundCopyFile5_GetProperty(
                  file, BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, &headers),
              S_OK);
    assert_wide_equal(headers.String, L"");
    CoTaskMemFree(headers.String);
    IBackgroundCopyFile5_Release(file);
    job_fixture_end(&fixture);
}

static void a_fetched_file_tells_where_it_is_and_what_the_server_said(void **state)
{
    struct job_fixture fixture;
    IBackgroundCopyFile5 *file;
    BG_FILE_PROGRESS progress;
    BITS_FILE_PROPERTY_VALUE headers;
    UINT64 from_origin = 9, from_peers = 9;
    LPWSTR text = NULL;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    file = client_file(fixture.job, 0);
    assert_hr(IBackgroundCopyFile5_GetTemporaryName(file, &text), S_OK);
    assert_true(GetFileAttributesW(text) != INVALID_FILE_ATTRIBUTES);
    assert_int_equal(_wcsnicmp(wcsrchr(text, L'\\') + 1, L"DO", 2), 0);
    assert_wide_equal(text + wcslen(text) - 4, L".tmp");
    CoTaskMemFree(text);
    assert_hr(IBackgroundCopyFile5_GetProgress(file, &progress), S_OK);
    assert_true(progress.BytesTotal == FIXTURE_SIZE);
    assert_true(progress.BytesTransferred == FIXTURE_SIZE);
    assert_false(progress.Completed);
    assert_hr(IBackgroundCopyFile5_GetPeerDownloadStats(file, &from_origin, &from_peers), S_OK);
    assert_true(from_origin == FIXTURE_SIZE && from_peers == 0);
    assert_hr(IBackgroundCopyFile5_GetProperty(
                  file, BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, &headers),
              S_OK);
    assert_non_null(wcsstr(headers.String, L"\r\n"));
    CoTaskMemFree(headers.String);
    IBackgroundCopyFile5_Release(file);
    job_fixture_end(&fixture);
}

static void ranges_come_back_in_the_order_given(void **state)
{
    static const BG_FILE_RANGE given[] = {{100, 100}, {900, BG_LENGTH_TO_EOF}, {0, 7}};
    struct job_fixture fixture;
    IBackgroundCopyFile5 *file;
    BG_FILE_RANGE *ranges = NULL;
    DWORD count = 99;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 3, given, UNKNOWN), S_OK);
    file = client_file(fixture.job, 0);
    assert_hr(IBackgroundCopyFile5_GetFileRanges(file, &count, &ranges), S_OK);
    assert_int_equal(count, 3);
    assert_memory_equal(ranges, given, sizeof(given));
    CoTaskMemFree(ranges);
    assert_hr(IBackgroundCopyFile5_GetFileRanges(file, NULL, &ranges), E_INVALIDARG);
    assert_null(ranges);
    assert_hr(IBackgroundCopyFile5_GetFileRanges(file, &count, NULL), E_INVALIDARG);
    assert_int_equal(count, 0);
    IBackgroundCopyFile5_Release(file);
    job_fixture_end(&fixture);
}

static void a_whole_file_has_no_ranges(void **state)
{
    struct job_fixture fixture;
    IBackgroundCopyFile5 *file;
    BG_FILE_RANGE *ranges = test_state("not written");
    DWORD count = 99;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    file = client_file(fixture.job, 0);
    assert_hr(IBackgroundCopyFile5_GetFileRanges(file, &count, &ranges), S_FALSE);
    assert_int_equal(count, 0);
    assert_null(ranges);
    IBackgroundCopyFile5_Release(file);
    job_fixture_end(&fixture);
}

static void missing_places_for_results_are_refused(void **state)
{
    struct job_fixture fixture;
    IBackgroundCopyFile5 *file;
    IDeliveryOptimizationFile *stats_file;
    UINT64 bytes;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    file = client_file(fixture.job, 0);
    stats_file = client_query(file, &IID_IDeliveryOptimizationFile);
    assert_hr(IBackgroundCopyFile5_GetRemoteName(file, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyFile5_GetLocalName(file, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyFile5_GetProgress(file, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyFile5_GetTemporaryName(file, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyFile5_IsDownloadedFromPeer(file, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyFile5_GetPeerDownloadStats(file, &bytes, NULL), E_INVALIDARG);
    assert_hr(IBackgroundCopyFile5_GetPeerDownloadStats(file, NULL, &bytes), E_INVALIDARG);
    assert_hr(IBackgroundCopyFile5_GetProperty(
                  file, BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, NULL),
              E_INVALIDARG);
    assert_hr(IDeliveryOptimizationFile_GetStats(stats_file, NULL), E_INVALIDARG);
    IDeliveryOptimizationFile_Release(stats_file);
    IBackgroundCopyFile5_Release(file);
    job_fixture_end(&fixture);
}

/* --- Another URL ------------------------------------------------------------------------ */

static const struct url_case {
    const char *name;
    const WCHAR *url;
    HRESULT hr;
} urls[] = {
    {"another http URL is taken", L"http://host/other", S_OK},
    {"no URL is refused", NULL, E_INVALIDARG},
    {"an empty URL is refused", L"", E_INVALIDARG},
    {"an ftp URL is refused", L"ftp://host/", E_INVALIDARG},
    {"a URL that is not UTF-16 is refused", L"http://host/\xd800", E_INVALIDARG},
};

static void check_url(void **state)
{
    const struct url_case *c = *state;
    struct job_fixture fixture;
    IBackgroundCopyFile5 *file;
    LPWSTR text = NULL;

    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    file = client_file(fixture.job, 0);
    assert_hr(IBackgroundCopyFile5_SetRemoteName(file, c->url), c->hr);
    assert_hr(IBackgroundCopyFile5_GetRemoteName(file, &text), S_OK);
    assert_wide_equal(text, SUCCEEDED(c->hr) ? c->url : client_wide(fixture.url));
    CoTaskMemFree(text);
    assert_hr(IBackgroundCopyJob_Cancel(fixture.job), S_OK);
    assert_hr(IBackgroundCopyFile5_SetRemoteName(file, c->url), DO_E_INVALID_STATE);
    IBackgroundCopyFile5_Release(file);
    job_fixture_end(&fixture);
}

static void a_file_that_is_missing_can_be_had_from_elsewhere(void **state)
{
    struct job_fixture fixture;
    IBackgroundCopyFile5 *file;
    char url[SERVER_URL_SIZE];

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    memcpy(url, fixture.url, sizeof(url));
    range_server_url(fixture.server, "/none", fixture.url);
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_ERROR);
    file = client_file(fixture.job, 0);
    assert_hr(IBackgroundCopyFile5_SetRemoteName(file, client_wide(url)), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    expect_file(fixture.path, NULL, 0, FIXTURE_SEED, FIXTURE_SIZE);
    IBackgroundCopyFile5_Release(file);
    job_fixture_end(&fixture);
}

/* --- GetStats --------------------------------------------------------------------------- */

static void check_stats(IDeliveryOptimizationFile *file, const char *url, UINT64 size,
                        UINT64 bytes, SwarmStatus status, BOOL is_background)
{
    for (int slot = 3; slot <= 4; slot++) {
        DOSwarmStats stats;

        memset(&stats, 0xff, sizeof(stats));
        assert_hr(slot == 3 ? IDeliveryOptimizationFile_GetStats(file, &stats)
                            : IDeliveryOptimizationFile_GetStats2(file, &stats),
                  S_OK);
        assert_wide_equal(stats.fileId, L"an id");
        assert_wide_equal(stats.sourceURL, client_wide(url));
        assert_true(stats.fileSize == size);
        assert_true(stats.totalBytesDownloaded == bytes && stats.bytesFromHttp == bytes);
        assert_true(stats.bytesFromLanPeers == 0 && stats.bytesFromGroupPeers == 0);
        assert_true(stats.bytesFromInternetPeers == 0 && stats.bytesFromDoinc == 0);
        assert_true(stats.bytesToLanPeers == 0 && stats.bytesToGroupPeers == 0);
        assert_true(stats.bytesToInternetPeers == 0);
        assert_true((stats.httpConnectionCount > 0) == (bytes > 0));
        assert_int_equal(stats.doincConnectionCount, 0);
        assert_int_equal(stats.lanConnectionCount, 0);
        assert_int_equal(stats.groupConnectionCount, 0);
        assert_int_equal(stats.internetConnectionCount, 0);
        assert_true(stats.downloadDuration < 60000);
        assert_int_equal(stats.downloadMode, DownloadMode_Simple);
        assert_int_equal(stats.status, status);
        assert_int_equal(stats.isBackground, is_background);
        CoTaskMemFree(stats.fileId);
        CoTaskMemFree(stats.sourceURL);
    }
}

static void statistics_are_true_from_beginning_to_end(void **state)
{
    struct job_fixture fixture;
    IBackgroundCopyFile5 *file5;
    IDeliveryOptimizationFile *file;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 0, NULL, UNKNOWN), S_OK);
    file5 = client_file(fixture.job, 0);
    file = client_query(file5, &IID_IDeliveryOptimizationFile);
    check_stats(file, fixture.url, 0, 0, SwarmStatus_Paused, TRUE);
    assert_hr(IBackgroundCopyJob_SetPriority(fixture.job, BG_JOB_PRIORITY_FOREGROUND), S_OK);
    check_stats(file, fixture.url, 0, 0, SwarmStatus_Paused, FALSE);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    check_stats(file, fixture.url, FIXTURE_SIZE, FIXTURE_SIZE, SwarmStatus_Complete, FALSE);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    check_stats(file, fixture.url, FIXTURE_SIZE, FIXTURE_SIZE, SwarmStatus_Complete, FALSE);
    IDeliveryOptimizationFile_Release(file);
    IBackgroundCopyFile5_Release(file5);
    job_fixture_end(&fixture);
}

static void a_moving_file_is_downloading_and_a_suspended_one_paused(void **state)
{
    struct job_fixture fixture;
    IBackgroundCopyFile5 *file5;
    IDeliveryOptimizationFile *file;
    DOSwarmStats stats;

    (void)state;
    job_fixture_start(&fixture, &stalling, 1);
    assert_hr(job_fixture_add(&fixture, 0, NULL, FIXTURE_SIZE), S_OK);
    file5 = client_file(fixture.job, 0);
    file = client_query(file5, &IID_IDeliveryOptimizationFile);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_true(range_server_wait_for_stalls(fixture.server, 1, CLIENT_DEADLINE_MS));
    assert_hr(IDeliveryOptimizationFile_GetStats(file, &stats), S_OK);
    assert_int_equal(stats.status, SwarmStatus_Downloading);
    assert_true(stats.fileSize == FIXTURE_SIZE);
    CoTaskMemFree(stats.fileId);
    CoTaskMemFree(stats.sourceURL);
    assert_hr(IBackgroundCopyJob_Suspend(fixture.job), S_OK);
    assert_hr(IDeliveryOptimizationFile_GetStats(file, &stats), S_OK);
    assert_int_equal(stats.status, SwarmStatus_Paused);
    CoTaskMemFree(stats.fileId);
    CoTaskMemFree(stats.sourceURL);
    IDeliveryOptimizationFile_Release(file);
    IBackgroundCopyFile5_Release(file5);
    job_fixture_end(&fixture);
}

/* --- IDeliveryOptimizationJob2::AddFile and a file's properties -------------------------- */

static IDeliveryOptimizationFile2 *add_without_path(struct job_fixture *fixture, DWORD count,
                                                    const BG_FILE_RANGE *ranges)
{
    IDeliveryOptimizationJob2 *job2 =
        client_query(fixture->job, &IID_IDeliveryOptimizationJob2);
    IDeliveryOptimizationFile2 *file = NULL;

    assert_hr(IDeliveryOptimizationJob2_AddFile(job2, L"an id", client_wide(fixture->url),
                                                count, (BG_FILE_RANGE *)(uintptr_t)ranges,
                                                &IID_IDeliveryOptimizationFile2,
                                                (void **)&file),
              S_OK);
    IDeliveryOptimizationJob2_Release(job2);
    return file;
}

static const struct add_case {
    const char *name;
    const WCHAR *file_id;
    const WCHAR *url;
    const IID *iid;
    HRESULT hr;
} additions[] = {
    {"as a file with statistics", L"id", L"http://host/", &IID_IDeliveryOptimizationFile, S_OK},
    {"as a file with properties", L"id", L"http://host/", &IID_IDeliveryOptimizationFile2,
     S_OK},
    {"as a file of BITS", L"id", L"http://host/", &IID_IBackgroundCopyFile, S_OK},
    {"as an IUnknown", L"id", L"http://host/", &IID_IUnknown, S_OK},
    {"not as a job", L"id", L"http://host/", &IID_IBackgroundCopyJob, E_NOINTERFACE},
    {"not without an id", NULL, L"http://host/", &IID_IUnknown, E_INVALIDARG},
    {"not without a URL", L"id", NULL, &IID_IUnknown, E_INVALIDARG},
};

static void check_addition(void **state)
{
    const struct add_case *c = *state;
    struct job_fixture fixture;
    IDeliveryOptimizationJob2 *job2;
    IUnknown *file = test_state("not written");
    BG_JOB_PROGRESS progress;

    job_fixture_start(&fixture, NULL, 0);
    job2 = client_query(fixture.job, &IID_IDeliveryOptimizationJob2);
    assert_hr(IDeliveryOptimizationJob2_AddFile(job2, c->file_id, c->url, 0, NULL, c->iid,
                                                (void **)&file),
              c->hr);
    assert_hr(IBackgroundCopyJob_GetProgress(fixture.job, &progress), S_OK);
    assert_int_equal(progress.FilesTotal, SUCCEEDED(c->hr) ? 1 : 0);
    if (SUCCEEDED(c->hr)) {
        assert_int_equal(IUnknown_Release(file), 0);
    } else {
        assert_null(file);
    }
    assert_hr(IDeliveryOptimizationJob2_AddFile(job2, L"id", L"http://host/", 0, NULL,
                                                &IID_IUnknown, NULL),
              E_INVALIDARG);
    IDeliveryOptimizationJob2_Release(job2);
    job_fixture_end(&fixture);
}

static VARIANT text_value(const WCHAR *text)
{
    VARIANT value;

    VariantInit(&value);
    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(text);
    return value;
}

static HRESULT set_path(IDeliveryOptimizationFile2 *file, const WCHAR *path)
{
    VARIANT value = text_value(path);
    HRESULT hr = IDeliveryOptimizationFile2_SetProperty(
        file, DOFilePropertyId_DownloadSinkFilePath, &value);

    VariantClear(&value);
    return hr;
}

static void a_file_without_a_place_cannot_be_fetched_until_it_has_one(void **state)
{
    struct job_fixture fixture;
    IDeliveryOptimizationFile2 *file;
    VARIANT value;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    file = add_without_path(&fixture, 0, NULL);
    memset(&value, 0xff, sizeof(value));
    assert_hr(IDeliveryOptimizationFile2_GetProperty(
                  file, DOFilePropertyId_DownloadSinkFilePath, &value),
              NOT_SET);
    assert_int_equal(V_VT(&value), VT_EMPTY);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), DO_E_FILE_DOWNLOADSINK_UNSPECIFIED);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_SUSPENDED);
    assert_hr(set_path(file, L"relative"), E_INVALIDARG);
    assert_hr(set_path(file, client_wide(fixture.path)), S_OK);
    assert_hr(IDeliveryOptimizationFile2_GetProperty(
                  file, DOFilePropertyId_DownloadSinkFilePath, &value),
              S_OK);
    assert_wide_equal(V_BSTR(&value), client_wide(fixture.path));
    VariantClear(&value);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    assert_hr(set_path(file, client_wide(fixture.path)), DO_E_INVALID_STATE);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    expect_file(fixture.path, NULL, 0, FIXTURE_SEED, FIXTURE_SIZE);
    IDeliveryOptimizationFile2_Release(file);
    job_fixture_end(&fixture);
}

static const struct property_case {
    const char *name;
    int id;
    VARTYPE type;      /* of the value to set; VT_ILLEGAL for no value at all */
    const WCHAR *text; /* for VT_BSTR */
    HRESULT set_hr;
    HRESULT get_hr; /* afterwards */
} properties[] = {
    {"the memory stream is a thing of the past", DOFilePropertyId_DownloadSinkMemoryStream,
     VT_UNKNOWN, NULL, DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED,
     DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED},
    {"a property that nobody knows", 7, VT_BSTR, L"", DO_E_UNKNOWN_PROPERTY_ID,
     DO_E_UNKNOWN_PROPERTY_ID},
    {"a negative property", -1, VT_BSTR, L"", DO_E_UNKNOWN_PROPERTY_ID,
     DO_E_UNKNOWN_PROPERTY_ID},
    {"a path that is a number", DOFilePropertyId_DownloadSinkFilePath, VT_UI4, NULL,
     E_INVALIDARG, NOT_SET},
    {"a path that is not there", DOFilePropertyId_DownloadSinkFilePath, VT_ILLEGAL, NULL,
     E_INVALIDARG, NOT_SET},
    {"an empty path", DOFilePropertyId_DownloadSinkFilePath, VT_BSTR, L"", E_INVALIDARG,
     NOT_SET},
    {"a stream that is a text", DOFilePropertyId_DownloadSinkInterface, VT_BSTR, L"x",
     E_INVALIDARG, NOT_SET},
    {"a size of another type", DOFilePropertyId_TotalSizeBytes, VT_UI4, NULL, E_INVALIDARG,
     NOT_SET},
    {"decryption that is no JSON", DOFilePropertyId_DecryptionInfo, VT_BSTR, L"x", E_INVALIDARG,
     DO_E_WRITE_ONLY_PROPERTY},
    {"decryption", DOFilePropertyId_DecryptionInfo, VT_BSTR, L" {\"KeyData\":\"\"}", E_NOTIMPL,
     DO_E_WRITE_ONLY_PROPERTY},
    {"integrity information that is no JSON", DOFilePropertyId_IntegrityCheckInfo, VT_BSTR, L"",
     E_INVALIDARG, DO_E_WRITE_ONLY_PROPERTY},
    {"whether integrity is mandatory was never set", DOFilePropertyId_IntegrityCheckMandatory,
     VT_BSTR, L"", E_INVALIDARG, NOT_SET},
};

static void check_property(void **state)
{
    const struct property_case *c = *state;
    struct job_fixture fixture;
    IDeliveryOptimizationFile2 *file;
    VARIANT value;

    job_fixture_start(&fixture, NULL, 0);
    file = add_without_path(&fixture, 0, NULL);
    VariantInit(&value);
    V_VT(&value) = c->type;
    if (c->type == VT_BSTR) {
        value = text_value(c->text);
    }
    assert_hr(IDeliveryOptimizationFile2_SetProperty(file, (DOFilePropertyId)c->id,
                                                     c->type == VT_ILLEGAL ? NULL : &value),
              c->set_hr);
    if (c->type == VT_BSTR) {
        VariantClear(&value);
    }
    memset(&value, 0xff, sizeof(value));
    assert_hr(IDeliveryOptimizationFile2_GetProperty(file, (DOFilePropertyId)c->id, &value),
              c->get_hr);
    assert_int_equal(V_VT(&value), VT_EMPTY);
    assert_hr(IDeliveryOptimizationFile2_GetProperty(file, (DOFilePropertyId)c->id, NULL),
              E_INVALIDARG);
    IDeliveryOptimizationFile2_Release(file);
    job_fixture_end(&fixture);
}

static void a_size_that_was_stated_can_be_read_and_counts(void **state)
{
    struct job_fixture fixture;
    IDeliveryOptimizationFile2 *file;
    BG_JOB_PROGRESS progress;
    VARIANT value;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    file = add_without_path(&fixture, 0, NULL);
    VariantInit(&value);
    V_VT(&value) = VT_UI8;
    V_UI8(&value) = FIXTURE_SIZE;
    assert_hr(
        IDeliveryOptimizationFile2_SetProperty(file, DOFilePropertyId_TotalSizeBytes, &value),
        S_OK);
    V_UI8(&value) = 0;
    assert_hr(
        IDeliveryOptimizationFile2_GetProperty(file, DOFilePropertyId_TotalSizeBytes, &value),
        S_OK);
    assert_int_equal(V_VT(&value), VT_UI8);
    assert_true(V_UI8(&value) == FIXTURE_SIZE);
    assert_hr(IBackgroundCopyJob_GetProgress(fixture.job, &progress), S_OK);
    assert_true(progress.BytesTotal == FIXTURE_SIZE);
    IDeliveryOptimizationFile2_Release(file);
    job_fixture_end(&fixture);
}

/* --- Streams ---------------------------------------------------------------------------- */

static HRESULT set_stream(IDeliveryOptimizationFile2 *file, struct client_stream_object *stream)
{
    VARIANT value;

    VariantInit(&value);
    V_VT(&value) = VT_UNKNOWN;
    V_UNKNOWN(&value) = stream ? (IUnknown *)&stream->IStream_iface : NULL;
    return IDeliveryOptimizationFile2_SetProperty(file, DOFilePropertyId_DownloadSinkInterface,
                                                  &value);
}

static void check_bytes(const struct client_stream_object *stream,
                        const struct byte_range *ranges, size_t count)
{
    size_t place = 0;

    for (size_t i = 0; i < count; i++) {
        for (uint64_t j = 0; j < ranges[i].length; j++) {
            if (stream->bytes[place++] != content_byte(FIXTURE_SEED, ranges[i].offset + j)) {
                print_error("byte %lu is wrong\n", (unsigned long)(place - 1));
                fail();
            }
        }
    }
    assert_int_equal(stream->size, place);
}

static const struct stream_case {
    const char *name;
    struct byte_range ranges[4];
    DWORD count;
} streams[] = {
    {"a whole file goes to a stream", {{0, FIXTURE_SIZE}}, 0},
    {"ranges go to a stream in the order given", {{900000, 100}, {0, 1000}, {500, 0}}, 2},
    {"many bytes in reverse go to a stream",
     {{750000, 250000}, {500000, 250000}, {250000, 250000}, {0, 250000}},
     4},
};

static void check_stream(void **state)
{
    const struct stream_case *c = *state;
    struct job_fixture fixture;
    struct client_stream_object stream;
    IDeliveryOptimizationFile2 *file;
    VARIANT value;

    job_fixture_start(&fixture, NULL, 0);
    stream_start(&stream, FIXTURE_SIZE);
    file = add_without_path(&fixture, c->count, (const BG_FILE_RANGE *)c->ranges);
    assert_hr(set_stream(file, &stream), S_OK);
    assert_hr(IDeliveryOptimizationFile2_GetProperty(
                  file, DOFilePropertyId_DownloadSinkInterface, &value),
              S_OK);
    assert_int_equal(V_VT(&value), VT_UNKNOWN);
    assert_ptr_equal(V_UNKNOWN(&value), &stream.IStream_iface);
    VariantClear(&value);
    assert_hr(set_path(file, client_wide(fixture.path)), DO_E_FILE_DOWNLOADSINK_ALREADY_SET);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    check_bytes(&stream, c->ranges, c->count ? c->count : 1);
    assert_true((stream.thread == GetCurrentThreadId()) ==
                (client_apartment == COINIT_APARTMENTTHREADED));
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    IDeliveryOptimizationFile2_Release(file);
    job_fixture_end(&fixture);
    stream_end(&stream);
}

static void a_stream_that_fails_ends_the_job_with_its_error(void **state)
{
    struct job_fixture fixture;
    struct client_stream_object stream;
    IDeliveryOptimizationFile2 *file;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    stream_start(&stream, FIXTURE_SIZE);
    stream.result = STG_E_MEDIUMFULL;
    file = add_without_path(&fixture, 0, NULL);
    assert_hr(set_stream(file, &stream), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_ERROR);
    assert_hr(job_error_code(fixture.job), STG_E_MEDIUMFULL);
    IDeliveryOptimizationFile2_Release(file);
    job_fixture_end(&fixture);
    stream_end(&stream);
}

static void a_stream_can_be_replaced_and_taken_back(void **state)
{
    struct job_fixture fixture;
    struct client_stream_object first, second;
    IDeliveryOptimizationFile2 *file;
    VARIANT value;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    stream_start(&first, FIXTURE_SIZE);
    stream_start(&second, FIXTURE_SIZE);
    file = add_without_path(&fixture, 0, NULL);
    assert_hr(set_stream(file, &first), S_OK);
    assert_hr(set_stream(file, &second), S_OK);
    assert_int_equal(first.refs, 1);
    assert_hr(IDeliveryOptimizationFile2_GetProperty(
                  file, DOFilePropertyId_DownloadSinkInterface, &value),
              S_OK);
    assert_ptr_equal(V_UNKNOWN(&value), &second.IStream_iface);
    VariantClear(&value);
    assert_hr(set_stream(file, NULL), S_OK);
    assert_int_equal(second.refs, 1);
    assert_hr(IDeliveryOptimizationFile2_GetProperty(
                  file, DOFilePropertyId_DownloadSinkInterface, &value),
              NOT_SET);
    assert_hr(set_path(file, client_wide(fixture.path)), S_OK);
    assert_hr(set_stream(file, &first), DO_E_FILE_DOWNLOADSINK_ALREADY_SET);
    assert_int_equal(first.refs, 1);
    IDeliveryOptimizationFile2_Release(file);
    job_fixture_end(&fixture);
    stream_end(&first);
    stream_end(&second);
}

static void a_stream_must_be_an_istream(void **state)
{
    struct job_fixture fixture;
    struct client_stream_object stream;
    IDeliveryOptimizationFile2 *file;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    stream_start(&stream, 1);
    stream.is_sequential_only = true;
    file = add_without_path(&fixture, 0, NULL);
    assert_hr(set_stream(file, &stream), E_INVALIDARG);
    IDeliveryOptimizationFile2_Release(file);
    job_fixture_end(&fixture);
    stream_end(&stream);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, a_new_file_has_the_names_it_was_given);
    TEST_ADD(&suite, a_fetched_file_tells_where_it_is_and_what_the_server_said);
    TEST_ADD(&suite, ranges_come_back_in_the_order_given);
    TEST_ADD(&suite, a_whole_file_has_no_ranges);
    TEST_ADD(&suite, missing_places_for_results_are_refused);
    TEST_ADD_TABLE(&suite, urls, check_url);
    TEST_ADD(&suite, a_file_that_is_missing_can_be_had_from_elsewhere);
    TEST_ADD(&suite, statistics_are_true_from_beginning_to_end);
    TEST_ADD(&suite, a_moving_file_is_downloading_and_a_suspended_one_paused);
    TEST_ADD_TABLE(&suite, additions, check_addition);
    TEST_ADD(&suite, a_file_without_a_place_cannot_be_fetched_until_it_has_one);
    TEST_ADD_TABLE(&suite, properties, check_property);
    TEST_ADD(&suite, a_size_that_was_stated_can_be_read_and_counts);
    TEST_ADD_TABLE(&suite, streams, check_stream);
    TEST_ADD(&suite, a_stream_that_fails_ends_the_job_with_its_error);
    TEST_ADD(&suite, a_stream_can_be_replaced_and_taken_back);
    TEST_ADD(&suite, a_stream_must_be_an_istream);
    return client_run_in_both(&suite, "file_object");
}
