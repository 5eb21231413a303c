#define SECURITY_WIN32
#define CERT_CHAIN_PARA_HAS_EXTRA_FIELDS

#include "platform/certificate.h"

#include "base/memory.h"

#include <winsock2.h>

#include <windows.h>

#include <assert.h>
#include <schannel.h>
#include <security.h>
#include <string.h>
#include <wincrypt.h>
#include <winhttp.h>
#include <ws2tcpip.h>

enum {
    /* For each downloaded certificate, and for all revocation lists together. The system caches
     * what arrives later. */
    LOOK_UP_LIMIT_MS = 5000,
    /* SECURITY_FLAG_IGNORE_REVOCATION of wininet.h, which conflicts with winhttp.h. */
    IGNORE_REVOCATION = 0x80,
    ADDRESS_SIZE_MOST = 16,
    HOST_LENGTH_MOST = 255,
};

struct platform_certificate {
    const CERT_CONTEXT *context; /* owned; references the store with the others */
};

static_assert(ODO_SECURITY_IGNORE_UNKNOWN_AUTHORITY == SECURITY_FLAG_IGNORE_UNKNOWN_CA &&
                  ODO_SECURITY_IGNORE_WRONG_USAGE == SECURITY_FLAG_IGNORE_CERT_WRONG_USAGE &&
                  ODO_SECURITY_IGNORE_WRONG_NAME == SECURITY_FLAG_IGNORE_CERT_CN_INVALID &&
                  ODO_SECURITY_IGNORE_DATE == SECURITY_FLAG_IGNORE_CERT_DATE_INVALID,
              "the system's policy takes the flags as they are");

bool platform_certificate_is_ours(const char *library)
{
    return library && strncmp(library, "Schannel", strlen("Schannel")) == 0;
}

enum odo_status platform_certificate_take(void *session,
                                          struct platform_certificate **certificate_out)
{
    const CERT_CONTEXT *context = NULL;
    struct platform_certificate *certificate;

    if (QueryContextAttributesW(session, SECPKG_ATTR_REMOTE_CERT_CONTEXT, (void *)&context) !=
            SEC_E_OK ||
        !context) {
        return ODO_E_TLS;
    }
    certificate = memory_allocate(1, sizeof(*certificate));
    if (!certificate) {
        CertFreeCertificateContext(context);
        return ODO_E_OUT_OF_MEMORY;
    }
    certificate->context = context;
    *certificate_out = certificate;
    return ODO_OK;
}

void platform_certificate_free(struct platform_certificate *certificate)
{
    if (certificate) {
        CertFreeCertificateContext(certificate->context);
        memory_free(certificate);
    }
}

enum odo_status platform_certificate_digest(const struct platform_certificate *certificate,
                                            unsigned char digest_out[SHA256_SIZE])
{
    return platform_hash_of(certificate->context->pbCertEncoded,
                            certificate->context->cbCertEncoded, digest_out);
}

/* --- The chain ------------------------------------------------------------------------ */

/* Flags for building a chain. */
static DWORD chain_flags(uint32_t flags, enum platform_certificate_reach reach)
{
    DWORD how = 0;

    if (reach == PLATFORM_CERTIFICATE_LOCAL) {
        how |= CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL | CERT_CHAIN_DISABLE_AUTH_ROOT_AUTO_UPDATE;
    }
    if (flags & ODO_SECURITY_CHECK_REVOCATION) {
        how |= CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT |
               CERT_CHAIN_REVOCATION_ACCUMULATIVE_TIMEOUT;
    }
    return how;
}

static enum odo_status build_chain(const CERT_CONTEXT *certificate, DWORD how,
                                   const CERT_CHAIN_CONTEXT **chain_out)
{
    /* A copy, as the structure requires writable strings. */
    char server_usage[] = szOID_PKIX_KP_SERVER_AUTH;
    char gated_usage[] = szOID_SERVER_GATED_CRYPTO;
    char netscape_usage[] = szOID_SGC_NETSCAPE;
    LPSTR usages[] = {server_usage, gated_usage, netscape_usage};
    CERT_CHAIN_PARA parameters = {
        .cbSize = sizeof(parameters),
        .RequestedUsage = {.dwType = USAGE_MATCH_TYPE_OR,
                           .Usage = {.cUsageIdentifier = ARRAYSIZE(usages),
                                     .rgpszUsageIdentifier = usages}},
        .dwUrlRetrievalTimeout = LOOK_UP_LIMIT_MS,
    };

    if (!CertGetCertificateChain(NULL, certificate, NULL, certificate->hCertStore, &parameters,
                                 how, NULL, chain_out)) {
        return GetLastError() == (DWORD)E_OUTOFMEMORY ? ODO_E_OUT_OF_MEMORY : ODO_E_CERTIFICATE;
    }
    return ODO_OK;
}

/*
 * Evaluates the trust status of the chain, which has all faults. Wine's policy check, called
 * later, would accept an incomplete chain.
 */
static enum odo_status judge_trust(DWORD faults, uint32_t flags)
{
    static const struct {
        DWORD faults;
        uint32_t passed_over_by;
        enum odo_status status;
    } rules[] = {
        {CERT_TRUST_IS_REVOKED, 0, ODO_E_CERTIFICATE_REVOKED},
        {CERT_TRUST_IS_UNTRUSTED_ROOT | CERT_TRUST_IS_PARTIAL_CHAIN | CERT_TRUST_IS_CYCLIC,
         ODO_SECURITY_IGNORE_UNKNOWN_AUTHORITY, ODO_E_CERTIFICATE_AUTHORITY},
        {CERT_TRUST_IS_NOT_TIME_VALID, ODO_SECURITY_IGNORE_DATE, ODO_E_CERTIFICATE_EXPIRED},
        {CERT_TRUST_IS_NOT_VALID_FOR_USAGE, ODO_SECURITY_IGNORE_WRONG_USAGE,
         ODO_E_CERTIFICATE_USAGE},
    };
    /* Nested validity periods are no longer required by anyone. */
    static const DWORD harmless = CERT_TRUST_IS_NOT_TIME_NESTED;
    static const DWORD not_found_out =
        CERT_TRUST_REVOCATION_STATUS_UNKNOWN | CERT_TRUST_IS_OFFLINE_REVOCATION;
    DWORD known = harmless | not_found_out;

    for (size_t i = 0; i < ARRAYSIZE(rules); i++) {
        known |= rules[i].faults;
    }
    if (faults & ~known) {
        return ODO_E_CERTIFICATE;
    }
    for (size_t i = 0; i < ARRAYSIZE(rules); i++) {
        if ((faults & rules[i].faults) && !(flags & rules[i].passed_over_by)) {
            return rules[i].status;
        }
    }
    return ODO_OK;
}

static enum odo_status judge_revocation(DWORD faults, uint32_t flags)
{
    if ((flags & ODO_SECURITY_CHECK_REVOCATION) &&
        (faults & (CERT_TRUST_REVOCATION_STATUS_UNKNOWN | CERT_TRUST_IS_OFFLINE_REVOCATION))) {
        return ODO_E_CERTIFICATE_UNCHECKED;
    }
    return ODO_OK;
}

/* --- The host name -------------------------------------------------------------------- */

/* Parse an IP address into bytes; returns 0 for a name. */
static size_t read_address(const char *host, BYTE address_out[ADDRESS_SIZE_MOST])
{
    if (inet_pton(AF_INET, host, address_out) == 1) {
        return sizeof(struct in_addr);
    }
    if (inet_pton(AF_INET6, host, address_out) == 1) {
        return sizeof(struct in6_addr);
    }
    return 0;
}

/* True if the certificate has this IP address; a name in the form of an address does not count
 * (RFC 9110 section 4.3.5). The system's policy supports names only. */
static bool has_address(const CERT_CONTEXT *certificate, const BYTE *address, size_t size)
{
    const CERT_EXTENSION *extension =
        CertFindExtension(szOID_SUBJECT_ALT_NAME2, certificate->pCertInfo->cExtension,
                          certificate->pCertInfo->rgExtension);
    CERT_ALT_NAME_INFO *names = NULL;
    DWORD names_size = 0;
    bool found = false;

    if (!extension ||
        !CryptDecodeObjectEx(X509_ASN_ENCODING, X509_ALTERNATE_NAME, extension->Value.pbData,
                             extension->Value.cbData, CRYPT_DECODE_ALLOC_FLAG, NULL, &names,
                             &names_size)) {
        return false;
    }
    for (DWORD i = 0; i < names->cAltEntry && !found; i++) {
        const CERT_ALT_NAME_ENTRY *entry = &names->rgAltEntry[i];

        found = entry->dwAltNameChoice == CERT_ALT_NAME_IP_ADDRESS &&
                entry->IPAddress.cbData == size &&
                memcmp(entry->IPAddress.pbData, address, size) == 0;
    }
    LocalFree(names);
    return found;
}

/* The host in the form used in certificates: ASCII, without a trailing dot. */
static enum odo_status wide_host(const char *host, wchar_t wide_out[HOST_LENGTH_MOST + 1])
{
    wchar_t written[HOST_LENGTH_MOST + 1];
    int length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, host, -1, written,
                                     HOST_LENGTH_MOST + 1);

    if (length <= 1) {
        return ODO_E_CERTIFICATE_NAME;
    }
    length = IdnToAscii(0, written, length - 1, wide_out, HOST_LENGTH_MOST);
    if (length <= 0) {
        /* Not a valid Internet name, for instance with an underscore: use it as given. */
        length = (int)wcslen(written);
        memcpy(wide_out, written, (size_t)length * sizeof(written[0]));
    }
    if (wide_out[length - 1] == L'.') {
        length--;
    }
    wide_out[length] = L'\0';
    return length > 0 ? ODO_OK : ODO_E_CERTIFICATE_NAME;
}

/* --- The system's policy -------------------------------------------------------------- */

static enum odo_status status_of_policy(DWORD error)
{
    switch ((HRESULT)error) {
    case S_OK:
        return ODO_OK;
    case CERT_E_EXPIRED:
    case CERT_E_VALIDITYPERIODNESTING:
        return ODO_E_CERTIFICATE_EXPIRED;
    case CERT_E_CN_NO_MATCH:
    case CERT_E_INVALID_NAME:
        return ODO_E_CERTIFICATE_NAME;
    case CERT_E_UNTRUSTEDROOT:
    case CERT_E_UNTRUSTEDCA:
    case CERT_E_CHAINING:
        return ODO_E_CERTIFICATE_AUTHORITY;
    case CERT_E_WRONG_USAGE:
    case CERT_E_PURPOSE:
    case CERT_E_ROLE:
        return ODO_E_CERTIFICATE_USAGE;
    case CERT_E_REVOKED:
    case CRYPT_E_REVOKED:
        return ODO_E_CERTIFICATE_REVOKED;
    case CERT_E_REVOCATION_FAILURE:
    case CRYPT_E_NO_REVOCATION_CHECK:
    case CRYPT_E_REVOCATION_OFFLINE:
        return ODO_E_CERTIFICATE_UNCHECKED;
    default:
        return ODO_E_CERTIFICATE;
    }
}

static enum odo_status ask_policy(const CERT_CONTEXT *certificate,
                                  const CERT_CHAIN_CONTEXT *chain, const char *host,
                                  uint32_t flags)
{
    BYTE address[ADDRESS_SIZE_MOST];
    size_t address_size = read_address(host, address);
    wchar_t name[HOST_LENGTH_MOST + 1];
    HTTPSPolicyCallbackData server = {
        .cbStruct = sizeof(server),
        .dwAuthType = AUTHTYPE_SERVER,
        .fdwChecks = flags & ~(DWORD)ODO_SECURITY_CHECK_REVOCATION,
        .pwszServerName = name,
    };
    CERT_CHAIN_POLICY_PARA parameters = {.cbSize = sizeof(parameters),
                                         .pvExtraPolicyPara = &server};
    CERT_CHAIN_POLICY_STATUS answer = {.cbSize = sizeof(answer)};
    enum odo_status status = wide_host(host, name);

    if (status != ODO_OK && !(flags & ODO_SECURITY_IGNORE_WRONG_NAME)) {
        return status;
    }
    if (address_size > 0 && !(flags & ODO_SECURITY_IGNORE_WRONG_NAME)) {
        if (!has_address(certificate, address, address_size)) {
            return ODO_E_CERTIFICATE_NAME;
        }
        server.fdwChecks |= SECURITY_FLAG_IGNORE_CERT_CN_INVALID;
    }
    if (server.fdwChecks & SECURITY_FLAG_IGNORE_CERT_CN_INVALID) {
        server.pwszServerName = NULL;
    }
    if (!(flags & ODO_SECURITY_CHECK_REVOCATION)) {
        server.fdwChecks |= IGNORE_REVOCATION;
    }
    if (!CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_SSL, chain, &parameters, &answer)) {
        return ODO_E_CERTIFICATE;
    }
    return status_of_policy(answer.dwError);
}

/* --- Verification --------------------------------------------------------------------- */

/*
 * True if online data could change the result: the chain is incomplete, or its root is unknown
 * (Windows downloads trusted roots on demand).
 */
static bool may_change(DWORD faults, uint32_t flags)
{
    return (faults & (CERT_TRUST_IS_PARTIAL_CHAIN | CERT_TRUST_IS_UNTRUSTED_ROOT)) &&
           !(flags & ODO_SECURITY_IGNORE_UNKNOWN_AUTHORITY);
}

enum odo_status platform_certificate_verify(const struct platform_certificate *certificate,
                                            const char *host, uint32_t flags,
                                            enum platform_certificate_reach reach,
                                            bool *is_final_out)
{
    const CERT_CHAIN_CONTEXT *chain = NULL;
    DWORD faults;
    enum odo_status status;

    if (flags & ODO_SECURITY_CHECK_REVOCATION) {
        flags = ODO_SECURITY_CHECK_REVOCATION;
        if (reach == PLATFORM_CERTIFICATE_LOCAL) {
            /* Wine 8 sends OCSP requests even if told not to. */
            *is_final_out = false;
            return ODO_E_CERTIFICATE_UNCHECKED;
        }
    }
    *is_final_out = true;
    status = build_chain(certificate->context, chain_flags(flags, reach), &chain);
    if (status != ODO_OK) {
        return status;
    }
    faults = chain->TrustStatus.dwErrorStatus;
    *is_final_out = reach == PLATFORM_CERTIFICATE_REMOTE || !may_change(faults, flags);
    status = judge_trust(faults, flags);
    if (status == ODO_OK) {
        status = ask_policy(certificate->context, chain, host, flags);
    }
    if (status == ODO_OK) {
        status = judge_revocation(faults, flags);
    }
    CertFreeCertificateChain(chain);
    return status;
}
