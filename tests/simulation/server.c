#include "server.h"

#include "http/retry.h"
#include "output_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char boundary[] = "=_part";

/* --- Bodies --------------------------------------------------------------------------- */

static void *grow(void *memory, size_t size)
{
    memory = realloc(memory, size);
    if (!memory) {
        abort();
    }
    return memory;
}

static void add_segment(struct server_reply *reply, struct segment segment)
{
    if (segment.length == 0) {
        return;
    }
    if (reply->segment_count == reply->segment_capacity) {
        reply->segment_capacity = reply->segment_capacity * 2 + 1;
        reply->segments =
            grow(reply->segments, reply->segment_capacity * sizeof(*reply->segments));
    }
    reply->segments[reply->segment_count++] = segment;
    reply->length += segment.length;
}

static void add_content(struct server_reply *reply, int content, uint64_t offset,
                        uint64_t length)
{
    add_segment(reply,
                (struct segment){.length = length, .content = content, .offset = offset});
}

static void add_text(struct server_reply *reply, const char *text)
{
    size_t size = strlen(text);

    if (reply->text_size + size > reply->text_capacity) {
        reply->text_capacity = (reply->text_size + size) * 2;
        reply->text = grow(reply->text, reply->text_capacity);
    }
    add_segment(
        reply,
        (struct segment){.length = size, .content = CONTENT_JUNK, .offset = reply->text_size});
    memcpy(reply->text + reply->text_size, text, size);
    reply->text_size += size;
}

struct segment server_reply_at(const struct server_reply *reply, uint64_t position)
{
    size_t low = 0;
    struct segment segment = {.length = UINT64_MAX, .content = CONTENT_JUNK};

    while (low < reply->segment_count && position >= reply->segments[low].length) {
        position -= reply->segments[low].length;
        low++;
    }
    if (low < reply->segment_count) {
        segment = reply->segments[low];
        segment.offset += position;
        segment.length -= position;
    }
    return segment;
}

/* The bytes of a content: eight at a time, for they are what costs most. */
static void read_content(int content, uint64_t offset, unsigned char *data, size_t size)
{
    while (size > 0) {
        uint64_t word = random_mix(((uint64_t)content << 48) ^ (offset / 8));
        size_t skip = (size_t)(offset % 8);
        size_t length = sizeof(word) - skip < size ? sizeof(word) - skip : size;

        memcpy(data, (const unsigned char *)&word + skip, length);
        data += length;
        size -= length;
        offset += length;
    }
}

void server_reply_read(const struct server_reply *reply, uint64_t position, unsigned char *data,
                       size_t size)
{
    while (size > 0) {
        struct segment segment = server_reply_at(reply, position);
        size_t length = segment.length < size ? (size_t)segment.length : size;

        if (segment.content == CONTENT_JUNK) {
            memcpy(data, reply->text + segment.offset, length);
        } else {
            read_content(segment.content, segment.offset, data, length);
        }
        data += length;
        size -= length;
        position += length;
    }
}

void server_reply_free(struct server_reply *reply)
{
    free(reply->segments);
    free(reply->text);
    reply->segments = NULL;
    reply->text = NULL;
}

/* --- Versions ------------------------------------------------------------------------- */

int server_content(const struct world *world, uint32_t version, uint32_t node)
{
    return (int)(version * WORLD_NODES_MOST + (world->nodes_have_own_bytes ? node : 0));
}

uint32_t server_content_version(int content)
{
    return (uint32_t)content / WORLD_NODES_MOST;
}

void server_marks(const struct world *world, uint32_t version, uint32_t node, char etag_out[40],
                  char date_out[40])
{
    uint32_t number = version * WORLD_NODES_MOST + (world->nodes_have_own_marks ? node : 0);

    etag_out[0] = '\0';
    date_out[0] = '\0';
    switch (world->validators) {
    case VALIDATORS_STRONG:
    case VALIDATORS_STRONG_AND_DATE:
        snprintf(etag_out, 40, "\"v%u\"", number);
        break;
    case VALIDATORS_WEAK:
    case VALIDATORS_WEAK_AND_DATE:
        snprintf(etag_out, 40, "W/\"v%u\"", number);
        break;
    default:
        break;
    }
    if (world->validators == VALIDATORS_DATE ||
        world->validators == VALIDATORS_STRONG_AND_DATE ||
        world->validators == VALIDATORS_WEAK_AND_DATE) {
        snprintf(date_out, 40, "Thu, 01 Jan 2026 00:00:%02u GMT", number);
    }
}

/* --- Replies -------------------------------------------------------------------------- */

static void refuse(struct server_reply *reply, int status)
{
    reply->status = status;
    add_text(reply, "no");
    reply->content_length = 2;
}

/* How a body is framed, and what becomes of it on the way. */
static void frame(struct server *server, struct server_reply *reply, uint64_t now_ms)
{
    const struct world *world = server->world;
    bool is_calm = now_ms >= world->calm_ms;

    reply->content_length = (int64_t)reply->length;
    reply->is_stream = world->framing == FRAMING_STREAM;
    if (world->framing == FRAMING_CHUNKED) {
        reply->is_chunked = true;
        reply->content_length = -1;
    } else if (world->framing == FRAMING_TO_END) {
        reply->ends_with_connection = true;
        reply->content_length = -1;
    }
    reply->sent = reply->length;
    switch (world->ending) {
    case ENDING_GOOD:
        break;
    case ENDING_WITHOUT_LAST_CHUNK:
    case ENDING_RESET:
        /* What ends with the connection ends well when it is closed, and a length is enough. */
        reply->ending = reply->is_chunked || (reply->is_stream && world->ending == ENDING_RESET)
                            ? ENDS_RESET
                            : ENDS_WELL;
        break;
    case ENDING_NEVER:
        reply->ending =
            reply->is_chunked || reply->ends_with_connection ? ENDS_STALLED : ENDS_WELL;
        break;
    }
    if (is_calm || reply->length == 0) {
        return;
    }
    if (random_chance(server->random, world->reset_permille)) {
        reply->ending = ENDS_RESET;
        reply->sent = random_below(server->random, reply->length);
    } else if (random_chance(server->random, world->stall_permille)) {
        reply->ending = ENDS_STALLED;
        reply->sent = random_below(server->random, reply->length);
    } else if (random_chance(server->random, world->short_permille) &&
               (reply->content_length >= 0 || reply->status == 206)) {
        reply->ending = ENDS_SHORT;
        reply->sent = random_below(server->random, reply->length);
    }
}

/* Whose file it is, and of which version. */
struct served {
    uint32_t version;
    uint32_t node;
    int content;
    uint64_t size;
};

static void mark(struct server *server, const struct served *served, struct server_reply *reply,
                 const struct server_request *request)
{
    uint64_t now_ms = request->now_ms;
    const struct world *world = server->world;
    bool is_part = reply->status == 206;

    server_marks(world, served->version, served->node, reply->etag, reply->last_modified);
    reply->encoding = world->encoding;
    if (now_ms < world->calm_ms && world->encoding_differs &&
        random_chance(server->random, 300)) {
        reply->encoding = NULL;
    }
    if ((is_part && world->marks_lack_in_206) ||
        (now_ms < world->calm_ms && request->knows_marks &&
         random_chance(server->random, world->marks_lack_permille))) {
        reply->etag[0] = '\0';
        reply->last_modified[0] = '\0';
    }
    if (is_part && world->etag_lacks_in_206) {
        reply->etag[0] = '\0';
    }
}

static void give_whole(struct server *server, const struct served *served,
                       struct server_reply *reply, const struct server_request *request)
{
    reply->status = 200;
    reply->refuses_ranges = server->world->tells_no_ranges;
    mark(server, served, reply, request);
    add_content(reply, served->content, 0, served->size);
    frame(server, reply, request->now_ms);
}

static void not_satisfiable(struct server *server, const struct served *served,
                            struct server_reply *reply)
{
    refuse(reply, 416);
    if (server->world->says_size_in_416) {
        snprintf(reply->content_range, sizeof(reply->content_range), "bytes */%llu",
                 (unsigned long long)served->size);
    }
}

/* A range as a client asks for it; the last byte is UINT64_MAX for an open one. */
struct asked {
    uint64_t first;
    uint64_t last;
};

static size_t read_ranges(const char *text, struct asked *asked, size_t most)
{
    size_t count = 0;

    while (*text && count < most) {
        char *end;

        asked[count].first = strtoull(text, &end, 10);
        text = end + 1; /* behind the dash */
        asked[count].last = UINT64_MAX;
        if (*text >= '0' && *text <= '9') {
            asked[count].last = strtoull(text, &end, 10);
            text = end;
        }
        text += *text == ',';
        count++;
    }
    return count;
}

static void write_content_range(const struct world *world, char text_out[96], uint64_t first,
                                uint64_t last, uint64_t size)
{
    if (world->total_is_star) {
        snprintf(text_out, 96, "bytes %llu-%llu/*", (unsigned long long)first,
                 (unsigned long long)last);
    } else {
        snprintf(text_out, 96, "bytes %llu-%llu/%llu", (unsigned long long)first,
                 (unsigned long long)last,
                 (unsigned long long)(world->total_is_end ? last + 1 : size));
    }
}

static void give_part(struct server *server, const struct served *served, struct asked asked,
                      struct server_reply *reply, const struct server_request *request)
{
    const struct world *world = server->world;
    uint64_t last = asked.last < served->size ? asked.last : served->size - 1;

    if (asked.first >= served->size ||
        (world->last_must_fit && asked.last != UINT64_MAX && asked.last >= served->size)) {
        not_satisfiable(server, served, reply);
        return;
    }
    if (world->early_by > 0) {
        asked.first -= asked.first % world->early_by;
    }
    /* It is shorter than asked, but has something of it. */
    if (world->part_most < UINT64_MAX &&
        last - asked.first + 1 > world->part_most + world->early_by) {
        last = asked.first + world->part_most + world->early_by - 1;
    }
    reply->status = 206;
    mark(server, served, reply, request);
    write_content_range(world, reply->content_range, asked.first,
                        world->range_is_not_clipped && asked.last != UINT64_MAX &&
                                asked.last >= served->size
                            ? asked.last
                            : last,
                        served->size);
    if (world->part_as_200) {
        reply->status = 200;
    }
    add_content(reply, served->content, asked.first, last - asked.first + 1);
    frame(server, reply, request->now_ms);
}

static void add_part(struct server *server, const struct served *served, struct asked asked,
                     struct server_reply *reply)
{
    const struct world *world = server->world;
    uint64_t last = asked.last < served->size ? asked.last : served->size - 1;
    uint64_t length = last - asked.first + 1;
    uint64_t said = asked.first;
    char content_range[96];
    char text[256];

    if (world->many == MANY_MISPLACED && random_chance(server->random, 200)) {
        said += random_between(server->random, 1, 5);
        said = said + length > served->size ? asked.first : said;
    }
    write_content_range(world, content_range, said, said + length - 1, served->size);
    snprintf(text, sizeof(text),
             "\r\n--%s\r\nContent-Type: application/octet-stream\r\nContent-Range: %s\r\n\r\n",
             boundary, content_range);
    add_text(reply, text);
    if (world->many == MANY_SHORT && random_chance(server->random, 300)) {
        length = random_below(server->random, length);
    }
    add_content(reply, served->content, said, length);
}

static void give_parts(struct server *server, const struct served *served, struct asked *asked,
                       size_t count, struct server_reply *reply,
                       const struct server_request *request)
{
    const struct world *world = server->world;

    if (world->many == MANY_REORDERED) {
        for (size_t i = count; i > 1; i--) {
            size_t other = (size_t)random_below(server->random, i);
            struct asked range = asked[i - 1];

            asked[i - 1] = asked[other];
            asked[other] = range;
        }
    }
    reply->status = 206;
    mark(server, served, reply, request);
    snprintf(reply->content_type, sizeof(reply->content_type),
             "multipart/byteranges; boundary=%s", boundary);
    for (size_t i = 0; i < count; i++) {
        if (asked[i].first >= served->size ||
            (world->many == MANY_LEFT_OUT && random_chance(server->random, 300))) {
            continue;
        }
        add_part(server, served, asked[i], reply);
    }
    add_text(reply, "\r\n--");
    add_text(reply, boundary);
    add_text(reply, "--\r\n");
    frame(server, reply, request->now_ms);
}

static void give_many(struct server *server, const struct served *served, struct asked *asked,
                      size_t count, struct server_reply *reply,
                      const struct server_request *request)
{
    const struct world *world = server->world;
    struct asked all = {asked[0].first, asked[count - 1].last};

    switch (world->many_most > 0 && count > world->many_most ? world->many : MANY_HONOURED) {
    case MANY_REFUSED:
        refuse(reply, world->many_refusal);
        return;
    case MANY_WHOLE:
        give_whole(server, served, reply, request);
        return;
    case MANY_MERGED:
        give_part(server, served, all, reply, request);
        return;
    case MANY_FIRST:
        give_part(server, served, asked[0], reply, request);
        return;
    default:
        give_parts(server, served, asked, count, reply, request);
        return;
    }
}

static bool if_range_holds(const struct world *world, const struct served *served,
                           const char *if_range)
{
    char etag[40];
    char date[40];

    switch (world->if_range) {
    case IF_RANGE_ALWAYS_200:
        return false;
    case IF_RANGE_IGNORED:
        return true;
    default:
        server_marks(world, served->version, served->node, etag, date);
        return strcmp(if_range, etag) == 0 || strcmp(if_range, date) == 0;
    }
}

static void give_file(struct server *server, const struct server_request *request,
                      struct server_reply *reply)
{
    enum { ASKED_MOST = 128 };
    const struct world *world = server->world;
    struct asked asked[ASKED_MOST];
    struct served served;
    size_t count;

    served.version = world_version_at(world, request->now_ms);
    served.node = (uint32_t)random_below(server->random, world->node_count);
    served.content = server_content(world, served.version, served.node);
    served.size = world->sizes[served.version];
    if (world->sends_date) {
        snprintf(reply->date, sizeof(reply->date), "Fri, 02 Jan 2026 00:00:00 GMT");
    }
    if (!request->ranges || world->ranges == RANGES_IGNORED) {
        give_whole(server, &served, reply, request);
        return;
    }
    if (world->ranges == RANGES_REFUSED) {
        refuse(reply, world->range_refusal);
        return;
    }
    if (request->if_range && !if_range_holds(world, &served, request->if_range)) {
        give_whole(server, &served, reply, request);
        return;
    }
    count = read_ranges(request->ranges, asked, ASKED_MOST);
    if (count > 1) {
        give_many(server, &served, asked, count, reply, request);
    } else {
        give_part(server, &served, asked[0], reply, request);
    }
}

/* --- Places --------------------------------------------------------------------------- */

static void redirect(struct server_reply *reply, const char *location)
{
    refuse(reply, 302);
    snprintf(reply->location, sizeof(reply->location), "%s", location);
}

static void redirect_to_link(struct server *server, struct server_reply *reply, uint64_t number,
                             const char *folder)
{
    char location[96];

    snprintf(location, sizeof(location), "%s%s/%llu",
             server->world->redirect_is_relative ? "" : "http://cdn.test/", folder,
             (unsigned long long)number);
    redirect(reply, location);
}

static void ask_original(struct server *server, const struct server_request *request,
                         struct server_reply *reply)
{
    switch (server->world->redirect) {
    case REDIRECT_NONE:
    case REDIRECT_COUNT:
        give_file(server, request, reply);
        return;
    case REDIRECT_RELATIVE:
        redirect(reply, "m/f");
        return;
    case REDIRECT_SAME_ORIGIN:
        redirect(reply, "/e/f");
        return;
    case REDIRECT_ELSEWHERE:
        redirect(reply, "http://cdn.test/e/f");
        return;
    case REDIRECT_SIGNED:
        redirect_to_link(server, reply, request->now_ms + server->world->link_lasts_ms, "s");
        return;
    case REDIRECT_SINGLE_USE:
        redirect_to_link(server, reply, server->links_made++ % 64, "u");
        server->links_used &= ~(UINT64_C(1) << (server->links_made - 1) % 64);
        return;
    case REDIRECT_LOOP:
        redirect(reply, "/d/f");
        return;
    }
}

static void ask_place(struct server *server, const struct server_request *request,
                      const char *path, struct server_reply *reply)
{
    const struct world *world = server->world;
    bool is_own = strncmp(request->url, "http://cdn.test/", 16) != 0;
    uint64_t number;

    if (is_own && strcmp(path, "d/f") == 0) {
        ask_original(server, request, reply);
        return;
    }
    if ((world->redirect == REDIRECT_RELATIVE && is_own && strcmp(path, "d/m/f") == 0) ||
        (world->redirect == REDIRECT_SAME_ORIGIN && is_own && strcmp(path, "e/f") == 0) ||
        (world->redirect == REDIRECT_ELSEWHERE && !is_own && strcmp(path, "e/f") == 0)) {
        give_file(server, request, reply);
        return;
    }
    if (is_own && strncmp(path, "d/", 2) == 0) {
        path += 2;
    }
    number = strtoull(path + 2, NULL, 10);
    if (strncmp(path, "s/", 2) == 0 && world->redirect == REDIRECT_SIGNED) {
        if (request->now_ms <= number) {
            give_file(server, request, reply);
        } else {
            refuse(reply, world->link_refusal);
        }
        return;
    }
    if (strncmp(path, "u/", 2) == 0 && world->redirect == REDIRECT_SINGLE_USE) {
        if (server->links_used >> number & 1) {
            refuse(reply, world->link_refusal);
        } else {
            server->links_used |= UINT64_C(1) << number;
            give_file(server, request, reply);
        }
        return;
    }
    server->was_asked_nonsense = true;
    refuse(reply, 404);
}

/* --- Faults --------------------------------------------------------------------------- */

static bool meets_portal(struct server *server, const struct server_request *request,
                         struct server_reply *reply)
{
    const struct world *world = server->world;
    bool is_login = strncmp(request->url, "http://login.test/", 18) == 0;

    if (!is_login &&
        (request->now_ms < world->portal_ms[0] || request->now_ms >= world->portal_ms[1])) {
        return false;
    }
    reply->is_portal = true;
    if (world->portal_redirects && !is_login) {
        redirect(reply, "http://login.test/");
        return true;
    }
    reply->status = 200;
    add_text(reply, "<html>Who are you?</html>");
    reply->content_length = (int64_t)reply->length;
    reply->sent = reply->length;
    return true;
}

static bool meets_limit(struct server *server, const struct server_request *request,
                        struct server_reply *reply)
{
    const struct world *world = server->world;

    if (world->limit == 0 || request->seen < world->limit) {
        return false;
    }
    switch (world->limit_by) {
    case LIMIT_BY_STATUS:
        refuse(reply, world->limit_status);
        if (world->limit_tells_when && world->limit_status != 403) {
            reply->retry_after_ms = 1000;
        }
        break;
    case LIMIT_BY_RESET:
        reply->kind = REPLY_RESET;
        break;
    case LIMIT_BY_REFUSAL:
        reply->kind = REPLY_NO_CONNECTION;
        break;
    }
    return true;
}

static bool meets_fault(struct server *server, const struct server_request *request,
                        struct server_reply *reply)
{
    static const int errors[] = {408, 429, 500, 502, 503, 504};
    const struct world *world = server->world;
    struct random *random = server->random;

    if (request->now_ms >= world->calm_ms) {
        return false;
    }
    if (random_chance(random, world->refused_permille)) {
        reply->kind = REPLY_NO_CONNECTION;
    } else if (random_chance(random, world->reset_early_permille)) {
        reply->kind = REPLY_RESET;
    } else if (random_chance(random, world->error_permille)) {
        refuse(reply, errors[random_below(random, sizeof(errors) / sizeof(errors[0]))]);
        if (world->error_tells_when) {
            reply->retry_after_ms = random_between(random, 0, 5) * 1000;
        }
    } else if (random_chance(random, world->nonsense_permille)) {
        refuse(reply, random_chance(random, 500) ? 204 : 202);
    } else if (request->others > 0 && random_chance(random, world->passing_403_permille)) {
        refuse(reply, 403);
    } else {
        return false;
    }
    return true;
}

void server_ask(struct server *server, const struct server_request *request,
                struct server_reply *reply_out)
{
    const struct world *world = server->world;
    const char *path = strchr(strstr(request->url, "://") + 3, '/') + 1;

    *reply_out = (struct server_reply){
        .content_length = -1,
        .retry_after_ms = RETRY_AFTER_NONE,
    };
    if (meets_portal(server, request, reply_out) || meets_fault(server, request, reply_out) ||
        meets_limit(server, request, reply_out)) {
        reply_out->sent = reply_out->length;
        return;
    }
    if (world->refusal != 0) {
        refuse(reply_out, world->refusal);
    } else {
        ask_place(server, request, path, reply_out);
    }
    if (reply_out->status != 200 && reply_out->status != 206) {
        reply_out->sent = reply_out->length;
    }
}
