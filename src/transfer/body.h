/*
 * Where the bytes of a body belong, and when they count as received.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_BODY_H
#define ODO_TRANSFER_BODY_H

#include "transfer/state.h"

struct content_range;

/* What to do with the next bytes of a body. */
struct transfer_step {
    enum transfer_step_kind {
        TRANSFER_KEEP,  /* write `length` bytes at `output` */
        TRANSFER_SKIP,  /* discard `length` bytes */
        TRANSFER_PAUSE, /* retry when the stream has room */
        TRANSFER_STOP,  /* the rest of the body is useless; attempt->end says why */
    } kind;
    uint64_t length; /* at least 1, at most the size offered */
    uint64_t output;
};

/* Decide what happens to the first of the next `size` bytes (at least 1) of a body. KEEP and
 * SKIP mark them as received. */
struct transfer_step transfer_place(struct transfer *transfer, struct attempt *attempt,
                                    uint64_t size, uint64_t now_ms);

/* Where the next byte of a body belongs; false if it is not wanted. */
bool transfer_next_output(const struct transfer *transfer, const struct attempt *attempt,
                          uint64_t *output_out);

/*
 * A part of a multipart body begins. Returns false if it does not belong to this file; the
 * attempt has then ended. A part's bytes count only once the part is verified as complete.
 */
bool transfer_part(struct transfer *transfer, struct attempt *attempt,
                   const struct content_range *part);
void transfer_part_verified(struct transfer *transfer, struct attempt *attempt,
                            uint64_t now_ms);

/* No further parts follow, whether or not the message ends: what they left out is requested
 * again. */
void transfer_parts_ended(struct transfer *transfer, struct attempt *attempt);

/* The multipart body is malformed or contradicts the request: bytes kept of the current part
 * are discarded, and from now on ranges are requested one at a time. */
void transfer_parts_failed(struct transfer *transfer, struct attempt *attempt);

/* All bytes that transfer_place() has kept for the attempt have been written to the output: a
 * checkpoint counts them from now on. */
void transfer_saved(struct transfer *transfer, struct attempt *attempt, uint64_t now_ms);

/*
 * A hedge has all of its bytes in memory. Those from *offset_out up to its end are to be
 * written once the bytes kept by its twin are saved. Returns false if they are no longer
 * needed. After the write, transfer_hedge_won() reports how many bytes are safe, and the twin
 * ends.
 */
bool transfer_hedge_has_all(const struct transfer *transfer, const struct attempt *hedge,
                            uint64_t *offset_out, uint64_t *output_out);
void transfer_hedge_won(struct transfer *transfer, struct attempt *hedge, uint64_t bytes,
                        uint64_t now_ms);

#endif
