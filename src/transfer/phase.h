/*
 * The phases of a transfer, and which may follow which.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_PHASE_H
#define ODO_TRANSFER_PHASE_H

#include "transfer/state.h"

/* Enter a phase; the only writer of `phase`. Restarting and failing end the open attempts. */
void transfer_set_phase(struct transfer *transfer, enum transfer_phase phase);

/* True when no event can change anything any more. */
bool transfer_is_decided(const struct transfer *transfer);

/* Fail the transfer with `error`, unless it has ended. */
void transfer_fail(struct transfer *transfer, const struct odo_error *error);
void transfer_fail_with(struct transfer *transfer, enum odo_status status);

/* The file has changed: everything received so far is void. */
void transfer_restart(struct transfer *transfer);

#endif
