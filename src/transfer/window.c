#include "transfer/window.h"

#include "transfer/lanes.h"

uint64_t window_left(const struct transfer *transfer, uint64_t output)
{
    uint64_t limit = transfer->stream_taken + transfer->setup.stream_window;

    if (transfer->setup.output != TRANSFER_TO_STREAM) {
        return UINT64_MAX;
    }
    return limit > output ? limit - output : 0;
}

uint64_t window_left_at(const struct transfer *transfer, uint64_t offset)
{
    const struct wanted *wanted = &transfer->wanted;

    return window_left(transfer,
                       wanted->run_output +
                           range_layout_find(&wanted->layout, offset, &(size_t){0}).output);
}

bool window_admits(const struct transfer *transfer, const struct attempt *attempt)
{
    for (size_t i = 0; i < attempt->piece_count; i++) {
        const struct attempt_piece *piece = &attempt->pieces[i];

        if (piece->position < attempt_end_of(piece->span)) {
            return transfer->setup.output != TRANSFER_TO_STREAM ||
                   window_left_at(transfer, piece->position) > 0;
        }
    }
    return true;
}

void window_make_way(struct transfer *transfer)
{
    const struct wanted *wanted = &transfer->wanted;

    if (transfer->setup.output != TRANSFER_TO_STREAM || wanted->plan.hole_count == 0 ||
        !wanted->layout_is_known || transfer->attempt_count < lanes_most(transfer)) {
        return;
    }
    for (struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        if (attempt->was_paused && attempt_is_taking(attempt) &&
            range_layout_find(&wanted->layout, attempt->offset, &(size_t){0}).wanted &&
            attempt->offset > wanted->plan.holes[0].offset &&
            window_left_at(transfer, attempt->offset) == 0) {
            attempt->end = ATTEMPT_ASK_AGAIN;
            return;
        }
    }
}
