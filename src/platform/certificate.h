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

#include <odo/types.h>

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether platform_certificate_verify() can look into the sessions of this TLS library, by its
 * name, such as "Schannel" or "OpenSSL/3.0.19". If not, the library must verify. NULL is none.
 */
bool platform_certificate_is_ours(const char *library);

/*
 * Verify what the server of an established session has shown.
 *
 * `session` is the library's own: a CtxtHandle of Schannel. `host` is the server's name, or its
 * address, an IPv6 address without brackets; UTF-8. `flags` is of enum odo_security_flag. The
 * revocation of certificates is looked up with ODO_SECURITY_CHECK_REVOCATION alone; what cannot
 * be found out is then a fault too, and nothing is passed over.
 *
 * It may wait for the network: for a missing certificate of an authority, or for a list of
 * revoked ones, some seconds each. Any thread.
 *
 *   ODO_E_CERTIFICATE_REVOKED, _AUTHORITY, _EXPIRED, _USAGE, _NAME, _UNCHECKED   why not; one
 *                         of several faults
 *   ODO_E_CERTIFICATE     for another reason, such as a wrong signature
 *   ODO_E_TLS             the session has no certificate
 *   ODO_E_OUT_OF_MEMORY
 *   ODO_E_NOT_SUPPORTED   the sessions are not ours to look into
 */
enum odo_status platform_certificate_verify(void *session, const char *host, uint32_t flags);

#endif
