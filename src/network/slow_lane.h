/*
 * What to do about a slow connection: share what it still has to bring when others are idle,
 * ask for a small rest of it elsewhere as well, or give it up for another when it is far behind
 * its like.
 *
 * On the network thread alone.
 */
#ifndef ODO_NETWORK_SLOW_LANE_H
#define ODO_NETWORK_SLOW_LANE_H

#include "network/transfer.h"

/* A request with a rear half that a free connection would bring sooner; or NULL. */
struct request *slow_lane_find_victim(const struct download *transfer, uint64_t now_ms);

/* Cut the request in two, and say what its rear half was, which is somebody else's now. */
struct byte_range slow_lane_cut(struct request *victim);

/*
 * A request that is far slower than its like and will be for long, so that another connection
 * is worth a try; or NULL. The caller ends it. After each, the next one is looked for later, so
 * that a server that has become slow altogether is left in peace.
 */
struct request *slow_lane_find_slow(struct download *transfer, uint64_t now_ms);

/*
 * With nothing left to ask for: the request that brings one of the last pieces, and will for so
 * much longer than a fresh one might need that it is worth asking twice; or NULL. The first to
 * have all of it wins.
 */
struct request *slow_lane_find_tail(const struct download *transfer, uint64_t now_ms);

/* Ask for the rest of such a request once more. */
void slow_lane_hedge(struct request *slow, struct request_start *start_out);

/* One of these that has no answer in time itself, so that another one is worth a try; or NULL.
 */
struct request *slow_lane_find_late_hedge(const struct download *transfer, uint64_t now_ms);

/* The other one has ended. If it has it all, the slow one has as well, and has REQUEST_ENOUGH.
 */
void slow_lane_settle_hedge(struct request *hedge);

/* The request that was sent after the rest of this one and is in flight; or NULL. */
struct request *slow_lane_hedge_of(const struct request *slow);

/* A request has ended: note what it brought, and how long it took. */
void slow_lane_measure(struct download *transfer, const struct request *request,
                       uint64_t now_ms);

#endif
