#include "transfer/body.h"

#include "http/response_version.h"
#include "ranges/content_range.h"
#include "transfer/front.h"
#include "transfer/phase.h"
#include "transfer/transfer.h"
#include "transfer/window.h"

#include <assert.h>

/* Slack before a multipart reply of more than twice the requested bytes is refused. */
enum { SURPLUS_MOST = 1024 * 1024 };

static struct transfer_step step_of(enum transfer_step_kind kind, uint64_t length)
{
    return (struct transfer_step){.kind = kind, .length = length};
}

/* --- Bytes ---------------------------------------------------------------------------- */

static void note_arrival(struct transfer *transfer, struct attempt *attempt, uint64_t size,
                         uint64_t length, uint64_t now_ms)
{
    if (attempt->arrived == 0) {
        attempt->body_at_ms = now_ms;
        attempt->arrived_first = size;
    }
    attempt->arrived += length;
    attempt->heard_at_ms = now_ms;
    transfer->bytes_received += length;
}

/* Skip body bytes after `attempt->offset` that no piece wants, up to the next boundary. */
static struct transfer_step skip(struct transfer *transfer, struct attempt *attempt,
                                 uint64_t size, uint64_t length, uint64_t now_ms)
{
    length = length < size ? length : size;
    note_arrival(transfer, attempt, size, length, now_ms);
    attempt->offset += length;
    front_end_if_complete(transfer, attempt, now_ms);
    return step_of(TRANSFER_SKIP, length);
}

static void advance(struct attempt *attempt, struct attempt_piece *piece, uint64_t length)
{
    attempt->offset += length;
    piece->position += length;
    if (attempt->part_end == 0) {
        piece->verified_to = piece->position;
    }
}

/* The client waits for a byte that this same reply delivers after bytes that do not fit. */
static bool waits_for_itself(const struct transfer *transfer, const struct attempt *attempt)
{
    for (size_t i = 0; i < attempt->piece_count; i++) {
        const struct attempt_piece *piece = &attempt->pieces[i];
        struct layout_run run =
            range_layout_find(&transfer->wanted.layout, piece->position, &(size_t){0});

        if (piece->position < attempt_end_of(piece->span) && run.wanted &&
            transfer->wanted.run_output + run.output == transfer->stream_taken) {
            return true;
        }
    }
    return false;
}

/* Accept bytes that a piece wants. */
static struct transfer_step take(struct transfer *transfer, struct attempt *attempt,
                                 struct attempt_piece *piece, uint64_t size, uint64_t now_ms)
{
    struct layout_run run =
        range_layout_find(&transfer->wanted.layout, attempt->offset, &attempt->layout_hint);
    uint64_t left = attempt_end_of(piece->span) - attempt->offset;
    struct transfer_step step = step_of(run.wanted ? TRANSFER_KEEP : TRANSFER_SKIP, size);

    step.length = left < step.length ? left : step.length;
    step.length = run.length < step.length ? run.length : step.length;
    if (run.wanted) {
        uint64_t window;

        step.output = transfer->wanted.run_output + run.output;
        window = window_left(transfer, step.output);
        if (window == 0 && waits_for_itself(transfer, attempt)) {
            transfer->asking = TRANSFER_ASKS_PLAINLY; /* the parts are not in stream order */
            attempt->end = ATTEMPT_ASK_AGAIN;
            return step_of(TRANSFER_STOP, 0);
        }
        if (window == 0) {
            attempt->was_paused = true;
            return step_of(TRANSFER_PAUSE, 0);
        }
        step.length = window < step.length ? window : step.length;
        if (attempt->part_end > 0) {
            attempt->kept_unproved += step.length;
        } else {
            attempt->kept += step.length;
        }
    }
    note_arrival(transfer, attempt, size, step.length, now_ms);
    advance(attempt, piece, step.length);
    front_end_if_complete(transfer, attempt, now_ms);
    return step;
}

/* No piece covers the current body position. */
static struct transfer_step beyond(struct transfer *transfer, struct attempt *attempt,
                                   uint64_t size, uint64_t now_ms)
{
    if (attempt->pieces_sent > 1) {
        if (attempt->arrived / 2 > attempt_total(attempt) + SURPLUS_MOST) {
            transfer_parts_failed(transfer, attempt);
            return step_of(TRANSFER_STOP, 0);
        }
        return skip(transfer, attempt, size, size, now_ms);
    }
    switch (front_extend(transfer, attempt, now_ms)) {
    case FRONT_EXTENDED:
        return transfer_place(transfer, attempt, size, now_ms);
    case FRONT_LATER:
        attempt->was_paused = true;
        return step_of(TRANSFER_PAUSE, 0);
    case FRONT_AT_END:
        break;
    }
    if (attempt->end == ATTEMPT_OPEN) {
        attempt->end = ATTEMPT_ENOUGH;
    }
    return step_of(TRANSFER_STOP, 0);
}

struct transfer_step transfer_place(struct transfer *transfer, struct attempt *attempt,
                                    uint64_t size, uint64_t now_ms)
{
    struct attempt_piece *piece;

    assert(size > 0);
    if (!attempt_is_taking(attempt)) {
        return step_of(TRANSFER_STOP, 0);
    }
    assert(attempt->body != ATTEMPT_TAKES_PARTS || size <= attempt->part_end - attempt->offset);
    piece = attempt_find(attempt, attempt->offset);
    if (!piece) {
        return beyond(transfer, attempt, size, now_ms);
    }
    if (attempt->offset < piece->span.offset) {
        return skip(transfer, attempt, size, piece->span.offset - attempt->offset, now_ms);
    }
    if (attempt->offset < piece->position) { /* already received: parts may overlap */
        return skip(transfer, attempt, size, piece->position - attempt->offset, now_ms);
    }
    if (attempt->offset > piece->position) { /* beyond a gap: cannot be used */
        return skip(transfer, attempt, size, attempt_end_of(piece->span) - attempt->offset,
                    now_ms);
    }
    return take(transfer, attempt, piece, size, now_ms);
}

bool transfer_next_output(const struct transfer *transfer, const struct attempt *attempt,
                          uint64_t *output_out)
{
    size_t hint = attempt->layout_hint;
    struct layout_run run;

    if (!transfer->wanted.layout_is_known) {
        return false;
    }
    run = range_layout_find(&transfer->wanted.layout, attempt->offset, &hint);
    *output_out = transfer->wanted.run_output + run.output;
    return run.wanted;
}

/* --- Parts ---------------------------------------------------------------------------- */

/* Discard what was received and kept of the current part. */
static void drop_parts(struct attempt *attempt)
{
    for (size_t i = 0; i < attempt->piece_count; i++) {
        attempt->pieces[i].position = attempt->pieces[i].safe_to;
        attempt->pieces[i].verified_to = attempt->pieces[i].safe_to;
    }
    attempt->kept = 0;
    attempt->kept_unproved = 0;
    attempt->saved_unproved = 0;
    attempt->part_end = 0;
    if (attempt->end == ATTEMPT_OPEN || attempt->end == ATTEMPT_ENOUGH) {
        attempt->end = ATTEMPT_ASK_AGAIN;
    }
}

/* A part states a different size than the known one: if a second reply agrees, the file has
 * changed. */
static void note_other_size(struct transfer *transfer, struct attempt *attempt, uint64_t size)
{
    struct response_version told = {
        .size = size,
        .etag = transfer->version.mark.etag,
        .last_modified = transfer->version.mark.last_modified,
        .content_encoding = transfer->version.mark.encoding,
    };

    drop_parts(attempt);
    if (!transfer_others_receive(transfer, attempt) &&
        (!version_has_validators(&transfer->version) ||
         version_differs(&transfer->version, &told, false) == VERSION_CHANGED)) {
        transfer_restart(transfer);
    }
}

static enum odo_status learn_size(struct transfer *transfer, uint64_t size)
{
    enum odo_status status = wanted_learn_size(&transfer->wanted, size);

    if (status == ODO_OK) {
        transfer->version.mark.size = size;
    }
    return status;
}

bool transfer_part(struct transfer *transfer, struct attempt *attempt,
                   const struct content_range *part)
{
    struct byte_range range = part->range;
    /* A total equal to the end of the part may describe the part only, so it is ignored. */
    bool tells_size =
        part->total != ODO_SIZE_UNKNOWN && part->total != range.offset + range.length;
    uint64_t size;
    enum odo_status status = ODO_OK;

    if (attempt->end != ATTEMPT_OPEN) {
        return false;
    }
    if (tells_size && transfer->version.mark.size == ODO_SIZE_UNKNOWN) {
        status = learn_size(transfer, part->total);
    }
    if (status == ODO_E_OUT_OF_MEMORY) {
        attempt->end = ATTEMPT_FAILED;
        attempt->error = (struct odo_error){.status = status};
        return false;
    }
    if (status != ODO_OK) {
        transfer_parts_failed(transfer,
                              attempt); /* a request for the whole file will settle it */
        return false;
    }
    size = transfer->version.mark.size;
    if (tells_size && part->total != size) {
        note_other_size(transfer, attempt, part->total);
        return false;
    }
    if (size != ODO_SIZE_UNKNOWN &&
        (range.offset >= size || range.length > size - range.offset)) {
        transfer_parts_failed(transfer, attempt);
        return false;
    }
    attempt->offset = range.offset;
    attempt->part_end = range.offset + range.length;
    return true;
}

static void count(struct transfer *transfer, struct attempt *attempt, uint64_t bytes,
                  uint64_t now_ms)
{
    if (bytes == 0) {
        return;
    }
    if (!transfer->is_checked && transfer->setup.output != TRANSFER_TO_STREAM) {
        transfer->output_had += bytes;
    }
    attempt->counted += bytes;
    transfer->progress_at_ms = now_ms;
    transfer->asked_again = 0;
    transfer->plain_failures = 0;
    transfer->abandoned = 0;
    backoff_succeeded(&transfer->backoff);
    source_delivered(&transfer->source, attempt->generation);
}

void transfer_part_verified(struct transfer *transfer, struct attempt *attempt, uint64_t now_ms)
{
    bool is_all_saved = attempt->kept_unproved == 0 && attempt->kept == 0;

    attempt->part_end = 0;
    attempt->kept += attempt->kept_unproved + attempt->saved_unproved;
    attempt->kept_unproved = 0;
    attempt->saved_unproved = 0;
    for (size_t i = 0; i < attempt->piece_count; i++) {
        attempt->pieces[i].verified_to = attempt->pieces[i].position;
    }
    if (is_all_saved) {
        transfer_saved(transfer, attempt, now_ms);
    }
    front_end_if_complete(transfer, attempt, now_ms);
}

void transfer_parts_ended(struct transfer *transfer, struct attempt *attempt)
{
    if (attempt->end != ATTEMPT_OPEN) {
        return;
    }
    if (transfer->origin && !attempt->is_cut) {
        origin_ranges_answered(transfer->origin, attempt->pieces_sent,
                               attempt_complete(attempt));
    }
    attempt->end = ATTEMPT_ASK_AGAIN;
}

void transfer_parts_failed(struct transfer *transfer, struct attempt *attempt)
{
    if (transfer->origin) {
        origin_ranges_unusable(transfer->origin);
    }
    if (transfer->asking == TRANSFER_ASKS_ONE_REPLY) {
        transfer->asking = TRANSFER_ASKS_PLAINLY;
    }
    drop_parts(attempt);
}

void transfer_saved(struct transfer *transfer, struct attempt *attempt, uint64_t now_ms)
{
    uint64_t kept = attempt->kept;

    attempt->saved_unproved += attempt->kept_unproved;
    attempt->kept_unproved = 0;
    attempt->kept = 0;
    for (size_t i = 0; i < attempt->piece_count; i++) {
        attempt->pieces[i].safe_to = attempt->pieces[i].verified_to;
    }
    count(transfer, attempt, kept, now_ms);
}

/* --- Hedges --------------------------------------------------------------------------- */

/* The twin's piece that a hedge duplicates; NULL if it has been completed or cut. */
static struct attempt_piece *hedged_piece(const struct attempt *hedge)
{
    struct attempt *twin = hedge->twin;
    uint64_t end = attempt_end_of(hedge->pieces[0].span);

    for (size_t i = 0; twin && i < twin->piece_count; i++) {
        if (attempt_end_of(twin->pieces[i].span) == end) {
            return &twin->pieces[i];
        }
    }
    return NULL;
}

bool transfer_hedge_has_all(const struct transfer *transfer, const struct attempt *hedge,
                            uint64_t *offset_out, uint64_t *output_out)
{
    const struct attempt_piece *piece = hedged_piece(hedge);
    struct layout_run run;
    size_t hint = 0;

    if (!piece || transfer->phase == TRANSFER_FAILED ||
        transfer->phase == TRANSFER_RESTARTING || hedge->twin->end == ATTEMPT_FAILED ||
        piece->safe_to < piece->position || piece->position >= attempt_end_of(piece->span) ||
        hedge->pieces[0].position < attempt_end_of(hedge->pieces[0].span)) {
        return false;
    }
    run = range_layout_find(&transfer->wanted.layout, piece->position, &hint);
    *offset_out = piece->position;
    *output_out = transfer->wanted.run_output + run.output;
    return true;
}

void transfer_hedge_won(struct transfer *transfer, struct attempt *hedge, uint64_t bytes,
                        uint64_t now_ms)
{
    struct attempt_piece *piece = hedged_piece(hedge);
    struct attempt *twin = hedge->twin;

    if (!piece) {
        return;
    }
    assert(bytes == attempt_end_of(piece->span) - piece->position);
    piece->position = attempt_end_of(piece->span);
    piece->verified_to = piece->position;
    piece->safe_to = piece->position;
    count(transfer, twin, bytes, now_ms);
    if (twin->end == ATTEMPT_OPEN || twin->end == ATTEMPT_ASK_AGAIN) {
        twin->end = ATTEMPT_ENOUGH;
    }
}
