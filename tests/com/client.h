/*
 * What the tests of the COM server share, as its clients: apartments, waiting, a callback of
 * the client's, and the server's objects, from whichever server the test program meets.
 */
#ifndef TESTS_COM_CLIENT_H
#define TESTS_COM_CLIENT_H

#include "com/process_count.h"
#include "support/temp_folder.h"
#include "support/test_table.h"

#include <deliveryoptimizationerrors.h>
#include <stdbool.h>
#include <string.h>
#include <windows.h>

#include <objbase.h>

#include "deliveryoptimization.h" /* generated from idl/ */

enum { CLIENT_DEADLINE_MS = 20000 };

/* Compare two HRESULTs; a failure shows them in hexadecimal. */
#define assert_hr(actual, expected)                                                            \
    client_check_hr((actual), (expected), #actual, __FILE__, __LINE__)

static inline void client_check_hr(HRESULT actual, HRESULT expected, const char *expression,
                                   const char *file, int line)
{
    if (actual != expected) {
        print_error("%s\n    is 0x%08lX and not 0x%08lX\n", expression, (unsigned long)actual,
                    (unsigned long)expected);
        _fail(file, line);
    }
}

#define assert_wide_equal(actual, expected)                                                    \
    client_check_wide((actual), (expected), __FILE__, __LINE__)

static inline void client_check_wide(const WCHAR *actual, const WCHAR *expected,
                                     const char *file, int line)
{
    if (!actual || wcscmp(actual, expected) != 0) {
        print_error("\"%ls\" is not \"%ls\"\n", actual ? actual : L"(NULL)", expected);
        _fail(file, line);
    }
}

/*
 * Apartments
 * ----------
 */

static COINIT client_apartment;

/*
 * Have a folder of this program's own for the server's jobs, unless it has one. The caller ends
 * the result, which may be NULL, with temp_folder_remove().
 */
static inline char *client_use_own_store(void)
{
    WCHAR wide[1000];
    char *store = NULL;

    if (GetEnvironmentVariableW(L"OPENDO_STORE", wide, 1000) == 0) {
        store = temp_folder_create();
        MultiByteToWideChar(CP_UTF8, 0, store, -1, wide, 1000);
        SetEnvironmentVariableW(L"OPENDO_STORE", wide);
    }
    return store;
}

/* The program's own server holds nothing any more; each test program defines it. */
static inline bool client_server_can_unload(void);

/* What COM sets up once for the other kind of apartment, and keeps. */
enum { CLIENT_HANDLES_OF_COM = 4 };

static struct process_count client_count_before; /* when the first tests had run */

/* Say that a test makes COM itself keep so many handles and threads, which are not ours. */
static inline void client_expect_kept(DWORD handles, DWORD threads)
{
    if (client_count_before.handles > 0) {
        client_count_before.handles += handles;
        client_count_before.threads += threads;
    }
}

/* The last test of each run: objects, threads and handles are gone. */
static inline void nothing_of_the_server_is_left(void **state)
{
    ULONGLONG deadline = GetTickCount64() + PROCESS_COUNT_DEADLINE_MS;

    (void)state;
    while (!client_server_can_unload() && GetTickCount64() < deadline) {
        MsgWaitForMultipleObjectsEx(0, NULL, 5, QS_ALLINPUT, MWMO_INPUTAVAILABLE);
    }
    assert_true(client_server_can_unload());
    if (client_count_before.handles == 0) {
        client_count_before = process_count_with(process_count_now(), CLIENT_HANDLES_OF_COM);
    } else {
        process_count_expect(&client_count_before);
    }
}

/*
 * Run all tests on this thread in a single-threaded apartment, and again in the other kind.
 * What a test leaks the second time over is found.
 */
static inline int client_run_in_both(struct test_suite *suite, const char *name)
{
    static const struct {
        COINIT kind;
        const char *name;
    } apartments[] = {{COINIT_APARTMENTTHREADED, "STA"}, {COINIT_MULTITHREADED, "MTA"}};
    char *store = client_use_own_store();
    int failed = 0;

    TEST_ADD(suite, nothing_of_the_server_is_left);
    for (size_t i = 0; i < TEST_COUNT(apartments); i++) {
        char full_name[100];

        snprintf(full_name, sizeof(full_name), "%s, %s", name, apartments[i].name);
        client_apartment = apartments[i].kind;
        if (FAILED(CoInitializeEx(NULL, (DWORD)apartments[i].kind))) {
            fprintf(stderr, "COM cannot be initialized\n");
            return EXIT_FAILURE;
        }
        failed += test_suite_run(suite, full_name);
        CoUninitialize();
    }
    temp_folder_remove(store);
    return failed;
}

/* Deliver what waits for this thread, if it is a single-threaded apartment. */
static inline void client_pump(void)
{
    MSG message;

    while (PeekMessageW(&message, NULL, 0, 0, PM_REMOVE)) {
        DispatchMessageW(&message);
    }
}

/*
 * Wait for one of some events or for a message, also for one that was seen before and left in
 * the queue.
 */
static inline DWORD client_wait_once(const HANDLE *events, DWORD count, DWORD timeout_ms)
{
    return MsgWaitForMultipleObjectsEx(count, events, timeout_ms, QS_ALLINPUT,
                                       MWMO_INPUTAVAILABLE);
}

/* Wait for an event, pumping messages meanwhile. False after the deadline. */
static inline bool client_wait(HANDLE event, DWORD timeout_ms)
{
    ULONGLONG deadline = GetTickCount64() + timeout_ms;

    for (;;) {
        ULONGLONG now = GetTickCount64();
        DWORD left = now < deadline ? (DWORD)(deadline - now) : 0;
        DWORD result = client_wait_once(&event, 1, left);

        if (result == WAIT_OBJECT_0 || left == 0) {
            return result == WAIT_OBJECT_0;
        }
        client_pump();
    }
}

/*
 * Objects
 * -------
 */

/* The program's own server; each test program defines it. */
static HRESULT client_get_class_object(REFCLSID clsid, REFIID iid, void **out);

static inline IBackgroundCopyManager *client_manager(void)
{
    IClassFactory *factory = NULL;
    IBackgroundCopyManager *manager = NULL;

    assert_hr(client_get_class_object(&CLSID_OpenDO, &IID_IClassFactory, (void **)&factory),
              S_OK);
    assert_hr(IClassFactory_CreateInstance(factory, NULL, &IID_IBackgroundCopyManager,
                                           (void **)&manager),
              S_OK);
    IClassFactory_Release(factory);
    return manager;
}

static inline IBackgroundCopyJob *client_job(IBackgroundCopyManager *manager)
{
    IBackgroundCopyJob *job = NULL;
    GUID id;

    assert_hr(
        IBackgroundCopyManager_CreateJob(manager, L"a job", BG_JOB_TYPE_DOWNLOAD, &id, &job),
        S_OK);
    return job;
}

/* Another interface of an object, which must have it. */
static inline void *client_query(void *object, REFIID iid)
{
    void *out = NULL;

    assert_hr(IUnknown_QueryInterface((IUnknown *)object, iid, &out), S_OK);
    assert_non_null(out);
    return out;
}

static inline BG_JOB_STATE client_state(IBackgroundCopyJob *job)
{
    BG_JOB_STATE state = (BG_JOB_STATE)-1;

    assert_hr(IBackgroundCopyJob_GetState(job, &state), S_OK);
    return state;
}

/* Add a file by AddFileWithRanges. */
static inline HRESULT client_add(IBackgroundCopyJob *job, const WCHAR *url, const WCHAR *path,
                                 DWORD count, const BG_FILE_RANGE *ranges, UINT64 size)
{
    IDeliveryOptimizationJob *adder = client_query(job, &IID_IDeliveryOptimizationJob);
    HRESULT hr = IDeliveryOptimizationJob_AddFileWithRanges(
        adder, L"an id", url, path, count, (BG_FILE_RANGE *)(uintptr_t)ranges, size);

    IDeliveryOptimizationJob_Release(adder);
    return hr;
}

/* The file of this index. */
static inline IBackgroundCopyFile5 *client_file(IBackgroundCopyJob *job, ULONG index)
{
    IEnumBackgroundCopyFiles *files = NULL;
    IBackgroundCopyFile *file = NULL;
    IBackgroundCopyFile5 *file5;

    assert_hr(IBackgroundCopyJob_EnumFiles(job, &files), S_OK);
    assert_hr(IEnumBackgroundCopyFiles_Skip(files, index), S_OK);
    assert_hr(IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL), S_OK);
    IEnumBackgroundCopyFiles_Release(files);
    file5 = client_query(file, &IID_IBackgroundCopyFile5);
    IBackgroundCopyFile_Release(file);
    return file5;
}

/* UTF-8 to UTF-16, in a buffer that the next call but seven uses again. */
static inline const WCHAR *client_wide(const char *utf8)
{
    static WCHAR buffers[8][4096];
    static unsigned next;
    WCHAR *buffer = buffers[next++ % TEST_COUNT(buffers)];

    assert_true(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8, -1, buffer,
                                    (int)TEST_COUNT(buffers[0])) > 0);
    return buffer;
}

/*
 * A callback
 * ----------
 */

enum client_news { NEWS_TRANSFERRED, NEWS_ERROR, NEWS_MODIFICATION, NEWS_FILE, NEWS_COUNT };

struct client_callback {
    IBackgroundCopyCallback2 IBackgroundCopyCallback2_iface;
    LONG refs;
    bool only_first_kind; /* does not answer IBackgroundCopyCallback2 */
    bool is_agile;        /* has the free-threaded marshaler */
    IUnknown *marshaler;
    HRESULT result; /* of the calls ... */
    LONG failures;  /* ... but the first so many fail */
    LONG counts[NEWS_COUNT];
    HANDLE called[NEWS_COUNT]; /* events of their own, reset by whoever waits */
    DWORD thread;              /* of the last call */
    HRESULT error;             /* of the last JobError */
    BG_ERROR_CONTEXT error_context;
    char log[200]; /* a letter for each call: T, E, M, F */
    LONG log_length;
    ULONGLONG times[200]; /* GetTickCount64() of each call */
    LONG running;         /* calls that have not returned */
    LONG most_running;
    /* Called inside each call, after it was counted. May be NULL. */
    void (*act)(struct client_callback *callback, enum client_news news,
                IBackgroundCopyJob *job);
    void *context;
};

static inline struct client_callback *client_callback_of(IBackgroundCopyCallback2 *self)
{
    return CONTAINING_RECORD(self, struct client_callback, IBackgroundCopyCallback2_iface);
}

static inline HRESULT STDMETHODCALLTYPE
client_callback_QueryInterface(IBackgroundCopyCallback2 *self, REFIID iid, void **out)
{
    struct client_callback *callback = client_callback_of(self);

    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal) && callback->is_agile) {
        return IUnknown_QueryInterface(callback->marshaler, iid, out);
    }
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IBackgroundCopyCallback) &&
        (callback->only_first_kind || !IsEqualIID(iid, &IID_IBackgroundCopyCallback2))) {
        return E_NOINTERFACE;
    }
    IBackgroundCopyCallback2_AddRef(self);
    *out = self;
    return S_OK;
}

static inline ULONG STDMETHODCALLTYPE client_callback_AddRef(IBackgroundCopyCallback2 *self)
{
    return (ULONG)InterlockedIncrement(&client_callback_of(self)->refs);
}

/* The test owns the memory, and looks at the count when it is done. */
static inline ULONG STDMETHODCALLTYPE client_callback_Release(IBackgroundCopyCallback2 *self)
{
    return (ULONG)InterlockedDecrement(&client_callback_of(self)->refs);
}

static inline HRESULT client_callback_note(struct client_callback *callback,
                                           enum client_news news, IBackgroundCopyJob *job)
{
    LONG place = InterlockedIncrement(&callback->log_length) - 1;
    LONG running = InterlockedIncrement(&callback->running);
    HRESULT result;

    if (running > callback->most_running) {
        callback->most_running = running;
    }
    if (place < (LONG)sizeof(callback->log) - 1) {
        callback->times[place] = GetTickCount64();
        callback->log[place] = "TEMF"[news];
    }
    callback->thread = GetCurrentThreadId();
    InterlockedIncrement(&callback->counts[news]);
    if (callback->act) {
        callback->act(callback, news, job);
    }
    result = InterlockedDecrement(&callback->failures) >= 0 ? E_FAIL : callback->result;
    InterlockedDecrement(&callback->running);
    SetEvent(callback->called[news]);
    return result;
}

static inline HRESULT STDMETHODCALLTYPE
client_callback_JobTransferred(IBackgroundCopyCallback2 *self, IBackgroundCopyJob *job)
{
    return client_callback_note(client_callback_of(self), NEWS_TRANSFERRED, job);
}

static inline HRESULT STDMETHODCALLTYPE client_callback_JobError(IBackgroundCopyCallback2 *self,
                                                                 IBackgroundCopyJob *job,
                                                                 IBackgroundCopyError *error)
{
    struct client_callback *callback = client_callback_of(self);

    IBackgroundCopyError_GetError(error, &callback->error_context, &callback->error);
    return client_callback_note(callback, NEWS_ERROR, job);
}

static inline HRESULT STDMETHODCALLTYPE client_callback_JobModification(
    IBackgroundCopyCallback2 *self, IBackgroundCopyJob *job, DWORD reserved)
{
    (void)reserved;
    return client_callback_note(client_callback_of(self), NEWS_MODIFICATION, job);
}

static inline HRESULT STDMETHODCALLTYPE client_callback_FileTransferred(
    IBackgroundCopyCallback2 *self, IBackgroundCopyJob *job, IBackgroundCopyFile *file)
{
    (void)file;
    return client_callback_note(client_callback_of(self), NEWS_FILE, job);
}

static inline void client_callback_init(struct client_callback *callback)
{
    static const IBackgroundCopyCallback2Vtbl vtbl = {
        .QueryInterface = client_callback_QueryInterface,
        .AddRef = client_callback_AddRef,
        .Release = client_callback_Release,
        .JobTransferred = client_callback_JobTransferred,
        .JobError = client_callback_JobError,
        .JobModification = client_callback_JobModification,
        .FileTransferred = client_callback_FileTransferred,
    };

    memset(callback, 0, sizeof(*callback));
    callback->IBackgroundCopyCallback2_iface.lpVtbl = &vtbl;
    callback->refs = 1;
    for (int i = 0; i < NEWS_COUNT; i++) {
        callback->called[i] = CreateEventW(NULL, FALSE, FALSE, NULL);
        assert_non_null(callback->called[i]);
    }
}

static inline IUnknown *client_callback_unknown(struct client_callback *callback)
{
    return (IUnknown *)&callback->IBackgroundCopyCallback2_iface;
}

/* Let it be called on the server's own threads, whatever the apartment. */
static inline void client_callback_make_agile(struct client_callback *callback)
{
    assert_hr(
        CoCreateFreeThreadedMarshaler(client_callback_unknown(callback), &callback->marshaler),
        S_OK);
    callback->is_agile = true;
}

/* Wait until a kind of news has come so often. */
static inline bool client_callback_wait(struct client_callback *callback, enum client_news news,
                                        LONG count)
{
    ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;

    while (callback->counts[news] < count && GetTickCount64() < deadline) {
        client_wait(callback->called[news], CLIENT_DEADLINE_MS);
    }
    return callback->counts[news] >= count;
}

/* Nobody may hold it any more. */
static inline void client_callback_end(struct client_callback *callback)
{
    if (callback->marshaler) {
        IUnknown_Release(callback->marshaler);
    }
    for (int i = 0; i < NEWS_COUNT; i++) {
        CloseHandle(callback->called[i]);
    }
    assert_int_equal(callback->refs, 1);
}

#endif
