#include "http/multipart_reader.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>

static const char content_range_name[] = "Content-Range:";

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

/* --- Content-Type --------------------------------------------------------------------- */

static const char *skip_blanks(const char *text)
{
    while (is_blank(*text)) {
        text++;
    }
    return text;
}

/* Skip a parameter's name, in any case, and the "=". NULL if it is another parameter. */
static const char *skip_name(const char *text, const char *name)
{
    if (!text_starts_with_ignoring_case(text, name)) {
        return NULL;
    }
    text = skip_blanks(text + strlen(name));
    return *text == '=' ? skip_blanks(text + 1) : NULL;
}

/* Skip a parameter up to its semicolon, or to the end of the text. */
static const char *skip_parameter(const char *text)
{
    bool is_quoted = false;

    for (; *text != '\0' && (is_quoted || *text != ';'); text++) {
        if (*text == '"') {
            is_quoted = !is_quoted;
        } else if (is_quoted && *text == '\\' && text[1] != '\0') {
            text++;
        }
    }
    return text;
}

static bool append_to_boundary(struct multipart_reader *reader, char character)
{
    /* Printable and on one line, so it cannot be confused with a line end. */
    if (character < ' ' || character > '~' ||
        reader->boundary_size == sizeof(reader->boundary)) {
        return false;
    }
    reader->boundary[reader->boundary_size++] = character;
    return true;
}

/* Read the parameter's value. Returns its end, or NULL if it is invalid. */
static const char *take_boundary(struct multipart_reader *reader, const char *text)
{
    if (*text != '"') {
        for (; *text != '\0' && *text != ';' && !is_blank(*text); text++) {
            if (*text == '"' || !append_to_boundary(reader, *text)) {
                return NULL;
            }
        }
    } else {
        for (text++; *text != '"'; text++) {
            if (*text == '\\') {
                text++;
            }
            if (!append_to_boundary(reader, *text)) {
                return NULL; /* includes an unterminated string */
            }
        }
        text++;
    }
    text = skip_blanks(text);
    /* A trailing blank could not be told from padding after the boundary. */
    if ((*text != '\0' && *text != ';') || reader->boundary_size == 2 ||
        reader->boundary[reader->boundary_size - 1] == ' ') {
        return NULL;
    }
    return text;
}

static bool read_content_type(struct multipart_reader *reader, const char *text)
{
    static const char type[] = "multipart/byteranges";
    bool has_boundary = false;

    text = skip_blanks(text);
    if (!text_starts_with_ignoring_case(text, type)) {
        return false;
    }
    text = skip_blanks(text + strlen(type));
    while (*text == ';') {
        const char *value;

        text = skip_blanks(text + 1);
        value = skip_name(text, "boundary");
        if (!value) {
            text = skip_parameter(text);
            continue;
        }
        if (has_boundary) {
            return false;
        }
        has_boundary = true;
        text = take_boundary(reader, value);
        if (!text) {
            return false;
        }
    }
    return has_boundary;
}

static void fail(struct multipart_reader *reader)
{
    reader->place = MULTIPART_IN_FAILURE;
    reader->status = ODO_E_CONTENT_MISMATCH;
}

enum odo_status multipart_reader_init(struct multipart_reader *reader, const char *content_type)
{
    *reader = (struct multipart_reader){
        .place = MULTIPART_AT_BOUNDARY,
        .boundary = {'-', '-'},
        .boundary_size = 2,
    };
    if (!content_type || !read_content_type(reader, content_type)) {
        fail(reader);
    }
    return reader->status;
}

/* --- The boundary --------------------------------------------------------------------- */

static void begin_boundary(struct multipart_reader *reader)
{
    reader->place = MULTIPART_AT_BOUNDARY;
    reader->matched = 0;
}

/* The line is no boundary, which is permitted only before the first part. */
static void take_other_line(struct multipart_reader *reader, char character)
{
    if (reader->has_part) {
        fail(reader);
    } else if (character == '\n') {
        begin_boundary(reader);
    } else {
        reader->place = MULTIPART_IN_OTHER_LINE;
    }
}

static void begin_field(struct multipart_reader *reader)
{
    reader->field_size = 0;
    reader->field_is_cut = false;
}

static void begin_headers(struct multipart_reader *reader)
{
    reader->place = MULTIPART_AT_FIELD;
    reader->has_part = true;
    reader->has_range = false;
    reader->overhead = 0;
    begin_field(reader);
}

static void take_at_boundary(struct multipart_reader *reader, char character)
{
    if (character != reader->boundary[reader->matched]) {
        take_other_line(reader, character);
        return;
    }
    reader->matched++;
    if (reader->matched == reader->boundary_size) {
        reader->place = MULTIPART_BEHIND_BOUNDARY;
    }
}

static void take_behind_boundary(struct multipart_reader *reader, char character)
{
    if (is_blank(character) || character == '-' || character == '\r' || character == '\n') {
        reader->part_is_open = false; /* a boundary line, not just a similar one */
    }
    if (character == '-' && reader->place == MULTIPART_BEHIND_BOUNDARY) {
        reader->place = MULTIPART_BEHIND_DASH;
    } else if (character == '\n') {
        reader->has_bare_lf |= reader->place != MULTIPART_BEHIND_BOUNDARY_CR;
        begin_headers(reader);
    } else if (character == '\r' && reader->place != MULTIPART_BEHIND_BOUNDARY_CR) {
        reader->place = MULTIPART_BEHIND_BOUNDARY_CR;
    } else if (is_blank(character) && reader->place != MULTIPART_BEHIND_BOUNDARY_CR) {
        reader->place = MULTIPART_IN_PADDING;
    } else {
        take_other_line(reader, character);
    }
}

static void take_behind_dash(struct multipart_reader *reader, char character)
{
    if (character != '-') {
        take_other_line(reader, character);
    } else if (reader->has_part) {
        reader->place = MULTIPART_BEHIND_END;
    } else {
        fail(reader);
    }
}

/* --- The headers of a part ------------------------------------------------------------ */

static void append_to_field(struct multipart_reader *reader, char character)
{
    if (reader->field_size == MULTIPART_FIELD_MOST) {
        reader->field_is_cut = true;
        return;
    }
    reader->field[reader->field_size++] = character;
}

/* The next line does not continue the header, so it is complete. Only Content-Range matters. */
static bool settle_field(struct multipart_reader *reader)
{
    const char *value = reader->field + strlen(content_range_name);

    reader->field[reader->field_size] = '\0';
    if (!text_starts_with_ignoring_case(reader->field, content_range_name)) {
        return true;
    }
    if (reader->has_range || reader->field_is_cut ||
        strlen(reader->field) != reader->field_size || /* contains a NUL */
        !content_range_parse(value, &reader->range) || !reader->range.satisfied) {
        return false;
    }
    reader->has_range = true;
    return true;
}

static void end_headers(struct multipart_reader *reader)
{
    if (!settle_field(reader) || !reader->has_range) {
        fail(reader);
        return;
    }
    reader->place = MULTIPART_IN_BODY;
    reader->part_is_open = true;
    reader->matched_in_part = 0;
    reader->offset = reader->range.range.offset;
    reader->left = reader->range.range.length;
}

static void take_at_field(struct multipart_reader *reader, char character)
{
    if (character == '\n') {
        reader->has_bare_lf = true;
        end_headers(reader);
    } else if (character == '\r') {
        reader->place = MULTIPART_AT_FIELD_CR;
    } else if (is_blank(character)) {
        reader->place = MULTIPART_IN_FIELD; /* the header is continued */
        append_to_field(reader, ' ');
    } else if (!settle_field(reader)) {
        fail(reader);
    } else {
        reader->place = MULTIPART_IN_FIELD;
        begin_field(reader);
        append_to_field(reader, character);
    }
}

static void take_in_field(struct multipart_reader *reader, char character)
{
    if (character != '\n') {
        append_to_field(reader, character);
        return;
    }
    if (reader->field_size > 0 && reader->field[reader->field_size - 1] == '\r') {
        reader->field_size--;
    } else if (!reader->field_is_cut) {
        reader->has_bare_lf = true;
    }
    reader->place = MULTIPART_AT_FIELD;
}

/* --- The end of a part ---------------------------------------------------------------- */

/*
 * Consume the line end that belongs to the boundary. A server that writes CRLF elsewhere does
 * so here: a bare LF then means that the CR was counted as the part's last byte, so the part is
 * one byte too long.
 */
static void take_behind_body(struct multipart_reader *reader, char character)
{
    if (character == '\n' &&
        (reader->place == MULTIPART_BEHIND_BODY_CR || reader->has_bare_lf)) {
        begin_boundary(reader);
    } else if (character == '\r' && reader->place == MULTIPART_BEHIND_BODY) {
        reader->place = MULTIPART_BEHIND_BODY_CR;
    } else {
        fail(reader);
    }
}

/* --- Parser --------------------------------------------------------------------------- */

/* Consume a byte outside any part's body. */
static void take(struct multipart_reader *reader, char character)
{
    if (reader->overhead == MULTIPART_HEADER_MOST) {
        fail(reader);
        return;
    }
    reader->overhead++;
    switch (reader->place) {
    case MULTIPART_AT_BOUNDARY:
        take_at_boundary(reader, character);
        break;
    case MULTIPART_BEHIND_BOUNDARY:
    case MULTIPART_IN_PADDING:
    case MULTIPART_BEHIND_BOUNDARY_CR:
        take_behind_boundary(reader, character);
        break;
    case MULTIPART_BEHIND_DASH:
        take_behind_dash(reader, character);
        break;
    case MULTIPART_IN_OTHER_LINE:
        take_other_line(reader, character);
        break;
    case MULTIPART_AT_FIELD:
        take_at_field(reader, character);
        break;
    case MULTIPART_AT_FIELD_CR:
        if (character == '\n') {
            end_headers(reader);
        } else {
            fail(reader);
        }
        break;
    case MULTIPART_IN_FIELD:
        take_in_field(reader, character);
        break;
    case MULTIPART_BEHIND_BODY:
    case MULTIPART_BEHIND_BODY_CR:
        take_behind_body(reader, character);
        break;
    case MULTIPART_IN_BODY:
    case MULTIPART_BEHIND_END:
    case MULTIPART_IN_FAILURE:
        assert(false);
        break;
    }
}

/*
 * The number of bytes of a part before the last byte of a boundary and the line end that
 * belongs to it; `size` if there is none. A boundary contains neither CR nor LF, so a failed
 * match can restart only at the byte where it failed.
 */
static size_t find_boundary(struct multipart_reader *reader, const unsigned char *data,
                            size_t size)
{
    const char *line_end = reader->has_bare_lf ? "\n" : "\r\n";
    size_t line_end_size = strlen(line_end);
    size_t whole = line_end_size + reader->boundary_size;
    size_t matched = reader->matched_in_part;

    for (size_t at = 0; at < size; at++) {
        char expected;

        if (matched == 0) {
            const unsigned char *first = memchr(data + at, line_end[0], size - at);

            if (!first) {
                break;
            }
            at = (size_t)(first - data);
        }
        expected = matched < line_end_size ? line_end[matched]
                                           : reader->boundary[matched - line_end_size];
        if ((char)data[at] != expected) {
            matched = (char)data[at] == line_end[0] ? 1 : 0;
        } else if (matched + 1 == whole) {
            reader->matched_in_part = matched;
            return at;
        } else {
            matched++;
        }
    }
    reader->matched_in_part = matched;
    return size;
}

static size_t take_body(struct multipart_reader *reader, const unsigned char *data, size_t size,
                        struct multipart_event *event_out)
{
    size_t given = size;

    if (size > reader->left) {
        size = (size_t)reader->left;
    }
    size = find_boundary(reader, data, size);
    if (size == 0) {
        fail(reader);
        *event_out =
            (struct multipart_event){.kind = MULTIPART_FAILED, .status = reader->status};
        return given;
    }
    *event_out = (struct multipart_event){
        .kind = MULTIPART_BODY, .data = data, .size = size, .offset = reader->offset};
    reader->offset += size;
    reader->left -= size;
    if (reader->left == 0) {
        reader->place = MULTIPART_BEHIND_BODY;
        reader->overhead = 0;
    }
    return size;
}

size_t multipart_reader_next(struct multipart_reader *reader, const unsigned char *data,
                             size_t size, struct multipart_event *event_out)
{
    size_t taken = 0;
    bool was_open;

    assert(size > 0);

    *event_out = (struct multipart_event){.kind = MULTIPART_MORE};
    if (reader->place == MULTIPART_IN_BODY) {
        return take_body(reader, data, size, event_out);
    }
    while (taken < size && event_out->kind == MULTIPART_MORE) {
        if (reader->place == MULTIPART_BEHIND_END) {
            return size;
        }
        was_open = reader->part_is_open;
        if (reader->place != MULTIPART_IN_FAILURE) {
            take(reader, (char)data[taken++]);
        }
        if (reader->place == MULTIPART_IN_BODY) {
            event_out->kind = MULTIPART_PART;
            event_out->part = reader->range;
        } else if (was_open && !reader->part_is_open) {
            event_out->kind = MULTIPART_PART_END;
            event_out->part = reader->range;
        } else if (reader->place == MULTIPART_BEHIND_END) {
            event_out->kind = MULTIPART_END;
        } else if (reader->place == MULTIPART_IN_FAILURE) {
            event_out->kind = MULTIPART_FAILED;
            event_out->status = reader->status;
            return size;
        }
    }
    return taken;
}

enum odo_status multipart_reader_finish(const struct multipart_reader *reader)
{
    switch (reader->place) {
    case MULTIPART_IN_FAILURE:
        return reader->status;
    case MULTIPART_BEHIND_END:
        return ODO_OK;
    default:
        return ODO_E_CONNECTION_LOST;
    }
}

bool multipart_reader_part_is_whole(const struct multipart_reader *reader)
{
    return reader->part_is_open && reader->left == 0 && reader->matched_in_part == 0 &&
           reader->place != MULTIPART_IN_FAILURE;
}
