/*
 * What the next request asks for: ranges taken from the plan, or part of what another request
 * has yet to receive; and where and with which headers it is sent.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_ASKING_H
#define ODO_TRANSFER_ASKING_H

#include "transfer/state.h"

/* True when the next request has no Range header: it asks for the whole file, alone. */
bool asking_is_plain(const struct transfer *transfer);

/* True when there is work for one more request. */
bool asking_has_work(const struct transfer *transfer, uint64_t now_ms);

/*
 * Assign pieces and a purpose to an attempt. The pieces are in flight from now on.
 *
 *   ODO_E_NOT_FOUND       there is nothing to ask for
 *   ODO_E_OUT_OF_MEMORY   no piece was assigned
 */
enum odo_status asking_choose(struct transfer *transfer, struct attempt *attempt,
                              uint64_t now_ms);

/* Set the attempt's URL and headers. On ODO_E_OUT_OF_MEMORY its pieces stay in flight. */
enum odo_status asking_address(struct transfer *transfer, struct attempt *attempt,
                               uint64_t now_ms);

#endif
