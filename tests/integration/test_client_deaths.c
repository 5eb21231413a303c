/*
 * The local server when its clients end as clients do: without a word, in the middle of
 * something, or leaving downloads behind. It lets go what was theirs, and ends when nobody
 * needs it any more.
 *
 * The program is also its own client: with the name of a role as its argument.
 */
#include "integration/job_run.h"
#include "integration/local_hosts.h"
#include "integration/registered_server.h"
#include "support/child_process.h"

#include <oleauto.h>

enum {
    ROLE_FAILED = 3,     /* exit code of a role */
    ROLE_REFUSED = 4,    /* the same: there was no server for it */
    LONG_IDLE_MS = 8000, /* of the server in one test */
};

static HRESULT client_get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    return CoGetClassObject(clsid, CLSCTX_LOCAL_SERVER, NULL, iid, out);
}

/* --- Roles: what this program does as a client ------------------------------------------ */

#define CHECK(hr)                                                                              \
    do {                                                                                       \
        HRESULT check_hr = (hr);                                                               \
        if (FAILED(check_hr)) {                                                                \
            fprintf(stderr, "%s: 0x%08lX\n", #hr, (unsigned long)check_hr);                    \
            return ROLE_FAILED;                                                                \
        }                                                                                      \
    } while (0)

/* What a client may have when it ends. */
struct possessions {
    IBackgroundCopyManager *manager;
    IDOManager *modern;
    IBackgroundCopyJob *job;
    IEnumBackgroundCopyJobs *jobs;
    IDODownload *download;
    IEnumUnknown *downloads;
};

static int take_possessions(struct possessions *has)
{
    GUID id;

    CHECK(CoCreateInstance(&CLSID_OpenDO, NULL, CLSCTX_LOCAL_SERVER,
                           &IID_IBackgroundCopyManager, (void **)&has->manager));
    CHECK(IBackgroundCopyManager_QueryInterface(has->manager, &IID_IDOManager,
                                                (void **)&has->modern));
    CHECK(IBackgroundCopyManager_CreateJob(has->manager, L"of who ends", BG_JOB_TYPE_DOWNLOAD,
                                           &id, &has->job));
    CHECK(IBackgroundCopyManager_EnumJobs(has->manager, 0, &has->jobs));
    CHECK(IDOManager_CreateDownload(has->modern, &has->download));
    CHECK(IDOManager_EnumDownloads(has->modern, NULL, &has->downloads));
    CHECK(IBackgroundCopyJob_Cancel(has->job)); /* the object stays */
    return 0;
}

/* End with all of it in hand, as a program that was killed. */
static int role_die(void)
{
    struct possessions has = {0};
    int code = take_possessions(&has);

    TerminateProcess(GetCurrentProcess(), (UINT)code);
    return code;
}

static HRESULT set_text(IDODownload *download, DODownloadProperty id, const char *text)
{
    VARIANT value;
    HRESULT hr;

    VariantInit(&value);
    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(client_wide(text));
    hr = IDODownload_SetProperty(download, id, &value);
    VariantClear(&value);
    return hr;
}

/* Begin a download, pause it and leave, with a goodbye. */
static int role_pause(const char *url, const char *path)
{
    IDOManager *manager = NULL;
    IDODownload *download = NULL;
    DO_DOWNLOAD_STATUS status = {0};

    CHECK(CoCreateInstance(&CLSID_OpenDO, NULL, CLSCTX_LOCAL_SERVER, &IID_IDOManager,
                           (void **)&manager));
    CHECK(IDOManager_CreateDownload(manager, &download));
    CHECK(set_text(download, DODownloadProperty_Uri, url));
    CHECK(set_text(download, DODownloadProperty_LocalPath, path));
    CHECK(IDODownload_Start(download, NULL));
    CHECK(IDODownload_Pause(download));
    CHECK(IDODownload_GetStatus(download, &status));
    IDODownload_Release(download);
    IDOManager_Release(manager);
    return status.State == DODownloadState_Paused ? 0 : ROLE_FAILED;
}

/* Ask for a server, and see that there is none. */
static int role_ask(void)
{
    IDOManager *manager = NULL;
    HRESULT hr = CoCreateInstance(&CLSID_OpenDO, NULL, CLSCTX_LOCAL_SERVER, &IID_IDOManager,
                                  (void **)&manager);

    if (manager) {
        IDOManager_Release(manager);
    }
    return FAILED(hr) ? ROLE_REFUSED : 0;
}

static int run_role(int argc, char **argv)
{
    int code = ROLE_FAILED;

    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED))) {
        return code;
    }
    if (strcmp(argv[1], "die") == 0) {
        code = role_die();
    } else if (strcmp(argv[1], "pause") == 0 && argc == 4) {
        code = role_pause(argv[2], argv[3]);
    } else if (strcmp(argv[1], "ask") == 0) {
        code = role_ask();
    }
    CoUninitialize();
    return code;
}

/* --- Clients that end ------------------------------------------------------------------- */

static void a_client_that_ends_without_release_does_not_keep_the_server(void **state)
{
    static const char *const die[] = {"die", NULL};

    (void)state;
    assert_int_equal(child_process_wait(child_process_start(die)), 0);
    expect_hosts_to_end();
}

static void what_another_client_has_stays(void **state)
{
    static const char *const die[] = {"die", NULL};
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = client_job(manager);
    HANDLE host = NULL;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(child_process_wait(child_process_start(die)), 0);
    }
    assert_int_equal(open_hosts(&host, 1), 1);
    assert_int_equal(WaitForSingleObject(host, 3000), WAIT_TIMEOUT); /* idle time is 1 s */
    CloseHandle(host);
    assert_int_equal(client_state(job), BG_JOB_STATE_SUSPENDED);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
    expect_hosts_to_end();
}

static void count_temporary(const char *folder, size_t *count_out)
{
    WCHAR pattern[MAX_PATH];
    WIN32_FIND_DATAW found;
    HANDLE search;

    *count_out = 0;
    swprintf(pattern, MAX_PATH, L"%ls\\*", client_wide(folder));
    search = FindFirstFileW(pattern, &found);
    if (search == INVALID_HANDLE_VALUE) {
        return;
    }
    do {
        *count_out += !(found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY);
    } while (FindNextFileW(search, &found));
    FindClose(search);
}

static void a_volatile_download_at_rest_that_nobody_has_does_not_keep_the_server(void **state)
{
    static const struct server_rule stalls[] = {
        {.does = SERVER_STALL_AFTER, .number = FIXTURE_SIZE / 2}};
    struct range_server *server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = FIXTURE_SEED, .size = FIXTURE_SIZE}},
        .rules = stalls,
        .rule_count = 1,
    });
    char *folder = temp_folder_create();
    char *path = temp_folder_path(folder, "file.bin");
    char url[SERVER_URL_SIZE];
    const char *const pause[] = {"pause", range_server_url(server, "/file", url), path, NULL};
    size_t left = 0;

    (void)state;
    assert_int_equal(child_process_wait(child_process_start(pause)), 0);
    expect_hosts_to_end();
    count_temporary(folder, &left);
    assert_int_equal(left, 0);
    range_server_release(server);
    range_server_stop(server);
    free(path);
    temp_folder_remove(folder);
}

/* Its proxy cannot be made, so what was handed over never arrives. */
static void a_client_that_came_while_registration_was_incomplete_does_not_keep_it(void **state)
{
    static const char *const ask[] = {"ask", NULL};
    HKEY classes = server_open_classes(HKEY_LOCAL_MACHINE);
    struct registry_copy remote;
    struct registry_copy proxies;

    (void)state;
    registry_copy_take(&remote, classes, L"CLSID\\" REMOTE_CLASS);
    registry_copy_take(&proxies, classes, L"CLSID\\" PROXIES_CLASS);
    registry_copy_delete(classes, L"CLSID\\" REMOTE_CLASS);
    registry_copy_delete(classes, L"CLSID\\" PROXIES_CLASS);
    assert_int_equal(child_process_wait(child_process_start(ask)), ROLE_REFUSED);
    registry_copy_put_back(&remote, classes);
    registry_copy_put_back(&proxies, classes);
    registry_copy_free(&remote);
    registry_copy_free(&proxies);
    RegCloseKey(classes);
    expect_hosts_to_end();
}

/* --- Its standard handles --------------------------------------------------------------- */

/* Start this program in a role, with everything it prints going to `pipe`. */
static HANDLE start_with_output(const WCHAR *role, HANDLE pipe)
{
    STARTUPINFOW how = {.cb = sizeof(how),
                        .dwFlags = STARTF_USESTDHANDLES,
                        .hStdInput = GetStdHandle(STD_INPUT_HANDLE),
                        .hStdOutput = pipe,
                        .hStdError = pipe};
    PROCESS_INFORMATION process;
    WCHAR program[MAX_PATH];
    WCHAR command[MAX_PATH * 2];

    assert_true(GetModuleFileNameW(NULL, program, MAX_PATH) < MAX_PATH);
    swprintf(command, MAX_PATH * 2, L"\"%ls\" %ls", program, role);
    assert_true(
        CreateProcessW(program, command, NULL, NULL, TRUE, 0, NULL, NULL, &how, &process));
    CloseHandle(process.hThread);
    return process.hProcess;
}

static void who_reads_what_a_client_prints_does_not_wait_for_the_server(void **state)
{
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof(inherited), .bInheritHandle = TRUE};
    HANDLE from = NULL;
    HANDLE to = NULL;
    HANDLE host = NULL;
    HANDLE client;
    char byte;
    DWORD size = 0;

    (void)state;
    expect_hosts_to_end();
    SetEnvironmentVariableW(L"OPENDO_HOST_IDLE_SECONDS", L"8");
    assert_true(CreatePipe(&from, &to, &inherited, 0));
    SetHandleInformation(from, HANDLE_FLAG_INHERIT, 0);
    client = start_with_output(L"ask", to);
    CloseHandle(to);
    while (ReadFile(from, &byte, 1, &size, NULL) && size > 0) {
    }
    SetEnvironmentVariableW(L"OPENDO_HOST_IDLE_SECONDS", L"1");
    assert_int_equal(WaitForSingleObject(client, CLIENT_DEADLINE_MS), WAIT_OBJECT_0);
    assert_int_equal(open_hosts(&host, 1), 1); /* it is there still */
    CloseHandle(client);
    CloseHandle(from);
    assert_int_equal(WaitForSingleObject(host, LONG_IDLE_MS + HOST_END_LIMIT_MS),
                     WAIT_OBJECT_0);
    CloseHandle(host);
}

int main(int argc, char **argv)
{
    struct registered_server registered;
    struct test_suite suite = {0};
    int failed;

    if (argc > 1) {
        return run_role(argc, argv);
    }
    TEST_ADD(&suite, a_client_that_ends_without_release_does_not_keep_the_server);
    TEST_ADD(&suite, what_another_client_has_stays);
    TEST_ADD(&suite, a_volatile_download_at_rest_that_nobody_has_does_not_keep_the_server);
    TEST_ADD(&suite, a_client_that_came_while_registration_was_incomplete_does_not_keep_it);
    TEST_ADD(&suite, who_reads_what_a_client_prints_does_not_wait_for_the_server);

    expect_hosts_to_end();
    registered_server_begin(&registered);
    SetEnvironmentVariableW(L"OPENDO_HOST_IDLE_SECONDS", L"1");
    client_apartment = COINIT_MULTITHREADED;
    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED))) {
        return EXIT_FAILURE;
    }
    failed = test_suite_run(&suite, "clients that end");
    CoUninitialize();
    expect_hosts_to_end(); /* before the folder of its jobs goes */
    registered_server_end(&registered);
    return failed;
}
