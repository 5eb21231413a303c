/*
 * Byte ranges as typed by users: "0-99", "500-", in arguments or one per line.
 *
 * Both ends are inclusive, as in HTTP; "500-" extends to the end of the file. Several ranges in
 * one text are separated by commas. The order is kept, since it determines the order of the
 * bytes in the output. Overlaps are detected by the downloader.
 */
#ifndef ODO_TOOL_RANGE_LIST_H
#define ODO_TOOL_RANGE_LIST_H

#include <odo/types.h>

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { RANGE_LIST_MAX = 10000000 };

struct range_list {
    struct byte_range *items; /* owned */
    uint32_t count;
    uint32_t capacity;
};

/* Free what the list owns and leave it empty. */
void range_list_free(struct range_list *list);

/*
 * Append the ranges of a text. False and a message in `why` if one is malformed, if there are
 * more than RANGE_LIST_MAX, or when out of memory; then free the list.
 */
bool range_list_add_text(struct range_list *list, const char *text, char *why, size_t why_size);

/*
 * Append the ranges of a file: each line is like the text above; empty lines, and anything
 * after a '#', are ignored. `name` is the file's name in messages.
 */
bool range_list_add_file(struct range_list *list, FILE *file, const char *name, char *why,
                         size_t why_size);

/* Parse a decimal integer below BYTE_OFFSET_LIMIT, with nothing before or after it. */
bool range_list_parse_number(const char *text, uint64_t *number_out);

#endif
