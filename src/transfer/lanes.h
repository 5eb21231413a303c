/*
 * What to do about connections that are idle or slow: let one take over part of what another
 * has yet to receive, request a small remainder a second time (a hedge), or give up a request
 * that is far slower than the others. A lane is one of the requests in flight at once.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_LANES_H
#define ODO_TRANSFER_LANES_H

#include "transfer/state.h"

/* The number of requests that may be in flight now. */
uint32_t lanes_most(const struct transfer *transfer);

/* The same as if the version were known, if it has validators. */
uint32_t lanes_allowed(const struct transfer *transfer);

/* True if no further request may be sent: as many as the server accepts are in flight, apart
 * from those that it may have forgotten. */
bool lanes_are_taken(const struct transfer *transfer, uint64_t now_ms);

/* The front request, if others may take from its rear; or NULL. *bytes_out is how much one may
 * take. */
struct attempt *lanes_find_front(const struct transfer *transfer, uint64_t *bytes_out);

/* An attempt whose last bytes an idle connection would deliver sooner; or NULL. */
struct attempt *lanes_find_victim(const struct transfer *transfer, uint64_t now_ms);

/* Cut the last `bytes` off an attempt that has one piece. */
struct byte_range lanes_cut(struct attempt *victim, uint64_t bytes);

/*
 * The front has reached the end of its pieces, and bytes that follow belong to other attempts.
 * Would the next of them at or after `offset` receive the rest of its piece sooner? *other_out
 * is that attempt, except with LANES_NOBODY.
 */
enum lanes_neighbour {
    LANES_NOBODY,
    LANES_SOONER,
    LANES_SLOWER,  /* the front would be much faster and should take the rest */
    LANES_UNKNOWN, /* it has only just begun: ask again soon */
};
enum lanes_neighbour lanes_look_ahead(const struct transfer *transfer,
                                      const struct attempt *front, uint64_t offset,
                                      uint64_t now_ms, struct attempt **other_out);

/* Half of the victim's remaining bytes: the share to take over. */
uint64_t lanes_half(const struct attempt *victim);

/*
 * An attempt far slower than the others, with long to go, so that a new connection is worth
 * trying; or NULL. Each time one is found the interval to the next search grows, so that a
 * server that has become slow as a whole is not flooded with requests. After two there is none
 * until a byte counts.
 */
struct attempt *lanes_find_slow(struct transfer *transfer, uint64_t now_ms);

/*
 * With nothing left to request: the attempt receiving one of the last pieces that would take so
 * much longer than a new request that a hedge is worthwhile; or NULL.
 */
struct attempt *lanes_find_tail(const struct transfer *transfer, uint64_t now_ms);

/* A hedge that is overdue itself, so that another one is worth trying; or NULL. */
struct attempt *lanes_find_late_hedge(const struct transfer *transfer, uint64_t now_ms);

/* An attempt has ended: record how many bytes it received and how long it took. */
void lanes_measure(struct transfer *transfer, const struct attempt *attempt, uint64_t now_ms);

#endif
