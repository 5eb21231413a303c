#include "transfer/lanes.h"

#include <assert.h>

enum {
    /* No request is judged before it has run this long. */
    JUDGE_AFTER_MS = 1000,
    /* A request with less than this share of the others' rate is slow. */
    SLOW_PERCENT = 15,
    /* The first bytes do not predict the rate of the rest. */
    YOUNG_MS = 100,
    YOUNG_LATENCIES = 6, /* while TCP slow start doubles its window each round trip */
    /* A remainder that arrives within this time is not worth a connection of its own. */
    WORTH_MS = 500,
    ABANDON_PAUSE_MS = 1000,
    ABANDON_PAUSE_MOST_MS = 16 * 1000,
    /* If no byte comes after so many requests were given up, another one is no faster. */
    ABANDONED_MOST = 2,
    /* Fewer bytes say little about the connection. */
    MEASURE_LEAST = 64 * 1024,
    /* A hedge is sent when it is expected to save this much. */
    HEDGE_WORTH_MS = 300,
    HEDGES_MOST = 4,
    /* A reply that takes longer than this is overdue. */
    LATE_LATENCIES = 8,
};

/* Whether replies can be combined, however many the server gives at once. */
static bool can_combine(const struct transfer *transfer)
{
    return !transfer_ranges_fail(transfer) && transfer->asking == TRANSFER_ASKS_FREELY &&
           transfer->setup.output != TRANSFER_TO_MEMORY;
}

uint32_t lanes_allowed(const struct transfer *transfer)
{
    uint32_t lanes = can_combine(transfer) ? transfer->limits.lanes : 1;

    if (transfer->origin && transfer->origin->lanes_most < lanes) {
        lanes = transfer->origin->lanes_most;
    }
    return lanes > 1 ? lanes : 1;
}

uint32_t lanes_most(const struct transfer *transfer)
{
    /* Without validators two versions cannot be told apart, so all bytes must come from one
     * reply. */
    return transfer->version.is_known && version_has_validators(&transfer->version)
               ? lanes_allowed(transfer)
               : 1;
}

static uint64_t elapsed_ms(const struct attempt *attempt, uint64_t now_ms)
{
    return now_ms > attempt->sent_at_ms ? now_ms - attempt->sent_at_ms : 1;
}

/* Bytes per second since the request was sent. */
static uint64_t rate_of(const struct attempt *attempt, uint64_t now_ms)
{
    return attempt->arrived * 1000 / elapsed_ms(attempt, now_ms);
}

/* Milliseconds to receive `bytes` at `rate`; UINT64_MAX at a rate of 0. */
static uint64_t time_for(uint64_t bytes, uint64_t rate)
{
    return rate == 0 ? UINT64_MAX / 4 : bytes / rate * 1000 + bytes % rate * 1000 / rate;
}

static uint64_t latency_ms(const struct transfer *transfer)
{
    return transfer->origin ? measurement_latency_us(&transfer->origin->measurement) / 1000 : 0;
}

static bool is_hedge(const struct attempt *attempt)
{
    return attempt->purpose == ATTEMPT_FOR_HEDGE;
}

static bool is_measurable(const struct attempt *attempt)
{
    /* Reading a whole file for a few of its ranges discards most of what arrives. */
    bool is_salvage = attempt->body == ATTEMPT_TAKES_FILE && attempt->sent_range;

    return attempt_is_taking(attempt) && !is_salvage && !attempt->was_paused && !attempt->twin;
}

static bool is_receiving(const struct attempt *attempt)
{
    return attempt->arrived > 0 && attempt_is_taking(attempt);
}

/* True while it is too early to judge the rate of a request. */
static bool is_young(const struct transfer *transfer, const struct attempt *attempt,
                     uint64_t now_ms)
{
    uint64_t young_ms = YOUNG_LATENCIES * latency_ms(transfer);

    young_ms = young_ms > YOUNG_MS ? young_ms : YOUNG_MS;
    return is_receiving(attempt) ? now_ms < attempt->body_at_ms + young_ms
                                 : elapsed_ms(attempt, now_ms) < WORTH_MS;
}

void lanes_measure(struct transfer *transfer, const struct attempt *attempt, uint64_t now_ms)
{
    uint64_t rate = rate_of(attempt, now_ms);

    if (attempt->arrived < MEASURE_LEAST || attempt->end == ATTEMPT_ASK_AGAIN ||
        attempt->was_paused) {
        return;
    }
    transfer->typical_rate =
        transfer->typical_rate == 0 ? rate : transfer->typical_rate / 4 * 3 + rate / 4;
}

/* The rate to expect of a connection: the best in flight, or for a single one the average of
 * earlier requests. */
static uint64_t standard_rate(const struct transfer *transfer, uint64_t now_ms)
{
    uint64_t best = transfer->attempt_count == 1 ? transfer->typical_rate : 0;

    for (const struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        if (is_measurable(attempt) && elapsed_ms(attempt, now_ms) >= JUDGE_AFTER_MS) {
            uint64_t rate = rate_of(attempt, now_ms);

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
    transfer->abandoned++;
}

struct attempt *lanes_find_slow(struct transfer *transfer, uint64_t now_ms)
{
    struct attempt *slow = NULL;
    uint64_t slow_rest_ms = 0;
    uint64_t standard;

    if (now_ms < transfer->abandon_at_ms || transfer->abandoned >= ABANDONED_MOST ||
        lanes_most(transfer) < 2) {
        return NULL;
    }
    standard = standard_rate(transfer, now_ms);
    for (struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        uint64_t rate;
        uint64_t rest_ms;

        /* Never give up the front: it may be the only request that the server allows. */
        if (!is_measurable(attempt) || elapsed_ms(attempt, now_ms) < JUDGE_AFTER_MS ||
            (is_receiving(attempt) && is_young(transfer, attempt, now_ms)) ||
            attempt->purpose == ATTEMPT_FOR_FRONT) {
            continue;
        }
        rate = rate_of(attempt, now_ms);
        rest_ms = time_for(attempt_missing(attempt), rate);
        if (rate < standard / 100 * SLOW_PERCENT && rest_ms > slow_rest_ms &&
            rest_ms > WORTH_MS + 2 * time_for(attempt_missing(attempt), standard)) {
            slow = attempt;
            slow_rest_ms = rest_ms;
        }
    }
    if (slow) {
        /* If the next request is as slow, this is the rate to expect of a connection. */
        transfer->typical_rate = transfer->typical_rate / 2 + rate_of(slow, now_ms) / 2;
        postpone(transfer, now_ms);
    }
    return slow;
}

/* True if the server answers far later than it usually does, and perhaps never. */
static bool is_overdue(const struct transfer *transfer, const struct attempt *attempt,
                       uint64_t now_ms)
{
    return attempt->body == ATTEMPT_UNANSWERED && transfer->version.is_known &&
           attempt->end == ATTEMPT_OPEN &&
           elapsed_ms(attempt, now_ms) > WORTH_MS + LATE_LATENCIES * latency_ms(transfer);
}

bool lanes_are_taken(const struct transfer *transfer, uint64_t now_ms)
{
    bool may_replace = can_combine(transfer) && version_has_validators(&transfer->version);
    uint32_t taken = 0;

    for (const struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        taken += !may_replace || !is_overdue(transfer, attempt, now_ms);
    }
    return taken >= lanes_most(transfer) || transfer->attempt_count >= transfer->limits.lanes;
}

/* Milliseconds until a request has received the rest; 0 while that cannot be estimated. A
 * request whose answer is overdue may take as long again as it has taken. */
static uint64_t rest_ms_of(const struct transfer *transfer, const struct attempt *attempt,
                           uint64_t now_ms)
{
    if (is_measurable(attempt)) {
        return is_young(transfer, attempt, now_ms)
                   ? 0
                   : time_for(attempt_missing(attempt), rate_of(attempt, now_ms));
    }
    if (is_overdue(transfer, attempt, now_ms) && !attempt->twin) {
        return elapsed_ms(attempt, now_ms);
    }
    return 0;
}

/*
 * Milliseconds until all connections together have received everything missing, at most
 * WORTH_MS. On a saturated line each remainder takes about this long anyway, and taking one
 * over would only transfer bytes twice.
 */
static uint64_t together_ms(const struct transfer *transfer)
{
    uint64_t rate =
        transfer->origin ? measurement_total_rate(&transfer->origin->measurement) : 0;
    uint64_t missing = 0;
    uint64_t together;

    for (const struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        uint64_t rest = attempt_missing(attempt);

        missing += rest == UINT64_MAX ? 0 : rest;
    }
    together = rate == 0 ? 0 : time_for(missing, rate);
    return together < WORTH_MS ? together : WORTH_MS;
}

/* True when part of what is missing may be taken away and enough is left for both requests. */
static bool can_be_cut(const struct attempt *attempt)
{
    uint64_t rest;

    if (attempt->end != ATTEMPT_OPEN || attempt->twin || attempt->part_end > 0) {
        return false;
    }
    if (attempt->pieces_sent > 1) {
        return attempt_to_spare(attempt) > 0;
    }
    if (attempt->piece_count > 1) {
        return false; /* it has extended across other attempts' pieces */
    }
    rest = attempt_missing(attempt);
    return rest != UINT64_MAX && rest >= 2 * (uint64_t)TRANSFER_STEAL_LEAST;
}

struct attempt *lanes_find_front(const struct transfer *transfer, uint64_t *bytes_out)
{
    for (struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        uint64_t rest;
        uint64_t most;
        uint64_t bytes;

        if (attempt->purpose != ATTEMPT_FOR_FRONT || !attempt_is_taking(attempt) ||
            attempt->piece_count != 1 || !can_be_cut(attempt)) {
            continue;
        }
        rest = attempt_missing(attempt);
        most = transfer->origin ? measurement_request_size(&transfer->origin->measurement)
                                : TRANSFER_REQUEST_MOST;
        bytes = rest / (transfer->attempt_count + 1);
        bytes = bytes < TRANSFER_LARGE ? TRANSFER_LARGE : bytes;
        bytes = bytes > most ? most : bytes;
        if (rest >= 2 * bytes) {
            *bytes_out = bytes;
            return attempt;
        }
    }
    return NULL;
}

struct attempt *lanes_find_victim(const struct transfer *transfer, uint64_t now_ms)
{
    struct attempt *victim = NULL;
    uint64_t longest_ms = WORTH_MS + together_ms(transfer);

    for (struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        uint64_t rest_ms = can_be_cut(attempt) ? rest_ms_of(transfer, attempt, now_ms) : 0;

        if (rest_ms > longest_ms) {
            victim = attempt;
            longest_ms = rest_ms;
        }
    }
    return victim;
}

/* The attempt that has the next bytes at or after `offset`. */
static struct attempt *find_next(const struct transfer *transfer, uint64_t offset)
{
    struct attempt *next = NULL;

    for (struct attempt *other = transfer->attempts; other; other = other->next) {
        /* The order of multipart parts is not known in advance. */
        bool is_run =
            other->piece_count == 1 && other->pieces_sent == 1 && other->part_end == 0;

        if (other->purpose == ATTEMPT_FOR_PIECES && other->end == ATTEMPT_OPEN &&
            (is_run || other->body == ATTEMPT_UNANSWERED) &&
            other->pieces[0].span.offset >= offset && attempt_missing(other) > 0 &&
            attempt_missing(other) != UINT64_MAX &&
            (!next || other->pieces[0].span.offset < next->pieces[0].span.offset)) {
            next = other;
        }
    }
    return next;
}

/* The rate of a front up to its last byte, so that waiting for others does not lower it. */
static uint64_t rate_at_work(const struct attempt *front)
{
    return rate_of(front, front->heard_at_ms);
}

enum lanes_neighbour lanes_look_ahead(const struct transfer *transfer,
                                      const struct attempt *front, uint64_t offset,
                                      uint64_t now_ms, struct attempt **other_out)
{
    struct attempt *other = find_next(transfer, offset);
    uint64_t from = attempt_end_of(front->pieces[front->piece_count - 1].span);
    uint64_t rest_ms;
    uint64_t front_ms;

    if (!other) {
        return LANES_NOBODY;
    }
    *other_out = other;
    /* The front has to read bytes that others have received before it gets there. */
    front_ms = time_for(attempt_end_of(other->pieces[0].span) - from, rate_at_work(front));
    if (other->body == ATTEMPT_UNANSWERED) {
        return other->pieces[0].span.offset == from || elapsed_ms(other, now_ms) > 2 * front_ms
                   ? LANES_SLOWER
                   : LANES_UNKNOWN;
    }
    if (other->was_paused) {
        return LANES_SOONER; /* it is paused on purpose */
    }
    if (is_young(transfer, other, now_ms)) {
        return LANES_UNKNOWN;
    }
    rest_ms = time_for(attempt_missing(other), rate_of(other, now_ms));
    return rest_ms > HEDGE_WORTH_MS + 2 * front_ms ? LANES_SLOWER : LANES_SOONER;
}

uint64_t lanes_half(const struct attempt *victim)
{
    uint64_t rest = attempt_missing(victim);

    return rest - rest / 2;
}

struct byte_range lanes_cut(struct attempt *victim, uint64_t bytes)
{
    struct attempt_piece *piece = &victim->pieces[victim->piece_count - 1];
    uint64_t end = attempt_end_of(piece->span);

    assert(victim->piece_count == 1 && end != UINT64_MAX && end - piece->position > bytes);
    piece->span.length -= bytes;
    victim->is_cut = true;
    return (struct byte_range){end - bytes, bytes};
}

/* --- The tail ------------------------------------------------------------------------- */

/* The only incomplete piece; NULL if there are several. */
static const struct attempt_piece *last_piece(const struct attempt *attempt)
{
    const struct attempt_piece *open = NULL;

    for (size_t i = 0; i < attempt->piece_count; i++) {
        const struct attempt_piece *piece = &attempt->pieces[i];

        if (piece->position < attempt_end_of(piece->span)) {
            if (open) {
                return NULL;
            }
            open = piece;
        }
    }
    return open;
}

/* True when everything missing is one run of wanted bytes, short enough to keep in memory. */
static bool has_simple_tail(const struct transfer *transfer, const struct attempt *attempt)
{
    const struct attempt_piece *piece = last_piece(attempt);
    size_t hint = attempt->layout_hint;
    struct layout_run run;
    uint64_t rest;

    if (!piece || attempt->body == ATTEMPT_TAKES_FILE || attempt->was_paused || attempt->twin ||
        attempt->hedges >= HEDGES_MOST || attempt->body == ATTEMPT_DROPPED ||
        attempt->end != ATTEMPT_OPEN || attempt->part_end > 0 ||
        attempt_end_of(piece->span) == UINT64_MAX) {
        return false;
    }
    rest = attempt_end_of(piece->span) - piece->position;
    if (rest > ATTEMPT_HEDGE_MOST) {
        return false;
    }
    run = range_layout_find(&transfer->wanted.layout, piece->position, &hint);
    return run.wanted && run.length >= rest;
}

/* The expected duration of a request sent now on a new connection. */
static uint64_t fresh_ms(const struct transfer *transfer, uint64_t bytes, uint64_t now_ms)
{
    return 3 * latency_ms(transfer) + time_for(bytes, standard_rate(transfer, now_ms));
}

struct attempt *lanes_find_tail(const struct transfer *transfer, uint64_t now_ms)
{
    struct attempt *slow = NULL;
    uint64_t longest_ms = 0;

    if (lanes_most(transfer) < 2 || !transfer->wanted.layout_is_known ||
        transfer->rules->is_metered) {
        return NULL;
    }
    for (struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        uint64_t rest;
        uint64_t rest_ms;

        if (!has_simple_tail(transfer, attempt) || is_young(transfer, attempt, now_ms)) {
            continue;
        }
        /* A request without an answer may take as long again as it has taken. */
        rest = attempt_missing(attempt);
        rest_ms = attempt->arrived > 0 ? time_for(rest, rate_of(attempt, now_ms))
                                       : elapsed_ms(attempt, now_ms);
        if (rest_ms > longest_ms &&
            rest_ms > HEDGE_WORTH_MS + 2 * fresh_ms(transfer, rest, now_ms)) {
            slow = attempt;
            longest_ms = rest_ms;
        }
    }
    return slow;
}

struct attempt *lanes_find_late_hedge(const struct transfer *transfer, uint64_t now_ms)
{
    for (struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        if (is_hedge(attempt) && attempt->end == ATTEMPT_OPEN && attempt->twin &&
            attempt->body == ATTEMPT_UNANSWERED && attempt->twin->hedges < HEDGES_MOST &&
            elapsed_ms(attempt, now_ms) >
                HEDGE_WORTH_MS +
                    2 * fresh_ms(transfer, attempt->pieces[0].span.length, now_ms)) {
            return attempt;
        }
    }
    return NULL;
}
