#include "transfer/transfer.h"

#include "base/memory.h"
#include "ranges/content_range.h"
#include "transfer/asking.h"
#include "transfer/conclusion.h"
#include "transfer/front.h"
#include "transfer/lanes.h"
#include "transfer/phase.h"
#include "transfer/window.h"

#include <assert.h>
#include <string.h>

/* --- Phases --------------------------------------------------------------------------- */

/* False while a stream's client has yet to take received bytes. */
static bool stream_has_all(const struct transfer *transfer)
{
    return transfer->setup.output != TRANSFER_TO_STREAM ||
           transfer->stream_taken >= wanted_total(&transfer->wanted);
}

/* After each event: choose the phase if nothing is in flight. */
static void settle(struct transfer *transfer, uint64_t now_ms)
{
    enum odo_status status = ODO_OK;

    if (transfer_is_decided(transfer) || transfer->phase == TRANSFER_QUEUED) {
        return;
    }
    if (transfer->attempts) {
        transfer_set_phase(transfer, TRANSFER_MOVING);
        return;
    }
    while (request_plan_is_empty(&transfer->wanted.plan)) {
        if (!wanted_next_run(&transfer->wanted, &status)) {
            if (stream_has_all(transfer)) {
                transfer_set_phase(transfer, TRANSFER_FINISHING);
            }
            return;
        }
        if (status != ODO_OK) {
            transfer_fail_with(transfer, status);
            return;
        }
    }
    transfer_set_phase(transfer, backoff_is_waiting(&transfer->backoff, now_ms)
                                     ? TRANSFER_WAITING
                                     : TRANSFER_MOVING);
}

/* --- Life ----------------------------------------------------------------------------- */

static enum odo_status begin(struct transfer *transfer, const struct checkpoint *checkpoint)
{
    struct wanted_start start = {
        .file_size = checkpoint->file_size != ODO_SIZE_UNKNOWN ? checkpoint->file_size
                                                               : transfer->setup.stated_size,
        .has_begun = checkpoint->begun,
        .cursor = checkpoint->cursor,
        .holes = checkpoint->holes,
        .hole_count = checkpoint->hole_count,
        .had = transfer->setup.stream_had,
    };
    enum odo_status status = wanted_begin(&transfer->wanted, &start);

    transfer->output_had = 0;
    if (status == ODO_OK && transfer->setup.output == TRANSFER_TO_FILE && checkpoint->begun) {
        transfer->output_had = wanted_behind_us(&transfer->wanted);
    }
    return status;
}

enum odo_status transfer_init(struct transfer *transfer, const struct transfer_setup *setup,
                              const struct transfer_rules *rules,
                              const struct transfer_limits *limits, uint64_t now_ms)
{
    struct checkpoint nothing;
    const struct checkpoint *checkpoint = setup->checkpoint;
    enum odo_status status;

    checkpoint_init(&nothing);
    checkpoint = checkpoint ? checkpoint : &nothing;
    memset(transfer, 0, sizeof(*transfer));
    transfer->setup = *setup;
    transfer->setup.checkpoint = NULL; /* borrowed during this call only */
    transfer->rules = rules;
    transfer->limits = *limits;
    transfer->progress_at_ms = now_ms;
    transfer->doubtful_size = ODO_SIZE_UNKNOWN;
    transfer->has_begun = checkpoint->begun;
    transfer->stream_taken = setup->stream_had;
    transfer->wanted.ranges = setup->ranges;
    transfer->wanted.range_count = setup->range_count;
    transfer->wanted.all = setup->wanted;
    transfer->wanted.in_order = setup->output == TRANSFER_TO_STREAM;
    version_init(&transfer->version);
    status = source_init(&transfer->source, setup->url, setup->url_is_foreign);
    if (status == ODO_OK) {
        status = version_restore(&transfer->version, checkpoint);
    }
    if (status == ODO_OK) {
        status = begin(transfer, checkpoint);
    }
    if (setup->output == TRANSFER_TO_MEMORY) {
        transfer->asking = TRANSFER_ASKS_PLAINLY;
    }
    if (status != ODO_OK) {
        transfer_free(transfer);
    }
    return status;
}

void transfer_free(struct transfer *transfer)
{
    while (transfer->attempts) {
        struct attempt *attempt = transfer->attempts;

        transfer->attempts = attempt->next;
        attempt_free(attempt);
    }
    source_free(&transfer->source);
    version_free(&transfer->version);
    wanted_free(&transfer->wanted);
}

/* The plan as if nothing in flight were to arrive. */
static enum odo_status plan_without_attempts(const struct transfer *transfer,
                                             struct request_plan *plan_out)
{
    struct request_plan plan = transfer->wanted.plan;

    plan.hole_capacity = plan.hole_count + plan.spans_out;
    plan.holes = NULL;
    if (plan.hole_capacity > 0) {
        plan.holes = memory_allocate(plan.hole_capacity, sizeof(*plan.holes));
        if (!plan.holes) {
            return ODO_E_OUT_OF_MEMORY;
        }
        if (plan.hole_count > 0) {
            memcpy(plan.holes, transfer->wanted.plan.holes,
                   plan.hole_count * sizeof(*plan.holes));
        }
    }
    for (const struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        for (size_t i = 0; i < attempt->piece_count; i++) {
            if (attempt->purpose != ATTEMPT_FOR_HEDGE) {
                request_plan_give_back(&plan, attempt_rest(&attempt->pieces[i]));
            }
        }
    }
    *plan_out = plan;
    return ODO_OK;
}

enum odo_status transfer_checkpoint(const struct transfer *transfer,
                                    struct checkpoint *checkpoint_out)
{
    const struct version_mark *mark = &transfer->version.mark;
    struct request_plan plan;
    enum odo_status status = plan_without_attempts(transfer, &plan);
    struct checkpoint checkpoint = {
        .begun = transfer->has_begun,
        .file_size = mark->size,
        .entity_tag = mark->etag,
        .last_modified = mark->last_modified,
        .content_encoding = mark->encoding,
    };

    if (status != ODO_OK) {
        return status;
    }
    checkpoint.cursor = plan.cursor;
    checkpoint.holes = plan.holes;
    checkpoint.hole_count = plan.hole_count;
    status = checkpoint_copy(&checkpoint, checkpoint_out);
    memory_free(plan.holes);
    return status;
}

void transfer_end(struct transfer *transfer, struct checkpoint *checkpoint_out)
{
    struct version_mark *mark = &transfer->version.mark;
    struct request_plan *plan = &transfer->wanted.plan;

    assert(!transfer->attempts);
    checkpoint_init(checkpoint_out);
    checkpoint_out->begun = transfer->has_begun;
    checkpoint_out->file_size = mark->size;
    checkpoint_out->entity_tag = mark->etag;
    checkpoint_out->last_modified = mark->last_modified;
    checkpoint_out->content_encoding = mark->encoding;
    checkpoint_out->cursor = plan->cursor;
    checkpoint_out->holes = plan->holes;
    checkpoint_out->hole_count = plan->hole_count;
    *mark = (struct version_mark){.size = ODO_SIZE_UNKNOWN};
    plan->holes = NULL;
    plan->hole_count = 0;
    plan->hole_capacity = 0;
    transfer_free(transfer);
}

void transfer_restarted(struct transfer *transfer, enum odo_status status, uint64_t now_ms)
{
    struct checkpoint nothing;

    assert(transfer->phase == TRANSFER_RESTARTING && !transfer->attempts);
    checkpoint_init(&nothing);
    version_free(&transfer->version);
    wanted_free(&transfer->wanted);
    transfer->doubtful_size = ODO_SIZE_UNKNOWN;
    transfer->length_is_unproved = false;
    transfer->setup.stream_had = 0;
    transfer->stream_taken = 0;
    transfer->ranges = TRANSFER_RANGES_UNKNOWN;
    transfer->list_refused = 0;
    transfer->without_if_range = false;
    transfer->leaves_end_open = false;
    transfer->front_goes_through = false;
    transfer->asked_again = 0;
    transfer->plain_failures = 0;
    transfer->abandoned = 0;
    transfer->short_replies = 0;
    if (transfer->setup.output != TRANSFER_TO_MEMORY) {
        transfer->asking = transfer->restarts < TRANSFER_RESTARTS_MOST
                               ? TRANSFER_ASKS_FREELY
                               : TRANSFER_ASKS_ONE_REPLY;
    }
    if (status == ODO_OK) {
        status = begin(transfer, &nothing);
    }
    if (status != ODO_OK) {
        transfer_fail_with(transfer, status);
        return;
    }
    transfer_set_phase(transfer, TRANSFER_MOVING);
    settle(transfer, now_ms);
}

void transfer_finished(struct transfer *transfer, enum odo_status status)
{
    assert(transfer->phase == TRANSFER_FINISHING);
    if (status != ODO_OK) {
        transfer_fail_with(transfer, status);
        return;
    }
    transfer->output_had = wanted_total(&transfer->wanted);
    transfer_set_phase(transfer, TRANSFER_DONE);
}

/* --- Asking --------------------------------------------------------------------------- */

uint64_t transfer_had(const struct transfer *transfer)
{
    return transfer->setup.output == TRANSFER_TO_STREAM ? transfer->stream_taken
                                                        : transfer->output_had;
}

bool transfer_others_receive(const struct transfer *transfer, const struct attempt *attempt)
{
    for (const struct attempt *other = transfer->attempts; other; other = other->next) {
        if (other != attempt && attempt_is_taking(other) &&
            other->purpose != ATTEMPT_FOR_HEDGE) {
            return true;
        }
    }
    return false;
}

bool transfer_wants_attempt(const struct transfer *transfer, uint64_t now_ms)
{
    if (transfer_is_decided(transfer) || backoff_is_waiting(&transfer->backoff, now_ms)) {
        return false;
    }
    if (transfer->phase == TRANSFER_QUEUED) {
        return true; /* the output is created even if nothing is left to fetch */
    }
    if (lanes_are_taken(transfer, now_ms)) {
        return false;
    }
    return asking_has_work(transfer, now_ms);
}

uint32_t transfer_lanes_foreseen(const struct transfer *transfer)
{
    uint64_t left = transfer->wanted.plan.remaining;
    uint32_t lanes = lanes_allowed(transfer);

    if (transfer->version.is_known || transfer->attempt_count != 1 ||
        left == ODO_SIZE_UNKNOWN || !transfer->origin ||
        origin_may_multiplex(transfer->origin)) {
        return 0;
    }
    left = (left + TRANSFER_REQUEST_LEAST - 1) / TRANSFER_REQUEST_LEAST;
    return left < lanes - 1 ? (uint32_t)left : lanes - 1;
}

/* Return what an attempt has not received to the plan. A hedge's bytes belong to its twin. */
static void give_back(struct transfer *transfer, const struct attempt *attempt)
{
    if (attempt->purpose == ATTEMPT_FOR_HEDGE) {
        return;
    }
    for (size_t i = 0; i < attempt->piece_count; i++) {
        request_plan_give_back(&transfer->wanted.plan, attempt_rest(&attempt->pieces[i]));
    }
}

/* A hedge ends with the attempt that it duplicates. */
static void part_twins(struct attempt *attempt)
{
    if (attempt->twin) {
        if (attempt->twin->purpose == ATTEMPT_FOR_HEDGE && attempt->twin->end == ATTEMPT_OPEN) {
            attempt->twin->end = ATTEMPT_ASK_AGAIN;
        }
        attempt->twin->twin = NULL;
        attempt->twin = NULL;
    }
}

enum odo_status transfer_next_attempt(struct transfer *transfer, uint64_t now_ms,
                                      struct attempt **attempt_out)
{
    struct attempt *attempt;
    enum odo_status status;

    if (transfer->phase == TRANSFER_QUEUED) {
        transfer->progress_at_ms = now_ms;
        transfer->has_begun = transfer->has_begun || transfer->setup.output == TRANSFER_TO_FILE;
        transfer_set_phase(transfer, TRANSFER_MOVING);
        settle(transfer, now_ms); /* everything may have arrived, or the next run may be due */
    }
    if (transfer_is_decided(transfer)) {
        return ODO_E_NOT_FOUND;
    }
    attempt = attempt_create();
    if (!attempt) {
        transfer_fail_with(transfer, ODO_E_OUT_OF_MEMORY);
        return ODO_E_OUT_OF_MEMORY;
    }
    status = asking_choose(transfer, attempt, now_ms);
    if (status == ODO_OK) {
        status = asking_address(transfer, attempt, now_ms);
        if (status != ODO_OK) {
            give_back(transfer, attempt);
            part_twins(attempt);
        }
    }
    if (status != ODO_OK) {
        attempt_free(attempt);
        if (status == ODO_E_NOT_FOUND) {
            settle(transfer, now_ms);
        } else {
            transfer_fail_with(transfer, status);
        }
        return status;
    }
    attempt->next = transfer->attempts;
    transfer->attempts = attempt;
    transfer->attempt_count++;
    transfer->requests_sent++;
    transfer_set_phase(transfer, TRANSFER_MOVING);
    *attempt_out = attempt;
    return ODO_OK;
}

static void unlink_attempt(struct transfer *transfer, struct attempt *attempt)
{
    struct attempt **place = &transfer->attempts;

    while (*place != attempt) {
        place = &(*place)->next;
    }
    *place = attempt->next;
    transfer->attempt_count--;
    part_twins(attempt);
}

void transfer_unsent(struct transfer *transfer, struct attempt *attempt)
{
    give_back(transfer, attempt);
    unlink_attempt(transfer, attempt);
    source_not_asked(&transfer->source, attempt->generation);
    transfer->requests_sent--;
    attempt_free(attempt);
}

void transfer_write_ranges(const struct attempt *attempt,
                           char text_out[ATTEMPT_RANGES_TEXT_MOST + RANGE_TEXT_SIZE])
{
    size_t size = 0;

    for (size_t i = 0; i < attempt->piece_count; i++) {
        char text[RANGE_TEXT_SIZE];
        size_t length;

        content_range_write(attempt->pieces[i].span, text);
        length = strlen(text);
        assert(size + length + 1 <= ATTEMPT_RANGES_TEXT_MOST);
        if (i > 0) {
            text_out[size++] = ',';
        }
        memcpy(text_out + size, text, length);
        size += length;
    }
    text_out[size] = '\0';
}

const char *transfer_if_range(const struct transfer *transfer, const struct attempt *attempt)
{
    return attempt->sent_if_range ? version_validator(&transfer->version) : NULL;
}

/* --- End of a request ----------------------------------------------------------------- */

/* End paused attempts that have nothing left to wait for now that another has ended. */
static void look_at_fronts(struct transfer *transfer, uint64_t now_ms)
{
    for (struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        if (attempt->was_paused && attempt_is_taking(attempt) &&
            !transfer_is_decided(transfer)) {
            front_end_if_complete(transfer, attempt, now_ms);
        }
    }
}

/* True while an attempt is paused on other attempts, about which it gets no event. */
static bool has_paused(const struct transfer *transfer)
{
    for (const struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        if (attempt->was_paused && attempt->end == ATTEMPT_OPEN &&
            (window_admits(transfer, attempt) || transfer->wanted.plan.hole_count > 0 ||
             transfer_ranges_fail(transfer))) {
            return true;
        }
    }
    return false;
}

void transfer_ended(struct transfer *transfer, struct attempt *attempt,
                    const struct odo_error *result, uint64_t now_ms)
{
    static const struct odo_error well = {.status = ODO_OK};

    if (attempt->end == ATTEMPT_OPEN && attempt_run_is_whole(attempt)) {
        result = &well; /* whatever followed its last byte */
    }
    lanes_measure(transfer, attempt, now_ms);
    conclusion_close_end(transfer, attempt, result->status);
    conclusion_note_ranges(transfer, attempt, result->status);
    give_back(transfer, attempt);
    unlink_attempt(transfer, attempt);
    conclusion_draw(transfer, attempt, result, now_ms);
    attempt_free(attempt);
    look_at_fronts(transfer, now_ms);
    window_make_way(transfer);
    settle(transfer, now_ms);
}

void transfer_stream_taken(struct transfer *transfer, uint64_t taken, uint64_t now_ms)
{
    if (taken > transfer->stream_taken) {
        transfer->stream_taken = taken;
        transfer->progress_at_ms = now_ms;
    }
    settle(transfer, now_ms);
}

void transfer_lost(struct transfer *transfer, struct byte_range span)
{
    enum odo_status status;

    if (transfer->phase == TRANSFER_FAILED || transfer->phase == TRANSFER_DONE) {
        return;
    }
    status = request_plan_split(&transfer->wanted.plan);
    if (status != ODO_OK) {
        transfer_fail_with(transfer, status);
        return;
    }
    request_plan_give_back(&transfer->wanted.plan, span);
    if (transfer->phase == TRANSFER_FINISHING) {
        transfer_set_phase(transfer, TRANSFER_MOVING);
    }
    /* A request that reads the whole file for a stream pauses when the window is full, and
     * would do so for ever while a piece is missing at its front: start it again. */
    for (struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        if (transfer->setup.output == TRANSFER_TO_STREAM && attempt->end == ATTEMPT_OPEN &&
            (attempt->body == ATTEMPT_TAKES_FILE || attempt->purpose == ATTEMPT_FOR_FRONT)) {
            attempt->end = ATTEMPT_ASK_AGAIN;
        }
    }
}

/* --- Time ----------------------------------------------------------------------------- */

uint64_t transfer_wake_at(const struct transfer *transfer, uint64_t now_ms)
{
    enum { LOOK_AGAIN_MS = 100 }; /* interval for checking on slow and overdue requests */
    uint64_t wake_ms = UINT64_MAX;

    if (transfer_is_decided(transfer)) {
        return UINT64_MAX;
    }
    if (transfer->limits.no_progress_ms < UINT64_MAX - transfer->progress_at_ms) {
        wake_ms = transfer->progress_at_ms + transfer->limits.no_progress_ms;
    }
    if (backoff_is_waiting(&transfer->backoff, now_ms) &&
        transfer->backoff.retry_at_ms < wake_ms) {
        wake_ms = transfer->backoff.retry_at_ms;
    }
    if (transfer->attempts && (lanes_most(transfer) > 1 || has_paused(transfer)) &&
        now_ms + LOOK_AGAIN_MS < wake_ms) {
        wake_ms = now_ms + LOOK_AGAIN_MS;
    }
    return wake_ms;
}

/* Give up a request that is far slower than the others: its rest is requested anew. */
static void give_up_slow(struct transfer *transfer, uint64_t now_ms)
{
    struct attempt *slow = lanes_find_slow(transfer, now_ms);

    if (!slow) {
        slow = lanes_find_late_hedge(transfer, now_ms);
    }
    if (slow) {
        slow->end = ATTEMPT_ASK_AGAIN;
    }
}

void transfer_tick(struct transfer *transfer, uint64_t now_ms)
{
    struct odo_error error = {.status = ODO_E_NO_PROGRESS,
                              .cause = transfer->error.status,
                              .http_status = transfer->error.http_status};

    if (transfer_is_decided(transfer)) {
        return;
    }
    /* Bytes saved during this very tick have a time after `now_ms`. */
    if (now_ms > transfer->progress_at_ms &&
        now_ms - transfer->progress_at_ms >= transfer->limits.no_progress_ms) {
        transfer_fail(transfer, &error);
        return;
    }
    give_up_slow(transfer, now_ms);
    window_make_way(transfer);
    for (struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        if (attempt_is_taking(attempt)) {
            front_end_if_complete(transfer, attempt, now_ms); /* it may have been paused */
        }
    }
    settle(transfer, now_ms);
}
