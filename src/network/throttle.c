#include "network/throttle.h"

#include "network/fetch_list.h"
#include "network/request.h"
#include "network/schedule.h"

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
static struct pace *common_pace(struct throttle *throttle, const struct fetch *download)
{
    return download->group->foreground ? &throttle->foreground : &throttle->background;
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

uint32_t throttle_lanes(const struct fetch *download, uint32_t lanes)
{
    if (!download->throttle || !download->group) {
        return lanes;
    }
    lanes = lanes_under(&download->group->share.pace, lanes);
    return lanes_under(common_pace(download->throttle, download), lanes);
}

static uint64_t allowance(struct throttle *throttle, const struct fetch *download,
                          uint64_t now_ms)
{
    return smaller_of(pace_allowance(common_pace(throttle, download), now_ms),
                      pace_allowance(&download->group->share.pace, now_ms));
}

bool throttle_pass(struct request *request, uint64_t bytes, uint64_t now_ms)
{
    struct fetch *download = request->download;
    struct throttle *throttle = download->throttle;

    if (allowance(throttle, download, now_ms) == 0) {
        return false;
    }
    pace_spend(common_pace(throttle, download), bytes, now_ms);
    pace_spend(&download->group->share.pace, bytes, now_ms);
    download->group->share.passed += bytes;
    return true;
}

/* Whose turn it is: of the jobs with somebody held who may pass, the one that has had least. */
static struct request *next_held(struct throttle *throttle, const struct fetch_list *begun,
                                 uint64_t now_ms)
{
    struct request *best = NULL;

    for (struct fetch *download = begun->first; download;
         download = fetch_list_next(begun, download)) {
        struct throttle_share *share = &download->group->share;

        for (struct request *request = download->requests; request; request = request->next) {
            if (!request->is_held || allowance(throttle, download, now_ms) == 0) {
                continue;
            }
            if (share->passed < throttle->passed) {
                share->passed = throttle->passed; /* what it did not want before is gone */
            }
            if (!best || share->passed < best->download->group->share.passed ||
                (download->group == best->download->group &&
                 request->held_since_ms < best->held_since_ms)) {
                best = request;
            }
        }
    }
    return best;
}

void throttle_release(struct throttle *throttle, const struct fetch_list *begun,
                      uint64_t now_ms)
{
    struct request *request;
    uint64_t released = 0;

    while ((request = next_held(throttle, begun, now_ms)) != NULL) {
        uint64_t room = allowance(throttle, request->download, now_ms);

        /* libcurl may hand its bytes over later than now. */
        if (released > 0 && room < released + PIECE) {
            return;
        }
        released += PIECE;
        throttle->passed = request->download->group->share.passed;
        request->is_held = false;
        request->heard_at_ms = now_ms;
        curl_easy_pause(request->easy, CURLPAUSE_CONT);
    }
}

uint64_t throttle_next_ms(struct throttle *throttle, const struct fetch_list *begun,
                          uint64_t now_ms)
{
    uint64_t next_ms = UINT64_MAX;

    for (struct fetch *download = begun->first; download;
         download = fetch_list_next(begun, download)) {
        for (struct request *request = download->requests; request; request = request->next) {
            if (request->is_held) {
                uint64_t common_ms =
                    pace_next_ms(common_pace(throttle, download), PIECE / 4, now_ms);
                uint64_t own_ms = pace_next_ms(&download->group->share.pace, PIECE / 4, now_ms);

                next_ms = smaller_of(next_ms, common_ms > own_ms ? common_ms : own_ms);
            }
        }
    }
    return next_ms;
}
