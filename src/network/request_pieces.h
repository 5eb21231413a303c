/*
 * Several pieces of the file in one request. Each was taken from the plan for itself, and is
 * given back for itself; so it does not matter which of them a server answers, in what order,
 * or merged with what lies between them.
 *
 * A request for one span has one piece, which needs no list. Otherwise one of the pieces stands
 * in the request's own `span`, `position` and `gathered_from`, for as long as bytes of it come.
 *
 * On the network thread alone.
 */
#ifndef ODO_NETWORK_REQUEST_PIECES_H
#define ODO_NETWORK_REQUEST_PIECES_H

#include "network/request.h"

/*
 * What `start` asks for.
 *
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status request_pieces_set(struct request *request, const struct request_start *start);

/* True when several were asked for. */
static inline bool request_has_pieces(const struct request *request)
{
    return request->pieces_sent > 1;
}

/* What stands behind "bytes=", which is at most REQUEST_RANGES_TEXT_MOST long. */
void request_pieces_write(const struct request_start *start,
                          char text_out[REQUEST_RANGES_TEXT_MOST + 1]);

/* Have the first piece that ends above `offset` in `span`; false when there is none. */
bool request_pieces_select(struct request *request, uint64_t offset);

/* What was gathered is in the sink: note it for the pieces that are not in `span`. */
void request_pieces_flushed(struct request *request);

/* What was asked for, from the first byte of the first piece to the last of the last. */
struct byte_range request_pieces_hull(const struct request *request);

/* All bytes of all pieces; of one that is open, BYTE_RANGE_TO_END. */
uint64_t request_pieces_total(const struct request *request);

/* Bytes that have not come. */
uint64_t request_pieces_missing(const struct request *request);

/* How many have come to their end. */
size_t request_pieces_complete(const struct request *request);

/* request_rest() of a piece, counted from 0. */
struct byte_range request_pieces_rest(const struct request *request, size_t index);

/* How many pieces, from the last one back, request_pieces_cut() would take away. */
size_t request_pieces_to_spare(const struct request *request);

/*
 * Take the rear half of the pieces that nothing has come of away from a request, into a list
 * with room for REQUEST_PIECES_MOST. Returns how many.
 */
size_t request_pieces_cut(struct request *request, struct byte_range *pieces_out);

#endif
