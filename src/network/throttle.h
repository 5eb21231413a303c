/*
 * Caps on rates: one for everything in the foreground, one for everything in the background,
 * and one for each job. A byte passes when both of its caps let it; a request that may not pass
 * is held (libcurl pauses it, so that TCP slows the server down) until there is room again.
 *
 * Those who are held come back job by job: first the job that has had least since it began to
 * be held, so that jobs share a cap alike, however many connections each of them has.
 *
 * On the network thread alone.
 */
#ifndef ODO_NETWORK_THROTTLE_H
#define ODO_NETWORK_THROTTLE_H

#include "transfer/pace.h"

struct request;
struct fetch;
struct fetch_group;
struct fetch_list;

/* Of one job. All zero has no cap. */
struct throttle_share {
    struct pace pace;
    uint64_t passed; /* bytes, as the order of those who are held counts them */
};

/* Of all. All zero has no caps. */
struct throttle {
    struct pace foreground;
    struct pace background;
    uint64_t passed; /* of the job that was let through last: who comes anew begins there */
};

/* Other caps from now on, in bytes a second; PACE_UNLIMITED is none. */
void throttle_set(struct throttle *throttle, uint64_t foreground, uint64_t background,
                  uint64_t now_ms);

/* So many lanes make sense for a transfer under its caps: no more than `lanes`, at least 1. */
uint32_t throttle_lanes(const struct fetch *download, uint32_t lanes);

/* Bytes have come: true to let them pass, which counts them; false to hold the request. */
bool throttle_pass(struct request *request, uint64_t bytes, uint64_t now_ms);

/* Let those go on for whom there is room, among the requests of these transfers. */
void throttle_release(struct throttle *throttle, const struct fetch_list *begun,
                      uint64_t now_ms);

/* When throttle_release() has something to do; UINT64_MAX while nobody is held. */
uint64_t throttle_next_ms(struct throttle *throttle, const struct fetch_list *begun,
                          uint64_t now_ms);

#endif
