/*
 * A server that sends HTTP/2 frames without end, as fast as it can, which bring no file. What
 * holds for test_floods.c holds for it as well.
 */
#include "platform/clock.h"
#include "support/download_fixture.h"
#include "support/test.h"
#include "support/tls_servers.h"

#include <stdio.h>
#include <stdlib.h>

/* Of a call that must not wait for the server; it takes milliseconds, and much less than
 * libcurl would go on reading. */
enum { CALL_MOST_MS = 10000, PATH_SIZE = 64 };

static const struct flood_case {
    const char *name;
    const char *server;
} floods[] = {
    {"frames of a type that nobody knows", "flood-unknown"},
    {"window updates of the connection", "flood-window"},
    {"window updates of a reply", "flood-stream-window"},
    {"priorities", "flood-priority"},
    {"DATA without data", "flood-empty"},
    {"DATA that is padding", "flood-padding"},
    {"PINGs that want an answer", "flood-ping"},
    {"answers to PINGs that nobody sent", "flood-pong"},
    {"settings", "flood-settings"},
    {"farewells", "flood-goaway"},
    {"alternative services", "flood-altsvc"},
    {"interim replies", "flood-interim"},
    {"trailers", "flood-trailers"},
    {"a header that is continued", "flood-continuation"},
};

static void add_file(struct download_fixture *fixture, struct odo_job *job, const char *name,
                     const char *url)
{
    char *path = download_fixture_path(fixture, name);

    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){.file_id = name,
                                                              .url = url,
                                                              .local_path = path,
                                                              .file_size = ODO_SIZE_UNKNOWN},
                                   NULL),
                  ODO_OK);
    free(path);
}

static void cancel(struct odo_job *job)
{
    uint64_t began_ms = platform_clock_milliseconds();

    assert_status(odo_job_cancel(job), ODO_OK);
    assert_true(platform_clock_milliseconds() - began_ms < CALL_MOST_MS);
    odo_job_release(job);
}

static struct download_fixture *begin(void)
{
    return download_fixture_begin(NULL, &(struct odo_engine_options){
                                            .ca_file = tls_trust_begin(),
                                            .allow_unknown_size = true,
                                        });
}

static void end(struct download_fixture *fixture)
{
    download_fixture_end(fixture);
    tls_trust_end();
}

static struct odo_job *begin_flooded(struct download_fixture *fixture,
                                     const struct flood_case *c)
{
    struct odo_job *job = download_fixture_job(fixture);
    char url[TLS_URL_SIZE];

    add_file(fixture, job, "flooded", tls_server_url(c->server, "localhost", TLS_FILE, url));
    assert_status(odo_job_resume(job), ODO_OK);
    return job;
}

/* While it flows, another job is served from beginning to end, and the flooded one is
 * cancelled. */
static void check_neighbour(void **state)
{
    const struct flood_case *c = *state;
    struct download_fixture *fixture = begin();
    struct odo_job *flooded = begin_flooded(fixture, c);
    struct odo_job *other = download_fixture_job(fixture);
    char path[PATH_SIZE];
    char url[TLS_URL_SIZE];

    snprintf(path, sizeof(path), "/flowing/%s", c->server);
    add_file(fixture, other, "first", tls_server_url("gate", "127.0.0.1", path, url));
    add_file(fixture, other, "then", tls_server_url("good", "localhost", TLS_FILE, url));
    download_fixture_run(fixture, other, ODO_JOB_TRANSFERRED);
    cancel(flooded);
    cancel(other);
    end(fixture);
}

/* It is given up, without a byte believed, and the engine stops while it flows. */
static void check_end(void **state)
{
    struct download_fixture *fixture = begin();
    struct odo_job *flooded = begin_flooded(fixture, *state);
    uint64_t began_ms;

    assert_true(event_log_wait_for_state(fixture->log, flooded, ODO_JOB_TRANSIENT_ERROR, 1,
                                         DOWNLOAD_DEADLINE_MS));
    assert_status(odo_job_suspend(flooded), ODO_OK);
    began_ms = platform_clock_milliseconds();
    download_fixture_stop_engine(fixture);
    assert_true(platform_clock_milliseconds() - began_ms < CALL_MOST_MS);
    odo_job_release(flooded);
    end(fixture);
}

int main(void)
{
    struct test_suite suite = {0};

    if (!tls_servers_are_there()) {
        return 77;
    }
    TEST_ADD_TABLE(&suite, floods, check_neighbour);
    TEST_ADD_TABLE(&suite, floods, check_end);
    return test_suite_run(&suite, "floods of HTTP/2");
}
