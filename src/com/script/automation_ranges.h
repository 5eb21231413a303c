/*
 * Byte ranges as written by scripts, in UTF-16: as in a Range header, "0-99,4096-".
 *
 * First and last byte are inclusive; "4096-" extends to the end of the file. A range may be
 * surrounded by blanks and line ends, and "bytes=" may precede the list. The order is kept,
 * since it determines the order of the bytes in the output. Overlaps are detected by Start.
 *
 * Independent of Windows, to be tested and fuzzed on any system.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_RANGES_H
#define ODO_COM_SCRIPT_AUTOMATION_RANGES_H

#include <odo/types.h>

enum {
    AUTOMATION_RANGES_MAX = 1000000,

    /* The most UTF-16 units of a range in a text: two numbers, '-', and ',' or a terminator. */
    AUTOMATION_RANGE_TEXT_MAX = 2 * 19 + 2,
};

/* All zero: an empty list, which stands for the whole file. */
struct automation_ranges {
    struct byte_range *items; /* owned */
    uint32_t count;
    uint32_t capacity;
};

/* What is wrong with a range. */
enum automation_range_fault {
    AUTOMATION_RANGE_FINE,
    AUTOMATION_RANGE_MALFORMED,    /* neither FIRST-LAST nor FIRST- */
    AUTOMATION_RANGE_NO_BEGINNING, /* "-500", the last bytes of a file of unknown size */
    AUTOMATION_RANGE_REVERSED,     /* its end precedes its beginning */
    AUTOMATION_RANGE_TOO_LARGE,    /* a number of BYTE_OFFSET_LIMIT or more */
    AUTOMATION_RANGE_TOO_MANY,     /* more than AUTOMATION_RANGES_MAX */
    AUTOMATION_RANGE_NO_MEMORY,
};

/* Free what the list owns and leave it empty. */
void automation_ranges_free(struct automation_ranges *list);

/* Append the bytes from `first` to `last`, inclusive; UINT64_MAX as `last` means the end. */
enum automation_range_fault automation_ranges_add(struct automation_ranges *list,
                                                  uint64_t first, uint64_t last);

/*
 * Append the ranges of a text of `length` units; blanks only mean none. On failure the list is
 * unchanged, and *index_out is the index of the faulty range in the text, from 0.
 */
enum automation_range_fault automation_ranges_add_text(struct automation_ranges *list,
                                                       const uint16_t *text, size_t length,
                                                       size_t *index_out);

/*
 * Write the list as such a text, unterminated, to `text_out`, which has room for `count` times
 * AUTOMATION_RANGE_TEXT_MAX units. Returns the number of units: 0 for an empty list.
 */
size_t automation_ranges_write(const struct automation_ranges *list, uint16_t *text_out);

/* The fault as the rest of a sentence that begins "Range 1 "; without a full stop. */
const char *automation_range_fault_text(enum automation_range_fault fault);

#endif
