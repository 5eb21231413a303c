#include "ranges/content_range.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>

/* The unparsed rest of the input. */
struct reader {
    const char *next;
};

static void skip_blanks(struct reader *reader)
{
    while (*reader->next == ' ' || *reader->next == '\t') {
        reader->next++;
    }
}

/* Consume `character` if it is next, and blanks around it. */
static bool take_character(struct reader *reader, char character)
{
    skip_blanks(reader);
    if (*reader->next != character) {
        return false;
    }
    reader->next++;
    skip_blanks(reader);
    return true;
}

/* Consume "first-last", both inclusive. */
static bool take_range(struct reader *reader, struct byte_range *range_out)
{
    uint64_t first;
    uint64_t last;

    if (!text_take_number(&reader->next, BYTE_OFFSET_LIMIT, &first) ||
        !take_character(reader, '-') ||
        !text_take_number(&reader->next, BYTE_OFFSET_LIMIT, &last) || last < first ||
        last >= BYTE_OFFSET_LIMIT) {
        return false;
    }
    *range_out = (struct byte_range){first, last - first + 1};
    return true;
}

/* Consume "bytes" and what separates it from the range. */
static bool take_unit(struct reader *reader)
{
    static const char unit[] = "bytes";
    const char *after;

    skip_blanks(reader);
    if (!text_starts_with_ignoring_case(reader->next, unit)) {
        return false;
    }
    reader->next += strlen(unit);
    after = reader->next;
    if (!take_character(reader, '=')) {
        skip_blanks(reader);
    }
    return reader->next > after;
}

static bool is_at_end(struct reader *reader)
{
    skip_blanks(reader);
    return *reader->next == '\0';
}

/* Parse the value. With `clip`, a range that ends past its total is clipped to it. */
static bool parse(const char *text, bool clip, struct content_range *content_range_out)
{
    struct reader reader = {text};
    struct content_range result = {.total = ODO_SIZE_UNKNOWN};

    if (!take_unit(&reader)) {
        return false;
    }
    if (!take_character(&reader, '*')) {
        if (!take_range(&reader, &result.range)) {
            return false;
        }
        result.satisfied = true;
    }
    if (!take_character(&reader, '/')) {
        return false;
    }
    /* "*" instead of the total is only valid with a range. */
    if (!(result.satisfied && take_character(&reader, '*')) &&
        !text_take_number(&reader.next, BYTE_OFFSET_LIMIT, &result.total)) {
        return false;
    }
    if (result.satisfied && result.total < result.range.offset + result.range.length) {
        if (!clip || result.total <= result.range.offset) {
            return false;
        }
        result.range.length = result.total - result.range.offset;
    }
    if (!is_at_end(&reader)) {
        return false;
    }
    *content_range_out = result;
    return true;
}

bool content_range_parse(const char *text, struct content_range *content_range_out)
{
    return parse(text, false, content_range_out);
}

bool content_range_parse_clipped(const char *text, struct content_range *content_range_out)
{
    return parse(text, true, content_range_out);
}

/* Write unterminated digits and return their end. */
static char *write_number(uint64_t number, char *text)
{
    char reversed[20]; /* UINT64_MAX has 20 digits */
    size_t count = 0;

    do {
        reversed[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0) {
        *text++ = reversed[--count];
    }
    return text;
}

void content_range_write(struct byte_range range, char text_out[RANGE_TEXT_SIZE])
{
    char *next = write_number(range.offset, text_out);

    assert(range.length > 0);

    *next++ = '-';
    if (range.length != BYTE_RANGE_TO_END) {
        next = write_number(range.offset + range.length - 1, next);
    }
    *next = '\0';
}

enum odo_status content_range_read(const char *text, struct byte_range *range_out)
{
    struct reader reader = {text};
    struct byte_range range;

    skip_blanks(&reader);
    if (!take_range(&reader, &range)) {
        reader.next = text;
        skip_blanks(&reader);
        if (!text_take_number(&reader.next, BYTE_OFFSET_LIMIT, &range.offset) ||
            range.offset >= BYTE_OFFSET_LIMIT || !take_character(&reader, '-')) {
            return ODO_E_INVALID_RANGE;
        }
        range.length = BYTE_RANGE_TO_END;
    }
    if (!is_at_end(&reader)) {
        return ODO_E_INVALID_RANGE;
    }
    *range_out = range;
    return ODO_OK;
}
