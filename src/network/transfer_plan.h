/*
 * What a transfer wants, which part of it at a time, and where the bytes land.
 *
 * A file takes its bytes in any order, so all of its ranges are planned as one. A stream takes
 * them in the order of the list; so for a stream the list is cut into runs, in each of which
 * the offsets ascend, and one run is planned after the other. Within a run, asking from the
 * front is asking in the stream's order.
 *
 * On the network thread, but for transfer_plan_prepare() in transfer_create().
 */
#ifndef ODO_NETWORK_TRANSFER_PLAN_H
#define ODO_NETWORK_TRANSFER_PLAN_H

#include "network/transfer.h"

/*
 * Begin with what the caller has said, with what an earlier transfer has learnt, and from
 * where the checkpoint or the stream stands.
 *
 *   ODO_E_DAMAGED, ODO_E_INVALID_RANGE   the checkpoint does not fit
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status transfer_plan_prepare(struct download *transfer);

/* After a run: plan the next. False when it was the last. Failures leave `*status_out`. */
bool transfer_plan_next_run(struct download *transfer, enum odo_status *status_out);

/* How many of them the client of the stream has taken. */
uint64_t transfer_plan_taken(const struct download *transfer);

/* All wanted bytes, of all runs; ODO_SIZE_UNKNOWN while an open end is not known. */
uint64_t transfer_plan_total(const struct download *transfer);

/* How many wanted bytes of the present run nobody has safely yet. Unknown ends count 0. */
uint64_t transfer_plan_missing(const struct download *transfer);

/* Bytes that may be asked for and have their place in the stream's buffer. */
uint64_t transfer_plan_room(const struct download *transfer);

void transfer_plan_free(struct download *transfer);

#endif
