#include "com/job_fixture.h"
#include "com/linked_server.h"

static IClassFactory *get_factory(void)
{
    IClassFactory *factory = NULL;

    assert_hr(class_factory_get(&CLSID_OpenDO, &IID_IClassFactory, (void **)&factory), S_OK);
    return factory;
}

/* The number under which BITS itself is registered: never ours. */
static const CLSID bits_class = {
    0x4991d34b, 0x80a1, 0x4291, {0x83, 0xb6, 0x33, 0x28, 0x36, 0x6b, 0x90, 0x97}};

static const struct class_case {
    const char *name;
    const CLSID *clsid;
    const IID *iid;
    HRESULT hr;
} classes[] = {
    {"the product's class is there", &CLSID_OpenDO, &IID_IClassFactory, S_OK},
    {"Windows' class is there", &CLSID_DeliveryOptimization, &IID_IClassFactory, S_OK},
    {"a factory is an IUnknown", &CLSID_OpenDO, &IID_IUnknown, S_OK},
    {"a factory is nothing else", &CLSID_OpenDO, &IID_IDispatch, E_NOINTERFACE},
    {"another class is not there", &IID_IUnknown, &IID_IClassFactory,
     CLASS_E_CLASSNOTAVAILABLE},
    {"the class of BITS is not there", &bits_class, &IID_IClassFactory,
     CLASS_E_CLASSNOTAVAILABLE},
};

static void check_class(void **state)
{
    const struct class_case *c = *state;
    IUnknown *out = test_state("not written");

    assert_hr(class_factory_get(c->clsid, c->iid, (void **)&out), c->hr);
    if (SUCCEEDED(c->hr)) {
        assert_non_null(out);
        IUnknown_Release(out);
    } else {
        assert_null(out);
    }
}

static const struct instance_case {
    const char *name;
    const IID *iid;
    HRESULT hr;
} instances[] = {
    {"an instance is an IUnknown", &IID_IUnknown, S_OK},
    {"an instance is a manager of jobs", &IID_IBackgroundCopyManager, S_OK},
    {"an instance is a manager of downloads", &IID_IDOManager, S_OK},
    {"an instance answers for its security", &IID_IClientSecurity, S_OK},
    {"an instance is no job", &IID_IBackgroundCopyJob, E_NOINTERFACE},
};

static void check_instance(void **state)
{
    const struct instance_case *c = *state;
    IClassFactory *factory = get_factory();
    IUnknown *out = test_state("not written");

    assert_hr(IClassFactory_CreateInstance(factory, NULL, c->iid, (void **)&out), c->hr);
    if (SUCCEEDED(c->hr)) {
        assert_int_equal(IUnknown_Release(out), 0);
    } else {
        assert_null(out);
    }
    IClassFactory_Release(factory);
    assert_true(module_can_unload()); /* refused or released: nothing is left */
}

static void nothing_can_be_aggregated(void **state)
{
    IClassFactory *factory = get_factory();
    IUnknown *out = test_state("not written");

    (void)state;
    assert_hr(IClassFactory_CreateInstance(factory, (IUnknown *)factory, &IID_IUnknown,
                                           (void **)&out),
              CLASS_E_NOAGGREGATION);
    assert_null(out);
}

static void a_missing_place_for_the_result_is_refused(void **state)
{
    IClassFactory *factory = get_factory();

    (void)state;
    assert_hr(IClassFactory_CreateInstance(factory, NULL, &IID_IUnknown, NULL), E_POINTER);
    assert_hr(class_factory_get(&CLSID_OpenDO, &IID_IClassFactory, NULL), E_POINTER);
    assert_hr(class_factory_get(&IID_IUnknown, &IID_IClassFactory, NULL), E_POINTER);
}

static void a_lock_keeps_the_server_loaded(void **state)
{
    IClassFactory *factory = get_factory();

    (void)state;
    assert_true(module_can_unload());
    assert_hr(IClassFactory_LockServer(factory, TRUE), S_OK);
    assert_hr(IClassFactory_LockServer(factory, TRUE), S_OK);
    assert_false(module_can_unload());
    assert_hr(IClassFactory_LockServer(factory, FALSE), S_OK);
    assert_false(module_can_unload());
    assert_hr(IClassFactory_LockServer(factory, FALSE), S_OK);
    assert_true(module_can_unload());
}

static void an_object_keeps_the_server_loaded(void **state)
{
    IBackgroundCopyManager *manager = client_manager();

    (void)state;
    assert_false(module_can_unload());
    IBackgroundCopyManager_Release(manager);
    assert_true(module_can_unload());
}

/* It is in the store, where the next one finds it. */
static void a_job_at_rest_lets_the_server_go(void **state)
{
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = NULL;
    GUID id;

    (void)state;
    assert_hr(
        IBackgroundCopyManager_CreateJob(manager, L"lonely", BG_JOB_TYPE_DOWNLOAD, &id, &job),
        S_OK);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
    assert_true(module_can_unload());

    manager = client_manager();
    assert_hr(IBackgroundCopyManager_GetJob(manager, &id, &job), S_OK);
    assert_int_equal(client_state(job), BG_JOB_STATE_SUSPENDED);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
    assert_true(module_can_unload());
}

static void a_job_in_motion_keeps_the_server_loaded(void **state)
{
    static const struct server_rule stall = {.does = SERVER_STALL_AFTER, .number = 100};
    struct job_fixture fixture;
    GUID id;

    (void)state;
    job_fixture_start(&fixture, &stall, 1);
    assert_hr(IBackgroundCopyJob_GetId(fixture.job, &id), S_OK);
    assert_hr(job_fixture_add(&fixture, 0, NULL, DO_UNKNOWN_FILE_SIZE), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_true(range_server_wait_for_stalls(fixture.server, 1, CLIENT_DEADLINE_MS));
    assert_int_equal(IBackgroundCopyJob_Release(fixture.job), 0);
    assert_int_equal(IBackgroundCopyManager_Release(fixture.manager), 0);
    assert_false(module_can_unload());

    fixture.manager = client_manager();
    assert_hr(IBackgroundCopyManager_GetJob(fixture.manager, &id, &fixture.job), S_OK);
    assert_int_equal(client_state(fixture.job), BG_JOB_STATE_TRANSFERRING);
    job_fixture_end(&fixture);
    assert_true(module_can_unload());
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, classes, check_class);
    TEST_ADD_TABLE(&suite, instances, check_instance);
    TEST_ADD(&suite, nothing_can_be_aggregated);
    TEST_ADD(&suite, a_missing_place_for_the_result_is_refused);
    TEST_ADD(&suite, a_lock_keeps_the_server_loaded);
    TEST_ADD(&suite, an_object_keeps_the_server_loaded);
    TEST_ADD(&suite, a_job_at_rest_lets_the_server_go);
    TEST_ADD(&suite, a_job_in_motion_keeps_the_server_loaded);
    return client_run_in_both(&suite, "class_factory");
}
