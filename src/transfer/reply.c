#include "transfer/reply.h"

#include "base/text.h"
#include "http/redirect.h"
#include "http/response_verdict.h"
#include "http/response_version.h"
#include "http/retry.h"
#include "transfer/lanes.h"
#include "transfer/phase.h"
#include "transfer/transfer.h"

static bool fail(struct attempt *attempt, const struct odo_error *error)
{
    attempt->body = ATTEMPT_DROPPED;
    attempt->end = ATTEMPT_FAILED;
    attempt->error = *error;
    return false;
}

static bool fail_with(struct attempt *attempt, enum odo_status status)
{
    return fail(attempt, &(struct odo_error){.status = status});
}

static bool ask_again(struct attempt *attempt)
{
    attempt->body = ATTEMPT_DROPPED;
    attempt->end = ATTEMPT_ASK_AGAIN;
    return false;
}

/* --- The verdict ---------------------------------------------------------------------- */

/* The bytes that this transfer still wants, including those in flight with any attempt. */
static void describe_want(const struct transfer *transfer, struct response_context *context)
{
    const struct range_set *wanted = &transfer->wanted.set;
    const struct byte_range *last;
    uint64_t had = transfer_had(transfer) > transfer->wanted.run_output
                       ? transfer_had(transfer) - transfer->wanted.run_output
                       : 0;
    uint64_t total = wanted_in_run(&transfer->wanted);

    if (wanted->count == 0) {
        return;
    }
    last = &wanted->items[wanted->count - 1];
    context->wanted_is_open = last->length == BYTE_RANGE_TO_END;
    context->wanted_end = context->wanted_is_open ? last->offset : last->offset + last->length;
    context->wanted_bytes = total > had ? total - had : 0;
}

static struct response_verdict judge(const struct transfer *transfer,
                                     const struct attempt *attempt,
                                     const struct response_header *header)
{
    const struct version_mark *mark = &transfer->version.mark;
    struct response_question question = {
        .span = attempt->asked,
        .sent_range = attempt->sent_range,
        .sent_if_range = attempt->sent_if_range,
        .sent_many = attempt->pieces_sent > 1,
    };
    struct response_context context = {
        .version_is_known = transfer->version.is_known,
        .known_size = mark->size,
        .known_etag = mark->etag,
        .known_date = mark->last_modified,
        .known_encoding = mark->encoding,
        .stated_size = transfer->setup.stated_size,
        .wants_whole_file = wanted_is_whole_file(&transfer->wanted),
        .refuse_salvage = transfer->rules->refuse_salvage,
        .allow_unknown_size = transfer->rules->allow_unknown_size,
    };

    if (context.wants_whole_file) {
        context.had_bytes = transfer_had(transfer); /* ranges may repeat a byte */
    }
    if (mark->size == ODO_SIZE_UNKNOWN && transfer->doubtful_size != ODO_SIZE_UNKNOWN) {
        context.known_size = transfer->doubtful_size;
        context.size_is_doubtful = true;
    }
    describe_want(transfer, &context);
    return response_verdict_judge(&question, &context, header);
}

/* --- Taking the body ------------------------------------------------------------------ */

/* The size is known now: close the open end of the last piece. */
static void trim(const struct transfer *transfer, struct attempt *attempt)
{
    struct attempt_piece *piece = &attempt->pieces[attempt->piece_count - 1];
    uint64_t size = transfer->wanted.file_size;
    uint64_t left = size > piece->span.offset ? size - piece->span.offset : 0;

    if (size != ODO_SIZE_UNKNOWN && piece->span.length > left) {
        piece->span.length = left;
    }
}

/* The first reply establishes the version; every later one must agree with it. */
static enum odo_status learn(struct transfer *transfer, const struct response_verdict *verdict)
{
    uint64_t size = verdict->file_size;
    enum odo_status status;

    if (size != ODO_SIZE_UNKNOWN && verdict->total_is_doubtful) {
        transfer->doubtful_size = size;
        size = ODO_SIZE_UNKNOWN;
    }
    if (transfer->setup.output == TRANSFER_TO_MEMORY && size != ODO_SIZE_UNKNOWN &&
        size > transfer->setup.memory_limit) {
        return ODO_E_TOO_MANY;
    }
    if (size != ODO_SIZE_UNKNOWN) {
        status = wanted_learn_size(&transfer->wanted, size);
        if (status != ODO_OK) {
            return status;
        }
        transfer->doubtful_size = ODO_SIZE_UNKNOWN;
    }
    return version_learn(&transfer->version, verdict);
}

/* A stream's window is shared: the first reply keeps its beginning, others may request the
 * rest. */
static void share_window(struct transfer *transfer, struct attempt *attempt)
{
    struct attempt_piece *piece = &attempt->pieces[0];
    uint64_t end = attempt_end_of(piece->span);

    if (transfer->setup.output != TRANSFER_TO_STREAM || attempt->purpose != ATTEMPT_FOR_FRONT ||
        lanes_most(transfer) < 2 || end == UINT64_MAX ||
        end - piece->position <= 2 * (uint64_t)TRANSFER_STREAM_MOST ||
        request_plan_split(&transfer->wanted.plan) != ODO_OK) {
        return;
    }
    request_plan_give_back(&transfer->wanted.plan,
                           lanes_cut(attempt, end - piece->position - TRANSFER_STREAM_MOST));
}

static bool take(struct transfer *transfer, struct attempt *attempt,
                 const struct response_header *header, const struct response_verdict *verdict)
{
    enum odo_status status;
    bool is_secure;

    if (verdict->kind == RESPONSE_TAKE_WHOLE && attempt->sent_range) {
        transfer->ranges = TRANSFER_RANGES_UNUSABLE;
        if (transfer_others_receive(transfer, attempt)) {
            return ask_again(attempt); /* another attempt receives the same bytes already */
        }
    } else if (verdict->kind == RESPONSE_TAKE_PART && attempt->sent_range) {
        transfer->ranges = TRANSFER_RANGES_HONOURED;
    }
    is_secure = text_starts_with_ignoring_case(attempt->url, "https:");
    if (verdict->end_is_doubtful && is_secure && !transfer->rules->tls_end_is_reported) {
        return fail_with(attempt, ODO_E_SIZE_UNKNOWN_IN_200); /* it may be truncated */
    }
    status = learn(transfer, verdict);
    if (status != ODO_OK) {
        return fail_with(attempt, status);
    }
    if (!transfer->wanted.layout_is_known) {
        /* An open-ended range precedes another one, so until its end is known no byte has a
         * place in the output. A request for the whole file may reveal the size. */
        attempt->range_is_suspect = verdict->kind == RESPONSE_TAKE_PART;
        return fail_with(attempt, verdict->kind == RESPONSE_TAKE_PART
                                      ? ODO_E_SIZE_UNKNOWN_IN_206
                                      : ODO_E_SIZE_UNKNOWN_IN_200);
    }
    if (transfer->list_refused > 0 && transfer->origin) {
        origin_ranges_answered(transfer->origin, transfer->list_refused, 0);
        transfer->list_refused = 0;
    }
    trim(transfer, attempt);
    if (verdict->end_is_doubtful) {
        attempt->ending = is_secure ? ATTEMPT_ENDS_WITH_TLS : ATTEMPT_ENDS_WITH_CONNECTION;
    }
    attempt->offset = verdict->offset;
    attempt->body =
        verdict->kind == RESPONSE_TAKE_WHOLE ? ATTEMPT_TAKES_FILE : ATTEMPT_TAKES_RUN;
    if (attempt->body == ATTEMPT_TAKES_RUN) {
        attempt->run_end = verdict->offset + verdict->length;
        attempt->length_is_told = header->content_length >= 0;
    }
    share_window(transfer, attempt);
    if (attempt_complete(attempt) == attempt->piece_count) { /* an empty file */
        attempt->end = ATTEMPT_ENOUGH;
    }
    return true;
}

/* The ranges arrive as parts, each of which states its own position. */
static bool take_parts(struct transfer *transfer, struct attempt *attempt,
                       const struct response_header *header)
{
    struct response_verdict told = {
        .file_size = ODO_SIZE_UNKNOWN, /* each part states it */
        .etag = header->etag,
        .last_modified = header->last_modified,
        .content_encoding = header->content_encoding,
        .last_modified_is_strong =
            response_version_date_is_strong(header->last_modified, header->date),
    };

    if (version_learn(&transfer->version, &told) != ODO_OK) {
        return fail_with(attempt, ODO_E_OUT_OF_MEMORY);
    }
    transfer->ranges = TRANSFER_RANGES_HONOURED;
    if (!transfer->wanted.layout_is_known) {
        if (transfer->origin) {
            origin_ranges_unusable(transfer->origin);
        }
        /* No byte has a place before the size is known. */
        return ask_again(attempt);
    }
    attempt->body = ATTEMPT_TAKES_PARTS;
    return true;
}

/* --- A different version -------------------------------------------------------------- */

static bool changed(struct transfer *transfer, struct attempt *attempt,
                    const struct response_verdict *verdict, int http_status)
{
    enum { RANGE_NOT_SATISFIABLE = 416 };
    struct odo_error error = {.status = ODO_E_FILE_CHANGED};
    struct response_version told = {
        .size = verdict->file_size,
        .etag = verdict->etag,
        .last_modified = verdict->last_modified,
        .content_encoding = verdict->content_encoding,
    };

    if (transfer_others_receive(transfer, attempt)) {
        return fail(attempt, &error); /* perhaps one node of several: others continue */
    }
    if (http_status == RANGE_NOT_SATISFIABLE && verdict->file_size == ODO_SIZE_UNKNOWN) {
        transfer->ranges = TRANSFER_RANGES_UNUSABLE; /* inconclusive: ask for the whole file */
        return ask_again(attempt);
    }
    if (!version_has_validators(&transfer->version)) {
        attempt->end = ATTEMPT_ASK_AGAIN;
        transfer_restart(transfer);
        return ask_again(attempt);
    }
    switch (version_differs(&transfer->version, &told, http_status != RANGE_NOT_SATISFIABLE)) {
    case VERSION_PASSING:
        return fail(attempt, &error);
    case VERSION_SEEN:
        return ask_again(attempt);
    case VERSION_CHANGED:
        break;
    }
    attempt->end = ATTEMPT_ASK_AGAIN;
    transfer_restart(transfer);
    return ask_again(attempt);
}

/* Trust the size that a 416 states. */
static bool believe_size(struct transfer *transfer, struct attempt *attempt, uint64_t size)
{
    enum odo_status status = wanted_learn_size(&transfer->wanted, size);

    if (status != ODO_OK) {
        return fail_with(attempt, status);
    }
    transfer->version.mark.size = size;
    transfer->doubtful_size = ODO_SIZE_UNKNOWN;
    return ask_again(attempt);
}

/* --- Redirects and other ways to ask -------------------------------------------------- */

static bool follow(struct transfer *transfer, struct attempt *attempt, const char *location)
{
    struct redirect_input input = {
        .url = attempt->url,
        .location = location,
        .hops = attempt->hops,
        .allow_insecure = transfer->rules->allow_insecure_redirects ||
                          transfer->setup.allow_insecure_redirects,
    };
    struct redirect redirect;
    enum odo_status status;

    if (attempt->generation != transfer->source.generation) {
        return ask_again(attempt); /* another attempt has moved on already */
    }
    status = redirect_resolve(&input, &redirect);
    if (status != ODO_OK) {
        /* The file was found before, so Range may have caused this redirect. */
        attempt->range_is_suspect = attempt->sent_range && transfer->version.is_known;
        return fail_with(attempt, status);
    }
    source_redirected(&transfer->source, attempt->generation, redirect.url,
                      redirect.same_origin);
    return ask_again(attempt);
}

/* The origin asks for authentication, and the client has provided credentials. Tried once. */
static bool may_authenticate(struct transfer *transfer, const struct attempt *attempt,
                             int http_status)
{
    enum { UNAUTHORIZED = 401, PROXY_AUTHENTICATION_REQUIRED = 407 };

    if ((http_status != UNAUTHORIZED && http_status != PROXY_AUTHENTICATION_REQUIRED) ||
        attempt->sent_authentication || source_is_foreign(&transfer->source) ||
        !transfer->setup.can_authenticate) {
        return false;
    }
    transfer->authenticates = true;
    return true;
}

/* A server that has answered such requests does not refuse this one for its ranges: perhaps a
 * link has expired, or is valid for one request only. */
static bool is_refused_by_place(const struct transfer *transfer, int http_status)
{
    return response_verdict_refuses_place(http_status) &&
           (source_may_go_back(&transfer->source) ||
            source_may_be_used_up(&transfer->source)) &&
           transfer->origin && transfer->origin->ranges_are_known;
}

/* The server refused several ranges in one request. */
static bool fewer_ranges(struct transfer *transfer, struct attempt *attempt, int http_status)
{
    if (attempt->generation != transfer->source.generation) {
        return ask_again(attempt); /* another attempt has moved on already */
    }
    if (is_refused_by_place(transfer, http_status)) {
        return fail(attempt, &(struct odo_error){.status = ODO_E_HTTP_STATUS,
                                                 .http_status = (uint16_t)http_status});
    }
    if (transfer->asking == TRANSFER_ASKS_ONE_REPLY) {
        transfer->asking = TRANSFER_ASKS_PLAINLY; /* that is a single reply as well */
    } else if (transfer->origin) {
        origin_ranges_answered(transfer->origin, attempt->pieces_sent, 0);
    }
    return ask_again(attempt);
}

/* Perhaps the server refused a range because it ends past the end of the file. */
static bool leave_open(struct transfer *transfer, struct attempt *attempt)
{
    if (attempt->left_end_open) {
        transfer->ranges = TRANSFER_RANGES_UNUSABLE; /* a stream's window has an end as well */
    }
    transfer->leaves_end_open = true;
    return ask_again(attempt);
}

static bool refused(struct transfer *transfer, struct attempt *attempt,
                    const struct transfer_reply_head *reply,
                    const struct response_verdict *verdict)
{
    if (may_authenticate(transfer, attempt, reply->header.status)) {
        return ask_again(attempt);
    }
    attempt->range_is_suspect = verdict->range_is_suspect;
    if (retry_obeys_retry_after(verdict->error.http_status)) {
        attempt->retry_after_ms = reply->retry_after_ms;
    }
    return fail(attempt, &verdict->error);
}

bool transfer_reply(struct transfer *transfer, struct attempt *attempt,
                    const struct transfer_reply_head *reply, uint64_t now_ms)
{
    enum { PARTIAL_CONTENT = 206 };
    struct response_verdict verdict;

    (void)now_ms;
    if (attempt->end != ATTEMPT_OPEN || transfer->phase == TRANSFER_RESTARTING ||
        transfer->phase == TRANSFER_FAILED) {
        attempt->body = ATTEMPT_DROPPED; /* already decided */
        return false;
    }
    verdict = judge(transfer, attempt, &reply->header);
    if (attempt->purpose == ATTEMPT_FOR_HEDGE && verdict.kind != RESPONSE_TAKE_PART) {
        return ask_again(attempt); /* left to its twin */
    }
    if (verdict.kind != RESPONSE_FAIL && verdict.kind != RESPONSE_PASSING &&
        verdict.kind != RESPONSE_REDIRECT &&
        !response_verdict_refuses_place(reply->header.status)) {
        source_delivered(&transfer->source, attempt->generation); /* this place has the file */
    }
    if (reply->refuses_ranges && !attempt->sent_range) {
        transfer->ranges = TRANSFER_RANGES_UNUSABLE;
    }
    switch (verdict.kind) {
    case RESPONSE_TAKE_PART:
    case RESPONSE_TAKE_WHOLE:
        return take(transfer, attempt, &reply->header, &verdict);
    case RESPONSE_MULTIPART:
        return attempt->pieces_sent > 1 ? take_parts(transfer, attempt, &reply->header)
                                        : refused(transfer, attempt, reply, &verdict);
    case RESPONSE_CHANGED:
        return changed(transfer, attempt, &verdict, reply->header.status);
    case RESPONSE_PASSING:
        /* A 206 may lack headers that a 200 has. */
        attempt->range_is_suspect =
            attempt->sent_range &&
            (reply->header.status == PARTIAL_CONTENT || reply->header.content_range != NULL);
        return fail(attempt, &verdict.error);
    case RESPONSE_REDIRECT:
        return follow(transfer, attempt, reply->location);
    case RESPONSE_RETRY_WITHOUT_IF_RANGE:
        transfer->without_if_range = true;
        return ask_again(attempt);
    case RESPONSE_RETRY_WHOLE:
        transfer->ranges = TRANSFER_RANGES_UNUSABLE;
        return ask_again(attempt);
    case RESPONSE_RETRY_OPEN:
        return leave_open(transfer, attempt);
    case RESPONSE_FEWER_RANGES:
        return fewer_ranges(transfer, attempt, reply->header.status);
    case RESPONSE_AT_END:
        return believe_size(transfer, attempt, verdict.file_size);
    case RESPONSE_FAIL:
        break;
    }
    return refused(transfer, attempt, reply, &verdict);
}
