/*
 * A stream's window: how far bytes may be ahead of those that its client has taken.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_WINDOW_H
#define ODO_TRANSFER_WINDOW_H

#include "transfer/state.h"

/* Bytes that fit behind this output position; UINT64_MAX for a file. */
uint64_t window_left(const struct transfer *transfer, uint64_t output);

/* The same behind an offset of the remote file; the layout is known. */
uint64_t window_left_at(const struct transfer *transfer, uint64_t offset);

/* True if there is room for the attempt's next byte, or it has received all that it is for: the
 * stream's client is not what it waits for. */
bool window_admits(const struct transfer *transfer, const struct attempt *attempt);

/* A stream's client waits for lost bytes, while every permitted request waits for the client:
 * give one request up. */
void window_make_way(struct transfer *transfer);

#endif
