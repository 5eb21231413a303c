#include "network/request.h"

#include "base/memory.h"
#include "base/text.h"
#include "http/header_lines.h"
#include "network/ascii_url.h"
#include "network/destination.h"
#include "network/http_settings.h"
#include "network/integrity.h"
#include "network/reply_head.h"
#include "network/server_certificate.h"
#include "network/watchdog.h"
#include "platform/clock.h"
#include "ranges/content_range.h"
#include "transfer/body.h"
#include "transfer/reply.h"

#include <assert.h>
#include <string.h>

enum {
    FLUSH_AFTER_MS = 250, /* bytes that came are handed to the sink then, however few */
};

struct request *request_create(void)
{
    struct request *request = memory_allocate_zeroed(1, sizeof(*request));

    if (!request) {
        return NULL;
    }
    buffer_init(&request->header_block, REQUEST_HEADERS_MAX);
    request->easy = curl_easy_init();
    if (!request->easy) {
        memory_free(request);
        return NULL;
    }
    return request;
}

void request_free(struct request *request)
{
    if (!request) {
        return;
    }
    assert(!request->task);
    memory_free(request->found_proxy);
    curl_easy_cleanup(request->easy);
    curl_slist_free_all(request->headers);
    buffer_free(&request->header_block);
    memory_free(request->gathered);
    memory_free(request);
}

void request_reset(struct request *request)
{
    if (request->task) {
        throttle_forget(request->task->throttle, &request->hold);
    }
    memory_free(request->found_proxy);
    request->found_proxy = NULL;
    curl_easy_reset(request->easy);
    curl_slist_free_all(request->headers);
    request->headers = NULL;
    request->task = NULL;
    request->attempt = NULL;
    request->next = NULL;
    buffer_clear(&request->header_block);
    request->header_bytes = 0;
    request->gathered_size = 0;
}

static void fail(struct request *request, enum odo_status status)
{
    if (request->attempt->end == ATTEMPT_OPEN) {
        request->attempt->end = ATTEMPT_FAILED;
        request->attempt->error = destination_error(request->task->destination, status);
    }
}

static void note_due(const struct request *request)
{
    request->task->listener->on_due(request->task->context);
}

static bool is_hedge(const struct request *request)
{
    return request->attempt->purpose == ATTEMPT_FOR_HEDGE;
}

/* What would be written may prove false, and cannot be taken back from a stream. */
static bool must_keep(const struct request *request)
{
    return request->attempt->kept_unproved > 0 && request->task->destination->stream;
}

/* --- The way of the bytes ------------------------------------------------------------- */

/* Gather at most what is asked for, so that many small requests do not take much each. */
static enum odo_status reserve_gathering(struct request *request)
{
    uint64_t total = attempt_total(request->attempt);
    size_t wanted = is_hedge(request) ? ATTEMPT_HEDGE_MOST : REQUEST_GATHER_SIZE;
    unsigned char *larger;

    if (request->attempt->body == ATTEMPT_TAKES_PARTS && request->task->destination->stream) {
        wanted = TRANSFER_STREAM_MOST; /* a part is kept until it has proved whole */
    }
    if (request->attempt->body != ATTEMPT_TAKES_FILE &&
        request->attempt->purpose != ATTEMPT_FOR_FRONT && total < wanted) {
        wanted = (size_t)total;
    }
    if (request->gathered_capacity >= wanted) {
        return ODO_OK;
    }
    larger = memory_resize(request->gathered, wanted, 1);
    if (!larger) {
        return ODO_E_OUT_OF_MEMORY;
    }
    request->gathered = larger;
    request->gathered_capacity = wanted;
    return ODO_OK;
}

/* Bytes are in the output, and have been accounted for: they may be part of a piece that is
 * whole now, and to be believed or not. */
static void check_written(struct request *request, uint64_t output, size_t size)
{
    const struct request_task *task = request->task;
    enum odo_status status = integrity_arrived(task->integrity, output, size);

    if (status != ODO_OK) {
        struct odo_error error = destination_error(task->destination, status);

        task->listener->on_failed(task->context, &error);
    }
    note_due(request);
}

enum odo_status request_flush(struct request *request)
{
    enum odo_status status;
    size_t size = request->gathered_size;

    if (size == 0 || is_hedge(request) || must_keep(request)) {
        return ODO_OK;
    }
    status = sink_write(request->task->destination->sink, request->gathered_output,
                        request->gathered, size);
    if (status != ODO_OK) {
        request->attempt->end = ATTEMPT_FAILED;
        request->attempt->error = destination_error(request->task->destination, status);
        return status;
    }
    request->gathered_size = 0;
    transfer_saved(request->task->transfer, request->attempt, platform_clock_milliseconds());
    check_written(request, request->gathered_output, size);
    return ODO_OK;
}

static void drop_parts(struct request *request)
{
    request->gathered_size = 0;
    transfer_parts_failed(request->task->transfer, request->attempt);
}

/* Keep wanted bytes for the place `output`. */
static enum odo_status gather(struct request *request, uint64_t output,
                              const unsigned char *data, size_t size)
{
    while (size > 0) {
        size_t part;
        enum odo_status status;

        if (request->gathered_size > 0 &&
            (request->gathered_output + request->gathered_size != output ||
             request->gathered_size == request->gathered_capacity)) {
            status = request_flush(request);
            if (status == ODO_OK && request->gathered_size > 0) {
                drop_parts(request); /* there is no room for what must be kept */
                return ODO_OK;
            }
            if (status != ODO_OK) {
                return status;
            }
        }
        part = request->gathered_capacity - request->gathered_size;
        part = part < size ? part : size;
        if (request->gathered_size == 0) {
            request->gathered_output = output;
            request->gathered_at_ms = platform_clock_milliseconds();
        }
        memcpy(request->gathered + request->gathered_size, data, part);
        request->gathered_size += part;
        output += part;
        data += part;
        size -= part;
    }
    return request->gathered_size == request->gathered_capacity ? request_flush(request)
                                                                : ODO_OK;
}

enum outcome { TAKEN, PAUSED, STOPPED };

/* Bytes of a run of the file: each to its place, or nowhere. *taken_out counts them. */
static enum outcome take_run(struct request *request, const unsigned char *data, size_t size,
                             size_t *taken_out)
{
    struct transfer *transfer = request->task->transfer;
    uint64_t now_ms = platform_clock_milliseconds();
    size_t taken = 0;

    while (taken < size) {
        struct transfer_step step =
            transfer_place(transfer, request->attempt, size - taken, now_ms);

        if (step.kind == TRANSFER_STOP || step.kind == TRANSFER_PAUSE) {
            *taken_out = taken;
            return step.kind == TRANSFER_STOP ? STOPPED : PAUSED;
        }
        if (step.kind == TRANSFER_KEEP) {
            enum odo_status status =
                gather(request, step.output, data + taken, (size_t)step.length);

            if (status != ODO_OK) {
                fail(request, status);
                *taken_out = taken;
                return STOPPED;
            }
        }
        taken += (size_t)step.length;
    }
    *taken_out = taken;
    return TAKEN;
}

static enum outcome take_parts(struct request *request, const unsigned char *data, size_t size)
{
    struct transfer *transfer = request->task->transfer;
    size_t unused;

    while (size > 0 && request->attempt->end == ATTEMPT_OPEN) {
        struct multipart_event event;
        size_t taken = multipart_reader_next(&request->reader, data, size, &event);

        data += taken;
        size -= taken;
        switch (event.kind) {
        case MULTIPART_PART:
            /* To a stream nothing goes together with what may prove false. */
            if ((!request->task->destination->stream || request_flush(request) == ODO_OK) &&
                !transfer_part(transfer, request->attempt, &event.part)) {
                request->gathered_size = 0; /* none of this file */
            }
            break;
        case MULTIPART_BODY:
            if (take_run(request, event.data, event.size, &unused) != TAKEN &&
                request->attempt->end == ATTEMPT_OPEN) {
                drop_parts(request); /* a stream has no room for what nobody asked for */
            }
            break;
        case MULTIPART_PART_END:
            transfer_part_proved(transfer, request->attempt, platform_clock_milliseconds());
            break;
        case MULTIPART_FAILED:
            drop_parts(request);
            break;
        case MULTIPART_END:
            transfer_parts_ended(transfer, request->attempt);
            break;
        case MULTIPART_MORE:
            break;
        }
    }
    return request->attempt->end == ATTEMPT_OPEN ? TAKEN : STOPPED;
}

void request_finish_body(struct request *request)
{
    struct transfer *transfer = request->task->transfer;
    struct attempt *attempt = request->attempt;

    if (attempt->body == ATTEMPT_TAKES_PARTS && attempt->part_end > 0 &&
        multipart_reader_part_is_whole(&request->reader)) {
        transfer_part_proved(transfer, attempt, platform_clock_milliseconds());
    }
    if (transfer->phase == TRANSFER_RESTARTING || transfer->phase == TRANSFER_FAILED ||
        !request->task->destination->sink) {
        request->gathered_size = 0; /* it is not to be written any more */
        return;
    }
    if (must_keep(request)) {
        drop_parts(request);
    }
    request_flush(request); /* what came is good, whatever ended the request */
}

void request_settle_hedge(struct request *request)
{
    struct transfer *transfer = request->task->transfer;
    struct attempt *attempt = request->attempt;
    struct request *other = attempt->twin ? attempt->twin->carrier : NULL;
    uint64_t offset = 0;
    uint64_t output = 0;
    size_t skipped;
    size_t rest;

    if (!other || request->gathered_size != attempt->pieces[0].span.length ||
        request_flush(other) != ODO_OK || attempt->twin == NULL ||
        !transfer_hedge_has_all(transfer, attempt, &offset, &output)) {
        return;
    }
    skipped = (size_t)(offset - attempt->pieces[0].span.offset);
    rest = request->gathered_size - skipped;
    if (sink_write(request->task->destination->sink, output, request->gathered + skipped,
                   rest) != ODO_OK) {
        return; /* the slow one will meet the same */
    }
    transfer_hedge_won(transfer, attempt, rest, platform_clock_milliseconds());
    check_written(request, output, rest);
}

/* --- What libcurl calls --------------------------------------------------------------- */

/* Its caps have room again. */
static void go_on(struct throttle_hold *hold, uint64_t now_ms)
{
    struct request *request =
        (struct request *)(void *)((char *)hold - offsetof(struct request, hold));

    request->heard_at_ms = now_ms;
    curl_easy_pause(request->easy, CURLPAUSE_CONT);
}

/* A cap on the rate is reached: libcurl keeps the bytes until there is room. */
static bool must_hold(struct request *request, size_t size)
{
    const struct request_task *task = request->task;
    uint64_t now_ms = platform_clock_milliseconds();

    if (throttle_pass(task->throttle, task->share, size, now_ms)) {
        request->heard_at_ms = now_ms;
        return false;
    }
    request->hold.share = task->share;
    request->hold.go_on = go_on;
    throttle_keep(task->throttle, &request->hold, now_ms);
    if (!request->attempt->was_paused) {
        /* Slow is what it was told to be: from here on request_is_silent() looks after it. */
        request->attempt->was_paused = true;
        curl_easy_setopt(request->easy, CURLOPT_LOW_SPEED_LIMIT, 0L);
    }
    return true;
}

/* libcurl is connected, and the request comes next: it is sent to nobody whom we do not trust.
 */
static int on_connected(void *context, char *remote_address, char *local_address,
                        int remote_port, int local_port)
{
    struct request *request = context;
    struct odo_error error =
        server_certificate_verify(request->easy, request->origin, request->security_flags,
                                  request->certificates, &request->waits_for);

    (void)remote_address;
    (void)local_address;
    (void)remote_port;
    (void)local_port;
    if (!request_must_wait(request) && error.status == ODO_OK) {
        return CURL_PREREQFUNC_OK;
    }
    request->attempt->end = request_must_wait(request) ? ATTEMPT_ASK_AGAIN : ATTEMPT_FAILED;
    request->attempt->error = error;
    return CURL_PREREQFUNC_ABORT;
}

static void note_body(struct request *request, size_t size)
{
    if (!request->is_bringing && attempt_is_taking(request->attempt)) {
        request->is_bringing = true;
        origin_body_began(request->origin, platform_clock_microseconds());
    } else {
        origin_received(request->origin, size);
    }
}

/* The stream has no room for what comes next: libcurl hands all of it over again later. */
static size_t pause(struct request *request)
{
    request->is_paused = true;
    curl_easy_setopt(request->easy, CURLOPT_LOW_SPEED_LIMIT, 0L);
    return CURL_WRITEFUNC_PAUSE;
}

static size_t on_body(char *data, size_t unit, size_t size, void *context)
{
    struct request *request = context;
    struct attempt *attempt = request->attempt;
    const unsigned char *bytes = (const unsigned char *)data;
    size_t taken = 0;
    enum outcome outcome;

    (void)unit; /* always 1 */
    watchdog_note_body(request->watchdog, size);
    request->rounds = 0;
    if (attempt->body == ATTEMPT_UNANSWERED) {
        fail(request, ODO_E_INVALID_REPLY); /* a body without a header */
        return 0;
    }
    if (request->carried_over >= size) { /* taken the last time */
        request->carried_over -= size;
        return size;
    }
    if (attempt_is_taking(attempt) && request->carried_over == 0 && must_hold(request, size)) {
        return CURL_WRITEFUNC_PAUSE;
    }
    if (attempt_is_taking(attempt) && request->turn + size > REQUEST_TURN_MOST &&
        request->turn > 0) {
        request->is_yielding = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    request->turn += size;
    if (!attempt_is_taking(attempt)) {
        note_due(request);
        return attempt->end == ATTEMPT_ENOUGH || attempt->body == ATTEMPT_DROPPED ? size : 0;
    }
    if (request->carried_over == 0) {
        note_body(request, size);
    }
    if (attempt->body == ATTEMPT_TAKES_PARTS) {
        outcome = take_parts(request, bytes, size);
    } else {
        outcome = take_run(request, bytes + request->carried_over, size - request->carried_over,
                           &taken);
    }
    if (outcome == PAUSED) {
        request->carried_over += taken;
        return pause(request);
    }
    request->carried_over = 0;
    if (attempt->end != ATTEMPT_OPEN) {
        note_due(request);
    }
    /* What has enough ends by itself now, or is stopped when libcurl has returned. */
    return outcome == TAKEN || attempt->end == ATTEMPT_ENOUGH ? size : 0;
}

/* A connection is there, and the request is on its way. */
static bool was_sent(const struct request *request)
{
    curl_off_t asked_us = 0;

    curl_easy_getinfo(request->easy, CURLINFO_PRETRANSFER_TIME_T, &asked_us);
    return asked_us > 0;
}

/* Called once a round, and while a proxy answers once a line. A server may keep libcurl going:
 * after each farewell of HTTP/2, it looks at once whether there is another one. */
static int on_progress(void *context, curl_off_t expected, curl_off_t received,
                       curl_off_t to_send, curl_off_t sent)
{
    struct request *request = context;

    (void)expected;
    (void)received;
    (void)to_send;
    (void)sent;
    if (++request->rounds <= REQUEST_ROUNDS_MOST) {
        return 0;
    }
    if (was_sent(request)) {
        fail(request, ODO_E_INVALID_REPLY);
        return 1;
    }
    request->rounds = 0;
    return 0;
}

bool request_is_late(const struct request *request, uint64_t now_ms)
{
    return request->gathered_size > 0 && now_ms - request->gathered_at_ms >= FLUSH_AFTER_MS;
}

bool request_is_silent(const struct request *request, uint64_t stall_ms, uint64_t now_ms)
{
    return request->attempt->was_paused && !request->hold.is_held && !request->is_paused &&
           now_ms > request->heard_at_ms && now_ms - request->heard_at_ms >= stall_ms;
}

void request_begin_turn(struct request *request)
{
    request->turn = 0;
    request->rounds = 0;
    if (request->is_yielding) {
        request->is_yielding = false;
        curl_easy_pause(request->easy, CURLPAUSE_CONT);
    }
}

void request_resume(struct request *request)
{
    struct stream *stream = request->task->destination->stream;

    if (stream && stream_room(stream) < (uint64_t)REQUEST_RECEIVE_SIZE * 2) {
        return;
    }
    request->is_paused = false;
    request->heard_at_ms = platform_clock_milliseconds();
    curl_easy_pause(request->easy, CURLPAUSE_CONT);
}

static void tell_reply(const struct request *request, bool keeps_header)
{
    struct request_reply reply = {.header = keeps_header ? &request->header_block : NULL};
    long status = 0;

    curl_easy_getinfo(request->easy, CURLINFO_PRIMARY_IP, &reply.address);
    curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
    reply.status = (uint16_t)status;
    request->task->listener->on_reply(request->task->context, &reply);
}

static bool reply_is_short(struct request *request)
{
    curl_off_t length = -1;

    return curl_easy_getinfo(request->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length) ==
               CURLE_OK &&
           length >= 0 && length <= REQUEST_DRAIN_MAX;
}

/* The body is to be taken: have what that needs. */
static enum odo_status prepare_body(struct request *request, bool was_known)
{
    enum odo_status status = reserve_gathering(request);

    if (status == ODO_OK && request->attempt->body == ATTEMPT_TAKES_PARTS &&
        multipart_reader_init(&request->reader,
                              reply_head_value(request->easy, "Content-Type")) != ODO_OK) {
        drop_parts(request); /* nothing that can be read */
        return ODO_OK;
    }
    if (status == ODO_OK && !was_known) {
        status = request->task->listener->on_version(request->task->context);
    }
    return status;
}

/* The header has ended: have it judged. Returns false to drop the connection. */
static bool on_header_end(struct request *request)
{
    const struct request_task *task = request->task;
    struct transfer *transfer = task->transfer;
    struct attempt *attempt = request->attempt;
    bool was_known = transfer->version.is_known;
    uint64_t size_known = transfer->wanted.file_size;
    char *joined = NULL;
    struct transfer_reply_head head = reply_head_read(request->easy, &joined);
    bool is_taken;
    enum odo_status status;

    is_taken = transfer_reply(transfer, attempt, &head, platform_clock_milliseconds());
    memory_free(joined);
    tell_reply(request, attempt->purpose != ATTEMPT_FOR_HEDGE &&
                            (!was_known || attempt->end == ATTEMPT_FAILED));
    if (attempt->end != ATTEMPT_OPEN || transfer->phase == TRANSFER_RESTARTING) {
        note_due(request);
    }
    if (!is_taken) {
        return reply_is_short(request);
    }
    status = prepare_body(request, was_known && size_known == transfer->wanted.file_size);
    if (status != ODO_OK) {
        attempt->end = ATTEMPT_FAILED;
        attempt->error = destination_error(task->destination, status);
        task->listener->on_failed(task->context, &attempt->error);
        return false;
    }
    return true;
}

static size_t on_header(char *line, size_t unit, size_t size, void *context)
{
    struct request *request = context;
    bool is_end =
        (size == 2 && line[0] == '\r' && line[1] == '\n') || (size == 1 && line[0] == '\n');
    enum odo_status status;
    long code = 0;

    (void)unit;
    request->header_bytes += size;
    if (request->header_bytes > REQUEST_ALL_HEADERS_MAX) {
        fail(request, ODO_E_INVALID_REPLY); /* interim replies, or trailers, without end */
        return 0;
    }
    if (request->attempt->body != ATTEMPT_UNANSWERED) {
        return size; /* a trailer */
    }
    if (size >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        buffer_clear(&request->header_block);
    }
    status = buffer_append(&request->header_block, line, size);
    if (status != ODO_OK) {
        fail(request, status == ODO_E_TOO_MANY ? ODO_E_INVALID_REPLY : status);
        return 0;
    }
    if (!is_end) {
        return size;
    }
    curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &code);
    if (code >= 100 && code < 200) {
        return size; /* the real one follows */
    }
    return on_header_end(request) ? size : 0;
}

static bool add_header(struct request *request, const char *line)
{
    struct curl_slist *longer = curl_slist_append(request->headers, line);

    if (longer) {
        request->headers = longer;
    }
    return longer != NULL;
}

static bool add_client_header(void *context, const char *line)
{
    return add_header(context, line);
}

/* What the client wants its server to be told. */
static bool add_client_headers(struct request *request)
{
    const struct http_settings *http = request->task->http;
    const char *vector = http->correlation_vector;
    char *line = NULL;
    bool is_added;

    if (source_is_foreign(&request->task->transfer->source)) {
        return true;
    }
    if (vector && *vector) {
        line = text_format("MS-CV: %s", vector);
        is_added = line && header_lines_each(line, add_client_header, request);
        memory_free(line);
        if (!is_added) {
            return false;
        }
    }
    return header_lines_each(http->headers, add_client_header, request) &&
           (!request->attempt->sent_authentication ||
            header_lines_each(http->authentication_headers, add_client_header, request));
}

static enum odo_status add_headers(struct request *request)
{
    const char *if_range = transfer_if_range(request->task->transfer, request->attempt);
    char *line;
    bool added;

    /* Ranges address the encoded form, so there must not be one (RFC 9110 section 8.4). */
    if (!add_header(request, "Accept-Encoding: identity")) {
        return ODO_E_OUT_OF_MEMORY;
    }
    if (if_range) {
        line = text_format("If-Range: %s", if_range);
        added = line && add_header(request, line);
        memory_free(line);
        if (!added) {
            return ODO_E_OUT_OF_MEMORY;
        }
    }
    return add_client_headers(request) ? ODO_OK : ODO_E_OUT_OF_MEMORY;
}

/* A failing curl_easy_setopt with these options and values is out of memory. */
#define SET(option, value) (failed |= curl_easy_setopt(easy, option, value) != CURLE_OK)

/*
 * After HTTP/2, libcurl before 8.7 keeps the buffer of an idle handle, and then refuses to size
 * it; so such a handle is replaced.
 */
static bool size_buffer(struct request *request)
{
    CURL *fresh;

    if (curl_easy_setopt(request->easy, CURLOPT_BUFFERSIZE, (long)REQUEST_RECEIVE_SIZE) ==
        CURLE_OK) {
        return true;
    }
    fresh = curl_easy_init();
    if (!fresh) {
        return false;
    }
    curl_easy_cleanup(request->easy);
    request->easy = fresh;
    return curl_easy_setopt(fresh, CURLOPT_BUFFERSIZE, (long)REQUEST_RECEIVE_SIZE) == CURLE_OK;
}

static enum odo_status set_options(struct request *request, const struct request_start *start)
{
    const struct http_settings *http = request->task->http;
    CURL *easy;
    char ranges[ATTEMPT_RANGES_TEXT_MOST + RANGE_TEXT_SIZE];
    char *url = NULL;
    bool failed = false;
    enum odo_status status;

    if (!size_buffer(request)) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = ascii_url(request->attempt->url, &url);
    if (status != ODO_OK) {
        return status;
    }
    easy = request->easy;
    SET(CURLOPT_URL, url); /* libcurl has a copy of its own */
    memory_free(url);
    SET(CURLOPT_PATH_AS_IS, 1L); /* the URL is used as it was given */
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_HTTP09_ALLOWED, 0L);
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_USERAGENT, start->user_agent);
    SET(CURLOPT_HTTPHEADER, request->headers);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_FRESH_CONNECT, start->use_new_connection ? 1L : 0L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)start->connect_timeout_ms);
    SET(CURLOPT_LOW_SPEED_LIMIT, 4000L);
    SET(CURLOPT_LOW_SPEED_TIME, (long)start->stall_timeout_s);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, request);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, request);
    SET(CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(CURLOPT_XFERINFODATA, request);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_PRIVATE, request);
    if (request->attempt->sent_range) {
        transfer_write_ranges(request->attempt, ranges);
        SET(CURLOPT_RANGE, ranges);
    }
    if (start->proxy) {
        SET(CURLOPT_PROXY, start->proxy);
        SET(CURLOPT_NOPROXY, ""); /* the environment's exceptions are for its own proxy */
    }
    if (!source_is_foreign(&request->task->transfer->source) && http->client_certificate &&
        *http->client_certificate) {
        SET(CURLOPT_SSLCERT, http->client_certificate);
    }
    failed |= !watchdog_attach(start->watchdog, easy);
    failed |= !server_certificate_prepare(easy, start->ca_file, request->security_flags);
    if (server_certificate_is_ours(start->ca_file)) {
        SET(CURLOPT_PREREQFUNCTION, on_connected);
        SET(CURLOPT_PREREQDATA, request);
    }
    return failed ? ODO_E_OUT_OF_MEMORY : ODO_OK;
}

enum odo_status request_prepare(struct request *request, const struct request_task *task,
                                struct attempt *attempt, const struct request_start *start)
{
    enum odo_status status;

    assert(!request->task);
    request->task = task;
    request->attempt = attempt;
    request->security_flags = server_certificate_flags(task->http->security_flags);
    request->certificates = start->certificates;
    request->watchdog = start->watchdog;
    request->waits_for = (struct look_up_wait){.look_up = NULL};
    request->gathered_size = 0;
    request->carried_over = 0;
    request->is_bringing = false;
    request->is_paused = false;
    request->is_yielding = false;
    request->turn = 0;
    request->rounds = 0;
    request->heard_at_ms = 0;
    status = add_headers(request);
    if (status == ODO_OK) {
        status = set_options(request, start);
    }
    if (status != ODO_OK) {
        request_reset(request);
        return status;
    }
    attempt->carrier = request;
    return ODO_OK;
}

void request_measure(const struct request *request, uint64_t now_ms)
{
    struct measurement *measurement = &request->origin->measurement;
    const struct attempt *attempt = request->attempt;
    curl_off_t sent_us = 0;
    curl_off_t began_us = 0;
    curl_off_t ended_us = 0;
    long version = 0;

    if (attempt->body == ATTEMPT_UNANSWERED || attempt->body == ATTEMPT_DROPPED ||
        attempt->arrived == 0) {
        return;
    }
    curl_easy_getinfo(request->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
    curl_easy_getinfo(request->easy, CURLINFO_STARTTRANSFER_TIME_T, &began_us);
    curl_easy_getinfo(request->easy, CURLINFO_TOTAL_TIME_T, &ended_us);
    curl_easy_getinfo(request->easy, CURLINFO_HTTP_VERSION, &version);
    origin_replied(request->origin, attempt->arrived, version == CURL_HTTP_VERSION_2_0);
    if (began_us > sent_us) {
        measurement_add_latency(measurement, (uint64_t)(began_us - sent_us), now_ms);
    }
    if (ended_us > began_us && !attempt->was_paused) {
        measurement_add_rate(measurement, attempt->arrived - attempt->arrived_first,
                             (uint64_t)(ended_us - began_us), now_ms);
    }
}

bool request_lacks_proxy(const struct request *request, CURLcode code)
{
    curl_off_t connected_us = 0;

    switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
        return true;
    case CURLE_OPERATION_TIMEDOUT:
        curl_easy_getinfo(request->easy, CURLINFO_CONNECT_TIME_T, &connected_us);
        return connected_us == 0;
    default:
        return false;
    }
}

/* A proxy has refused to lead to an https server: its status, or 0. */
static uint16_t refused_tunnel(const struct request *request)
{
    enum { REFUSED_FROM = 300, REFUSED_TO = 600 };
    long code = 0;

    curl_easy_getinfo(request->easy, CURLINFO_HTTP_CONNECTCODE, &code);
    return request->attempt->body == ATTEMPT_UNANSWERED && code >= REFUSED_FROM &&
                   code < REFUSED_TO
               ? (uint16_t)code
               : 0;
}

/* What the server has sent is no whole header. */
static bool is_in_header(const struct request *request)
{
    return was_sent(request) && request->attempt->body == ATTEMPT_UNANSWERED;
}

struct odo_error request_result(const struct request *request, CURLcode code)
{
    struct odo_error result = {.status = request_status_from_curl(code)};
    uint16_t http_status = code != CURLE_OK ? refused_tunnel(request) : 0;

    if (code == CURLE_OUT_OF_MEMORY && is_in_header(request)) {
        result.status = ODO_E_INVALID_REPLY; /* libcurl's word for a line that has no end */
    }
    if (http_status != 0) {
        result = (struct odo_error){.status = ODO_E_HTTP_STATUS, .http_status = http_status};
    } else if (result.status == ODO_E_CERTIFICATE) {
        result.cause = server_certificate_fault(request->easy, code);
    }
    return result;
}

enum odo_status request_status_from_curl(CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return ODO_OK;
    case CURLE_URL_MALFORMAT:
        return ODO_E_INVALID_URL;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
        return ODO_E_NAME_NOT_RESOLVED;
    case CURLE_COULDNT_CONNECT:
        return ODO_E_CANNOT_CONNECT;
    case CURLE_REMOTE_ACCESS_DENIED:
        return ODO_E_ACCESS_DENIED;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_ABORTED_BY_CALLBACK: /* the watchdog's: whatever else stops one says why */
        return ODO_E_OUT_OF_MEMORY;
    case CURLE_OPERATION_TIMEDOUT:
        return ODO_E_TRANSFER_TIMED_OUT;
    case CURLE_RANGE_ERROR:
    case CURLE_BAD_DOWNLOAD_RESUME:
        return ODO_E_RANGES_UNSUPPORTED;
    case CURLE_TOO_MANY_REDIRECTS:
        return ODO_E_REDIRECT;
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return ODO_E_CONNECTION_LOST;
    case CURLE_SSL_CONNECT_ERROR:
        return ODO_E_TLS_CHANNEL;
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CLIENTCERT:
        return ODO_E_CLIENT_CERTIFICATE;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return ODO_E_CERTIFICATE;
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_CIPHER:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_SSL_CRL_BADFILE:
        return ODO_E_TLS;
    case CURLE_UNSUPPORTED_PROTOCOL: /* of the reply: the URL's was checked before */
    case CURLE_WEIRD_SERVER_REPLY:
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
#endif
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return ODO_E_INVALID_REPLY;
    default:
        return ODO_E_UNEXPECTED;
    }
}
