#include "transfer/asking.h"

#include "base/text.h"
#include "transfer/front.h"
#include "transfer/lanes.h"
#include "transfer/window.h"

#include <assert.h>

/* Small requests to fill a stream's last free bytes are not worthwhile, except at the end. */
static bool has_room(const struct transfer *transfer)
{
    uint64_t room = front_room(transfer);

    return room >= TRANSFER_STREAM_LEAST || room >= transfer->wanted.plan.remaining;
}

bool asking_has_work(const struct transfer *transfer, uint64_t now_ms)
{
    uint64_t bytes;

    if (request_plan_is_empty(&transfer->wanted.plan)) {
        return lanes_find_front(transfer, &bytes) || lanes_find_victim(transfer, now_ms) ||
               lanes_find_tail(transfer, now_ms);
    }
    return has_room(transfer);
}

/* --- From the plan -------------------------------------------------------------------- */

bool asking_is_plain(const struct transfer *transfer)
{
    return transfer->asking == TRANSFER_ASKS_PLAINLY || transfer_ranges_fail(transfer);
}

/* While nothing is known of a file, ask for all of it without Range, as any simple client
 * would: whatever works with one plain connection must work here. The reply then continues at
 * the front while further requests take from its rear. */
static bool asks_for_front(const struct transfer *transfer)
{
    return !transfer->attempts && !transfer->version.is_known &&
           wanted_is_whole_file(&transfer->wanted);
}

/* How many ranges the next request may have. */
static size_t ranges_most(const struct transfer *transfer)
{
    size_t most = transfer->origin ? transfer->origin->ranges_most : 1;
    uint32_t ruled = transfer->rules->ranges_per_request;

    if (asking_is_plain(transfer) || transfer->is_checked || transfer->list_refused > 0 ||
        wanted_total(&transfer->wanted) == ODO_SIZE_UNKNOWN ||
        transfer->backoff.failures >= TRANSFER_FAILURES_ENOUGH) {
        return 1;
    }
    return ruled > 0 && ruled < most ? ruled : most;
}

/* The longest gap between ranges that is cheaper to fetch and discard, given what is known of
 * the server. */
static uint64_t merge_gap(const struct transfer *transfer)
{
    const struct origin *origin = transfer->origin;

    if (transfer->rules->is_metered) {
        return 0;
    }
    if (!origin) {
        return MEASUREMENT_GAP_START;
    }
    return measurement_merge_gap(&origin->measurement, lanes_most(transfer),
                                 origin->is_http_2 || ranges_most(transfer) > 1);
}

/* The number of requests to divide the remaining bytes among: this one and those that may run
 * beside it, if only once the first reply has established the version. Of much, a quarter is
 * held back because connections share a line unequally: one that finishes early takes half of
 * what is left. Of little, the round trip of that further request would cost more. */
static uint32_t sharers(const struct transfer *transfer)
{
    uint32_t lanes =
        transfer->version.is_known ? lanes_most(transfer) : lanes_allowed(transfer);
    uint32_t free = lanes > transfer->attempt_count ? lanes - transfer->attempt_count : 1;
    bool is_much = transfer->wanted.plan.remaining / free >= TRANSFER_MUCH;

    return lanes > 1 && is_much ? free + (free + 2) / 3 : free;
}

/* A stream's window has an end as well. */
static bool leaves_end_open(const struct transfer *transfer)
{
    return transfer->leaves_end_open && transfer->setup.output != TRANSFER_TO_STREAM &&
           wanted_total(&transfer->wanted) == ODO_SIZE_UNKNOWN;
}

static struct request_limits limits_of(const struct transfer *transfer)
{
    struct request_limits limits = {
        .most = TRANSFER_REQUEST_MOST,
        .least = TRANSFER_REQUEST_LEAST,
        .merge_gap = merge_gap(transfer),
        .merge_share = TRANSFER_MERGE_SHARE,
        .lanes = sharers(transfer),
    };

    if (asking_is_plain(transfer)) {
        return (struct request_limits){
            .most = UINT64_MAX,
            .least = UINT64_MAX,
            .merge_gap = UINT64_MAX,
            .merge_share = UINT64_MAX,
            .lanes = 1,
        };
    }
    if (asks_for_front(transfer) || leaves_end_open(transfer)) {
        limits.most = UINT64_MAX;
        limits.least = UINT64_MAX;
        limits.lanes = 1;
    } else if (transfer->setup.output == TRANSFER_TO_STREAM) {
        uint64_t room = front_room(transfer);

        room = room > 0 ? room : 1;
        limits.most = room < TRANSFER_STREAM_MOST ? room : TRANSFER_STREAM_MOST;
        limits.least = room < TRANSFER_STREAM_LEAST ? room : TRANSFER_STREAM_LEAST;
    } else if (transfer->origin) {
        limits.most = measurement_request_size(&transfer->origin->measurement);
    }
    return limits;
}

static void give_back_all(struct transfer *transfer, const struct byte_range *spans,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        request_plan_give_back(&transfer->wanted.plan, spans[i]);
    }
}

/*
 * The server may send parts in any order, so all of them must fit into a stream's window, along
 * with anything other requests have in flight between them. Returns how many spans fit.
 */
static size_t fit_into_window(struct transfer *transfer, const struct byte_range *spans,
                              size_t count)
{
    size_t fitting = 1;

    if (transfer->setup.output != TRANSFER_TO_STREAM || !transfer->wanted.layout_is_known) {
        return count;
    }
    while (fitting < count &&
           window_left_at(transfer, spans[fitting].offset + spans[fitting].length - 1) > 0) {
        fitting++;
    }
    give_back_all(transfer, spans + fitting, count - fitting);
    return fitting;
}

static enum odo_status take_from_plan(struct transfer *transfer, struct attempt *attempt)
{
    struct request_limits limits = limits_of(transfer);
    struct request_gathering gathering = {
        .most = ranges_most(transfer),
        .small = TRANSFER_LARGE,
        .text_most = ATTEMPT_RANGES_TEXT_MOST,
    };
    struct byte_range spans[ATTEMPT_PIECES_MOST];
    enum odo_status status;
    size_t count = 0;

    if (transfer->asking == TRANSFER_ASKS_ONE_REPLY &&
        wanted_total(&transfer->wanted) == ODO_SIZE_UNKNOWN &&
        !wanted_is_whole_file(&transfer->wanted)) {
        transfer->asking = TRANSFER_ASKS_PLAINLY; /* parts could not be placed */
        limits = limits_of(transfer);
    }
    if (transfer->asking == TRANSFER_ASKS_ONE_REPLY) {
        limits.most = UINT64_MAX;
        limits.least = UINT64_MAX;
        gathering.most = ATTEMPT_PIECES_MOST;
        gathering.small = UINT64_MAX;
    }
    attempt->purpose = asks_for_front(transfer) ? ATTEMPT_FOR_FRONT : ATTEMPT_FOR_PIECES;
    if (transfer->origin) {
        gathering.least = measurement_small_request(&transfer->origin->measurement);
    }
    status = request_plan_take_many(&transfer->wanted.plan, &limits, &gathering, spans, &count);
    if (status != ODO_OK) {
        return status;
    }
    count = fit_into_window(transfer, spans, count);
    if (transfer->asking == TRANSFER_ASKS_ONE_REPLY &&
        !request_plan_is_empty(&transfer->wanted.plan)) {
        give_back_all(transfer, spans, count);
        /* Too many ranges for one request, or more than a stream's window holds. */
        transfer->asking = TRANSFER_ASKS_PLAINLY;
        return take_from_plan(transfer, attempt);
    }
    status = attempt_set_pieces(attempt, spans, count);
    if (status != ODO_OK) {
        give_back_all(transfer, spans, count);
    }
    return status;
}

/* --- From other requests -------------------------------------------------------------- */

static void pair(struct attempt *hedge, struct attempt *slow)
{
    hedge->purpose = ATTEMPT_FOR_HEDGE;
    hedge->twin = slow;
    slow->twin = hedge;
    slow->hedges++;
}

/* Ask a second time for the rest of a slow attempt. */
static enum odo_status hedge(struct attempt *slow, struct attempt *attempt)
{
    const struct attempt_piece *piece = NULL;
    struct byte_range rest;
    enum odo_status status;

    for (size_t i = 0; i < slow->piece_count; i++) {
        if (slow->pieces[i].position < attempt_end_of(slow->pieces[i].span)) {
            piece = &slow->pieces[i];
        }
    }
    assert(piece);
    rest.offset = piece->position;
    rest.length = attempt_end_of(piece->span) - piece->position;
    status = attempt_set_pieces(attempt, &rest, 1);
    if (status == ODO_OK) {
        pair(attempt, slow);
    }
    return status;
}

/* Take over the last bytes of an attempt that has one piece. */
static enum odo_status take_rear(struct transfer *transfer, struct attempt *victim,
                                 uint64_t bytes, struct attempt *attempt)
{
    struct byte_range rear = {0, 1}; /* allocate before anything is cut */
    enum odo_status status = attempt_set_pieces(attempt, &rear, 1);

    if (status == ODO_OK) {
        status = request_plan_split(&transfer->wanted.plan);
    }
    if (status == ODO_OK) {
        rear = lanes_cut(victim, bytes);
        status = attempt_set_pieces(attempt, &rear, 1);
    }
    return status;
}

/* Take over half of the pieces that a victim has not begun; each is in flight on its own
 * already. */
static enum odo_status take_pieces(struct attempt *victim, struct attempt *attempt)
{
    struct byte_range spans[ATTEMPT_PIECES_MOST];
    size_t count = attempt_to_spare(victim);
    enum odo_status status;

    for (size_t i = 0; i < count; i++) {
        spans[i] = victim->pieces[victim->piece_count - count + i].span;
    }
    status = attempt_set_pieces(attempt, spans, count);
    if (status == ODO_OK) {
        attempt_cut(victim, spans);
    }
    return status;
}

/* Nothing is left in the plan: take over part of what another attempt has yet to receive. */
static enum odo_status take_over(struct transfer *transfer, struct attempt *attempt,
                                 uint64_t now_ms)
{
    uint64_t bytes = 0;
    struct attempt *victim;

    attempt->purpose = ATTEMPT_FOR_PIECES;
    if (!transfer->attempts) {
        return ODO_E_NOT_FOUND;
    }
    victim = lanes_find_front(transfer, &bytes);
    if (victim) {
        return take_rear(transfer, victim, bytes, attempt);
    }
    victim = lanes_find_victim(transfer, now_ms);
    if (victim) {
        return victim->pieces_sent > 1
                   ? take_pieces(victim, attempt)
                   : take_rear(transfer, victim, lanes_half(victim), attempt);
    }
    victim = lanes_find_tail(transfer, now_ms);
    return victim ? hedge(victim, attempt) : ODO_E_NOT_FOUND;
}

enum odo_status asking_choose(struct transfer *transfer, struct attempt *attempt,
                              uint64_t now_ms)
{
    enum odo_status status = request_plan_is_empty(&transfer->wanted.plan)
                                 ? ODO_E_NOT_FOUND
                                 : take_from_plan(transfer, attempt);

    return status == ODO_E_NOT_FOUND ? take_over(transfer, attempt, now_ms) : status;
}

/* --- URL and headers ------------------------------------------------------------------ */

/* A plain GET returns the file from its beginning, so it is right when nothing has been
 * received. */
static bool may_ask_without_range(const struct transfer *transfer,
                                  const struct attempt *attempt)
{
    return asking_is_plain(transfer) ||
           (attempt->purpose == ATTEMPT_FOR_FRONT && !transfer->version.is_known &&
            attempt->pieces[0].span.offset == 0);
}

enum odo_status asking_address(struct transfer *transfer, struct attempt *attempt,
                               uint64_t now_ms)
{
    struct source *source = &transfer->source;

    attempt->url = text_copy(source->url);
    if (!attempt->url) {
        return ODO_E_OUT_OF_MEMORY;
    }
    source_asked(source);
    attempt->generation = source->generation;
    attempt->hops = source->hops;
    attempt->sent_at_ms = now_ms;
    attempt->sent_range = !may_ask_without_range(transfer, attempt);
    attempt->left_end_open = transfer->leaves_end_open;
    attempt->sent_beside = transfer->attempt_count > 0;
    attempt->sent_authentication = transfer->authenticates && !source_is_foreign(source);
    attempt->sent_if_range = attempt->sent_range && transfer->version.is_known &&
                             !transfer->without_if_range &&
                             version_validator(&transfer->version) != NULL;
    return ODO_OK;
}
