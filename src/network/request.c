#include "network/request.h"

#include "base/memory.h"
#include "base/text.h"
#include "http/header_lines.h"
#include "network/ascii_url.h"
#include "network/http_settings.h"
#include "network/origin.h"
#include "network/request_pieces.h"
#include "network/server_certificate.h"
#include "network/throttle.h"
#include "network/transfer.h"
#include "output/sink.h"
#include "platform/clock.h"
#include "ranges/content_range.h"
#include "ranges/range_layout.h"

#include <assert.h>
#include <string.h>

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
    assert(!request->transfer);
    memory_free(request->found_proxy);
    curl_easy_cleanup(request->easy);
    curl_slist_free_all(request->headers);
    buffer_free(&request->header_block);
    memory_free(request->gathered);
    memory_free(request->pieces);
    memory_free(request);
}

void request_reset(struct request *request)
{
    request->hedged = NULL;
    memory_free(request->found_proxy);
    request->found_proxy = NULL;
    curl_easy_reset(request->easy);
    curl_slist_free_all(request->headers);
    request->headers = NULL;
    request->transfer = NULL;
    request->next = NULL;
    buffer_clear(&request->header_block);
    request->gathered_size = 0;
}

static void fail(struct request *request, enum odo_status status)
{
    request->outcome = REQUEST_FAILED;
    request->error = (struct odo_error){.status = status};
}

/* The body is longer than its Content-Range said. */
static void fail_as_too_long(struct request *request)
{
    long http_status = 0;

    fail(request, ODO_E_CONTENT_MISMATCH);
    curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &http_status);
    request->error.http_status = (uint16_t)http_status;
}

/* Gather at most the span, so that many small requests do not take a mebibyte each. */
static enum odo_status reserve_gathering(struct request *request)
{
    size_t wanted = request->hedged ? REQUEST_HEDGE_MOST : REQUEST_GATHER_SIZE;
    unsigned char *larger;

    if (!request->whole && request_pieces_total(request) < wanted) {
        wanted = (size_t)request_pieces_total(request);
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

static uint64_t span_end(const struct request *request)
{
    return request->span.length == BYTE_RANGE_TO_END
               ? UINT64_MAX
               : request->span.offset + request->span.length;
}

enum odo_status request_flush(struct request *request)
{
    enum odo_status status;

    if (request->phase != REQUEST_TAKING || request->hedged) {
        return ODO_OK;
    }
    if (request->gathered_size > 0) {
        status = sink_write(request->transfer->sink,
                            request->transfer->run_output + request->gathered_output,
                            request->gathered, request->gathered_size);
        if (status != ODO_OK) {
            fail(request, status);
            return status;
        }
        request->delivered += request->gathered_size;
        transfer_delivered(request->transfer,
                           request->transfer->run_output + request->gathered_output,
                           request->gathered_size);
        request->gathered_size = 0;
    }
    if (request->position > request->gathered_from) {
        request->gathered_from =
            request->position < span_end(request) ? request->position : span_end(request);
    }
    request_pieces_flushed(request);
    return request->outcome == REQUEST_ASK_AGAIN ? ODO_E_CANCELLED : ODO_OK;
}

struct byte_range request_rest(const struct request *request)
{
    uint64_t from = request->gathered_from;

    if (request->span.length == BYTE_RANGE_TO_END) {
        return (struct byte_range){from, BYTE_RANGE_TO_END};
    }
    return (struct byte_range){from, span_end(request) - from};
}

void request_take_from(struct request *request, uint64_t offset, bool whole)
{
    request->phase = REQUEST_TAKING;
    request->whole = whole;
    if (request_has_pieces(request)) {
        request->body_offset = offset;
    } else {
        request->position = offset;
    }
}

enum odo_status request_take_parts(struct request *request, const char *content_type)
{
    enum odo_status status = multipart_reader_init(&request->reader, content_type);

    if (status == ODO_OK) {
        request->phase = REQUEST_TAKING;
        request->in_parts = true;
    }
    return status;
}

/* Keep wanted bytes for the place `output`. */
static enum odo_status gather(struct request *request, uint64_t output,
                              const unsigned char *data, size_t size)
{
    enum odo_status status;

    if (request->gathered_size > 0 &&
        (request->gathered_output + request->gathered_size != output ||
         request->gathered_size == request->gathered_capacity)) {
        status = request_flush(request);
        if (status != ODO_OK) {
            return status;
        }
    }
    while (size > 0) {
        size_t part = request->gathered_capacity - request->gathered_size;

        part = part < size ? part : size;
        if (request->gathered_size == 0) {
            request->gathered_output = output;
            request->gathered_at_ms = platform_clock_milliseconds();
        }
        memcpy(request->gathered + request->gathered_size, data, part);
        request->gathered_size += part;
        request->position += part;
        output += part;
        data += part;
        size -= part;
        if (request->gathered_size == request->gathered_capacity) {
            status = request_flush(request);
            if (status != ODO_OK) {
                return status;
            }
        }
    }
    return ODO_OK;
}

/* Of a whole file being read: this span has been had; which is next? */
static enum odo_status begin_next_span(struct request *request)
{
    enum odo_status status = request_flush(request);

    if (status != ODO_OK) {
        return status;
    }
    if (!transfer_next_span(request->transfer, request)) {
        request->outcome = REQUEST_ENOUGH;
        return ODO_E_CANCELLED;
    }
    return ODO_OK;
}

/* Bytes from `offset` of the file on: each to the piece that waits for it, or nowhere. */
static enum odo_status take_for_pieces(struct request *request, uint64_t offset,
                                       const unsigned char *data, size_t size)
{
    enum odo_status status = ODO_OK;

    while (size > 0 && status == ODO_OK && request_pieces_select(request, offset)) {
        uint64_t limit = span_end(request) - offset;
        struct layout_run run = {.wanted = false};

        if (offset < request->position) {
            limit = request->position - offset;
        } else if (offset == request->position) {
            run = range_layout_find(&request->transfer->layout, offset, &request->layout_hint);
            limit = run.length < limit ? run.length : limit;
        }
        limit = limit < size ? limit : size;
        if (run.wanted) {
            status = gather(request, run.output, data, (size_t)limit);
        } else if (offset == request->position) {
            request->position += limit;
        }
        offset += limit;
        data += limit;
        size -= (size_t)limit;
    }
    return status;
}

static enum odo_status take_parts(struct request *request, const unsigned char *data,
                                  size_t size)
{
    enum odo_status status = ODO_OK;

    while (size > 0 && status == ODO_OK) {
        struct multipart_event event;
        size_t taken = multipart_reader_next(&request->reader, data, size, &event);

        data += taken;
        size -= taken;
        if (event.kind == MULTIPART_BODY) {
            status = take_for_pieces(request, event.offset, event.data, event.size);
        } else if (event.kind == MULTIPART_FAILED) {
            transfer_ranges_unusable(request);
            status = ODO_E_CANCELLED;
        } else if (event.kind == MULTIPART_PART &&
                   !transfer_judge_part(request->transfer, request, &event.part)) {
            status = ODO_E_CANCELLED;
        }
    }
    return status;
}

/* The body of a reply to several pieces. It may hold more than was asked for, within reason. */
static enum odo_status take_pieces(struct request *request, const unsigned char *data,
                                   size_t size)
{
    enum odo_status status;

    if (request->arrived / 2 > request_pieces_total(request) + REQUEST_SURPLUS_MOST) {
        transfer_ranges_unusable(request);
        return ODO_E_CANCELLED;
    }
    if (request->in_parts) {
        status = take_parts(request, data, size);
    } else {
        status = take_for_pieces(request, request->body_offset, data, size);
        request->body_offset += size;
    }
    return status;
}

/* Sort a piece of the body into what goes to the sink and what is dropped. */
static enum odo_status take(struct request *request, const unsigned char *data, size_t size)
{
    enum odo_status status = ODO_OK;

    while (size > 0 && status == ODO_OK) {
        struct layout_run run = {.wanted = false};
        uint64_t limit;

        if (request->position >= span_end(request)) {
            if (request->is_cut) {
                request->outcome = REQUEST_ENOUGH;
                return ODO_E_CANCELLED;
            }
            if (!request->whole) {
                fail_as_too_long(request);
                return ODO_E_CONTENT_MISMATCH;
            }
            status = begin_next_span(request);
            continue;
        }
        if (request->position < request->span.offset) {
            limit = request->span.offset - request->position;
        } else {
            run = range_layout_find(&request->transfer->layout, request->position,
                                    &request->layout_hint);
            limit = span_end(request) - request->position;
            limit = run.length < limit ? run.length : limit;
        }
        limit = limit < size ? limit : size;
        if (run.wanted) {
            status = gather(request, run.output, data, (size_t)limit);
        } else {
            request->position += limit;
        }
        data += limit;
        size -= (size_t)limit;
    }
    return status;
}

/*
 * A whole file that is read for a stream cannot be asked for in parts: when the buffer might
 * not hold a piece of it, it waits. Other requests have their place reserved.
 */
static bool must_pause(const struct request *request, size_t size)
{
    struct stream *stream = request->transfer->options.stream;

    return stream && request->whole && stream_room(stream) < request->gathered_size + size;
}

/* A cap on the rate is reached: libcurl keeps the bytes until there is room. */
static bool must_hold(struct request *request, size_t size)
{
    uint64_t now_ms = platform_clock_milliseconds();

    if (!request->transfer->throttle || throttle_pass(request, size, now_ms)) {
        request->heard_at_ms = now_ms;
        return false;
    }
    request->is_held = true;
    request->held_since_ms = now_ms;
    if (!request->was_paused) {
        /* Slow is what it was told to be: from here on the downloader looks after it. */
        request->was_paused = true;
        curl_easy_setopt(request->easy, CURLOPT_LOW_SPEED_LIMIT, 0L);
    }
    return true;
}

static size_t on_body(char *data, size_t unit, size_t size, void *context)
{
    struct request *request = context;

    (void)unit; /* always 1 */
    if (request->phase == REQUEST_TAKING && must_pause(request, size)) {
        request->is_paused = true;
        request->was_paused = true;
        return CURL_WRITEFUNC_PAUSE; /* the same bytes come again */
    }
    if (must_hold(request, size)) {
        return CURL_WRITEFUNC_PAUSE;
    }
    if (request->arrived == 0 && request->phase == REQUEST_TAKING) {
        request->arrived_first = size;
        request->is_bringing = true;
        request->body_at_ms = platform_clock_milliseconds();
        origin_body_began(request->origin, platform_clock_microseconds());
    } else {
        origin_received(request->origin, size);
    }
    request->arrived += size;
    transfer_received(request->transfer, size);
    switch (request->phase) {
    case REQUEST_AWAITING:
        fail(request, ODO_E_INVALID_REPLY); /* a body without a header */
        return 0;
    case REQUEST_DRAINING:
        return size;
    case REQUEST_TAKING:
        break;
    }
    if (request_has_pieces(request)) {
        if (take_pieces(request, (const unsigned char *)data, size) != ODO_OK) {
            return 0;
        }
    } else if (take(request, (const unsigned char *)data, size) != ODO_OK) {
        return 0;
    }
    if (request->is_cut && request_pieces_complete(request) == request->piece_count) {
        request->outcome = REQUEST_ENOUGH;
        return 0;
    }
    /* The last byte of the last span of a whole file: do not wait for the rest of it. */
    if (request->whole && request->position >= span_end(request) &&
        begin_next_span(request) != ODO_OK) {
        return 0;
    }
    return size;
}

static bool reply_is_short(struct request *request)
{
    curl_off_t length = -1;

    return curl_easy_getinfo(request->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length) ==
               CURLE_OK &&
           length >= 0 && length <= REQUEST_DRAIN_MAX;
}

/* The header has ended: have it judged. Returns false to drop the connection. */
static bool on_header_end(struct request *request)
{
    if (transfer_judge(request->transfer, request)) {
        if (reserve_gathering(request) != ODO_OK) {
            fail(request, ODO_E_OUT_OF_MEMORY);
            return false;
        }
        return true;
    }
    request->phase = REQUEST_DRAINING;
    return reply_is_short(request);
}

static size_t on_header(char *line, size_t unit, size_t size, void *context)
{
    struct request *request = context;
    bool is_end =
        (size == 2 && line[0] == '\r' && line[1] == '\n') || (size == 1 && line[0] == '\n');
    enum odo_status status;
    long code = 0;

    (void)unit;
    if (request->phase != REQUEST_AWAITING) {
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

const char *request_header(struct request *request, const char *name)
{
    struct curl_header *header = NULL;

    if (curl_easy_header(request->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK ||
        header->amount != 1) {
        return NULL;
    }
    return header->value;
}

bool request_header_is_repeated(struct request *request, const char *name)
{
    struct curl_header *header = NULL;

    return curl_easy_header(request->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK &&
           header->amount > 1;
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
static bool add_client_headers(struct request *request, const struct request_start *start)
{
    const struct http_settings *http = start->http;
    const char *vector = http ? http->correlation_vector : NULL;
    char *line = NULL;
    bool is_added;

    if (!http) {
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
           (!start->authenticate ||
            header_lines_each(http->authentication_headers, add_client_header, request));
}

static enum odo_status add_headers(struct request *request, const struct request_start *start)
{
    char *line;
    bool added;

    /* Ranges address the encoded form, so there must not be one (RFC 9110 section 8.4). */
    if (!add_header(request, "Accept-Encoding: identity")) {
        return ODO_E_OUT_OF_MEMORY;
    }
    if (start->if_range) {
        line = text_format("If-Range: %s", start->if_range);
        added = line && add_header(request, line);
        memory_free(line);
        if (!added) {
            return ODO_E_OUT_OF_MEMORY;
        }
    }
    return add_client_headers(request, start) ? ODO_OK : ODO_E_OUT_OF_MEMORY;
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
    CURL *easy;
    char ranges[REQUEST_RANGES_TEXT_MOST + RANGE_TEXT_SIZE];
    char *url = NULL;
    bool failed = false;
    enum odo_status status;

    if (!size_buffer(request)) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = ascii_url(start->url, &url);
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
    SET(CURLOPT_PRIVATE, request);
    if (start->send_range) {
        request_pieces_write(start, ranges);
        SET(CURLOPT_RANGE, ranges);
    }
    if (start->proxy) {
        SET(CURLOPT_PROXY, start->proxy);
        SET(CURLOPT_NOPROXY, ""); /* the environment's exceptions are for its own proxy */
    }
    if (start->http && start->http->client_certificate && *start->http->client_certificate) {
        SET(CURLOPT_SSLCERT, start->http->client_certificate);
    }
    failed |= !server_certificate_prepare(request, start->ca_file);
    return failed ? ODO_E_OUT_OF_MEMORY : ODO_OK;
}

enum odo_status request_prepare(struct request *request, struct download *transfer,
                                const struct request_start *start)
{
    enum odo_status status;

    assert(!request->transfer);
    request->span = start->span;
    request->asked = start->span;
    request->sent_range = start->send_range;
    request->sent_if_range = start->if_range != NULL;
    request->sent_authentication = start->authenticate;
    request->security_flags = server_certificate_flags(start->security_flags);
    request->certificates = start->certificates;
    request->waits_for = (struct look_up_wait){.look_up = NULL};
    request->sent_at_ms = platform_clock_milliseconds();
    request->phase = REQUEST_AWAITING;
    request->whole = false;
    request->has_no_span = start->hedged != NULL; /* it is the other one's */
    request->is_paused = false;
    request->is_cut = false;
    request->arrived = 0;
    request->arrived_first = 0;
    request->was_paused = false;
    request->is_held = false;
    request->hedged = start->hedged;
    request->is_hedged = false;
    request->hedges = 0;
    request->is_bringing = false;
    request->in_parts = false;
    request->retry_after_ms = UINT64_MAX;
    request->position = start->span.offset;
    request->delivered = 0;
    request->outcome = REQUEST_OPEN;
    request->error = (struct odo_error){.status = ODO_OK};
    request->gathered_size = 0;
    request->gathered_from = start->span.offset;
    request->layout_hint = 0;

    status = request_pieces_set(request, start);
    if (status == ODO_OK) {
        status = add_headers(request, start);
    }
    if (status == ODO_OK) {
        status = set_options(request, start);
    }
    if (status != ODO_OK) {
        request_reset(request);
        return status;
    }
    request->transfer = transfer;
    return ODO_OK;
}

void request_measure(const struct request *request, uint64_t now_ms)
{
    struct measurement *measurement = &request->origin->measurement;
    curl_off_t sent_us = 0;
    curl_off_t began_us = 0;
    curl_off_t ended_us = 0;
    long version = 0;

    if (request->phase != REQUEST_TAKING || request->arrived == 0) {
        return;
    }
    curl_easy_getinfo(request->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
    curl_easy_getinfo(request->easy, CURLINFO_STARTTRANSFER_TIME_T, &began_us);
    curl_easy_getinfo(request->easy, CURLINFO_TOTAL_TIME_T, &ended_us);
    curl_easy_getinfo(request->easy, CURLINFO_HTTP_VERSION, &version);
    origin_replied(request->origin, request->arrived, version == CURL_HTTP_VERSION_2_0);
    if (began_us > sent_us) {
        measurement_add_latency(measurement, (uint64_t)(began_us - sent_us), now_ms);
    }
    if (ended_us > began_us && !request->was_paused) {
        measurement_add_rate(measurement, request->arrived - request->arrived_first,
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

void request_note_refused_tunnel(struct request *request)
{
    enum { REFUSED_FROM = 300, REFUSED_TO = 600 };
    long code = 0;

    curl_easy_getinfo(request->easy, CURLINFO_HTTP_CONNECTCODE, &code);
    if (request->outcome == REQUEST_OPEN && request->phase == REQUEST_AWAITING &&
        code >= REFUSED_FROM && code < REFUSED_TO) {
        request->outcome = REQUEST_FAILED;
        request->error =
            (struct odo_error){.status = ODO_E_HTTP_STATUS, .http_status = (uint16_t)code};
    }
}

void request_note_result(struct request *request, CURLcode code)
{
    enum odo_status status = request_status_from_curl(code);

    if (request->outcome == REQUEST_OPEN && status == ODO_E_CERTIFICATE) {
        request->outcome = REQUEST_FAILED;
        request->error = (struct odo_error){
            .status = status,
            .cause = server_certificate_fault(request->easy, code),
        };
    }
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
