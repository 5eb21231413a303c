#include "range_list.h"

#include "report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1024, SHOWN_MAX_BYTES = 64, FIRST_CAPACITY = 16 };

void range_list_free(struct range_list *list)
{
    free(list->items);
    *list = (struct range_list){0};
}

static bool append(struct range_list *list, struct byte_range range, char *why, size_t why_size)
{
    if (list->count == RANGE_LIST_MAX) {
        (void)snprintf(why, why_size, "more than %d ranges", RANGE_LIST_MAX);
        return false;
    }
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : FIRST_CAPACITY;
        struct byte_range *items =
            realloc(list->items, (size_t)capacity * sizeof(*list->items));

        if (!items) {
            (void)snprintf(why, why_size, "out of memory after %" PRIu32 " ranges",
                           list->count);
            return false;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = range;
    return true;
}

/* Read digits up to any other character. False without a digit or from BYTE_OFFSET_LIMIT on. */
static bool read_number(const char **next, uint64_t *number_out)
{
    uint64_t number = 0;
    const char *start = *next;

    for (; **next >= '0' && **next <= '9'; (*next)++) {
        uint64_t digit = (uint64_t)(**next - '0');

        if (number > (BYTE_OFFSET_LIMIT - 1 - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
    }
    if (*next == start) {
        return false;
    }
    *number_out = number;
    return true;
}

bool range_list_parse_number(const char *text, uint64_t *number_out)
{
    uint64_t number;

    if (!read_number(&text, &number) || *text != '\0') {
        return false;
    }
    *number_out = number;
    return true;
}

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* Read one "first-last" or "first-". On failure `complaint_out` describes the error. */
static bool read_range(const char **next, struct byte_range *range_out,
                       const char **complaint_out)
{
    uint64_t first;
    uint64_t last;

    if (**next == '-') {
        *complaint_out = "does not say where it begins; the last bytes of a file cannot be "
                         "asked for by their number";
        return false;
    }
    if (!read_number(next, &first)) {
        *complaint_out = "is not FIRST-LAST or FIRST-, in bytes";
        return false;
    }
    if (**next != '-') {
        *complaint_out = "is not FIRST-LAST or FIRST-, in bytes";
        return false;
    }
    (*next)++;
    if (**next < '0' || **next > '9') {
        *range_out = (struct byte_range){.offset = first, .length = BYTE_RANGE_TO_END};
        return true;
    }
    if (!read_number(next, &last)) {
        *complaint_out = "has an end that is too large";
        return false;
    }
    if (last < first) {
        *complaint_out = "ends before it begins";
        return false;
    }
    *range_out = (struct byte_range){.offset = first, .length = last - first + 1};
    return true;
}

bool range_list_add_text(struct range_list *list, const char *text, char *why, size_t why_size)
{
    const char *next = skip_blanks(text);

    for (;;) {
        struct byte_range range = {0};
        const char *complaint = NULL;
        char shown[SHOWN_MAX_BYTES];

        if (read_range(&next, &range, &complaint)) {
            next = skip_blanks(next);
            if (*next != '\0' && *next != ',') {
                complaint = "is not FIRST-LAST or FIRST-, in bytes";
            }
        }
        if (complaint) {
            (void)snprintf(why, why_size, "'%s' %s",
                           report_printable(text, shown, sizeof(shown)), complaint);
            return false;
        }
        if (!append(list, range, why, why_size)) {
            return false;
        }
        if (*next == '\0') {
            return true;
        }
        next = skip_blanks(next + 1); /* another range must follow */
    }
}

enum line_result { LINE_READ, LINE_END_OF_FILE, LINE_TOO_LONG, LINE_BINARY, LINE_FAILED };

/* Read a line without its line end into `buffer` of LINE_MAX_BYTES. */
static enum line_result read_line(FILE *file, char *buffer)
{
    size_t length = 0;
    int byte = fgetc(file);

    if (byte == EOF) {
        return ferror(file) ? LINE_FAILED : LINE_END_OF_FILE;
    }
    for (; byte != EOF && byte != '\n'; byte = fgetc(file)) {
        if (byte == '\0') {
            return LINE_BINARY;
        }
        if (length == LINE_MAX_BYTES - 1) {
            return LINE_TOO_LONG;
        }
        buffer[length++] = (char)byte;
    }
    if (ferror(file)) {
        return LINE_FAILED;
    }
    if (length > 0 && buffer[length - 1] == '\r') {
        length--;
    }
    buffer[length] = '\0';
    return LINE_READ;
}

static void cut_comment_and_blanks(char *line)
{
    size_t length = strcspn(line, "#");

    while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t')) {
        length--;
    }
    line[length] = '\0';
}

bool range_list_add_file(struct range_list *list, FILE *file, const char *name, char *why,
                         size_t why_size)
{
    char line[LINE_MAX_BYTES];
    char complaint[256];
    uint64_t number = 0;

    for (;;) {
        enum line_result result = read_line(file, line);

        number++;
        switch (result) {
        case LINE_END_OF_FILE:
            return true;
        case LINE_FAILED:
            (void)snprintf(complaint, sizeof(complaint), "it cannot be read");
            break;
        case LINE_TOO_LONG:
            (void)snprintf(complaint, sizeof(complaint), "longer than %d bytes",
                           LINE_MAX_BYTES - 1);
            break;
        case LINE_BINARY:
            (void)snprintf(complaint, sizeof(complaint), "not text");
            break;
        case LINE_READ:
            cut_comment_and_blanks(line);
            if (*skip_blanks(line) == '\0' ||
                range_list_add_text(list, skip_blanks(line), complaint, sizeof(complaint))) {
                continue;
            }
            break;
        }
        (void)snprintf(why, why_size, "%s, line %" PRIu64 ": %s", name, number, complaint);
        return false;
    }
}
