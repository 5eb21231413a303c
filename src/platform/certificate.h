/*
 * Whether the certificate of a server can be trusted, by the rules and the store of the system.
 *
 * On Windows we ask the system's store ourselves, and do not leave it to the TLS library: it
 * says what is wrong and not only that something is, one fault can be passed over without the
 * others, and Wine's library finds nothing wrong with any certificate. Elsewhere the TLS
 * library verifies, and there is nothing for us to do.
 */
#ifndef ODO_PLATFORM_CERTIFICATE_H
#define ODO_PLATFORM_CERTIFICATE_H

#include "platform/hash.h"

#include <odo/types.h>

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether platform_certificate_verify() can look into the sessions of this TLS library, by its
 * name, such as "Schannel" or "OpenSSL/3.0.19". If not, the library must verify. NULL is none.
 */
bool platform_certificate_is_ours(const char *library);

/* What the server of a session has shown: its certificate, and those of authorities with it. */
struct platform_certificate;

/*
 * Take it out of an established session, which need not outlive it. `session` is the library's
 * own: a CtxtHandle of Schannel.
 *
 *   ODO_E_TLS             the session has no certificate
 *   ODO_E_OUT_OF_MEMORY
 *   ODO_E_NOT_SUPPORTED   the sessions are not ours to look into
 */
enum odo_status platform_certificate_take(void *session,
                                          struct platform_certificate **certificate_out);
void platform_certificate_free(struct platform_certificate *certificate); /* NULL is fine */

/* The SHA-256 of the server's own certificate. ODO_E_OUT_OF_MEMORY, ODO_E_UNEXPECTED. */
enum odo_status platform_certificate_digest(const struct platform_certificate *certificate,
                                            unsigned char digest_out[SHA256_SIZE]);

/* How far to go for a missing certificate of an authority, or for a list of revoked ones. */
enum platform_certificate_reach {
    PLATFORM_CERTIFICATE_LOCAL, /* what the system has: never waits for the network */
    PLATFORM_CERTIFICATE_REMOTE /* from their servers as well: some seconds each */
};

/*
 * Verify it. `host` is the server's name, or its address, an IPv6 address without brackets;
 * UTF-8. `flags` is of enum odo_security_flag. The revocation of certificates is looked at
 * with ODO_SECURITY_CHECK_REVOCATION alone; what cannot be found out is then a fault too, and
 * nothing is passed over. `is_final_out` is false when REMOTE could change the result, as with
 * that flag always; after REMOTE it is true. Any thread.
 *
 *   ODO_E_CERTIFICATE_REVOKED, _AUTHORITY, _EXPIRED, _USAGE, _NAME, _UNCHECKED   why not; one
 *                         of several faults
 *   ODO_E_CERTIFICATE     for another reason, such as a wrong signature
 *   ODO_E_OUT_OF_MEMORY
 *   ODO_E_NOT_SUPPORTED   as above
 */
enum odo_status platform_certificate_verify(const struct platform_certificate *certificate,
                                            const char *host, uint32_t flags,
                                            enum platform_certificate_reach reach,
                                            bool *is_final_out);

#endif
