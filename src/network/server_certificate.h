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

#include "network/look_up.h"

#include <odo/types.h>

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

struct origin;

/* Of a client's flags those that have an effect: with CHECK_REVOCATION none but it. */
uint32_t server_certificate_flags(uint32_t flags);

/* Whether the check is ours: server_certificate_verify() is called once libcurl is connected.
 */
bool server_certificate_is_ours(const char *ca_file);

/* Set what concerns it in an easy handle. False is out of memory. */
bool server_certificate_prepare(CURL *easy, const char *ca_file, uint32_t flags);

/*
 * libcurl is connected to the origin, and the request comes next. A rejected certificate is
 * ODO_E_CERTIFICATE, with the cause. When *wait_out is for something, nothing is decided, since
 * it must be looked up on the network first: end the request, and ask anew then.
 */
struct odo_error server_certificate_verify(CURL *easy, struct origin *origin, uint32_t flags,
                                           struct look_up *look_up,
                                           struct look_up_wait *wait_out);

/* What was wrong, when libcurl has rejected the certificate with this result; or ODO_OK when
 * it does not say. */
enum odo_status server_certificate_fault(CURL *easy, CURLcode code);

#endif
