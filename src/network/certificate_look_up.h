/*
 * Our own verification of a server's certificate, without waiting for the network: what the
 * system has decides at once; where that does not do, for want of an authority's certificate
 * or of a list of revoked ones, a thread of its own looks it up, and whoever asked asks again.
 */
#ifndef ODO_NETWORK_CERTIFICATE_LOOK_UP_H
#define ODO_NETWORK_CERTIFICATE_LOOK_UP_H

#include "network/look_up.h"

#include <odo/types.h>

/* The kind of question that certificate_look_up_verify() asks; NULL when there is no memory.
 * `on_answered` is called as look_up.h says. */
struct look_up *certificate_look_up_create(void (*on_answered)(void *context), void *context);

/*
 * Verify what the server of `session` has shown; see platform/certificate.h for that, and for
 * what is returned. When `ticket_out` is not 0 nothing is decided yet: end the request, and ask
 * again, in this session or in another one, when that is pending no more. What was found is
 * remembered for the same certificate, host and flags.
 */
enum odo_status certificate_look_up_verify(struct look_up *look_up, void *session,
                                           const char *host, uint32_t flags,
                                           uint64_t *ticket_out);

#endif
