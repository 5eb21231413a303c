/*
 * Server authentication: libcurl or we verify the certificate before anything is sent.
 *
 * On Windows, where libcurl uses Schannel, we verify against the system's store and libcurl's
 * own check is off; look-ups do not block the network thread: see certificate_look_up.h.
 * Elsewhere, and with a CA file, libcurl verifies; then only the flag
 * ODO_SECURITY_IGNORE_WRONG_NAME has an effect, since libcurl can disable either the name check
 * or everything. A fault that cannot be ignored on its own is not ignored.
 *
 * Network thread only.
 */
#ifndef ODO_NETWORK_SERVER_CERTIFICATE_H
#define ODO_NETWORK_SERVER_CERTIFICATE_H

#include "network/look_up.h"

#include <odo/types.h>

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

struct origin;

/* Those of the client's flags that have an effect; ODO_SECURITY_CHECK_REVOCATION disables all
 * others. */
uint32_t server_certificate_flags(uint32_t flags);

/* True if we verify: server_certificate_verify() is called once libcurl is connected. */
bool server_certificate_is_ours(const char *ca_file);

/* Set the verification options of an easy handle. False when out of memory. */
bool server_certificate_prepare(CURL *easy, const char *ca_file, uint32_t flags);

/*
 * libcurl is connected to the origin and about to send the request. A rejected certificate is
 * ODO_E_CERTIFICATE, with the cause. If *wait_out is set, the decision needs a look-up: end the
 * request, and ask again afterwards.
 */
struct odo_error server_certificate_verify(CURL *easy, struct origin *origin, uint32_t flags,
                                           struct look_up *look_up,
                                           struct look_up_wait *wait_out);

/* What was wrong if libcurl rejected the certificate with this result; ODO_OK if it does not
 * say. */
enum odo_status server_certificate_fault(CURL *easy, CURLcode code);

#endif
