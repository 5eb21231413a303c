/* IBackgroundCopyJobHttpOptions: what a job says to its server is said, and read back as it was
 * given. */
#include "com/job_fixture.h"
#include "com/linked_server.h"
#include "support/tls_servers.h"

#include <wincrypt.h>

static IBackgroundCopyJobHttpOptions *options_of(IBackgroundCopyJob *job)
{
    return client_query(job, &IID_IBackgroundCopyJobHttpOptions);
}

/* --- Flags ------------------------------------------------------------------------------ */

static const struct flags_case {
    const char *name;
    ULONG flags;
    HRESULT hr;
} flags_cases[] = {
    {"no flags", 0, S_OK},
    {"revocation is looked up", BG_SSL_ENABLE_CRL_CHECK, S_OK},
    {"a wrong name", BG_SSL_IGNORE_CERT_CN_INVALID, S_OK},
    {"a wrong date", BG_SSL_IGNORE_CERT_DATE_INVALID, S_OK},
    {"an unknown authority", BG_SSL_IGNORE_UNKNOWN_CA, S_OK},
    {"a wrong usage", BG_SSL_IGNORE_CERT_WRONG_USAGE, S_OK},
    {"from https to http", BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP, S_OK},
    {"all at once", 0x81F, S_OK},
    {"redirects that are reported", BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT, E_NOTIMPL},
    {"redirects that are refused", BG_HTTP_REDIRECT_POLICY_DISALLOW, E_NOTIMPL},
    {"a flag that does not exist", 0x20, E_INVALIDARG},
};

static void check_flags(void **state)
{
    const struct flags_case *c = *state;
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = client_job(manager);
    IBackgroundCopyJobHttpOptions *options = options_of(job);
    ULONG flags = 77;

    assert_hr(IBackgroundCopyJobHttpOptions_SetSecurityFlags(options, c->flags), c->hr);
    assert_hr(IBackgroundCopyJobHttpOptions_GetSecurityFlags(options, &flags), S_OK);
    assert_int_equal(flags, c->hr == S_OK ? c->flags : 0);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    assert_hr(IBackgroundCopyJobHttpOptions_SetSecurityFlags(options, 0), DO_E_INVALID_STATE);
    IBackgroundCopyJobHttpOptions_Release(options);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

/* --- Headers ---------------------------------------------------------------------------- */

static void headers_are_sent_and_read_back(void **state)
{
    IBackgroundCopyJobHttpOptions *options;
    struct job_fixture fixture;
    struct server_request request;
    LPWSTR text = NULL;
    char value[50] = "";

    (void)state;
    job_fixture_start(&fixture, NULL, 0);
    options = options_of(fixture.job);
    assert_hr(IBackgroundCopyJobHttpOptions_GetCustomHeaders(options, &text), S_FALSE);
    assert_null(text);
    assert_hr(
        IBackgroundCopyJobHttpOptions_SetCustomHeaders(options, L"X-A: one\r\nX-B: two\r\n"),
        S_OK);
    assert_hr(IBackgroundCopyJobHttpOptions_GetCustomHeaders(options, &text), S_OK);
    assert_wide_equal(text, L"X-A: one\r\nX-B: two\r\n");
    CoTaskMemFree(text);
    assert_hr(job_fixture_add(&fixture, 0, NULL, DO_UNKNOWN_FILE_SIZE), S_OK);
    assert_hr(IBackgroundCopyJob_Resume(fixture.job), S_OK);
    assert_job_reaches(fixture.job, BG_JOB_STATE_TRANSFERRED);
    request = range_server_get_request(fixture.server, 0);
    assert_true(server_request_header(&request, "X-B", value, sizeof(value), NULL));
    assert_string_equal(value, "two");
    assert_hr(IBackgroundCopyJobHttpOptions_SetCustomHeaders(options, NULL), S_OK);
    assert_hr(IBackgroundCopyJobHttpOptions_GetCustomHeaders(options, &text), S_FALSE);
    IBackgroundCopyJobHttpOptions_Release(options);
    job_fixture_end(&fixture);
}

/* --- Certificates ----------------------------------------------------------------------- */

static void a_certificate_that_is_not_there_is_not_found(void **state)
{
    static BYTE hash[20] = {1};
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = client_job(manager);
    IBackgroundCopyJobHttpOptions *options = options_of(job);

    (void)state;
    assert_hr(IBackgroundCopyJobHttpOptions_SetClientCertificateByID(
                  options, BG_CERT_STORE_LOCATION_CURRENT_USER, L"MY", hash),
              CRYPT_E_NOT_FOUND);
    assert_hr(IBackgroundCopyJobHttpOptions_SetClientCertificateByName(
                  options, BG_CERT_STORE_LOCATION_CURRENT_USER, L"no such store", L"x"),
              CRYPT_E_NOT_FOUND);
    assert_hr(IBackgroundCopyJobHttpOptions_SetClientCertificateByName(
                  options, (BG_CERT_STORE_LOCATION)8, L"MY", L"x"),
              E_INVALIDARG);
    assert_hr(IBackgroundCopyJobHttpOptions_RemoveClientCertificate(options), S_FALSE);
    IBackgroundCopyJobHttpOptions_Release(options);
    assert_hr(IBackgroundCopyJob_Cancel(job), S_OK);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

static void a_certificate_by_name_and_by_id_is_sent(void **state)
{
    IBackgroundCopyManager *manager = client_manager();
    IBackgroundCopyJob *job = client_job(manager);
    IBackgroundCopyJobHttpOptions *options = options_of(job);
    char *name = tls_client_certificate_begin();
    char *folder = temp_folder_create();
    char *path = temp_folder_path(folder, "file.bin");
    BG_CERT_STORE_LOCATION location = (BG_CERT_STORE_LOCATION)77;
    LPWSTR store = NULL;
    LPWSTR subject = NULL;
    BYTE *hash = NULL;
    char url[TLS_URL_SIZE];

    (void)state;
    tls_server_url("client", "127.0.0.1", TLS_FILE, url);
    assert_hr(IBackgroundCopyJobHttpOptions_SetClientCertificateByName(
                  options, BG_CERT_STORE_LOCATION_CURRENT_USER, L"MY", L"client"),
              S_OK);
    assert_hr(IBackgroundCopyJobHttpOptions_GetClientCertificate(options, &location, &store,
                                                                 &hash, &subject),
              S_OK);
    assert_int_equal(location, BG_CERT_STORE_LOCATION_CURRENT_USER);
    assert_wide_equal(store, L"MY");
    assert_non_null(wcsstr(subject, L"client"));
    assert_hr(IBackgroundCopyJobHttpOptions_RemoveClientCertificate(options), S_OK);
    assert_hr(IBackgroundCopyJobHttpOptions_RemoveClientCertificate(options), S_FALSE);
    assert_hr(
        IBackgroundCopyJobHttpOptions_SetClientCertificateByID(options, location, store, hash),
        S_OK);
    assert_hr(
        client_add(job, client_wide(url), client_wide(path), 0, NULL, DO_UNKNOWN_FILE_SIZE),
        S_OK);
    assert_hr(IBackgroundCopyJob_Resume(job), S_OK);
    assert_job_reaches(job, BG_JOB_STATE_TRANSFERRED);
    assert_hr(IBackgroundCopyJob_Complete(job), S_OK);
    tls_servers_expect_file(path);
    CoTaskMemFree(store);
    CoTaskMemFree(subject);
    CoTaskMemFree(hash);
    free(path);
    temp_folder_remove(folder);
    tls_client_certificate_end();
    free(name);
    IBackgroundCopyJobHttpOptions_Release(options);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
    client_expect_kept(5, 0); /* the system, of a key that is imported and used */
}

int main(void)
{
    struct test_suite suite = {0};
    int failed;

    if (!tls_servers_are_there()) {
        return 77;
    }
    TEST_ADD_TABLE(&suite, flags_cases, check_flags);
    TEST_ADD(&suite, headers_are_sent_and_read_back);
    TEST_ADD(&suite, a_certificate_that_is_not_there_is_not_found);
    TEST_ADD(&suite, a_certificate_by_name_and_by_id_is_sent);
    tls_trust_begin();
    failed = client_run_in_both(&suite, "a job's options for HTTP");
    tls_trust_end();
    return failed;
}
