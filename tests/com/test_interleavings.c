/* Clients' threads against each other and the server in their own process. */
#include "com/interleavings.h"
#include "com/linked_server.h"
#include "com/server/proxies.h"

/* The server's objects may be called from every apartment. */
static void client_prepare(struct client *client)
{
    client->manager = client->world->scene.manager;
    client->shared = client->world->scene.download;
}

static HRESULT client_enter(struct client *client)
{
    return client->apartment == COINIT_APARTMENTTHREADED /* for the other one main() has */
               ? proxies_use_here(&client->proxies)
               : S_OK;
}

static void client_leave(struct client *client)
{
    (void)client;
}

static const struct stretch stretches[] = {
    {"nobody waits for ever or is called too late with the seeds 1 to 25", 1, 25},
    {"nobody waits for ever or is called too late with the seeds 26 to 50", 26, 50},
    {"nobody waits for ever or is called too late with the seeds 51 to 75", 51, 75},
    {"nobody waits for ever or is called too late with the seeds 76 to 100", 76, 100},
    {"nobody waits for ever or is called too late with the seeds 101 to 125", 101, 125},
    {"nobody waits for ever or is called too late with the seeds 126 to 150", 126, 150},
    {"nobody waits for ever or is called too late with the seeds 151 to 175", 151, 175},
    {"nobody waits for ever or is called too late with the seeds 176 to 200", 176, 200},
};

static int run_here(void)
{
    static struct test_suite suite = {0};
    char *store = client_use_own_store();
    DWORD proxies = 0;
    int failed;

    client_apartment = COINIT_MULTITHREADED;
    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)) ||
        FAILED(proxies_use_here(&proxies))) {
        return EXIT_FAILURE;
    }
    TEST_ADD(&suite, clients_against_each_other);
    TEST_ADD(&suite, nothing_of_the_server_is_left);
    failed = test_suite_run(&suite, "interleavings");
    CoRevokeClassObject(proxies);
    CoUninitialize();
    temp_folder_remove(store);
    return failed;
}

int main(int count, char **words)
{
    static struct test_suite suite = {0};

    if (asks_for_seeds(count, words)) {
        return run_here();
    }
    TEST_ADD_TABLE(&suite, stretches, check_stretch);
    return test_suite_run(&suite, "stretches of interleavings");
}
