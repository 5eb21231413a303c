/*
 * Clients' threads against each other and the local server: each asks for it in its own
 * apartment, and has the shared download by a proxy of its own.
 */
#include "com/interleavings.h"
#include "integration/local_hosts.h"
#include "integration/registered_server.h"

static HRESULT client_get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    (void)clsid;
    return CoGetClassObject(&CLSID_DeliveryOptimization, CLSCTX_LOCAL_SERVER, NULL, iid, out);
}

/* Wine 8's Global Interface Table would not let go of it any more. */
static void client_prepare(struct client *client)
{
    assert_hr(CoMarshalInterThreadInterfaceInStream(
                  &IID_IDODownload, (IUnknown *)client->world->scene.download, &client->parcel),
              S_OK);
}

static HRESULT client_enter(struct client *client)
{
    HRESULT hr = CoGetInterfaceAndReleaseStream(client->parcel, &IID_IDODownload,
                                                (void **)&client->shared);

    return SUCCEEDED(hr)
               ? CoCreateInstance(&CLSID_DeliveryOptimization, NULL, CLSCTX_LOCAL_SERVER,
                                  &IID_IDOManager, (void **)&client->manager)
               : hr;
}

static void client_leave(struct client *client)
{
    if (client->shared) {
        IDODownload_Release(client->shared);
    }
    if (client->manager) {
        IDOManager_Release(client->manager);
    }
}

static const struct stretch stretches[] = {
    {"nobody waits for ever or is called too late with the seeds 1 to 20", 1, 20},
    {"nobody waits for ever or is called too late with the seeds 21 to 40", 21, 40},
};

static int run_here(void)
{
    static struct test_suite suite = {0};
    int failed;

    client_apartment = COINIT_MULTITHREADED;
    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED))) {
        return EXIT_FAILURE;
    }
    TEST_ADD(&suite, clients_against_each_other);
    TEST_ADD(&suite, nothing_of_the_server_is_left);
    failed = test_suite_run(&suite, "interleavings at the local server");
    CoUninitialize();
    return failed;
}

static int run_stretches(void)
{
    static struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, stretches, check_stretch);
    return test_suite_run(&suite, "stretches of interleavings at the local server");
}

/* A process that runs a stretch registers the server, too: it has a server of its own, which
 * ends with it, and finds the registry as it was. */
int main(int count, char **words)
{
    struct registered_server registered;
    bool is_stretch = asks_for_seeds(count, words);
    int failed;

    expect_hosts_to_end();
    registered_server_begin(&registered);
    SetEnvironmentVariableW(L"OPENDO_HOST_IDLE_SECONDS", L"1");
    failed = is_stretch ? run_here() : run_stretches();
    expect_hosts_to_end();
    registered_server_end(&registered);
    return failed;
}
