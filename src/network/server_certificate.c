#include "network/server_certificate.h"

#include "base/memory.h"
#include "base/text.h"
#include "network/certificate_look_up.h"
#include "platform/certificate.h"
#include "transfer/origin.h"

#include <string.h>

static const char secure_scheme[] = "https://";

uint32_t server_certificate_flags(uint32_t flags)
{
    return flags & ODO_SECURITY_CHECK_REVOCATION ? ODO_SECURITY_CHECK_REVOCATION : flags;
}

static const char *library_name(void)
{
    return curl_version_info(CURLVERSION_NOW)->ssl_version;
}

/* --- Trusted connections -------------------------------------------------------------- */

/* Identifies the connection that a request is about to use; 0 if libcurl cannot tell. */
static uint64_t connection_of(CURL *easy)
{
#if LIBCURL_VERSION_NUM >= 0x080200
    curl_off_t number = -1;

    if (curl_easy_getinfo(easy, CURLINFO_CONN_ID, &number) == CURLE_OK && number >= 0) {
        return (uint64_t)number + 1;
    }
#else
    (void)easy;
#endif
    return 0;
}

/* A verdict under different flags does not apply: one job may ignore what another must not. */
static bool is_trusted(const struct origin *origin, uint64_t connection, uint32_t flags)
{
    for (size_t i = 0; i < ORIGIN_TRUSTED_MOST && connection != 0; i++) {
        if (origin->trusted[i].connection == connection && origin->trusted[i].flags == flags) {
            return true;
        }
    }
    return false;
}

static void trust(struct origin *origin, uint64_t connection, uint32_t flags)
{
    if (connection != 0) {
        origin->trusted[origin->trusted_next] = (struct trusted_connection){connection, flags};
        origin->trusted_next = (origin->trusted_next + 1) % ORIGIN_TRUSTED_MOST;
    }
}

/* --- Our verification ----------------------------------------------------------------- */

/* The host of an origin's name, scheme://host:port, without an IPv6 address's brackets and
 * zone. NULL when out of memory. */
static char *host_of(const struct origin *origin)
{
    const char *from = origin->name + strlen(secure_scheme);
    const char *end = strrchr(from, ':');
    size_t length = end ? (size_t)(end - from) : strlen(from);

    if (*from == '[') {
        from++;
        length = strcspn(from, "%]");
    }
    return text_format("%.*s", (int)length, from);
}

static enum odo_status verify(CURL *easy, struct origin *origin, uint32_t flags,
                              struct look_up *look_up, struct look_up_wait *wait_out)
{
    struct curl_tlssessioninfo *session = NULL;
    uint64_t connection = connection_of(easy);
    enum odo_status status;
    uint64_t ticket = 0;
    char *host;

    if (is_trusted(origin, connection, flags)) {
        return ODO_OK;
    }
    if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || !session ||
        session->backend != CURLSSLBACKEND_SCHANNEL || !session->internals) {
        return ODO_E_TLS;
    }
    host = host_of(origin);
    if (!host) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = certificate_look_up_verify(look_up, session->internals, host, flags, &ticket);
    memory_free(host);
    if (ticket != 0) {
        *wait_out = (struct look_up_wait){look_up, ticket};
    } else if (status == ODO_OK) {
        trust(origin, connection, flags);
    }
    return status;
}

static bool is_certificate_fault(enum odo_status status)
{
    return status == ODO_E_CERTIFICATE_EXPIRED || status == ODO_E_CERTIFICATE_NAME ||
           status == ODO_E_CERTIFICATE_AUTHORITY || status == ODO_E_CERTIFICATE_REVOKED ||
           status == ODO_E_CERTIFICATE_USAGE || status == ODO_E_CERTIFICATE_UNCHECKED;
}

struct odo_error server_certificate_verify(CURL *easy, struct origin *origin, uint32_t flags,
                                           struct look_up *look_up,
                                           struct look_up_wait *wait_out)
{
    enum odo_status status;

    *wait_out = (struct look_up_wait){.look_up = NULL};
    if (strncmp(origin->name, secure_scheme, strlen(secure_scheme)) != 0) {
        return (struct odo_error){.status = ODO_OK};
    }
    status = verify(easy, origin, flags, look_up, wait_out);
    return is_certificate_fault(status)
               ? (struct odo_error){.status = ODO_E_CERTIFICATE, .cause = status}
               : (struct odo_error){.status = status};
}

bool server_certificate_is_ours(const char *ca_file)
{
    return !ca_file && platform_certificate_is_ours(library_name());
}

/* --- libcurl's verification ----------------------------------------------------------- */

bool server_certificate_prepare(CURL *easy, const char *ca_file, uint32_t flags)
{
    bool any_name = (flags & ODO_SECURITY_IGNORE_WRONG_NAME) != 0;

    if (server_certificate_is_ours(ca_file)) {
        return curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L) == CURLE_OK;
    }
    if (!(flags & ODO_SECURITY_CHECK_REVOCATION)) {
        /* Schannel would go online for revocation data by default; other TLS libraries ignore
         * the option. */
        curl_easy_setopt(easy, CURLOPT_SSL_OPTIONS, (long)CURLSSLOPT_NO_REVOKE);
    }
    return (!ca_file || curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file) == CURLE_OK) &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, any_name ? 0L : 2L) == CURLE_OK;
}

/* OpenSSL's verification results that identify a fault; they are part of its stable API. */
static enum odo_status fault_from_openssl(long result)
{
    switch (result) {
    case 9:  /* X509_V_ERR_CERT_NOT_YET_VALID */
    case 10: /* X509_V_ERR_CERT_HAS_EXPIRED */
        return ODO_E_CERTIFICATE_EXPIRED;
    case 2:  /* X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT */
    case 18: /* X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT */
    case 19: /* X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN */
    case 20: /* X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY */
    case 21: /* X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE */
    case 27: /* X509_V_ERR_CERT_UNTRUSTED */
        return ODO_E_CERTIFICATE_AUTHORITY;
    case 23: /* X509_V_ERR_CERT_REVOKED */
        return ODO_E_CERTIFICATE_REVOKED;
    case 26: /* X509_V_ERR_INVALID_PURPOSE */
    case 28: /* X509_V_ERR_CERT_REJECTED */
        return ODO_E_CERTIFICATE_USAGE;
    case 0:
    case 1:  /* initial value: the chain is good, and libcurl compares the name itself */
    case 62: /* X509_V_ERR_HOSTNAME_MISMATCH */
    case 64: /* X509_V_ERR_IP_ADDRESS_MISMATCH */
        return ODO_E_CERTIFICATE_NAME;
    default:
        return ODO_OK;
    }
}

enum odo_status server_certificate_fault(CURL *easy, CURLcode code)
{
    const char *library = library_name();
    long result = 0;

    if (code != CURLE_PEER_FAILED_VERIFICATION || !library ||
        strncmp(library, "OpenSSL/", strlen("OpenSSL/")) != 0 ||
        curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &result) != CURLE_OK) {
        return ODO_OK;
    }
    return fault_from_openssl(result);
}
