#include "http/response_verdict.h"

#include "base/checked.h"
#include "base/text.h"
#include "http/http_date.h"
#include "ranges/content_range.h"

#include <string.h>

static bool has_text(const char *text)
{
    return text && text[0] != '\0';
}

static struct response_verdict verdict_of(enum response_verdict_kind kind)
{
    return (struct response_verdict){.kind = kind, .file_size = ODO_SIZE_UNKNOWN};
}

/* The status is part of the error: a client is shown it whatever was wrong with the reply. */
static struct response_verdict fail(enum odo_status status,
                                    const struct response_header *header)
{
    struct response_verdict verdict = verdict_of(RESPONSE_FAIL);

    verdict.error.status = status;
    if (header->status >= 100 && header->status <= 599) {
        verdict.error.http_status = (uint16_t)header->status;
    }
    return verdict;
}

/* --- Versions ------------------------------------------------------------------------- */

static bool etag_is_weak(const char *etag)
{
    return etag[0] == 'W' && etag[1] == '/';
}

static const char *etag_opaque(const char *etag)
{
    return etag_is_weak(etag) ? etag + 2 : etag;
}

bool response_verdict_etag_is_strong(const char *etag)
{
    size_t length = etag ? strlen(etag) : 0;

    if (length < 2 || etag[0] != '"' || etag[length - 1] != '"') {
        return false;
    }
    for (size_t i = 1; i < length - 1; i++) {
        unsigned char character = (unsigned char)etag[i];

        if (character <= ' ' || character == '"' || character == 0x7f) {
            return false;
        }
    }
    return true;
}

enum comparison { VERSION_SAME, VERSION_DIFFERS, VERSION_NOT_SAID };

static enum comparison compare_dates(const struct response_context *context,
                                     const struct response_header *header)
{
    if (!has_text(context->known_date) || !has_text(header->last_modified)) {
        return VERSION_NOT_SAID;
    }
    return strcmp(context->known_date, header->last_modified) == 0 ? VERSION_SAME
                                                                   : VERSION_DIFFERS;
}

static enum comparison compare_validators(const struct response_context *context,
                                          const struct response_header *header)
{
    enum comparison by_date = compare_dates(context, header);

    if (!has_text(context->known_etag) || !has_text(header->etag)) {
        return by_date;
    }
    /* Servers send W/ for a file that is a second old, and the same tag without it later. */
    if (strcmp(etag_opaque(context->known_etag), etag_opaque(header->etag)) != 0) {
        return VERSION_DIFFERS;
    }
    if (!etag_is_weak(context->known_etag) && !etag_is_weak(header->etag)) {
        return VERSION_SAME;
    }
    return by_date == VERSION_NOT_SAID ? VERSION_SAME : by_date;
}

/* Is a reply with these validators, and this size or none, of the known version? */
static enum comparison compare_version(const struct response_context *context,
                                       const struct response_header *header, uint64_t size)
{
    if (context->known_size != ODO_SIZE_UNKNOWN && size != ODO_SIZE_UNKNOWN &&
        context->known_size != size) {
        return VERSION_DIFFERS;
    }
    return compare_validators(context, header);
}

/*
 * A date is a strong validator only when it is so much older than the reply that the file
 * cannot have changed twice within its second (RFC 9110 section 8.8.2.2).
 */
static bool date_is_strong(const struct response_header *header)
{
    enum { OLD_ENOUGH_US = 60 * 1000000 };
    int64_t modified_us;
    int64_t sent_us;

    return has_text(header->last_modified) && has_text(header->date) &&
           http_date_parse(header->date, 0, &sent_us) &&
           http_date_parse(header->last_modified, sent_us, &modified_us) &&
           modified_us <= sent_us - OLD_ENOUGH_US;
}

/* --- What a 200 and a 206 share ------------------------------------------------------- */

/* True without a Content-Encoding, or when all it says is "identity". */
static bool is_plain(const char *encoding)
{
    static const char identity[] = "identity";

    if (!encoding) {
        return true;
    }
    for (;;) {
        encoding += strspn(encoding, " \t,");
        if (*encoding == '\0') {
            return true;
        }
        if (!text_starts_with_ignoring_case(encoding, identity)) {
            return false;
        }
        encoding += strlen(identity);
        if (*encoding != '\0' && !strchr(" \t,", *encoding)) {
            return false;
        }
    }
}

static uint64_t announced_length(const struct response_header *header)
{
    if (header->content_length < 0 || header->is_chunked) {
        return BYTE_RANGE_TO_END;
    }
    return (uint64_t)header->content_length;
}

static uint64_t first_known(uint64_t size, uint64_t otherwise)
{
    return size != ODO_SIZE_UNKNOWN ? size : otherwise;
}

/* What we hold the size of the file to be after a reply that says `size`, or nothing. */
static uint64_t believed_size(const struct response_context *context, uint64_t size)
{
    return first_known(size, first_known(context->known_size, context->stated_size));
}

/* Is some wanted byte past the end of a file of this size? */
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

static struct response_verdict take(enum response_verdict_kind kind, struct byte_range body,
                                    uint64_t size, const struct response_header *header)
{
    struct response_verdict verdict = verdict_of(kind);

    verdict.offset = body.offset;
    verdict.length = body.length;
    verdict.file_size = size;
    verdict.etag = has_text(header->etag) ? header->etag : NULL;
    verdict.last_modified = has_text(header->last_modified) ? header->last_modified : NULL;
    verdict.etag_is_strong = response_verdict_etag_is_strong(header->etag);
    verdict.last_modified_is_strong = date_is_strong(header);
    return verdict;
}

/* --- 200 ------------------------------------------------------------------------------ */

/* May the file be read from its beginning for what is still wanted of it? */
static bool may_salvage(const struct response_context *context, uint64_t size)
{
    uint64_t wanted = context->wanted_bytes;
    uint64_t discarded = 0;
    uint64_t allowed = RESPONSE_SALVAGE_BYTES;

    if (context->wants_whole_file) {
        return true;
    }
    if (context->refuse_salvage) {
        return false;
    }
    if (context->wanted_is_open) {
        wanted += size - context->wanted_end;
    }
    checked_subtract_u64(context->wanted_end, context->wanted_bytes, &discarded);
    if (wanted > RESPONSE_SALVAGE_BYTES / RESPONSE_SALVAGE_TIMES) {
        allowed = wanted > UINT64_MAX / RESPONSE_SALVAGE_TIMES
                      ? UINT64_MAX
                      : wanted * RESPONSE_SALVAGE_TIMES;
    }
    return discarded <= allowed;
}

static struct response_verdict judge_200(const struct response_question *question,
                                         const struct response_context *context,
                                         const struct response_header *header)
{
    uint64_t length = announced_length(header);
    uint64_t size = believed_size(context, length);
    enum comparison version = VERSION_NOT_SAID;

    if (question->sent_many) {
        /* Unless the file has changed, it was the number of ranges. */
        return verdict_of(compare_version(context, header, length) == VERSION_DIFFERS
                              ? RESPONSE_CHANGED
                              : RESPONSE_FEWER_RANGES);
    }
    if (!is_plain(header->content_encoding)) {
        return fail(ODO_E_CONTENT_MISMATCH, header);
    }
    if (context->stated_size != ODO_SIZE_UNKNOWN && size != context->stated_size) {
        return fail(ODO_E_CONTENT_MISMATCH, header);
    }
    if (context->version_is_known) {
        version = compare_version(context, header, length);
        if (version == VERSION_DIFFERS) {
            return verdict_of(RESPONSE_CHANGED);
        }
    }
    if (question->sent_if_range) {
        /* A 200 says that the file has changed, unless the header says that it has not. */
        return verdict_of(version == VERSION_SAME ? RESPONSE_RETRY_WITHOUT_IF_RANGE
                                                  : RESPONSE_CHANGED);
    }
    if (size == ODO_SIZE_UNKNOWN && context->wanted_is_open) {
        return fail(ODO_E_SIZE_UNKNOWN_IN_200, header);
    }
    if (wants_past_end(context, size)) {
        return fail(ODO_E_INVALID_RANGE, header);
    }
    if (!may_salvage(context, size)) {
        return fail(ODO_E_RANGES_UNSUPPORTED, header);
    }
    return take(RESPONSE_TAKE_WHOLE, (struct byte_range){0, size}, size, header);
}

/* --- 206 ------------------------------------------------------------------------------ */

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

/* Does the run answer the question: from its first byte on, and nothing beyond it? To several
 * ranges it may be any run of what they span: a server may merge them, or have only one. */
static bool answers(struct byte_range run, const struct response_question *question)
{
    struct byte_range span = question->span;

    if (question->sent_many) {
        return run.offset >= span.offset && run.offset - span.offset < span.length &&
               run.length <= span.length - (run.offset - span.offset);
    }
    return run.offset == span.offset &&
           (span.length == BYTE_RANGE_TO_END || run.length <= span.length);
}

/* A reply in parts: what it holds is said by each part for itself. */
static struct response_verdict judge_multipart(const struct response_question *question,
                                               const struct response_context *context,
                                               const struct response_header *header)
{
    struct response_verdict verdict = fail(ODO_E_CONTENT_MISMATCH, header);

    if (question->sent_many &&
        compare_version(context, header, ODO_SIZE_UNKNOWN) == VERSION_DIFFERS) {
        return verdict_of(RESPONSE_CHANGED);
    }
    verdict.kind = RESPONSE_MULTIPART;
    return verdict;
}

/* A reply that does not say what it holds, or something else. */
static struct response_verdict unreadable(const struct response_question *question,
                                          const struct response_header *header)
{
    return question->sent_many ? verdict_of(RESPONSE_FEWER_RANGES)
                               : fail(ODO_E_CONTENT_MISMATCH, header);
}

static struct response_verdict judge_206(const struct response_question *question,
                                         const struct response_context *context,
                                         const struct response_header *header)
{
    struct content_range part;
    uint64_t length = announced_length(header);
    uint64_t size;

    if (!question->sent_range || !is_plain(header->content_encoding)) {
        return fail(ODO_E_CONTENT_MISMATCH, header);
    }
    if (is_multipart(header->content_type)) {
        return judge_multipart(question, context, header);
    }
    if (!header->content_range || !content_range_parse(header->content_range, &part) ||
        !part.satisfied) {
        return unreadable(question, header);
    }
    size = believed_size(context, part.total);
    if (context->stated_size != ODO_SIZE_UNKNOWN && size != context->stated_size) {
        return fail(ODO_E_CONTENT_MISMATCH, header);
    }
    if (context->version_is_known &&
        compare_version(context, header, part.total) == VERSION_DIFFERS) {
        return verdict_of(RESPONSE_CHANGED);
    }
    if (!answers(part.range, question) ||
        (length != BYTE_RANGE_TO_END && length != part.range.length) ||
        (size != ODO_SIZE_UNKNOWN && part.range.offset + part.range.length > size)) {
        return unreadable(question, header);
    }
    if (size == ODO_SIZE_UNKNOWN && context->wanted_is_open) {
        return fail(ODO_E_SIZE_UNKNOWN_IN_206, header);
    }
    if (wants_past_end(context, size)) {
        return fail(ODO_E_INVALID_RANGE, header);
    }
    return take(RESPONSE_TAKE_PART, part.range, size, header);
}

/* --- 416 ------------------------------------------------------------------------------ */

static struct response_verdict judge_416(const struct response_question *question,
                                         const struct response_context *context,
                                         const struct response_header *header)
{
    struct content_range told;
    uint64_t size = ODO_SIZE_UNKNOWN;

    if (!question->sent_range) {
        return fail(ODO_E_HTTP_STATUS, header);
    }
    if (header->content_range && content_range_parse(header->content_range, &told)) {
        size = told.total;
    }
    if (context->stated_size != ODO_SIZE_UNKNOWN && size != ODO_SIZE_UNKNOWN &&
        size != context->stated_size) {
        return fail(ODO_E_CONTENT_MISMATCH, header);
    }
    if (context->version_is_known && context->known_size != ODO_SIZE_UNKNOWN &&
        context->known_size != size && !(question->sent_many && size == ODO_SIZE_UNKNOWN)) {
        /* We ask for nothing past the end that we know: so the file has become shorter, even
         * when the server does not say how short. */
        return verdict_of(RESPONSE_CHANGED);
    }
    if (question->sent_many) {
        return verdict_of(RESPONSE_FEWER_RANGES);
    }
    if (context->wants_whole_file && !context->version_is_known) {
        return verdict_of(RESPONSE_RETRY_WHOLE);
    }
    return fail(wants_past_end(context, size) ? ODO_E_INVALID_RANGE : ODO_E_HTTP_STATUS,
                header);
}

/* --- All ------------------------------------------------------------------------------ */

struct response_verdict response_verdict_judge(const struct response_question *question,
                                               const struct response_context *context,
                                               const struct response_header *header)
{
    if (header->status < 200 || header->status > 599) {
        return fail(ODO_E_INVALID_REPLY, header);
    }
    switch (header->status) {
    case 200:
        return judge_200(question, context, header);
    case 206:
        return judge_206(question, context, header);
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
        return header->has_location ? verdict_of(RESPONSE_REDIRECT)
                                    : fail(ODO_E_HTTP_STATUS, header);
    case 416:
        return judge_416(question, context, header);
    case 400:
    case 413:
    case 431:
    case 501:
        return question->sent_many ? verdict_of(RESPONSE_FEWER_RANGES)
                                   : fail(ODO_E_HTTP_STATUS, header);
    default:
        return fail(header->status < 300 ? ODO_E_UNEXPECTED_SUCCESS : ODO_E_HTTP_STATUS,
                    header);
    }
}
