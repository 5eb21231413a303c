/*
 * What a reply means for a transfer: ask the judge (response_verdict.h), and act on what it
 * says. Called in libcurl's callbacks, so whatever touches other requests is only noted here.
 */
#include "network/transfer.h"

#include "base/memory.h"
#include "base/text.h"
#include "http/http_date.h"
#include "http/redirect.h"
#include "http/response_verdict.h"
#include "http/retry.h"
#include "network/integrity.h"
#include "network/origin.h"
#include "network/request.h"
#include "network/request_pieces.h"
#include "network/transfer_plan.h"
#include "output/sink.h"
#include "platform/clock.h"

#include <string.h>

static void fail(struct request *request, const struct odo_error *error)
{
    request->outcome = REQUEST_FAILED;
    request->error = *error;
}

static void fail_with(struct request *request, enum odo_status status)
{
    fail(request, &(struct odo_error){.status = status});
}

/* A header that decides how the body is read: when there are several, it is none that we know.
 */
static const char *decisive_header(struct request *request, const char *name)
{
    return request_header_is_repeated(request, name) ? "," : request_header(request, name);
}

/* All values of a header that is a list, as one. The caller frees *copy_out, which may be NULL.
 */
static const char *joined_header(struct request *request, const char *name, char **copy_out)
{
    struct curl_header *header = NULL;
    size_t index = 0;

    *copy_out = NULL;
    if (!request_header_is_repeated(request, name)) {
        return request_header(request, name);
    }
    while (curl_easy_header(request->easy, name, index++, CURLH_HEADER, -1, &header) ==
           CURLHE_OK) {
        char *longer = *copy_out ? text_format("%s, %s", *copy_out, header->value)
                                 : text_copy(header->value);

        memory_free(*copy_out);
        *copy_out = longer;
        if (!longer) {
            return ","; /* another coding than any: so it is asked for again */
        }
    }
    return *copy_out;
}

/* The bytes that this transfer still wants, this request's and the other ones' included. */
static void describe_want(const struct download *transfer, struct response_context *context)
{
    const struct range_set *wanted = &transfer->wanted;
    const struct byte_range *last;

    if (wanted->count == 0) {
        return;
    }
    last = &wanted->items[wanted->count - 1];
    context->wanted_is_open = last->length == BYTE_RANGE_TO_END;
    context->wanted_end = context->wanted_is_open ? last->offset : last->offset + last->length;
    context->wanted_bytes = transfer_plan_missing(transfer);
}

static bool is_http_2(const struct request *request)
{
    long version = 0;

    curl_easy_getinfo(request->easy, CURLINFO_HTTP_VERSION, &version);
    return version >= CURL_HTTP_VERSION_2_0;
}

/* The verdict borrows from the reply and from *codings_out, which the caller frees. */
static struct response_verdict ask_judge(const struct download *transfer,
                                         struct request *request, char **codings_out)
{
    const struct checkpoint *known = &transfer->known;
    struct response_question question = {
        .span = request_pieces_hull(request),
        .sent_many = request_has_pieces(request),
        .sent_range = request->sent_range,
        .sent_if_range = request->sent_if_range,
    };
    struct response_context context = {
        .version_is_known = transfer->version_is_known,
        .known_size = known->file_size,
        .known_etag = known->entity_tag,
        .known_date = known->last_modified,
        .known_encoding = known->content_encoding,
        .stated_size = transfer->options.stated_size,
        .wants_whole_file = transfer->options.range_count == 0,
        .refuse_salvage = transfer->rules->refuse_salvage,
    };
    struct response_header header = {
        .content_length = -1,
        .content_range = decisive_header(request, "Content-Range"),
        .content_type = request_header(request, "Content-Type"),
        .content_encoding = joined_header(request, "Content-Encoding", codings_out),
        .etag = request_header(request, "ETag"),
        .last_modified = request_header(request, "Last-Modified"),
        .date = request_header(request, "Date"),
        .has_location = request_header(request, "Location") != NULL,
    };
    const char *coding = decisive_header(request, "Transfer-Encoding");
    curl_off_t length = -1;
    long status = 0;

    curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(request->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    header.status = (int)status;
    header.content_length = length;
    header.is_chunked = coding != NULL; /* libcurl takes it apart, or refuses it */
    header.ends_with_connection = length < 0 && !coding && !is_http_2(request);
    describe_want(transfer, &context);
    return response_verdict_judge(&question, &context, &header);
}

static bool replace_text(char **place, const char *text)
{
    char *copy = text && *text ? text_copy(text) : NULL;

    if (text && *text && !copy) {
        return false;
    }
    memory_free(*place);
    *place = copy;
    return true;
}

static enum odo_status reserve_room(const struct download *transfer)
{
    uint64_t total = transfer_plan_total(transfer);

    return transfer->sink && total != ODO_SIZE_UNKNOWN ? sink_reserve(transfer->sink, total)
                                                       : ODO_OK;
}

/* The first reply of a version: from now on, every other one must agree with it. */
static enum odo_status learn_version(struct download *transfer,
                                     const struct response_verdict *verdict)
{
    struct checkpoint *known = &transfer->known;
    enum odo_status status;

    if (transfer->options.memory && verdict->file_size != ODO_SIZE_UNKNOWN &&
        verdict->file_size > transfer->options.memory->limit) {
        return ODO_E_TOO_MANY;
    }
    if (verdict->file_size != ODO_SIZE_UNKNOWN) {
        status = transfer_learn_size(transfer, verdict->file_size);
        if (status != ODO_OK) {
            return status;
        }
        known->file_size = verdict->file_size;
        status = integrity_check_size(transfer, verdict->file_size);
        if (status != ODO_OK) {
            return status;
        }
    }
    if (transfer->version_is_known) {
        return ODO_OK;
    }
    if (!replace_text(&known->entity_tag, verdict->etag) ||
        !replace_text(&known->last_modified, verdict->last_modified) ||
        !replace_text(&known->content_encoding, verdict->content_encoding)) {
        return ODO_E_OUT_OF_MEMORY;
    }
    transfer->date_is_strong = verdict->last_modified_is_strong;
    transfer->version_is_known = true;
    transfer_note_due(transfer); /* other requests may go out now, not at the next tick */
    transfer->last_modified_us = 0;
    if (known->last_modified) {
        http_date_parse(known->last_modified, platform_clock_wall_us(),
                        &transfer->last_modified_us);
    }
    return reserve_room(transfer);
}

/* The open end of the first request's span has become known: nothing is wanted behind it. */
static void trim_span(const struct download *transfer, struct request *request)
{
    uint64_t size = transfer->file_size;

    uint64_t left = size > request->span.offset ? size - request->span.offset : 0;

    if (size != ODO_SIZE_UNKNOWN && request->span.length > left) {
        request->span.length = left;
    }
}

static void keep_headers(struct download *transfer, const struct request *request)
{
    const struct buffer *block = &request->header_block;

    buffer_clear(&transfer->response_headers);
    transfer->headers_are_new = false; /* it is no text without its zero */
    if (buffer_append(&transfer->response_headers, block->data, block->size) == ODO_OK &&
        buffer_append(&transfer->response_headers, "", 1) == ODO_OK) {
        transfer->headers_are_new = true;
    }
}

static bool take(struct download *transfer, struct request *request,
                 const struct response_verdict *verdict)
{
    enum odo_status status = learn_version(transfer, verdict);

    transfer->redirects = 0;
    transfer->redirect_failed = false;
    if (status != ODO_OK) {
        fail_with(request, status);
        return false;
    }
    if (!request_has_pieces(request)) {
        trim_span(transfer, request);
    }
    if (verdict->kind == RESPONSE_TAKE_WHOLE) {
        transfer->is_sequential = transfer->is_sequential || request->sent_range;
    }
    if (verdict->kind == RESPONSE_TAKE_PART && !request_has_pieces(request) &&
        verdict->length > request->span.offset + request->span.length - verdict->offset) {
        request->is_cut = true; /* more than was asked for is on its way: end it in time */
    }
    request_take_from(request, verdict->offset, verdict->kind == RESPONSE_TAKE_WHOLE);
    return true;
}

void transfer_ranges_unusable(struct request *request)
{
    origin_ranges_unusable(request->origin);
    request->outcome = REQUEST_ASK_AGAIN;
}

bool transfer_judge_part(struct download *transfer, struct request *request,
                         const struct content_range *part)
{
    uint64_t size = transfer->file_size;

    if (part->total != ODO_SIZE_UNKNOWN && part->total != size) {
        transfer->must_restart = true;
        request->outcome = REQUEST_ASK_AGAIN;
        return false;
    }
    if (part->range.offset >= size || part->range.length > size - part->range.offset) {
        transfer_ranges_unusable(request);
        return false;
    }
    return true;
}

/* The ranges come in parts. Only where several were asked for: one is never in parts. */
static bool take_parts(struct request *request)
{
    if (request_take_parts(request, request_header(request, "Content-Type")) == ODO_OK) {
        return true;
    }
    transfer_ranges_unusable(request);
    return false;
}

static void follow_redirect(struct download *transfer, struct request *request)
{
    struct redirect_input input = {
        .url = transfer->url,
        .location = request_header(request, "Location"),
        .hops = transfer->redirects,
        .allow_insecure = transfer->rules->allow_insecure_redirects ||
                          transfer->options.http.allow_insecure_redirects,
    };
    struct redirect redirect;
    enum odo_status status = redirect_resolve(&input, &redirect);

    if (status != ODO_OK) {
        fail_with(request, status);
        return;
    }
    transfer->redirects++;
    /* Once elsewhere, always elsewhere: what comes back may have been led there. */
    transfer_use_url(transfer, redirect.url, true,
                     transfer->is_elsewhere || !redirect.same_origin);
    request->outcome = REQUEST_ASK_AGAIN;
}

/* The client's own server asks who it is, and the client has said what to answer, once. */
static bool may_authenticate(struct download *transfer, const struct request *request,
                             const struct odo_error *error)
{
    enum { UNAUTHORIZED = 401, PROXY_AUTHENTICATION_REQUIRED = 407 };
    const char *headers = transfer->options.http.authentication_headers;

    if ((error->http_status != UNAUTHORIZED &&
         error->http_status != PROXY_AUTHENTICATION_REQUIRED) ||
        transfer->is_elsewhere || request->sent_authentication || !headers || !*headers) {
        return false;
    }
    transfer->authenticates = true;
    return true;
}

static void note_reply(struct download *transfer, const struct request *request)
{
    const char *address = NULL;
    long status = 0;

    curl_easy_getinfo(request->easy, CURLINFO_PRIMARY_IP, &address);
    curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
    transfer->response_status = (uint16_t)status;
    if (address && strlen(address) < sizeof(transfer->server_address)) {
        memcpy(transfer->server_address, address, strlen(address) + 1);
    }
}

static void note_retry_after(struct request *request, const struct odo_error *error)
{
    const char *value = request_header(request, "Retry-After");

    if (value && retry_obeys_retry_after(error->http_status)) {
        http_retry_after_parse(value, request_header(request, "Date"), platform_clock_wall_us(),
                               &request->retry_after_ms);
    }
}

static bool act_on(struct download *transfer, struct request *request,
                   const struct response_verdict *verdict)
{
    if (request->hedged && verdict->kind != RESPONSE_TAKE_PART) {
        request->outcome = REQUEST_ASK_AGAIN; /* the other one will tell */
        return false;
    }
    if (!transfer->version_is_known || verdict->kind == RESPONSE_FAIL) {
        keep_headers(transfer, request);
    }
    switch (verdict->kind) {
    case RESPONSE_TAKE_PART:
    case RESPONSE_TAKE_WHOLE:
        return take(transfer, request, verdict);
    case RESPONSE_CHANGED:
        transfer->must_restart = true;
        request->outcome = REQUEST_ASK_AGAIN;
        return false;
    case RESPONSE_REDIRECT:
        follow_redirect(transfer, request);
        return false;
    case RESPONSE_RETRY_WITHOUT_IF_RANGE:
        transfer->without_if_range = true;
        request->outcome = REQUEST_ASK_AGAIN;
        return false;
    case RESPONSE_RETRY_WHOLE:
        transfer->without_range = true;
        request->outcome = REQUEST_ASK_AGAIN;
        return false;
    case RESPONSE_FEWER_RANGES:
        origin_ranges_answered(request->origin, request->pieces_sent, 0);
        request->outcome = REQUEST_ASK_AGAIN;
        return false;
    case RESPONSE_MULTIPART:
        if (request_has_pieces(request)) {
            return take_parts(request);
        }
        break;
    case RESPONSE_AT_END:
    case RESPONSE_PASSING:
        break;
    case RESPONSE_FAIL:
        if (may_authenticate(transfer, request, &verdict->error)) {
            request->outcome = REQUEST_ASK_AGAIN;
            return false;
        }
        break;
    }
    note_retry_after(request, &verdict->error);
    fail(request, &verdict->error);
    return false;
}

bool transfer_judge(struct download *transfer, struct request *request)
{
    struct response_verdict verdict;
    char *codings = NULL;
    bool is_taken;

    if (transfer->must_restart || transfer->has_failed) {
        request->outcome = REQUEST_ASK_AGAIN; /* decided already */
        return false;
    }
    note_reply(transfer, request);
    verdict = ask_judge(transfer, request, &codings);
    is_taken = act_on(transfer, request, &verdict);
    memory_free(codings);
    return is_taken;
}
