/* QueryInterface, counting and marshalling, the same for every kind of object. */
#include "com/linked_server.h"

/* The internal interface that some clients ask Windows' class for; its layout is not settled.
 */
static const IID internal_manager = {
    0x6692fd56, 0x3b9b, 0x433a, {0xac, 0x04, 0x3f, 0xfb, 0x44, 0x25, 0x56, 0xdd}};
static const IID file6 = {
    0xcf6784f7, 0xd677, 0x49fd, {0x93, 0x68, 0xcb, 0x47, 0xae, 0xe9, 0xd1, 0xad}};

static IUnknown *make_manager(void)
{
    return (IUnknown *)client_manager();
}

static IUnknown *make_job(void)
{
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = client_job(manager);

    IBackgroundCopyManager_Release(manager);
    return (IUnknown *)job;
}

/* In a job that is cancelled, so that nothing is left when the object goes. */
static IUnknown *from_job(HRESULT (*get)(IBackgroundCopyJob *job, IUnknown **out))
{
    IBackgroundCopyJob *job = (IBackgroundCopyJob *)make_job();
    IUnknown *object = NULL;
    WCHAR path[MAX_PATH];

    assert_true(GetTempPathW(MAX_PATH - 20, path) > 0);
    wcscat(path, L"identity.bin");
    assert_hr(client_add(job, L"http://127.0.0.1:9/file", path, 0, NULL, DO_UNKNOWN_FILE_SIZE),
              S_OK);
    assert_hr(get(job, &object), S_OK);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    IBackgroundCopyJob_Release(job);
    return object;
}

static HRESULT get_first_file(IBackgroundCopyJob *job, IUnknown **out)
{
    *out = (IUnknown *)client_file(job, 0);
    return S_OK;
}

static HRESULT get_files(IBackgroundCopyJob *job, IUnknown **out)
{
    return IBackgroundCopyJob_EnumFiles(job, (IEnumBackgroundCopyFiles **)out);
}

static IUnknown *make_file(void)
{
    return from_job(get_first_file);
}

static IUnknown *make_file_enum(void)
{
    return from_job(get_files);
}

static IUnknown *make_job_enum(void)
{
    IBackgroundCopyManager *manager = client_manager();
    IEnumBackgroundCopyJobs *jobs = NULL;

    assert_hr(IBackgroundCopyManager_EnumJobs(manager, 0, &jobs), S_OK);
    IBackgroundCopyManager_Release(manager);
    return (IUnknown *)jobs;
}

static const struct kind {
    const char *name;
    IUnknown *(*make)(void);
    const IID *answers[14];
    const IID *refuses[5];
} kinds[] = {
    {"a manager",
     make_manager,
     {&IID_IUnknown, &IID_IDOManager, &IID_IBackgroundCopyManager, &IID_IClientSecurity,
      &IID_IMarshal},
     {&IID_IBackgroundCopyJob, &internal_manager, &IID_IDispatch, &IID_IClassFactory}},
    {"a job",
     make_job,
     {&IID_IUnknown, &IID_IBackgroundCopyJob, &IID_IBackgroundCopyJob2,
      &IID_IBackgroundCopyJob3, &IID_IBackgroundCopyJob4, &IID_IBackgroundCopyJob5,
      &IID_IDeliveryOptimizationJob, &IID_IDeliveryOptimizationJob2, &IID_IMarshal},
     {&IID_IBackgroundCopyFile, &IID_IDODownload, &IID_IDeliveryOptimizationFile}},
    {"a file",
     make_file,
     {&IID_IUnknown, &IID_IBackgroundCopyFile, &IID_IBackgroundCopyFile2,
      &IID_IBackgroundCopyFile3, &IID_IBackgroundCopyFile4, &IID_IBackgroundCopyFile5,
      &IID_IDeliveryOptimizationFile, &IID_IDeliveryOptimizationFile2, &IID_IMarshal},
     {&IID_IBackgroundCopyJob, &file6, &IID_IDeliveryOptimizationJob}},
    {"an enumerator of files",
     make_file_enum,
     {&IID_IUnknown, &IID_IEnumBackgroundCopyFiles, &IID_IMarshal},
     {&IID_IEnumBackgroundCopyJobs, &IID_IEnumUnknown}},
    {"an enumerator of jobs",
     make_job_enum,
     {&IID_IUnknown, &IID_IEnumBackgroundCopyJobs, &IID_IMarshal},
     {&IID_IEnumBackgroundCopyFiles, &IID_IEnumUnknown}},
};

/* From every interface to every other, one identity, and every count accounted for. */
static void check_identity(void **state)
{
    const struct kind *kind = *state;
    IUnknown *object = kind->make();
    IUnknown *identity = client_query(object, &IID_IUnknown);

    for (size_t i = 0; kind->answers[i]; i++) {
        IUnknown *from = client_query(object, kind->answers[i]);

        for (size_t j = 0; kind->answers[j]; j++) {
            IUnknown *to = client_query(from, kind->answers[j]);
            IUnknown *again = client_query(to, kind->answers[j]);
            IUnknown *same = client_query(to, &IID_IUnknown);

            assert_ptr_equal(same, identity);
            assert_ptr_equal(to, again);
            IUnknown_Release(same);
            IUnknown_Release(again);
            IUnknown_Release(to);
        }
        IUnknown_Release(from);
    }
    assert_int_equal(IUnknown_AddRef(identity), 3);
    assert_int_equal(IUnknown_Release(identity), 2);
    assert_int_equal(IUnknown_Release(identity), 1);
    assert_int_equal(IUnknown_Release(object), 0);
}

static void check_refusals(void **state)
{
    const struct kind *kind = *state;
    IUnknown *object = kind->make();

    for (size_t i = 0; kind->answers[i]; i++) {
        IUnknown *from = client_query(object, kind->answers[i]);

        for (size_t j = 0; j < TEST_COUNT(kind->refuses) && kind->refuses[j]; j++) {
            void *out = test_state("not written");

            assert_hr(IUnknown_QueryInterface(from, kind->refuses[j], &out), E_NOINTERFACE);
            assert_null(out);
        }
        if (!IsEqualIID(kind->answers[i], &IID_IMarshal)) { /* that one is the system's */
            assert_hr(IUnknown_QueryInterface(from, &IID_IUnknown, NULL), E_POINTER);
        }
        IUnknown_Release(from);
    }
    assert_int_equal(IUnknown_Release(object), 0);
}

/* Another thread, in the other kind of apartment, gets the object itself and not a proxy. */
struct crossing {
    IStream *stream;
    IUnknown *arrived;
    HRESULT hr;
};

static DWORD WINAPI unmarshal(void *context)
{
    struct crossing *crossing = context;
    DWORD other = client_apartment == COINIT_MULTITHREADED ? COINIT_APARTMENTTHREADED
                                                           : COINIT_MULTITHREADED;

    CoInitializeEx(NULL, other);
    crossing->hr = CoGetInterfaceAndReleaseStream(crossing->stream, &IID_IUnknown,
                                                  (void **)&crossing->arrived);
    if (SUCCEEDED(crossing->hr)) {
        IUnknown_Release(crossing->arrived);
    }
    CoUninitialize();
    return 0;
}

static void check_marshalling(void **state)
{
    const struct kind *kind = *state;
    IUnknown *object = kind->make();
    IUnknown *identity = client_query(object, &IID_IUnknown);
    struct crossing crossing = {.hr = E_FAIL};
    HANDLE thread;

    assert_hr(CoMarshalInterThreadInterfaceInStream(&IID_IUnknown, identity, &crossing.stream),
              S_OK);
    thread = CreateThread(NULL, 0, unmarshal, &crossing, 0, NULL);
    assert_non_null(thread);
    assert_true(client_wait(thread, CLIENT_DEADLINE_MS));
    CloseHandle(thread);
    assert_hr(crossing.hr, S_OK);
    assert_ptr_equal(crossing.arrived, identity);
    IUnknown_Release(identity);
    assert_int_equal(IUnknown_Release(object), 0);
}

/* The job of make_job() is still the engine's; end it so that the module can go. */
static void every_object_was_let_go(void **state)
{
    IBackgroundCopyManager *manager = client_manager();
    IEnumBackgroundCopyJobs *jobs = NULL;
    IBackgroundCopyJob *job;

    (void)state;
    assert_hr(IBackgroundCopyManager_EnumJobs(manager, 0, &jobs), S_OK);
    while (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK) {
        assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
        IBackgroundCopyJob_Release(job);
    }
    IEnumBackgroundCopyJobs_Release(jobs);
    IBackgroundCopyManager_Release(manager);
    assert_true(module_can_unload());
}

/* --- IClientSecurity -------------------------------------------------------------------- */

static void a_blanket_can_be_set_on_a_manager(void **state)
{
    IUnknown *manager = make_manager();

    (void)state;
    assert_hr(CoSetProxyBlanket(manager, RPC_C_AUTHN_DEFAULT, RPC_C_AUTHZ_NONE,
                                COLE_DEFAULT_PRINCIPAL, RPC_C_AUTHN_LEVEL_DEFAULT,
                                RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_STATIC_CLOAKING),
              S_OK);
    assert_int_equal(IUnknown_Release(manager), 0);
}

static void a_blanket_can_be_queried(void **state)
{
    IUnknown *manager = make_manager();
    DWORD authentication = 99, authorization = 99, level = 99, impersonation = 99, flags = 99;
    OLECHAR *principal = test_state(L"not written");
    RPC_AUTH_IDENTITY_HANDLE identity = &flags;

    (void)state;
    assert_hr(CoQueryProxyBlanket(manager, &authentication, &authorization, &principal, &level,
                                  &impersonation, &identity, &flags),
              S_OK);
    assert_int_equal(authentication, RPC_C_AUTHN_WINNT);
    assert_int_equal(authorization, RPC_C_AUTHZ_NONE);
    assert_int_equal(level, RPC_C_AUTHN_LEVEL_PKT_PRIVACY);
    assert_int_equal(impersonation, RPC_C_IMP_LEVEL_IMPERSONATE);
    assert_null(principal);
    assert_null(identity);
    assert_hr(CoQueryProxyBlanket(manager, NULL, NULL, NULL, NULL, NULL, NULL, NULL), S_OK);
    assert_int_equal(IUnknown_Release(manager), 0);
}

static void the_copy_of_a_proxy_is_the_object(void **state)
{
    IUnknown *manager = make_manager();
    IUnknown *copy = NULL;

    (void)state;
    assert_hr(CoCopyProxy(manager, &copy), S_OK);
    assert_ptr_equal(copy, manager);
    assert_int_equal(IUnknown_Release(copy), 1);
    assert_int_equal(IUnknown_Release(manager), 0);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, kinds, check_identity);
    TEST_ADD_TABLE(&suite, kinds, check_refusals);
    TEST_ADD_TABLE(&suite, kinds, check_marshalling);
    TEST_ADD(&suite, a_blanket_can_be_set_on_a_manager);
    TEST_ADD(&suite, a_blanket_can_be_queried);
    TEST_ADD(&suite, the_copy_of_a_proxy_is_the_object);
    TEST_ADD(&suite, every_object_was_let_go);
    return client_run_in_both(&suite, "identity");
}
