/*
 * How far the body of a reply goes on: the one for all that is left of a file reads on over
 * what it was cut to, while what comes next is nobody's, or somebody's who will bring it later.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_FRONT_H
#define ODO_TRANSFER_FRONT_H

#include "transfer/state.h"

enum front_extension {
    FRONT_EXTENDED, /* there is more that it is for */
    FRONT_LATER,    /* nothing can be said yet: a stream has no room, or who has what comes next
                       has just begun; ask again when time has passed or bytes have come */
    FRONT_AT_END,
};

/* Bytes of the stream's window that may be asked for; UINT64_MAX for a file. */
uint64_t front_room(const struct transfer *transfer);

/* Everything that an attempt is for has come: may it go on? */
enum front_extension front_extend(struct transfer *transfer, struct attempt *attempt,
                                  uint64_t now_ms);

/* If everything that an attempt is for has come and it may not go on, it has enough. */
void front_end_if_complete(struct transfer *transfer, struct attempt *attempt, uint64_t now_ms);

#endif
