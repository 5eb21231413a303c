/*
 * The pieces of a file during its download: which have arrived, and which match their hashes. A
 * piece counts once it was found good; a bad one is discarded and requested once more, on a
 * connection of its own.
 *
 * A piece is read back from the sink and hashed as soon as its last byte is written, on the
 * network thread: a few milliseconds per mebibyte. Only good pieces are recorded, so whatever a
 * checkpoint lists is good.
 *
 * Network thread only, except piece_check_create() and piece_check_free().
 */
#ifndef ODO_NETWORK_PIECE_CHECK_H
#define ODO_NETWORK_PIECE_CHECK_H

#include "job/checkpoint.h"
#include "network/destination.h"
#include "output/piece_hashes.h"
#include "transfer/transfer.h"

struct piece_check;

/*
 * Takes ownership of `hashes` on success. The other two are borrowed.
 *
 *   ODO_E_OUT_OF_MEMORY, ODO_E_UNEXPECTED
 */
enum odo_status piece_check_create(struct piece_hashes *hashes, struct transfer *transfer,
                                   const struct destination *destination,
                                   struct piece_check **check_out);
void piece_check_free(struct piece_check *check); /* NULL is allowed */

/*
 * Read from the transfer's plan, or its stream, which bytes are present. May be called again
 * when the download starts over. Returns the number of bytes in good pieces.
 */
uint64_t piece_check_begin(struct piece_check *check);

/*
 * New bytes were written to the sink at `output`. Bad pieces go back to the transfer's plan,
 * and good ones are released to a stream's client. `*good_out` receives the number of bytes in
 * pieces that were found good by this call.
 *
 *   ODO_E_BAD_PIECE_HASH   a piece is bad again
 *   ODO_E_OUT_OF_MEMORY, ODO_E_UNEXPECTED, ODO_E_INPUT_OUTPUT ...   it cannot be checked
 */
enum odo_status piece_check_arrived(struct piece_check *check, uint64_t output, uint64_t size,
                                    uint64_t *good_out);

/* True when all pieces are good. */
bool piece_check_is_complete(const struct piece_check *check);

/* True when the piece that contains this byte was bad and is requested again. */
bool piece_check_was_bad(const struct piece_check *check, uint64_t offset);

/* Bytes received of incomplete pieces. */
uint64_t piece_check_unverified(const struct piece_check *check);

/* What a stream must be able to buffer: one piece. */
uint64_t piece_check_piece_size(const struct piece_check *check);

uint64_t piece_check_content_length(const struct piece_check *check);

/*
 * Record exactly the good pieces in a checkpoint. The caller owns the holes.
 *
 *   ODO_E_OUT_OF_MEMORY   only the good pieces at the front are recorded
 */
enum odo_status piece_check_record(const struct piece_check *check,
                                   struct checkpoint *checkpoint);

#endif
