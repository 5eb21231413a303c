#include "support/tls_servers.h"

#include "support/test_table.h"

#include <string.h>
#include <windows.h>

#include <wincrypt.h>

static HCERTSTORE roots;
static const CERT_CONTEXT *authority;
static HCERTSTORE mine;
static const CERT_CONTEXT *client;

static HCERTSTORE open_store(const wchar_t *name)
{
    HCERTSTORE store =
        CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_CURRENT_USER, name);

    assert_non_null(store);
    return store;
}

/* So that whoever opens the store from now on finds it so. */
static void commit(HCERTSTORE store)
{
    assert_true(CertControlStore(store, 0, CERT_STORE_CTRL_COMMIT, NULL));
}

const char *tls_trust_begin(void)
{
    char *path = tls_servers_path("trusted.der");
    size_t size = 0;
    unsigned char *bytes = tls_servers_read(path, &size);

    roots = open_store(L"Root");
    assert_true(CertAddEncodedCertificateToStore(roots, X509_ASN_ENCODING, bytes, (DWORD)size,
                                                 CERT_STORE_ADD_REPLACE_EXISTING, &authority));
    commit(roots);
    free(bytes);
    free(path);
    return NULL;
}

void tls_trust_end(void)
{
    assert_true(CertDeleteCertificateFromStore(authority));
    commit(roots);
    CertCloseStore(roots, 0);
}

/* What an earlier run left when it was killed: its key is no longer there. */
static void delete_old_clients(void)
{
    const CERT_CONTEXT *old;

    while ((old = CertFindCertificateInStore(mine, X509_ASN_ENCODING, 0,
                                             CERT_FIND_SUBJECT_STR_A, "client", NULL))) {
        assert_true(CertDeleteCertificateFromStore(old));
    }
}

char *tls_client_certificate_begin(void)
{
    enum { HASH_SIZE = 20 };
    static const char store_name[] = "CurrentUser\\MY\\";
    char *path = tls_servers_path("client.p12");
    size_t size = 0;
    unsigned char *bytes = tls_servers_read(path, &size);
    CRYPT_DATA_BLOB blob = {(DWORD)size, bytes};
    HCERTSTORE imported = PFXImportCertStore(&blob, L"test", CRYPT_EXPORTABLE);
    const CERT_CONTEXT *found;
    BYTE hash[HASH_SIZE];
    DWORD hash_size = sizeof(hash);
    char *name = calloc(sizeof(store_name) + 2 * HASH_SIZE, 1);

    assert_non_null(imported);
    assert_non_null(name);
    found = CertFindCertificateInStore(imported, X509_ASN_ENCODING, 0,
                                       CERT_FIND_HAS_PRIVATE_KEY, NULL, NULL);
    found = found ? found : CertEnumCertificatesInStore(imported, NULL);
    assert_non_null(found);
    mine = open_store(L"MY");
    delete_old_clients();
    assert_true(CertAddCertificateContextToStore(mine, found, CERT_STORE_ADD_REPLACE_EXISTING,
                                                 &client));
    commit(mine);
    assert_true(
        CertGetCertificateContextProperty(client, CERT_SHA1_HASH_PROP_ID, hash, &hash_size));
    strcpy(name, store_name);
    for (DWORD i = 0; i < hash_size; i++) {
        snprintf(name + strlen(name), 3, "%02x", hash[i]);
    }
    CertFreeCertificateContext(found);
    CertCloseStore(imported, 0);
    free(bytes);
    free(path);
    return name;
}

void tls_client_certificate_end(void)
{
    assert_true(CertDeleteCertificateFromStore(client));
    commit(mine);
    CertCloseStore(mine, 0);
}
