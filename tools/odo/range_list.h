/*
 * Byte ranges as people write them: "0-99", "500-", one after the other or one a line.
 *
 * Both ends are included, as in HTTP; "500-" goes to the end of the file. Several may stand
 * in one text with commas between them. The order is kept, for it is the order in which the
 * bytes land. Overlaps are not looked for here: whoever fetches them does.
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
 * Append the ranges of a text. False and words in `why` when one is malformed, when there are
 * more than RANGE_LIST_MAX, or when there is no memory; the list is then to be freed.
 */
bool range_list_add_text(struct range_list *list, const char *text, char *why, size_t why_size);

/*
 * Append the ranges of a file: one line like the text above each; empty lines, and what
 * follows a '#', are skipped. `name` is what the words in `why` call the file.
 */
bool range_list_add_file(struct range_list *list, FILE *file, const char *name, char *why,
                         size_t why_size);

/*
 * Read a whole decimal number below BYTE_OFFSET_LIMIT. Nothing else may follow or precede.
 */
bool range_list_parse_number(const char *text, uint64_t *number_out);

#endif
