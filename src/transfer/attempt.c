#include "transfer/attempt.h"

#include "base/memory.h"
#include "http/retry.h"

#include <assert.h>

struct attempt *attempt_create(void)
{
    struct attempt *attempt = memory_allocate_zeroed(1, sizeof(*attempt));

    if (attempt) {
        attempt->retry_after_ms = RETRY_AFTER_NONE;
    }
    return attempt;
}

void attempt_free(struct attempt *attempt)
{
    if (attempt) {
        memory_free(attempt->url);
        memory_free(attempt->pieces);
        memory_free(attempt);
    }
}

uint64_t attempt_end_of(struct byte_range span)
{
    return span.length == BYTE_RANGE_TO_END ? UINT64_MAX : span.offset + span.length;
}

static bool make_room(struct attempt *attempt, size_t count)
{
    struct attempt_piece *pieces;

    if (attempt->piece_capacity >= count) {
        return true;
    }
    pieces = memory_resize(attempt->pieces, count, sizeof(*attempt->pieces));
    if (pieces) {
        attempt->pieces = pieces;
        attempt->piece_capacity = count;
    }
    return pieces != NULL;
}

static struct attempt_piece new_piece(struct byte_range span)
{
    return (struct attempt_piece){
        .span = span,
        .position = span.offset,
        .verified_to = span.offset,
        .safe_to = span.offset,
    };
}

enum odo_status attempt_set_pieces(struct attempt *attempt, const struct byte_range *spans,
                                   size_t count)
{
    assert(count > 0 && count <= ATTEMPT_PIECES_MOST);
    if (!make_room(attempt, count)) {
        return ODO_E_OUT_OF_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        attempt->pieces[i] = new_piece(spans[i]);
    }
    attempt->piece_count = count;
    attempt->pieces_sent = count;
    attempt->piece = 0;
    attempt->asked.offset = spans[0].offset;
    attempt->asked.length = spans[count - 1].length == BYTE_RANGE_TO_END
                                ? BYTE_RANGE_TO_END
                                : attempt_end_of(spans[count - 1]) - spans[0].offset;
    return ODO_OK;
}

enum odo_status attempt_add_piece(struct attempt *attempt, struct byte_range span)
{
    if (!make_room(attempt, attempt->piece_count + 1)) {
        return ODO_E_OUT_OF_MEMORY;
    }
    attempt->pieces[attempt->piece_count++] = new_piece(span);
    return ODO_OK;
}

struct byte_range attempt_rest(const struct attempt_piece *piece)
{
    if (piece->span.length == BYTE_RANGE_TO_END) {
        return (struct byte_range){piece->safe_to, BYTE_RANGE_TO_END};
    }
    return (struct byte_range){piece->safe_to, attempt_end_of(piece->span) - piece->safe_to};
}

bool attempt_run_is_whole(const struct attempt *attempt)
{
    return attempt->body == ATTEMPT_TAKES_RUN && attempt->run_end > 0 &&
           attempt->offset >= attempt->run_end;
}

bool attempt_is_taking(const struct attempt *attempt)
{
    return attempt->end == ATTEMPT_OPEN && attempt->body != ATTEMPT_UNANSWERED &&
           attempt->body != ATTEMPT_DROPPED;
}

uint64_t attempt_total(const struct attempt *attempt)
{
    uint64_t total = 0;

    for (size_t i = 0; i < attempt->piece_count; i++) {
        if (attempt->pieces[i].span.length == BYTE_RANGE_TO_END) {
            return BYTE_RANGE_TO_END;
        }
        total += attempt->pieces[i].span.length;
    }
    return total;
}

uint64_t attempt_missing(const struct attempt *attempt)
{
    uint64_t missing = 0;

    for (size_t i = 0; i < attempt->piece_count; i++) {
        const struct attempt_piece *piece = &attempt->pieces[i];
        uint64_t end = attempt_end_of(piece->span);

        if (end == UINT64_MAX) {
            return UINT64_MAX;
        }
        missing += piece->position < end ? end - piece->position : 0;
    }
    return missing;
}

size_t attempt_complete(const struct attempt *attempt)
{
    size_t complete = 0;

    for (size_t i = 0; i < attempt->piece_count; i++) {
        if (attempt->pieces[i].position >= attempt_end_of(attempt->pieces[i].span)) {
            complete++;
        }
    }
    return complete;
}

struct attempt_piece *attempt_find(struct attempt *attempt, uint64_t offset)
{
    struct attempt_piece *last = &attempt->pieces[attempt->piece];
    size_t low = 0;
    size_t high = attempt->piece_count;

    if (attempt->piece < attempt->piece_count && offset >= last->span.offset &&
        offset < attempt_end_of(last->span)) {
        return last;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (attempt_end_of(attempt->pieces[middle].span) > offset) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    if (low == attempt->piece_count) {
        return NULL;
    }
    attempt->piece = low;
    return &attempt->pieces[low];
}

size_t attempt_to_spare(const struct attempt *attempt)
{
    size_t first = attempt->piece_count;

    while (first > 0 &&
           attempt->pieces[first - 1].position == attempt->pieces[first - 1].span.offset) {
        first--;
    }
    if (first <= attempt->piece) {
        first = attempt->piece + 1; /* bytes of that one may arrive at any moment */
    }
    return first < attempt->piece_count ? (attempt->piece_count - first + 1) / 2 : 0;
}

size_t attempt_cut(struct attempt *attempt, struct byte_range *spans_out)
{
    size_t count = attempt_to_spare(attempt);

    for (size_t i = 0; i < count; i++) {
        spans_out[i] = attempt->pieces[attempt->piece_count - count + i].span;
    }
    attempt->piece_count -= count;
    attempt->is_cut = attempt->is_cut || count > 0;
    return count;
}
