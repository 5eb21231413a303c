/*
 * Several ranges in one request: worth it for many small ones, since all of them wait for the
 * answer together. Servers differ in how many they take, and some take one only; what works
 * with an origin is found out by asking, and remembered there (origin.h).
 *
 * On the network thread alone.
 */
#ifndef ODO_NETWORK_MANY_RANGES_H
#define ODO_NETWORK_MANY_RANGES_H

#include "network/transfer.h"

/* True when the server of the transfer's URL is known to answer several ranges. */
bool many_ranges_are_usable(const struct download *transfer);

/* What the next request may have. */
struct request_gathering many_ranges_gathering(const struct download *transfer);

/* Begin with the rear half of what nothing has come of in a request for many. */
void many_ranges_take_over(struct request *victim, struct request_start *start_out);

/* A request has ended and was flushed: note how the server has answered several ranges. */
void many_ranges_ended(struct request *request, enum odo_status result);

#endif
