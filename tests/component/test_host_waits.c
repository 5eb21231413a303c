/* A host whose threads must not be held up by a client's stream: it waits for its calls itself.
 */
#include "platform/thread.h"
#include "support/content.h"
#include "support/download_fixture.h"
#include "support/test.h"

struct client {
    struct platform_mutex *mutex;
    struct platform_condition *changed;
    bool has_begun;
    bool was_told; /* of the call in progress, before it came */
    bool is_in_call;
    bool may_return;
    bool is_released;
};

static void note_begin(void *context)
{
    struct client *client = context;

    platform_mutex_lock(client->mutex);
    client->has_begun = true;
    platform_mutex_unlock(client->mutex);
}

static int32_t stay(void *context, const void *data, size_t size)
{
    struct client *client = context;

    (void)data;
    (void)size;
    platform_mutex_lock(client->mutex);
    client->was_told = client->has_begun;
    client->has_begun = false;
    client->is_in_call = true;
    platform_condition_broadcast(client->changed);
    while (!client->may_return) {
        platform_condition_wait(client->changed, client->mutex);
    }
    client->is_in_call = false;
    platform_mutex_unlock(client->mutex);
    return 0;
}

static void note_release(void *context)
{
    struct client *client = context;

    platform_mutex_lock(client->mutex);
    client->is_released = true;
    platform_condition_broadcast(client->changed);
    platform_mutex_unlock(client->mutex);
}

static void add(struct download_fixture *fixture, struct odo_job *job, struct client *client)
{
    char url[SERVER_URL_SIZE];
    const struct odo_stream stream = {.write = stay,
                                      .release = note_release,
                                      .context = client,
                                      .host_waits = true,
                                      .begin = note_begin};

    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){
                                       .file_id = "stream",
                                       .url = range_server_url(fixture->server, "/file", url),
                                       .file_size = ODO_SIZE_UNKNOWN,
                                   },
                                   NULL),
                  ODO_OK);
    assert_status(odo_file_set_stream(job, 0, &stream), ODO_OK);
}

/* Nothing here would return if the engine waited. */
static void what_stops_a_job_returns_while_its_stream_is_in_a_call(void **state)
{
    struct download_fixture *fixture = download_fixture_begin(NULL, NULL);
    struct odo_job *job = download_fixture_job(fixture);
    struct client client = {.mutex = platform_mutex_create(),
                            .changed = platform_condition_create()};

    (void)state;
    add(fixture, job, &client);
    assert_status(odo_job_resume(job), ODO_OK);
    platform_mutex_lock(client.mutex);
    while (!client.is_in_call) {
        platform_condition_wait(client.changed, client.mutex);
    }
    platform_mutex_unlock(client.mutex);
    assert_status(odo_job_suspend(job), ODO_OK);
    assert_status(odo_job_cancel(job), ODO_OK);

    platform_mutex_lock(client.mutex);
    assert_true(client.is_in_call);
    assert_true(client.was_told);
    assert_false(client.is_released); /* while it is being called */
    client.may_return = true;
    platform_condition_broadcast(client.changed);
    while (!client.is_released) { /* by the thread that has called it */
        platform_condition_wait(client.changed, client.mutex);
    }
    platform_mutex_unlock(client.mutex);
    odo_job_release(job);
    download_fixture_end(fixture);
    platform_condition_free(client.changed);
    platform_mutex_free(client.mutex);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, what_stops_a_job_returns_while_its_stream_is_in_a_call);
    return test_suite_run(&suite, "host_waits");
}
