/*
 * Which certificates are taken, and what each security flag passes over; against nginx, on
 * Windows by the system's store and elsewhere by the TLS library.
 */
#include "support/temp_folder.h"
#include "support/test.h"
#include "support/tls_servers.h"

#include <odo/odo.h>

#include <string.h>

enum { DEADLINE_MS = 60000 };

#define ADDRESS "127.0.0.1"

#define REVOCATION ODO_SECURITY_CHECK_REVOCATION
#define AUTHORITY  ODO_SECURITY_IGNORE_UNKNOWN_AUTHORITY
#define USAGE      ODO_SECURITY_IGNORE_WRONG_USAGE
#define NAME       ODO_SECURITY_IGNORE_WRONG_NAME
#define DATE       ODO_SECURITY_IGNORE_DATE
#define EVERYTHING (AUTHORITY | USAGE | NAME | DATE)

/* Where the store is the system's, each flag has its effect. */
static const char *authorities;

static bool flags_have_effect(void)
{
    return authorities == NULL;
}

static char *folder;
static struct odo_engine *engine;
static uint32_t job_count;

/* A job with one file, under way. */
static struct odo_job *begin(const char *url, uint32_t flags, const char *client_certificate,
                             char **path_out)
{
    struct odo_job *job = NULL;
    char name[30];
    char *path;

    snprintf(name, sizeof(name), "file-%u", (unsigned)++job_count);
    path = temp_folder_path(folder, name);
    assert_status(odo_job_create(engine, "certificates", &job), ODO_OK);
    assert_status(odo_job_set_number(job, ODO_JOB_SECURITY_FLAGS, flags), ODO_OK);
    if (client_certificate) {
        assert_status(odo_job_set_text(job, ODO_JOB_CLIENT_CERTIFICATE, client_certificate),
                      ODO_OK);
    }
    assert_status(odo_job_add_file(job,
                                   &(struct odo_file_request){.file_id = "file",
                                                              .url = url,
                                                              .local_path = path,
                                                              .file_size = ODO_SIZE_UNKNOWN},
                                   NULL),
                  ODO_OK);
    assert_status(odo_job_resume(job), ODO_OK);
    if (path_out) {
        *path_out = path;
    } else {
        free(path);
    }
    return job;
}

/* The job at its end. Its result is the cause of its error, or the error. */
static enum odo_status finish(struct odo_job *job)
{
    struct odo_error error = {.status = ODO_OK};

    assert_status(odo_job_wait(job, DEADLINE_MS), ODO_OK);
    if (odo_job_get_state(job) == ODO_JOB_TRANSFERRED) {
        assert_status(odo_job_complete(job), ODO_OK);
    } else {
        assert_int_equal(odo_job_get_state(job), ODO_JOB_ERROR);
        assert_status(odo_job_get_error(job, &error, NULL), ODO_OK);
        if (error.cause != ODO_OK) {
            assert_status(error.status, ODO_E_CERTIFICATE);
        }
        odo_job_cancel(job);
    }
    odo_job_release(job);
    return error.cause != ODO_OK ? error.cause : error.status;
}

static enum odo_status fetch(const char *url, uint32_t flags, const char *client_certificate,
                             char **path_out)
{
    return finish(begin(url, flags, client_certificate, path_out));
}

static int start(void **state)
{
    (void)state;
    folder = temp_folder_create();
    authorities = tls_trust_begin();
    assert_status(
        odo_engine_start(&(struct odo_engine_options){.ca_file = authorities}, &engine),
        ODO_OK);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    odo_engine_stop(engine);
    tls_trust_end();
    temp_folder_remove(folder);
    return 0;
}

/* --- One certificate, some flags ---------------------------------------------------------- */

#define SAME ODO_STATUS_COUNT /* where the flags have no effect, the result is the same */

static const struct certificate_case {
    const char *name;
    const char *server;
    const char *host;
    uint32_t flags;
    enum odo_status result;
    enum odo_status result_without; /* where flags have no effect but that for the name */
} certificates[] = {
    {"a good certificate is taken", "good", ADDRESS, 0, ODO_OK, SAME},
    {"a good certificate is taken by its name", "good", "localhost", 0, ODO_OK, SAME},
    {"names are of any case", "good", "LOCALHOST", 0, ODO_OK, SAME},
    {"flags do not harm a good certificate", "good", ADDRESS, EVERYTHING, ODO_OK, SAME},

    {"an unknown authority is rejected", "unknown", ADDRESS, 0, ODO_E_CERTIFICATE_AUTHORITY,
     SAME},
    {"an unknown authority may be passed over", "unknown", ADDRESS, AUTHORITY, ODO_OK,
     ODO_E_CERTIFICATE_AUTHORITY},
    {"an unknown authority is neither date, name nor usage", "unknown", ADDRESS,
     DATE | NAME | USAGE, ODO_E_CERTIFICATE_AUTHORITY, SAME},

    {"another address is rejected", "name", ADDRESS, 0, ODO_E_CERTIFICATE_NAME, SAME},
    {"another name is rejected", "name", "localhost", 0, ODO_E_CERTIFICATE_NAME, SAME},
    {"another address may be passed over", "name", ADDRESS, NAME, ODO_OK, SAME},
    {"another name may be passed over", "name", "localhost", NAME, ODO_OK, SAME},
    {"another name is neither authority, date nor usage", "name", "localhost",
     AUTHORITY | DATE | USAGE, ODO_E_CERTIFICATE_NAME, SAME},
    {"an address that stands there as a name is none", "address", ADDRESS, 0,
     ODO_E_CERTIFICATE_NAME, SAME},
    {"beside it a name is one", "address", "localhost", 0, ODO_OK, SAME},

    {"an expired certificate is rejected", "expired", ADDRESS, 0, ODO_E_CERTIFICATE_EXPIRED,
     SAME},
    {"an expired certificate may be passed over", "expired", ADDRESS, DATE, ODO_OK,
     ODO_E_CERTIFICATE_EXPIRED},
    {"a certificate before its time is rejected", "future", ADDRESS, 0,
     ODO_E_CERTIFICATE_EXPIRED, SAME},
    {"a date is neither authority, name nor usage", "expired", ADDRESS,
     AUTHORITY | NAME | USAGE, ODO_E_CERTIFICATE_EXPIRED, SAME},

    {"a certificate for clients is rejected", "usage", ADDRESS, 0, ODO_E_CERTIFICATE_USAGE,
     SAME},
    {"a certificate for clients may be passed over", "usage", ADDRESS, USAGE, ODO_OK,
     ODO_E_CERTIFICATE_USAGE},
    {"a usage is neither authority, date nor name", "usage", ADDRESS, AUTHORITY | DATE | NAME,
     ODO_E_CERTIFICATE_USAGE, SAME},

    {"everything may be passed over at once", "all", ADDRESS, EVERYTHING, ODO_OK,
     ODO_E_CERTIFICATE_AUTHORITY},
    {"all but the authority", "all", ADDRESS, EVERYTHING & ~AUTHORITY,
     ODO_E_CERTIFICATE_AUTHORITY, SAME},
    {"all but the date", "all", ADDRESS, EVERYTHING & ~DATE, ODO_E_CERTIFICATE_EXPIRED,
     ODO_E_CERTIFICATE_AUTHORITY},
    {"all but the name", "all", ADDRESS, EVERYTHING & ~NAME, ODO_E_CERTIFICATE_NAME,
     ODO_E_CERTIFICATE_AUTHORITY},
    {"all but the usage", "all", ADDRESS, EVERYTHING & ~USAGE, ODO_E_CERTIFICATE_USAGE,
     ODO_E_CERTIFICATE_AUTHORITY},
    {"an unknown authority's date counts", "old-unknown", ADDRESS, AUTHORITY,
     ODO_E_CERTIFICATE_EXPIRED, ODO_E_CERTIFICATE_AUTHORITY},
    {"a wrong signature is passed over by nothing", "forged", ADDRESS, EVERYTHING,
     ODO_E_CERTIFICATE, ODO_E_TLS_CHANNEL},

    {"unasked nobody looks for revoked ones", "revoked", ADDRESS, 0, ODO_OK, SAME},
    /* Once: Wine 8 remembers of a revoked certificate, wrongly, that nothing was wrong with it.
     */
    {"asked, a revoked one is rejected", "revoked", ADDRESS, REVOCATION,
     ODO_E_CERTIFICATE_REVOKED, ODO_OK},
    {"asked, one that is not in the list is taken", "listed", ADDRESS, REVOCATION, ODO_OK,
     SAME},
    {"asked, one without its list is rejected", "unlisted", ADDRESS, REVOCATION,
     ODO_E_CERTIFICATE_UNCHECKED, ODO_OK},
    {"asked, no authority is passed over", "unknown", ADDRESS, REVOCATION | EVERYTHING,
     ODO_E_CERTIFICATE_AUTHORITY, SAME},
    {"asked, no name is passed over", "name", ADDRESS, REVOCATION | EVERYTHING,
     ODO_E_CERTIFICATE_NAME, SAME},
    {"asked, no date is passed over", "expired", ADDRESS, REVOCATION | EVERYTHING,
     ODO_E_CERTIFICATE_EXPIRED, SAME},
    {"asked, no usage is passed over", "usage", ADDRESS, REVOCATION | EVERYTHING,
     ODO_E_CERTIFICATE_USAGE, SAME},
};

static void check_certificate(void **state)
{
    const struct certificate_case *c = *state;
    enum odo_status wanted =
        flags_have_effect() || c->result_without == SAME ? c->result : c->result_without;
    char url[TLS_URL_SIZE];
    char *path = NULL;
    enum odo_status result =
        fetch(tls_server_url(c->server, c->host, TLS_FILE, url), c->flags, NULL, &path);

    assert_status(result, wanted);
    if (result == ODO_OK) {
        tls_servers_expect_file(path);
    }
    free(path);
}

/* --- Redirects ---------------------------------------------------------------------------- */

static const struct redirect_case {
    const char *name;
    const char *path; /* at the good server */
    uint32_t flags;
    enum odo_status result;
} redirects[] = {
    {"a redirect may lead to another good one", "/to/listed", 0, ODO_OK},
    {"where a redirect leads to is verified", "/to/unknown", 0, ODO_E_CERTIFICATE_AUTHORITY},
    {"where a redirect leads to, the name counts", "/to/name", 0, ODO_E_CERTIFICATE_NAME},
    {"flags hold where a redirect leads to", "/to/name", NAME, ODO_OK},
};

static void check_redirect(void **state)
{
    const struct redirect_case *c = *state;
    char url[TLS_URL_SIZE];

    assert_status(fetch(tls_server_url("good", ADDRESS, c->path, url), c->flags, NULL, NULL),
                  c->result);
}

/* --- Connections -------------------------------------------------------------------------- */

static void a_strict_job_takes_no_connection_of_a_lax_one(void **state)
{
    char url[TLS_URL_SIZE];

    (void)state;
    tls_server_url("name", ADDRESS, TLS_FILE, url);
    for (int i = 0; i < 3; i++) {
        assert_status(fetch(url, NAME, NULL, NULL), ODO_OK);
        assert_status(fetch(url, 0, NULL, NULL), ODO_E_CERTIFICATE_NAME);
        assert_status(fetch(url, DATE, NULL, NULL), ODO_E_CERTIFICATE_NAME);
    }
}

/* What the servers were asked, up to now. */
static char *read_log(void)
{
    char url[TLS_URL_SIZE];
    char *path = NULL;
    char *text;
    size_t size = 0;

    assert_status(fetch(tls_server_url("plain", ADDRESS, "/log", url), 0, NULL, &path), ODO_OK);
    text = (char *)tls_servers_read(path, &size);
    free(path);
    return text;
}

static void a_rejected_server_is_told_nothing(void **state)
{
    static const char *const rejected[] = {"unknown", "name", "expired", "usage", "forged"};
    char url[TLS_URL_SIZE];
    char *log;

    (void)state;
    assert_status(
        fetch(tls_server_url("name", ADDRESS, TLS_FILE "?told", url), NAME, NULL, NULL),
        ODO_OK);
    for (size_t i = 0; i < TEST_COUNT(rejected); i++) {
        tls_server_url(rejected[i], ADDRESS, "/secret", url);
        assert_int_not_equal(fetch(url, 0, NULL, NULL), ODO_OK);
    }
    log = read_log();
    assert_non_null(strstr(log, TLS_FILE));
    assert_null(strstr(log, "/secret"));
    free(log);
}

/* --- What must be looked up --------------------------------------------------------------- */

static const struct look_up_case {
    const char *name;
    const char *server;
    const char *looked_up; /* at the gate */
    uint32_t flags;
    bool is_cancelled; /* meanwhile */
    enum odo_status result;
} look_ups[] = {
    {"nobody waits while an authority's certificate is looked up", "chained", "middle.der", 0,
     false, ODO_OK},
    {"nobody waits while a list of revoked certificates is looked up", "held-list", "one.crl",
     REVOCATION, false, ODO_OK},
    {"nobody waits while it is asked whether a certificate was revoked", "checked", "ocsp",
     REVOCATION, false, ODO_E_CERTIFICATE_UNCHECKED},
    {"a job may be cancelled while its server is looked up", "held-again", "two.crl",
     REVOCATION, true, ODO_OK},
};

static void ask_gate(const char *word, const char *name)
{
    char path[TLS_URL_SIZE];
    char url[TLS_URL_SIZE];

    snprintf(path, sizeof(path), "/%s/%s", word, name);
    assert_status(fetch(tls_server_url("gate", ADDRESS, path, url), 0, NULL, NULL), ODO_OK);
}

static void check_look_up(void **state)
{
    const struct look_up_case *c = *state;
    struct odo_job *job;
    char url[TLS_URL_SIZE];
    char *path = NULL;

    if (!flags_have_effect()) {
        skip(); /* the TLS library looks nothing up */
    }
    job = begin(tls_server_url(c->server, ADDRESS, TLS_FILE, url), c->flags, NULL, &path);
    ask_gate("asked", c->looked_up);
    assert_int_equal(odo_job_get_state(job), ODO_JOB_TRANSFERRING);
    assert_status(fetch(tls_server_url("good", ADDRESS, TLS_FILE, url), 0, NULL, NULL), ODO_OK);
    if (c->is_cancelled) {
        odo_job_cancel(job);
        odo_job_release(job);
        ask_gate("release", c->looked_up);
    } else {
        ask_gate("release", c->looked_up);
        assert_status(finish(job), c->result);
    }
    if (!c->is_cancelled && c->result == ODO_OK) {
        tls_servers_expect_file(path);
    }
    free(path);
}

/* --- Certificates of the client's --------------------------------------------------------- */

static void a_server_that_wants_a_certificate_gets_it(void **state)
{
    char url[TLS_URL_SIZE];
    char *certificate = tls_client_certificate_begin();
    char *path = NULL;

    (void)state;
    tls_server_url("client", ADDRESS, TLS_FILE, url);
    assert_status(fetch(url, 0, NULL, NULL), ODO_E_HTTP_STATUS);
    assert_status(fetch(url, 0, certificate, &path), ODO_OK);
    tls_servers_expect_file(path);
    assert_status(fetch(url, 0, NULL, NULL), ODO_E_HTTP_STATUS);
    free(path);
    free(certificate);
    tls_client_certificate_end();
}

static void a_certificate_that_is_not_there_is_an_error(void **state)
{
    static const char nowhere[] = "CurrentUser\\MY\\0000000000000000000000000000000000000000";
    char url[TLS_URL_SIZE];

    (void)state;
    tls_server_url("client", ADDRESS, TLS_FILE, url);
    assert_status(fetch(url, 0, nowhere, NULL), ODO_E_CLIENT_CERTIFICATE);
}

int main(void)
{
    struct test_suite suite = {0};

    if (!tls_servers_are_there()) {
        return 77;
    }
    TEST_ADD_TABLE(&suite, certificates, check_certificate);
    TEST_ADD_TABLE(&suite, redirects, check_redirect);
    TEST_ADD_TABLE(&suite, look_ups, check_look_up);
    TEST_ADD(&suite, a_strict_job_takes_no_connection_of_a_lax_one);
    TEST_ADD(&suite, a_rejected_server_is_told_nothing);
    TEST_ADD(&suite, a_server_that_wants_a_certificate_gets_it);
    TEST_ADD(&suite, a_certificate_that_is_not_there_is_an_error);
    return _cmocka_run_group_tests("certificates", suite.tests, suite.count, start, stop);
}
