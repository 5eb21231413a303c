/* What a download needs besides its client's word: policies, and a network it may use. */
#include "com/download_fixture.h"
#include "com/job_fixture.h"
#include "com/linked_server.h"
#include "com/network/conditions.h"
#include "com/object/owner.h"

#define BY_COST     DO_E_BLOCKED_BY_COST_TRANSFER_POLICY
#define BY_CELLULAR DO_E_BLOCKED_BY_CELLULAR_POLICY

static const struct server_rule stalling[] = {{.does = SERVER_STALL_AFTER, .number = 1000}};

/* --- The network --------------------------------------------------------------------------
 */

static SRWLOCK network_lock = SRWLOCK_INIT;
static struct network_facts network;

static void ask_network(struct network_facts *facts_out)
{
    AcquireSRWLockShared(&network_lock);
    *facts_out = network;
    ReleaseSRWLockShared(&network_lock);
}

static void network_becomes(uint32_t cost, bool is_cellular)
{
    AcquireSRWLockExclusive(&network_lock);
    network = (struct network_facts){.cost = cost, .is_cellular = is_cellular};
    ReleaseSRWLockExclusive(&network_lock);
    conditions_look_again();
}

static void network_begin(uint32_t cost, bool is_cellular)
{
    conditions_set_source(ask_network);
    network_becomes(cost, is_cellular);
}

static void network_end(void)
{
    conditions_set_source(NULL);
}

/* --- Downloads ------------------------------------------------------------------------------
 */

enum { POLICY_UNSET = 99 };

static const struct start_case {
    const char *name;
    ULONG policy;
    bool foreground;
    bool disallows_cellular;
    uint32_t cost;
    bool is_cellular;
    HRESULT reason; /* S_OK when it runs */
} starts[] = {
    {"over the limit it waits, by default", POLICY_UNSET, false, false, NETWORK_COST_OVER_LIMIT,
     false, BY_COST},
    {"in the foreground it does not wait, by default", POLICY_UNSET, true, false,
     NETWORK_COST_OVER_LIMIT, false, S_OK},
    {"below the limit it runs, by default", POLICY_UNSET, false, false, NETWORK_COST_FIXED,
     false, S_OK},
    {"on cellular it waits if it is to", DODownloadCostPolicy_Always, false, true,
     NETWORK_COST_UNRESTRICTED, true, BY_CELLULAR},
    {"on cellular it runs if it may", DODownloadCostPolicy_Standard, false, false,
     NETWORK_COST_UNRESTRICTED, true, S_OK},
    {"always is always", DODownloadCostPolicy_Always, false, false, NETWORK_COST_ROAMING, false,
     S_OK},
    {"only unrestricted is not where bytes are paid for", DODownloadCostPolicy_Unrestricted,
     true, false, NETWORK_COST_VARIABLE, false, BY_COST},
    {"only at home is not roaming", DODownloadCostPolicy_NoRoaming, true, false,
     NETWORK_COST_ROAMING, false, BY_COST},
    {"no cellular is no cellular", DODownloadCostPolicy_NoCellular, true, false,
     NETWORK_COST_UNRESTRICTED, true, BY_CELLULAR},
};

static void expect_held_back(IDODownload *download, HRESULT reason)
{
    DO_DOWNLOAD_STATUS status = status_of(download);

    assert_int_equal(status.State, DODownloadState_Paused);
    assert_hr(status.Error, S_OK);
    assert_hr(status.ExtendedError, reason);
}

static void check_start(void **state)
{
    const struct start_case *c = *state;
    struct download_scene scene;

    network_begin(c->cost, c->is_cellular);
    download_scene_start(&scene, NULL, 0);
    scene_set_file(&scene);
    if (c->policy != POLICY_UNSET) {
        assert_hr(set_number(scene.download, DODownloadProperty_CostPolicy, c->policy), S_OK);
    }
    assert_hr(set_flag(scene.download, DODownloadProperty_ForegroundPriority, c->foreground),
              S_OK);
    assert_hr(
        set_flag(scene.download, DODownloadProperty_DisallowOnCellular, c->disallows_cellular),
        S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    if (c->reason != S_OK) {
        expect_held_back(scene.download, c->reason);
        assert_int_equal(range_server_request_count(scene.server), 0);
        network_becomes(NETWORK_COST_UNRESTRICTED, false);
    }
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_hr(status_of(scene.download).ExtendedError, S_OK);
    download_scene_end(&scene);
    network_end();
}

/* A download that would run for ever, by a policy of its own. */
static void begin_running(struct download_scene *scene, ULONG policy)
{
    network_begin(NETWORK_COST_UNRESTRICTED, false);
    download_scene_start(scene, stalling, 1);
    scene_set_file(scene);
    assert_hr(set_number(scene->download, DODownloadProperty_CostPolicy, policy), S_OK);
    assert_hr(IDODownload_Start(scene->download, NULL), S_OK);
    assert_int_equal(status_of(scene->download).State, DODownloadState_Transferring);
}

static void end_running(struct download_scene *scene)
{
    download_scene_end(scene);
    network_end();
}

static void a_running_download_is_held_back(void **state)
{
    struct download_scene scene;

    (void)state;
    begin_running(&scene, DODownloadCostPolicy_NoRoaming);
    network_becomes(NETWORK_COST_ROAMING, false);
    assert_reaches(scene.download, DODownloadState_Paused);
    expect_held_back(scene.download, BY_COST);

    range_server_use_rules(scene.server, NULL, 0);
    network_becomes(NETWORK_COST_FIXED, false);
    assert_reaches(scene.download, DODownloadState_Transferred);
    end_running(&scene);
}

static void another_wish_counts_at_once(void **state)
{
    struct download_scene scene;

    (void)state;
    begin_running(&scene, DODownloadCostPolicy_Always);
    network_becomes(NETWORK_COST_FIXED, true);
    assert_hr(set_number(scene.download, DODownloadProperty_CostPolicy,
                         DODownloadCostPolicy_Unrestricted),
              S_OK);
    assert_reaches(scene.download, DODownloadState_Paused);
    expect_held_back(scene.download, BY_COST);
    assert_hr(set_flag(scene.download, DODownloadProperty_DisallowOnCellular, true), S_OK);
    expect_held_back(scene.download, BY_CELLULAR);
    assert_hr(set_flag(scene.download, DODownloadProperty_DisallowOnCellular, false), S_OK);
    assert_hr(set_number(scene.download, DODownloadProperty_CostPolicy,
                         DODownloadCostPolicy_Standard),
              S_OK);
    assert_int_equal(status_of(scene.download).State, DODownloadState_Transferring);
    end_running(&scene);
}

static void the_foreground_counts_at_once(void **state)
{
    struct download_scene scene;

    (void)state;
    network_begin(NETWORK_COST_OVER_LIMIT, false);
    download_scene_start(&scene, NULL, 0);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    expect_held_back(scene.download, BY_COST);
    assert_hr(set_flag(scene.download, DODownloadProperty_ForegroundPriority, true), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    end_running(&scene);
}

static struct odo_limits limits_now(void)
{
    struct odo_engine *engine;
    struct odo_limits limits;

    assert_int_equal(module_get_engine(&engine), ODO_OK);
    odo_engine_get_limits(engine, &limits);
    return limits;
}

/* Another download from the same server. */
static IDODownload *second_download(struct download_scene *scene)
{
    IDODownload *download = modern_download(scene->manager);
    char *path = temp_folder_path(scene->folder, "second.bin");
    char url[SERVER_URL_SIZE];

    range_server_url(scene->server, "/other", url);
    assert_hr(set_text(download, DODownloadProperty_Uri, client_wide(url)), S_OK);
    assert_hr(set_text(download, DODownloadProperty_LocalPath, client_wide(path)), S_OK);
    free(path);
    return download;
}

static void paused_by_its_client_it_stays_paused(void **state)
{
    struct download_scene scene;
    IDODownload *other;

    (void)state;
    begin_running(&scene, DODownloadCostPolicy_Standard);
    network_becomes(NETWORK_COST_OVER_LIMIT, false);
    assert_reaches(scene.download, DODownloadState_Paused);
    assert_true(limits_now().is_metered);
    assert_hr(IDODownload_Pause(scene.download), S_OK);
    assert_hr(status_of(scene.download).ExtendedError, S_OK);

    /* When the other one goes on, this one would have. */
    range_server_use_rules(scene.server, NULL, 0);
    other = second_download(&scene);
    assert_hr(IDODownload_Start(other, NULL), S_OK);
    expect_held_back(other, BY_COST);
    network_becomes(NETWORK_COST_UNRESTRICTED, false);
    assert_reaches(other, DODownloadState_Transferred);
    assert_false(limits_now().is_metered);
    assert_int_equal(status_of(scene.download).State, DODownloadState_Paused);

    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    assert_hr(IDODownload_Abort(other), S_OK);
    assert_int_equal(IDODownload_Release(other), 0);
    end_running(&scene);
}

/* Its period is a minute at least, for clients; the engine's own may be a second. */
static void make_impatient(IDODownload *download)
{
    struct odo_engine *engine;
    struct odo_job *job;
    GUID guid;
    VARIANT value;
    struct odo_job_id id;

    VariantInit(&value);
    assert_hr(IDODownload_GetProperty(download, DODownloadProperty_Id, &value), S_OK);
    assert_hr(CLSIDFromString(V_BSTR(&value), &guid), S_OK);
    VariantClear(&value);
    memcpy(id.bytes, &guid, sizeof(id.bytes));
    assert_int_equal(module_get_engine(&engine), ODO_OK);
    assert_int_equal(odo_job_find(engine, &id, &job), ODO_OK);
    assert_int_equal(odo_job_set_number(job, ODO_JOB_NO_PROGRESS_TIMEOUT, 1), ODO_OK);
    odo_job_release(job);
}

static void held_back_for_too_long_it_fails(void **state)
{
    struct download_scene scene;
    ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;
    DO_DOWNLOAD_STATUS status;

    (void)state;
    network_begin(NETWORK_COST_OVER_LIMIT, false);
    download_scene_start(&scene, NULL, 0);
    scene_set_file(&scene);
    make_impatient(scene.download);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    while (SUCCEEDED(status_of(scene.download).Error) && GetTickCount64() < deadline) {
        client_wait_once(NULL, 0, 20);
        client_pump();
    }
    status = status_of(scene.download);
    assert_int_equal(status.State, DODownloadState_Paused);
    assert_hr(status.Error, BY_COST);
    assert_hr(status.ExtendedError, BY_COST);
    /* Not by itself, but when it is asked to. */
    network_becomes(NETWORK_COST_UNRESTRICTED, false);
    assert_hr(status_of(scene.download).Error, BY_COST);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    end_running(&scene);
}

/* --- Legacy jobs ----------------------------------------------------------------------------
 */

static const struct legacy_case {
    const char *name;
    DWORD flags; /* 0: not set */
    uint32_t cost;
    bool is_held_back;
} legacy_cases[] = {
    {"a job waits over the limit, by default", 0, NETWORK_COST_OVER_LIMIT, true},
    {"a job runs below it, by default", 0, NETWORK_COST_FIXED, false},
    {"a job that may always run does", (DWORD)BITS_JOB_TRANSFER_POLICY_ALWAYS,
     NETWORK_COST_ROAMING, false},
    {"a job that is not to roam waits", (DWORD)BITS_JOB_TRANSFER_POLICY_NOT_ROAMING,
     NETWORK_COST_ROAMING, true},
    {"a job that is not to roam may be over the limit",
     (DWORD)BITS_JOB_TRANSFER_POLICY_NOT_ROAMING, NETWORK_COST_OVER_LIMIT, false},
    {"a job without surcharge runs near the limit",
     (DWORD)BITS_JOB_TRANSFER_POLICY_NO_SURCHARGE, NETWORK_COST_NEAR_LIMIT, false},
    {"a job without surcharge waits over it", (DWORD)BITS_JOB_TRANSFER_POLICY_NO_SURCHARGE,
     NETWORK_COST_OVER_LIMIT, true},
    {"a standard job waits near the limit", (DWORD)BITS_JOB_TRANSFER_POLICY_STANDARD,
     NETWORK_COST_NEAR_LIMIT, true},
    {"an unrestricted job waits where there is a limit",
     (DWORD)BITS_JOB_TRANSFER_POLICY_UNRESTRICTED, NETWORK_COST_FIXED, true},
};

static void set_cost_flags(IBackgroundCopyJob *job, DWORD flags)
{
    IBackgroundCopyJob5 *job5 = client_query(job, &IID_IBackgroundCopyJob5);
    BITS_JOB_PROPERTY_VALUE value = {.Dword = flags};

    assert_hr(IBackgroundCopyJob5_SetProperty(job5, BITS_JOB_PROPERTY_ID_COST_FLAGS, value),
              S_OK);
    IBackgroundCopyJob5_Release(job5);
}

static void check_legacy(void **state)
{
    const struct legacy_case *c = *state;
    struct job_fixture fixture;

    network_begin(c->cost, false);
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 0, NULL, DO_UNKNOWN_FILE_SIZE), S_OK);
    if (c->flags != 0) {
        set_cost_flags(fixture.job, c->flags);
    }
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    if (c->is_held_back) {
        assert_int_equal(client_state(fixture.job), BG_JOB_STATE_TRANSIENT_ERROR);
        assert_hr(job_error_code(fixture.job), BY_COST);
        assert_int_equal(range_server_request_count(fixture.server), 0);
        network_becomes(NETWORK_COST_UNRESTRICTED, false);
    }
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    job_fixture_end(&fixture);
    network_end();
}

static void other_flags_count_at_once(void **state)
{
    struct job_fixture fixture;

    (void)state;
    network_begin(NETWORK_COST_OVER_LIMIT, false);
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 0, NULL, DO_UNKNOWN_FILE_SIZE), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_TRANSIENT_ERROR);
    set_cost_flags(fixture.job, (DWORD)BITS_JOB_TRANSFER_POLICY_NOT_ROAMING);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    job_fixture_end(&fixture);
    network_end();
}

/* As an earlier process has left it that had it running. */
static void store_running_job(const char *url, const char *path)
{
    struct odo_engine *engine;
    struct odo_job *job;

    assert_int_equal(
        odo_engine_start(&(struct odo_engine_options){.store_folder = ""}, &engine), ODO_OK);
    assert_int_equal(odo_job_create(engine, "stored", &job), ODO_OK);
    assert_hr(owner_claim(job), S_OK);
    assert_int_equal(odo_job_add_file(job,
                                      &(struct odo_file_request){
                                          .file_id = url,
                                          .url = url,
                                          .local_path = path,
                                          .file_size = ODO_SIZE_UNKNOWN,
                                      },
                                      NULL),
                     ODO_OK);
    assert_int_equal(odo_job_set_block(job, ODO_E_NO_NETWORK), ODO_OK);
    assert_int_equal(odo_job_resume(job), ODO_OK);
    odo_job_release(job);
    odo_engine_stop(engine);
}

static void a_job_out_of_the_store_is_held_back(void **state)
{
    struct range_server *server = range_server_start(&(struct range_server_options){
        .files = {{.path = "/file", .seed = FIXTURE_SEED, .size = FIXTURE_SIZE}},
        .rules = stalling,
        .rule_count = 1,
    });
    char *folder = temp_folder_create();
    char *path = temp_folder_path(folder, "file.bin");
    char url[SERVER_URL_SIZE];
    IBackgroundCopyManager *manager;
    IEnumBackgroundCopyJobs *jobs = NULL;
    IBackgroundCopyJob *job = NULL;

    (void)state;
    network_begin(NETWORK_COST_OVER_LIMIT, false);
    store_running_job(range_server_url(server, "/file", url), path);
    manager = client_manager();
    assert_hr(IBackgroundCopyManager_EnumJobs(manager, 0, &jobs), S_OK);
    assert_hr(IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL), S_OK);
    assert_int_equal(IEnumBackgroundCopyJobs_Release(jobs), 0);
    assert_job_reaches(job, BG_JOB_STATE_TRANSIENT_ERROR);
    assert_hr(job_error_code(job), BY_COST);
    range_server_use_rules(server, NULL, 0);
    network_becomes(NETWORK_COST_UNRESTRICTED, false);
    assert_job_reaches(job, BG_JOB_STATE_TRANSFERRED);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    assert_int_equal(IBackgroundCopyJob_Release(job), 0);
    assert_int_equal(IBackgroundCopyManager_Release(manager), 0);
    range_server_stop(server);
    free(path);
    temp_folder_remove(folder);
    network_end();
}

/* --- The administrator's policies -----------------------------------------------------------
 */

#define POLICY_KEY L"SOFTWARE\\Policies\\Microsoft\\Windows\\DeliveryOptimization"

static WCHAR registry_name[64];
static HKEY registry;

/* To this process alone, HKEY_LOCAL_MACHINE is an empty place of the test's own. */
static void registry_begin(void)
{
    HKEY software;

    swprintf(registry_name, ARRAYSIZE(registry_name), L"Software\\OpenDO test %lu",
             (unsigned long)GetCurrentProcessId());
    assert_int_equal(RegCreateKeyExW(HKEY_CURRENT_USER, registry_name, 0, NULL, 0,
                                     KEY_ALL_ACCESS, NULL, &registry, NULL),
                     ERROR_SUCCESS);
    assert_int_equal(RegCreateKeyW(registry, L"SOFTWARE", &software), ERROR_SUCCESS);
    RegCloseKey(software);
    assert_int_equal(RegOverridePredefKey(HKEY_LOCAL_MACHINE, registry), ERROR_SUCCESS);
}

static void registry_end(void)
{
    assert_int_equal(RegOverridePredefKey(HKEY_LOCAL_MACHINE, NULL), ERROR_SUCCESS);
    RegCloseKey(registry);
    assert_int_equal(RegDeleteTreeW(HKEY_CURRENT_USER, registry_name), ERROR_SUCCESS);
}

static void set_policy(const WCHAR *name, DWORD value)
{
    assert_int_equal(
        RegSetKeyValueW(HKEY_LOCAL_MACHINE, POLICY_KEY, name, REG_DWORD, &value, sizeof(value)),
        ERROR_SUCCESS);
}

#define assert_limits(foreground, background)                                                  \
    do {                                                                                       \
        assert_int_equal(limits_now().foreground_rate, (foreground));                          \
        assert_int_equal(limits_now().background_rate, (background));                          \
    } while (0)

static void wait_for_limits(uint64_t foreground, uint64_t background)
{
    ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;

    while ((limits_now().foreground_rate != foreground ||
            limits_now().background_rate != background) &&
           GetTickCount64() < deadline) {
        client_wait_once(NULL, 0, 5);
        client_pump();
    }
    assert_limits(foreground, background);
}

static void bandwidths_are_there_from_the_beginning(void **state)
{
    IDOManager *manager;

    (void)state;
    registry_begin();
    set_policy(L"DOMaxForegroundDownloadBandwidth", 300);
    set_policy(L"DOMaxBackgroundDownloadBandwidth", 5000000); /* more than 32 bits of bytes */
    manager = modern_manager();
    assert_limits(300 * 1024, 5000000 * UINT64_C(1024));
    assert_int_equal(IDOManager_Release(manager), 0);
    registry_end();
}

static void what_is_no_number_is_not_configured(void **state)
{
    static const WCHAR text[] = L"300";
    IDOManager *manager;

    (void)state;
    registry_begin();
    assert_int_equal(RegSetKeyValueW(HKEY_LOCAL_MACHINE, POLICY_KEY,
                                     L"DOMaxForegroundDownloadBandwidth", REG_SZ, text,
                                     sizeof(text)),
                     ERROR_SUCCESS);
    manager = modern_manager();
    assert_limits(0, 0);
    assert_int_equal(IDOManager_Release(manager), 0);
    registry_end();
}

static void bandwidths_are_read_at_each_start(void **state)
{
    struct download_scene scene;

    (void)state;
    registry_begin();
    download_scene_start(&scene, NULL, 0);
    assert_limits(0, 0);
    set_policy(L"DOMaxForegroundDownloadBandwidth", 7000);
    assert_limits(0, 0); /* nothing has started that would need them */
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_limits(7000 * 1024, 0);
    download_scene_end(&scene);
    registry_end();
}

static void bandwidths_are_read_at_each_resume(void **state)
{
    struct job_fixture fixture;

    (void)state;
    registry_begin();
    job_fixture_start(&fixture, NULL, 0);
    assert_hr(job_fixture_add(&fixture, 0, NULL, DO_UNKNOWN_FILE_SIZE), S_OK);
    set_policy(L"DOMaxBackgroundDownloadBandwidth", 7000);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_limits(0, 7000 * 1024);
    job_fixture_end(&fixture);
    registry_end();
}

static void bandwidths_follow_the_registry(void **state)
{
    struct download_scene scene;

    (void)state;
    registry_begin();
    download_scene_start(&scene, stalling, 1);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_limits(0, 0);
    set_policy(L"DOMaxForegroundDownloadBandwidth", 100); /* the key itself is new */
    wait_for_limits(100 * 1024, 0);
    set_policy(L"DOMaxBackgroundDownloadBandwidth", 200);
    wait_for_limits(100 * 1024, 200 * 1024);
    set_policy(L"DOMaxForegroundDownloadBandwidth", 300);
    wait_for_limits(300 * 1024, 200 * 1024);
    assert_int_equal(RegDeleteKeyW(HKEY_LOCAL_MACHINE, POLICY_KEY), ERROR_SUCCESS);
    wait_for_limits(0, 0);
    set_policy(L"DOMaxBackgroundDownloadBandwidth", 400);
    wait_for_limits(0, 400 * 1024);
    download_scene_end(&scene);
    registry_end();
}

static void bypass_refuses_a_download(void **state)
{
    struct download_scene scene;

    (void)state;
    registry_begin();
    set_policy(L"DODownloadMode", 100);
    download_scene_start(&scene, NULL, 0);
    scene_set_file(&scene);
    assert_hr(IDODownload_Start(scene.download, NULL), DO_E_NO_DOWNLOAD_EXTSETTINGS);
    assert_int_equal(status_of(scene.download).State, DODownloadState_Created);
    set_policy(L"DODownloadMode", 99);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Transferred);
    set_policy(L"DODownloadMode", 100);
    assert_hr(IDODownload_Finalize(scene.download), S_OK); /* that needs no network */
    download_scene_end(&scene);
    registry_end();
}

static void bypass_refuses_a_job(void **state)
{
    struct job_fixture fixture;

    (void)state;
    registry_begin();
    set_policy(L"DODownloadMode", 100);
    job_fixture_start(&fixture, stalling, 1);
    assert_hr(job_fixture_add(&fixture, 0, NULL, DO_UNKNOWN_FILE_SIZE), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), DO_E_NO_DOWNLOAD_EXTSETTINGS);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_SUSPENDED);
    set_policy(L"DODownloadMode", 1);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    set_policy(L"DODownloadMode", 100);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK); /* it runs already */
    assert_hr(IBackgroundCopyJob_Cancel(fixture.job), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), DO_E_INVALID_STATE);
    job_fixture_end(&fixture);
    registry_end();
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, starts, check_start);
    TEST_ADD(&suite, a_running_download_is_held_back);
    TEST_ADD(&suite, another_wish_counts_at_once);
    TEST_ADD(&suite, the_foreground_counts_at_once);
    TEST_ADD(&suite, paused_by_its_client_it_stays_paused);
    TEST_ADD(&suite, held_back_for_too_long_it_fails);
    TEST_ADD_TABLE(&suite, legacy_cases, check_legacy);
    TEST_ADD(&suite, other_flags_count_at_once);
    TEST_ADD(&suite, a_job_out_of_the_store_is_held_back);
    TEST_ADD(&suite, bandwidths_are_there_from_the_beginning);
    TEST_ADD(&suite, what_is_no_number_is_not_configured);
    TEST_ADD(&suite, bandwidths_are_read_at_each_start);
    TEST_ADD(&suite, bandwidths_are_read_at_each_resume);
    TEST_ADD(&suite, bandwidths_follow_the_registry);
    TEST_ADD(&suite, bypass_refuses_a_download);
    TEST_ADD(&suite, bypass_refuses_a_job);
    return client_run_in_both(&suite, "conditions");
}
