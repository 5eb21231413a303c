#include "transfer/many_ranges.h"

#include "transfer/origin.h"
#include "transfer/request.h"
#include "transfer/request_pieces.h"

#include <assert.h>

enum {
    /* After so many failures in a row it might be the number of ranges that somebody on the
     * way does not like. */
    ATTEMPTS_WITH_MANY = 2,
};

bool many_ranges_are_usable(const struct transfer *transfer)
{
    const struct origin *origin = transfer->origin;

    return origin && origin->ranges_are_known && origin->ranges_most > 1;
}

/* How many ranges the next request may have. */
static size_t ranges_most(const struct transfer *transfer)
{
    if (!transfer->origin || !transfer->version_is_known || transfer->is_sequential ||
        transfer->without_range || transfer->file_size == ODO_SIZE_UNKNOWN ||
        transfer->attempt >= ATTEMPTS_WITH_MANY) {
        return 1;
    }
    if (transfer->rules->ranges_per_request > 0 &&
        transfer->rules->ranges_per_request < transfer->origin->ranges_most) {
        return transfer->rules->ranges_per_request;
    }
    return transfer->origin->ranges_most;
}

/* The bytes that a request for many should come to: as many as a lane's share of what is left,
 * but no fewer than it takes to be worth a request. */
static uint64_t share_of(const struct transfer *transfer, uint64_t least, uint32_t lanes)
{
    uint64_t share = transfer->plan.remaining / lanes;

    if (share > TRANSFER_REQUEST_MOST) {
        share = TRANSFER_REQUEST_MOST;
    }
    return share > least ? share : least;
}

void many_ranges_gather(struct transfer *transfer, struct request_start *start)
{
    size_t most = ranges_most(transfer);
    uint64_t gathered = start->span.length;
    size_t text_size = request_pieces_text_size(start->span);
    struct request_limits limits = transfer_limits(transfer);
    uint64_t small;
    uint64_t share;

    if (most < 2 || start->span.length == BYTE_RANGE_TO_END) {
        return;
    }
    small = measurement_small_request(&transfer->origin->measurement);
    share = share_of(transfer, small, limits.lanes);
    while (start->more_count + 1 < most && start->span.length <= small && gathered < share &&
           limits.most > 0) {
        struct byte_range *next = &start->more[start->more_count];

        if (request_plan_take(&transfer->plan, &limits, next) != ODO_OK) {
            return; /* what was gathered will do */
        }
        text_size += request_pieces_text_size(*next);
        if (next->length > small || text_size > REQUEST_RANGES_TEXT_MOST) {
            request_plan_give_back(&transfer->plan, *next);
            return;
        }
        gathered += next->length;
        start->more_count++;
        limits = transfer_limits(transfer);
    }
}

void many_ranges_take_over(struct request *victim, struct request_start *start_out)
{
    struct byte_range pieces[REQUEST_PIECES_MOST];
    size_t count = request_pieces_cut(victim, pieces);

    assert(count > 0);
    start_out->span = pieces[0];
    for (size_t i = 1; i < count; i++) {
        start_out->more[i - 1] = pieces[i];
    }
    start_out->more_count = count - 1;
}

void many_ranges_ended(struct request *request, enum odo_status result)
{
    size_t complete = request_pieces_complete(request);

    if (!request_has_pieces(request) || request->is_cut || request->phase != REQUEST_TAKING ||
        request->outcome != REQUEST_OPEN) {
        return;
    }
    if (result == ODO_OK || complete == request->piece_count) {
        origin_ranges_answered(request->origin, request->pieces_sent, complete);
    }
    /* A reply without some of the ranges is no failure: they are asked for again. */
    if (result == ODO_OK && complete < request->piece_count) {
        request->outcome = REQUEST_ASK_AGAIN;
    }
}
