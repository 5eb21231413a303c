/*
 * The integrity check of one download. Before the file itself its piece hash file comes
 * (piece_list.h); then the pieces of the file are checked as they come (piece_check.h).
 *
 * Only a whole file is checked. What stands in the way of a check ends a download when the
 * check is mandatory; otherwise the file comes without one. A piece that is bad twice ends it
 * in either case.
 *
 * On the network thread alone, but for integrity_create() and integrity_free().
 */
#ifndef ODO_NETWORK_INTEGRITY_H
#define ODO_NETWORK_INTEGRITY_H

#include "network/destination.h"
#include "output/piece_hashes.h"
#include "transfer/transfer.h"

struct buffer;
struct integrity;

/* Everything but the text is borrowed until integrity_free(). */
struct integrity_setup {
    const char *info; /* as download_options has it */
    bool is_mandatory;
    struct transfer *transfer;
    const struct destination *destination;
};

/*
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status integrity_create(const struct integrity_setup *setup,
                                 struct integrity **integrity_out);

/* All of these take NULL as well, for a file without a check. */

void integrity_free(struct integrity *integrity);

/* Where the piece hash file is. */
const char *integrity_url(const struct integrity *integrity);

bool integrity_is_mandatory(const struct integrity *integrity);

/* True while it is not known what to check against: no byte of the file is asked for. */
bool integrity_is_pending(const struct integrity *integrity);

/* True when what comes is checked. */
bool integrity_is_checking(const struct integrity *integrity);

/*
 * While pending: check against this piece hash file, the content of which is freed. Any failure
 * means that it is of no use, as ODO_E_METAINFO_PIECE_SIZE where a stream cannot keep a piece,
 * and leaves it pending.
 */
enum odo_status integrity_begin(struct integrity *integrity, struct buffer *content);

/* While pending: there is nothing to check against. False when the file must not come so. */
bool integrity_give_up(struct integrity *integrity, enum odo_status why);

/* Say what the check needs of a stream; and look at what it got, once it is open. */
void integrity_want_stream(const struct integrity *integrity, struct stream_use *use);

/*
 *   ODO_E_METAINFO_PIECE_SIZE   mandatory, and the stream has no room for a piece
 */
enum odo_status integrity_sink_opened(struct integrity *integrity);

/*
 * A server has said how long the file is.
 *
 *   ODO_E_METAINFO_CONTENT_LENGTH   mandatory, and the piece hash file says otherwise
 */
enum odo_status integrity_check_size(struct integrity *integrity, uint64_t file_size);

/* The file begins anew. */
void integrity_restart(struct integrity *integrity);

/*
 * Bytes are in the sink, and count. A piece that proves false is asked for again.
 *
 *   any failure   is final: as piece_check_arrived()
 */
enum odo_status integrity_arrived(struct integrity *integrity, uint64_t output, uint64_t bytes);

/* True when this byte belongs to a piece that was bad. */
bool integrity_was_bad(const struct integrity *integrity, uint64_t offset);

/* True when nothing is left to be checked. */
bool integrity_is_complete(const struct integrity *integrity);

/* While checking: what to record. As piece_check_record(). */
enum odo_status integrity_record(const struct integrity *integrity,
                                 struct checkpoint *checkpoint);

#endif
