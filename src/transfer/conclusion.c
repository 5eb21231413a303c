#include "transfer/conclusion.h"

#include "http/response_verdict.h"
#include "http/retry.h"
#include "transfer/asking.h"
#include "transfer/phase.h"

void conclusion_note_ranges(struct transfer *transfer, struct attempt *attempt,
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

void conclusion_close_end(struct transfer *transfer, struct attempt *attempt,
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
        transfer_fail_with(transfer, status);
        return;
    }
    transfer->version.mark.size = attempt->offset;
    transfer->length_is_unproved = attempt->ending == ATTEMPT_ENDS_WITH_CONNECTION;
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

/* The original is asked once more about any redirect target, and again about one that refuses
 * a later request: it may be a link that is valid for one request only. */
static bool go_back(struct transfer *transfer, const struct attempt *attempt)
{
    if (attempt->generation == transfer->source.generation &&
        source_may_be_used_up(&transfer->source) &&
        transfer->asked_again < TRANSFER_ASKED_AGAIN_MOST) {
        source_renew(&transfer->source);
    }
    if (!source_refused(&transfer->source, attempt->generation)) {
        return false;
    }
    transfer->asked_again++; /* the first return counts, but is not limited by it */
    return true;
}

/* No other attempt can make up for this refusal. Is there another way to ask? */
static bool find_other_way(struct transfer *transfer, const struct attempt *attempt,
                           const struct odo_error *error)
{
    if (is_about_place(transfer, error) && go_back(transfer, attempt)) {
        return true;
    }
    if (attempt->range_is_suspect && attempt->sent_range && asking_is_plain(transfer) &&
        !retry_is_transient(error)) {
        return true; /* sent before the decision to ask plainly */
    }
    if (is_refused_list(transfer, attempt, error) && may_ask_again(transfer)) {
        transfer->list_refused = attempt->pieces_sent;
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

/* The server closed a connection, as it may between two requests, when this one was on its way
 * (RFC 9110 section 9.2.2). libcurl sends it again over HTTP/1.1 only. */
static bool is_lost_by_chance(const struct attempt *attempt, const struct odo_error *error)
{
    return attempt->is_on_used_connection && attempt->body == ATTEMPT_UNANSWERED &&
           error->status == ODO_E_CONNECTION_LOST;
}

void conclusion_draw(struct transfer *transfer, struct attempt *attempt,
                     const struct odo_error *result, uint64_t now_ms)
{
    struct odo_error error = attempt->end == ATTEMPT_FAILED ? attempt->error : *result;

    if (transfer_is_decided(transfer) || attempt->purpose == ATTEMPT_FOR_HEDGE) {
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
    if (is_lost_by_chance(attempt, &error) && may_ask_again(transfer)) {
        return;
    }
    if (attempt->sent_beside && attempt->counted == 0 && !retry_is_transient(&error) &&
        may_ask_again(transfer)) {
        if (transfer->origin) {
            origin_lane_refused(transfer->origin, 1, now_ms);
        }
        return; /* the others have ended meanwhile: try once more alone */
    }
    if (transfer->ranges == TRANSFER_RANGES_DOUBTED &&
        error.status == ODO_E_RANGES_UNSUPPORTED &&
        ++transfer->plain_failures < TRANSFER_PLAIN_FAILURES_MOST) {
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
