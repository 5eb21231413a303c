#include "network/request.h"

#include "base/memory.h"
#include "network/ascii_url.h"
#include "network/curl_status.h"
#include "network/destination.h"
#include "network/http_settings.h"
#include "network/reply_head.h"
#include "network/request_headers.h"
#include "network/server_certificate.h"
#include "network/spare_connections.h"
#include "network/tls_end.h"
#include "network/watchdog.h"
#include "platform/clock.h"
#include "platform/socket.h"
#include "ranges/content_range.h"
#include "transfer/reply.h"

#include <assert.h>
#include <string.h>

struct request *request_create(void)
{
    struct request *request = memory_allocate_zeroed(1, sizeof(*request));

    if (!request) {
        return NULL;
    }
    buffer_init(&request->header_block, REQUEST_HEADER_KEPT);
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
    body_writer_free(&request->writer);
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
    request->header_size = 0;
    request->header_lines = 0;
    request->header_bytes = 0;
    body_writer_begin(&request->writer, NULL, NULL);
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

/* --- libcurl's callbacks -------------------------------------------------------------- */

/* The rate limits allow more. */
static void resume_held(struct throttle_hold *hold, uint64_t now_ms)
{
    struct request *request =
        (struct request *)(void *)((char *)hold - offsetof(struct request, hold));

    request->heard_at_ms = now_ms;
    curl_easy_pause(request->easy, CURLPAUSE_CONT);
}

/* The rate limit is reached: libcurl keeps the bytes until there is room. */
static bool must_hold(struct request *request, size_t size)
{
    const struct request_task *task = request->task;
    uint64_t now_ms = platform_clock_milliseconds();

    if (throttle_pass(task->throttle, task->share, size, now_ms)) {
        request->heard_at_ms = now_ms;
        return false;
    }
    request->hold.share = task->share;
    request->hold.resume = resume_held;
    throttle_keep(task->throttle, &request->hold, now_ms);
    if (!request->attempt->was_paused) {
        /* It is slow on purpose: from now on request_is_silent() monitors it. */
        request->attempt->was_paused = true;
        curl_easy_setopt(request->easy, CURLOPT_LOW_SPEED_LIMIT, 0L);
    }
    return true;
}

/* The last chance to refuse a server that is not trusted. */
static bool is_trusted(struct request *request)
{
    struct odo_error error =
        server_certificate_verify(request->easy, request->origin, request->security_flags,
                                  request->certificates, &request->waits_for);

    if (!request_must_wait(request) && error.status == ODO_OK) {
        return true;
    }
    request->attempt->end = request_must_wait(request) ? ATTEMPT_ASK_AGAIN : ATTEMPT_FAILED;
    request->attempt->error = error;
    return false;
}

/* Called when libcurl is connected and about to send the request. */
static int on_connected(void *context, char *remote_address, char *local_address,
                        int remote_port, int local_port)
{
    struct request *request = context;
    struct request_peer peer = {.address = remote_address, .port = (uint16_t)remote_port};
    long opened = 0;

    (void)local_address;
    (void)local_port;
    if (request->must_verify && !is_trusted(request)) {
        return CURL_PREREQFUNC_ABORT;
    }
    curl_easy_getinfo(request->easy, CURLINFO_NUM_CONNECTS, &opened);
    if (opened > 0) {
        request->task->listener->on_connected(request->task->context, &peer);
    }
    return CURL_PREREQFUNC_OK;
}

static void note_body(struct request *request, size_t size)
{
    if (!request->is_receiving && attempt_is_taking(request->attempt)) {
        request->is_receiving = true;
        origin_body_began(request->origin, platform_clock_microseconds());
    } else {
        origin_received(request->origin, size);
    }
}

/* The stream has no room: libcurl will deliver all of this data again later. */
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
    enum body_outcome outcome;

    (void)unit; /* always 1 */
    watchdog_note_body(request->watchdog, size);
    request->rounds = 0;
    if (attempt->body == ATTEMPT_UNANSWERED) {
        fail(request, ODO_E_INVALID_REPLY); /* a body without a header */
        return 0;
    }
    if (request->carried_over >= size) { /* consumed last time */
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
    outcome = body_writer_take(&request->writer, bytes + request->carried_over,
                               size - request->carried_over, &taken);
    if (outcome == BODY_PAUSED) {
        request->carried_over += taken;
        return pause(request);
    }
    request->carried_over = 0;
    if (attempt->end != ATTEMPT_OPEN) {
        note_due(request);
    }
    /* A completed attempt ends by itself or is stopped after libcurl has returned. */
    return outcome == BODY_TAKEN || attempt->end == ATTEMPT_ENOUGH ? size : 0;
}

/* A connection is established and the request is on its way. */
static bool was_sent(const struct request *request)
{
    curl_off_t asked_us = 0;

    curl_easy_getinfo(request->easy, CURLINFO_PRETRANSFER_TIME_T, &asked_us);
    return asked_us > 0;
}

/* Called once per round, and once per line while a proxy answers. A server can keep libcurl in
 * its loop, for instance with HTTP/2 GOAWAY frames, after each of which it looks for more. */
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

/* Prepare to receive the body. */
static enum odo_status prepare_body(struct request *request, bool was_known)
{
    const struct request_task *task = request->task;
    enum odo_status status =
        body_writer_prepare(&request->writer, reply_head_value(request->easy, "Content-Type"));

    if (status == ODO_OK && !was_known && request->attempt->end != ATTEMPT_ASK_AGAIN) {
        status = task->listener->on_version(task->context);
    }
    return status;
}

/* The header is complete: evaluate it. Returns false to drop the connection. */
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
    if (attempt->ending == ATTEMPT_ENDS_WITH_TLS) {
        tls_end_watch(request->easy, &request->tls_was_closed); /* else it counts as lost */
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

/* For the client, as many lines as there is room for, and the empty one. Only libcurl's copy
 * decides. */
static enum odo_status keep_header(struct request *request, const char *line, size_t size,
                                   bool is_end)
{
    static const char end[] = "\r\n";
    struct buffer *block = &request->header_block;

    if (is_end) {
        return buffer_append(block, end, sizeof(end) - 1);
    }
    if (size > block->limit - (sizeof(end) - 1) - block->size) {
        return ODO_OK;
    }
    return buffer_append(block, line, size);
}

static size_t on_header(char *line, size_t unit, size_t size, void *context)
{
    struct request *request = context;
    bool is_end = size > 0 && (line[0] == '\r' || line[0] == '\n'); /* to libcurl, it is */
    enum odo_status status;
    long code = 0;

    (void)unit;
    request->header_bytes += size;
    if (request->header_bytes > REQUEST_ALL_HEADERS_MAX) {
        fail(request, ODO_E_INVALID_REPLY); /* endless interim replies or trailers */
        return 0;
    }
    if (request->attempt->body != ATTEMPT_UNANSWERED) {
        return size; /* a trailer */
    }
    if (size >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        buffer_clear(&request->header_block);
        request->header_size = 0;
        request->header_lines = 0;
    }
    request->header_size += size;
    request->header_lines++;
    if (request->header_size > REQUEST_HEADER_MOST ||
        request->header_lines > REQUEST_HEADER_LINES_MOST) {
        fail(request, ODO_E_INVALID_REPLY);
        return 0;
    }
    status = keep_header(request, line, size, is_end);
    if (status != ODO_OK) {
        fail(request, status);
        return 0;
    }
    if (!is_end) {
        return size;
    }
    curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &code);
    if (code >= 100 && code < 200) {
        return size; /* an interim reply; the final one follows */
    }
    return on_header_end(request) ? size : 0;
}

static enum odo_status open_socket(const struct curl_sockaddr *address, intptr_t *socket_out)
{
    return platform_socket_open(address->family, address->socktype, address->protocol,
                                socket_out);
}

/* Replaces libcurl's own, which does not report why socket() failed. */
static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct request *request = context;
    struct spare_connections *spares = request->task->spares;
    intptr_t made = -1;

    (void)purpose;
    request->has_spare = spare_connections_take(spares, &address->addr, &made);
    if (request->has_spare) {
        return (curl_socket_t)made;
    }
    request->no_socket = open_socket(address, &made);
    if (request->no_socket == ODO_E_TOO_MANY_OPEN_FILES && spares->count > 0) {
        spare_connections_close(spares);
        request->no_socket = open_socket(address, &made);
    }
    return request->no_socket == ODO_OK ? (curl_socket_t)made : CURL_SOCKET_BAD;
}

/* libcurl is about to connect it. */
static int on_opened(void *context, curl_socket_t socket, curlsocktype purpose)
{
    struct request *request = context;

    (void)purpose;
    if (!watchdog_add(request->watchdog, (intptr_t)socket)) {
        return CURL_SOCKOPT_ERROR;
    }
    return request->has_spare ? CURL_SOCKOPT_ALREADY_CONNECTED : CURL_SOCKOPT_OK;
}

/* With these options and values curl_easy_setopt() fails only when out of memory. */
#define SET(option, value) (failed |= curl_easy_setopt(easy, option, value) != CURLE_OK)

/*
 * After HTTP/2, libcurl before 8.7 keeps the buffer of an idle handle and refuses to resize it;
 * such a handle is replaced.
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

/* Bytes a second, below which a request counts as stalled. The rest of a range can be requested
 * elsewhere; a plain request may be the only one that the server serves, so it lasts as long as
 * bytes come. */
static long least_rate(const struct attempt *attempt)
{
    return attempt->sent_range ? 4000L : 1L;
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
    SET(CURLOPT_URL, url); /* libcurl copies it */
    memory_free(url);
    SET(CURLOPT_PATH_AS_IS, 1L); /* use the URL exactly as given */
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_HTTP09_ALLOWED, 0L);
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_USERAGENT, start->user_agent);
    SET(CURLOPT_HTTPHEADER, request->headers);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_FRESH_CONNECT, start->use_new_connection ? 1L : 0L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)start->connect_timeout_ms);
    SET(CURLOPT_LOW_SPEED_LIMIT, least_rate(request->attempt));
    SET(CURLOPT_LOW_SPEED_TIME, (long)start->stall_timeout_s);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, request);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, request);
    SET(CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(CURLOPT_XFERINFODATA, request);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_PRIVATE, request);
    SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
    SET(CURLOPT_OPENSOCKETDATA, request);
    SET(CURLOPT_SOCKOPTFUNCTION, on_opened);
    SET(CURLOPT_SOCKOPTDATA, request);
    SET(CURLOPT_PREREQFUNCTION, on_connected);
    SET(CURLOPT_PREREQDATA, request);
    if (request->attempt->sent_range) {
        transfer_write_ranges(request->attempt, ranges);
        SET(CURLOPT_RANGE, ranges);
    }
    if (start->proxy) {
        SET(CURLOPT_PROXY, start->proxy);
        SET(CURLOPT_NOPROXY, ""); /* the environment's exceptions apply to its own proxy only */
    }
    if (!source_is_foreign(&request->task->transfer->source) && http->client_certificate &&
        *http->client_certificate) {
        SET(CURLOPT_SSLCERT, http->client_certificate);
    }
    failed |= !watchdog_attach(start->watchdog, easy);
    failed |= !server_certificate_prepare(easy, start->ca_file, request->security_flags);
    request->must_verify = server_certificate_is_ours(start->ca_file);
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
    body_writer_begin(&request->writer, task, attempt);
    request->no_socket = ODO_OK;
    request->carried_over = 0;
    request->is_receiving = false;
    request->is_paused = false;
    request->is_yielding = false;
    request->turn = 0;
    request->rounds = 0;
    request->heard_at_ms = 0;
    request->tls_was_closed = false;
    status = request_headers_make(task, attempt, &request->headers)
                 ? set_options(request, start)
                 : ODO_E_OUT_OF_MEMORY;
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

/* The status with which a proxy refused a CONNECT, or 0. */
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

/* The reply ended within its header. */
static bool is_in_header(const struct request *request)
{
    return was_sent(request) && request->attempt->body == ATTEMPT_UNANSWERED;
}

struct odo_error request_result(const struct request *request, CURLcode code)
{
    struct odo_error result = {.status = curl_status(code)};
    uint16_t http_status = code != CURLE_OK ? refused_tunnel(request) : 0;

    if (code == CURLE_OK && request->attempt->ending == ATTEMPT_ENDS_WITH_TLS &&
        !request->tls_was_closed) {
        result.status = ODO_E_CONNECTION_LOST;
    }
    if (code == CURLE_OUT_OF_MEMORY && is_in_header(request)) {
        result.status = ODO_E_INVALID_REPLY; /* reported by libcurl for an endless line */
    }
    if (code == CURLE_COULDNT_CONNECT && request->no_socket != ODO_OK) {
        result.status = request->no_socket;
    }
    if (http_status != 0) {
        result = (struct odo_error){.status = ODO_E_HTTP_STATUS, .http_status = http_status};
    } else if (result.status == ODO_E_CERTIFICATE) {
        result.cause = server_certificate_fault(request->easy, code);
    }
    return result;
}
