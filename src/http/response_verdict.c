#include "http/response_verdict.h"

#include "base/checked.h"
#include "base/text.h"
#include "http/response_version.h"
#include "ranges/content_range.h"

#include <string.h>

enum { HTTP_STATUS_LEAST = 100, HTTP_STATUS_MOST = 999, HTTP_STATUS_CLASSES_END = 600 };

static bool has_text(const char *text)
{
    return text && text[0] != '\0';
}

static const char *text_or_null(const char *text)
{
    return has_text(text) ? text : NULL;
}

static struct response_verdict verdict_of(enum response_verdict_kind kind)
{
    return (struct response_verdict){.kind = kind, .file_size = ODO_SIZE_UNKNOWN};
}

/* The status is part of every error: clients see it, whatever was wrong with the reply. */
static struct response_verdict fail(enum odo_status status,
                                    const struct response_header *header)
{
    struct response_verdict verdict = verdict_of(RESPONSE_FAIL);

    verdict.error.status = status;
    if (header->status >= HTTP_STATUS_LEAST && header->status <= HTTP_STATUS_MOST) {
        verdict.error.http_status = (uint16_t)header->status;
    }
    return verdict;
}

static struct response_verdict fail_by_range(const struct response_question *question,
                                             enum odo_status status,
                                             const struct response_header *header)
{
    struct response_verdict verdict = fail(status, header);

    verdict.range_is_suspect = question->sent_range;
    return verdict;
}

/* The last range is wanted to the end of the file, wherever that is, and was requested to an
 * end of ours, which may be past it. */
static bool ends_by_guess(const struct response_question *question,
                          const struct response_context *context)
{
    return context->wanted_is_open && !question->sent_many &&
           question->span.length != BYTE_RANGE_TO_END;
}

/* The reply does not say which bytes it holds, or holds others. */
static struct response_verdict unreadable(const struct response_question *question,
                                          const struct response_context *context,
                                          const struct response_header *header)
{
    if (ends_by_guess(question, context) && context->known_size == ODO_SIZE_UNKNOWN) {
        return verdict_of(RESPONSE_RETRY_OPEN);
    }
    return question->sent_many ? verdict_of(RESPONSE_FEWER_RANGES)
                               : fail_by_range(question, ODO_E_CONTENT_MISMATCH, header);
}

/* --- Sizes ---------------------------------------------------------------------------- */

static uint64_t announced_length(const struct response_header *header)
{
    if (header->content_length < 0 || header->is_chunked) {
        return BYTE_RANGE_TO_END;
    }
    return (uint64_t)header->content_length;
}

/* The size, if it is not in doubt. */
static uint64_t known_size(const struct response_context *context)
{
    return context->size_is_doubtful ? ODO_SIZE_UNKNOWN : context->known_size;
}

static uint64_t first_known(uint64_t size, uint64_t otherwise)
{
    return size != ODO_SIZE_UNKNOWN ? size : otherwise;
}

/* The size of the file after a reply that states `size`, or none. */
static uint64_t believed_size(const struct response_context *context, uint64_t size)
{
    return first_known(size, first_known(known_size(context), context->stated_size));
}

/* True if it differs from the caller's size. */
static bool contradicts_stated(const struct response_context *context, uint64_t size)
{
    return context->stated_size != ODO_SIZE_UNKNOWN && size != ODO_SIZE_UNKNOWN &&
           size != context->stated_size;
}

/* True if a wanted byte is past the end of a file of this size. */
static bool wants_past_end(const struct response_context *context, uint64_t size)
{
    if (size == ODO_SIZE_UNKNOWN) {
        return false;
    }
    if (context->wanted_is_open && !context->wants_whole_file) {
        return context->wanted_end >= size; /* an open range has at least one byte */
    }
    return context->wanted_end > size;
}

/* True if a byte beyond the doubtful size was requested. */
static bool asks_behind_doubtful_end(const struct response_question *question,
                                     const struct response_context *context)
{
    return context->version_is_known && context->size_is_doubtful && question->sent_range &&
           question->span.offset >= context->known_size;
}

static struct response_verdict at_end(uint64_t size)
{
    struct response_verdict verdict = verdict_of(RESPONSE_AT_END);

    verdict.file_size = size;
    return verdict;
}

/* --- Versions ------------------------------------------------------------------------- */

static struct response_version version_told(const struct response_header *header, uint64_t size)
{
    return (struct response_version){
        .size = size,
        .etag = header->etag,
        .last_modified = header->last_modified,
        .content_encoding = header->content_encoding,
    };
}

static struct response_version version_known(const struct response_context *context)
{
    return (struct response_version){
        .size = known_size(context),
        .etag = context->known_etag,
        .last_modified = context->known_date,
        .content_encoding = context->known_encoding,
    };
}

/* How a reply that states this size, or none, relates to the known version. */
static enum response_version_relation relation(const struct response_context *context,
                                               const struct response_header *header,
                                               uint64_t size)
{
    struct response_version known = version_known(context);
    struct response_version told = version_told(header, size);

    if (!context->version_is_known) {
        return RESPONSE_VERSION_SAME;
    }
    if (size != ODO_SIZE_UNKNOWN &&
        (size < context->had_bytes ||
         (context->size_is_doubtful && size < context->known_size))) {
        return RESPONSE_VERSION_OTHER;
    }
    return response_version_compare(&known, &told);
}

static void describe_version(struct response_verdict *verdict,
                             const struct response_header *header, uint64_t size)
{
    verdict->file_size = size;
    verdict->etag = text_or_null(header->etag);
    verdict->last_modified = text_or_null(header->last_modified);
    verdict->content_encoding = text_or_null(header->content_encoding);
    verdict->etag_is_strong = response_version_etag_is_strong(header->etag);
    verdict->last_modified_is_strong =
        response_version_date_is_strong(header->last_modified, header->date);
}

static struct response_verdict changed(const struct response_header *header, uint64_t size)
{
    struct response_verdict verdict = verdict_of(RESPONSE_CHANGED);

    describe_version(&verdict, header, size);
    return verdict;
}

static bool tells_validators(const struct response_header *header)
{
    struct response_version told = version_told(header, ODO_SIZE_UNKNOWN);

    return response_version_has_validators(&told);
}

static struct response_verdict passing(const struct response_header *header)
{
    struct response_verdict verdict = fail(ODO_E_INVALID_REPLY, header);

    verdict.kind = RESPONSE_PASSING;
    return verdict;
}

/* A 200 that is not of the known version. */
static struct response_verdict not_the_version(const struct response_context *context,
                                               const struct response_header *header,
                                               uint64_t size)
{
    struct response_version known = version_known(context);

    return response_version_has_validators(&known) && !tells_validators(header)
               ? passing(header)
               : changed(header, size);
}

/*
 * A 206 that is not of the known version, as far as it says. With If-Range a server may omit
 * headers (RFC 9110 section 15.3.7), and some always do in a 206; a 200 will settle it. A
 * missing validator does not make a new version, or such a server would cause endless restarts.
 */
static struct response_verdict not_the_version_of(const struct response_question *question,
                                                  const struct response_context *context,
                                                  const struct response_header *header,
                                                  uint64_t size,
                                                  enum response_version_relation version)
{
    struct response_verdict verdict;

    if (version == RESPONSE_VERSION_LACKS && question->sent_if_range) {
        return verdict_of(RESPONSE_RETRY_WITHOUT_IF_RANGE);
    }
    verdict = version == RESPONSE_VERSION_LACKS ? passing(header)
                                                : not_the_version(context, header, size);
    verdict.range_is_suspect = verdict.kind == RESPONSE_PASSING;
    return verdict;
}

static struct response_verdict take(enum response_verdict_kind kind, struct byte_range body,
                                    uint64_t size, const struct response_header *header)
{
    struct response_verdict verdict = verdict_of(kind);

    describe_version(&verdict, header, size);
    verdict.offset = body.offset;
    verdict.length = body.length;
    return verdict;
}

/* --- Whole files ---------------------------------------------------------------------- */

/* True if reading `discarded` unwanted bytes is acceptable for `wanted` wanted ones. */
static bool is_worth(uint64_t discarded, uint64_t wanted)
{
    uint64_t allowed = RESPONSE_SALVAGE_BYTES;

    if (wanted > RESPONSE_SALVAGE_BYTES / RESPONSE_SALVAGE_TIMES) {
        allowed = wanted > UINT64_MAX / RESPONSE_SALVAGE_TIMES
                      ? UINT64_MAX
                      : wanted * RESPONSE_SALVAGE_TIMES;
    }
    return discarded <= allowed;
}

/* True if the whole file may be read for the part of it that is still wanted. */
static bool may_salvage(const struct response_context *context, uint64_t size)
{
    uint64_t wanted = context->wanted_bytes;
    uint64_t discarded = 0;

    if (context->wants_whole_file) {
        return true;
    }
    if (context->refuse_salvage) {
        return false;
    }
    if (context->wanted_is_open && size != ODO_SIZE_UNKNOWN) {
        wanted += size - context->wanted_end;
    }
    checked_subtract_u64(context->wanted_end, context->wanted_bytes, &discarded);
    return is_worth(discarded, wanted);
}

/* The body is the whole file, with `length` bytes or of unknown length. */
static struct response_verdict judge_whole(const struct response_question *question,
                                           const struct response_context *context,
                                           const struct response_header *header,
                                           uint64_t length)
{
    uint64_t size = believed_size(context, length);
    enum response_version_relation version = relation(context, header, length);
    struct response_verdict verdict;

    if (version == RESPONSE_VERSION_LACKS && question->sent_if_range &&
        tells_validators(header)) {
        return verdict_of(RESPONSE_RETRY_WITHOUT_IF_RANGE);
    }
    if (version != RESPONSE_VERSION_SAME) {
        return not_the_version(context, header, length);
    }
    if (question->sent_many) {
        return verdict_of(RESPONSE_FEWER_RANGES); /* so their number was the problem */
    }
    if (contradicts_stated(context, size)) {
        return fail(ODO_E_CONTENT_MISMATCH, header);
    }
    if (header->length_is_disputed &&
        length != first_known(known_size(context), context->stated_size)) {
        return fail(ODO_E_INVALID_REPLY, header); /* no other source for the size */
    }
    if (asks_behind_doubtful_end(question, context) && length == context->known_size) {
        return at_end(context->known_size);
    }
    if (question->sent_if_range) {
        /* The status says that the file has changed, but its validators are unchanged. */
        return verdict_of(RESPONSE_RETRY_WITHOUT_IF_RANGE);
    }
    if (size == ODO_SIZE_UNKNOWN && context->wanted_is_open && !context->allow_unknown_size) {
        return fail(ODO_E_SIZE_UNKNOWN_IN_200, header);
    }
    if (wants_past_end(context, size)) {
        return fail(ODO_E_INVALID_RANGE, header);
    }
    if (!may_salvage(context, size)) {
        return fail(ODO_E_RANGES_UNSUPPORTED, header);
    }
    verdict = take(RESPONSE_TAKE_WHOLE, (struct byte_range){0, size}, size, header);
    verdict.end_is_doubtful = size == ODO_SIZE_UNKNOWN && header->ends_with_connection;
    return verdict;
}

/* --- Parts ---------------------------------------------------------------------------- */

static bool is_multipart(const char *content_type)
{
    static const char multipart[] = "multipart/byteranges";

    if (!content_type) {
        return false;
    }
    content_type += strspn(content_type, " \t");
    if (!text_starts_with_ignoring_case(content_type, multipart)) {
        return false;
    }
    content_type += strlen(multipart);
    return *content_type == '\0' || strchr(" \t;", *content_type) != NULL;
}

/* multipart/byteranges: each part states which bytes it holds. */
static struct response_verdict judge_multipart(const struct response_question *question,
                                               const struct response_context *context,
                                               const struct response_header *header)
{
    struct response_verdict verdict = fail_by_range(question, ODO_E_CONTENT_MISMATCH, header);
    enum response_version_relation version = relation(context, header, ODO_SIZE_UNKNOWN);

    if (question->sent_many && version != RESPONSE_VERSION_SAME) {
        return not_the_version_of(question, context, header, ODO_SIZE_UNKNOWN, version);
    }
    verdict.kind = RESPONSE_MULTIPART;
    describe_version(&verdict, header, ODO_SIZE_UNKNOWN); /* each part states the size */
    return verdict;
}

/*
 * True if the run answers the request: it contains the first byte, without too many before it.
 * If several ranges were requested it may be any run within their span, since a server may
 * merge them or serve only one.
 */
static bool answers(struct byte_range run, const struct response_question *question,
                    const struct response_context *context)
{
    struct byte_range span = question->span;
    uint64_t early = 0;
    uint64_t first;
    uint64_t useful;

    checked_subtract_u64(span.offset, run.offset, &early);
    first = run.offset + early; /* body offset of the span's first byte */
    if (early >= run.length || (!question->sent_many && first != span.offset) ||
        (span.length != BYTE_RANGE_TO_END && first - span.offset >= span.length)) {
        return false;
    }
    useful = run.length - early;
    if (span.length != BYTE_RANGE_TO_END && useful > span.length - (first - span.offset)) {
        useful = span.length - (first - span.offset);
    }
    return early == 0 || context->wants_whole_file ||
           (!context->refuse_salvage && is_worth(early, useful));
}

/*
 * True if the stated total is also the end of the requested bytes: some servers state the size
 * of what they send instead of that of the file.
 */
static bool total_is_the_end_asked_for(const struct content_range *part,
                                       const struct response_question *question)
{
    struct byte_range span = question->span;
    uint64_t end = part->range.offset + part->range.length;

    /* With several ranges, it may be the end of any of them. */
    return part->total == end && span.length != BYTE_RANGE_TO_END &&
           (question->sent_many || end - span.offset == span.length);
}

static struct response_verdict judge_part(const struct response_question *question,
                                          const struct response_context *context,
                                          const struct response_header *header,
                                          const struct content_range *part)
{
    bool is_end = total_is_the_end_asked_for(part, question);
    bool is_doubtful = is_end && known_size(context) == ODO_SIZE_UNKNOWN;
    struct response_version known = version_known(context);
    /* If equal validators confirm the version, the stated size is wrong. Without validators,
     * the size is the only evidence. */
    bool is_ignored = is_doubtful || (is_end && response_version_has_validators(&known));
    uint64_t told = is_ignored ? ODO_SIZE_UNKNOWN : part->total;
    uint64_t size = believed_size(context, told);
    uint64_t length = announced_length(header);
    uint64_t end = part->range.offset + part->range.length;
    enum response_version_relation version = relation(context, header, told);
    struct response_verdict verdict;

    if (is_end && version != RESPONSE_VERSION_SAME &&
        relation(context, header, ODO_SIZE_UNKNOWN) == RESPONSE_VERSION_SAME) {
        return verdict_of(RESPONSE_RETRY_WHOLE); /* a 200 states the size */
    }
    if (version != RESPONSE_VERSION_SAME) {
        return not_the_version_of(question, context, header, told, version);
    }
    if (contradicts_stated(context, size)) {
        return fail(ODO_E_CONTENT_MISMATCH, header);
    }
    if (!answers(part->range, question, context) ||
        (length != BYTE_RANGE_TO_END && length != part->range.length) ||
        (size != ODO_SIZE_UNKNOWN && end > size)) {
        return unreadable(question, context, header);
    }
    if (wants_past_end(context, size)) {
        return fail(ODO_E_INVALID_RANGE, header);
    }
    verdict = take(RESPONSE_TAKE_PART, part->range, size, header);
    if (size != ODO_SIZE_UNKNOWN) {
        return verdict;
    }
    if (is_doubtful || context->size_is_doubtful || context->allow_unknown_size) {
        bool is_larger = !context->size_is_doubtful || end > context->known_size;

        verdict.total_is_doubtful =
            is_doubtful || context->size_is_doubtful || context->wanted_is_open;
        verdict.file_size = !verdict.total_is_doubtful ? ODO_SIZE_UNKNOWN
                            : is_larger                ? end
                                                       : context->known_size;
    } else if (context->wanted_is_open) {
        return fail(ODO_E_SIZE_UNKNOWN_IN_206, header);
    }
    return verdict;
}

/* Parse the reply's Content-Range; false if there is none or it is malformed. */
static bool read_content_range(const struct response_header *header, struct content_range *part)
{
    uint64_t length = announced_length(header);

    if (!has_text(header->content_range)) {
        return false;
    }
    if (content_range_parse(header->content_range, part)) {
        return true;
    }
    /* Some servers repeat the requested range: the total then marks the end, if the body's
     * length agrees. */
    return content_range_parse_clipped(header->content_range, part) &&
           (length == BYTE_RANGE_TO_END || part->range.length == length);
}

static bool is_whole(const struct content_range *part)
{
    return part->satisfied && part->range.offset == 0 && part->range.length == part->total;
}

/* --- By status ------------------------------------------------------------------------ */

static struct response_verdict judge_200(const struct response_question *question,
                                         const struct response_context *context,
                                         const struct response_header *header)
{
    uint64_t length = announced_length(header);
    struct content_range part;

    /* Content-Range has no meaning here (RFC 9110 section 14.4), but a server that sends it in
     * reply to a Range request has hardly sent the whole file. */
    if (!has_text(header->content_range)) {
        return judge_whole(question, context, header, length);
    }
    if (!read_content_range(header, &part)) {
        return question->sent_range ? unreadable(question, context, header)
                                    : judge_whole(question, context, header, length);
    }
    if (part.total == length && length != BYTE_RANGE_TO_END) {
        return judge_whole(question, context, header, length);
    }
    if (is_whole(&part) && length == BYTE_RANGE_TO_END) {
        return judge_whole(question, context, header, part.total);
    }
    if (part.satisfied && question->sent_range && part.range.length == length) {
        return judge_part(question, context, header, &part);
    }
    return unreadable(question, context, header);
}

/* A 206 in reply to a plain GET, for instance from a cache that stored one. */
static struct response_verdict judge_unasked_206(const struct response_question *question,
                                                 const struct response_context *context,
                                                 const struct response_header *header)
{
    uint64_t length = announced_length(header);
    struct response_verdict verdict;
    struct content_range part;

    if (is_multipart(header->content_type)) {
        return fail(ODO_E_CONTENT_MISMATCH, header);
    }
    if (has_text(header->content_range)) {
        if (!read_content_range(header, &part) || !is_whole(&part) ||
            (length != BYTE_RANGE_TO_END && length != part.total)) {
            return fail(ODO_E_CONTENT_MISMATCH, header);
        }
        return judge_whole(question, context, header, part.total);
    }
    verdict = judge_whole(question, context, header, length);
    if (verdict.kind == RESPONSE_TAKE_WHOLE && length != BYTE_RANGE_TO_END) {
        verdict.total_is_doubtful =
            known_size(context) != length && context->stated_size != length;
    }
    return verdict;
}

static struct response_verdict judge_206(const struct response_question *question,
                                         const struct response_context *context,
                                         const struct response_header *header)
{
    struct content_range part;

    if (!question->sent_range) {
        return judge_unasked_206(question, context, header);
    }
    if (is_multipart(header->content_type)) {
        return judge_multipart(question, context, header);
    }
    if (read_content_range(header, &part) && part.satisfied) {
        return judge_part(question, context, header, &part);
    }
    if (!has_text(header->content_range) && asks_behind_doubtful_end(question, context) &&
        announced_length(header) == context->known_size &&
        relation(context, header, ODO_SIZE_UNKNOWN) == RESPONSE_VERSION_SAME) {
        return at_end(context->known_size); /* any request gets the same: all there is */
    }
    return unreadable(question, context, header);
}

/* True if the size that a 416 states is the known version's, as far as one can tell. If the
 * version has validators and the 416 has none, or no version is known yet, it may be another
 * one's, and what follows need not show it. */
static bool is_size_of_version(const struct response_context *context,
                               const struct response_header *header, uint64_t size)
{
    return size != ODO_SIZE_UNKNOWN && context->version_is_known &&
           relation(context, header, size) == RESPONSE_VERSION_SAME;
}

/* True if this states a size that was unknown. The range begins at or after its end: for some
 * servers it is also unsatisfiable if it ends there, although they have its first byte. */
static bool tells_size(const struct response_question *question,
                       const struct response_context *context,
                       const struct response_header *header, uint64_t size)
{
    struct byte_range span = question->span;
    bool is_refused_for_it = span.offset >= size || span.length == BYTE_RANGE_TO_END ||
                             size - span.offset < span.length;

    return is_refused_for_it && context->wanted_is_open &&
           known_size(context) == ODO_SIZE_UNKNOWN && size > context->wanted_end &&
           is_size_of_version(context, header, size);
}

static struct response_verdict judge_416(const struct response_question *question,
                                         const struct response_context *context,
                                         const struct response_header *header)
{
    struct response_header of_file = *header;
    struct content_range told;
    uint64_t size = ODO_SIZE_UNKNOWN;

    of_file.content_encoding = context->known_encoding; /* a 416's own describes its body */
    if (!question->sent_range) {
        return fail(ODO_E_HTTP_STATUS, header);
    }
    if (header->content_range && content_range_parse(header->content_range, &told)) {
        size = told.total;
    }
    if (asks_behind_doubtful_end(question, context) &&
        (size == context->known_size ||
         (size == ODO_SIZE_UNKNOWN && question->span.offset == context->known_size &&
          (question->span.length == 1 || question->span.length == BYTE_RANGE_TO_END)))) {
        return at_end(context->known_size); /* there is nothing left */
    }
    if (relation(context, &of_file, size) == RESPONSE_VERSION_OTHER) {
        return changed(&of_file, size);
    }
    if (contradicts_stated(context, size)) {
        return fail(ODO_E_CONTENT_MISMATCH, header);
    }
    if (tells_size(question, context, &of_file, size)) {
        return at_end(size);
    }
    if (question->sent_many) {
        return verdict_of(RESPONSE_FEWER_RANGES);
    }
    if (context->version_is_known && known_size(context) != ODO_SIZE_UNKNOWN &&
        size == ODO_SIZE_UNKNOWN) {
        /* We never ask for anything past the known end, so the file has become shorter, even if
         * the server does not state its size. */
        return changed(&of_file, size);
    }
    if (context->wants_whole_file && !context->version_is_known) {
        return verdict_of(RESPONSE_RETRY_WHOLE);
    }
    if (ends_by_guess(question, context) && !wants_past_end(context, size) &&
        !is_size_of_version(context, &of_file, size)) {
        return verdict_of(RESPONSE_RETRY_OPEN); /* a 206 to that will tell its version */
    }
    return wants_past_end(context, size) ? fail(ODO_E_INVALID_RANGE, header)
                                         : fail_by_range(question, ODO_E_HTTP_STATUS, header);
}

/* Statuses that servers send for a Range they dislike, although the file exists. */
static bool may_be_about_range(int status)
{
    static const int statuses[] = {400, 403, 404, 405, 412, 413, 416, 431, 501, 503};

    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        if (statuses[i] == status) {
            return true;
        }
    }
    return false;
}

static struct response_verdict judge_refusal(const struct response_question *question,
                                             const struct response_header *header)
{
    struct response_verdict verdict =
        fail(header->status < 300 ? ODO_E_UNEXPECTED_SUCCESS : ODO_E_HTTP_STATUS, header);

    verdict.range_is_suspect = question->sent_range && may_be_about_range(header->status);
    return verdict;
}

static bool is_redirection(int status)
{
    enum { NOT_MODIFIED = 304, USE_PROXY = 305, RESERVED = 306 };

    return status >= 300 && status < 400 && status != NOT_MODIFIED && status != USE_PROXY &&
           status != RESERVED;
}

struct response_verdict response_verdict_judge(const struct response_question *question,
                                               const struct response_context *context,
                                               const struct response_header *header)
{
    if (header->status < 200 || header->status > HTTP_STATUS_MOST) {
        return fail(ODO_E_INVALID_REPLY, header);
    }
    switch (header->status) {
    case 200:
    case 203: /* a proxy has modified it, as with many a plain 200 from a proxy */
    case 226: /* also the whole file, as A-IM was not sent */
        return judge_200(question, context, header);
    case 206:
        return judge_206(question, context, header);
    case 416:
        return judge_416(question, context, header);
    case 400:
    case 413:
    case 431:
    case 501:
        return question->sent_many ? verdict_of(RESPONSE_FEWER_RANGES)
                                   : judge_refusal(question, header);
    default:
        /* To a GET they all say the same. */
        return is_redirection(header->status) && header->has_location
                   ? verdict_of(RESPONSE_REDIRECT)
                   : judge_refusal(question, header);
    }
}

bool response_verdict_refuses_place(int status)
{
    switch (status) {
    case 400:
    case 401:
    case 403:
    case 404:
    case 410:
        return true;
    default:
        return status >= HTTP_STATUS_CLASSES_END && status <= HTTP_STATUS_MOST;
    }
}
