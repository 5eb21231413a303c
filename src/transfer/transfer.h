/*
 * One file's download as a state machine: which requests to send, what a reply changes, and
 * when the file is complete. The driver passes in events with the time and carries out what the
 * state asks for. The machine has no socket, clock, disk, thread or lock, and no payload passes
 * through it.
 *
 * What the driver does (src/network with libcurl, tests/simulation in a simulated world):
 *
 *   while transfer_wants_attempt()      transfer_next_attempt(), and send that request
 *   a reply's header has arrived        transfer_reply(): receive the body, or not
 *   body bytes have arrived             transfer_place() for each stretch; transfer_saved()
 *                                       when the kept bytes are in the output
 *   an attempt's `end` is not OPEN      stop the request as soon as possible
 *   a request has ended                 transfer_ended(), once for each attempt
 *   `phase` is RESTARTING, no attempts  empty the output, then transfer_restarted()
 *   `phase` is FINISHING                finish the output, then transfer_finished()
 *   transfer_wake_at() has passed       transfer_tick()
 *
 * Invariants:
 *
 *   1. Each wanted byte is in exactly one place: safe in the output, in the plan, or in flight
 *      with one attempt. (A hedge duplicates bytes of its twin.)
 *   2. Bytes of two versions are never in the output together: see version.h. While an attempt
 *      receives bytes of the known version, no reply of another version changes anything.
 *   3. A refusal of one request never ends a transfer while another request receives bytes.
 *   4. Whenever nothing is in flight, the transfer is done, has failed, waits for the time
 *      returned by transfer_wake_at(), or wants an attempt.
 *
 * Phase transitions: see phase_may_follow() in transfer.c.
 */
#ifndef ODO_TRANSFER_TRANSFER_H
#define ODO_TRANSFER_TRANSFER_H

#include "transfer/state.h"

/* --- Life ----------------------------------------------------------------------------- */

/*
 * Start where the checkpoint or the stream stands. Initializes `transfer`.
 *
 *   ODO_E_DAMAGED         the checkpoint does not match the wanted ranges
 *   ODO_E_INVALID_RANGE   the ranges do not fit the known size
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status transfer_init(struct transfer *transfer, const struct transfer_setup *setup,
                              const struct transfer_rules *rules,
                              const struct transfer_limits *limits, uint64_t now_ms);

/* Attempts in flight are discarded. */
void transfer_free(struct transfer *transfer);

/*
 * Like transfer_free(), with nothing in flight, but hands over the checkpoint, which needs no
 * memory. The caller owns *checkpoint_out.
 */
void transfer_end(struct transfer *transfer, struct checkpoint *checkpoint_out);

/*
 * Where to resume if the process ended now: bytes in flight count as missing. For a checked
 * transfer, `cursor` and the holes are meaningless.
 *
 *   ODO_E_OUT_OF_MEMORY   *checkpoint_out is untouched
 */
enum odo_status transfer_checkpoint(const struct transfer *transfer,
                                    struct checkpoint *checkpoint_out);

/* --- Asking --------------------------------------------------------------------------- */

/* True when one more request is useful now. */
bool transfer_wants_attempt(const struct transfer *transfer, uint64_t now_ms);

/*
 * The number of connections that further requests will need as soon as the reply to the first
 * one, now in flight, is accepted; 0 if that cannot be told. They may be opened ahead.
 */
uint32_t transfer_lanes_foreseen(const struct transfer *transfer);

/*
 * The next request. The output must be open. The attempt's pieces are in flight until
 * transfer_ended(), or transfer_unsent() if it was not sent after all.
 *
 *   ODO_E_NOT_FOUND   nothing to ask for; the phase may have changed
 *   any other         the transfer has failed with it
 */
enum odo_status transfer_next_attempt(struct transfer *transfer, uint64_t now_ms,
                                      struct attempt **attempt_out);
void transfer_unsent(struct transfer *transfer, struct attempt *attempt);

/* The value of its Range header after "bytes=". */
void transfer_write_ranges(const struct attempt *attempt,
                           char text_out[ATTEMPT_RANGES_TEXT_MOST + 48]);

/* The value of its If-Range header; NULL for none. Borrowed from the transfer. */
const char *transfer_if_range(const struct transfer *transfer, const struct attempt *attempt);

/* --- Events --------------------------------------------------------------------------- */

/*
 * A request has ended with `result`: ODO_OK if the message was complete, ODO_E_CANCELLED if it
 * was stopped. Kept bytes have been saved as far as possible. Frees the attempt.
 */
void transfer_ended(struct transfer *transfer, struct attempt *attempt,
                    const struct odo_error *result, uint64_t now_ms);

/* The stream's client has taken `taken` bytes of the output in all. */
void transfer_stream_taken(struct transfer *transfer, uint64_t taken, uint64_t now_ms);

/* Bytes in the output turned out to be wrong: request them again. May fail the transfer, like
 * transfer_fail(). */
void transfer_lost(struct transfer *transfer, struct byte_range span);

/* --- Time, and the end ---------------------------------------------------------------- */

/* When transfer_tick() is due; UINT64_MAX if only events can change anything. */
uint64_t transfer_wake_at(const struct transfer *transfer, uint64_t now_ms);
void transfer_tick(struct transfer *transfer, uint64_t now_ms);

/* The output was emptied; or that failed, which is final. */
void transfer_restarted(struct transfer *transfer, enum odo_status status, uint64_t now_ms);

/* The output is complete and closed; or that failed. */
void transfer_finished(struct transfer *transfer, enum odo_status status);

/* --- Queries -------------------------------------------------------------------------- */

/* Wanted bytes that are safe; for a stream, those its client has taken. */
uint64_t transfer_had(const struct transfer *transfer);

/* True while an attempt other than this one (or any, for NULL) receives bytes. */
bool transfer_others_receive(const struct transfer *transfer, const struct attempt *attempt);

#endif
