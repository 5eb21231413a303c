#include "network/throttle.h"

#include "network/request.h"
#include "network/schedule.h"
#include "network/transfer_list.h"

enum {
    /* What a request that goes on takes at least: libcurl hands over so much at a time. */
    PIECE = 16 * 1024,
    /* A connection for less than this is not worth having, in bytes a second. */
    LANE_LEAST = 64 * 1024,
};

void throttle_set(struct throttle *throttle, uint64_t foreground, uint64_t background,
                  uint64_t now_ms)
{
    pace_set_rate(&throttle->foreground, foreground, now_ms);
    pace_set_rate(&throttle->background, background, now_ms);
}

/* The cap that a transfer shares with all of its kind. */
static struct pace *common_pace(struct throttle *throttle, const struct download *transfer)
{
    return transfer->group->foreground ? &throttle->foreground : &throttle->background;
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

uint32_t throttle_lanes(const struct download *transfer, uint32_t lanes)
{
    if (!transfer->throttle || !transfer->group) {
        return lanes;
    }
    lanes = lanes_under(&transfer->group->share.pace, lanes);
    return lanes_under(common_pace(transfer->throttle, transfer), lanes);
}

static uint64_t allowance(struct throttle *throttle, const struct download *transfer,
                          uint64_t now_ms)
{
    return smaller_of(pace_allowance(common_pace(throttle, transfer), now_ms),
                      pace_allowance(&transfer->group->share.pace, now_ms));
}

bool throttle_pass(struct request *request, uint64_t bytes, uint64_t now_ms)
{
    struct download *transfer = request->transfer;
    struct throttle *throttle = transfer->throttle;

    if (allowance(throttle, transfer, now_ms) == 0) {
        return false;
    }
    pace_spend(common_pace(throttle, transfer), bytes, now_ms);
    pace_spend(&transfer->group->share.pace, bytes, now_ms);
    transfer->group->share.passed += bytes;
    return true;
}

/* Whose turn it is: of the jobs with somebody held who may pass, the one that has had least. */
static struct request *next_held(struct throttle *throttle, const struct transfer_list *begun,
                                 uint64_t now_ms)
{
    struct request *best = NULL;

    for (struct download *transfer = begun->first; transfer;
         transfer = transfer_list_next(begun, transfer)) {
        struct throttle_share *share = &transfer->group->share;

        for (struct request *request = transfer->requests; request; request = request->next) {
            if (!request->is_held || allowance(throttle, transfer, now_ms) == 0) {
                continue;
            }
            if (share->passed < throttle->passed) {
                share->passed = throttle->passed; /* what it did not want before is gone */
            }
            if (!best || share->passed < best->transfer->group->share.passed ||
                (transfer->group == best->transfer->group &&
                 request->held_since_ms < best->held_since_ms)) {
                best = request;
            }
        }
    }
    return best;
}

void throttle_release(struct throttle *throttle, const struct transfer_list *begun,
                      uint64_t now_ms)
{
    struct request *request;
    uint64_t released = 0;

    while ((request = next_held(throttle, begun, now_ms)) != NULL) {
        uint64_t room = allowance(throttle, request->transfer, now_ms);

        /* libcurl may hand its bytes over later than now. */
        if (released > 0 && room < released + PIECE) {
            return;
        }
        released += PIECE;
        throttle->passed = request->transfer->group->share.passed;
        request->is_held = false;
        request->heard_at_ms = now_ms;
        curl_easy_pause(request->easy, CURLPAUSE_CONT);
    }
}

uint64_t throttle_next_ms(struct throttle *throttle, const struct transfer_list *begun,
                          uint64_t now_ms)
{
    uint64_t next_ms = UINT64_MAX;

    for (struct download *transfer = begun->first; transfer;
         transfer = transfer_list_next(begun, transfer)) {
        for (struct request *request = transfer->requests; request; request = request->next) {
            if (request->is_held) {
                uint64_t common_ms =
                    pace_next_ms(common_pace(throttle, transfer), PIECE / 4, now_ms);
                uint64_t own_ms = pace_next_ms(&transfer->group->share.pace, PIECE / 4, now_ms);

                next_ms = smaller_of(next_ms, common_ms > own_ms ? common_ms : own_ms);
            }
        }
    }
    return next_ms;
}
