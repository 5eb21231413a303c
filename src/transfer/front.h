/*
 * The front is the request for all that is left of a file. Others take from its rear, so its
 * body may read on past what it was cut to, while the bytes that follow belong to no request or
 * to one that would be slower.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_FRONT_H
#define ODO_TRANSFER_FRONT_H

#include "transfer/state.h"

enum front_extension {
    FRONT_EXTENDED, /* there is more for it to receive */
    FRONT_LATER, /* undecided: a stream has no room, or the request that has the next bytes has
                    only just begun; ask again after time has passed or bytes have arrived */
    FRONT_AT_END,
};

/* Bytes of the stream's window that may be requested; UINT64_MAX for a file. */
uint64_t front_room(const struct transfer *transfer);

/* An attempt has received everything it asked for: may it continue? */
enum front_extension front_extend(struct transfer *transfer, struct attempt *attempt,
                                  uint64_t now_ms);

/* End the attempt as ENOUGH if it has received everything and may not continue. */
void front_end_if_complete(struct transfer *transfer, struct attempt *attempt, uint64_t now_ms);

#endif
