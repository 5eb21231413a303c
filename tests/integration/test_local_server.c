/*
 * The server in a process of its own, as clients in other processes meet it: registered, and
 * asked for by CLSCTX_LOCAL_SERVER.
 *
 * The program is also its own second client: with the name of a role as its argument.
 */
#include "integration/job_run.h"
#include "integration/local_hosts.h"
#include "integration/registered_server.h"
#include "support/child_process.h"

#include <sddl.h>

enum {
    IDLE_S = 1,      /* OPENDO_HOST_IDLE_SECONDS of the servers here */
    TOGETHER = 4,    /* clients that start at the same time */
    ROLE_FAILED = 3, /* exit code of a role */
};

static HRESULT client_get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    return CoGetClassObject(clsid, CLSCTX_LOCAL_SERVER, NULL, iid, out);
}

/* --- The server's processes --------------------------------------------------------- */

static size_t count_hosts(void)
{
    HANDLE hosts[16];
    size_t count = open_hosts(hosts, TEST_COUNT(hosts));

    for (size_t i = 0; i < count; i++) {
        CloseHandle(hosts[i]);
    }
    return count;
}

/* --- Roles: what this program does as somebody else's client ------------------------ */

#define CHECK(hr)                                                                              \
    do {                                                                                       \
        HRESULT check_hr = (hr);                                                               \
        if (FAILED(check_hr)) {                                                                \
            fprintf(stderr, "%s: 0x%08lX\n", #hr, (unsigned long)check_hr);                    \
            return ROLE_FAILED;                                                                \
        }                                                                                      \
    } while (0)

static HRESULT get_manager(IBackgroundCopyManager **manager_out)
{
    *manager_out = NULL;
    return CoCreateInstance(&CLSID_OpenDO, NULL, CLSCTX_LOCAL_SERVER,
                            &IID_IBackgroundCopyManager, (void **)manager_out);
}

/* Make a job of this name, which stays, and leave. */
static int role_create(const char *name)
{
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;
    GUID id;

    CHECK(get_manager(&manager));
    CHECK(IBackgroundCopyManager_CreateJob(manager, client_wide(name), BG_JOB_TYPE_DOWNLOAD,
                                           &id, &job));
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
    return 0;
}

/* Begin to fetch a URL to a path in a job of this name, and leave at once. */
static int role_fetch(const char *name, const char *url, const char *path)
{
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;
    GUID id;

    CHECK(get_manager(&manager));
    CHECK(IBackgroundCopyManager_CreateJob(manager, client_wide(name), BG_JOB_TYPE_DOWNLOAD,
                                           &id, &job));
    CHECK(IBackgroundCopyJob_AddFile(job, client_wide(url), client_wide(path)));
    CHECK(IBackgroundCopyJob_Resume(job));
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
    return 0;
}

static int run_role(int argc, char **argv)
{
    int code = ROLE_FAILED;

    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED))) {
        return code;
    }
    if (argc == 3 && strcmp(argv[1], "create") == 0) {
        code = role_create(argv[2]);
    } else if (argc == 5 && strcmp(argv[1], "fetch") == 0) {
        code = role_fetch(argv[2], argv[3], argv[4]);
    }
    CoUninitialize();
    return code;
}

/* --- Finding jobs ------------------------------------------------------------------- */

/* The job of this name among all that are listed; NULL when there is none. */
static IBackgroundCopyJob *find_job(IBackgroundCopyManager *manager, const WCHAR *name)
{
    IEnumBackgroundCopyJobs *jobs = NULL;
    IBackgroundCopyJob *found = NULL;
    IBackgroundCopyJob *job = NULL;
    ULONG fetched = 0;

    assert_hr(IBackgroundCopyManager_EnumJobs(manager, 0, &jobs), S_OK);
    while (!found && IEnumBackgroundCopyJobs_Next(jobs, 1, &job, &fetched) == S_OK) {
        LPWSTR its_name = NULL;

        assert_hr(IBackgroundCopyJob_GetDisplayName(job, &its_name), S_OK);
        if (wcscmp(its_name, name) == 0) {
            found = job;
        } else {
            IBackgroundCopyJob_Release(job);
        }
        CoTaskMemFree(its_name);
    }
    IEnumBackgroundCopyJobs_Release(jobs);
    return found;
}

static void cancel_job(IBackgroundCopyManager *manager, const WCHAR *name)
{
    IBackgroundCopyJob *job = find_job(manager, name);

    assert_non_null(job);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    IBackgroundCopyJob_Release(job);
}

/* --- One process for all ------------------------------------------------------------ */

static void both_classes_are_served_by_one_process(void **state)
{
    IBackgroundCopyManager *one = client_manager();
    IBackgroundCopyManager *other = NULL;

    (void)state;
    assert_hr(CoCreateInstance(&CLSID_DeliveryOptimization, NULL, CLSCTX_LOCAL_SERVER,
                               &IID_IBackgroundCopyManager, (void **)&other),
              S_OK);
    assert_int_equal(count_hosts(), 1);
    assert_int_equal(IBackgroundCopyManager_Release(other), 0);
    assert_int_equal(IBackgroundCopyManager_Release(one), 0);
}

static void two_clients_share_a_process_and_see_each_others_jobs(void **state)
{
    static const char *const create[] = {"create", "of another process", NULL};
    IBackgroundCopyManager *manager = client_manager();

    (void)state;
    assert_int_equal(child_process_wait(child_process_start(create)), 0);
    assert_int_equal(count_hosts(), 1);
    cancel_job(manager, L"of another process");
    assert_int_equal(IBackgroundCopyManager_Release(manager), 0);
}

static void clients_that_start_together_share_a_process(void **state)
{
    static const char *const names[TOGETHER] = {"first", "second", "third", "fourth"};
    struct child_process *children[TOGETHER];
    IBackgroundCopyManager *manager;

    (void)state;
    expect_hosts_to_end();
    for (int i = 0; i < TOGETHER; i++) {
        const char *const create[] = {"create", names[i], NULL};

        children[i] = child_process_start(create);
    }
    for (int i = 0; i < TOGETHER; i++) {
        assert_int_equal(child_process_wait(children[i]), 0);
    }
    manager = client_manager();
    for (int i = 0; i < TOGETHER; i++) {
        cancel_job(manager, client_wide(names[i]));
    }
    assert_int_equal(IBackgroundCopyManager_Release(manager), 0);
    expect_hosts_to_end();
}

/* --- A job -------------------------------------------------------------------------- */

static void a_job_is_run_with_callbacks_from_its_beginning_to_its_end(void **state)
{
    static const BG_FILE_RANGE ranges[] = {{500000, 100}, {0, 16}, {999000, BG_LENGTH_TO_EOF}};
    static const struct byte_range same[] = {{500000, 100}, {0, 16}, {999000, 1000}};
    struct client_callback callback;
    struct job_fixture fixture;

    (void)state;
    client_callback_init(&callback);
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 3, ranges, DO_UNKNOWN_FILE_SIZE), S_OK);
    assert_true(job_run_with(fixture.job, &callback));
    assert_int_equal(callback.counts[NEWS_TRANSFERRED], 1);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_TRANSFERRED);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);
    expect_file(fixture.path, same, 3, FIXTURE_SEED, FIXTURE_SIZE);
    assert_hr(IBackgroundCopyJob_SetNotifyInterface(fixture.job, NULL), DO_E_INVALID_STATE);
    client_callback_end(&callback);
    job_fixture_end(&fixture);
}

static void an_error_is_told_with_its_code(void **state)
{
    static const struct server_rule missing[] = {{.does = SERVER_STATUS, .number = 404}};
    struct client_callback callback;
    struct job_fixture fixture;

    (void)state;
    client_callback_init(&callback);
    job_fixture_start(&fixture, missing, 1);
    assert_hr(job_fixture_add(&fixture, 0, NULL, DO_UNKNOWN_FILE_SIZE), S_OK);
    assert_true(job_run_with(fixture.job, &callback));
    assert_int_equal(callback.counts[NEWS_ERROR], 1);
    assert_int_equal(callback.error, (HRESULT)0x80190194);
    assert_hr(IBackgroundCopyJob_SetNotifyInterface(fixture.job, NULL), S_OK);
    client_callback_end(&callback);
    job_fixture_end(&fixture);
}

static void what_the_client_gives_is_checked_as_ever(void **state)
{
    static const BG_FILE_RANGE overlapping[] = {{0, 100}, {50, 100}};
    struct job_fixture fixture;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 2, overlapping, DO_UNKNOWN_FILE_SIZE),
              DO_E_OVERLAPPING_RANGES);
    job_fixture_end(&fixture);
}

/* --- A client's stream -------------------------------------------------------------- */

static IDeliveryOptimizationFile2 *add_file_without_path(struct job_fixture *fixture)
{
    IDeliveryOptimizationJob2 *adder =
        client_query(fixture->job, &IID_IDeliveryOptimizationJob2);
    IDeliveryOptimizationFile2 *file = NULL;

    assert_hr(IDeliveryOptimizationJob2_AddFile(adder, L"a file", client_wide(fixture->url), 0,
                                                NULL, &IID_IDeliveryOptimizationFile2,
                                                (void **)&file),
              S_OK);
    IDeliveryOptimizationJob2_Release(adder);
    return file;
}

static void a_clients_stream_gets_the_bytes(void **state)
{
    static const struct byte_range whole[] = {{0, FIXTURE_SIZE}};
    IDeliveryOptimizationFile2 *file;
    struct job_fixture fixture;
    IStream *stream = NULL;
    HGLOBAL memory = NULL;
    STATSTG stat;
    VARIANT value;
    FILE *copy;

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    file = add_file_without_path(&fixture);
    assert_hr(CreateStreamOnHGlobal(NULL, TRUE, &stream), S_OK);
    V_VT(&value) = VT_UNKNOWN;
    V_UNKNOWN(&value) = (IUnknown *)stream;
    assert_hr(IDeliveryOptimizationFile2_SetProperty(
                  file, DOFilePropertyId_DownloadSinkInterface, &value),
              S_OK);
    assert_job_runs_to(fixture.job, BG_JOB_STATE_TRANSFERRED);
    assert_hr(IBackgroundCopyJob_Complete(fixture.job), S_OK);

    assert_hr(IStream_Stat(stream, &stat, STATFLAG_NONAME), S_OK);
    assert_int_equal(stat.cbSize.QuadPart, FIXTURE_SIZE);
    assert_hr(GetHGlobalFromStream(stream, &memory), S_OK);
    copy = fopen(fixture.path, "wb");
    assert_non_null(copy);
    assert_int_equal(fwrite(GlobalLock(memory), 1, FIXTURE_SIZE, copy), FIXTURE_SIZE);
    GlobalUnlock(memory);
    fclose(copy);
    expect_file(fixture.path, whole, 1, FIXTURE_SEED, FIXTURE_SIZE);
    assert_int_equal(IDeliveryOptimizationFile2_Release(file), 0);
    job_fixture_end(&fixture);
    assert_int_equal(IStream_Release(stream), 0);
}

/* --- Life --------------------------------------------------------------------------- */

static void the_server_ends_when_it_is_idle(void **state)
{
    IBackgroundCopyManager *manager = client_manager();
    HANDLE host = NULL;

    (void)state;
    assert_int_equal(open_hosts(&host, 1), 1);
    assert_int_equal(WaitForSingleObject(host, 3 * IDLE_S * 1000), WAIT_TIMEOUT); /* in use */
    assert_int_equal(IBackgroundCopyManager_Release(manager), 0);
    assert_int_equal(WaitForSingleObject(host, HOST_END_LIMIT_MS), WAIT_OBJECT_0);
    CloseHandle(host);
}

static void a_lock_keeps_the_server(void **state)
{
    IClassFactory *factory = NULL;
    HANDLE host = NULL;
    HRESULT hr;

    (void)state;
    assert_hr(client_get_class_object(&CLSID_OpenDO, &IID_IClassFactory, (void **)&factory),
              S_OK);
    hr = IClassFactory_LockServer(factory, TRUE);
    if (hr == E_NOTIMPL) {
        IClassFactory_Release(factory);
        skip(); /* Wine's proxy of IClassFactory cannot lock a server */
    }
    assert_hr(hr, S_OK);
    assert_int_equal(open_hosts(&host, 1), 1);
    assert_int_equal(WaitForSingleObject(host, 3 * IDLE_S * 1000), WAIT_TIMEOUT);
    assert_hr(IClassFactory_LockServer(factory, FALSE), S_OK);
    IClassFactory_Release(factory);
    assert_int_equal(WaitForSingleObject(host, HOST_END_LIMIT_MS), WAIT_OBJECT_0);
    CloseHandle(host);
}

static void a_transfer_goes_on_when_its_client_has_ended(void **state)
{
    static const struct server_rule stalls[] = {
        {.does = SERVER_STALL_AFTER, .number = FIXTURE_SIZE / 2}};
    static const struct byte_range whole[] = {{0, FIXTURE_SIZE}};
    struct range_server *server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = FIXTURE_SEED, .size = FIXTURE_SIZE}},
        .rules = stalls,
        .rule_count = 1,
    });
    char *folder = temp_folder_create();
    char *path = temp_folder_path(folder, "file.bin");
    char url[SERVER_URL_SIZE];
    const char *const fetch[] = {"fetch", "goes on", range_server_url(server, "/file", url),
                                 path, NULL};
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;
    HANDLE host = NULL;

    (void)state;
    expect_hosts_to_end();
    assert_int_equal(child_process_wait(child_process_start(fetch)), 0);
    assert_true(range_server_wait_for_stalls(server, 1, CLIENT_DEADLINE_MS));
    /* Nobody has an object now, but the job moves. */
    assert_int_equal(open_hosts(&host, 1), 1);
    assert_int_equal(WaitForSingleObject(host, 3 * IDLE_S * 1000), WAIT_TIMEOUT);
    range_server_release(server);
    /* The job has come to rest, so the server ends; and the next one finds the job. */
    assert_int_equal(WaitForSingleObject(host, HOST_END_LIMIT_MS), WAIT_OBJECT_0);
    CloseHandle(host);

    manager = client_manager();
    job = find_job(manager, L"goes on");
    assert_non_null(job);
    assert_int_equal(client_state(job), BG_JOB_STATE_TRANSFERRED);
    assert_hr(IBackgroundCopyJob_Complete(job), S_OK);
    expect_file(path, whole, 1, FIXTURE_SEED, FIXTURE_SIZE);
    assert_int_equal(IBackgroundCopyJob_Release(job), 0);
    assert_int_equal(IBackgroundCopyManager_Release(manager), 0);
    range_server_stop(server);
    free(path);
    temp_folder_remove(folder);
}

/* --- Who may ------------------------------------------------------------------------ */

static const struct permission_case {
    const char *name;
    const WCHAR *value;
    const WCHAR *content; /* as SDDL */
} permissions[] = {
    {"whoever the server runs as, and the system, may call it on this machine",
     L"AccessPermission", L"O:BAG:BAD:(A;;CCDC;;;PS)(A;;CCDC;;;SY)"},
    {"who is logged on may start his own on this machine", L"LaunchPermission",
     L"O:BAG:BAD:(A;;CCDCSW;;;AU)(A;;CCDCSW;;;SY)"},
};

static void check_permission(void **state)
{
    const struct permission_case *c = *state;
    BYTE bytes[1024];
    DWORD size = sizeof(bytes);
    WCHAR *text = NULL;

    assert_int_equal(RegGetValueW(HKEY_CLASSES_ROOT, L"AppID\\" SERVER_APP_ID, c->value,
                                  RRF_RT_REG_BINARY, NULL, bytes, &size),
                     ERROR_SUCCESS);
    assert_true(ConvertSecurityDescriptorToStringSecurityDescriptorW(
        bytes, SDDL_REVISION_1,
        OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
        &text, NULL));
    assert_wide_equal(text, c->content);
    LocalFree(text);
}

int main(int argc, char **argv)
{
    struct registered_server registered;
    struct test_suite suite = {0};
    int failed;

    if (argc > 1) {
        return run_role(argc, argv);
    }
    TEST_ADD(&suite, both_classes_are_served_by_one_process);
    TEST_ADD(&suite, two_clients_share_a_process_and_see_each_others_jobs);
    TEST_ADD(&suite, clients_that_start_together_share_a_process);
    TEST_ADD(&suite, a_job_is_run_with_callbacks_from_its_beginning_to_its_end);
    TEST_ADD(&suite, an_error_is_told_with_its_code);
    TEST_ADD(&suite, what_the_client_gives_is_checked_as_ever);
    TEST_ADD(&suite, a_clients_stream_gets_the_bytes);
    TEST_ADD(&suite, the_server_ends_when_it_is_idle);
    TEST_ADD(&suite, a_lock_keeps_the_server);
    TEST_ADD(&suite, a_transfer_goes_on_when_its_client_has_ended);
    TEST_ADD_TABLE(&suite, permissions, check_permission);

    expect_hosts_to_end();
    registered_server_begin(&registered);
    SetEnvironmentVariableW(L"OPENDO_HOST_IDLE_SECONDS", L"1");
    failed = client_run_in_both(&suite, "the local server");
    expect_hosts_to_end(); /* before the folder of its jobs goes */
    registered_server_end(&registered);
    return failed;
}
