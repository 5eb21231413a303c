/*
 * What to do about connections that are idle or slow: have one take a part of what another one
 * still has to bring, ask for a small rest once more, or give up one that is far behind its
 * like.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_LANES_H
#define ODO_TRANSFER_LANES_H

#include "transfer/state.h"

/* How many requests may be out now. */
uint32_t lanes_most(const struct transfer *transfer);

/* The same once the version is known, if it has validators. */
uint32_t lanes_allowed(const struct transfer *transfer);

/* The attempt for all that is left of the file, if others may take from its rear; or NULL. How
 * much one may take is in *bytes_out. */
struct attempt *lanes_find_front(const struct transfer *transfer, uint64_t *bytes_out);

/* An attempt with a rear part that an idle connection would bring sooner; or NULL. */
struct attempt *lanes_find_victim(const struct transfer *transfer, uint64_t now_ms);

/* Take the last `bytes` of an attempt with one piece away from it. */
struct byte_range lanes_cut(struct attempt *victim, uint64_t bytes);

/*
 * A front has come to `offset`, and what follows belongs to others: would the next of them
 * bring the rest of its piece sooner? *other_out is who that is, unless it is nobody.
 */
enum lanes_neighbour {
    LANES_NOBODY,
    LANES_SOONER,
    LANES_SLOWER,  /* the front would, by far: the rest is better its */
    LANES_UNKNOWN, /* it has just begun; soon it will be known */
};
enum lanes_neighbour lanes_look_ahead(const struct transfer *transfer,
                                      const struct attempt *front, uint64_t offset,
                                      uint64_t now_ms, struct attempt **other_out);

/* How many bytes of such a victim's rest make a fair half. */
uint64_t lanes_half(const struct attempt *victim);

/*
 * An attempt that is far slower than its like and will be for long, so that another connection
 * is worth a try; or NULL. After each, the next one is looked for later, so that a server that
 * has become slow altogether is left in peace.
 */
struct attempt *lanes_find_slow(struct transfer *transfer, uint64_t now_ms);

/*
 * With nothing left to ask for: the attempt that brings one of the last pieces, and will for so
 * much longer than a fresh one might need that it is worth asking twice; or NULL.
 */
struct attempt *lanes_find_tail(const struct transfer *transfer, uint64_t now_ms);

/* A hedge that has no answer in time itself, so that another one is worth a try; or NULL. */
struct attempt *lanes_find_late_hedge(const struct transfer *transfer, uint64_t now_ms);

/* An attempt has ended: note what it brought, and how long it took. */
void lanes_measure(struct transfer *transfer, const struct attempt *attempt, uint64_t now_ms);

#endif
