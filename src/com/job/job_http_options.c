#include "com/job/job_http_options.h"

#include "com/object/hresult.h"
#include "com/object/wide_text.h"

#include <deliveryoptimizationerrors.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wincrypt.h>

enum {
    HASH_SIZE = 20,                      /* bytes of a SHA-1 */
    STORE_NAME_LENGTH = 256,             /* limit of BITS */
    NAME_SIZE = STORE_NAME_LENGTH + 100, /* "location\store\hash" */
};

/* --- The certificate ------------------------------------------------------------------ */

/* By BG_CERT_STORE_LOCATION: the names used by libcurl and by the system. */
static const struct location {
    const WCHAR *name;
    DWORD flag;
} locations[] = {
    [BG_CERT_STORE_LOCATION_CURRENT_USER] = {L"CurrentUser", CERT_SYSTEM_STORE_CURRENT_USER},
    [BG_CERT_STORE_LOCATION_LOCAL_MACHINE] = {L"LocalMachine", CERT_SYSTEM_STORE_LOCAL_MACHINE},
    [BG_CERT_STORE_LOCATION_CURRENT_SERVICE] = {L"CurrentService",
                                                CERT_SYSTEM_STORE_CURRENT_SERVICE},
    [BG_CERT_STORE_LOCATION_SERVICES] = {L"Services", CERT_SYSTEM_STORE_SERVICES},
    [BG_CERT_STORE_LOCATION_USERS] = {L"Users", CERT_SYSTEM_STORE_USERS},
    [BG_CERT_STORE_LOCATION_CURRENT_USER_GROUP_POLICY] =
        {L"CurrentUserGroupPolicy", CERT_SYSTEM_STORE_CURRENT_USER_GROUP_POLICY},
    [BG_CERT_STORE_LOCATION_LOCAL_MACHINE_GROUP_POLICY] =
        {L"LocalMachineGroupPolicy", CERT_SYSTEM_STORE_LOCAL_MACHINE_GROUP_POLICY},
    [BG_CERT_STORE_LOCATION_LOCAL_MACHINE_ENTERPRISE] =
        {L"LocalMachineEnterprise", CERT_SYSTEM_STORE_LOCAL_MACHINE_ENTERPRISE},
};

/* Search criteria for CertFindCertificateInStore(). */
struct search {
    DWORD kind;
    const void *what;
};

static HRESULT find(BG_CERT_STORE_LOCATION location, LPCWSTR store_name, struct search search,
                    PCCERT_CONTEXT *found_out)
{
    HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0,
                                     locations[location].flag | CERT_STORE_OPEN_EXISTING_FLAG |
                                         CERT_STORE_READONLY_FLAG,
                                     store_name);

    *found_out = NULL;
    if (store) {
        *found_out = CertFindCertificateInStore(store, X509_ASN_ENCODING | PKCS_7_ASN_ENCODING,
                                                0, search.kind, search.what, NULL);
        CertCloseStore(store, 0);
    }
    return *found_out ? S_OK : CRYPT_E_NOT_FOUND;
}

static HRESULT check_store(BG_CERT_STORE_LOCATION location, LPCWSTR store)
{
    if ((unsigned)location >= ARRAYSIZE(locations) || !store || *store == L'\0' ||
        wcschr(store, L'\\')) { /* it would end the name for libcurl */
        return E_INVALIDARG;
    }
    return wcslen(store) > STORE_NAME_LENGTH ? BG_E_STRING_TOO_LONG : S_OK;
}

/* Have the job use this client certificate. */
static HRESULT use(struct odo_job *job, BG_CERT_STORE_LOCATION location, LPCWSTR store,
                   PCCERT_CONTEXT certificate)
{
    WCHAR name[NAME_SIZE];
    BYTE hash[HASH_SIZE];
    DWORD size = sizeof(hash);
    char *text = NULL;
    enum odo_status status;
    int length;

    if (!CertGetCertificateContextProperty(certificate, CERT_SHA1_HASH_PROP_ID, hash, &size) ||
        size != HASH_SIZE) {
        return CRYPT_E_NOT_FOUND;
    }
    length = _snwprintf(name, NAME_SIZE, L"%ls\\%ls\\", locations[location].name, store);
    for (int i = 0; i < HASH_SIZE; i++) {
        length += _snwprintf(name + length, (size_t)(NAME_SIZE - length), L"%02x", hash[i]);
    }
    status = wide_text_to_utf8(name, &text);
    if (status == ODO_OK) {
        status = odo_job_set_text(job, ODO_JOB_CLIENT_CERTIFICATE, text);
    }
    free(text);
    return hresult_from_status(status);
}

static HRESULT find_and_use(struct odo_job *job, BG_CERT_STORE_LOCATION location, LPCWSTR store,
                            struct search search)
{
    PCCERT_CONTEXT certificate = NULL;
    HRESULT hr = check_store(location, store);

    if (SUCCEEDED(hr)) {
        hr = find(location, store, search, &certificate);
    }
    if (SUCCEEDED(hr)) {
        hr = use(job, location, store, certificate);
        CertFreeCertificateContext(certificate);
    }
    return hr;
}

HRESULT job_http_options_set_certificate(struct odo_job *job, BG_CERT_STORE_LOCATION location,
                                         LPCWSTR store, const BYTE *hash)
{
    const CRYPT_HASH_BLOB blob = {.cbData = HASH_SIZE, .pbData = (BYTE *)(uintptr_t)hash};

    return hash
               ? find_and_use(job, location, store, (struct search){CERT_FIND_SHA1_HASH, &blob})
               : E_INVALIDARG;
}

HRESULT job_http_options_find_certificate(struct odo_job *job, BG_CERT_STORE_LOCATION location,
                                          LPCWSTR store, LPCWSTR subject)
{
    return subject && *subject ? find_and_use(job, location, store,
                                              (struct search){CERT_FIND_SUBJECT_STR_W, subject})
                               : E_INVALIDARG;
}

/* A string of the job, empty if never set; release with CoTaskMemFree(). */
static HRESULT get_text(struct odo_job *job, enum odo_job_text which, LPWSTR *wide_out)
{
    char *text = NULL;
    HRESULT hr = hresult_from_status(odo_job_get_text(job, which, &text));

    *wide_out = NULL;
    if (SUCCEEDED(hr)) {
        hr = wide_text_from_utf8(text, wide_out);
    }
    odo_free(text);
    return hr;
}

HRESULT job_http_options_remove_certificate(struct odo_job *job)
{
    LPWSTR name = NULL;
    HRESULT hr = get_text(job, ODO_JOB_CLIENT_CERTIFICATE, &name);
    bool is_set = SUCCEEDED(hr) && *name != L'\0';

    CoTaskMemFree(name);
    if (SUCCEEDED(hr)) { /* checks the job's state too */
        hr = hresult_from_status(odo_job_set_text(job, ODO_JOB_CLIENT_CERTIFICATE, ""));
    }
    return SUCCEEDED(hr) && !is_set ? S_FALSE : hr;
}

/* Parse the result of use(). Splits `name` in place. */
static bool take_apart(WCHAR *name, BG_CERT_STORE_LOCATION *location_out, WCHAR **store_out,
                       BYTE hash_out[HASH_SIZE])
{
    WCHAR *store = wcschr(name, L'\\');
    WCHAR *hash = store ? wcschr(store + 1, L'\\') : NULL;
    size_t location = 0;

    if (!hash || wcslen(hash + 1) != (size_t)HASH_SIZE * 2) {
        return false;
    }
    *store = L'\0';
    *hash = L'\0';
    while (location < ARRAYSIZE(locations) && wcscmp(locations[location].name, name) != 0) {
        location++;
    }
    for (int i = 0; i < HASH_SIZE; i++) {
        const WCHAR digits[3] = {hash[1 + 2 * i], hash[2 + 2 * i], L'\0'};

        hash_out[i] = (BYTE)wcstoul(digits, NULL, 16);
    }
    *location_out = (BG_CERT_STORE_LOCATION)location;
    *store_out = store + 1;
    return location < ARRAYSIZE(locations);
}

/* The simple name with its parts in reverse order, as in BITS. */
static HRESULT get_subject(PCCERT_CONTEXT certificate, LPWSTR *subject_out)
{
    const DWORD form = CERT_SIMPLE_NAME_STR | CERT_NAME_STR_REVERSE_FLAG;
    CERT_NAME_BLOB *name = &certificate->pCertInfo->Subject;
    DWORD length = CertNameToStrW(X509_ASN_ENCODING, name, form, NULL, 0);

    *subject_out = CoTaskMemAlloc(((size_t)length + 1) * sizeof(WCHAR));
    if (!*subject_out) {
        return E_OUTOFMEMORY;
    }
    **subject_out = L'\0';
    CertNameToStrW(X509_ASN_ENCODING, name, form, *subject_out, length + 1);
    return S_OK;
}

HRESULT job_http_options_get_certificate(struct odo_job *job,
                                         BG_CERT_STORE_LOCATION *location_out,
                                         LPWSTR *store_out, BYTE **hash_out,
                                         LPWSTR *subject_out)
{
    PCCERT_CONTEXT certificate = NULL;
    BYTE hash[HASH_SIZE] = {0};
    LPWSTR name = NULL;
    WCHAR *store = NULL;
    HRESULT hr;

    if (!location_out || !store_out || !hash_out || !subject_out) {
        return E_INVALIDARG;
    }
    *location_out = BG_CERT_STORE_LOCATION_CURRENT_USER;
    *store_out = NULL;
    *hash_out = NULL;
    *subject_out = NULL;
    hr = get_text(job, ODO_JOB_CLIENT_CERTIFICATE, &name);
    if (SUCCEEDED(hr) && !take_apart(name, location_out, &store, hash)) {
        hr = CRYPT_E_NOT_FOUND; /* also if never set */
    }
    if (SUCCEEDED(hr)) {
        const CRYPT_HASH_BLOB blob = {.cbData = HASH_SIZE, .pbData = hash};

        hr = find(*location_out, store, (struct search){CERT_FIND_SHA1_HASH, &blob},
                  &certificate);
    }
    if (SUCCEEDED(hr)) {
        hr = get_subject(certificate, subject_out);
        CertFreeCertificateContext(certificate);
    }
    if (SUCCEEDED(hr)) {
        hr = wide_text_copy(store, store_out);
    }
    if (SUCCEEDED(hr)) {
        *hash_out = CoTaskMemAlloc(HASH_SIZE);
        hr = *hash_out ? S_OK : E_OUTOFMEMORY;
    }
    if (SUCCEEDED(hr)) {
        memcpy(*hash_out, hash, HASH_SIZE);
    } else {
        CoTaskMemFree(*store_out);
        CoTaskMemFree(*subject_out);
        *location_out = BG_CERT_STORE_LOCATION_CURRENT_USER;
        *store_out = NULL;
        *subject_out = NULL;
    }
    CoTaskMemFree(name);
    return hr;
}

/* --- Headers -------------------------------------------------------------------------- */

HRESULT job_http_options_set_headers(struct odo_job *job, LPCWSTR headers)
{
    char *text = NULL;
    enum odo_status status = wide_text_to_utf8(headers ? headers : L"", &text);

    if (status == ODO_OK) {
        status = odo_job_set_text(job, ODO_JOB_HEADERS, text);
    }
    free(text);
    return hresult_from_status(status);
}

HRESULT job_http_options_get_headers(struct odo_job *job, LPWSTR *headers_out)
{
    HRESULT hr;

    if (!headers_out) {
        return E_INVALIDARG;
    }
    hr = get_text(job, ODO_JOB_HEADERS, headers_out);
    if (SUCCEEDED(hr) && **headers_out == L'\0') {
        CoTaskMemFree(*headers_out);
        *headers_out = NULL;
        hr = S_FALSE;
    }
    return hr;
}

/* --- Flags ---------------------------------------------------------------------------- */

static const struct flag {
    ULONG bits;
    uint32_t engine;
} flags_known[] = {
    {BG_SSL_ENABLE_CRL_CHECK, ODO_SECURITY_CHECK_REVOCATION},
    {BG_SSL_IGNORE_CERT_CN_INVALID, ODO_SECURITY_IGNORE_WRONG_NAME},
    {BG_SSL_IGNORE_CERT_DATE_INVALID, ODO_SECURITY_IGNORE_DATE},
    {BG_SSL_IGNORE_UNKNOWN_CA, ODO_SECURITY_IGNORE_UNKNOWN_AUTHORITY},
    {BG_SSL_IGNORE_CERT_WRONG_USAGE, ODO_SECURITY_IGNORE_WRONG_USAGE},
};

HRESULT job_http_options_set_flags(struct odo_job *job, ULONG flags)
{
    ULONG rest = flags & ~(ULONG)BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP;
    uint32_t before = odo_job_get_number(job, ODO_JOB_SECURITY_FLAGS);
    uint32_t engine = 0;
    enum odo_status status;

    for (size_t i = 0; i < ARRAYSIZE(flags_known); i++) {
        if (flags & flags_known[i].bits) {
            engine |= flags_known[i].engine;
            rest &= ~flags_known[i].bits;
        }
    }
    if (rest & BG_HTTP_REDIRECT_POLICY_MASK) {
        return E_NOTIMPL; /* redirects are always followed, and do not change the remote name */
    }
    if (rest != 0) {
        return E_INVALIDARG;
    }
    status = odo_job_set_number(job, ODO_JOB_SECURITY_FLAGS, engine);
    if (status == ODO_OK) {
        status = odo_job_set_number(job, ODO_JOB_INSECURE_REDIRECTS,
                                    (flags & BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP) != 0);
        if (status != ODO_OK) {
            odo_job_set_number(job, ODO_JOB_SECURITY_FLAGS, before);
        }
    }
    return hresult_from_status(status);
}

HRESULT job_http_options_get_flags(struct odo_job *job, ULONG *flags_out)
{
    uint32_t engine = odo_job_get_number(job, ODO_JOB_SECURITY_FLAGS);
    ULONG flags = 0;

    if (!flags_out) {
        return E_INVALIDARG;
    }
    for (size_t i = 0; i < ARRAYSIZE(flags_known); i++) {
        flags |= engine & flags_known[i].engine ? flags_known[i].bits : 0;
    }
    if (odo_job_get_number(job, ODO_JOB_INSECURE_REDIRECTS)) {
        flags |= BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP;
    }
    *flags_out = flags;
    return S_OK;
}
