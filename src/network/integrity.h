/*
 * The integrity check of one download. First its piece hash file is downloaded (piece_list.h);
 * then the pieces of the file are checked as they arrive (piece_check.h).
 *
 * Only a whole file is checked. If the check is mandatory, whatever prevents it fails the
 * download; otherwise the file is downloaded unchecked. A piece that is bad twice fails the
 * download in either case.
 *
 * Network thread only, except integrity_create() and integrity_free().
 */
#ifndef ODO_NETWORK_INTEGRITY_H
#define ODO_NETWORK_INTEGRITY_H

#include "network/destination.h"
#include "output/piece_hashes.h"
#include "transfer/transfer.h"

struct buffer;
struct integrity;

/* Everything but the strings is borrowed until integrity_free(). */
struct integrity_setup {
    const char *info; /* see download_options */
    bool is_mandatory;
    struct transfer *transfer;
    const struct destination *destination;
};

/*
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status integrity_create(const struct integrity_setup *setup,
                                 struct integrity **integrity_out);

/* All of these accept NULL, for a file without a check. */

void integrity_free(struct integrity *integrity);

/* The URL of the piece hash file. */
const char *integrity_url(const struct integrity *integrity);

bool integrity_is_mandatory(const struct integrity *integrity);

/* True while the piece hashes are not known; no byte of the file is requested until then. */
bool integrity_is_pending(const struct integrity *integrity);

/* True if received bytes are checked. */
bool integrity_is_checking(const struct integrity *integrity);

/*
 * While pending: use this piece hash file, whose content is freed. On failure it is unusable,
 * for instance with ODO_E_METAINFO_PIECE_SIZE where a stream cannot buffer a piece; the state
 * stays pending.
 */
enum odo_status integrity_begin(struct integrity *integrity, struct buffer *content);

/* While pending: there are no piece hashes. Returns false if the file must not be downloaded
 * unchecked. */
bool integrity_give_up(struct integrity *integrity, enum odo_status why);

/* State what the check needs of a stream; and verify that it was granted once it is open. */
void integrity_want_stream(const struct integrity *integrity, struct stream_use *use);

/* ODO_E_METAINFO_PIECE_SIZE   mandatory, and the stream cannot buffer a piece */
enum odo_status integrity_sink_opened(struct integrity *integrity);

/*
 * The size of the file is known.
 *
 *   ODO_E_METAINFO_CONTENT_LENGTH   mandatory, and the piece hash file states a different size
 */
enum odo_status integrity_check_size(struct integrity *integrity, uint64_t file_size);

/* The download starts over. */
void integrity_restart(struct integrity *integrity);

/*
 * Bytes were written to the sink, and count. A bad piece is requested again.
 *
 *   any failure   is final: see piece_check_arrived()
 */
enum odo_status integrity_arrived(struct integrity *integrity, uint64_t output, uint64_t bytes);

/* True when this byte belongs to a piece that was bad once. */
bool integrity_was_bad(const struct integrity *integrity, uint64_t offset);

/* True when nothing is left to check. */
bool integrity_is_complete(const struct integrity *integrity);

/* While checking: fill in a checkpoint, see piece_check_record(). */
enum odo_status integrity_record(const struct integrity *integrity,
                                 struct checkpoint *checkpoint);

#endif
