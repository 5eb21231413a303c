/*
 * Whether a server is who it says: libcurl verifies its certificate, or we do, before anything
 * is sent to it.
 *
 * On Windows, where libcurl uses Schannel, we verify by the system's store, and libcurl's own
 * check is off; the network thread waits for no look-up: see certificate_look_up.h. Elsewhere,
 * and where a file names the authorities, libcurl verifies; of the flags only
 * ODO_SECURITY_IGNORE_WRONG_NAME then has an effect, for libcurl's check is all or nothing but
 * for the name. A fault that cannot be passed over alone is not passed over.
 *
 * On the network thread alone.
 */
#ifndef ODO_NETWORK_SERVER_CERTIFICATE_H
#define ODO_NETWORK_SERVER_CERTIFICATE_H

#include <odo/types.h>

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

struct request;

/* Of a client's flags those that have an effect: with CHECK_REVOCATION none but it. */
uint32_t server_certificate_flags(uint32_t flags);

/*
 * Set what concerns it in the request's easy handle. `request->security_flags` is set, and
 * `request->origin` will be before the connection is there. A rejected certificate ends the
 * request with ODO_E_CERTIFICATE, and the cause is in its error. Where something must be looked
 * up on the network first, the request says so with request_must_wait(). False is out of
 * memory.
 */
bool server_certificate_prepare(struct request *request, const char *ca_file);

/* What was wrong, when libcurl has rejected the certificate with this result; or ODO_OK when
 * it does not say. */
enum odo_status server_certificate_fault(CURL *easy, CURLcode code);

#endif
