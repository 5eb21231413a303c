/*
 * What the next request asks for: how many ranges of what size out of the plan, or a part of
 * what another one still has to bring; and how it is sent.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_ASKING_H
#define ODO_TRANSFER_ASKING_H

#include "transfer/state.h"

/* Without Range: the file from its beginning, alone. */
bool asking_is_plain(const struct transfer *transfer);

/* True when there is something for one more request. */
bool asking_has_work(const struct transfer *transfer, uint64_t now_ms);

/*
 * Give an attempt its pieces, which are out from now on, and its purpose.
 *
 *   ODO_E_NOT_FOUND       there is nothing to ask for
 *   ODO_E_OUT_OF_MEMORY   nothing is out
 */
enum odo_status asking_choose(struct transfer *transfer, struct attempt *attempt,
                              uint64_t now_ms);

/* Where it is sent, and with which headers. ODO_E_OUT_OF_MEMORY: its pieces are out still. */
enum odo_status asking_address(const struct transfer *transfer, struct attempt *attempt,
                               uint64_t now_ms);

#endif
