/*
 * The integrity check of one transfer. Before the file itself, the piece hash file is fetched,
 * by a transfer of its own into memory: one plain GET, with the retries, redirects and caps of
 * all others, and with the client's headers only on the file's own server. Then the pieces of
 * the file are checked as they come (piece_check.h).
 *
 * Only a whole file is checked. What stands in the way of a check ends a transfer when the
 * check is mandatory; otherwise the file comes without one. A piece that is bad twice ends it
 * in either case.
 *
 * On the network thread alone, but for integrity_create() and integrity_free().
 */
#ifndef ODO_NETWORK_INTEGRITY_H
#define ODO_NETWORK_INTEGRITY_H

#include "network/fetch.h"

struct stream_use;

/*
 * Give a new transfer its check, if its options ask for one. `download->integrity` stays NULL
 * if they do not.
 *
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status integrity_create(struct fetch *download);

/* The transfer of the piece hash file has ended. NULL is fine. */
void integrity_free(struct integrity *integrity);

/* All of these take a transfer without a check as well. */

/* The transfer that fetches the piece hash file; NULL when there is none any more. */
struct fetch *integrity_list(const struct fetch *download);

/* The same, to be ended by the caller. */
struct fetch *integrity_take_list(struct fetch *download);

/* True while it is not known what to check against: no byte of the file is asked for. */
bool integrity_is_pending(const struct fetch *download);

/* True when what comes is checked. */
bool integrity_is_checking(const struct fetch *download);

/* Say what the check needs of a stream; and look at what it got, once it is open. */
void integrity_want_stream(const struct fetch *download, struct stream_use *use);

/*
 *   ODO_E_METAINFO_PIECE_SIZE   mandatory, and the stream has no room for a piece
 */
enum odo_status integrity_sink_opened(struct fetch *download);

/*
 * A server has said how long the file is.
 *
 *   ODO_E_METAINFO_CONTENT_LENGTH   mandatory, and the piece hash file says otherwise
 */
enum odo_status integrity_check_size(struct fetch *download, uint64_t file_size);

/* The file begins anew. */
void integrity_restart(struct fetch *download);

/* While checking: bytes are in the sink. A piece that is bad for good fails the transfer. */
void integrity_arrived(struct fetch *download, uint64_t output, uint64_t bytes);

/* True when this byte belongs to a piece that was bad. */
bool integrity_was_bad(const struct fetch *download, uint64_t offset);

/* True when nothing is left to be checked. */
bool integrity_is_complete(const struct fetch *download);

/* While checking: what to record. As piece_check_record(). */
enum odo_status integrity_record(const struct fetch *download, struct checkpoint *checkpoint);

#endif
