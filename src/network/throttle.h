/*
 * Caps on rates: one for everything in the foreground, one for everything in the background,
 * and one for each job. A byte passes when both of its caps let it; whoever may not pass is
 * held (libcurl pauses the request, so that TCP slows the server down) until there is room
 * again.
 *
 * Those who are held come back job by job: first the job that has had least since it began to
 * be held, so that jobs share a cap alike, however many connections each of them has.
 *
 * On the network thread alone.
 */
#ifndef ODO_NETWORK_THROTTLE_H
#define ODO_NETWORK_THROTTLE_H

#include "transfer/pace.h"

#include <stdbool.h>
#include <stdint.h>

/* Of one job. All zero has no cap of its own. */
struct throttle_share {
    struct pace pace;
    uint64_t passed;    /* bytes, as the order of those who are held counts them */
    bool is_foreground; /* which of the common caps it is under */
};

/* Somebody who may be held; a member of whatever it is. */
struct throttle_hold {
    struct throttle_hold *next; /* the throttle's */
    struct throttle_share *share;
    uint64_t since_ms;
    bool is_held;
    /* It is held no longer; it may be again before this returns. */
    void (*go_on)(struct throttle_hold *hold, uint64_t now_ms);
};

/* Of all. All zero has no caps. */
struct throttle {
    struct pace foreground;
    struct pace background;
    uint64_t passed; /* of the job that was let through last: who comes anew begins there */
    struct throttle_hold *held;
};

/* Other caps from now on, in bytes a second; PACE_UNLIMITED is none. */
void throttle_set(struct throttle *throttle, uint64_t foreground, uint64_t background,
                  uint64_t now_ms);

/* So many lanes make sense under the caps of a job: no more than `lanes`, at least 1. */
uint32_t throttle_lanes(const struct throttle *throttle, const struct throttle_share *share,
                        uint32_t lanes);

/* Bytes have come: true to let them pass, which counts them; false when they are to be held. */
bool throttle_pass(struct throttle *throttle, struct throttle_share *share, uint64_t bytes,
                   uint64_t now_ms);

/* Hold somebody, whose `share` and `go_on` are set, until there is room ... */
void throttle_keep(struct throttle *throttle, struct throttle_hold *hold, uint64_t now_ms);

/* ... or until it has gone. Nothing if it is not held. */
void throttle_forget(struct throttle *throttle, struct throttle_hold *hold);

/* Let those go on for whom there is room. */
void throttle_release(struct throttle *throttle, uint64_t now_ms);

/* When throttle_release() has something to do; UINT64_MAX while nobody is held. */
uint64_t throttle_next_ms(struct throttle *throttle, uint64_t now_ms);

#endif
