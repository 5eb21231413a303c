/*
 * What the header of a reply changes.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_REPLY_H
#define ODO_TRANSFER_REPLY_H

#include "http/response_verdict.h"
#include "transfer/state.h"

/* The header of a reply. Strings are borrowed for the duration of the call. */
struct transfer_reply_head {
    struct response_header header;
    const char *location;
    uint64_t retry_after_ms; /* RETRY_AFTER_NONE without one */
    bool refuses_ranges;     /* "Accept-Ranges: none" */
};

/*
 * Returns true to receive the body: as multipart when attempt->body is ATTEMPT_TAKES_PARTS,
 * else as one run. Returns false to discard it; the attempt's `end` says what follows.
 */
bool transfer_reply(struct transfer *transfer, struct attempt *attempt,
                    const struct transfer_reply_head *reply, uint64_t now_ms);

#endif
