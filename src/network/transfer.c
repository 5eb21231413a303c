#include "network/transfer.h"

#include "base/memory.h"
#include "base/text.h"
#include "http/http_date.h"
#include "http/response_version.h"
#include "http/retry.h"
#include "network/integrity.h"
#include "network/many_ranges.h"
#include "network/origin.h"
#include "network/request.h"
#include "network/request_pieces.h"
#include "network/slow_lane.h"
#include "network/throttle.h"
#include "network/transfer_list.h"
#include "network/transfer_plan.h"
#include "output/sink.h"
#include "platform/clock.h"

#include <assert.h>
#include <string.h>

void transfer_note_due(struct download *transfer)
{
    if (transfer->due_list) {
        transfer_list_append(transfer->due_list, transfer);
    }
}

/* --- Life ----------------------------------------------------------------------------- */

enum odo_status transfer_create(const struct download_options *options,
                                const struct transfer_rules *rules,
                                struct download **transfer_out)
{
    struct download *transfer = memory_allocate_zeroed(1, sizeof(*transfer));
    struct checkpoint dropped;
    enum odo_status status;

    if (!transfer) {
        return ODO_E_OUT_OF_MEMORY;
    }
    transfer->options = *options;
    transfer->options.checkpoint = NULL; /* borrowed for this call only */
    transfer->settings = options->settings;
    transfer->rules = rules;
    transfer->state = DOWNLOAD_QUEUED;
    buffer_init(&transfer->response_headers, REQUEST_HEADERS_MAX + 1); /* and its zero */
    checkpoint_init(&transfer->known);
    checkpoint_init(&transfer->reported);
    transfer->progress_at_ms = platform_clock_milliseconds();
    transfer->url = text_copy(options->url);
    status = transfer->url ? checkpoint_copy(options->checkpoint, &transfer->known)
                           : ODO_E_OUT_OF_MEMORY;
    if (status == ODO_OK) {
        status = transfer_plan_prepare(transfer);
    }
    if (status == ODO_OK) {
        status = integrity_create(transfer);
    }
    if (status == ODO_OK && transfer->known.last_modified) { /* there may be nothing to ask */
        http_date_parse(transfer->known.last_modified, platform_clock_wall_us(),
                        &transfer->last_modified_us);
    }
    if (status != ODO_OK) {
        transfer_free(transfer, &dropped);
        checkpoint_free(&dropped);
        return status;
    }
    *transfer_out = transfer;
    return ODO_OK;
}

void transfer_close_sink(struct download *transfer)
{
    sink_close(transfer->sink);
    transfer->sink = NULL;
}

void transfer_free(struct download *transfer, struct checkpoint *checkpoint_out)
{
    assert(!transfer->requests);
    transfer_close_sink(transfer);
    memory_free(transfer->known.holes);
    if (integrity_is_checking(transfer)) {
        integrity_record(transfer, &transfer->known); /* without memory less, but no lie */
    } else {
        /* The holes of the plan are the holes of the checkpoint, and need no copy. */
        transfer->known.cursor = transfer->plan.cursor;
        transfer->known.holes = transfer->plan.holes;
        transfer->known.hole_count = transfer->plan.hole_count;
        transfer->plan.holes = NULL;
        transfer->plan.hole_count = 0;
    }
    *checkpoint_out = transfer->known;

    integrity_free(transfer->integrity);
    transfer_plan_free(transfer);
    buffer_free(&transfer->response_headers);
    checkpoint_free(&transfer->reported);
    memory_free(transfer->url);
    memory_free(transfer);
}

void transfer_fail(struct download *transfer, const struct odo_error *error)
{
    if (!transfer->has_failed) {
        transfer->has_failed = true;
        transfer->error = *error;
        if (error->status == ODO_E_SINK_FAILED && error->sink_code == 0) {
            /* The stream refused later bytes, before the news of its failure came through. */
            transfer->error.sink_code = stream_failure(transfer->options.stream);
        }
        transfer->state = DOWNLOAD_FAILED;
    }
    transfer_note_due(transfer);
}

/* The client of a stream may still be busy with what has come. */
static bool stream_has_all(const struct download *transfer)
{
    return !transfer->options.stream ||
           transfer_plan_taken(transfer) == transfer_plan_total(transfer);
}

static void finish_if_done(struct download *transfer)
{
    enum odo_status status = ODO_OK;

    if (transfer->has_failed || transfer->must_restart || transfer->requests ||
        !transfer->sink || !request_plan_is_empty(&transfer->plan)) {
        return;
    }
    if (transfer->options.stream && transfer_plan_next_run(transfer, &status)) {
        if (status != ODO_OK) {
            transfer_fail(transfer, &(struct odo_error){.status = status});
        }
        transfer_note_due(transfer);
        return;
    }
    if (!stream_has_all(transfer)) {
        return;
    }
    if (!integrity_is_complete(transfer)) {
        transfer_fail(transfer, &(struct odo_error){.status = ODO_E_BAD_PIECE_HASH});
        return;
    }
    status =
        sink_finish(transfer->sink, transfer_plan_total(transfer), transfer->last_modified_us);
    if (status != ODO_OK) {
        transfer_fail(transfer, &(struct odo_error){.status = status});
        return;
    }
    transfer_close_sink(transfer);
    transfer->bytes_had = transfer_plan_total(transfer);
    transfer->state = DOWNLOAD_DONE;
    transfer->error = (struct odo_error){.status = ODO_OK};
    transfer_note_due(transfer);
}

/* What has come is of a version that is no more: none of it may stay. */
static enum odo_status forget_version(struct download *transfer)
{
    enum odo_status status;

    checkpoint_restart(&transfer->known);
    transfer->bytes_had = 0;
    transfer->last_modified_us = 0;
    transfer->is_sequential = false;
    transfer->without_range = transfer->options.memory != NULL;
    transfer->without_if_range = false;
    range_layout_free(&transfer->layout);
    transfer->layout_is_known = false;
    request_plan_free(&transfer->plan);
    status = sink_restart(transfer->sink);
    integrity_restart(transfer);
    if (status == ODO_OK) {
        status = transfer_plan_prepare(transfer);
    }
    return status;
}

void transfer_restart(struct download *transfer)
{
    enum odo_status status;

    assert(!transfer->requests);
    transfer->must_restart = false;
    transfer->restarts++;
    status = transfer->restarts > TRANSFER_RESTARTS_MAX ? ODO_E_FILE_CHANGED
                                                        : forget_version(transfer);
    if (status != ODO_OK) {
        transfer_fail(transfer, &(struct odo_error){.status = status});
    }
    transfer_note_due(transfer);
}

/* Where the file would go on if the process ended now: what is in flight counts as missing. */
static enum odo_status take_checkpoint(struct download *transfer,
                                       struct checkpoint *checkpoint_out)
{
    struct request_plan plan = transfer->plan;
    struct checkpoint known = transfer->known;
    enum odo_status status;

    if (integrity_is_checking(transfer)) {
        status = integrity_record(transfer, &known);
        if (status == ODO_OK) {
            status = checkpoint_copy(&known, checkpoint_out);
        }
        memory_free(known.holes);
        return status;
    }
    plan.hole_capacity = plan.hole_count + plan.spans_out;
    plan.holes = NULL;
    if (plan.hole_capacity > 0) {
        plan.holes = memory_allocate(plan.hole_capacity, sizeof(*plan.holes));
        if (!plan.holes) {
            return ODO_E_OUT_OF_MEMORY;
        }
        for (size_t i = 0; i < plan.hole_count; i++) {
            plan.holes[i] = transfer->plan.holes[i];
        }
    }
    for (const struct request *request = transfer->requests; request; request = request->next) {
        for (size_t i = 0; i < request->piece_count && !request->has_no_span; i++) {
            request_plan_give_back(&plan, request_pieces_rest(request, i));
        }
    }
    known.cursor = plan.cursor;
    known.holes = plan.holes;
    known.hole_count = plan.hole_count;
    status = checkpoint_copy(&known, checkpoint_out);
    memory_free(plan.holes);
    return status;
}

/* A checkpoint when one is due. Without memory it comes the next time. */
static const struct checkpoint *due_checkpoint(struct download *transfer)
{
    uint64_t now_ms = platform_clock_milliseconds();
    uint64_t interval_ms = transfer->rules->checkpoint_interval_ms;
    struct checkpoint checkpoint;

    /* Where much comes, what a kill could cost counts, and not the time. */
    if (transfer->bytes_had > transfer->reported_bytes &&
        transfer->bytes_had - transfer->reported_bytes >= TRANSFER_CHECKPOINT_BYTES) {
        interval_ms /= 4;
    }
    if (transfer->rules->checkpoint_interval_ms == 0 || transfer->options.stream ||
        transfer->options.memory || transfer->must_restart ||
        (transfer->state == DOWNLOAD_MOVING &&
         now_ms - transfer->reported_at_ms < interval_ms) ||
        take_checkpoint(transfer, &checkpoint) != ODO_OK) {
        return NULL;
    }
    transfer->reported_bytes = transfer->bytes_had;
    checkpoint_free(&transfer->reported);
    transfer->reported = checkpoint;
    transfer->reported_at_ms = now_ms;
    return &transfer->reported;
}

struct download_update transfer_describe(struct download *transfer)
{
    struct download_update update = {
        .state = transfer->state,
        .error = transfer->error,
        .file_size = transfer->file_size,
        .bytes_total = transfer_plan_total(transfer),
        .bytes_had = transfer->bytes_had,
        .bytes_received = transfer->bytes_received,
        .connections = transfer->connections,
        .requests = transfer->requests_sent,
        .last_modified_us = transfer->last_modified_us,
        .begun = transfer->known.begun,
        .effective_url = transfer->response_status != 0 ? transfer->url : NULL,
        .server_address = *transfer->server_address ? transfer->server_address : NULL,
        .response_status = transfer->response_status,
    };

    update.checkpoint = due_checkpoint(transfer);
    if (transfer->headers_are_new) {
        update.response_headers = (const char *)transfer->response_headers.data;
        transfer->headers_are_new = false;
    }
    return update;
}

/* --- Asking --------------------------------------------------------------------------- */

/* Requests that this file may have in flight: in the background half as many. */
static uint32_t lanes_of(const struct download *transfer)
{
    uint32_t lanes = transfer->rules->lanes;

    return throttle_lanes(transfer, transfer->settings.foreground ? lanes : (lanes + 1) / 2);
}

/* Little requests into a stream's last free bytes are not worth it, unless they are the end. */
static bool has_room(const struct download *transfer)
{
    uint64_t room = transfer_plan_room(transfer);

    /* The client waits for a piece that was bad, and takes nothing behind it. */
    if (transfer->plan.hole_count > 0 && integrity_is_checking(transfer) &&
        room >= transfer->plan.holes[0].length) {
        return true;
    }
    return room >= TRANSFER_STREAM_LEAST || room >= transfer->plan.remaining;
}

bool transfer_wants_request(const struct download *transfer)
{
    uint32_t lanes = lanes_of(transfer);

    if (transfer->has_failed || transfer->must_restart || transfer->state == DOWNLOAD_DONE ||
        transfer->retry_at_ms != 0 || transfer->waits_for.look_up ||
        integrity_is_pending(transfer)) {
        return false;
    }
    if (!transfer->sink && transfer->state == DOWNLOAD_QUEUED) {
        return true; /* even a file with nothing left to fetch is opened once */
    }
    if (!transfer->version_is_known || transfer->is_sequential || transfer->without_range) {
        lanes = 1;
    }
    if (transfer->request_count >= lanes) {
        return false;
    }
    if (request_plan_is_empty(&transfer->plan)) {
        uint64_t now_ms = platform_clock_milliseconds();

        return slow_lane_find_victim(transfer, now_ms) || slow_lane_find_tail(transfer, now_ms);
    }
    return has_room(transfer);
}

/* How long a gap may be that is fetched and dropped, as far as the server is known. */
static uint64_t merge_gap(const struct download *transfer)
{
    const struct origin *origin = transfer->origin;

    if (transfer->rules->is_metered) {
        return 0;
    }
    if (!origin) {
        return MEASUREMENT_GAP_START;
    }
    return measurement_merge_gap(&origin->measurement, lanes_of(transfer),
                                 origin->is_http_2 || many_ranges_are_usable(transfer));
}

struct request_limits transfer_limits(const struct download *transfer)
{
    struct request_limits limits = {
        .most = TRANSFER_REQUEST_MOST,
        .least = TRANSFER_REQUEST_LEAST,
        .merge_gap = merge_gap(transfer),
        .merge_share = TRANSFER_MERGE_SHARE,
        .lanes = lanes_of(transfer),
    };

    if (transfer->is_sequential || transfer->without_range) {
        return (struct request_limits){
            .most = UINT64_MAX,
            .least = UINT64_MAX,
            .merge_gap = UINT64_MAX,
            .merge_share = UINT64_MAX,
            .lanes = 1,
        };
    }
    if (transfer->options.stream) {
        uint64_t room = transfer_plan_room(transfer);

        limits.most = room < TRANSFER_STREAM_MOST ? room : TRANSFER_STREAM_MOST;
        limits.least = room < TRANSFER_STREAM_LEAST ? room : TRANSFER_STREAM_LEAST;
    } else if (transfer->origin) {
        limits.most = measurement_request_size(&transfer->origin->measurement);
    }
    return limits;
}

static enum odo_status open_sink(struct download *transfer)
{
    struct stream_use use = {.listener = {transfer->options.on_stream_progress, transfer}};
    enum odo_status status;

    if (transfer->sink) {
        return ODO_OK;
    }
    if (transfer->options.memory) {
        return sink_open_memory(transfer->options.memory, &transfer->sink);
    }
    if (transfer->options.stream) {
        integrity_want_stream(transfer, &use);
        status = sink_open_stream(transfer->options.stream, transfer->options.output_base, &use,
                                  &transfer->sink);
    } else {
        status = sink_open_file(transfer->options.temporary_path, transfer->known.begun,
                                transfer->options.output_base, &transfer->known.temporary,
                                &transfer->sink);
    }
    if (status == ODO_OK && !transfer->options.stream) {
        transfer->known.begun = true;
    }
    return status == ODO_OK ? integrity_sink_opened(transfer) : status;
}

/* The validator for If-Range: a strong entity tag, else a date (RFC 9110 section 13.1.5). */
static const char *validator_of(const struct download *transfer)
{
    const struct checkpoint *known = &transfer->known;

    if (transfer->without_if_range) {
        return NULL;
    }
    if (response_version_etag_is_strong(known->entity_tag)) {
        return known->entity_tag;
    }
    return transfer->date_is_strong ? known->last_modified : NULL;
}

/* Nothing is left to ask for: take a part off a request that will take long. */
static enum odo_status take_over(struct download *transfer, uint64_t now_ms,
                                 struct request_start *start_out)
{
    struct request *victim = slow_lane_find_victim(transfer, now_ms);
    enum odo_status status;

    if (!victim) {
        victim = slow_lane_find_tail(transfer, now_ms);
        if (!victim) {
            return ODO_E_NOT_FOUND;
        }
        slow_lane_hedge(victim, start_out);
        return ODO_OK;
    }
    if (request_has_pieces(victim)) {
        many_ranges_take_over(victim, start_out);
        return ODO_OK;
    }
    status = request_plan_split(&transfer->plan);
    if (status == ODO_OK) {
        start_out->span = slow_lane_cut(victim);
    }
    return status;
}

static enum odo_status take_from_plan(struct download *transfer,
                                      struct request_start *start_out)
{
    struct request_gathering gathering = many_ranges_gathering(transfer);
    struct byte_range spans[REQUEST_PIECES_MOST];
    struct request_limits limits;
    enum odo_status status;
    size_t count = 0;

    if (request_plan_is_empty(&transfer->plan)) {
        return ODO_E_NOT_FOUND; /* a stream that is full has no room to make limits of */
    }
    limits = transfer_limits(transfer);
    status = request_plan_take_many(&transfer->plan, &limits, &gathering, spans, &count);
    if (status == ODO_OK) {
        start_out->span = spans[0];
        start_out->more_count = count - 1;
        memcpy(start_out->more, spans + 1, start_out->more_count * sizeof(spans[0]));
    }
    return status;
}

/* What was bad may have come from a server of several, or out of a cache on the way. */
static bool was_bad(const struct download *transfer, const struct request_start *start)
{
    bool is_bad = integrity_was_bad(transfer, start->span.offset);

    for (size_t i = 0; i < start->more_count && !is_bad; i++) {
        is_bad = integrity_was_bad(transfer, start->more[i].offset);
    }
    return is_bad;
}

enum odo_status transfer_next_request(struct download *transfer, uint64_t now_ms,
                                      struct request_start *start_out)
{
    enum odo_status status = open_sink(transfer);

    if (transfer->state == DOWNLOAD_QUEUED) {
        transfer->progress_at_ms = now_ms;
        transfer->state = DOWNLOAD_MOVING;
    }
    if (status == ODO_OK) {
        status = take_from_plan(transfer, start_out);
    }
    if (status == ODO_E_NOT_FOUND) {
        status = take_over(transfer, now_ms, start_out);
    }
    if (status == ODO_E_NOT_FOUND) {
        finish_if_done(transfer);
        return status;
    }
    if (status != ODO_OK) {
        transfer_fail(transfer, &(struct odo_error){.status = status});
        return status;
    }
    start_out->use_new_connection =
        start_out->use_new_connection || was_bad(transfer, start_out);
    start_out->url = transfer->url;
    start_out->http = transfer->is_elsewhere ? NULL : &transfer->options.http;
    start_out->security_flags = transfer->options.http.security_flags;
    start_out->authenticate = transfer->authenticates && !transfer->is_elsewhere;
    start_out->send_range = !transfer->is_sequential && !transfer->without_range;
    start_out->if_range =
        start_out->send_range && transfer->version_is_known ? validator_of(transfer) : NULL;
    return ODO_OK;
}

void transfer_take_back(struct download *transfer, const struct request_start *start)
{
    if (start->hedged) {
        return;
    }
    request_plan_give_back(&transfer->plan, start->span);
    for (size_t i = 0; i < start->more_count; i++) {
        request_plan_give_back(&transfer->plan, start->more[i]);
    }
}

void transfer_request_began(struct download *transfer, struct request *request)
{
    request->next = transfer->requests;
    transfer->requests = request;
    transfer->request_count++;
    transfer->requests_sent++;
    transfer->state = DOWNLOAD_MOVING;
}

bool transfer_next_span(struct download *transfer, struct request *request)
{
    struct request_limits limits = transfer_limits(transfer);
    struct byte_range none = {request->span.offset + request->span.length, 0};
    struct byte_range span;
    enum odo_status status;

    request_plan_give_back(&transfer->plan, none);
    status = request_plan_take(&transfer->plan, &limits, &span);
    if (status == ODO_OK && span.offset < request->position) {
        /* A hole that lies behind us: another pass over the file will find it. */
        request_plan_give_back(&transfer->plan, span);
        status = ODO_E_NOT_FOUND;
    }
    if (status == ODO_OK) {
        request->span = span;
        request->gathered_from = span.offset;
        return true;
    }
    request->span = (struct byte_range){request->position, 0};
    request->gathered_from = request->position;
    request->has_no_span = true;
    return false;
}

/* --- What comes ----------------------------------------------------------------------- */

void transfer_received(struct download *transfer, uint64_t bytes)
{
    transfer->bytes_received += bytes;
}

void transfer_delivered(struct download *transfer, uint64_t output, uint64_t bytes)
{
    if (integrity_is_checking(transfer)) {
        integrity_arrived(transfer, output, bytes);
    } else if (!transfer->options.stream) { /* whose client says what it has taken */
        transfer->bytes_had += bytes;
    }
    transfer->progress_at_ms = platform_clock_milliseconds();
    transfer->attempt = 0;
    transfer_note_due(transfer);
}

/* Requests that were held up because the stream's buffer was full go on. */
static void resume_paused(struct download *transfer)
{
    for (struct request *request = transfer->requests; request; request = request->next) {
        if (request->is_paused &&
            stream_room(transfer->options.stream) >= (uint64_t)REQUEST_RECEIVE_SIZE * 2) {
            request->is_paused = false;
            request->heard_at_ms = platform_clock_milliseconds();
            curl_easy_pause(request->easy, CURLPAUSE_CONT);
        }
    }
}

void transfer_stream_progressed(struct download *transfer)
{
    struct odo_error error = {.status = ODO_E_SINK_FAILED};

    if (!transfer->options.stream || transfer->state == DOWNLOAD_DONE) {
        return;
    }
    error.sink_code = stream_failure(transfer->options.stream);
    if (error.sink_code != 0) {
        transfer_fail(transfer, &error);
        return;
    }
    transfer->bytes_had = transfer_plan_taken(transfer);
    transfer->progress_at_ms = platform_clock_milliseconds();
    resume_paused(transfer);
    finish_if_done(transfer);
    transfer_note_due(transfer);
}

static void unlink_request(struct download *transfer, struct request *request)
{
    struct request **place = &transfer->requests;

    while (*place != request) {
        place = &(*place)->next;
    }
    *place = request->next;
    request->next = NULL;
    transfer->request_count--;
}

/* Something went wrong that may be better the next time. */
static void retry_later(struct download *transfer, struct request *request,
                        const struct odo_error *error, uint64_t now_ms)
{
    struct retry_input input = {
        .attempt = ++transfer->attempt,
        .base_ms = transfer->rules->retry_base_ms,
        .limit_ms = transfer->rules->retry_limit_ms,
        .retry_after_ms = request->retry_after_ms,
        .jitter = (uint32_t)(now_ms * 2654435761U),
    };
    uint64_t delay_ms = retry_delay_ms(&input);

    if (transfer->settings.never_retry) {
        transfer_fail(transfer, error);
        return;
    }
    if (delay_ms < transfer->settings.minimum_retry_ms) {
        delay_ms = transfer->settings.minimum_retry_ms;
    }
    transfer->error = *error;
    transfer->retry_at_ms = now_ms + delay_ms;
    if (!transfer->requests) {
        transfer->state = DOWNLOAD_WAITING;
    }
    transfer_note_due(transfer);
}

/* A redirected URL that is refused may have expired: ask the original again, once. */
static bool go_back_to_original(struct download *transfer, const struct odo_error *error)
{
    char *url;

    if (!transfer->url_is_redirected || transfer->redirect_failed ||
        error->status != ODO_E_HTTP_STATUS ||
        (error->http_status != 401 && error->http_status != 403)) {
        return false;
    }
    url = text_copy(transfer->options.url);
    if (!url) {
        return false;
    }
    transfer->redirect_failed = true;
    transfer_use_url(transfer, url, false, false);
    return true;
}

void transfer_use_url(struct download *transfer, char *url, bool is_redirected,
                      bool is_elsewhere)
{
    memory_free(transfer->url);
    transfer->url = url;
    transfer->url_is_redirected = is_redirected;
    transfer->is_elsewhere = is_elsewhere;
    transfer->origin_is_stale = true;
    transfer_note_due(transfer);
}

static struct odo_error error_of(const struct request *request, enum odo_status result)
{
    if (request->outcome == REQUEST_FAILED) {
        return request->error;
    }
    return (struct odo_error){.status = result};
}

void transfer_request_ended(struct download *transfer, struct request *request,
                            enum odo_status result, uint64_t now_ms)
{
    struct odo_error error;

    slow_lane_measure(transfer, request, now_ms);
    if (request->outcome == REQUEST_MUST_WAIT) {
        transfer_wait_for(transfer, request->waits_for, now_ms);
        transfer->requests_sent--; /* it was not */
    }
    if (request->hedged) {
        slow_lane_settle_hedge(request);
        request->has_no_span = false;
        unlink_request(transfer, request);
        return; /* how it ended matters to nobody: the other one is still there */
    }
    if (!transfer->has_failed && !transfer->must_restart) {
        request_flush(request); /* what came is good, whatever ended the request */
    }
    many_ranges_ended(request, result);
    for (size_t i = 0; i < request->piece_count && !request->has_no_span; i++) {
        request_plan_give_back(&transfer->plan, request_pieces_rest(request, i));
    }
    request->has_no_span = false; /* its last span was settled when it was had */
    unlink_request(transfer, request);
    error = error_of(request, result);
    if (result == ODO_OK && request->outcome == REQUEST_OPEN && request->delivered == 0 &&
        request_rest(request).length > 0) {
        error.status = ODO_E_CONNECTION_LOST; /* a whole reply, but nothing in it */
    }

    if (transfer->has_failed || transfer->must_restart || result == ODO_E_CANCELLED ||
        request->outcome == REQUEST_ENOUGH || request->outcome == REQUEST_ASK_AGAIN ||
        request->outcome == REQUEST_MUST_WAIT || error.status == ODO_OK) {
        finish_if_done(transfer);
    } else if (go_back_to_original(transfer, &error)) {
        return;
    } else if (retry_is_transient(&error)) {
        retry_later(transfer, request, &error, now_ms);
    } else {
        transfer_fail(transfer, &error);
    }
    if (!transfer->requests && transfer->retry_at_ms != 0 &&
        transfer->state == DOWNLOAD_MOVING) {
        transfer->state = DOWNLOAD_WAITING;
        transfer_note_due(transfer);
    }
}

void transfer_wait_for(struct download *transfer, struct look_up_wait wait, uint64_t now_ms)
{
    if (transfer->state == DOWNLOAD_QUEUED) {
        transfer->progress_at_ms = now_ms;
    }
    transfer->waits_for = wait;
    transfer_end_wait(transfer); /* the answer may be there by now */
}

void transfer_end_wait(struct download *transfer)
{
    const struct look_up_wait *wait = &transfer->waits_for;

    if (wait->look_up && !look_up_is_pending(wait->look_up, wait->ticket)) {
        transfer->waits_for = (struct look_up_wait){.look_up = NULL};
    }
}

/* --- Time ----------------------------------------------------------------------------- */

void transfer_tick(struct download *transfer, uint64_t now_ms)
{
    struct odo_error error = {.status = ODO_E_NO_PROGRESS,
                              .cause = transfer->error.status,
                              .http_status = transfer->error.http_status};

    if (transfer->has_failed || transfer->state == DOWNLOAD_DONE ||
        integrity_is_pending(transfer)) { /* what it waits for has a time limit of its own */
        return;
    }
    /* Bytes that were flushed in this very tick came after `now_ms`. */
    if (now_ms > transfer->progress_at_ms &&
        now_ms - transfer->progress_at_ms >= transfer->settings.no_progress_ms) {
        transfer_fail(transfer, &error);
        return;
    }
    if (transfer->retry_at_ms != 0 && now_ms >= transfer->retry_at_ms) {
        transfer->retry_at_ms = 0;
    }
}
