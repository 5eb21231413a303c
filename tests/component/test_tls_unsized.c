/*
 * A file over TLS whose length nobody tells is whole where the session was ended properly, and
 * only there. Where the TLS library does not say, as on Windows, it is refused.
 */
#include "support/content.h"
#include "support/download_fixture.h"
#include "support/test.h"
#include "support/tls_servers.h"

#include <stdlib.h>

enum { TRY_AGAIN_MS = 60 * 1000 };

static const struct unsized_case {
    const char *name;
    const char *server;
    enum odo_job_state state;
    enum odo_status status;
} cases[] = {
    {"the proper end of a session is the file's", "unsized", ODO_JOB_TRANSFERRED, ODO_OK},
    {"the end of the connection is not", "unsized-cut", ODO_JOB_TRANSIENT_ERROR,
     ODO_E_CONNECTION_LOST},
};

static void add_file(struct odo_job *job, const char *server, const char *path)
{
    char url[TLS_URL_SIZE];

    assert_status(
        odo_job_add_file(job,
                         &(struct odo_file_request){
                             .file_id = "file",
                             .url = tls_server_url(server, "localhost", TLS_FILE, url),
                             .local_path = path,
                             .file_size = ODO_SIZE_UNKNOWN,
                         },
                         NULL),
        ODO_OK);
}

static void check_unsized(void **state)
{
    const struct unsized_case *c = *state;
    const char *authorities = tls_trust_begin();
    bool is_told = authorities != NULL; /* else the system's library is used */
    struct odo_engine_options options = {
        .ca_file = authorities,
        .allow_unknown_size = true,
        .retry_base_ms = TRY_AGAIN_MS, /* an error is read before the next try forgets it */
        .retry_limit_ms = TRY_AGAIN_MS,
    };
    struct download_fixture *fixture = download_fixture_begin(NULL, &options);
    struct odo_job *job = download_fixture_job(fixture);
    char *path = download_fixture_path(fixture, "file");
    struct odo_error error;

    add_file(job, c->server, path);
    assert_status(odo_job_resume(job), ODO_OK);
    assert_true(event_log_wait_for_state(fixture->log, job, is_told ? c->state : ODO_JOB_ERROR,
                                         1, DOWNLOAD_DEADLINE_MS));
    if (is_told && c->status == ODO_OK) {
        assert_status(odo_job_complete(job), ODO_OK);
        tls_servers_expect_file(path);
    } else {
        assert_status(odo_job_get_error(job, &error, NULL), ODO_OK);
        assert_status(error.status, is_told ? c->status : ODO_E_SIZE_UNKNOWN_IN_200);
        assert_status(odo_job_cancel(job), ODO_OK);
        expect_no_file(path);
    }
    odo_job_release(job);
    free(path);
    download_fixture_end(fixture);
    tls_trust_end();
}

int main(void)
{
    struct test_suite suite = {0};

    if (!tls_servers_are_there()) {
        return 77;
    }
    TEST_ADD_TABLE(&suite, cases, check_unsized);
    return test_suite_run(&suite, "no length over TLS");
}
