#include "network/many_ranges.h"

#include "network/origin.h"
#include "network/request.h"
#include "network/request_pieces.h"

#include <assert.h>

enum {
    /* After so many failures in a row it might be the number of ranges that somebody on the
     * way does not like. */
    ATTEMPTS_WITH_MANY = 2,
};

bool many_ranges_are_usable(const struct download *transfer)
{
    const struct origin *origin = transfer->origin;

    return origin && origin->ranges_are_known && origin->ranges_most > 1;
}

/* How many ranges the next request may have. */
static size_t ranges_most(const struct download *transfer)
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

struct request_gathering many_ranges_gathering(const struct download *transfer)
{
    struct request_gathering gathering = {
        .most = ranges_most(transfer),
        .small = TRANSFER_REQUEST_LEAST, /* cut off no smaller, so let no smaller go alone */
        .text_most = REQUEST_RANGES_TEXT_MOST,
    };

    if (transfer->origin) {
        gathering.least = measurement_small_request(&transfer->origin->measurement);
    }
    return gathering;
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
