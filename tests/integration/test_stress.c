/*
 * Two hundred jobs at once, with callbacks that ask the job everything and meddle with it, and
 * other threads that suspend, cancel, complete and release the same jobs at the same time.
 * However the threads meet: each job ends exactly once and as it was told, what is completed is
 * right byte for byte, nobody is called after the end, and nothing is left of it all.
 *
 * What happens is drawn from a fixed seed; when it happens is up to the threads.
 */
#include "com/process_count.h"
#include "integration/job_run.h"
#include "integration/registered_server.h"

enum {
    JOBS = 200,
    WARM_UP_JOBS = 40,
    OWNERS = 4,   /* threads, each in its apartment, with their share of the jobs */
    MEDDLERS = 2, /* threads that hold all jobs */
    RANGES_MOST = 4,
    SEED = 20240229,
    DEADLINE_MS = 150000, /* also where the machine does much else */
};

static HRESULT client_get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    return CoGetClassObject(clsid, CLSCTX_INPROC_SERVER, NULL, iid, out);
}

/* Assertions of CMocka's are for its own thread; the others count what was wrong. */
static LONG faults;

#define EXPECT(condition)                                                                      \
    do {                                                                                       \
        if (!(condition) && InterlockedIncrement(&faults) <= 20) {                             \
            print_error("%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
        }                                                                                      \
    } while (0)

#define EXPECT_HR(actual, ...)                                                                 \
    expect_hr((actual), (const HRESULT[]){__VA_ARGS__},                                        \
              sizeof((const HRESULT[]){__VA_ARGS__}) / sizeof(HRESULT), #actual, __LINE__)

static void expect_hr(HRESULT actual, const HRESULT *expected, size_t count,
                      const char *expression, int line)
{
    for (size_t i = 0; i < count; i++) {
        if (actual == expected[i]) {
            return;
        }
    }
    if (InterlockedIncrement(&faults) <= 20) {
        print_error("%s:%d: %s is 0x%08lX\n", __FILE__, line, expression,
                    (unsigned long)actual);
    }
}

/* The same numbers in every run (xorshift). */
struct random {
    uint64_t state;
};

static uint32_t draw(struct random *random, uint32_t limit)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return (uint32_t)((random->state * UINT64_C(2685821657736338717)) >> 33) % limit;
}

/* --- A job and what is to become of it ---------------------------------------------- */

struct stressed_job {
    /* Written before the threads begin. */
    WCHAR url[SERVER_URL_SIZE];
    WCHAR path[1000];
    char *utf8_path;
    struct byte_range ranges[RANGES_MOST];
    DWORD range_count;         /* 0 is the whole file */
    uint32_t when_transferred; /* one of enum transferred_plan */
    struct random random;      /* of the callback, which is never in two calls at once */

    struct client_callback callback;
    IBackgroundCopyJob *job;     /* the owner's */
    IBackgroundCopyJob *meddled; /* the meddlers', counted for each */
    HANDLE shared;               /* `meddled` may be used */
    LONG ends;                   /* calls that ended the job: must be 1 */
    HRESULT end;                 /* of the call that did */
    bool was_cancelled;          /* by that call */
    LONG calls_at_end;           /* that the callback had got when the owner saw the end */
};

enum transferred_plan {
    COMPLETE_IN_CALLBACK,
    CANCEL_IN_CALLBACK,
    REFUSE_IN_CALLBACK, /* answer with an error; it comes again */
    LEAVE_IN_CALLBACK,  /* the owner completes it */
    PLAN_COUNT
};

static struct stressed_job jobs[JOBS];
static size_t job_count;

static struct stressed_job *job_of(struct client_callback *callback)
{
    return CONTAINING_RECORD(callback, struct stressed_job, callback);
}

/* Cancel or complete, and take note if that was the end. */
static void end_job(struct stressed_job *stressed, IBackgroundCopyJob *job, bool must_cancel)
{
    HRESULT hr =
        must_cancel ? IBackgroundCopyJob_Cancel(job) : IBackgroundCopyJob_Complete(job);

    EXPECT_HR(hr, S_OK, BG_S_PARTIAL_COMPLETE, DO_E_INVALID_STATE);
    if (SUCCEEDED(hr)) {
        BG_JOB_STATE state = (BG_JOB_STATE)-1;

        EXPECT(InterlockedIncrement(&stressed->ends) == 1);
        stressed->end = hr;
        stressed->was_cancelled = must_cancel;
        EXPECT_HR(IBackgroundCopyJob_GetState(job, &state), S_OK);
        EXPECT(state == (must_cancel ? BG_JOB_STATE_CANCELLED : BG_JOB_STATE_ACKNOWLEDGED));
    }
}

/* Is it the server's own object, and no proxy? */
static bool is_direct(IBackgroundCopyJob *job)
{
    HMODULE module = NULL;

    return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                  GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                              (LPCWSTR)job->lpVtbl, &module) &&
           module == GetModuleHandleW(wcsrchr(server_path(), L'\\') + 1);
}

/* An interface that the object must have. */
static void *query(void *object, REFIID iid)
{
    void *out = NULL;

    EXPECT_HR(IUnknown_QueryInterface((IUnknown *)object, iid, &out), S_OK);
    return out;
}

/* --- Asking everything -------------------------------------------------------------- */

static void free_text(HRESULT hr, LPWSTR text)
{
    EXPECT_HR(hr, S_OK);
    EXPECT(text);
    CoTaskMemFree(text);
}

static void read_file5(const struct stressed_job *stressed, IBackgroundCopyFile5 *file)
{
    BITS_FILE_PROPERTY_VALUE value = {0};
    UINT64 from_origin, from_peers;
    BG_FILE_RANGE *ranges = NULL;
    LPWSTR text = NULL;
    DWORD count = 0;
    BOOL flag;

    EXPECT_HR(IBackgroundCopyFile5_GetFileRanges(file, &count, &ranges),
              stressed->range_count > 0 ? S_OK : S_FALSE);
    EXPECT(count == stressed->range_count);
    EXPECT(count == 0 || memcmp(ranges, stressed->ranges, count * sizeof(*ranges)) == 0);
    CoTaskMemFree(ranges);
    IBackgroundCopyFile5_GetTemporaryName(file, &text); /* there may be none */
    CoTaskMemFree(text);
    EXPECT_HR(IBackgroundCopyFile5_IsDownloadedFromPeer(file, &flag), S_OK);
    EXPECT_HR(IBackgroundCopyFile5_GetPeerDownloadStats(file, &from_origin, &from_peers), S_OK);
    EXPECT_HR(IBackgroundCopyFile5_GetProperty(
                  file, BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, &value),
              S_OK);
    CoTaskMemFree(value.String);
    IBackgroundCopyFile5_Release(file);
}

static void read_stats(IDeliveryOptimizationFile *file)
{
    DOSwarmStats stats;
    HRESULT hr = IDeliveryOptimizationFile_GetStats(file, &stats);

    EXPECT_HR(hr, S_OK);
    if (SUCCEEDED(hr)) {
        CoTaskMemFree(stats.fileId);
        CoTaskMemFree(stats.sourceURL);
    }
    IDeliveryOptimizationFile_Release(file);
}

static void read_file(const struct stressed_job *stressed, IBackgroundCopyFile *file)
{
    IBackgroundCopyFile5 *file5 = query(file, &IID_IBackgroundCopyFile5);
    IDeliveryOptimizationFile *with_stats = query(file, &IID_IDeliveryOptimizationFile);
    BG_FILE_PROGRESS progress;
    LPWSTR text = NULL;
    HRESULT hr;

    hr = IBackgroundCopyFile_GetRemoteName(file, &text);
    EXPECT(FAILED(hr) || wcscmp(text, stressed->url) == 0);
    free_text(hr, text);
    hr = IBackgroundCopyFile_GetLocalName(file, &text);
    EXPECT(FAILED(hr) || wcscmp(text, stressed->path) == 0);
    free_text(hr, text);
    EXPECT_HR(IBackgroundCopyFile_GetProgress(file, &progress), S_OK);
    EXPECT(progress.BytesTransferred <= progress.BytesTotal);
    read_file5(stressed, file5);
    read_stats(with_stats);
}

static void read_files(const struct stressed_job *stressed, IBackgroundCopyJob *job)
{
    IEnumBackgroundCopyFiles *files = NULL;
    IEnumBackgroundCopyFiles *copy = NULL;
    IBackgroundCopyFile *file = NULL;
    ULONG count = 0;

    EXPECT_HR(IBackgroundCopyJob_EnumFiles(job, &files), S_OK);
    EXPECT_HR(IEnumBackgroundCopyFiles_GetCount(files, &count), S_OK);
    EXPECT(count == 1);
    EXPECT_HR(IEnumBackgroundCopyFiles_Skip(files, 1), S_OK);
    EXPECT_HR(IEnumBackgroundCopyFiles_Clone(files, &copy), S_OK);
    EXPECT_HR(IEnumBackgroundCopyFiles_Next(copy, 1, &file, &count), S_FALSE);
    EXPECT_HR(IEnumBackgroundCopyFiles_Reset(copy), S_OK);
    EXPECT_HR(IEnumBackgroundCopyFiles_Next(copy, 1, &file, NULL), S_OK);
    read_file(stressed, file);
    IBackgroundCopyFile_Release(file);
    IEnumBackgroundCopyFiles_Release(copy);
    IEnumBackgroundCopyFiles_Release(files);
}

static void read_error(IBackgroundCopyJob *job)
{
    IBackgroundCopyError *error = NULL;
    IBackgroundCopyFile *file = NULL;
    BG_ERROR_CONTEXT context;
    LPWSTR text = NULL;
    HRESULT code;
    HRESULT hr = IBackgroundCopyJob_GetError(job, &error);

    EXPECT_HR(hr, S_OK, DO_E_ERROR_INFORMATION_UNAVAILABLE);
    if (FAILED(hr)) {
        EXPECT(!error);
        return;
    }
    EXPECT_HR(IBackgroundCopyError_GetError(error, &context, &code), S_OK);
    EXPECT(FAILED(code));
    EXPECT_HR(IBackgroundCopyError_GetFile(error, &file), S_OK);
    IBackgroundCopyFile_Release(file);
    hr = IBackgroundCopyError_GetErrorDescription(error, 0x409, &text);
    free_text(hr, text);
    hr = IBackgroundCopyError_GetErrorContextDescription(error, 0x409, &text);
    free_text(hr, text);
    hr = IBackgroundCopyError_GetProtocol(error, &text);
    free_text(hr, text);
    IBackgroundCopyError_Release(error);
}

static void read_job(IBackgroundCopyJob *job)
{
    BG_JOB_PROXY_USAGE usage;
    BG_JOB_PROGRESS progress;
    BG_JOB_PRIORITY priority;
    IUnknown *client = NULL;
    LPWSTR proxies, bypass;
    BG_JOB_STATE state;
    BG_JOB_TIMES times;
    BG_JOB_TYPE type;
    LPWSTR text;
    ULONG number;
    GUID id;
    HRESULT hr;

    EXPECT_HR(IBackgroundCopyJob_GetId(job, &id), S_OK);
    EXPECT_HR(IBackgroundCopyJob_GetType(job, &type), S_OK);
    EXPECT_HR(IBackgroundCopyJob_GetProgress(job, &progress), S_OK);
    EXPECT(progress.BytesTransferred <= progress.BytesTotal && progress.FilesTotal == 1);
    EXPECT_HR(IBackgroundCopyJob_GetTimes(job, &times), S_OK);
    EXPECT_HR(IBackgroundCopyJob_GetState(job, &state), S_OK);
    hr = IBackgroundCopyJob_GetOwner(job, &text);
    free_text(hr, text);
    hr = IBackgroundCopyJob_GetDisplayName(job, &text);
    free_text(hr, text);
    hr = IBackgroundCopyJob_GetDescription(job, &text);
    free_text(hr, text);
    EXPECT_HR(IBackgroundCopyJob_GetPriority(job, &priority), S_OK);
    EXPECT_HR(IBackgroundCopyJob_GetNotifyFlags(job, &number), S_OK);
    hr = IBackgroundCopyJob_GetNotifyInterface(job, &client);
    EXPECT_HR(hr, S_OK);
    if (client) {
        IUnknown_Release(client);
    }
    EXPECT_HR(IBackgroundCopyJob_GetMinimumRetryDelay(job, &number), S_OK);
    EXPECT_HR(IBackgroundCopyJob_GetNoProgressTimeout(job, &number), S_OK);
    EXPECT_HR(IBackgroundCopyJob_GetErrorCount(job, &number), S_OK);
    EXPECT_HR(IBackgroundCopyJob_GetProxySettings(job, &usage, &proxies, &bypass), S_OK);
}

static void read_properties(IBackgroundCopyJob *job)
{
    IDeliveryOptimizationJob2 *job2 = query(job, &IID_IDeliveryOptimizationJob2);
    IBackgroundCopyJob5 *job5 = query(job, &IID_IBackgroundCopyJob5);
    BITS_JOB_PROPERTY_VALUE value;
    VARIANT variant;

    VariantInit(&variant);
    EXPECT_HR(IDeliveryOptimizationJob2_GetProperty(job2, DOJobPropertyId_ExtendedErrorInfo,
                                                    &variant),
              S_OK);
    VariantClear(&variant);
    IDeliveryOptimizationJob2_Release(job2);
    EXPECT_HR(IBackgroundCopyJob5_GetProperty(job5, BITS_JOB_PROPERTY_ID_COST_FLAGS, &value),
              S_OK);
    IBackgroundCopyJob5_Release(job5);
}

/*
 * Wine gives a callback in a single-threaded apartment a proxy for the job; that knows only
 * interfaces of BITS, and not all of these as it should. What goes beyond IBackgroundCopyJob
 * is then asked of the owner's pointer.
 */
static void read_all(const struct stressed_job *stressed, IBackgroundCopyJob *job)
{
    IBackgroundCopyJob *direct = is_direct(job) ? job : stressed->job;

    read_job(job);
    read_properties(direct);
    read_files(stressed, direct);
    read_error(direct);
}

/* --- Meddling ----------------------------------------------------------------------- */

#define MEDDLED_HR S_OK, DO_E_INVALID_STATE

static void suspend_and_resume(IBackgroundCopyJob *job)
{
    EXPECT_HR(IBackgroundCopyJob_Suspend(job), MEDDLED_HR);
    EXPECT_HR(IBackgroundCopyJob_Resume(job), MEDDLED_HR);
}

/* Something that does not end the job. */
static void meddle(struct random *random, IBackgroundCopyJob *job)
{
    switch (draw(random, 8)) {
    case 0:
        suspend_and_resume(job);
        break;
    case 1:
        EXPECT_HR(IBackgroundCopyJob_Suspend(job), MEDDLED_HR); /* the owner resumes it */
        break;
    case 2:
        EXPECT_HR(IBackgroundCopyJob_Resume(job), MEDDLED_HR);
        break;
    case 3:
        EXPECT_HR(IBackgroundCopyJob_SetDescription(job, L"described by somebody"), MEDDLED_HR);
        break;
    case 4:
        EXPECT_HR(IBackgroundCopyJob_SetPriority(job, (BG_JOB_PRIORITY)draw(random, 4)),
                  MEDDLED_HR);
        break;
    case 5:
        EXPECT_HR(IBackgroundCopyJob_SetNotifyFlags(
                      job, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR |
                               (draw(random, 2) ? BG_NOTIFY_JOB_MODIFICATION : 0)),
                  MEDDLED_HR);
        break;
    case 6:
        EXPECT_HR(IBackgroundCopyJob_SetDisplayName(job, L"named by somebody"), MEDDLED_HR);
        break;
    default:
        break;
    }
}

/* What the callbacks do, with the job that they are given. */
static void act(struct client_callback *callback, enum client_news news,
                IBackgroundCopyJob *job)
{
    struct stressed_job *stressed = job_of(callback);

    EXPECT(callback->running == 1); /* the calls of one job come one after the other */
    read_all(stressed, job);
    if (news != NEWS_TRANSFERRED) {
        meddle(&stressed->random, job);
        return;
    }
    switch (stressed->when_transferred) {
    case COMPLETE_IN_CALLBACK:
        end_job(stressed, job, false);
        break;
    case CANCEL_IN_CALLBACK:
        end_job(stressed, job, true);
        break;
    default:
        break;
    }
}

/* --- The threads -------------------------------------------------------------------- */

struct owner {
    HANDLE thread;
    COINIT apartment;
    size_t first; /* of its jobs, every OWNERS-th */
};

struct meddler {
    HANDLE thread;
    struct random random;
};

static void begin_job(IBackgroundCopyManager *manager, struct stressed_job *stressed)
{
    IDeliveryOptimizationJob *adder = NULL;
    IBackgroundCopyJob *job = NULL;
    GUID id;

    EXPECT_HR(
        IBackgroundCopyManager_CreateJob(manager, L"a job", BG_JOB_TYPE_DOWNLOAD, &id, &job),
        S_OK);
    EXPECT_HR(
        IBackgroundCopyJob_QueryInterface(job, &IID_IDeliveryOptimizationJob, (void **)&adder),
        S_OK);
    EXPECT_HR(IDeliveryOptimizationJob_AddFileWithRanges(
                  adder, L"an id", stressed->url, stressed->path, stressed->range_count,
                  (BG_FILE_RANGE *)(void *)stressed->ranges, DO_UNKNOWN_FILE_SIZE),
              S_OK);
    IDeliveryOptimizationJob_Release(adder);
    stressed->job = job;
    EXPECT_HR(IBackgroundCopyJob_SetNotifyFlags(
                  job, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR |
                           BG_NOTIFY_JOB_MODIFICATION | BG_NOTIFY_FILE_TRANSFERRED),
              S_OK);
    EXPECT_HR(IBackgroundCopyJob_SetNotifyInterface(
                  job, client_callback_unknown(&stressed->callback)),
              S_OK);
    for (int i = 0; i < MEDDLERS; i++) {
        IBackgroundCopyJob_AddRef(job);
    }
    stressed->meddled = job;
    SetEvent(stressed->shared);
    EXPECT_HR(IBackgroundCopyJob_Resume(job), MEDDLED_HR);
}

static LONG call_count(const struct stressed_job *stressed)
{
    LONG count = 0;

    for (int i = 0; i < NEWS_COUNT; i++) {
        count += stressed->callback.counts[i];
    }
    return count;
}

/*
 * True once the job has come to its end and nobody holds the callback any more: whoever ended
 * the job may not be back yet, nor the thread on which that was done inside a callback.
 */
static bool look_after(struct stressed_job *stressed)
{
    IBackgroundCopyJob *job = stressed->job;
    BG_JOB_STATE state = (BG_JOB_STATE)-1;

    EXPECT_HR(IBackgroundCopyJob_GetState(job, &state), S_OK);
    switch (state) {
    case BG_JOB_STATE_SUSPENDED:
        EXPECT_HR(IBackgroundCopyJob_Resume(job), MEDDLED_HR);
        return false;
    case BG_JOB_STATE_TRANSFERRED:
        if (stressed->when_transferred >= REFUSE_IN_CALLBACK &&
            stressed->callback.counts[NEWS_TRANSFERRED] > 0) {
            end_job(stressed, job, false);
        }
        return false;
    case BG_JOB_STATE_ERROR:
        if (stressed->callback.counts[NEWS_ERROR] > 0) {
            end_job(stressed, job, true);
        }
        return false;
    case BG_JOB_STATE_ACKNOWLEDGED:
    case BG_JOB_STATE_CANCELLED:
        return InterlockedCompareExchange(&stressed->callback.refs, 0, 0) == 1;
    default:
        return false;
    }
}

static DWORD WINAPI be_owner(void *context)
{
    const struct owner *owner = context;
    ULONGLONG deadline = GetTickCount64() + DEADLINE_MS;
    IBackgroundCopyManager *manager = NULL;
    bool has_ended[JOBS] = {false};
    size_t left = 0;

    EXPECT_HR(CoInitializeEx(NULL, (DWORD)owner->apartment), S_OK);
    EXPECT_HR(CoCreateInstance(&CLSID_OpenDO, NULL, CLSCTX_INPROC_SERVER,
                               &IID_IBackgroundCopyManager, (void **)&manager),
              S_OK);
    for (size_t i = owner->first; i < job_count; i += OWNERS) {
        begin_job(manager, &jobs[i]);
        client_pump();
        left++;
    }
    IBackgroundCopyManager_Release(manager);
    while (left > 0 && GetTickCount64() < deadline) {
        for (size_t i = owner->first; i < job_count; i += OWNERS) {
            if (!has_ended[i] && look_after(&jobs[i])) {
                has_ended[i] = true;
                left--;
            }
            client_pump();
        }
        client_wait_once(NULL, 0, 5); /* for a call, or a short while */
    }
    EXPECT(left == 0);
    for (size_t i = owner->first; i < job_count; i += OWNERS) {
        jobs[i].calls_at_end = call_count(&jobs[i]);
        IBackgroundCopyJob_Release(jobs[i].job);
    }
    CoUninitialize();
    return 0;
}

static DWORD WINAPI be_meddler(void *context)
{
    struct meddler *meddler = context;

    EXPECT_HR(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    for (size_t i = 0; i < job_count; i++) {
        IBackgroundCopyJob *job;

        WaitForSingleObject(jobs[i].shared, DEADLINE_MS);
        job = jobs[i].meddled;
        switch (draw(&meddler->random, 10)) {
        case 0:
            end_job(&jobs[i], job, true);
            break;
        case 1:
            end_job(&jobs[i], job, false);
            break;
        case 2:
            read_all(&jobs[i], job);
            break;
        case 3:
        case 4:
        case 5:
            suspend_and_resume(job);
            break;
        default:
            meddle(&meddler->random, job);
            break;
        }
        IBackgroundCopyJob_Release(job);
    }
    CoUninitialize();
    return 0;
}

/* --- One run ------------------------------------------------------------------------ */

static void prepare_job(struct stressed_job *stressed, size_t index, struct random *random,
                        struct range_server *server, const char *folder)
{
    char url[SERVER_URL_SIZE];
    char name[20];

    memset(stressed, 0, sizeof(*stressed));
    snprintf(name, sizeof(name), "%d.bin", (int)index);
    stressed->utf8_path = temp_folder_path(folder, name);
    wcscpy(stressed->path, client_wide(stressed->utf8_path));
    range_server_url(server, draw(random, 20) == 0 ? "/missing" : "/file", url);
    wcscpy(stressed->url, client_wide(url));
    stressed->range_count = draw(random, RANGES_MOST + 1);
    for (DWORD i = 0; i < stressed->range_count; i++) {
        /* From falling stretches of the file, so none overlap. */
        uint64_t stretch = FIXTURE_SIZE / RANGES_MOST;

        stressed->ranges[i] = (struct byte_range){
            .offset = (RANGES_MOST - 1 - i) * stretch + draw(random, 1000),
            .length = 1 + draw(random, 100000),
        };
    }
    stressed->when_transferred = draw(random, PLAN_COUNT);
    stressed->random.state = 1 + draw(random, 1u << 30);
    client_callback_init(&stressed->callback);
    stressed->callback.act = act;
    stressed->callback.failures =
        stressed->when_transferred == REFUSE_IN_CALLBACK ? 1 + (LONG)draw(random, 2) : 0;
    stressed->shared = CreateEventW(NULL, TRUE, FALSE, NULL);
    assert_non_null(stressed->shared);
}

/* All threads have left. */
static void check_job(struct stressed_job *stressed)
{
    assert_int_equal(stressed->ends, 1);
    if (!stressed->was_cancelled && stressed->end == S_OK) {
        expect_file(stressed->utf8_path, stressed->ranges, stressed->range_count, FIXTURE_SEED,
                    FIXTURE_SIZE);
        assert_true(DeleteFileW(stressed->path));
    } else {
        expect_no_file(stressed->utf8_path);
    }
    assert_int_equal(call_count(stressed), stressed->calls_at_end);
    CloseHandle(stressed->shared);
    client_callback_end(&stressed->callback);
    free(stressed->utf8_path);
}

static bool is_empty(const char *folder)
{
    return RemoveDirectoryW(client_wide(folder)) && CreateDirectoryW(client_wide(folder), NULL);
}

static void run(size_t count, COINIT apartment)
{
    struct random random = {SEED};
    struct range_server *server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = FIXTURE_SEED, .size = FIXTURE_SIZE}},
    });
    char *folder = temp_folder_create();
    struct meddler meddlers[MEDDLERS];
    struct owner owners[OWNERS];

    job_count = count;
    for (size_t i = 0; i < count; i++) {
        prepare_job(&jobs[i], i, &random, server, folder);
    }
    for (size_t i = 0; i < OWNERS; i++) {
        owners[i] = (struct owner){.apartment = apartment, .first = i};
        owners[i].thread = CreateThread(NULL, 0, be_owner, &owners[i], 0, NULL);
        assert_non_null(owners[i].thread);
    }
    for (size_t i = 0; i < MEDDLERS; i++) {
        meddlers[i].random.state = 1 + draw(&random, 1u << 30);
        meddlers[i].thread = CreateThread(NULL, 0, be_meddler, &meddlers[i], 0, NULL);
        assert_non_null(meddlers[i].thread);
    }
    for (size_t i = 0; i < MEDDLERS; i++) {
        assert_int_equal(WaitForSingleObject(meddlers[i].thread, 2 * DEADLINE_MS),
                         WAIT_OBJECT_0);
        CloseHandle(meddlers[i].thread);
    }
    for (size_t i = 0; i < OWNERS; i++) {
        assert_int_equal(WaitForSingleObject(owners[i].thread, 2 * DEADLINE_MS), WAIT_OBJECT_0);
        CloseHandle(owners[i].thread);
    }
    assert_int_equal(faults, 0);
    for (size_t i = 0; i < count; i++) {
        check_job(&jobs[i]);
    }
    assert_true(is_empty(folder));
    temp_folder_remove(folder);
    range_server_stop(server);
}

static void stress(COINIT apartment)
{
    HMODULE module = server_load();
    struct process_count before;

    faults = 0;
    run(WARM_UP_JOBS, apartment);
    assert_hr(server_call(module, "DllCanUnloadNow"), S_OK);
    /* Sockets and apartments have caches, but a handle for each job would show. */
    before = process_count_with(process_count_now(), JOBS / 8);
    run(JOBS, apartment);
    assert_hr(server_call(module, "DllCanUnloadNow"), S_OK);
    process_count_expect(&before);
    FreeLibrary(module);
}

static void two_hundred_jobs_of_single_threaded_apartments_end_as_told(void **state)
{
    (void)state;
    stress(COINIT_APARTMENTTHREADED);
}

static void two_hundred_jobs_of_the_multithreaded_apartment_end_as_told(void **state)
{
    (void)state;
    stress(COINIT_MULTITHREADED);
}

int main(void)
{
    struct registered_server server;
    struct test_suite suite = {0};
    int failed;

    TEST_ADD(&suite, two_hundred_jobs_of_single_threaded_apartments_end_as_told);
    TEST_ADD(&suite, two_hundred_jobs_of_the_multithreaded_apartment_end_as_told);

    registered_server_begin(&server);
    failed = test_suite_run(&suite, "stress");
    registered_server_end(&server);
    return failed;
}
