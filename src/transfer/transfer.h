/*
 * One file's download as a state machine: which requests to have, what a reply changes, and
 * when the file is whole. It is told events with the time, and answers with what to do. It has
 * no socket, clock, disk, thread or lock; bytes do not pass through it.
 *
 * Who drives it (src/network with libcurl, tests/simulation with a world of its own):
 *
 *   while transfer_wants_attempt()      transfer_next_attempt(), and send that request
 *   a reply's header has come           transfer_reply(): take the body, or not
 *   bytes of a body have come           transfer_place() for each stretch; transfer_saved()
 *                                       when what was kept is in the output
 *   an attempt's `end` is not OPEN      stop the request, as soon as that may be done
 *   a request is over                   transfer_ended(), once for each attempt
 *   `phase` is RESTARTING, no attempts  empty the output, then transfer_restarted()
 *   `phase` is FINISHING                finish the output, then transfer_finished()
 *   transfer_wake_at() has passed       transfer_tick()
 *
 * Invariants:
 *
 *   1. Each wanted byte is in exactly one of these: safe in the output, in the plan to be asked
 *      for, or out with one attempt. (A hedge asks for bytes that are its twin's.)
 *   2. Bytes of two versions are never in the output together: see version.h. While somebody
 *      brings bytes of the known version, no reply of another one changes anything.
 *   3. What a further request is told never ends a transfer while another one brings bytes.
 *   4. Whenever nothing is out, the transfer is done, has failed, waits for a time that
 *      transfer_wake_at() tells, or wants an attempt.
 *
 * Phases, and who changes them: see phase_may_follow() in transfer.c.
 */
#ifndef ODO_TRANSFER_TRANSFER_H
#define ODO_TRANSFER_TRANSFER_H

#include "transfer/state.h"

/* --- Life ----------------------------------------------------------------------------- */

/*
 * Begin where the checkpoint or the stream stands. `transfer` is zeroed by this.
 *
 *   ODO_E_DAMAGED         the checkpoint does not fit the wanted ranges
 *   ODO_E_INVALID_RANGE   the ranges do not fit the size that is known
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status transfer_init(struct transfer *transfer, const struct transfer_setup *setup,
                              const struct transfer_rules *rules,
                              const struct transfer_limits *limits, uint64_t now_ms);

/* Attempts that are still out are forgotten. */
void transfer_free(struct transfer *transfer);

/*
 * The same with nothing out, and where the file stands is handed over instead of freed: so this
 * needs no memory. The caller owns *checkpoint_out.
 */
void transfer_end(struct transfer *transfer, struct checkpoint *checkpoint_out);

/*
 * Where the file would go on if the process ended now: what is out counts as missing. Of a
 * transfer that is checked, `cursor` and holes are nothing's.
 *
 *   ODO_E_OUT_OF_MEMORY   *checkpoint_out is untouched
 */
enum odo_status transfer_checkpoint(const struct transfer *transfer,
                                    struct checkpoint *checkpoint_out);

/* --- Asking --------------------------------------------------------------------------- */

/* True when it could use one more request now. */
bool transfer_wants_attempt(const struct transfer *transfer, uint64_t now_ms);

/*
 * The next request. The output is open. Its pieces are out until transfer_ended(), or until
 * transfer_unsent() when it was not sent after all.
 *
 *   ODO_E_NOT_FOUND   nothing to ask for; the phase may have changed
 *   any other         the transfer has failed with it
 */
enum odo_status transfer_next_attempt(struct transfer *transfer, uint64_t now_ms,
                                      struct attempt **attempt_out);
void transfer_unsent(struct transfer *transfer, struct attempt *attempt);

/* What stands behind "bytes=" in its Range header. */
void transfer_write_ranges(const struct attempt *attempt,
                           char text_out[ATTEMPT_RANGES_TEXT_MOST + 48]);

/* The value of its If-Range header; NULL for none. Borrowed from the transfer. */
const char *transfer_if_range(const struct transfer *transfer, const struct attempt *attempt);

/* --- What comes ----------------------------------------------------------------------- */

/*
 * A request is over, with `result`: ODO_OK for a message that ended as it should, and
 * ODO_E_CANCELLED for one that was stopped. Everything that was kept and could be saved has
 * been. The attempt is freed.
 */
void transfer_ended(struct transfer *transfer, struct attempt *attempt,
                    const struct odo_error *result, uint64_t now_ms);

/* The client of the stream has taken so many bytes of the output. */
void transfer_stream_taken(struct transfer *transfer, uint64_t taken, uint64_t now_ms);

/* Bytes that were safe proved false: they are asked for again. Failures as transfer_fail(). */
void transfer_lost(struct transfer *transfer, struct byte_range span);

/* --- Time, and the end ---------------------------------------------------------------- */

/* When transfer_tick() has something to do; UINT64_MAX when only events change anything. */
uint64_t transfer_wake_at(const struct transfer *transfer, uint64_t now_ms);
void transfer_tick(struct transfer *transfer, uint64_t now_ms);

/* The output was emptied; or that failed, which is final. */
void transfer_restarted(struct transfer *transfer, enum odo_status status, uint64_t now_ms);

/* The output is whole and closed; or that failed. */
void transfer_finished(struct transfer *transfer, enum odo_status status);

/* Make `error` final. */
void transfer_fail(struct transfer *transfer, const struct odo_error *error);

/* --- Where it stands ------------------------------------------------------------------ */

/* Wanted bytes that are safe; of a stream, those that its client has taken. */
uint64_t transfer_had(const struct transfer *transfer);

/* True while some other attempt than this one brings bytes; NULL for any. */
bool transfer_others_bring(const struct transfer *transfer, const struct attempt *attempt);

/* A reply was of another version, for good: all that has come is void. */
void transfer_restart(struct transfer *transfer);

#endif
