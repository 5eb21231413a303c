/* What a client of IDODownload sees of certificates: SecurityFlags, SecurityContext, and the
 * two codes of a rejected one. */
#include "com/download_fixture.h"
#include "com/linked_server.h"
#include "support/tls_servers.h"

#include <deliveryoptimizationerrors.h>
#include <wincrypt.h>
#include <winhttp.h>

#define CHECK_REVOCATION 0x1
#define UNKNOWN_CA       SECURITY_FLAG_IGNORE_UNKNOWN_CA
#define WRONG_USAGE      SECURITY_FLAG_IGNORE_CERT_WRONG_USAGE
#define WRONG_NAME       SECURITY_FLAG_IGNORE_CERT_CN_INVALID
#define WRONG_DATE       SECURITY_FLAG_IGNORE_CERT_DATE_INVALID

static const struct flag_case {
    const char *name;
    const char *server;
    ULONG flags;
    HRESULT detail; /* ExtendedError; S_OK when it is transferred */
} cases[] = {
    {"a good certificate is taken", "good", 0, S_OK},
    {"an unknown authority is told", "unknown", 0, (HRESULT)0x80072F0D},
    {"an unknown authority can be passed over", "unknown", UNKNOWN_CA, S_OK},
    {"a wrong name is told", "name", 0, (HRESULT)0x80072F06},
    {"a wrong name can be passed over", "name", WRONG_NAME, S_OK},
    {"a wrong date is told", "expired", 0, (HRESULT)0x80072F05},
    {"a wrong date can be passed over", "expired", WRONG_DATE, S_OK},
    {"a wrong usage is told", "usage", 0, (HRESULT)0x80072F93},
    {"a wrong usage can be passed over", "usage", WRONG_USAGE, S_OK},
    {"what cannot be found out is told", "unlisted", CHECK_REVOCATION, (HRESULT)0x80072F19},
    {"who checks passes over nothing", "name", CHECK_REVOCATION | WRONG_NAME,
     (HRESULT)0x80072F06},
    {"a wrong signature has no code of its own", "forged", 0, S_OK},
};

struct tls_scene {
    char *folder;
    char *path;
    IDOManager *manager;
    IDODownload *download;
};

static void tls_scene_start(struct tls_scene *scene, const char *server)
{
    char url[TLS_URL_SIZE];

    scene->folder = temp_folder_create();
    scene->path = temp_folder_path(scene->folder, "file.bin");
    scene->manager = modern_manager();
    scene->download = modern_download(scene->manager);
    tls_server_url(server, "127.0.0.1", TLS_FILE, url);
    assert_hr(set_text(scene->download, DODownloadProperty_Uri, client_wide(url)), S_OK);
    assert_hr(set_text(scene->download, DODownloadProperty_LocalPath, client_wide(scene->path)),
              S_OK);
}

static void tls_scene_end(struct tls_scene *scene)
{
    IDODownload_Abort(scene->download);
    IDODownload_Release(scene->download);
    IDOManager_Release(scene->manager);
    free(scene->path);
    temp_folder_remove(scene->folder);
}

static void expect_transferred(struct tls_scene *scene)
{
    assert_reaches(scene->download, DODownloadState_Transferred);
    assert_hr(status_of(scene->download).Error, S_OK);
    assert_hr(IDODownload_Finalize(scene->download), S_OK);
    tls_servers_expect_file(scene->path);
}

static void check_flags(void **state)
{
    const struct flag_case *c = *state;
    bool is_taken = c->detail == S_OK && strcmp(c->server, "forged") != 0;
    struct tls_scene scene;

    tls_scene_start(&scene, c->server);
    assert_hr(set_number(scene.download, DODownloadProperty_SecurityFlags, c->flags), S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    if (is_taken) {
        expect_transferred(&scene);
    } else {
        assert_reaches(scene.download, DODownloadState_Paused);
        assert_hr(status_of(scene.download).Error, DO_E_HTTP_CERT_VALIDATION);
        assert_hr(status_of(scene.download).ExtendedError, c->detail);
        assert_int_equal(status_of(scene.download).BytesTransferred, 0);
    }
    tls_scene_end(&scene);
}

static void a_rejected_download_goes_on_with_other_flags(void **state)
{
    struct tls_scene scene;

    (void)state;
    tls_scene_start(&scene, "expired");
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    assert_reaches(scene.download, DODownloadState_Paused);
    assert_hr(set_number(scene.download, DODownloadProperty_SecurityFlags, WRONG_DATE), S_OK);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    expect_transferred(&scene);
    tls_scene_end(&scene);
}

/* The client's certificate as SecurityContext takes it. */
static void set_context(IDODownload *download)
{
    HCERTSTORE store =
        CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_CURRENT_USER, L"MY");
    const CERT_CONTEXT *certificate = CertFindCertificateInStore(
        store, X509_ASN_ENCODING, 0, CERT_FIND_SUBJECT_STR_W, L"client", NULL);
    DWORD size = 0;
    VARIANT value;
    void *bytes = NULL;

    assert_non_null(certificate);
    assert_true(CertSerializeCertificateStoreElement(certificate, 0, NULL, &size));
    VariantInit(&value);
    V_VT(&value) = VT_ARRAY | VT_UI1;
    V_ARRAY(&value) = SafeArrayCreateVector(VT_UI1, 0, size);
    assert_hr(SafeArrayAccessData(V_ARRAY(&value), &bytes), S_OK);
    assert_true(CertSerializeCertificateStoreElement(certificate, 0, bytes, &size));
    SafeArrayUnaccessData(V_ARRAY(&value));
    assert_hr(IDODownload_SetProperty(download, DODownloadProperty_SecurityContext, &value),
              S_OK);
    VariantClear(&value);
    CertFreeCertificateContext(certificate);
    CertCloseStore(store, 0);
}

static void a_server_gets_the_certificate_of_its_client(void **state)
{
    struct tls_scene scene;
    char *name = tls_client_certificate_begin();

    (void)state;
    tls_scene_start(&scene, "client");
    set_context(scene.download);
    assert_hr(IDODownload_Start(scene.download, NULL), S_OK);
    expect_transferred(&scene);
    tls_scene_end(&scene);
    tls_client_certificate_end();
    free(name);
    client_expect_kept(5, 0); /* the system, of a key that is imported and used */
}

int main(void)
{
    struct test_suite suite = {0};
    int failed;

    if (!tls_servers_are_there()) {
        return 77;
    }
    TEST_ADD_TABLE(&suite, cases, check_flags);
    TEST_ADD(&suite, a_rejected_download_goes_on_with_other_flags);
    TEST_ADD(&suite, a_server_gets_the_certificate_of_its_client);
    tls_trust_begin();
    failed = client_run_in_both(&suite, "certificates");
    tls_trust_end();
    return failed;
}
