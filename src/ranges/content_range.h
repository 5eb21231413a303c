/*
 * Ranges as HTTP writes them: inclusive. The only place with "- 1" (RFC 9110 section 14).
 *
 * Pure: no I/O, no clock, no locks.
 */
#ifndef ODO_RANGES_CONTENT_RANGE_H
#define ODO_RANGES_CONTENT_RANGE_H

#include <odo/types.h>

/* What a Content-Range says. */
struct content_range {
    bool satisfied;          /* false for "bytes * / N", the form in a 416 */
    struct byte_range range; /* when satisfied; never open, never empty */
    uint64_t total;          /* of the whole file; ODO_SIZE_UNKNOWN for "*" */
};

/*
 * Read the value of a Content-Range header. Takes any case of the unit, blanks around tokens,
 * and "bytes=" for "bytes " as some servers write. Refuses other units, last < first, total <=
 * last, numbers past BYTE_OFFSET_LIMIT, and anything behind the value; *content_range_out is
 * then untouched.
 */
bool content_range_parse(const char *text, struct content_range *content_range_out);

/*
 * The same, but a range that begins within its total and ends past it is taken to end there:
 * some servers repeat what was asked for. Only for who can hold the length of the body against
 * it.
 */
bool content_range_parse_clipped(const char *text, struct content_range *content_range_out);

/* Room for any two offsets, the dash and the zero. */
enum { RANGE_TEXT_SIZE = 48 };

/*
 * Write `range`, which is not empty, as a Range header has it behind "bytes=": "0-99", or
 * "500-" for an open one.
 */
void content_range_write(struct byte_range range, char text_out[RANGE_TEXT_SIZE]);

/*
 * Read what a person types: "0-99", "500-", inclusive, blanks around allowed. For programs and
 * tests.
 *
 *   ODO_E_INVALID_RANGE   it is neither, or past BYTE_OFFSET_LIMIT; *range_out is untouched
 */
enum odo_status content_range_read(const char *text, struct byte_range *range_out);

#endif
