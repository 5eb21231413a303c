#include "transfer/transfer.h"

#include "base/memory.h"
#include "http/response_verdict.h"
#include "http/retry.h"
#include "ranges/content_range.h"
#include "transfer/asking.h"
#include "transfer/front.h"
#include "transfer/lanes.h"
#include "transfer/window.h"

#include <assert.h>
#include <string.h>

/* --- Phases --------------------------------------------------------------------------- */

/* The permitted phase changes. FAILED may follow any phase but DONE. */
static bool phase_may_follow(enum transfer_phase from, enum transfer_phase to)
{
    static const bool allowed[TRANSFER_PHASE_COUNT][TRANSFER_PHASE_COUNT] = {
        [TRANSFER_QUEUED] = {[TRANSFER_MOVING] = true, [TRANSFER_WAITING] = true},
        [TRANSFER_MOVING] = {[TRANSFER_WAITING] = true,
                             [TRANSFER_RESTARTING] = true,
                             [TRANSFER_FINISHING] = true},
        [TRANSFER_WAITING] = {[TRANSFER_MOVING] = true,
                              [TRANSFER_RESTARTING] = true,
                              [TRANSFER_FINISHING] = true},
        [TRANSFER_RESTARTING] = {[TRANSFER_MOVING] = true},
        /* The final check may find a bad piece. */
        [TRANSFER_FINISHING] = {[TRANSFER_MOVING] = true, [TRANSFER_DONE] = true},
    };

    return to == TRANSFER_FAILED ? from != TRANSFER_DONE : allowed[from][to];
}

/* The only writer of the phase. */
static void set_phase(struct transfer *transfer, enum transfer_phase phase)
{
    if (transfer->phase == phase) {
        return;
    }
    if (!phase_may_follow(transfer->phase, phase)) {
        assert(!"a phase that may not follow");
        return;
    }
    transfer->phase = phase;
    if (phase == TRANSFER_DONE) {
        transfer->error = (struct odo_error){.status = ODO_OK};
    }
    if (phase == TRANSFER_RESTARTING || phase == TRANSFER_FAILED) {
        for (struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
            if (attempt->end == ATTEMPT_OPEN) {
                attempt->end = ATTEMPT_ASK_AGAIN;
            }
        }
    }
}

/* True when no event can change anything any more. */
static bool is_decided(const struct transfer *transfer)
{
    switch (transfer->phase) {
    case TRANSFER_RESTARTING:
    case TRANSFER_FINISHING:
    case TRANSFER_DONE:
    case TRANSFER_FAILED:
        return true;
    default:
        return false;
    }
}

void transfer_fail(struct transfer *transfer, const struct odo_error *error)
{
    if (transfer->phase != TRANSFER_FAILED && transfer->phase != TRANSFER_DONE) {
        transfer->error = *error;
        set_phase(transfer, TRANSFER_FAILED);
    }
}

static void fail_with(struct transfer *transfer, enum odo_status status)
{
    transfer_fail(transfer, &(struct odo_error){.status = status});
}

void transfer_restart(struct transfer *transfer)
{
    transfer->restarts++;
    if (transfer->restarts > TRANSFER_RESTARTS_MOST) {
        fail_with(transfer, ODO_E_FILE_CHANGED);
        return;
    }
    set_phase(transfer, TRANSFER_RESTARTING);
}

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

    if (is_decided(transfer) || transfer->phase == TRANSFER_QUEUED) {
        return;
    }
    if (transfer->attempts) {
        set_phase(transfer, TRANSFER_MOVING);
        return;
    }
    while (request_plan_is_empty(&transfer->wanted.plan)) {
        if (!wanted_next_run(&transfer->wanted, &status)) {
            if (stream_has_all(transfer)) {
                set_phase(transfer, TRANSFER_FINISHING);
            }
            return;
        }
        if (status != ODO_OK) {
            fail_with(transfer, status);
            return;
        }
    }
    set_phase(transfer, backoff_is_waiting(&transfer->backoff, now_ms) ? TRANSFER_WAITING
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
    transfer->front_goes_through = false;
    transfer->asked_again = 0;
    transfer->plain_in_vain = 0;
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
        fail_with(transfer, status);
        return;
    }
    set_phase(transfer, TRANSFER_MOVING);
    settle(transfer, now_ms);
}

void transfer_finished(struct transfer *transfer, enum odo_status status)
{
    assert(transfer->phase == TRANSFER_FINISHING);
    if (status != ODO_OK) {
        fail_with(transfer, status);
        return;
    }
    transfer->output_had = wanted_total(&transfer->wanted);
    set_phase(transfer, TRANSFER_DONE);
}

/* --- Asking --------------------------------------------------------------------------- */

uint64_t transfer_had(const struct transfer *transfer)
{
    return transfer->setup.output == TRANSFER_TO_STREAM ? transfer->stream_taken
                                                        : transfer->output_had;
}

bool transfer_others_bring(const struct transfer *transfer, const struct attempt *attempt)
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
    if (is_decided(transfer) || backoff_is_waiting(&transfer->backoff, now_ms)) {
        return false;
    }
    if (transfer->phase == TRANSFER_QUEUED) {
        return true; /* the output is created even if nothing is left to fetch */
    }
    if (transfer->attempt_count >= lanes_most(transfer)) {
        return false;
    }
    return asking_has_work(transfer, now_ms);
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
        set_phase(transfer, TRANSFER_MOVING);
        settle(transfer, now_ms); /* everything may have arrived, or the next run may be due */
    }
    if (is_decided(transfer)) {
        return ODO_E_NOT_FOUND;
    }
    attempt = attempt_create();
    if (!attempt) {
        fail_with(transfer, ODO_E_OUT_OF_MEMORY);
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
            fail_with(transfer, status);
        }
        return status;
    }
    attempt->next = transfer->attempts;
    transfer->attempts = attempt;
    transfer->attempt_count++;
    transfer->requests_sent++;
    set_phase(transfer, TRANSFER_MOVING);
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

/* Record how many ranges of a multi-range request were answered. */
static void note_ranges(struct transfer *transfer, struct attempt *attempt,
                        enum odo_status result)
{
    size_t complete = attempt_complete(attempt);

    if (attempt->pieces_sent < 2 || attempt->is_cut || !transfer->origin ||
        attempt->body == ATTEMPT_UNANSWERED || attempt->body == ATTEMPT_DROPPED ||
        (attempt->end != ATTEMPT_OPEN && attempt->end != ATTEMPT_ENOUGH &&
         !attempt_run_is_whole(attempt))) {
        return;
    }
    if (result == ODO_OK || attempt_run_is_whole(attempt) || complete == attempt->piece_count) {
        origin_ranges_answered(transfer->origin, attempt->pieces_sent, complete);
    }
    /* A reply that omits some of the ranges is no failure: they are requested again. */
    if (result == ODO_OK && complete < attempt->piece_count) {
        attempt->end = ATTEMPT_ASK_AGAIN;
    }
}

/* A body of unknown length ended properly, which determines the size of the file. */
static void close_open_end(struct transfer *transfer, struct attempt *attempt,
                           enum odo_status result)
{
    struct attempt_piece *piece = &attempt->pieces[attempt->piece_count - 1];
    enum odo_status status;

    if (result != ODO_OK || attempt->end != ATTEMPT_OPEN ||
        attempt->body != ATTEMPT_TAKES_FILE || !transfer->rules->allow_unknown_size ||
        piece->span.length != BYTE_RANGE_TO_END || attempt->offset < piece->span.offset) {
        return;
    }
    status = wanted_learn_size(&transfer->wanted, attempt->offset);
    if (status != ODO_OK) {
        fail_with(transfer, status);
        return;
    }
    transfer->version.mark.size = attempt->offset;
    transfer->length_is_unproved = attempt->ends_with_connection;
    piece->span.length = attempt->offset - piece->span.offset;
}

static void retry_later(struct transfer *transfer, const struct attempt *attempt,
                        const struct odo_error *error, uint64_t now_ms)
{
    struct backoff_rules rules = {
        .base_ms = transfer->rules->retry_base_ms,
        .limit_ms = transfer->rules->retry_limit_ms,
        .minimum_ms = transfer->limits.minimum_retry_ms,
    };

    if (transfer->limits.never_retry) {
        transfer_fail(transfer, error);
        return;
    }
    transfer->error = *error;
    transfer->list_refused = 0; /* splitting the list did not help */
    backoff_failed(&transfer->backoff, &rules, attempt->sent_at_ms, attempt->retry_after_ms,
                   now_ms);
    if (transfer->backoff.failures >= TRANSFER_FAILURES_ENOUGH) {
        source_refused(&transfer->source, attempt->generation); /* the URL may have expired */
    }
    source_renew(&transfer->source);
}

/* True if the request may be repeated at once; too many repeats in a row count as a failure. */
static bool may_ask_again(struct transfer *transfer)
{
    if (transfer->asked_again >= TRANSFER_ASKED_AGAIN_MOST) {
        return false;
    }
    transfer->asked_again++;
    return true;
}

/* Servers and middleboxes may fail or close the connection on multi-range requests. One that
 * sends Retry-After, or has answered such requests before, means what it says. */
static bool is_refused_list(const struct transfer *transfer, const struct attempt *attempt,
                            const struct odo_error *error)
{
    return attempt->pieces_sent > 1 && attempt->arrived == 0 &&
           attempt->retry_after_ms == RETRY_AFTER_NONE && transfer->list_refused == 0 &&
           transfer->origin && !transfer->origin->ranges_are_known &&
           transfer->asking == TRANSFER_ASKS_FREELY &&
           (error->status == ODO_E_HTTP_STATUS || error->status == ODO_E_CONNECTION_LOST) &&
           retry_is_transient(error);
}

/* True if the original URL may redirect to a better place. */
static bool is_about_place(const struct transfer *transfer, const struct odo_error *error)
{
    return (error->status == ODO_E_HTTP_STATUS &&
            response_verdict_refuses_place(error->http_status)) ||
           (error->status == ODO_E_REDIRECT && transfer->version.is_known);
}

/* No other attempt can make up for this refusal. Is there another way to ask? */
static bool find_other_way(struct transfer *transfer, const struct attempt *attempt,
                           const struct odo_error *error)
{
    if (is_about_place(transfer, error) && may_ask_again(transfer) &&
        source_refused(&transfer->source, attempt->generation)) {
        return true;
    }
    if (is_refused_list(transfer, attempt, error) && may_ask_again(transfer)) {
        transfer->list_refused = attempt->pieces_sent;
        source_renew(&transfer->source); /* a link may be valid for one request only */
        return true;
    }
    /* Some servers refuse Range but would serve the same file without it. A transient refusal
     * may just mean overload, and a server that has honoured Range may do so again; so plain
     * requests are tried only if the refusal persists or would be final. */
    if (attempt->range_is_suspect && !asking_is_plain(transfer) &&
        (!transfer->rules->refuse_salvage || wanted_is_whole_file(&transfer->wanted)) &&
        (!retry_is_transient(error) ||
         transfer->backoff.failures >= TRANSFER_FAILURES_ENOUGH)) {
        transfer->ranges =
            retry_is_transient(error) ? TRANSFER_RANGES_DOUBTED : TRANSFER_RANGES_UNUSABLE;
        source_renew(&transfer->source); /* the URL counts as fresh for a plain request */
        if (error->status == ODO_E_REDIRECT) {
            source_refused(&transfer->source, attempt->generation); /* only ranges go there */
        }
        return true;
    }
    return false;
}

/* A redirect target refuses the request, and so many repeats brought no byte that going back to
 * the original at once is no longer allowed: treat it as an ordinary failure. */
static bool is_asked_too_often(const struct transfer *transfer, const struct odo_error *error)
{
    return error->status == ODO_E_HTTP_STATUS &&
           response_verdict_refuses_place(error->http_status) &&
           transfer->asked_again >= TRANSFER_ASKED_AGAIN_MOST &&
           transfer->source.place != SOURCE_ORIGINAL;
}

/* Consecutive replies that are far too short are worse than the front request alone. */
static void note_short_reply(struct transfer *transfer, const struct attempt *attempt,
                             uint64_t now_ms)
{
    enum { SHORT = 16 * 1024, ENOUGH = 8 };

    if (attempt->counted >= SHORT || attempt->is_cut) {
        transfer->short_replies = 0;
    } else if (++transfer->short_replies >= ENOUGH && transfer->attempts) {
        transfer->front_goes_through = true;
        if (transfer->origin) {
            origin_lane_refused(transfer->origin, 1, now_ms);
        }
    }
}

/* What the end of an attempt means for the other attempts and for the transfer. */
static void conclude(struct transfer *transfer, struct attempt *attempt,
                     const struct odo_error *result, uint64_t now_ms)
{
    struct odo_error error = attempt->end == ATTEMPT_FAILED ? attempt->error : *result;

    if (is_decided(transfer) || attempt->purpose == ATTEMPT_FOR_HEDGE) {
        return; /* irrelevant: its twin continues */
    }
    if (attempt->end == ATTEMPT_ENOUGH || attempt_complete(attempt) == attempt->piece_count) {
        /* If its bytes were taken over it may not have been answered. */
        if (transfer->origin && attempt->body != ATTEMPT_UNANSWERED) {
            origin_lane_served(transfer->origin, transfer->attempt_count + 1, now_ms);
        }
        return;
    }
    if (attempt->end == ATTEMPT_ASK_AGAIN) {
        /* Its URL is no longer in use; the number of URL changes has a limit of its own. */
        bool is_stale = attempt->generation != transfer->source.generation;

        if (attempt->counted > 0 || is_stale || may_ask_again(transfer)) {
            return;
        }
        error = (struct odo_error){.status = ODO_E_INVALID_REPLY};
    } else if (attempt->end == ATTEMPT_OPEN && result->status == ODO_E_CANCELLED) {
        return;
    } else if (error.status == ODO_OK) {
        if (attempt->counted > 0) {
            note_short_reply(transfer, attempt, now_ms);
            return; /* a shorter reply than asked for: the rest is requested again */
        }
        error.status = ODO_E_CONNECTION_LOST; /* a complete reply without any wanted byte */
    }
    if (transfer->attempts) {
        /* The other attempts continue, or will meet the same error themselves. */
        if (attempt->counted == 0 && transfer->origin) {
            origin_lane_refused(transfer->origin, transfer->attempt_count, now_ms);
        }
        /* Perhaps no further request is ever served: then the front has to bring the rest. */
        if (attempt->counted == 0 || attempt->range_is_suspect) {
            transfer->front_goes_through = true;
        }
        return;
    }
    if (attempt->sent_beside && attempt->counted == 0 && !retry_is_transient(&error) &&
        may_ask_again(transfer)) {
        if (transfer->origin) {
            origin_lane_refused(transfer->origin, 1, now_ms);
        }
        source_renew(&transfer->source); /* a single-use link may be used up */
        return; /* the others have ended meanwhile: try once more alone */
    }
    if (transfer->ranges == TRANSFER_RANGES_DOUBTED &&
        error.status == ODO_E_RANGES_UNSUPPORTED &&
        ++transfer->plain_in_vain < TRANSFER_PLAIN_IN_VAIN_MOST) {
        transfer->ranges = TRANSFER_RANGES_UNKNOWN; /* no improvement: return to ranges */
        error = transfer->error;
    }
    if (find_other_way(transfer, attempt, &error)) {
        return;
    }
    if (retry_is_transient(&error) || error.status == ODO_E_FILE_CHANGED ||
        is_asked_too_often(transfer, &error)) {
        retry_later(transfer, attempt, &error, now_ms);
    } else {
        transfer_fail(transfer, &error);
    }
}

/* End paused attempts that have nothing left to wait for now that another has ended. */
static void look_at_fronts(struct transfer *transfer, uint64_t now_ms)
{
    for (struct attempt *attempt = transfer->attempts; attempt; attempt = attempt->next) {
        if (attempt->was_paused && attempt_is_taking(attempt) && !is_decided(transfer)) {
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
    close_open_end(transfer, attempt, result->status);
    note_ranges(transfer, attempt, result->status);
    give_back(transfer, attempt);
    unlink_attempt(transfer, attempt);
    conclude(transfer, attempt, result, now_ms);
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
        fail_with(transfer, status);
        return;
    }
    request_plan_give_back(&transfer->wanted.plan, span);
    if (transfer->phase == TRANSFER_FINISHING) {
        set_phase(transfer, TRANSFER_MOVING);
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

    if (is_decided(transfer)) {
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

    if (is_decided(transfer)) {
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
