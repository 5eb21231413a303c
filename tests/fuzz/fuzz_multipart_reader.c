/*
 * Whatever body a server sends, under whatever Content-Type: what is read does not depend on
 * where it is cut; what is said to be a byte of the file is one of the body, each at most once
 * and in order; and a part that counts was as long as it said.
 *
 * An input is the Content-Type up to the first new line, and the body behind it.
 */
#include "fuzz_target.h"

#include "http/multipart_reader.h"

#include <string.h>

enum { RECORDS_MOST = 512 };

/* What was read. Bodies that follow each other are one. */
struct record {
    enum multipart_event_kind kind;
    size_t position; /* in the body, of the first byte, or behind the event */
    size_t size;
    struct content_range part;
};

struct record_list {
    struct record items[RECORDS_MOST];
    size_t count; /* goes on where there is no room */
    enum odo_status finish;
    bool last_is_whole;
};

static struct record *last_record(struct record_list *list)
{
    return list->count > 0 && list->count <= RECORDS_MOST ? &list->items[list->count - 1]
                                                          : NULL;
}

static void add_record(struct record_list *list, struct record record)
{
    if (list->count < RECORDS_MOST) {
        list->items[list->count] = record;
    }
    list->count++;
}

static void check_part(const struct content_range *part)
{
    REQUIRE(part->satisfied && part->range.length > 0);
    REQUIRE(part->range.offset < BYTE_OFFSET_LIMIT);
    REQUIRE(part->range.length <= BYTE_OFFSET_LIMIT - part->range.offset);
    REQUIRE(part->total == ODO_SIZE_UNKNOWN ||
            part->range.offset + part->range.length <= part->total);
}

/* What the reader may say next, and what must have been said before it. */
struct expectation {
    uint64_t offset; /* of the next BODY */
    uint64_t left;   /* of the part */
    bool has_part;
    bool part_is_open; /* no PART_END has come for it */
    bool has_ended;
    bool has_failed;
};

static void check_event(struct expectation *expected, const struct multipart_event *event)
{
    REQUIRE(!expected->has_failed || event->kind == MULTIPART_FAILED);
    REQUIRE(!expected->has_ended || event->kind == MULTIPART_MORE);
    switch (event->kind) {
    case MULTIPART_MORE:
        REQUIRE(expected->left == 0);
        break;
    case MULTIPART_PART:
        REQUIRE(expected->left == 0 && !expected->part_is_open);
        check_part(&event->part);
        expected->part_is_open = true;
        expected->offset = event->part.range.offset;
        expected->left = event->part.range.length;
        expected->has_part = true;
        break;
    case MULTIPART_BODY:
        REQUIRE(event->size > 0 && event->size <= expected->left);
        REQUIRE(event->offset == expected->offset);
        expected->offset += event->size;
        expected->left -= event->size;
        break;
    case MULTIPART_PART_END:
        REQUIRE(expected->left == 0 && expected->part_is_open);
        check_part(&event->part);
        REQUIRE(event->part.range.offset + event->part.range.length == expected->offset);
        expected->part_is_open = false;
        break;
    case MULTIPART_END:
        REQUIRE(expected->left == 0 && expected->has_part && !expected->part_is_open);
        expected->has_ended = true;
        break;
    case MULTIPART_FAILED:
        REQUIRE(event->status == ODO_E_CONTENT_MISMATCH);
        expected->left = 0;
        expected->has_failed = true;
        break;
    }
}

static void note_event(struct record_list *list, const struct multipart_event *event,
                       size_t begin, size_t end)
{
    struct record *last = last_record(list);

    switch (event->kind) {
    case MULTIPART_MORE:
        break;
    case MULTIPART_BODY:
        if (last && last->kind == MULTIPART_BODY && last->position + last->size == begin) {
            last->size += event->size;
        } else {
            add_record(list, (struct record){MULTIPART_BODY, begin, event->size, {0}});
        }
        break;
    case MULTIPART_FAILED:
        if (!last || last->kind != MULTIPART_FAILED) {
            /* The rest of the piece is taken as well, so the place says nothing. */
            add_record(list, (struct record){MULTIPART_FAILED, 0, 0, {0}});
        }
        break;
    case MULTIPART_PART:
    case MULTIPART_PART_END:
    case MULTIPART_END:
        add_record(list, (struct record){event->kind, end, 0, event->part});
        break;
    }
}

/* How long the next piece is; always the same for the same input. */
static size_t next_piece(uint32_t *seed, size_t piece)
{
    if (piece > 0) {
        return piece;
    }
    *seed = *seed * 1664525 + 1013904223;
    return 1 + (*seed >> 16) % (*seed >> 31 ? 5 : 97);
}

/* Read the body in pieces of `piece` bytes; 0 is pieces of many sizes. */
static bool read_body(const char *content_type, const uint8_t *body, size_t size, size_t piece,
                      struct record_list *list_out)
{
    struct multipart_reader reader;
    struct expectation expected = {0};
    uint32_t seed = (uint32_t)size;
    enum odo_status status = multipart_reader_init(&reader, content_type);
    size_t position = 0;

    REQUIRE(status == ODO_OK || status == ODO_E_CONTENT_MISMATCH);
    expected.has_failed = status != ODO_OK;
    list_out->count = 0;
    while (position < size) {
        size_t piece_size = next_piece(&seed, piece);
        uint8_t *alone; /* so that a sanitizer sees its ends */
        size_t done = 0;

        if (piece_size > size - position) {
            piece_size = size - position;
        }
        alone = malloc(piece_size);
        if (!alone) {
            return false;
        }
        memcpy(alone, body + position, piece_size);
        while (done < piece_size) {
            struct multipart_event event;
            size_t taken =
                multipart_reader_next(&reader, alone + done, piece_size - done, &event);

            REQUIRE(taken > 0 && taken <= piece_size - done);
            REQUIRE(event.kind != MULTIPART_MORE || taken == piece_size - done);
            REQUIRE(event.kind != MULTIPART_BODY ||
                    (event.data == alone + done && event.size == taken));
            check_event(&expected, &event);
            note_event(list_out, &event, position + done, position + done + taken);
            done += taken;
        }
        free(alone);
        position += piece_size;
    }
    list_out->finish = multipart_reader_finish(&reader);
    list_out->last_is_whole = multipart_reader_part_is_whole(&reader);
    REQUIRE(!list_out->last_is_whole || (expected.part_is_open && expected.left == 0 &&
                                         !expected.has_ended && !expected.has_failed));
    REQUIRE(list_out->finish == (expected.has_failed  ? ODO_E_CONTENT_MISMATCH
                                 : expected.has_ended ? ODO_OK
                                                      : ODO_E_CONNECTION_LOST));
    return true;
}

static void check_same(const struct record_list *left, const struct record_list *right)
{
    REQUIRE(left->finish == right->finish);
    REQUIRE(left->last_is_whole == right->last_is_whole);
    REQUIRE(left->count == right->count);
    for (size_t i = 0; i < left->count && i < RECORDS_MOST; i++) {
        const struct record *a = &left->items[i];
        const struct record *b = &right->items[i];

        REQUIRE(a->kind == b->kind && a->position == b->position && a->size == b->size);
        REQUIRE(a->part.range.offset == b->part.range.offset);
        REQUIRE(a->part.range.length == b->part.range.length);
        REQUIRE(a->part.total == b->part.total);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct record_list whole;
    static struct record_list cut;
    const uint8_t *line_end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t type_size = line_end ? (size_t)(line_end - data) : size;
    const uint8_t *body = line_end ? line_end + 1 : data + size;
    size_t body_size = (size_t)(data + size - body);
    char *content_type = malloc(type_size + 1);

    if (!content_type) {
        return 0;
    }
    if (type_size > 0) {
        memcpy(content_type, data, type_size);
    }
    content_type[type_size] = '\0';
    if (read_body(content_type, body, body_size, body_size + 1, &whole)) {
        static const size_t pieces[] = {1, 2, 3, 7, 0};

        for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
            if (read_body(content_type, body, body_size, pieces[i], &cut)) {
                check_same(&whole, &cut);
            }
        }
    }
    free(content_type);
    return 0;
}
