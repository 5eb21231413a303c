#include "support/server_reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOUNDARY "a_line_between_parts"

/* Long after any Last-Modified of ours, which makes those strong validators. */
#define DATE_OF_REPLIES "Sun, 01 Jun 2025 12:00:00 GMT"

enum { LINE_SIZE = 1024 };

/* Everything that goes into one reply. */
struct making {
    const struct server_message *message;
    const struct server_rules_held *rules;
    const struct server_file *file; /* as the rules have it */
    char etag[SERVER_VALIDATOR_SIZE + 2];
    char date[SERVER_VALIDATOR_SIZE];
    struct server_reply *reply;
    size_t header_capacity;
};

static const struct server_rule *rule(const struct making *making, enum server_behaviour does)
{
    const struct server_rule *held = &making->rules->by_behaviour[does];

    return held->does == does ? held : NULL;
}

/* --- The header ----------------------------------------------------------------------- */

static void add(struct making *making, const char *text)
{
    struct server_reply *reply = making->reply;
    size_t size = strlen(text);

    if (reply->header_size + size + 1 > making->header_capacity) {
        making->header_capacity = (reply->header_size + size + 1) * 2;
        reply->header = server_resize(reply->header, making->header_capacity, 1);
    }
    memcpy(reply->header + reply->header_size, text, size + 1);
    reply->header_size += size;
}

static char swapped(char letter)
{
    if (letter >= 'a' && letter <= 'z') {
        return (char)(letter - 'a' + 'A');
    }
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static void add_header(struct making *making, const char *name, const char *value)
{
    char cased[LINE_SIZE];

    snprintf(cased, sizeof(cased), "%s", name);
    if (rule(making, SERVER_ODD_CASE)) {
        for (char *letter = cased; *letter != '\0'; letter++) {
            *letter = swapped(*letter);
        }
    }
    add(making, cased);
    add(making, ": ");
    add(making, value);
    add(making, "\r\n");
}

static void add_number(struct making *making, const char *name, uint64_t number)
{
    char value[LINE_SIZE];

    snprintf(value, sizeof(value), "%" PRIu64, number);
    add_header(making, name, value);
}

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {204, "No Content"},
        {206, "Partial Content"},
        {404, "Not Found"},
        {412, "Precondition Failed"},
        {416, "Range Not Satisfiable"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    };

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "As Told";
}

static void begin(struct making *making, int status)
{
    char line[LINE_SIZE];

    making->reply->status = status;
    snprintf(line, sizeof(line), "HTTP/1.%c %d %s\r\n",
             rule(making, SERVER_HTTP_1_0) ? '0' : '1', status, reason_of(status));
    add(making, line);
    add_header(making, "Date", DATE_OF_REPLIES);
}

static void add_retry_after(struct making *making)
{
    const struct server_rule *retry_after = rule(making, SERVER_RETRY_AFTER);

    if (retry_after && retry_after->text) {
        add_header(making, "Retry-After", retry_after->text);
    } else if (retry_after) {
        add_number(making, "Retry-After", retry_after->number);
    }
}

/* In several lines, for clients limit each line as well. */
static void add_long_header(struct making *making)
{
    enum { LINE_MOST = 50000 };
    const struct server_rule *is_long = rule(making, SERVER_LONG_HEADER);
    uint64_t left = is_long ? is_long->number : 0;

    while (left > 0) {
        size_t size = left < LINE_MOST ? (size_t)left : (size_t)LINE_MOST;
        char *value = server_allocate(size + 1, 1);

        memset(value, 'x', size);
        add_header(making, "X-Long", value);
        free(value);
        left -= size;
    }
}

/* What follows from the length of the body and the rules on it, and the end of the header. */
static void finish(struct making *making)
{
    struct server_reply *reply = making->reply;
    const struct server_rule *shorter = rule(making, SERVER_SHORT_BODY);
    const struct server_rule *longer = rule(making, SERVER_LONG_BODY);
    const struct server_rule *line = rule(making, SERVER_HEADER);

    reply->body_limit = reply->body_size;
    if (shorter) {
        reply->body_limit -=
            shorter->number < reply->body_size ? shorter->number : reply->body_size;
    }
    if (longer) {
        reply->body_limit += longer->number;
    }
    if (rule(making, SERVER_CHUNKED)) {
        reply->is_chunked = true;
        add_header(making, "Transfer-Encoding", "chunked");
    } else if (rule(making, SERVER_NO_LENGTH)) {
        reply->closes = true;
    } else if (reply->status != 204) {
        add_number(making, "Content-Length", reply->body_limit);
    }
    if (rule(making, SERVER_CLOSE)) {
        reply->closes = true;
    }
    if (rule(making, SERVER_HTTP_1_0) || making->message->is_http_1_0) {
        reply->closes = true;
    } else if (reply->closes) {
        add_header(making, "Connection", "close");
    }
    add_retry_after(making);
    add_long_header(making);
    if (line) {
        add(making, line->text);
        add(making, "\r\n");
    }
    add(making, "\r\n");
    reply->has_body = strcmp(making->message->method, "HEAD") != 0 && reply->status != 204;
}

/* --- The body ------------------------------------------------------------------------- */

static void add_segment(struct making *making, const char *text, struct byte_range range)
{
    struct server_reply *reply = making->reply;
    struct server_segment segment = {.offset = range.offset, .length = range.length};

    if (text) {
        segment.length = strlen(text);
        segment.text = server_copy_text(text, strlen(text));
    }
    reply->segments =
        server_resize(reply->segments, reply->segment_count + 1, sizeof(reply->segments[0]));
    reply->segments[reply->segment_count++] = segment;
    reply->body_size += segment.length;
}

static void add_text(struct making *making, const char *text)
{
    add_segment(making, text, (struct byte_range){0, 0});
}

/* A reply for people: an error page, or where a redirect leads. */
static void finish_with_text(struct making *making, const char *text)
{
    add_header(making, "Content-Type", "text/plain");
    if (making->reply->status != 204) {
        add_text(making, text);
    }
    finish(making);
}

/* --- Which version of the file -------------------------------------------------------- */

static void describe_validators(struct making *making)
{
    const struct server_rule *etag = rule(making, SERVER_CHANGE_ETAG);
    const struct server_rule *date = rule(making, SERVER_CHANGE_DATE);
    const struct server_file *file = making->file;
    /* Another seed gives another moment of the same day. */
    unsigned second = (unsigned)((file->seed * 7 + 3) % 86400);
    char own[SERVER_VALIDATOR_SIZE];

    snprintf(own, sizeof(own), "\"%" PRIx64 "-%" PRIx64 "\"", file->seed, file->size);
    snprintf(making->etag, sizeof(making->etag), "%s%s",
             rule(making, SERVER_WEAK_ETAG) ? "W/" : "", etag ? etag->text : own);
    snprintf(making->date, sizeof(making->date), "Wed, 01 Jan 2020 %02u:%02u:%02u GMT",
             second / 3600, second / 60 % 60, second % 60);
    if (date) {
        snprintf(making->date, sizeof(making->date), "%s", date->text);
    }
    if (rule(making, SERVER_NO_ETAG)) {
        making->etag[0] = '\0';
    }
    if (rule(making, SERVER_NO_DATE)) {
        making->date[0] = '\0';
    }
}

/* The file as the rules have it. */
static void choose_version(struct making *making, const struct server_file *file)
{
    const struct server_rule *replaced = rule(making, SERVER_REPLACE_FILE);
    const struct server_rule *content = rule(making, SERVER_CHANGE_CONTENT);
    const struct server_rule *size = rule(making, SERVER_CHANGE_SIZE);
    struct server_file *version = &making->reply->file;

    *version = *file;
    making->file = version;
    if (replaced) {
        version->seed = replaced->number;
        version->content = NULL;
    }
    describe_validators(making);
    if (content) {
        version->seed = content->number;
        version->content = NULL;
    }
    if (size) {
        version->size = size->number;
    }
}

/* --- Ranges --------------------------------------------------------------------------- */

static bool if_range_refuses(const struct making *making)
{
    char value[LINE_SIZE];

    if (!server_message_header(making->message->headers, "If-Range", value, sizeof(value),
                               NULL) ||
        rule(making, SERVER_IGNORE_IF_RANGE)) {
        return false;
    }
    if (rule(making, SERVER_REFUSE_IF_RANGE)) {
        return true;
    }
    if (value[0] == '"') {
        return strcmp(value, making->etag) != 0;
    }
    return strcmp(value, making->date) != 0; /* which a weak ETag never equals */
}

static bool if_match_refuses(const struct making *making)
{
    char value[LINE_SIZE];

    return server_message_header(making->message->headers, "If-Match", value, sizeof(value),
                                 NULL) &&
           strcmp(value, "*") != 0 && strcmp(value, making->etag) != 0;
}

static bool is_asked_for_ranges(const struct making *making)
{
    const struct server_message *message = making->message;
    const struct server_rule *many = rule(making, SERVER_IGNORE_MANY_RANGES);

    return message->range_count > 0 && !rule(making, SERVER_IGNORE_RANGES) &&
           !(many && message->range_count > many->number) && !if_range_refuses(making);
}

/* The bytes of the file that a range names; false when there are none. */
static bool resolve(const struct making *making, const struct message_range *asked,
                    struct byte_range *range_out)
{
    const struct server_rule *shorter = rule(making, SERVER_SHORTEN_RANGES);
    const struct server_rule *further = rule(making, SERVER_SHIFT_RANGES);
    uint64_t size = making->file->size;
    uint64_t first = asked->first;
    uint64_t last = asked->last;

    if (asked->is_suffix) {
        if (asked->first == 0) {
            return false;
        }
        first = asked->first < size ? size - asked->first : 0;
        last = UINT64_MAX;
    }
    if (first >= size) {
        return false;
    }
    last = last < size ? last : size - 1;
    if (further && last + further->number < size) {
        first += further->number;
        last += further->number;
    }
    range_out->offset = first;
    range_out->length = last - first + 1;
    if (shorter && range_out->length > shorter->number) {
        range_out->length = shorter->number;
    }
    return true;
}

/* Into `text_out`, of LINE_SIZE; false when there is to be no such header. */
static bool write_content_range(const struct making *making, struct byte_range range,
                                char *text_out)
{
    const struct server_rule *verbatim = rule(making, SERVER_CONTENT_RANGE);
    const struct server_rule *further = rule(making, SERVER_SHIFT_CONTENT_RANGE);
    const struct server_rule *total = rule(making, SERVER_TOTAL);
    uint64_t first = range.offset + (further ? further->number : 0);
    char total_text[LINE_SIZE / 4];

    if (verbatim) {
        snprintf(text_out, LINE_SIZE, "%s", verbatim->text ? verbatim->text : "");
        return verbatim->text != NULL;
    }
    snprintf(total_text, sizeof(total_text), "%" PRIu64,
             total ? total->number : making->file->size);
    snprintf(text_out, LINE_SIZE, "bytes %" PRIu64 "-%" PRIu64 "/%s", first,
             first + range.length - 1, rule(making, SERVER_NO_TOTAL) ? "*" : total_text);
    return true;
}

static void add_validators(struct making *making)
{
    if (!rule(making, SERVER_NO_ACCEPT_RANGES)) {
        add_header(making, "Accept-Ranges", "bytes");
    }
    if (making->etag[0] != '\0') {
        add_header(making, "ETag", making->etag);
    }
    if (making->date[0] != '\0') {
        add_header(making, "Last-Modified", making->date);
    }
    if (rule(making, SERVER_CONTENT_CODING)) {
        add_header(making, "Content-Encoding", rule(making, SERVER_CONTENT_CODING)->text);
    }
}

static void make_200(struct making *making)
{
    begin(making, 200);
    add_header(making, "Content-Type", "application/octet-stream");
    add_validators(making);
    add_segment(making, NULL, (struct byte_range){0, making->file->size});
    finish(making);
}

static void make_416(struct making *making)
{
    char value[LINE_SIZE];

    begin(making, 416);
    if (!rule(making, SERVER_NO_TOTAL)) {
        snprintf(value, sizeof(value), "bytes */%" PRIu64, making->file->size);
        add_header(making, "Content-Range", value);
    }
    finish_with_text(making, "there is nothing there\n");
}

static void make_single(struct making *making, struct byte_range part)
{
    char value[LINE_SIZE];

    add_header(making, "Content-Type", "application/octet-stream");
    if (write_content_range(making, part, value)) {
        add_header(making, "Content-Range", value);
    }
    add_validators(making);
    add_segment(making, NULL, part);
    finish(making);
}

static void make_multipart(struct making *making, const struct byte_range *parts, size_t count)
{
    const struct server_rule *boundary = rule(making, SERVER_BOUNDARY);
    char value[LINE_SIZE];

    snprintf(value, sizeof(value), "multipart/byteranges; boundary=%s",
             boundary ? boundary->text : BOUNDARY);
    add_header(making, "Content-Type", value);
    add_validators(making);
    for (size_t i = 0; i < count; i++) {
        add_text(making, "\r\n--" BOUNDARY "\r\nContent-Type: application/octet-stream\r\n");
        if (write_content_range(making, parts[i], value)) {
            add_text(making, "Content-Range: ");
            add_text(making, value);
            add_text(making, "\r\n");
        }
        add_text(making, "\r\n");
        add_segment(making, NULL, parts[i]);
    }
    add_text(making, "\r\n--" BOUNDARY "--\r\n");
    finish(making);
}

static void reverse(struct byte_range *parts, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct byte_range part = parts[i];

        parts[i] = parts[count - 1 - i];
        parts[count - 1 - i] = part;
    }
}

static void make_206(struct making *making)
{
    const struct server_message *message = making->message;
    const struct server_rule *dropping = rule(making, SERVER_DROP_RANGES);
    struct byte_range *parts = server_allocate(message->range_count, sizeof(parts[0]));
    size_t count = 0;

    for (size_t i = 0; i < message->range_count; i++) {
        if (resolve(making, &message->ranges[i], &parts[count])) {
            count++;
        }
    }
    if (dropping && count > dropping->number) {
        count = (size_t)dropping->number;
    }
    if (count > 1 && rule(making, SERVER_MERGE_RANGES)) {
        parts[0].length = parts[count - 1].offset + parts[count - 1].length - parts[0].offset;
        count = 1;
    }
    if (rule(making, SERVER_REVERSE_RANGES)) {
        reverse(parts, count);
    }
    if (count == 0) {
        make_416(making);
    } else {
        begin(making, 206);
        if (count == 1 && !rule(making, SERVER_MULTIPART_FOR_ONE)) {
            make_single(making, parts[0]);
        } else {
            make_multipart(making, parts, count);
        }
    }
    free(parts);
}

/* --- All ------------------------------------------------------------------------------ */

static void make_redirect(struct making *making, uint16_t port)
{
    static const char placeholder[] = "{port}";
    const struct server_rule *redirect = rule(making, SERVER_REDIRECT);
    const char *place = redirect->text ? strstr(redirect->text, placeholder) : NULL;
    char location[4 * LINE_SIZE];

    begin(making, redirect->number > 0 ? (int)redirect->number : 302);
    if (place) {
        snprintf(location, sizeof(location), "%.*s%u%s", (int)(place - redirect->text),
                 redirect->text, (unsigned)port, place + strlen(placeholder));
        add_header(making, "Location", location);
    } else if (redirect->text) {
        add_header(making, "Location", redirect->text);
    }
    finish_with_text(making, "it is elsewhere\n");
}

void server_reply_make(const struct server_message *message, const struct server_file *file,
                       const struct server_rules_held *rules, uint16_t port,
                       struct server_reply *reply_out)
{
    struct making making = {.message = message, .rules = rules, .reply = reply_out};

    memset(reply_out, 0, sizeof(*reply_out));
    if (rule(&making, SERVER_SILENCE) || rule(&making, SERVER_GARBAGE)) {
        add(&making, rule(&making, SERVER_SILENCE) ? "" : rule(&making, SERVER_GARBAGE)->text);
        reply_out->closes = true;
    } else if (rule(&making, SERVER_STATUS)) {
        begin(&making, (int)rule(&making, SERVER_STATUS)->number);
        finish_with_text(&making, "so I was told\n");
    } else if (rule(&making, SERVER_REDIRECT)) {
        make_redirect(&making, port);
    } else if (!file) {
        begin(&making, 404);
        finish_with_text(&making, "no such file\n");
    } else {
        choose_version(&making, file);
        if (if_match_refuses(&making)) {
            begin(&making, 412);
            finish_with_text(&making, "it is another\n");
        } else if (rule(&making, SERVER_REFUSE_MANY_RANGES) && message->range_count > 1) {
            begin(&making, (int)rule(&making, SERVER_REFUSE_MANY_RANGES)->number);
            finish_with_text(&making, "one at a time\n");
        } else if (is_asked_for_ranges(&making)) {
            make_206(&making);
        } else {
            make_200(&making);
        }
    }
}

void server_reply_free(struct server_reply *reply)
{
    for (size_t i = 0; i < reply->segment_count; i++) {
        free(reply->segments[i].text);
    }
    free(reply->segments);
    free(reply->header);
    memset(reply, 0, sizeof(*reply));
}
