#include "network/slow_lane.h"

#include "network/origin.h"
#include "network/request.h"
#include "network/request_pieces.h"
#include "output/sink.h"

#include <assert.h>

enum {
    /* Nothing is said of a request before it has run so long. */
    JUDGE_AFTER_MS = 1000,
    /* Below this share of what its like bring, a request is slow. */
    SLOW_PERCENT = 15,
    /* Its first bytes say nothing of how fast the others will come. */
    YOUNG_MS = 100,
    /* A rest that comes within this time is not worth a connection of its own. */
    WORTH_MS = 500,
    ABANDON_PAUSE_MS = 1000,
    ABANDON_PAUSE_MOST_MS = 16 * 1000,
    /* A request that brought less says little about the connection. */
    MEASURE_LEAST = 64 * 1024,
    /* The same piece is asked for twice when that may win so much. */
    HEDGE_WORTH_MS = 300,
    HEDGES_MOST = 4,
    /* Later than that an answer is late. */
    LATE_LATENCIES = 8,
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

static uint64_t latency_ms(const struct download *transfer)
{
    return transfer->origin ? measurement_latency_us(&transfer->origin->measurement) / 1000 : 0;
}

/* What is still to come of a request that was asked for in parts. */
static uint64_t rest_of(const struct request *request)
{
    return request_pieces_missing(request);
}

static bool is_measurable(const struct request *request)
{
    return request->phase == REQUEST_TAKING && !request->whole && !request->was_paused &&
           !request->hedged && !request->is_hedged;
}

/* True while the rate of a request says nothing yet. */
static bool is_young(const struct request *request, uint64_t now_ms)
{
    return request->is_bringing ? now_ms < request->body_at_ms + YOUNG_MS
                                : elapsed_ms(request, now_ms) < WORTH_MS;
}

void slow_lane_measure(struct download *transfer, const struct request *request,
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
static uint64_t standard_rate(const struct download *transfer, uint64_t now_ms)
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

static void postpone(struct download *transfer, uint64_t now_ms)
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

struct request *slow_lane_find_slow(struct download *transfer, uint64_t now_ms)
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

/* Milliseconds until the rest of a request has come; 0 while nothing can be said of it. One
 * that is late with its answer may take as long again as it has taken. */
static uint64_t rest_ms_of(const struct download *transfer, const struct request *request,
                           uint64_t now_ms)
{
    if (is_measurable(request)) {
        return is_young(request, now_ms) ? 0
                                         : time_for(rest_of(request), rate_of(request, now_ms));
    }
    if (request->phase == REQUEST_AWAITING && transfer->version_is_known && !request->hedged &&
        !request->is_hedged && request->outcome == REQUEST_OPEN &&
        elapsed_ms(request, now_ms) > WORTH_MS + LATE_LATENCIES * latency_ms(transfer)) {
        return elapsed_ms(request, now_ms);
    }
    return 0;
}

/*
 * Milliseconds until all connections together have brought all that is missing, at most
 * WORTH_MS. Where they share a line that is full, each one's rest takes about as long, and to
 * take it over would only have the line bring bytes twice.
 */
static uint64_t together_ms(const struct download *transfer)
{
    uint64_t rate =
        transfer->origin ? measurement_total_rate(&transfer->origin->measurement) : 0;
    uint64_t missing = 0;
    uint64_t together;

    for (const struct request *request = transfer->requests; request; request = request->next) {
        missing += request->span.length == BYTE_RANGE_TO_END ? 0 : rest_of(request);
    }
    together = rate == 0 ? 0 : time_for(missing, rate);
    return together < WORTH_MS ? together : WORTH_MS;
}

struct request *slow_lane_find_victim(const struct download *transfer, uint64_t now_ms)
{
    struct request *victim = NULL;
    uint64_t longest_ms = WORTH_MS + together_ms(transfer);

    for (struct request *request = transfer->requests; request; request = request->next) {
        uint64_t rest_ms = rest_ms_of(transfer, request, now_ms);

        if (rest_ms > longest_ms &&
            (request_has_pieces(request)
                 ? request_pieces_to_spare(request) > 0
                 : rest_of(request) >= 2 * (uint64_t)TRANSFER_STEAL_LEAST)) {
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

/* --- The tail ------------------------------------------------------------------------- */

/* All that is missing of it is one run of wanted bytes, short enough to be kept in memory. */
static bool has_simple_tail(const struct download *transfer, const struct request *request)
{
    uint64_t rest;
    struct layout_run run;
    size_t hint = request->layout_hint;

    if (request->whole || request->was_paused || request->hedged || request->is_hedged ||
        request->hedges >= HEDGES_MOST || request->has_no_span ||
        request->phase == REQUEST_DRAINING || request->outcome != REQUEST_OPEN ||
        request->span.length == BYTE_RANGE_TO_END ||
        request->position >= request->span.offset + request->span.length) {
        return false;
    }
    rest = request->span.offset + request->span.length - request->position;
    if (rest > REQUEST_HEDGE_MOST || rest != request_pieces_missing(request)) {
        return false;
    }
    run = range_layout_find(&transfer->layout, request->position, &hint);
    return run.wanted && run.length >= rest;
}

/* What a request takes that is sent now, on a connection of its own. */
static uint64_t fresh_ms(const struct download *transfer, uint64_t bytes, uint64_t now_ms)
{
    return 3 * latency_ms(transfer) + time_for(bytes, standard_rate(transfer, now_ms));
}

struct request *slow_lane_find_tail(const struct download *transfer, uint64_t now_ms)
{
    struct request *slow = NULL;
    uint64_t longest_ms = 0;

    if (!transfer->version_is_known || transfer->is_sequential || transfer->without_range ||
        !transfer->layout_is_known || transfer->rules->is_metered) {
        return NULL;
    }
    for (struct request *request = transfer->requests; request; request = request->next) {
        uint64_t rest;
        uint64_t rest_ms;

        if (!has_simple_tail(transfer, request) || is_young(request, now_ms)) {
            continue;
        }
        /* One without an answer may take as long again as it has taken. */
        rest = request_pieces_missing(request);
        rest_ms = request->arrived > 0 ? time_for(rest, rate_of(request, now_ms))
                                       : elapsed_ms(request, now_ms);
        if (rest_ms > longest_ms &&
            rest_ms > HEDGE_WORTH_MS + 2 * fresh_ms(transfer, rest, now_ms)) {
            slow = request;
            longest_ms = rest_ms;
        }
    }
    return slow;
}

void slow_lane_hedge(struct request *slow, struct request_start *start_out)
{
    uint64_t end = slow->span.offset + slow->span.length;

    start_out->span = (struct byte_range){slow->position, end - slow->position};
    start_out->hedged = slow;
    start_out->use_new_connection = slow->origin->is_http_2;
    slow->is_hedged = true;
    slow->hedges++;
}

struct request *slow_lane_find_late_hedge(const struct download *transfer, uint64_t now_ms)
{
    for (struct request *request = transfer->requests; request; request = request->next) {
        if (request->hedged && request->phase == REQUEST_AWAITING &&
            request->hedged->hedges < HEDGES_MOST &&
            elapsed_ms(request, now_ms) >
                HEDGE_WORTH_MS + 2 * fresh_ms(transfer, request->span.length, now_ms)) {
            return request;
        }
    }
    return NULL;
}

struct request *slow_lane_hedge_of(const struct request *slow)
{
    if (!slow->is_hedged) {
        return NULL;
    }
    for (struct request *request = slow->transfer->requests; request; request = request->next) {
        if (request->hedged == slow) {
            return request;
        }
    }
    return NULL;
}

void slow_lane_settle_hedge(struct request *hedge)
{
    struct request *slow = hedge->hedged;
    uint64_t end = hedge->span.offset + hedge->span.length;
    uint64_t had;
    enum odo_status status;

    slow->is_hedged = false;
    if (slow->transfer->has_failed || slow->transfer->must_restart ||
        hedge->phase != REQUEST_TAKING || hedge->position < end ||
        slow->outcome == REQUEST_FAILED || request_flush(slow) != ODO_OK) {
        return;
    }
    assert(slow->position >= hedge->span.offset && slow->position <= end);
    assert(hedge->gathered_size == hedge->span.length);
    had = slow->position - hedge->span.offset;
    if (hedge->gathered_size > had) {
        size_t rest = hedge->gathered_size - (size_t)had;

        status = sink_write(slow->transfer->sink,
                            slow->transfer->run_output + hedge->gathered_output + had,
                            hedge->gathered + had, rest);
        if (status != ODO_OK) {
            return; /* the slow one will meet the same */
        }
        slow->delivered += rest;
        transfer_delivered(slow->transfer,
                           slow->transfer->run_output + hedge->gathered_output + had, rest);
    }
    slow->position = end;
    slow->gathered_from = end;
    slow->outcome = REQUEST_ENOUGH;
}
