#include "transfer/front.h"

#include "transfer/lanes.h"
#include "transfer/window.h"

/* The first byte that has not been requested. */
static uint64_t next_offset(const struct wanted *wanted)
{
    const struct request_plan *plan = &wanted->plan;
    uint64_t first =
        wanted->set.items[plan->cursor_item < wanted->set.count ? plan->cursor_item : 0].offset;

    if (plan->hole_count > 0) {
        return plan->holes[0].offset;
    }
    return plan->cursor > first ? plan->cursor : first;
}

uint64_t front_room(const struct transfer *transfer)
{
    uint64_t handed_out = wanted_handed_out(&transfer->wanted);
    uint64_t asked = transfer->wanted.run_output; /* an output position */

    if (transfer->setup.output != TRANSFER_TO_STREAM) {
        return UINT64_MAX;
    }
    if (transfer->wanted.layout_is_known && !request_plan_is_empty(&transfer->wanted.plan)) {
        /* The next byte to request has a known place, whatever is in flight before or after
         * it. */
        asked += range_layout_find(&transfer->wanted.layout, next_offset(&transfer->wanted),
                                   &(size_t){0})
                     .output;
    } else if (handed_out != ODO_SIZE_UNKNOWN) {
        asked += handed_out;
    } else if (transfer->attempts) {
        return 0; /* the first reply will establish the layout */
    } else {
        asked = transfer->setup.stream_had > asked ? transfer->setup.stream_had : asked;
    }
    return window_left(transfer, asked);
}

/* How far the body may continue beyond the pieces. */
static uint64_t body_limit(const struct attempt *attempt)
{
    return attempt->body == ATTEMPT_TAKES_FILE ? UINT64_MAX : attempt_end_of(attempt->asked);
}

static void lengthen(struct attempt_piece *piece, uint64_t length)
{
    piece->span.length =
        length == BYTE_RANGE_TO_END ? BYTE_RANGE_TO_END : piece->span.length + length;
}

/* Whether the front reads through what others have to get at what nobody has. */
static bool goes_through(const struct transfer *transfer)
{
    return transfer->front_goes_through || transfer_ranges_fail(transfer) ||
           transfer->asking == TRANSFER_ASKS_PLAINLY;
}

/* Take the next bytes of the plan if this body will deliver them, and, unless it `may_skip`
 * some, does so now. */
static enum front_extension extend_from_plan(struct transfer *transfer, struct attempt *attempt,
                                             bool may_skip)
{
    struct request_plan *plan = &transfer->wanted.plan;
    struct attempt_piece *last = &attempt->pieces[attempt->piece_count - 1];
    uint64_t end = attempt_end_of(last->span);
    struct request_limits limits = {
        .most = UINT64_MAX,
        .least = UINT64_MAX,
        .lanes = 1,
    };
    struct byte_range span;

    if (transfer->setup.output == TRANSFER_TO_STREAM) {
        limits.most = front_room(transfer);
        limits.most = limits.most < TRANSFER_STREAM_MOST ? limits.most : TRANSFER_STREAM_MOST;
        limits.least = limits.most;
    }
    if (request_plan_is_empty(plan)) {
        return FRONT_AT_END;
    }
    if (limits.most == 0) {
        return FRONT_LATER;
    }
    if (request_plan_take(plan, &limits, &span) != ODO_OK) {
        return FRONT_AT_END;
    }
    if (span.offset >= body_limit(attempt) || span.offset < end ||
        (span.offset > end && !may_skip) ||
        (span.offset > end && attempt_add_piece(attempt, span) != ODO_OK)) {
        request_plan_give_back(plan, span);
        return FRONT_AT_END;
    }
    if (span.offset == end) {
        lengthen(last, span.length);
        /* The two are one piece from now on, and return to the plan as one. */
        request_plan_give_back(plan, (struct byte_range){attempt_end_of(last->span), 0});
    }
    return FRONT_EXTENDED;
}

/* Take over the rest of an attempt that is far slower or has no answer. */
static enum front_extension take_from(struct transfer *transfer, struct attempt *attempt,
                                      struct attempt *other)
{
    struct attempt_piece *last = &attempt->pieces[attempt->piece_count - 1];
    struct attempt_piece *piece = &other->pieces[0];
    struct byte_range rest = {piece->position, attempt_end_of(piece->span) - piece->position};

    if (other->pieces_sent > 1) {
        other->end = ATTEMPT_ENOUGH; /* returns its pieces to the plan */
        return FRONT_LATER;
    }
    if (rest.offset == attempt_end_of(last->span)) {
        lengthen(last, rest.length);
    } else if (request_plan_split(&transfer->wanted.plan) != ODO_OK) {
        return FRONT_AT_END;
    } else if (attempt_add_piece(attempt, rest) != ODO_OK) {
        request_plan_give_back(&transfer->wanted.plan, (struct byte_range){rest.offset, 0});
        return FRONT_AT_END;
    }
    piece->span.length -= rest.length;
    other->end = ATTEMPT_ENOUGH;
    return FRONT_EXTENDED;
}

/* What becomes of the bytes that others have before the plan's next ones: FRONT_AT_END when
 * they are best left to them. */
static enum front_extension extend_from_others(struct transfer *transfer,
                                               struct attempt *attempt, uint64_t now_ms)
{
    uint64_t offset = attempt_end_of(attempt->pieces[attempt->piece_count - 1].span);
    bool may_skip = goes_through(transfer) && !request_plan_is_empty(&transfer->wanted.plan);
    uint64_t limit = may_skip ? next_offset(&transfer->wanted) : UINT64_MAX;
    struct attempt *other;

    for (;;) {
        switch (lanes_look_ahead(transfer, attempt, offset, now_ms, &other)) {
        case LANES_NOBODY:
            return FRONT_AT_END;
        case LANES_SLOWER:
            return other->pieces[0].position > limit ? FRONT_AT_END
                                                     : take_from(transfer, attempt, other);
        case LANES_UNKNOWN:
            return other->pieces[0].position > limit ? FRONT_AT_END : FRONT_LATER;
        case LANES_SOONER: /* but one behind it may be far slower */
            offset = attempt_end_of(other->pieces[0].span);
            break;
        }
    }
}

/* A request whose last bytes were taken away takes them back when whoever took them has no
 * answer, or was refused. Its body goes on through them. */
static bool may_take_back(const struct transfer *transfer, const struct attempt *attempt)
{
    return attempt->is_cut && attempt->body == ATTEMPT_TAKES_RUN && attempt->pieces_sent == 1 &&
           transfer->setup.output != TRANSFER_TO_STREAM;
}

static enum front_extension take_back(struct transfer *transfer, struct attempt *attempt,
                                      uint64_t now_ms)
{
    uint64_t end = attempt_end_of(attempt->pieces[attempt->piece_count - 1].span);
    enum front_extension extension = extend_from_plan(transfer, attempt, false);
    struct attempt *other;

    if (extension == FRONT_AT_END &&
        lanes_look_ahead(transfer, attempt, end, now_ms, &other) == LANES_SLOWER &&
        other->body == ATTEMPT_UNANSWERED && other->pieces_sent == 1 &&
        other->pieces[0].position == end) {
        extension = take_from(transfer, attempt, other);
    }
    return extension;
}

/* What is next, or for a front may be, is about to be given back. */
static bool is_given_back_soon(const struct transfer *transfer, const struct attempt *attempt)
{
    uint64_t end = attempt_end_of(attempt->pieces[attempt->piece_count - 1].span);

    for (const struct attempt *other = transfer->attempts; other; other = other->next) {
        if (other->purpose == ATTEMPT_FOR_PIECES && other->body == ATTEMPT_DROPPED &&
            (other->end == ATTEMPT_FAILED || other->end == ATTEMPT_ASK_AGAIN) &&
            (attempt->purpose == ATTEMPT_FOR_FRONT ? other->pieces[0].span.offset >= end
                                                   : other->pieces[0].span.offset == end)) {
            return true;
        }
    }
    return false;
}

enum front_extension front_extend(struct transfer *transfer, struct attempt *attempt,
                                  uint64_t now_ms)
{
    const struct attempt_piece *last = &attempt->pieces[attempt->piece_count - 1];
    bool is_front =
        attempt->body == ATTEMPT_TAKES_FILE || attempt->purpose == ATTEMPT_FOR_FRONT;
    enum front_extension extension;

    if ((!is_front && !may_take_back(transfer, attempt)) ||
        attempt->body == ATTEMPT_TAKES_PARTS || attempt->twin ||
        attempt_end_of(last->span) >= body_limit(attempt)) {
        return FRONT_AT_END;
    }
    if (!is_front) {
        extension = take_back(transfer, attempt, now_ms);
    } else {
        extension = extend_from_plan(transfer, attempt, false);
        if (extension == FRONT_AT_END) {
            extension = extend_from_others(transfer, attempt, now_ms);
        }
        if (extension == FRONT_AT_END && goes_through(transfer)) {
            extension = extend_from_plan(transfer, attempt, true);
        }
    }
    if (extension == FRONT_AT_END && transfer->setup.output != TRANSFER_TO_STREAM &&
        is_given_back_soon(transfer, attempt)) {
        return FRONT_LATER;
    }
    return extension;
}

void front_end_if_complete(struct transfer *transfer, struct attempt *attempt, uint64_t now_ms)
{
    if (attempt->end == ATTEMPT_OPEN && attempt->part_end == 0 &&
        attempt_complete(attempt) == attempt->piece_count &&
        front_extend(transfer, attempt, now_ms) == FRONT_AT_END) {
        attempt->end = ATTEMPT_ENOUGH;
    }
    if (attempt->end == ATTEMPT_OPEN && !attempt->length_is_told &&
        attempt_run_is_whole(attempt)) {
        attempt->end = ATTEMPT_ASK_AGAIN;
    }
}
