/*
 * Certificate verification that never blocks the network thread. Whatever the system has cached
 * decides at once; where an issuer's certificate or a revocation list is missing, a separate
 * thread downloads it, and the caller asks again later.
 */
#ifndef ODO_NETWORK_CERTIFICATE_LOOK_UP_H
#define ODO_NETWORK_CERTIFICATE_LOOK_UP_H

#include "network/look_up.h"

#include <odo/types.h>

/* The look-up that certificate_look_up_verify() uses; NULL when out of memory. `on_answered`:
 * see look_up.h. */
struct look_up *certificate_look_up_create(void (*on_answered)(void *context), void *context);

/*
 * Verify the certificate that the server of `session` has presented; see platform/certificate.h
 * for the results. If `ticket_out` is not 0 nothing is decided yet: end the request, and ask
 * again, in this session or another, when the ticket is no longer pending. Results are cached
 * for the same certificate, host and flags.
 */
enum odo_status certificate_look_up_verify(struct look_up *look_up, void *session,
                                           const char *host, uint32_t flags,
                                           uint64_t *ticket_out);

#endif
