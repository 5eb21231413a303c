#include "com/script/automation_ranges.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 8 };

#define LAST_TO_END UINT64_MAX

void automation_ranges_free(struct automation_ranges *list)
{
    free(list->items);
    *list = (struct automation_ranges){0};
}

static enum automation_range_fault append(struct automation_ranges *list,
                                          struct byte_range range)
{
    if (list->count == AUTOMATION_RANGES_MAX) {
        return AUTOMATION_RANGE_TOO_MANY;
    }
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : FIRST_CAPACITY;
        struct byte_range *items = realloc(list->items, (size_t)capacity * sizeof(*items));

        if (!items) {
            return AUTOMATION_RANGE_NO_MEMORY;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = range;
    return AUTOMATION_RANGE_FINE;
}

enum automation_range_fault automation_ranges_add(struct automation_ranges *list,
                                                  uint64_t first, uint64_t last)
{
    if (first >= BYTE_OFFSET_LIMIT || (last >= BYTE_OFFSET_LIMIT && last != LAST_TO_END)) {
        return AUTOMATION_RANGE_TOO_LARGE;
    }
    if (last == LAST_TO_END) {
        return append(list, (struct byte_range){.offset = first, .length = BYTE_RANGE_TO_END});
    }
    if (last < first) {
        return AUTOMATION_RANGE_REVERSED;
    }
    return append(list, (struct byte_range){.offset = first, .length = last - first + 1});
}

/* --- Reading -------------------------------------------------------------------------- */

struct reader {
    const uint16_t *next;
    const uint16_t *end;
};

static bool is_blank(uint16_t unit)
{
    return unit == ' ' || unit == '\t' || unit == '\r' || unit == '\n';
}

static void skip_blanks(struct reader *reader)
{
    while (reader->next < reader->end && is_blank(*reader->next)) {
        reader->next++;
    }
}

static bool is_at_digit(const struct reader *reader)
{
    return reader->next < reader->end && *reader->next >= '0' && *reader->next <= '9';
}

static bool take(struct reader *reader, uint16_t unit)
{
    if (reader->next == reader->end || *reader->next != unit) {
        return false;
    }
    reader->next++;
    return true;
}

/* Consume this word, given in lower case, in any case; or nothing. */
static bool take_word(struct reader *reader, const char *word)
{
    struct reader ahead = *reader;

    for (; *word; word++) {
        uint16_t small = (uint16_t)*word;
        uint16_t capital = small >= 'a' && small <= 'z' ? (uint16_t)(small - 'a' + 'A') : small;

        if (!take(&ahead, small) && !take(&ahead, capital)) {
            return false;
        }
    }
    *reader = ahead;
    return true;
}

static enum automation_range_fault read_number(struct reader *reader, uint64_t *number_out)
{
    uint64_t number = 0;

    if (!is_at_digit(reader)) {
        return AUTOMATION_RANGE_MALFORMED;
    }
    for (; is_at_digit(reader); reader->next++) {
        uint64_t digit = (uint64_t)(*reader->next - '0');

        if (number > (BYTE_OFFSET_LIMIT - 1 - digit) / 10) {
            return AUTOMATION_RANGE_TOO_LARGE;
        }
        number = number * 10 + digit;
    }
    *number_out = number;
    return AUTOMATION_RANGE_FINE;
}

static enum automation_range_fault read_range(struct reader *reader,
                                              struct automation_ranges *list)
{
    enum automation_range_fault fault;
    uint64_t first = 0;
    uint64_t last = LAST_TO_END;

    skip_blanks(reader);
    if (take(reader, '-')) {
        return AUTOMATION_RANGE_NO_BEGINNING;
    }
    fault = read_number(reader, &first);
    if (fault != AUTOMATION_RANGE_FINE) {
        return fault;
    }
    if (!take(reader, '-')) {
        return AUTOMATION_RANGE_MALFORMED;
    }
    if (is_at_digit(reader)) {
        fault = read_number(reader, &last);
        if (fault != AUTOMATION_RANGE_FINE) {
            return fault;
        }
    }
    skip_blanks(reader);
    if (reader->next < reader->end && *reader->next != ',') {
        return AUTOMATION_RANGE_MALFORMED;
    }
    return automation_ranges_add(list, first, last);
}

enum automation_range_fault automation_ranges_add_text(struct automation_ranges *list,
                                                       const uint16_t *text, size_t length,
                                                       size_t *index_out)
{
    struct reader reader = {.next = text, .end = text + length};
    uint32_t count = list->count;

    *index_out = 0;
    skip_blanks(&reader);
    if (reader.next == reader.end) {
        return AUTOMATION_RANGE_FINE;
    }
    take_word(&reader, "bytes=");
    do {
        enum automation_range_fault fault = read_range(&reader, list);

        if (fault != AUTOMATION_RANGE_FINE) {
            *index_out = list->count - count;
            list->count = count;
            return fault;
        }
    } while (take(&reader, ',')); /* another one must follow */
    return AUTOMATION_RANGE_FINE;
}

/* --- Writing -------------------------------------------------------------------------- */

static uint16_t *write_number(uint16_t *next, uint64_t number)
{
    uint16_t digits[20];
    size_t count = 0;

    do {
        digits[count++] = (uint16_t)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0) {
        *next++ = digits[--count];
    }
    return next;
}

size_t automation_ranges_write(const struct automation_ranges *list, uint16_t *text_out)
{
    uint16_t *next = text_out;

    for (uint32_t i = 0; i < list->count; i++) {
        struct byte_range range = list->items[i];

        if (i > 0) {
            *next++ = ',';
        }
        next = write_number(next, range.offset);
        *next++ = '-';
        if (range.length != BYTE_RANGE_TO_END) {
            next = write_number(next, range.offset + range.length - 1);
        }
    }
    return (size_t)(next - text_out);
}

const char *automation_range_fault_text(enum automation_range_fault fault)
{
    switch (fault) {
    case AUTOMATION_RANGE_FINE:
        break;
    case AUTOMATION_RANGE_MALFORMED:
        return "is not FIRST-LAST or FIRST-, such as '0-99' or '4096-'";
    case AUTOMATION_RANGE_NO_BEGINNING:
        return "does not say where it begins; the last bytes of a file cannot be asked for by "
               "their number";
    case AUTOMATION_RANGE_REVERSED:
        return "ends before it begins";
    case AUTOMATION_RANGE_TOO_LARGE:
        return "has a number that no file is large enough for";
    case AUTOMATION_RANGE_TOO_MANY:
        return "is one too many: a million can be asked for";
    case AUTOMATION_RANGE_NO_MEMORY:
        return "found no memory left";
    }
    return "is fine";
}
