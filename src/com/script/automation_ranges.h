/*
 * Byte ranges as scripts write them, in UTF-16: as in a Range header, "0-99,4096-".
 *
 * First and last byte are both included; "4096-" goes to the end of the file. Blanks and line
 * ends may stand around a range, and "bytes=" before all. The order is kept, for it is the
 * order in which the bytes land. Overlaps are not looked for here: Start does.
 *
 * Nothing here needs Windows, so that it is tested and fuzzed everywhere.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_RANGES_H
#define ODO_COM_SCRIPT_AUTOMATION_RANGES_H

#include <odo/types.h>

enum {
    AUTOMATION_RANGES_MAX = 1000000,

    /* UTF-16 units that one range takes at most in a text: two numbers, '-', and ',' or an end.
     */
    AUTOMATION_RANGE_TEXT_MAX = 2 * 19 + 2,
};

/* Zero is an empty list, which stands for the whole file. */
struct automation_ranges {
    struct byte_range *items; /* owned */
    uint32_t count;
    uint32_t capacity;
};

/* What is wrong with a range. */
enum automation_range_fault {
    AUTOMATION_RANGE_FINE,
    AUTOMATION_RANGE_MALFORMED,    /* not FIRST-LAST or FIRST- */
    AUTOMATION_RANGE_NO_BEGINNING, /* "-500", the last bytes of a file whose size is not known
                                    */
    AUTOMATION_RANGE_REVERSED,     /* it ends before it begins */
    AUTOMATION_RANGE_TOO_LARGE,    /* a number is not below BYTE_OFFSET_LIMIT */
    AUTOMATION_RANGE_TOO_MANY,     /* more than AUTOMATION_RANGES_MAX */
    AUTOMATION_RANGE_NO_MEMORY,
};

/* Free what the list owns and leave it empty. */
void automation_ranges_free(struct automation_ranges *list);

/* Append the bytes from `first` to `last`, both included; a `last` of UINT64_MAX is the end. */
enum automation_range_fault automation_ranges_add(struct automation_ranges *list,
                                                  uint64_t first, uint64_t last);

/*
 * Append the ranges of a text of `length` units; blanks alone are none. On failure the list is
 * as it was and *index_out says which range of the text is at fault, from 0.
 */
enum automation_range_fault automation_ranges_add_text(struct automation_ranges *list,
                                                       const uint16_t *text, size_t length,
                                                       size_t *index_out);

/*
 * Write the list as such a text, without an end, into `text_out`, which holds `count` times
 * AUTOMATION_RANGE_TEXT_MAX units. Returns how many were written: 0 for an empty list.
 */
size_t automation_ranges_write(const struct automation_ranges *list, uint16_t *text_out);

/* What is wrong, for a sentence that begins "Range 1 "; without a full stop. */
const char *automation_range_fault_text(enum automation_range_fault fault);

#endif
