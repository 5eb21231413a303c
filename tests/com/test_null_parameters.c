/*
 * A reference that is NULL is refused, whichever slot and whichever parameter it is, and never
 * followed: E_POINTER or E_INVALIDARG. Slots that are not of Delivery Optimization stay
 * E_NOTIMPL. In-process there is no proxy to see to it.
 */
#include "com/client.h"
#include "com/linked_server.h"

#include <oleauto.h>

struct objects {
    IBackgroundCopyManager *manager;
    IDOManager *modern;
    IBackgroundCopyJob *job;
    IBackgroundCopyJob5 *job5;
    IDeliveryOptimizationJob *adder;
    IDeliveryOptimizationJob2 *adder2;
    IBackgroundCopyJobHttpOptions *options;
    IBackgroundCopyFile5 *file;
    IDeliveryOptimizationFile *stats;
    IDeliveryOptimizationFile2 *file2;
    IEnumBackgroundCopyFiles *files;
    IEnumBackgroundCopyJobs *jobs;
    IDODownload *download;
    IEnumUnknown *downloads;
    IClassFactory *factory;
    char *folder;
    WCHAR path[MAX_PATH];
    /* Where other results may go. */
    GUID id;
    void *object;
    IBackgroundCopyJob *another;
    LPWSTR texts[3];
    BG_JOB_PROXY_USAGE usage;
    BG_CERT_STORE_LOCATION location;
    BG_FILE_RANGE *ranges;
    BYTE *bytes;
    BYTE hash[20];
    UINT64 size;
    DWORD number;
    ULONG count;
};

#define URL L"http://127.0.0.1/x"

/* clang-format off */
#define CALLS(ROW)                                                                                 \
    ROW(manager_create_without_name, IBackgroundCopyManager_CreateJob(o->manager, NULL, BG_JOB_TYPE_DOWNLOAD, &o->id, &o->another)) \
    ROW(manager_create_without_id, IBackgroundCopyManager_CreateJob(o->manager, L"x", BG_JOB_TYPE_DOWNLOAD, NULL, &o->another)) \
    ROW(manager_create_without_job, IBackgroundCopyManager_CreateJob(o->manager, L"x", BG_JOB_TYPE_DOWNLOAD, &o->id, NULL)) \
    ROW(manager_get_without_id, IBackgroundCopyManager_GetJob(o->manager, NULL, &o->another))      \
    ROW(manager_get_without_job, IBackgroundCopyManager_GetJob(o->manager, &o->id, NULL))          \
    ROW(manager_enum, IBackgroundCopyManager_EnumJobs(o->manager, 0, NULL))                        \
    ROW(manager_description, IBackgroundCopyManager_GetErrorDescription(o->manager, E_FAIL, 0, NULL)) \
    ROW(manager_query_without_iid, IBackgroundCopyManager_QueryInterface(o->manager, NULL, &o->object)) \
    ROW(manager_query_without_place, IBackgroundCopyManager_QueryInterface(o->manager, &IID_IUnknown, NULL)) \
    ROW(modern_create, IDOManager_CreateDownload(o->modern, NULL))                                 \
    ROW(modern_enum, IDOManager_EnumDownloads(o->modern, NULL, NULL))                              \
    ROW(modern_enum_without_value, IDOManager_EnumDownloads(o->modern, (&(DO_DOWNLOAD_ENUM_CATEGORY){DODownloadProperty_Uri, NULL}), (IEnumUnknown **)&o->object)) \
    ROW(job_add_set, IBackgroundCopyJob_AddFileSet(o->job, 1, NULL))                               \
    ROW(job_add_set_without_url, IBackgroundCopyJob_AddFileSet(o->job, 1, (&(BG_FILE_INFO){NULL, o->path}))) \
    ROW(job_add_set_without_path, IBackgroundCopyJob_AddFileSet(o->job, 1, (&(BG_FILE_INFO){o->path, NULL}))) \
    ROW(job_add_without_url, IBackgroundCopyJob_AddFile(o->job, NULL, o->path))                    \
    ROW(job_add_without_path, IBackgroundCopyJob_AddFile(o->job, URL, NULL))                       \
    ROW(job_enum_files, IBackgroundCopyJob_EnumFiles(o->job, NULL))                                \
    ROW(job_id, IBackgroundCopyJob_GetId(o->job, NULL))                                            \
    ROW(job_type, IBackgroundCopyJob_GetType(o->job, NULL))                                        \
    ROW(job_progress, IBackgroundCopyJob_GetProgress(o->job, NULL))                                \
    ROW(job_times, IBackgroundCopyJob_GetTimes(o->job, NULL))                                      \
    ROW(job_state, IBackgroundCopyJob_GetState(o->job, NULL))                                      \
    ROW(job_error, IBackgroundCopyJob_GetError(o->job, NULL))                                      \
    ROW(job_owner, IBackgroundCopyJob_GetOwner(o->job, NULL))                                      \
    ROW(job_set_name, IBackgroundCopyJob_SetDisplayName(o->job, NULL))                             \
    ROW(job_name, IBackgroundCopyJob_GetDisplayName(o->job, NULL))                                 \
    ROW(job_set_description, IBackgroundCopyJob_SetDescription(o->job, NULL))                      \
    ROW(job_description, IBackgroundCopyJob_GetDescription(o->job, NULL))                          \
    ROW(job_priority, IBackgroundCopyJob_GetPriority(o->job, NULL))                                \
    ROW(job_flags, IBackgroundCopyJob_GetNotifyFlags(o->job, NULL))                                \
    ROW(job_interface, IBackgroundCopyJob_GetNotifyInterface(o->job, NULL))                        \
    ROW(job_delay, IBackgroundCopyJob_GetMinimumRetryDelay(o->job, NULL))                          \
    ROW(job_timeout, IBackgroundCopyJob_GetNoProgressTimeout(o->job, NULL))                        \
    ROW(job_error_count, IBackgroundCopyJob_GetErrorCount(o->job, NULL))                           \
    ROW(job_proxy_without_usage, IBackgroundCopyJob_GetProxySettings(o->job, NULL, &o->texts[0], &o->texts[1])) \
    ROW(job_proxy_without_list, IBackgroundCopyJob_GetProxySettings(o->job, &o->usage, NULL, &o->texts[1])) \
    ROW(job_proxy_without_bypass, IBackgroundCopyJob_GetProxySettings(o->job, &o->usage, &o->texts[0], NULL)) \
    ROW(job_query_without_iid, IBackgroundCopyJob_QueryInterface(o->job, NULL, &o->object))        \
    ROW(job_query_without_place, IBackgroundCopyJob_QueryInterface(o->job, &IID_IUnknown, NULL))   \
    ROW(job3_add_without_url, IBackgroundCopyJob5_AddFileWithRanges(o->job5, NULL, o->path, 0, NULL)) \
    ROW(job3_add_without_path, IBackgroundCopyJob5_AddFileWithRanges(o->job5, URL, NULL, 0, NULL)) \
    ROW(job3_add_without_ranges, IBackgroundCopyJob5_AddFileWithRanges(o->job5, URL, o->path, 2, NULL)) \
    ROW(job5_property, IBackgroundCopyJob5_GetProperty(o->job5, BITS_JOB_PROPERTY_ID_COST_FLAGS, NULL)) \
    ROW(add_without_id, IDeliveryOptimizationJob_AddFileWithRanges(o->adder, NULL, URL, o->path, 0, NULL, 1)) \
    ROW(add_without_url, IDeliveryOptimizationJob_AddFileWithRanges(o->adder, L"x", NULL, o->path, 0, NULL, 1)) \
    ROW(add_without_path, IDeliveryOptimizationJob_AddFileWithRanges(o->adder, L"x", URL, NULL, 0, NULL, 1)) \
    ROW(add_without_ranges, IDeliveryOptimizationJob_AddFileWithRanges(o->adder, L"x", URL, o->path, 1, NULL, 1)) \
    ROW(add2_without_id, IDeliveryOptimizationJob2_AddFile(o->adder2, NULL, URL, 0, NULL, &IID_IUnknown, &o->object)) \
    ROW(add2_without_url, IDeliveryOptimizationJob2_AddFile(o->adder2, L"x", NULL, 0, NULL, &IID_IUnknown, &o->object)) \
    ROW(add2_without_ranges, IDeliveryOptimizationJob2_AddFile(o->adder2, L"x", URL, 1, NULL, &IID_IUnknown, &o->object)) \
    ROW(add2_without_iid, IDeliveryOptimizationJob2_AddFile(o->adder2, L"x", URL, 0, NULL, NULL, &o->object)) \
    ROW(add2_without_place, IDeliveryOptimizationJob2_AddFile(o->adder2, L"x", URL, 0, NULL, &IID_IUnknown, NULL)) \
    ROW(job2_get, IDeliveryOptimizationJob2_GetProperty(o->adder2, DOJobPropertyId_ExtendedErrorInfo, NULL)) \
    ROW(options_set_without_store, IBackgroundCopyJobHttpOptions_SetClientCertificateByID(o->options, BG_CERT_STORE_LOCATION_CURRENT_USER, NULL, o->hash)) \
    ROW(options_set_without_hash, IBackgroundCopyJobHttpOptions_SetClientCertificateByID(o->options, BG_CERT_STORE_LOCATION_CURRENT_USER, L"MY", NULL)) \
    ROW(options_find_without_store, IBackgroundCopyJobHttpOptions_SetClientCertificateByName(o->options, BG_CERT_STORE_LOCATION_CURRENT_USER, NULL, L"x")) \
    ROW(options_find_without_subject, IBackgroundCopyJobHttpOptions_SetClientCertificateByName(o->options, BG_CERT_STORE_LOCATION_CURRENT_USER, L"MY", NULL)) \
    ROW(options_get_without_location, IBackgroundCopyJobHttpOptions_GetClientCertificate(o->options, NULL, &o->texts[0], &o->bytes, &o->texts[1])) \
    ROW(options_get_without_store, IBackgroundCopyJobHttpOptions_GetClientCertificate(o->options, &o->location, NULL, &o->bytes, &o->texts[1])) \
    ROW(options_get_without_hash, IBackgroundCopyJobHttpOptions_GetClientCertificate(o->options, &o->location, &o->texts[0], NULL, &o->texts[1])) \
    ROW(options_get_without_subject, IBackgroundCopyJobHttpOptions_GetClientCertificate(o->options, &o->location, &o->texts[0], &o->bytes, NULL)) \
    ROW(options_headers, IBackgroundCopyJobHttpOptions_GetCustomHeaders(o->options, NULL))         \
    ROW(options_flags, IBackgroundCopyJobHttpOptions_GetSecurityFlags(o->options, NULL))           \
    ROW(file_remote_name, IBackgroundCopyFile5_GetRemoteName(o->file, NULL))                       \
    ROW(file_local_name, IBackgroundCopyFile5_GetLocalName(o->file, NULL))                         \
    ROW(file_progress, IBackgroundCopyFile5_GetProgress(o->file, NULL))                            \
    ROW(file_ranges_without_count, IBackgroundCopyFile5_GetFileRanges(o->file, NULL, &o->ranges))  \
    ROW(file_ranges_without_ranges, IBackgroundCopyFile5_GetFileRanges(o->file, &o->number, NULL)) \
    ROW(file_set_remote_name, IBackgroundCopyFile5_SetRemoteName(o->file, NULL))                   \
    ROW(file_temporary_name, IBackgroundCopyFile5_GetTemporaryName(o->file, NULL))                 \
    ROW(file_from_peer, IBackgroundCopyFile5_IsDownloadedFromPeer(o->file, NULL))                  \
    ROW(file_stats_without_origin, IBackgroundCopyFile5_GetPeerDownloadStats(o->file, NULL, &o->size)) \
    ROW(file_stats_without_peers, IBackgroundCopyFile5_GetPeerDownloadStats(o->file, &o->size, NULL)) \
    ROW(file_property, IBackgroundCopyFile5_GetProperty(o->file, BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, NULL)) \
    ROW(swarm_stats, IDeliveryOptimizationFile_GetStats(o->stats, NULL))                           \
    ROW(swarm_stats_again, IDeliveryOptimizationFile_GetStats2(o->stats, NULL))                    \
    ROW(file2_get, IDeliveryOptimizationFile2_GetProperty(o->file2, DOFilePropertyId_TotalSizeBytes, NULL)) \
    ROW(file2_set, IDeliveryOptimizationFile2_SetProperty(o->file2, DOFilePropertyId_TotalSizeBytes, NULL)) \
    ROW(files_next, IEnumBackgroundCopyFiles_Next(o->files, 1, NULL, &o->count))                   \
    ROW(files_next_without_count, IEnumBackgroundCopyFiles_Next(o->files, 2, (IBackgroundCopyFile **)&o->object, NULL)) \
    ROW(files_clone, IEnumBackgroundCopyFiles_Clone(o->files, NULL))                               \
    ROW(files_count, IEnumBackgroundCopyFiles_GetCount(o->files, NULL))                            \
    ROW(jobs_next, IEnumBackgroundCopyJobs_Next(o->jobs, 1, NULL, &o->count))                      \
    ROW(jobs_next_without_count, IEnumBackgroundCopyJobs_Next(o->jobs, 2, (IBackgroundCopyJob **)&o->object, NULL)) \
    ROW(jobs_clone, IEnumBackgroundCopyJobs_Clone(o->jobs, NULL))                                  \
    ROW(jobs_count, IEnumBackgroundCopyJobs_GetCount(o->jobs, NULL))                               \
    ROW(download_status_of, IDODownload_GetStatus(o->download, NULL))                              \
    ROW(download_get, IDODownload_GetProperty(o->download, DODownloadProperty_Id, NULL))           \
    ROW(download_set, IDODownload_SetProperty(o->download, DODownloadProperty_Uri, NULL))          \
    ROW(download_set_callback, IDODownload_SetProperty(o->download, DODownloadProperty_CallbackInterface, NULL)) \
    ROW(download_query_without_iid, IDODownload_QueryInterface(o->download, NULL, &o->object))     \
    ROW(downloads_next, IEnumUnknown_Next(o->downloads, 1, NULL, &o->count))                       \
    ROW(downloads_next_without_count, IEnumUnknown_Next(o->downloads, 2, (IUnknown **)&o->object, NULL)) \
    ROW(downloads_clone, IEnumUnknown_Clone(o->downloads, NULL))                                   \
    ROW(factory_create_without_iid, IClassFactory_CreateInstance(o->factory, NULL, NULL, &o->object)) \
    ROW(factory_create_without_place, IClassFactory_CreateInstance(o->factory, NULL, &IID_IUnknown, NULL)) \
    ROW(factory_query_without_iid, IClassFactory_QueryInterface(o->factory, NULL, &o->object))     \
    ROW(factory_query_without_place, IClassFactory_QueryInterface(o->factory, &IID_IUnknown, NULL)) \
    ROW(class_without_iid, client_get_class_object(&CLSID_OpenDO, NULL, &o->object))               \
    ROW(class_without_place, client_get_class_object(&CLSID_OpenDO, &IID_IUnknown, NULL))          \
    /* Of BITS alone. */                                                                           \
    ROW(unsupported_command, IBackgroundCopyJob5_GetNotifyCmdLine(o->job5, NULL, NULL))            \
    ROW(unsupported_reply_progress, IBackgroundCopyJob5_GetReplyProgress(o->job5, NULL))           \
    ROW(unsupported_reply_data, IBackgroundCopyJob5_GetReplyData(o->job5, NULL, NULL))             \
    ROW(unsupported_reply_name, IBackgroundCopyJob5_GetReplyFileName(o->job5, NULL))               \
    ROW(unsupported_credentials, IBackgroundCopyJob5_SetCredentials(o->job5, NULL))                \
    ROW(unsupported_prefix, IBackgroundCopyJob5_ReplaceRemotePrefix(o->job5, NULL, NULL))          \
    ROW(unsupported_acl, IBackgroundCopyJob5_GetFileACLFlags(o->job5, NULL))                       \
    ROW(unsupported_peers, IBackgroundCopyJob5_GetPeerCachingFlags(o->job5, NULL))                 \
    ROW(unsupported_integrity, IBackgroundCopyJob5_GetOwnerIntegrityLevel(o->job5, NULL))          \
    ROW(unsupported_elevation, IBackgroundCopyJob5_GetOwnerElevationState(o->job5, NULL))          \
    ROW(unsupported_time, IBackgroundCopyJob5_GetMaximumDownloadTime(o->job5, NULL))               \
    ROW(unsupported_validation, IBackgroundCopyFile5_GetValidationState(o->file, NULL))
/* clang-format on */

#define DEFINE_CALL(name, call)                                                                \
    static HRESULT name(struct objects *o)                                                     \
    {                                                                                          \
        (void)o;                                                                               \
        return (call);                                                                         \
    }
CALLS(DEFINE_CALL)

#define CALL_ROW(name, call) {#call, name},

static const struct null_case {
    const char *name;
    HRESULT (*call)(struct objects *objects);
} null_cases[] = {CALLS(CALL_ROW)};

static void objects_make(struct objects *o)
{
    char *path;

    memset(o, 0, sizeof(*o));
    o->folder = temp_folder_create();
    path = temp_folder_path(o->folder, "file");
    wcscpy(o->path, client_wide(path));
    free(path);
    o->manager = client_manager();
    o->modern = client_query(o->manager, &IID_IDOManager);
    o->job = client_job(o->manager);
    assert_hr(client_add(o->job, URL, o->path, 0, NULL, DO_UNKNOWN_FILE_SIZE), S_OK);
    o->job5 = client_query(o->job, &IID_IBackgroundCopyJob5);
    o->adder = client_query(o->job, &IID_IDeliveryOptimizationJob);
    o->adder2 = client_query(o->job, &IID_IDeliveryOptimizationJob2);
    o->options = client_query(o->job, &IID_IBackgroundCopyJobHttpOptions);
    o->file = client_file(o->job, 0);
    o->stats = client_query(o->file, &IID_IDeliveryOptimizationFile);
    o->file2 = client_query(o->file, &IID_IDeliveryOptimizationFile2);
    assert_hr(IBackgroundCopyJob_EnumFiles(o->job, &o->files), S_OK);
    assert_hr(IBackgroundCopyManager_EnumJobs(o->manager, 0, &o->jobs), S_OK);
    assert_hr(IDOManager_CreateDownload(o->modern, &o->download), S_OK);
    assert_hr(IDOManager_EnumDownloads(o->modern, NULL, &o->downloads), S_OK);
    assert_hr(client_get_class_object(&CLSID_OpenDO, &IID_IClassFactory, (void **)&o->factory),
              S_OK);
}

static void objects_end(struct objects *o)
{
    void *all[] = {o->factory, o->downloads, o->jobs,  o->files, o->file2,  o->stats,  o->file,
                   o->options, o->adder2,    o->adder, o->job5,  o->modern, o->manager};

    assert_hr(IDODownload_Abort(o->download), S_OK);
    IDODownload_Release(o->download);
    assert_hr(IBackgroundCopyJob_Cancel(o->job), S_OK);
    IBackgroundCopyJob_Release(o->job);
    for (size_t i = 0; i < TEST_COUNT(all); i++) {
        IUnknown_Release((IUnknown *)all[i]);
    }
    temp_folder_remove(o->folder);
}

static void check_null(void **state)
{
    const struct null_case *c = *state;
    struct objects objects;
    HRESULT hr;

    objects_make(&objects);
    hr = c->call(&objects);
    if (hr != E_POINTER && hr != E_INVALIDARG && hr != E_NOTIMPL) {
        print_error("0x%08lX\n", (unsigned long)hr);
        fail();
    }
    assert_null(objects.object);
    assert_null(objects.another);
    objects_end(&objects);
}

int main(void)
{
    static struct test_suite suite;

    TEST_ADD_TABLE(&suite, null_cases, check_null);
    return client_run_in_both(&suite, "references that are NULL");
}
