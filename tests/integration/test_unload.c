/*
 * The DLL goes when nobody needs it, and goes whole: no thread, no handle, no code that some
 * thread returns into. And a process may end whenever it likes.
 */
#include "com/process_count.h"
#include "integration/job_run.h"
#include "integration/registered_server.h"

enum {
    ROUNDS = 200,
    FEWER_ROUNDS = 50,
    WARM_UP_ROUNDS = 40, /* until everything is there that stays, such as COM's own threads */
    CHILD_DEADLINE_MS = 30000,
};

/* The DLL that a test has loaded by itself; NULL when COM is to find it. */
static HMODULE own_module;

static HRESULT client_get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    union {
        FARPROC any;
        LPFNGETCLASSOBJECT get_class_object;
    } entry;

    if (!own_module) {
        return CoGetClassObject(clsid, CLSCTX_INPROC_SERVER, NULL, iid, out);
    }
    entry.any = server_entry(own_module, "DllGetClassObject");
    return entry.get_class_object(clsid, iid, out);
}

static struct range_server *start_server(const struct server_rule *rules, size_t count)
{
    return range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = FIXTURE_SEED, .size = FIXTURE_SIZE}},
        .rules = rules,
        .rule_count = count,
    });
}

/* A small download from its beginning to its end, with a callback. */
static void download(struct range_server *server, const char *folder)
{
    static const BG_FILE_RANGE ranges[] = {{500000, 100}, {100, 100}};
    static const struct byte_range same[] = {{500000, 100}, {100, 100}};
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = client_job(manager);
    char *path = temp_folder_path(folder, "file.bin");
    char url[SERVER_URL_SIZE];

    range_server_url(server, "/file", url);
    assert_hr(
        client_add(job, client_wide(url), client_wide(path), 2, ranges, DO_UNKNOWN_FILE_SIZE),
        S_OK);
    assert_job_runs_to(job, BG_JOB_STATE_TRANSFERRED);
    assert_hr(IBackgroundCopyJob_Complete(job), S_OK);
    assert_int_equal(IBackgroundCopyJob_Release(job), 0);
    assert_int_equal(IBackgroundCopyManager_Release(manager), 0);
    expect_file(path, same, 2, FIXTURE_SEED, FIXTURE_SIZE);
    free(path);
}

/*
 * Keep the system's DLLs that ours brings along, so that only ours comes and goes: it is ours
 * that is looked at, and the others take their time.
 */
static void keep_system_libraries(void)
{
    static const WCHAR *const names[] = {L"bcrypt.dll",   L"crypt32.dll", L"normaliz.dll",
                                         L"oleaut32.dll", L"rpcrt4.dll",  L"secur32.dll",
                                         L"ws2_32.dll"};

    for (size_t i = 0; i < TEST_COUNT(names); i++) {
        LoadLibraryW(names[i]);
    }
}

/* --- Again and again ---------------------------------------------------------------- */

static void load_use_and_free(struct range_server *server, const char *folder)
{
    own_module = server_load();
    download(server, folder);
    assert_hr(server_call(own_module, "DllCanUnloadNow"), S_OK);
    assert_true(FreeLibrary(own_module));
    own_module = NULL;
}

static void let_com_unload_at_the_end(struct range_server *server, const char *folder)
{
    static COINIT kind = COINIT_MULTITHREADED;

    kind = kind == COINIT_MULTITHREADED ? COINIT_APARTMENTTHREADED : COINIT_MULTITHREADED;
    assert_hr(CoInitializeEx(NULL, (DWORD)kind), S_OK);
    download(server, folder);
    CoUninitialize();
}

static void let_com_unload_what_is_unused(struct range_server *server, const char *folder)
{
    download(server, folder);
    CoFreeUnusedLibrariesEx(0, 0);
    CoFreeUnusedLibrariesEx(0, 0); /* the first call may only have found it unused */
}

static void repeat(int rounds, void (*round)(struct range_server *server, const char *folder))
{
    struct range_server *server = start_server(NULL, 0);
    char *folder = temp_folder_create();
    struct process_count before = {0};

    for (int i = 0; i < rounds; i++) {
        if (i == WARM_UP_ROUNDS) {
            before = process_count_now();
        }
        round(server, folder);
        assert_false(server_is_loaded());
    }
    process_count_expect(&before);
    temp_folder_remove(folder);
    range_server_stop(server);
}

static void loaded_and_freed_two_hundred_times_it_leaves_nothing(void **state)
{
    (void)state;
    assert_hr(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    repeat(ROUNDS, load_use_and_free);
    CoUninitialize();
}

static void two_hundred_times_com_unloads_it_at_the_end(void **state)
{
    (void)state;
    repeat(ROUNDS, let_com_unload_at_the_end);
}

static void com_unloads_it_when_it_is_unused(void **state)
{
    (void)state;
    assert_hr(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED), S_OK);
    repeat(FEWER_ROUNDS, let_com_unload_what_is_unused);
    CoUninitialize();
}

/* --- What keeps it ------------------------------------------------------------------ */

static void expect_in_use(bool is_in_use)
{
    assert_hr(server_call(own_module, "DllCanUnloadNow"), is_in_use ? S_FALSE : S_OK);
}

static void objects_and_locks_keep_it(void **state)
{
    IBackgroundCopyManager *manager;
    IClassFactory *factory = NULL;
    IBackgroundCopyJob *job;
    GUID id;

    (void)state;
    assert_hr(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    own_module = server_load();
    expect_in_use(false);

    assert_hr(client_get_class_object(&CLSID_OpenDO, &IID_IClassFactory, (void **)&factory),
              S_OK);
    assert_hr(IClassFactory_LockServer(factory, TRUE), S_OK);
    expect_in_use(true);
    assert_hr(IClassFactory_LockServer(factory, FALSE), S_OK);
    IClassFactory_Release(factory);
    expect_in_use(false);

    manager = client_manager();
    expect_in_use(true);
    IBackgroundCopyManager_Release(manager);
    expect_in_use(false);

    manager = client_manager();
    job = client_job(manager);
    IBackgroundCopyManager_Release(manager);
    expect_in_use(true);
    assert_hr(IBackgroundCopyJob_GetId(job, &id), S_OK);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    expect_in_use(true);
    IBackgroundCopyJob_Release(job);
    expect_in_use(false);

    assert_true(FreeLibrary(own_module));
    assert_false(server_is_loaded());
    own_module = NULL;
    CoUninitialize();
}

/* --- The end of a process ----------------------------------------------------------- */

/* What a child does with a transfer that is under way. */
static const struct child_case {
    const char *name; /* also the argument that tells the child what to do */
    bool must_release;
    bool must_uninitialize;
    bool goes_on; /* after CoUninitialize, until the file has been fetched */
    bool exits_at_once;
    bool exits_in_callback;
} children[] = {
    {"a process may return from main() in the middle of a transfer", .must_release = false},
    {"a process may end itself in the middle of a transfer", .exits_at_once = true},
    {"a process may forget a transfer and end", .must_release = true},
    {"a process may leave COM in the middle of a transfer and end", .must_release = true,
     .must_uninitialize = true},
    {"a process may leave COM with everything in its hands and end", .must_uninitialize = true},
    {"a process may leave COM in the middle of a transfer and go on", .must_release = true,
     .must_uninitialize = true, .goes_on = true},
    {"a process may end inside a callback", .exits_in_callback = true},
};

/* The child's number, which is its row, comes in this variable. */
#define CHILD_VARIABLE L"ODO_TEST_CHILD"

static void exit_now(struct client_callback *callback, enum client_news news,
                     IBackgroundCopyJob *job)
{
    (void)callback;
    (void)news;
    (void)job;
    ExitProcess(0);
}

/* Never comes back when the row says so. */
static int be_child(const struct child_case *c)
{
    static const struct server_rule stall[] = {
        {.does = SERVER_STALL_AFTER, .number = 100000},
    };
    static struct client_callback callback;
    struct range_server *server = start_server(stall, c->exits_in_callback ? 0 : 1);
    char *folder = temp_folder_create(); /* in a folder of the parent's, who removes it */
    char *path = temp_folder_path(folder, "file.bin");
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;
    char url[SERVER_URL_SIZE];

    assert_hr(CoInitializeEx(NULL, COINIT_MULTITHREADED), S_OK);
    manager = client_manager();
    job = client_job(manager);
    range_server_url(server, "/file", url);
    assert_hr(
        client_add(job, client_wide(url), client_wide(path), 0, NULL, DO_UNKNOWN_FILE_SIZE),
        S_OK);
    client_callback_init(&callback);
    callback.act = c->exits_in_callback ? exit_now : NULL;
    assert_hr(IBackgroundCopyJob_SetNotifyInterface(job, client_callback_unknown(&callback)),
              S_OK);
    assert_hr(IBackgroundCopyJob_Resume(job), S_OK);
    if (c->exits_in_callback) {
        client_wait(callback.called[NEWS_TRANSFERRED], CHILD_DEADLINE_MS);
        return 2; /* it should have ended before */
    }
    assert_true(range_server_wait_for_stalls(server, 1, CLIENT_DEADLINE_MS));
    if (c->must_release) {
        IBackgroundCopyJob_Release(job);
        IBackgroundCopyManager_Release(manager);
    }
    if (c->must_uninitialize) {
        CoUninitialize();
    }
    if (c->goes_on) {
        ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;

        range_server_release(server);
        while (range_server_bytes_sent(server) < FIXTURE_SIZE) {
            if (GetTickCount64() > deadline) {
                return 3;
            }
            SwitchToThread();
        }
    }
    if (c->exits_at_once) {
        ExitProcess(0);
    }
    return 0; /* the server's threads, and whatever there is of ours, are still running */
}

static void check_child(void **state)
{
    const struct child_case *c = *state;
    char *folder = temp_folder_create();
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;
    WCHAR program[MAX_PATH];
    DWORD code = 77;
    WCHAR number[12];

    swprintf(number, TEST_COUNT(number), L"%d", (int)(c - children));
    SetEnvironmentVariableW(CHILD_VARIABLE, number);
    SetEnvironmentVariableW(L"ODO_TEST_FOLDER", client_wide(folder));
    assert_true(GetModuleFileNameW(NULL, program, MAX_PATH) < MAX_PATH);
    assert_true(
        CreateProcessW(program, NULL, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process));
    SetEnvironmentVariableW(CHILD_VARIABLE, NULL);
    SetEnvironmentVariableW(L"ODO_TEST_FOLDER", NULL);
    if (WaitForSingleObject(process.hProcess, CHILD_DEADLINE_MS) != WAIT_OBJECT_0) {
        TerminateProcess(process.hProcess, 9);
    }
    assert_int_equal(WaitForSingleObject(process.hProcess, CHILD_DEADLINE_MS), WAIT_OBJECT_0);
    assert_true(GetExitCodeProcess(process.hProcess, &code));
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    assert_int_equal(code, 0);
    temp_folder_remove(folder);
}

int main(void)
{
    struct registered_server server;
    struct test_suite suite = {0};
    WCHAR number[12];
    int failed;

    if (GetEnvironmentVariableW(CHILD_VARIABLE, number, (DWORD)TEST_COUNT(number)) > 0) {
        size_t row = wcstoul(number, NULL, 10);

        return row < TEST_COUNT(children) ? be_child(&children[row]) : 4;
    }
    TEST_ADD(&suite, loaded_and_freed_two_hundred_times_it_leaves_nothing);
    TEST_ADD(&suite, two_hundred_times_com_unloads_it_at_the_end);
    TEST_ADD(&suite, com_unloads_it_when_it_is_unused);
    TEST_ADD(&suite, objects_and_locks_keep_it);
    TEST_ADD_TABLE(&suite, children, check_child);

    keep_system_libraries();
    registered_server_begin(&server);
    failed = test_suite_run(&suite, "unload");
    registered_server_end(&server);
    return failed;
}
