/*
 * Verifies server certificates against the system's trust store.
 *
 * On Windows we query the system's store ourselves rather than leave it to the TLS library:
 * this reveals what is wrong, lets single faults be ignored, and Wine's library accepts any
 * certificate. Elsewhere the TLS library verifies, and these functions do nothing.
 */
#ifndef ODO_PLATFORM_CERTIFICATE_H
#define ODO_PLATFORM_CERTIFICATE_H

#include "platform/hash.h"

#include <odo/types.h>

#include <stdbool.h>
#include <stdint.h>

/*
 * True if platform_certificate_verify() supports the sessions of this TLS library, given its
 * name, such as "Schannel" or "OpenSSL/3.0.19". Otherwise the library must verify. NULL means
 * none.
 */
bool platform_certificate_is_ours(const char *library);

/* The certificates presented by a server: its own, and those of authorities. */
struct platform_certificate;

/*
 * Copy them from an established session, which may end afterwards. `session` is the library's
 * own type: Schannel's CtxtHandle.
 *
 *   ODO_E_TLS             the session has no certificate
 *   ODO_E_OUT_OF_MEMORY
 *   ODO_E_NOT_SUPPORTED   sessions of this library cannot be examined
 */
enum odo_status platform_certificate_take(void *session,
                                          struct platform_certificate **certificate_out);
void platform_certificate_free(struct platform_certificate *certificate); /* NULL is allowed */

/* The SHA-256 of the server's own certificate. ODO_E_OUT_OF_MEMORY, ODO_E_UNEXPECTED. */
enum odo_status platform_certificate_digest(const struct platform_certificate *certificate,
                                            unsigned char digest_out[SHA256_SIZE]);

/* Where to look for missing issuer certificates and revocation lists. */
enum platform_certificate_reach {
    PLATFORM_CERTIFICATE_LOCAL, /* in the system's caches only: never waits for the network */
    PLATFORM_CERTIFICATE_REMOTE /* from servers as well: may take seconds each */
};

/*
 * Verify. `host` is the server's name or address (an IPv6 address without brackets), in UTF-8.
 * `flags` are of enum odo_security_flag. Revocation is checked only with
 * ODO_SECURITY_CHECK_REVOCATION; an unknown status is then a fault too, and no fault is
 * ignored. `is_final_out` is false if REMOTE could change the result, which with that flag is
 * always; after REMOTE it is true. Any thread.
 *
 *   ODO_E_CERTIFICATE_REVOKED, _AUTHORITY, _EXPIRED, _USAGE, _NAME, _UNCHECKED
 *                         the reason; if there are several faults, one of them
 *   ODO_E_CERTIFICATE     another reason, such as an invalid signature
 *   ODO_E_OUT_OF_MEMORY
 *   ODO_E_NOT_SUPPORTED   as above
 */
enum odo_status platform_certificate_verify(const struct platform_certificate *certificate,
                                            const char *host, uint32_t flags,
                                            enum platform_certificate_reach reach,
                                            bool *is_final_out);

#endif
