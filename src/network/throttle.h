/*
 * Rate limits: one for all foreground traffic, one for all background traffic, and one for each
 * job. A byte passes when both limits that apply to it allow it; otherwise its request is held
 * (libcurl pauses it, so that TCP slows the server down) until there is room.
 *
 * Held requests resume job by job, starting with the job that has received the least since it
 * was first held, so that jobs share a limit equally, however many connections each has.
 *
 * Network thread only.
 */
#ifndef ODO_NETWORK_THROTTLE_H
#define ODO_NETWORK_THROTTLE_H

#include "transfer/pace.h"

#include <stdbool.h>
#include <stdint.h>

/* Of one job. All zero: no limit of its own. */
struct throttle_share {
    struct pace pace;
    uint64_t passed;    /* bytes; orders the jobs with held requests */
    bool is_foreground; /* which of the two common limits applies */
};

/* Something that can be held; embedded in it. */
struct throttle_hold {
    struct throttle_hold *next; /* for the throttle */
    struct throttle_share *share;
    uint64_t since_ms;
    bool is_held;
    /* Resume it; it may be held again before this returns. */
    void (*resume)(struct throttle_hold *hold, uint64_t now_ms);
};

/* For all jobs. All zero: no limits. */
struct throttle {
    struct pace foreground;
    struct pace background;
    uint64_t passed; /* `passed` of the job resumed last; a newly held job starts there */
    struct throttle_hold *held;
};

/* Change the limits, in bytes per second; PACE_UNLIMITED for none. */
void throttle_set(struct throttle *throttle, uint64_t foreground, uint64_t background,
                  uint64_t now_ms);

/* The number of lanes that makes sense under a job's limits: between 1 and `lanes`. */
uint32_t throttle_lanes(const struct throttle *throttle, const struct throttle_share *share,
                        uint32_t lanes);

/* Bytes have arrived: returns true to let them pass and counts them; false to hold them. */
bool throttle_pass(struct throttle *throttle, struct throttle_share *share, uint64_t bytes,
                   uint64_t now_ms);

/* Hold a request whose `share` and `resume` are set until there is room ... */
void throttle_keep(struct throttle *throttle, struct throttle_hold *hold, uint64_t now_ms);

/* ... or until it has ended. No effect if it is not held. */
void throttle_forget(struct throttle *throttle, struct throttle_hold *hold);

/* Resume requests for which there is room. */
void throttle_release(struct throttle *throttle, uint64_t now_ms);

/* When throttle_release() is due; UINT64_MAX if nothing is held. */
uint64_t throttle_next_ms(struct throttle *throttle, uint64_t now_ms);

#endif
