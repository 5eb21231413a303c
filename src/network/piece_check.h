/*
 * The pieces of a file while it comes: which are there, and which of these are what their
 * hashes say. A piece counts when it was found good; one that is bad is dropped and asked for
 * once more, on a connection of its own.
 *
 * A piece is read back from the sink and hashed as soon as its last byte is there, on the
 * network thread: some milliseconds for each mebibyte. What a checkpoint says to be there is
 * good, since only good pieces are recorded.
 *
 * On the network thread alone, but for piece_check_create() and piece_check_free().
 */
#ifndef ODO_NETWORK_PIECE_CHECK_H
#define ODO_NETWORK_PIECE_CHECK_H

#include "job/checkpoint.h"
#include "network/destination.h"
#include "output/piece_hashes.h"
#include "transfer/transfer.h"

struct piece_check;

/*
 * Takes `hashes` over, on success. The other two are borrowed.
 *
 *   ODO_E_OUT_OF_MEMORY, ODO_E_UNEXPECTED
 */
enum odo_status piece_check_create(struct piece_hashes *hashes, struct transfer *transfer,
                                   const struct destination *destination,
                                   struct piece_check **check_out);
void piece_check_free(struct piece_check *check); /* NULL is fine */

/*
 * Take over from the transfer's plan, or its stream, what is there. May be called again, when
 * the file begins anew. Returns how many bytes there are in good pieces.
 */
uint64_t piece_check_begin(struct piece_check *check);

/*
 * Bytes have come that were not there, and are in the sink at `output`. Bad pieces go back to
 * the transfer's plan, and good ones on to the client of a stream. `*good_out` receives how
 * many bytes there are in the pieces that have turned out good.
 *
 *   ODO_E_BAD_PIECE_HASH   a piece is bad again
 *   ODO_E_OUT_OF_MEMORY, ODO_E_UNEXPECTED, ODO_E_INPUT_OUTPUT ...   it cannot be checked
 */
enum odo_status piece_check_arrived(struct piece_check *check, uint64_t output, uint64_t size,
                                    uint64_t *good_out);

/* True when all pieces are good. */
bool piece_check_is_complete(const struct piece_check *check);

/* True when the piece in which this byte lies was bad, and is to come once more. */
bool piece_check_was_bad(const struct piece_check *check, uint64_t offset);

/* Bytes that have come of pieces that are not whole. */
uint64_t piece_check_unverified(const struct piece_check *check);

/* How much must fit into the buffer of a stream: a piece. */
uint64_t piece_check_piece_size(const struct piece_check *check);

uint64_t piece_check_content_length(const struct piece_check *check);

/*
 * Say in a checkpoint that the good pieces are there, and no others. The holes are the
 * caller's.
 *
 *   ODO_E_OUT_OF_MEMORY   only the good pieces at the front are said to be there
 */
enum odo_status piece_check_record(const struct piece_check *check,
                                   struct checkpoint *checkpoint);

#endif
