/*
 * Every method of every interface through every way: called directly, through a proxy to
 * another apartment, and through the local server. Results, what comes out and texts are the
 * same.
 *
 * A row calls one slot and notes what it gave back in words; the words of the ways are
 * compared. What differs from run to run, such as identifiers, is noted by what it must be.
 * There is a row for each slot, which the compiler sees to, and interfaces that inherit go
 * through all of theirs: a proxy of IBackgroundCopyFile5 carries GetLocalName by a description
 * of its own.
 */
#include "integration/job_run.h"
#include "integration/local_hosts.h"
#include "integration/registered_server.h"

#include <assert.h>
#include <oleauto.h>

enum { WORDS_SIZE = 4000, METHODS_MOST = 64, LANGUAGE = 0x409 };

static CLSCTX client_context; /* where client_manager() gets its server from */

static HRESULT client_get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    return CoGetClassObject(clsid, client_context, NULL, iid, out);
}

/* --- Words ------------------------------------------------------------------------------ */

struct words {
    char text[WORDS_SIZE];
    size_t length;
};

static void say(struct words *words, const char *format, ...)
    __attribute__((format(gnu_printf, 2, 3)));

static void say(struct words *words, const char *format, ...)
{
    va_list arguments;
    int count;

    va_start(arguments, format);
    count = vsnprintf(words->text + words->length, sizeof(words->text) - words->length, format,
                      arguments);
    va_end(arguments);
    assert_true(count >= 0 && (size_t)count < sizeof(words->text) - words->length);
    words->length += (size_t)count;
}

static void say_hr(struct words *words, HRESULT hr)
{
    say(words, "0x%08lX", (unsigned long)hr);
}

/* A text that came out, and its end. */
static void say_text(struct words *words, LPWSTR text)
{
    if (text) {
        say(words, " \"%ls\"", text);
    } else {
        say(words, " no text");
    }
    CoTaskMemFree(text);
}

static void say_object(struct words *words, void *object)
{
    say(words, object ? " an object" : " no object");
    if (object) {
        IUnknown_Release((IUnknown *)object);
    }
}

static void say_variant(struct words *words, HRESULT hr, VARIANT *value)
{
    say_hr(words, hr);
    say(words, " type %u", V_VT(value));
    switch (V_VT(value)) {
    case VT_BSTR:
        say(words, " \"%ls\"", V_BSTR(value) ? V_BSTR(value) : L"");
        break;
    case VT_UI4:
        say(words, " %lu", V_UI4(value));
        break;
    case VT_UI8:
        say(words, " %llu", V_UI8(value));
        break;
    case VT_BOOL:
        say(words, " %d", V_BOOL(value));
        break;
    default:
        break;
    }
    VariantClear(value);
}

/* --- The ways --------------------------------------------------------------------------- */

enum way { DIRECTLY, BY_PROXY, BY_LOCAL_SERVER, WAY_COUNT };

static const char *const way_names[] = {"directly", "by a proxy", "through the local server"};

/* What a thread in the multithreaded apartment puts into a stream for this one. */
struct passage {
    const IID *iid;
    IUnknown *object;
    IStream *stream;
    HRESULT hr;
    HANDLE is_unmarshalled;
    HANDLE is_marshalled;
};

static DWORD WINAPI pass_object(void *context)
{
    struct passage *passage = context;
    IMarshal *marshal = NULL;

    passage->hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (SUCCEEDED(passage->hr)) {
        /* Not by the object itself, which would go across as it is. */
        passage->hr = CoGetStandardMarshal(passage->iid, passage->object, MSHCTX_INPROC, NULL,
                                           MSHLFLAGS_NORMAL, &marshal);
        if (SUCCEEDED(passage->hr)) {
            passage->hr = IMarshal_MarshalInterface(marshal, passage->stream, passage->iid,
                                                    passage->object, MSHCTX_INPROC, NULL,
                                                    MSHLFLAGS_NORMAL);
            IMarshal_Release(marshal);
        }
        SetEvent(passage->is_marshalled);
        /* The apartment of the stubs stays until the proxies are gone. */
        WaitForSingleObject(passage->is_unmarshalled, INFINITE);
        CoUninitialize();
    } else {
        SetEvent(passage->is_marshalled);
    }
    return 0;
}

static HANDLE passing; /* the thread, while a proxy lives */
static struct passage passage;

/* A proxy of the object for this single-threaded apartment. Takes `object` over. */
static void *through_proxy(void *object, REFIID iid)
{
    static const LARGE_INTEGER beginning;
    void *proxy = NULL;

    passage = (struct passage){.iid = iid, .object = object};
    assert_hr(CreateStreamOnHGlobal(NULL, TRUE, &passage.stream), S_OK);
    passage.is_marshalled = CreateEventW(NULL, TRUE, FALSE, NULL);
    passage.is_unmarshalled = CreateEventW(NULL, TRUE, FALSE, NULL);
    passing = CreateThread(NULL, 0, pass_object, &passage, 0, NULL);
    assert_non_null(passing);
    assert_true(client_wait(passage.is_marshalled, CLIENT_DEADLINE_MS));
    assert_hr(passage.hr, S_OK);
    assert_hr(IStream_Seek(passage.stream, beginning, STREAM_SEEK_SET, NULL), S_OK);
    assert_hr(CoUnmarshalInterface(passage.stream, iid, &proxy), S_OK);
    assert_ptr_not_equal(proxy, object);
    IStream_Release(passage.stream);
    IUnknown_Release((IUnknown *)object);
    return proxy;
}

static void end_passage(void)
{
    if (passing) {
        SetEvent(passage.is_unmarshalled);
        assert_true(client_wait(passing, CLIENT_DEADLINE_MS));
        CloseHandle(passing);
        CloseHandle(passage.is_marshalled);
        CloseHandle(passage.is_unmarshalled);
        passing = NULL;
    }
}

/* --- The scene -------------------------------------------------------------------------- */

/* A job with one file that was fetched, and one whose job has failed. */
struct scene {
    struct job_fixture good;
    struct job_fixture bad;
    IDOManager *modern;
    IDODownload *download;
    GUID good_id;
};

static struct scene scene;

static void scene_start(enum way way)
{
    static const struct server_rule forbidden[] = {{.does = SERVER_STATUS, .number = 403}};
    static const struct server_rule header[] = {
        {.does = SERVER_HEADER, .text = "X-Word: here"}};
    static const BG_FILE_RANGE ranges[] = {{500000, 100}, {0, 16}};
    VARIANT value;

    client_context = way == BY_LOCAL_SERVER ? CLSCTX_LOCAL_SERVER : CLSCTX_INPROC_SERVER;
    job_fixture_start(&scene.good, header, 1);
    job_fixture_start(&scene.bad, forbidden, 1);
    assert_hr(job_fixture_add(&scene.good, 2, ranges, DO_UNKNOWN_FILE_SIZE), S_OK);
    assert_hr(job_fixture_add(&scene.bad, 0, NULL, DO_UNKNOWN_FILE_SIZE), S_OK);
    assert_job_runs_to(scene.good.job, BG_JOB_STATE_TRANSFERRED);
    assert_job_runs_to(scene.bad.job, BG_JOB_STATE_ERROR);
    assert_hr(IBackgroundCopyJob_GetId(scene.good.job, &scene.good_id), S_OK);
    scene.modern = client_query(scene.good.manager, &IID_IDOManager);
    assert_hr(IDOManager_CreateDownload(scene.modern, &scene.download), S_OK);
    VariantInit(&value);
    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(L"a name");
    assert_hr(IDODownload_SetProperty(scene.download, DODownloadProperty_DisplayName, &value),
              S_OK);
    VariantClear(&value);
}

static void scene_end(void)
{
    assert_hr(IDODownload_Abort(scene.download), S_OK);
    assert_int_equal(IDODownload_Release(scene.download), 0);
    IDOManager_Release(scene.modern);
    job_fixture_end(&scene.bad);
    job_fixture_end(&scene.good);
}

/* --- Rows ------------------------------------------------------------------------------- */

/* `self` is of an interface that has the slot. */
typedef void call(void *self, struct words *words);

#define ROW(name) static void name(void *self, struct words *words)
#define TEXT_OUT(name, type, method)                                                           \
    ROW(name)                                                                                  \
    {                                                                                          \
        LPWSTR text = NULL;                                                                    \
                                                                                               \
        say_hr(words, type##_##method((type *)self, &text));                                   \
        say_text(words, text);                                                                 \
    }
#define NUMBER_OUT(name, kind, type, method)                                                   \
    ROW(name)                                                                                  \
    {                                                                                          \
        kind number = (kind)77;                                                                \
                                                                                               \
        say_hr(words, type##_##method((type *)self, &number));                                 \
        say(words, " %lld", (long long)number);                                                \
    }
#define OBJECT_OUT(name, kind, type, method)                                                   \
    ROW(name)                                                                                  \
    {                                                                                          \
        kind *object = NULL;                                                                   \
                                                                                               \
        say_hr(words, type##_##method((type *)self, &object));                                 \
        say_object(words, object);                                                             \
    }
#define PLAIN(name, expression)                                                                \
    ROW(name)                                                                                  \
    {                                                                                          \
        say_hr(words, (expression));                                                           \
    }

/* Files. The folder and the port differ from run to run. */
ROW(file_remote_name)
{
    LPWSTR text = NULL;

    say_hr(words, IBackgroundCopyFile_GetRemoteName((IBackgroundCopyFile *)self, &text));
    if (text) {
        assert_wide_equal(text, client_wide(scene.good.url));
    }
    say(words, text ? " the URL" : " no text");
    CoTaskMemFree(text);
}

ROW(file_local_name)
{
    LPWSTR text = NULL;

    say_hr(words, IBackgroundCopyFile_GetLocalName((IBackgroundCopyFile *)self, &text));
    if (text) {
        assert_wide_equal(text, client_wide(scene.good.path));
    }
    say(words, text ? " the path" : " no text");
    CoTaskMemFree(text);
}

ROW(file_progress)
{
    BG_FILE_PROGRESS progress = {0};

    say_hr(words, IBackgroundCopyFile_GetProgress((IBackgroundCopyFile *)self, &progress));
    say(words, " %llu of %llu, %d", progress.BytesTransferred, progress.BytesTotal,
        progress.Completed);
}

ROW(file_ranges)
{
    DWORD count = 77;
    BG_FILE_RANGE *ranges = NULL;

    say_hr(words,
           IBackgroundCopyFile2_GetFileRanges((IBackgroundCopyFile2 *)self, &count, &ranges));
    say(words, " %lu:", count);
    for (DWORD i = 0; ranges && i < count; i++) {
        say(words, " %llu+%llu", ranges[i].InitialOffset, ranges[i].Length);
    }
    CoTaskMemFree(ranges);
}

ROW(file_set_remote_name)
{
    say_hr(words, IBackgroundCopyFile2_SetRemoteName((IBackgroundCopyFile2 *)self,
                                                     client_wide(scene.good.url)));
}

ROW(file_temporary_name)
{
    LPWSTR text = NULL;

    say_hr(words, IBackgroundCopyFile3_GetTemporaryName((IBackgroundCopyFile3 *)self, &text));
    if (text) {
        const WCHAR *name = wcsrchr(text, L'\\');

        assert_non_null(name);
        say(words, " %.2ls and %ls", name + 1, wcsrchr(text, L'.'));
        CoTaskMemFree(text);
    }
}

PLAIN(file_set_validation,
      IBackgroundCopyFile3_SetValidationState((IBackgroundCopyFile3 *)self, TRUE))
NUMBER_OUT(file_get_validation, BOOL, IBackgroundCopyFile3, GetValidationState)
NUMBER_OUT(file_from_peer, BOOL, IBackgroundCopyFile3, IsDownloadedFromPeer)

ROW(file_peer_stats)
{
    UINT64 origin = 77;
    UINT64 peers = 77;

    say_hr(words, IBackgroundCopyFile4_GetPeerDownloadStats((IBackgroundCopyFile4 *)self,
                                                            &origin, &peers));
    say(words, " %llu %llu", origin, peers);
}

ROW(file_set_property)
{
    WCHAR text[] = L"X: y";
    BITS_FILE_PROPERTY_VALUE value = {.String = text};

    say_hr(words, IBackgroundCopyFile5_SetProperty((IBackgroundCopyFile5 *)self,
                                                   BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS,
                                                   value));
}

ROW(file_get_property)
{
    BITS_FILE_PROPERTY_VALUE value = {.String = NULL};

    say_hr(words, IBackgroundCopyFile5_GetProperty((IBackgroundCopyFile5 *)self,
                                                   BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS,
                                                   &value));
    say(words,
        value.String && wcsstr(value.String, L"X-Word: here") ? " the headers" : " no headers");
    CoTaskMemFree(value.String);
}

static call *const file_rows[] = {
    file_remote_name,     file_local_name,     file_progress,       file_ranges,
    file_set_remote_name, file_temporary_name, file_set_validation, file_get_validation,
    file_from_peer,       file_peer_stats,     file_set_property,   file_get_property,
};

static void say_stats(struct words *words, HRESULT hr, DOSwarmStats *stats)
{
    say_hr(words, hr);
    say(words, " %llu %llu %llu mode %d status %d background %d", stats->fileSize,
        stats->totalBytesDownloaded, stats->bytesFromHttp, stats->downloadMode, stats->status,
        stats->isBackground);
    say(words, stats->sourceURL && wcscmp(stats->sourceURL, client_wide(scene.good.url)) == 0
                   ? " the URL"
                   : " another URL");
    say_text(words, stats->fileId);
    CoTaskMemFree(stats->sourceURL);
}

ROW(swarm_stats)
{
    DOSwarmStats stats = {0};
    HRESULT hr = IDeliveryOptimizationFile_GetStats((IDeliveryOptimizationFile *)self, &stats);

    say_stats(words, hr, &stats);
}

ROW(swarm_stats_again)
{
    DOSwarmStats stats = {0};
    HRESULT hr = IDeliveryOptimizationFile_GetStats2((IDeliveryOptimizationFile *)self, &stats);

    say_stats(words, hr, &stats);
}

static call *const swarm_rows[] = {swarm_stats, swarm_stats_again};

ROW(file2_get_property)
{
    VARIANT value;
    HRESULT hr;

    VariantInit(&value);
    hr = IDeliveryOptimizationFile2_GetProperty((IDeliveryOptimizationFile2 *)self,
                                                DOFilePropertyId_TotalSizeBytes, &value);
    say_variant(words, hr, &value);
}

ROW(file2_set_property)
{
    VARIANT value;

    VariantInit(&value);
    V_VT(&value) = VT_BOOL;
    V_BOOL(&value) = VARIANT_FALSE;
    say_hr(words, IDeliveryOptimizationFile2_SetProperty(
                      (IDeliveryOptimizationFile2 *)self,
                      DOFilePropertyId_IntegrityCheckMandatory, &value));
}

static call *const file2_rows[] = {file2_get_property, file2_set_property};

/* The error. */
ROW(error_error)
{
    BG_ERROR_CONTEXT context = (BG_ERROR_CONTEXT)77;
    HRESULT code = S_OK;

    say_hr(words, IBackgroundCopyError_GetError((IBackgroundCopyError *)self, &context, &code));
    say(words, " %d 0x%08lX", context, (unsigned long)code);
}

ROW(error_description)
{
    LPWSTR text = NULL;

    say_hr(words, IBackgroundCopyError_GetErrorDescription((IBackgroundCopyError *)self,
                                                           LANGUAGE, &text));
    say_text(words, text);
}

ROW(error_context_description)
{
    LPWSTR text = NULL;

    say_hr(words, IBackgroundCopyError_GetErrorContextDescription((IBackgroundCopyError *)self,
                                                                  LANGUAGE, &text));
    say_text(words, text);
}

OBJECT_OUT(error_file, IBackgroundCopyFile, IBackgroundCopyError, GetFile)
TEXT_OUT(error_protocol, IBackgroundCopyError, GetProtocol)

static call *const error_rows[] = {error_error, error_file, error_description,
                                   error_context_description, error_protocol};

/* Jobs. A job of the row's own where something would change. */
static IBackgroundCopyJob *plain_job(void *self)
{
    return (IBackgroundCopyJob *)self;
}

ROW(job_add_file_set)
{
    WCHAR url[] = L"http://127.0.0.1/set";
    WCHAR path[MAX_PATH];
    BG_FILE_INFO files[] = {{url, path}};

    swprintf(path, MAX_PATH, L"%ls.set", client_wide(scene.good.path));
    say_hr(words, IBackgroundCopyJob_AddFileSet(plain_job(self), 1, files));
}

ROW(job_add_file)
{
    WCHAR path[MAX_PATH];

    swprintf(path, MAX_PATH, L"%ls.added", client_wide(scene.good.path));
    say_hr(words, IBackgroundCopyJob_AddFile(plain_job(self), L"http://127.0.0.1/added", path));
}

OBJECT_OUT(job_enum_files, IEnumBackgroundCopyFiles, IBackgroundCopyJob, EnumFiles)
PLAIN(job_suspend, IBackgroundCopyJob_Suspend(plain_job(self)))
PLAIN(job_resume, IBackgroundCopyJob_Resume(plain_job(self)))
PLAIN(job_cancel, IBackgroundCopyJob_Cancel(plain_job(self)))
PLAIN(job_complete, IBackgroundCopyJob_Complete(plain_job(self)))

ROW(job_id)
{
    static const GUID none;
    GUID id = none;

    say_hr(words, IBackgroundCopyJob_GetId(plain_job(self), &id));
    say(words, IsEqualGUID(&id, &none) ? " none" : " an id");
}

NUMBER_OUT(job_type, BG_JOB_TYPE, IBackgroundCopyJob, GetType)

ROW(job_progress)
{
    BG_JOB_PROGRESS progress = {0};

    say_hr(words, IBackgroundCopyJob_GetProgress(plain_job(self), &progress));
    say(words, " %llu of %llu, %lu of %lu", progress.BytesTransferred, progress.BytesTotal,
        progress.FilesTransferred, progress.FilesTotal);
}

ROW(job_times)
{
    BG_JOB_TIMES times = {0};

    say_hr(words, IBackgroundCopyJob_GetTimes(plain_job(self), &times));
    say(words, " %d %d %d", times.CreationTime.dwHighDateTime != 0,
        times.ModificationTime.dwHighDateTime != 0,
        times.TransferCompletionTime.dwHighDateTime != 0);
}

NUMBER_OUT(job_state, BG_JOB_STATE, IBackgroundCopyJob, GetState)
OBJECT_OUT(job_error, IBackgroundCopyError, IBackgroundCopyJob, GetError)
TEXT_OUT(job_owner, IBackgroundCopyJob, GetOwner)
PLAIN(job_set_name, IBackgroundCopyJob_SetDisplayName(plain_job(self), L"named \x00e4\x4e2d"))
TEXT_OUT(job_name, IBackgroundCopyJob, GetDisplayName)
PLAIN(job_set_description, IBackgroundCopyJob_SetDescription(plain_job(self), L"described"))
TEXT_OUT(job_description, IBackgroundCopyJob, GetDescription)
PLAIN(job_set_priority,
      IBackgroundCopyJob_SetPriority(plain_job(self), BG_JOB_PRIORITY_FOREGROUND))
NUMBER_OUT(job_priority, BG_JOB_PRIORITY, IBackgroundCopyJob, GetPriority)
PLAIN(job_set_flags, IBackgroundCopyJob_SetNotifyFlags(plain_job(self), BG_NOTIFY_JOB_ERROR))
NUMBER_OUT(job_flags, ULONG, IBackgroundCopyJob, GetNotifyFlags)
PLAIN(job_set_interface, IBackgroundCopyJob_SetNotifyInterface(plain_job(self), NULL))
OBJECT_OUT(job_interface, IUnknown, IBackgroundCopyJob, GetNotifyInterface)
PLAIN(job_set_delay, IBackgroundCopyJob_SetMinimumRetryDelay(plain_job(self), 61))
NUMBER_OUT(job_delay, ULONG, IBackgroundCopyJob, GetMinimumRetryDelay)
PLAIN(job_set_timeout, IBackgroundCopyJob_SetNoProgressTimeout(plain_job(self), 62))
NUMBER_OUT(job_timeout, ULONG, IBackgroundCopyJob, GetNoProgressTimeout)
NUMBER_OUT(job_error_count, ULONG, IBackgroundCopyJob, GetErrorCount)
PLAIN(job_set_proxy,
      IBackgroundCopyJob_SetProxySettings(plain_job(self), BG_JOB_PROXY_USAGE_OVERRIDE, L"a:1",
                                          L"b"))

ROW(job_proxy)
{
    BG_JOB_PROXY_USAGE usage = (BG_JOB_PROXY_USAGE)77;
    LPWSTR list = NULL;
    LPWSTR bypass = NULL;

    say_hr(words, IBackgroundCopyJob_GetProxySettings(plain_job(self), &usage, &list, &bypass));
    say(words, " %d", usage);
    say_text(words, list);
    say_text(words, bypass);
}

PLAIN(job_take_ownership, IBackgroundCopyJob_TakeOwnership(plain_job(self)))
PLAIN(job_set_command,
      IBackgroundCopyJob2_SetNotifyCmdLine((IBackgroundCopyJob2 *)self, L"C:\\x.exe", L"x"))

ROW(job_command)
{
    LPWSTR program = NULL;
    LPWSTR parameters = NULL;

    say_hr(words, IBackgroundCopyJob2_GetNotifyCmdLine((IBackgroundCopyJob2 *)self, &program,
                                                       &parameters));
    say_text(words, program);
    say_text(words, parameters);
}

ROW(job_reply_progress)
{
    BG_JOB_REPLY_PROGRESS progress = {0};

    say_hr(words, IBackgroundCopyJob2_GetReplyProgress((IBackgroundCopyJob2 *)self, &progress));
    say(words, " %llu of %llu", progress.BytesTransferred, progress.BytesTotal);
}

ROW(job_reply_data)
{
    byte *data = NULL;
    UINT64 size = 0;

    say_hr(words, IBackgroundCopyJob2_GetReplyData((IBackgroundCopyJob2 *)self, &data, &size));
    say(words, " %d %llu", data != NULL, size);
}

PLAIN(job_set_reply_file,
      IBackgroundCopyJob2_SetReplyFileName((IBackgroundCopyJob2 *)self, L"C:\\reply"))
TEXT_OUT(job_reply_file, IBackgroundCopyJob2, GetReplyFileName)

ROW(job_set_credentials)
{
    WCHAR user[] = L"user";
    WCHAR password[] = L"password";
    BG_AUTH_CREDENTIALS credentials = {.Target = BG_AUTH_TARGET_SERVER,
                                       .Scheme = BG_AUTH_SCHEME_BASIC,
                                       .Credentials.Basic = {user, password}};

    say_hr(words,
           IBackgroundCopyJob2_SetCredentials((IBackgroundCopyJob2 *)self, &credentials));
}

PLAIN(job_remove_credentials,
      IBackgroundCopyJob2_RemoveCredentials((IBackgroundCopyJob2 *)self, BG_AUTH_TARGET_SERVER,
                                            BG_AUTH_SCHEME_BASIC))
PLAIN(job_replace_prefix, IBackgroundCopyJob3_ReplaceRemotePrefix((IBackgroundCopyJob3 *)self,
                                                                  L"http://a/", L"http://b/"))

ROW(job_add_ranges)
{
    static BG_FILE_RANGE ranges[] = {{3, 5}, {1, 1}};
    WCHAR path[MAX_PATH];

    swprintf(path, MAX_PATH, L"%ls.ranges", client_wide(scene.good.path));
    say_hr(words,
           IBackgroundCopyJob3_AddFileWithRanges((IBackgroundCopyJob3 *)self,
                                                 L"http://127.0.0.1/ranges", path, 2, ranges));
}

PLAIN(job_set_acl,
      IBackgroundCopyJob3_SetFileACLFlags((IBackgroundCopyJob3 *)self, BG_COPY_FILE_OWNER))
NUMBER_OUT(job_acl, DWORD, IBackgroundCopyJob3, GetFileACLFlags)
PLAIN(job_set_peers, IBackgroundCopyJob4_SetPeerCachingFlags((IBackgroundCopyJob4 *)self, 0))
NUMBER_OUT(job_peers, DWORD, IBackgroundCopyJob4, GetPeerCachingFlags)
NUMBER_OUT(job_integrity, ULONG, IBackgroundCopyJob4, GetOwnerIntegrityLevel)
NUMBER_OUT(job_elevation, BOOL, IBackgroundCopyJob4, GetOwnerElevationState)
PLAIN(job_set_time, IBackgroundCopyJob4_SetMaximumDownloadTime((IBackgroundCopyJob4 *)self, 9))
NUMBER_OUT(job_time, ULONG, IBackgroundCopyJob4, GetMaximumDownloadTime)

ROW(job_set_property)
{
    BITS_JOB_PROPERTY_VALUE value = {.Dword = (DWORD)BITS_JOB_TRANSFER_POLICY_NO_SURCHARGE};

    say_hr(words, IBackgroundCopyJob5_SetProperty((IBackgroundCopyJob5 *)self,
                                                  BITS_JOB_PROPERTY_ID_COST_FLAGS, value));
}

ROW(job_property)
{
    BITS_JOB_PROPERTY_VALUE value = {.Dword = 77};

    say_hr(words, IBackgroundCopyJob5_GetProperty((IBackgroundCopyJob5 *)self,
                                                  BITS_JOB_PROPERTY_ID_COST_FLAGS, &value));
    say(words, " 0x%08lX", value.Dword);
}

static call *const job_rows[] = {
    job_add_file_set,
    job_add_file,
    job_enum_files,
    job_suspend,
    job_resume,
    job_cancel,
    job_complete,
    job_id,
    job_type,
    job_progress,
    job_times,
    job_state,
    job_error,
    job_owner,
    job_set_name,
    job_name,
    job_set_description,
    job_description,
    job_set_priority,
    job_priority,
    job_set_flags,
    job_flags,
    job_set_interface,
    job_interface,
    job_set_delay,
    job_delay,
    job_set_timeout,
    job_timeout,
    job_error_count,
    job_set_proxy,
    job_proxy,
    job_take_ownership,
    job_set_command,
    job_command,
    job_reply_progress,
    job_reply_data,
    job_set_reply_file,
    job_reply_file,
    job_set_credentials,
    job_remove_credentials,
    job_replace_prefix,
    job_add_ranges,
    job_set_acl,
    job_acl,
    job_set_peers,
    job_peers,
    job_integrity,
    job_elevation,
    job_set_time,
    job_time,
    job_set_property,
    job_property,
};

ROW(do_job_add)
{
    static BG_FILE_RANGE ranges[] = {{3, 5}, {1, 1}};
    WCHAR path[MAX_PATH];

    swprintf(path, MAX_PATH, L"%ls.do", client_wide(scene.good.path));
    say_hr(words, IDeliveryOptimizationJob_AddFileWithRanges((IDeliveryOptimizationJob *)self,
                                                             L"id", L"http://127.0.0.1/do",
                                                             path, 2, ranges, 100));
}

/* Nothing is set, and a certificate that nobody has. */
ROW(options_set_certificate)
{
    BYTE hash[20] = {1, 2, 3};

    say_hr(words, IBackgroundCopyJobHttpOptions_SetClientCertificateByID(
                      (IBackgroundCopyJobHttpOptions *)self,
                      BG_CERT_STORE_LOCATION_CURRENT_USER, L"MY", hash));
}

PLAIN(options_find_certificate,
      IBackgroundCopyJobHttpOptions_SetClientCertificateByName(
          (IBackgroundCopyJobHttpOptions *)self, BG_CERT_STORE_LOCATION_CURRENT_USER, L"MY",
          L"nobody at all"))
PLAIN(options_remove_certificate, IBackgroundCopyJobHttpOptions_RemoveClientCertificate(
                                      (IBackgroundCopyJobHttpOptions *)self))

ROW(options_certificate)
{
    BG_CERT_STORE_LOCATION location = (BG_CERT_STORE_LOCATION)77;
    LPWSTR store = NULL;
    LPWSTR subject = NULL;
    BYTE *hash = NULL;

    say_hr(words,
           IBackgroundCopyJobHttpOptions_GetClientCertificate(
               (IBackgroundCopyJobHttpOptions *)self, &location, &store, &hash, &subject));
    say(words, " %d", hash != NULL);
    say_text(words, store);
    say_text(words, subject);
    CoTaskMemFree(hash);
}

/* Both at once, for a job of its own has no headers. */
ROW(options_headers)
{
    IBackgroundCopyJobHttpOptions *options = self;
    LPWSTR text = NULL;

    say_hr(words, IBackgroundCopyJobHttpOptions_GetCustomHeaders(options, &text));
    say_text(words, text);
    text = NULL;
    say_hr(words, IBackgroundCopyJobHttpOptions_SetCustomHeaders(options, L"X-A: b"));
    say_hr(words, IBackgroundCopyJobHttpOptions_GetCustomHeaders(options, &text));
    say_text(words, text);
}

ROW(options_flags)
{
    IBackgroundCopyJobHttpOptions *options = self;
    ULONG flags = 77;

    say_hr(words, IBackgroundCopyJobHttpOptions_SetSecurityFlags(
                      options,
                      BG_SSL_IGNORE_UNKNOWN_CA | BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP));
    say_hr(words, IBackgroundCopyJobHttpOptions_GetSecurityFlags(options, &flags));
    say(words, " 0x%lX", flags);
}

static call *const options_rows[] = {
    options_set_certificate,
    options_find_certificate,
    options_remove_certificate,
    options_certificate,
    options_headers,
    options_headers,
    options_flags,
    options_flags,
};

static call *const do_job_rows[] = {do_job_add};

ROW(do_job2_add)
{
    static BG_FILE_RANGE ranges[] = {{3, 5}, {1, 1}};
    void *file = NULL;

    say_hr(words, IDeliveryOptimizationJob2_AddFile((IDeliveryOptimizationJob2 *)self, L"id",
                                                    L"http://127.0.0.1/do2", 2, ranges,
                                                    &IID_IDeliveryOptimizationFile2, &file));
    say_object(words, file);
}

ROW(do_job2_get)
{
    VARIANT value;
    HRESULT hr;

    VariantInit(&value);
    hr = IDeliveryOptimizationJob2_GetProperty((IDeliveryOptimizationJob2 *)self,
                                               DOJobPropertyId_ExtendedErrorInfo, &value);
    say_variant(words, hr, &value);
}

ROW(do_job2_set)
{
    VARIANT value;

    VariantInit(&value);
    V_VT(&value) = VT_UI4;
    say_hr(words,
           IDeliveryOptimizationJob2_SetProperty((IDeliveryOptimizationJob2 *)self,
                                                 DOJobPropertyId_ExtendedErrorInfo, &value));
}

static call *const do_job2_rows[] = {do_job2_add, do_job2_get, do_job2_set};

/* Enumerators. Of files: the job has one. */
ROW(files_next)
{
    IBackgroundCopyFile *files[2] = {NULL, NULL};
    ULONG count = 77;

    say_hr(words,
           IEnumBackgroundCopyFiles_Next((IEnumBackgroundCopyFiles *)self, 2, files, &count));
    say(words, " %lu", count);
    say_object(words, files[0]);
}

PLAIN(files_skip, IEnumBackgroundCopyFiles_Skip((IEnumBackgroundCopyFiles *)self, 2))
PLAIN(files_reset, IEnumBackgroundCopyFiles_Reset((IEnumBackgroundCopyFiles *)self))
OBJECT_OUT(files_clone, IEnumBackgroundCopyFiles, IEnumBackgroundCopyFiles, Clone)
NUMBER_OUT(files_count, ULONG, IEnumBackgroundCopyFiles, GetCount)

static call *const files_rows[] = {files_next, files_skip, files_reset, files_clone,
                                   files_count};

ROW(jobs_next)
{
    IBackgroundCopyJob *jobs[2] = {NULL, NULL};
    ULONG count = 77;

    say_hr(words,
           IEnumBackgroundCopyJobs_Next((IEnumBackgroundCopyJobs *)self, 2, jobs, &count));
    say(words, " %lu", count);
    say_object(words, jobs[0]);
    say_object(words, jobs[1]);
}

PLAIN(jobs_skip, IEnumBackgroundCopyJobs_Skip((IEnumBackgroundCopyJobs *)self, 3))
PLAIN(jobs_reset, IEnumBackgroundCopyJobs_Reset((IEnumBackgroundCopyJobs *)self))
OBJECT_OUT(jobs_clone, IEnumBackgroundCopyJobs, IEnumBackgroundCopyJobs, Clone)
NUMBER_OUT(jobs_count, ULONG, IEnumBackgroundCopyJobs, GetCount)

static call *const jobs_rows[] = {jobs_next, jobs_skip, jobs_reset, jobs_clone, jobs_count};

/* Managers. */
ROW(manager_create)
{
    IBackgroundCopyJob *job = NULL;
    GUID id = {0};
    GUID same = {0};

    say_hr(words, IBackgroundCopyManager_CreateJob((IBackgroundCopyManager *)self, L"another",
                                                   BG_JOB_TYPE_DOWNLOAD, &id, &job));
    if (job) {
        assert_hr(IBackgroundCopyJob_GetId(job, &same), S_OK);
        say(words, IsEqualGUID(&id, &same) ? " its id" : " another id");
        assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    }
    say_object(words, job);
}

ROW(manager_get)
{
    IBackgroundCopyJob *job = NULL;

    say_hr(words,
           IBackgroundCopyManager_GetJob((IBackgroundCopyManager *)self, &scene.good_id, &job));
    say_object(words, job);
}

ROW(manager_enum)
{
    IEnumBackgroundCopyJobs *jobs = NULL;

    say_hr(words, IBackgroundCopyManager_EnumJobs((IBackgroundCopyManager *)self, 0, &jobs));
    say_object(words, jobs);
}

ROW(manager_description)
{
    LPWSTR text = NULL;

    say_hr(words, IBackgroundCopyManager_GetErrorDescription((IBackgroundCopyManager *)self,
                                                             DO_E_JOB_EMPTY, LANGUAGE, &text));
    say_text(words, text);
}

static call *const manager_rows[] = {manager_create, manager_get, manager_enum,
                                     manager_description};

ROW(modern_create)
{
    IDODownload *download = NULL;

    say_hr(words, IDOManager_CreateDownload((IDOManager *)self, &download));
    if (download) {
        assert_hr(IDODownload_Abort(download), S_OK);
    }
    say_object(words, download);
}

ROW(modern_enum)
{
    const DO_DOWNLOAD_ENUM_CATEGORY category = {DODownloadProperty_DisplayName, L"a name"};
    IEnumUnknown *downloads = NULL;

    say_hr(words, IDOManager_EnumDownloads((IDOManager *)self, &category, &downloads));
    say_object(words, downloads);
}

static call *const modern_rows[] = {modern_create, modern_enum};

static IDODownload *plain_download(void *self)
{
    return (IDODownload *)self;
}

ROW(download_start)
{
    DO_DOWNLOAD_RANGES_INFO ranges = {.RangeCount = 1, .Ranges = {{0, 5}}};

    say_hr(words, IDODownload_Start(plain_download(self), &ranges));
}

PLAIN(download_pause, IDODownload_Pause(plain_download(self)))
PLAIN(download_abort, IDODownload_Abort(plain_download(self)))
PLAIN(download_finalize, IDODownload_Finalize(plain_download(self)))

ROW(download_status)
{
    DO_DOWNLOAD_STATUS status = {.State = (DODownloadState)77};

    say_hr(words, IDODownload_GetStatus(plain_download(self), &status));
    say(words, " %llu of %llu, %d 0x%08lX 0x%08lX", status.BytesTransferred, status.BytesTotal,
        status.State, (unsigned long)status.Error, (unsigned long)status.ExtendedError);
}

ROW(download_get)
{
    static const DODownloadProperty ids[] = {
        DODownloadProperty_DisplayName, DODownloadProperty_CallbackFreqSeconds,
        DODownloadProperty_ForegroundPriority, DODownloadProperty_Uri,
        DODownloadProperty_StreamInterface};

    for (size_t i = 0; i < TEST_COUNT(ids); i++) {
        VARIANT value;
        HRESULT hr;

        VariantInit(&value);
        hr = IDODownload_GetProperty(plain_download(self), ids[i], &value);
        say_variant(words, hr, &value);
    }
}

ROW(download_set)
{
    IStream *stream = NULL;
    VARIANT value;

    VariantInit(&value);
    V_VT(&value) = VT_UNKNOWN;
    assert_hr(CreateStreamOnHGlobal(NULL, TRUE, &stream), S_OK);
    V_UNKNOWN(&value) = (IUnknown *)stream;
    say_hr(words, IDODownload_SetProperty(plain_download(self),
                                          DODownloadProperty_StreamInterface, &value));
    VariantClear(&value);
    say_hr(words, IDODownload_SetProperty(plain_download(self),
                                          DODownloadProperty_StreamInterface, &value));
}

static call *const download_rows[] = {download_start,    download_pause,  download_abort,
                                      download_finalize, download_status, download_get,
                                      download_set};

/* --- Objects for the rows --------------------------------------------------------------- */

static void *of_file(REFIID iid)
{
    IBackgroundCopyFile5 *file = client_file(scene.good.job, 0);
    void *object = client_query(file, iid);

    IBackgroundCopyFile5_Release(file);
    return object;
}

static void *of_error(REFIID iid)
{
    IBackgroundCopyError *error = NULL;
    void *object;

    assert_hr(IBackgroundCopyJob_GetError(scene.bad.job, &error), S_OK);
    object = client_query(error, iid);
    IBackgroundCopyError_Release(error);
    return object;
}

/* New for each row, since many change it; with one file. */
static IBackgroundCopyJob *fresh;

static void *of_job(REFIID iid)
{
    fresh = client_job(scene.good.manager);
    assert_hr(client_add(fresh, client_wide(scene.good.url), client_wide(scene.good.path), 0,
                         NULL, DO_UNKNOWN_FILE_SIZE),
              S_OK);
    return client_query(fresh, iid);
}

static void *of_files(REFIID iid)
{
    IEnumBackgroundCopyFiles *files = NULL;
    void *object;

    assert_hr(IBackgroundCopyJob_EnumFiles(scene.good.job, &files), S_OK);
    object = client_query(files, iid);
    IEnumBackgroundCopyFiles_Release(files);
    return object;
}

static void *of_jobs(REFIID iid)
{
    IEnumBackgroundCopyJobs *jobs = NULL;
    void *object;

    assert_hr(IBackgroundCopyManager_EnumJobs(scene.good.manager, 0, &jobs), S_OK);
    object = client_query(jobs, iid);
    IEnumBackgroundCopyJobs_Release(jobs);
    return object;
}

static void *of_manager(REFIID iid)
{
    return client_query(scene.good.manager, iid);
}

static void *of_download(REFIID iid)
{
    return client_query(scene.download, iid);
}

static const struct interface_case {
    const char *name;
    const IID *iid;
    void *(*object)(REFIID iid);
    call *const *rows; /* in the order of slots, from the fourth on */
    size_t count;
} interfaces[] = {
#define ANSWERED(type, from, table)                                                            \
    {                                                                                          \
        .name = #type, .iid = &IID_##type, .object = (from), .rows = (table),                  \
        .count = sizeof(type##Vtbl) / sizeof(void *) - 3                                       \
    }
    ANSWERED(IBackgroundCopyFile, of_file, file_rows),
    ANSWERED(IBackgroundCopyFile2, of_file, file_rows),
    ANSWERED(IBackgroundCopyFile3, of_file, file_rows),
    ANSWERED(IBackgroundCopyFile4, of_file, file_rows),
    ANSWERED(IBackgroundCopyFile5, of_file, file_rows),
    ANSWERED(IDeliveryOptimizationFile, of_file, swarm_rows),
    ANSWERED(IDeliveryOptimizationFile2, of_file, file2_rows),
    ANSWERED(IBackgroundCopyError, of_error, error_rows),
    ANSWERED(IBackgroundCopyJob, of_job, job_rows),
    ANSWERED(IBackgroundCopyJob2, of_job, job_rows),
    ANSWERED(IBackgroundCopyJob3, of_job, job_rows),
    ANSWERED(IBackgroundCopyJob4, of_job, job_rows),
    ANSWERED(IBackgroundCopyJob5, of_job, job_rows),
    ANSWERED(IDeliveryOptimizationJob, of_job, do_job_rows),
    ANSWERED(IDeliveryOptimizationJob2, of_job, do_job2_rows),
    ANSWERED(IBackgroundCopyJobHttpOptions, of_job, options_rows),
    ANSWERED(IEnumBackgroundCopyFiles, of_files, files_rows),
    ANSWERED(IEnumBackgroundCopyJobs, of_jobs, jobs_rows),
    ANSWERED(IBackgroundCopyManager, of_manager, manager_rows),
    ANSWERED(IDOManager, of_manager, modern_rows),
    ANSWERED(IDODownload, of_download, download_rows),
};

#define COVERS(type, table)                                                                    \
    static_assert(TEST_COUNT(table) == sizeof(type##Vtbl) / sizeof(void *) - 3,                \
                  #type " has a row for each slot")
COVERS(IBackgroundCopyFile5, file_rows);
COVERS(IDeliveryOptimizationFile, swarm_rows);
COVERS(IDeliveryOptimizationFile2, file2_rows);
COVERS(IBackgroundCopyError, error_rows);
COVERS(IBackgroundCopyJob5, job_rows);
COVERS(IDeliveryOptimizationJob, do_job_rows);
COVERS(IDeliveryOptimizationJob2, do_job2_rows);
COVERS(IBackgroundCopyJobHttpOptions, options_rows);
COVERS(IEnumBackgroundCopyFiles, files_rows);
COVERS(IEnumBackgroundCopyJobs, jobs_rows);
COVERS(IBackgroundCopyManager, manager_rows);
COVERS(IDOManager, modern_rows);
COVERS(IDODownload, download_rows);

/* --- The comparison --------------------------------------------------------------------- */

static struct words given[TEST_COUNT(interfaces)][METHODS_MOST][WAY_COUNT];

static void call_row(const struct interface_case *c, size_t row, enum way way,
                     struct words *words)
{
    void *object = c->object(c->iid);

    if (way == BY_PROXY) {
        object = through_proxy(object, c->iid);
    }
    c->rows[row](object, words);
    IUnknown_Release((IUnknown *)object);
    end_passage();
    if (fresh) {
        IBackgroundCopyJob_Cancel(fresh);
        IBackgroundCopyJob_Release(fresh);
        fresh = NULL;
    }
}

static void call_all(enum way way)
{
    scene_start(way);
    for (size_t i = 0; i < TEST_COUNT(interfaces); i++) {
        for (size_t row = 0; row < interfaces[i].count; row++) {
            call_row(&interfaces[i], row, way, &given[i][row][way]);
        }
    }
    scene_end();
}

static void all_is_called_directly(void **state)
{
    (void)state;
    call_all(DIRECTLY);
}

static void all_is_called_by_a_proxy(void **state)
{
    (void)state;
    call_all(BY_PROXY);
}

static void all_is_called_through_the_local_server(void **state)
{
    (void)state;
    call_all(BY_LOCAL_SERVER);
}

/*
 * What Wine 8's own proxies of BITS get wrong between two apartments of one process. There our
 * objects cross as they are, and no proxy is made unless a test makes one.
 */
static const struct known_case {
    const IID *iid;
    size_t slot;
} known_of_wine[] = {
    {&IID_IBackgroundCopyError, 5},     {&IID_IBackgroundCopyError, 6},
    {&IID_IBackgroundCopyError, 7},     {&IID_IBackgroundCopyJobHttpOptions, 6},
    {&IID_IEnumBackgroundCopyFiles, 3}, {&IID_IEnumBackgroundCopyJobs, 3},
};

static bool is_known(const struct interface_case *c, size_t slot, int way)
{
    for (size_t i = 0; i < TEST_COUNT(known_of_wine); i++) {
        if (way == BY_PROXY && IsEqualIID(c->iid, known_of_wine[i].iid) &&
            slot == known_of_wine[i].slot) {
            return true;
        }
    }
    return false;
}

static void every_slot_gives_the_same_by_every_way(void **state)
{
    const struct interface_case *c = *state;
    size_t index = (size_t)(c - interfaces);
    int wrong = 0;

    for (size_t row = 0; row < c->count; row++) {
        for (int way = BY_PROXY; way < WAY_COUNT; way++) {
            const char *directly = given[index][row][DIRECTLY].text;
            const char *other = given[index][row][way].text;

            if (*directly == '\0' ||
                (strcmp(directly, other) != 0 && !is_known(c, row + 3, way))) {
                print_error("%s, slot %u: %s it gives %s, and directly %s\n", c->name,
                            (unsigned)row + 3, way_names[way], other, directly);
                wrong++;
            }
        }
    }
    assert_int_equal(wrong, 0);
}

/* --- What only clients implement -------------------------------------------------------- */

/* A client's callback that is told of ranges: no server of ours calls it, but the DLL carries
 * the interface for whoever does. */
struct ranges_callback {
    IBackgroundCopyCallback3 IBackgroundCopyCallback3_iface;
    LONG refs;
    struct words told;
};

static struct ranges_callback *impl_from_callback(IBackgroundCopyCallback3 *self)
{
    return CONTAINING_RECORD(self, struct ranges_callback, IBackgroundCopyCallback3_iface);
}

static HRESULT STDMETHODCALLTYPE callback_QueryInterface(IBackgroundCopyCallback3 *self,
                                                         REFIID iid, void **out)
{
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IBackgroundCopyCallback) &&
        !IsEqualIID(iid, &IID_IBackgroundCopyCallback2) &&
        !IsEqualIID(iid, &IID_IBackgroundCopyCallback3)) {
        *out = NULL;
        return E_NOINTERFACE;
    }
    *out = self;
    IBackgroundCopyCallback3_AddRef(self);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE callback_AddRef(IBackgroundCopyCallback3 *self)
{
    return (ULONG)InterlockedIncrement(&impl_from_callback(self)->refs);
}

static ULONG STDMETHODCALLTYPE callback_Release(IBackgroundCopyCallback3 *self)
{
    return (ULONG)InterlockedDecrement(&impl_from_callback(self)->refs);
}

static void note_call(IBackgroundCopyCallback3 *self, const char *name, IBackgroundCopyJob *job)
{
    struct words *told = &impl_from_callback(self)->told;
    GUID id = {0};

    if (SUCCEEDED(IBackgroundCopyJob_GetId(job, &id)) && IsEqualGUID(&id, &scene.good_id)) {
        say(told, "%s of the job;", name);
    }
}

static HRESULT STDMETHODCALLTYPE callback_JobTransferred(IBackgroundCopyCallback3 *self,
                                                         IBackgroundCopyJob *job)
{
    note_call(self, "transferred", job);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE callback_JobError(IBackgroundCopyCallback3 *self,
                                                   IBackgroundCopyJob *job,
                                                   IBackgroundCopyError *error)
{
    (void)error;
    note_call(self, "error", job);
    return S_FALSE;
}

static HRESULT STDMETHODCALLTYPE callback_JobModification(IBackgroundCopyCallback3 *self,
                                                          IBackgroundCopyJob *job,
                                                          DWORD reserved)
{
    note_call(self, reserved == 7 ? "modification 7" : "modification", job);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE callback_FileTransferred(IBackgroundCopyCallback3 *self,
                                                          IBackgroundCopyJob *job,
                                                          IBackgroundCopyFile *file)
{
    note_call(self, file ? "file" : "no file", job);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE callback_FileRangesTransferred(IBackgroundCopyCallback3 *self,
                                                                IBackgroundCopyJob *job,
                                                                IBackgroundCopyFile *file,
                                                                DWORD count,
                                                                const BG_FILE_RANGE ranges[])
{
    struct words *told = &impl_from_callback(self)->told;

    note_call(self, "ranges", job);
    file_local_name(file, told);
    for (DWORD i = 0; i < count; i++) {
        say(told, " %llu+%llu", ranges[i].InitialOffset, ranges[i].Length);
    }
    return E_ABORT;
}

static void news_of_ranges_goes_through_a_proxy(void **state)
{
    static IBackgroundCopyCallback3Vtbl table = {
        callback_QueryInterface,  callback_AddRef,
        callback_Release,         callback_JobTransferred,
        callback_JobError,        callback_JobModification,
        callback_FileTransferred, callback_FileRangesTransferred,
    };
    static const BG_FILE_RANGE ranges[] = {{0, 16}, {500000, BG_LENGTH_TO_EOF}};
    struct ranges_callback callback = {.IBackgroundCopyCallback3_iface = {&table}, .refs = 1};
    IBackgroundCopyCallback3 *proxy;
    IEnumBackgroundCopyFiles *files = NULL;
    IBackgroundCopyFile *file = NULL;

    (void)state;
    scene_start(BY_PROXY);
    assert_hr(IBackgroundCopyJob_EnumFiles(scene.good.job, &files), S_OK);
    assert_hr(IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL), S_OK);
    IEnumBackgroundCopyFiles_Release(files);
    IBackgroundCopyCallback3_AddRef(&callback.IBackgroundCopyCallback3_iface);
    proxy =
        through_proxy(&callback.IBackgroundCopyCallback3_iface, &IID_IBackgroundCopyCallback3);
    assert_hr(
        IBackgroundCopyCallback3_FileRangesTransferred(proxy, scene.good.job, file, 2, ranges),
        E_ABORT);
    assert_hr(
        IBackgroundCopyCallback3_FileRangesTransferred(proxy, scene.good.job, file, 0, ranges),
        E_ABORT);
    assert_hr(IBackgroundCopyCallback3_JobModification(proxy, scene.good.job, 7), S_OK);
    assert_hr(IBackgroundCopyCallback3_FileTransferred(proxy, scene.good.job, file), S_OK);
    IBackgroundCopyCallback3_Release(proxy);
    end_passage();
    assert_string_equal(callback.told.text,
                        "ranges of the job;0x00000000 the path 0+16 500000+18446744073709551615"
                        "ranges of the job;0x00000000 the path"
                        "modification 7 of the job;file of the job;");
    assert_int_equal(callback.refs, 1);
    IBackgroundCopyFile_Release(file);
    scene_end();
}

int main(void)
{
    struct registered_server registered;
    struct test_suite suite = {0};
    int failed;

    TEST_ADD(&suite, all_is_called_directly);
    TEST_ADD(&suite, all_is_called_by_a_proxy);
    TEST_ADD(&suite, all_is_called_through_the_local_server);
    TEST_ADD_TABLE(&suite, interfaces, every_slot_gives_the_same_by_every_way);
    TEST_ADD(&suite, news_of_ranges_goes_through_a_proxy);

    expect_hosts_to_end();
    registered_server_begin(&registered);
    SetEnvironmentVariableW(L"OPENDO_HOST_IDLE_SECONDS", L"1");
    client_apartment = COINIT_APARTMENTTHREADED;
    if (FAILED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED))) {
        return EXIT_FAILURE;
    }
    failed = test_suite_run(&suite, "every method by every way");
    CoUninitialize();
    expect_hosts_to_end(); /* before the folder of its jobs goes */
    registered_server_end(&registered);
    return failed;
}
