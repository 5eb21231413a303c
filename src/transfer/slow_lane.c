#include "transfer/slow_lane.h"

#include "transfer/request.h"
#include "transfer/request_pieces.h"

#include <assert.h>

enum {
    /* Nothing is said of a request before it has run so long. */
    JUDGE_AFTER_MS = 1000,
    /* Below this share of what its like bring, a request is slow. */
    SLOW_PERCENT = 15,
    /* A rest that comes within this time is not worth a connection of its own. */
    WORTH_MS = 500,
    ABANDON_PAUSE_MS = 1000,
    ABANDON_PAUSE_MOST_MS = 16 * 1000,
    /* A request that brought less says little about the connection. */
    MEASURE_LEAST = 64 * 1024,
};

static uint64_t elapsed_ms(const struct request *request, uint64_t now_ms)
{
    return now_ms > request->sent_at_ms ? now_ms - request->sent_at_ms : 1;
}

/* Bytes a second since the request was sent. */
static uint64_t rate_of(const struct request *request, uint64_t now_ms)
{
    return request->arrived * 1000 / elapsed_ms(request, now_ms);
}

/* Milliseconds until so many bytes have come at a rate; at a rate of 0 for ever. */
static uint64_t time_for(uint64_t bytes, uint64_t rate)
{
    return rate == 0 ? UINT64_MAX / 4 : bytes / rate * 1000 + bytes % rate * 1000 / rate;
}

/* What is still to come of a request that was asked for in parts. */
static uint64_t rest_of(const struct request *request)
{
    return request_pieces_missing(request);
}

static bool is_measurable(const struct request *request)
{
    return request->phase == REQUEST_TAKING && !request->whole && !request->is_paused;
}

void slow_lane_measure(struct transfer *transfer, const struct request *request,
                       uint64_t now_ms)
{
    uint64_t rate = rate_of(request, now_ms);

    if (request->arrived < MEASURE_LEAST || request->outcome == REQUEST_ASK_AGAIN) {
        return;
    }
    transfer->typical_rate =
        transfer->typical_rate == 0 ? rate : transfer->typical_rate / 4 * 3 + rate / 4;
}

/* What a connection can bring now: the best of those in flight; of one alone, what the ones
 * before it brought. */
static uint64_t standard_rate(const struct transfer *transfer, uint64_t now_ms)
{
    uint64_t best = transfer->request_count == 1 ? transfer->typical_rate : 0;

    for (const struct request *request = transfer->requests; request; request = request->next) {
        if (is_measurable(request) && elapsed_ms(request, now_ms) >= JUDGE_AFTER_MS) {
            uint64_t rate = rate_of(request, now_ms);

            best = rate > best ? rate : best;
        }
    }
    return best > transfer->typical_rate ? best : (best + transfer->typical_rate) / 2;
}

static void postpone(struct transfer *transfer, uint64_t now_ms)
{
    uint32_t pause_ms = transfer->abandon_pause_ms * 2;

    if (pause_ms < ABANDON_PAUSE_MS) {
        pause_ms = ABANDON_PAUSE_MS;
    }
    if (pause_ms > ABANDON_PAUSE_MOST_MS) {
        pause_ms = ABANDON_PAUSE_MOST_MS;
    }
    transfer->abandon_pause_ms = pause_ms;
    transfer->abandon_at_ms = now_ms + pause_ms;
}

struct request *slow_lane_find_slow(struct transfer *transfer, uint64_t now_ms)
{
    struct request *slow = NULL;
    uint64_t slow_rest_ms = 0;
    uint64_t standard;

    if (now_ms < transfer->abandon_at_ms || transfer->is_sequential) {
        return NULL;
    }
    standard = standard_rate(transfer, now_ms);
    for (struct request *request = transfer->requests; request; request = request->next) {
        uint64_t rate;
        uint64_t rest_ms;

        if (!is_measurable(request) || elapsed_ms(request, now_ms) < JUDGE_AFTER_MS) {
            continue;
        }
        rate = rate_of(request, now_ms);
        rest_ms = time_for(rest_of(request), rate);
        if (rate < standard / 100 * SLOW_PERCENT && rest_ms > slow_rest_ms &&
            rest_ms > WORTH_MS + 2 * time_for(rest_of(request), standard)) {
            slow = request;
            slow_rest_ms = rest_ms;
        }
    }
    if (slow) {
        postpone(transfer, now_ms);
    }
    return slow;
}

struct request *slow_lane_find_victim(const struct transfer *transfer, uint64_t now_ms)
{
    struct request *victim = NULL;
    uint64_t longest_ms = WORTH_MS;

    for (struct request *request = transfer->requests; request; request = request->next) {
        uint64_t rest = rest_of(request);
        uint64_t rest_ms;

        if (!is_measurable(request) ||
            (request_has_pieces(request) ? request_pieces_to_spare(request) == 0
                                         : rest < 2 * (uint64_t)TRANSFER_STEAL_LEAST)) {
            continue;
        }
        rest_ms = time_for(rest, rate_of(request, now_ms));
        if (rest_ms > longest_ms) {
            victim = request;
            longest_ms = rest_ms;
        }
    }
    return victim;
}

struct byte_range slow_lane_cut(struct request *victim)
{
    uint64_t end = victim->span.offset + victim->span.length;
    uint64_t middle = victim->position + rest_of(victim) / 2;

    assert(middle > victim->position && middle < end);
    victim->span.length = middle - victim->span.offset;
    victim->is_cut = true;
    return (struct byte_range){middle, end - middle};
}
