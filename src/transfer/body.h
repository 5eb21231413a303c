/*
 * Where the bytes of a body belong, and when they count.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_BODY_H
#define ODO_TRANSFER_BODY_H

#include "transfer/state.h"

struct content_range;

/* What is to become of the next bytes of a body. */
struct transfer_step {
    enum transfer_step_kind {
        TRANSFER_KEEP,  /* put `length` bytes at `output` */
        TRANSFER_SKIP,  /* drop `length` bytes */
        TRANSFER_PAUSE, /* come again when the stream has room */
        TRANSFER_STOP,  /* nothing of it is of use any more; attempt->end says why */
    } kind;
    uint64_t length; /* at least 1, at most what was offered */
    uint64_t output;
};

/* `size` bytes, at least 1, are next in a body: what becomes of the first of them. They count
 * as come with KEEP and SKIP. */
struct transfer_step transfer_place(struct transfer *transfer, struct attempt *attempt,
                                    uint64_t size, uint64_t now_ms);

/*
 * In a body of parts: a part begins; false when it is none of this file, then the attempt has
 * ended. Its bytes count only when it has proved whole.
 */
bool transfer_part(struct transfer *transfer, struct attempt *attempt,
                   const struct content_range *part);
void transfer_part_proved(struct transfer *transfer, struct attempt *attempt, uint64_t now_ms);

/* No part comes any more, whether or not the message ends: what it left out is asked for again.
 */
void transfer_parts_ended(struct transfer *transfer, struct attempt *attempt);

/* What came in parts cannot be believed or read: whatever was kept of the part that is open is
 * dropped, and ranges are asked for one at a time. */
void transfer_parts_failed(struct transfer *transfer, struct attempt *attempt);

/* Everything of the attempt that was kept is safe in the output now. */
void transfer_saved(struct transfer *transfer, struct attempt *attempt, uint64_t now_ms);

/*
 * A hedge has all of its bytes, in memory: those from *offset_out on, up to its end, are to be
 * written, when what its twin has kept is saved. False when they are of no use. Then
 * transfer_hedge_won(), with how many were written, tells that they are safe: the twin has
 * enough.
 */
bool transfer_hedge_has_all(const struct transfer *transfer, const struct attempt *hedge,
                            uint64_t *offset_out, uint64_t *output_out);
void transfer_hedge_won(struct transfer *transfer, struct attempt *hedge, uint64_t bytes,
                        uint64_t now_ms);

#endif
