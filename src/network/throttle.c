#include "network/throttle.h"

#include <stddef.h>

enum {
    /* The least that a resumed request receives: libcurl delivers data in pieces of this
     * size. */
    PIECE = 16 * 1024,
    /* Bytes per second below which a further connection is not worthwhile. */
    LANE_LEAST = 64 * 1024,
};

void throttle_set(struct throttle *throttle, uint64_t foreground, uint64_t background,
                  uint64_t now_ms)
{
    pace_set_rate(&throttle->foreground, foreground, now_ms);
    pace_set_rate(&throttle->background, background, now_ms);
}

/* The limit that a job shares with all jobs of its kind. */
static struct pace *common_pace(struct throttle *throttle, const struct throttle_share *share)
{
    return share->is_foreground ? &throttle->foreground : &throttle->background;
}

static uint64_t smaller_of(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

static uint32_t lanes_under(const struct pace *pace, uint32_t lanes)
{
    uint64_t most = pace->rate / LANE_LEAST;

    if (pace->rate == PACE_UNLIMITED || most >= lanes) {
        return lanes;
    }
    return most > 1 ? (uint32_t)most : 1;
}

uint32_t throttle_lanes(const struct throttle *throttle, const struct throttle_share *share,
                        uint32_t lanes)
{
    lanes = lanes_under(&share->pace, lanes);
    return lanes_under(share->is_foreground ? &throttle->foreground : &throttle->background,
                       lanes);
}

static uint64_t allowance(struct throttle *throttle, struct throttle_share *share,
                          uint64_t now_ms)
{
    return smaller_of(pace_allowance(common_pace(throttle, share), now_ms),
                      pace_allowance(&share->pace, now_ms));
}

bool throttle_pass(struct throttle *throttle, struct throttle_share *share, uint64_t bytes,
                   uint64_t now_ms)
{
    if (allowance(throttle, share, now_ms) == 0) {
        return false;
    }
    pace_spend(common_pace(throttle, share), bytes, now_ms);
    pace_spend(&share->pace, bytes, now_ms);
    share->passed += bytes;
    return true;
}

void throttle_keep(struct throttle *throttle, struct throttle_hold *hold, uint64_t now_ms)
{
    hold->is_held = true;
    hold->since_ms = now_ms;
    hold->next = throttle->held;
    throttle->held = hold;
}

void throttle_forget(struct throttle *throttle, struct throttle_hold *hold)
{
    struct throttle_hold **place = &throttle->held;

    if (!hold->is_held) {
        return;
    }
    while (*place != hold) {
        place = &(*place)->next;
    }
    *place = hold->next;
    hold->next = NULL;
    hold->is_held = false;
}

/* Of the jobs with a held request that may pass, the one that has received the least. */
static struct throttle_hold *next_held(struct throttle *throttle, uint64_t now_ms)
{
    struct throttle_hold *best = NULL;

    for (struct throttle_hold *hold = throttle->held; hold; hold = hold->next) {
        if (allowance(throttle, hold->share, now_ms) == 0) {
            continue;
        }
        if (hold->share->passed < throttle->passed) {
            hold->share->passed = throttle->passed; /* unused share is lost */
        }
        if (!best || hold->share->passed < best->share->passed ||
            (hold->share == best->share && hold->since_ms < best->since_ms)) {
            best = hold;
        }
    }
    return best;
}

void throttle_release(struct throttle *throttle, uint64_t now_ms)
{
    struct throttle_hold *hold;
    uint64_t released = 0;

    while ((hold = next_held(throttle, now_ms)) != NULL) {
        uint64_t room = allowance(throttle, hold->share, now_ms);

        /* libcurl may deliver its bytes later. */
        if (released > 0 && room < released + PIECE) {
            return;
        }
        released += PIECE;
        throttle->passed = hold->share->passed;
        throttle_forget(throttle, hold);
        hold->resume(hold, now_ms);
    }
}

uint64_t throttle_next_ms(struct throttle *throttle, uint64_t now_ms)
{
    uint64_t next_ms = UINT64_MAX;

    for (struct throttle_hold *hold = throttle->held; hold; hold = hold->next) {
        uint64_t common_ms =
            pace_next_ms(common_pace(throttle, hold->share), PIECE / 4, now_ms);
        uint64_t own_ms = pace_next_ms(&hold->share->pace, PIECE / 4, now_ms);

        next_ms = smaller_of(next_ms, common_ms > own_ms ? common_ms : own_ms);
    }
    return next_ms;
}
