/*
 * What the end of a request means: is there another way to ask, does the transfer wait, or has
 * it failed?
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_CONCLUSION_H
#define ODO_TRANSFER_CONCLUSION_H

#include "transfer/state.h"

/* A body of unknown length that ended properly determines the size of the file. Any other end
 * changes nothing. */
void conclusion_close_end(struct transfer *transfer, struct attempt *attempt,
                          enum odo_status result);

/* Record how many ranges of a multi-range request were answered. */
void conclusion_note_ranges(struct transfer *transfer, struct attempt *attempt,
                            enum odo_status result);

/* What the end of an attempt, which is no longer among the transfer's, means for the others and
 * for the transfer. */
void conclusion_draw(struct transfer *transfer, struct attempt *attempt,
                     const struct odo_error *result, uint64_t now_ms);

#endif
