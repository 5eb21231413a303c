#include "network/request_pieces.h"

#include "base/memory.h"
#include "ranges/content_range.h"

#include <assert.h>
#include <string.h>

static uint64_t end_of(struct byte_range span)
{
    return span.offset + span.length;
}

enum odo_status request_pieces_set(struct request *request, const struct request_start *start)
{
    size_t count = 1 + start->more_count;

    request->piece = 0;
    request->piece_count = count;
    request->pieces_sent = count;
    if (count == 1) {
        return ODO_OK;
    }
    if (request->piece_capacity < count) {
        struct request_piece *pieces = memory_resize(request->pieces, count, sizeof(*pieces));

        if (!pieces) {
            return ODO_E_OUT_OF_MEMORY;
        }
        request->pieces = pieces;
        request->piece_capacity = count;
    }
    for (size_t i = 0; i < count; i++) {
        struct byte_range span = i == 0 ? start->span : start->more[i - 1];

        assert(span.length != BYTE_RANGE_TO_END);
        request->pieces[i] = (struct request_piece){
            .span = span,
            .position = span.offset,
            .safe_to = span.offset,
        };
    }
    return ODO_OK;
}

void request_pieces_write(const struct request_start *start,
                          char text_out[REQUEST_RANGES_TEXT_MOST + 1])
{
    size_t size = 0;

    for (size_t i = 0; i <= start->more_count; i++) {
        char text[RANGE_TEXT_SIZE];
        size_t length;

        content_range_write(i == 0 ? start->span : start->more[i - 1], text);
        length = strlen(text);
        assert(size + length + 1 <= REQUEST_RANGES_TEXT_MOST);
        if (i > 0) {
            text_out[size++] = ',';
        }
        memcpy(text_out + size, text, length);
        size += length;
    }
    text_out[size] = '\0';
}

/* The one in `span` goes back among the others, and `index` takes its place. */
static void exchange(struct request *request, size_t index)
{
    struct request_piece *old = &request->pieces[request->piece];
    const struct request_piece *new = &request->pieces[index];

    old->position = request->position;
    old->safe_to = request->gathered_from;
    request->piece = index;
    request->span = new->span;
    request->position = new->position;
    request->gathered_from = new->safe_to;
}

bool request_pieces_select(struct request *request, uint64_t offset)
{
    size_t low = 0;
    size_t high = request->piece_count;

    if (offset >= request->span.offset && offset < end_of(request->span)) {
        return true;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (end_of(request->pieces[middle].span) > offset) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    if (low == request->piece_count) {
        return false;
    }
    exchange(request, low);
    return true;
}

void request_pieces_flushed(struct request *request)
{
    if (!request_has_pieces(request)) {
        return;
    }
    for (size_t i = 0; i < request->piece_count; i++) {
        request->pieces[i].safe_to = request->pieces[i].position;
    }
}

struct byte_range request_pieces_hull(const struct request *request)
{
    struct byte_range first;
    struct byte_range last;

    if (!request_has_pieces(request)) {
        return request->asked;
    }
    first = request->pieces[0].span;
    last = request->pieces[request->pieces_sent - 1].span; /* those cut off are there still */
    return (struct byte_range){first.offset, end_of(last) - first.offset};
}

uint64_t request_pieces_total(const struct request *request)
{
    uint64_t total = 0;

    if (!request_has_pieces(request)) {
        return request->span.length;
    }
    for (size_t i = 0; i < request->piece_count; i++) {
        total += request->pieces[i].span.length;
    }
    return total;
}

/* Where a piece stands. */
static uint64_t position_of(const struct request *request, size_t index)
{
    return index == request->piece ? request->position : request->pieces[index].position;
}

static struct byte_range span_of(const struct request *request, size_t index)
{
    return index == request->piece ? request->span : request->pieces[index].span;
}

uint64_t request_pieces_missing(const struct request *request)
{
    uint64_t missing = 0;

    for (size_t i = 0; i < request->piece_count; i++) {
        uint64_t end = end_of(span_of(request, i));
        uint64_t position = position_of(request, i);

        missing += position < end ? end - position : 0;
    }
    return missing;
}

size_t request_pieces_complete(const struct request *request)
{
    size_t complete = 0;

    for (size_t i = 0; i < request->piece_count; i++) {
        struct byte_range span = span_of(request, i);

        if (span.length != BYTE_RANGE_TO_END && position_of(request, i) >= end_of(span)) {
            complete++;
        }
    }
    return complete;
}

struct byte_range request_pieces_rest(const struct request *request, size_t index)
{
    const struct request_piece *piece;

    if (index == request->piece) {
        return request_rest(request);
    }
    piece = &request->pieces[index];
    return (struct byte_range){piece->safe_to, end_of(piece->span) - piece->safe_to};
}

size_t request_pieces_to_spare(const struct request *request)
{
    size_t first = request->piece_count;

    while (first > 0 && position_of(request, first - 1) == span_of(request, first - 1).offset) {
        first--;
    }
    if (first <= request->piece) {
        first = request->piece + 1; /* bytes of it may come at any moment */
    }
    return first < request->piece_count ? (request->piece_count - first + 1) / 2 : 0;
}

size_t request_pieces_cut(struct request *request, struct byte_range *pieces_out)
{
    size_t count = request_pieces_to_spare(request);

    for (size_t i = 0; i < count; i++) {
        pieces_out[i] = request->pieces[request->piece_count - count + i].span;
    }
    request->piece_count -= count;
    request->is_cut = request->is_cut || count > 0;
    return count;
}
