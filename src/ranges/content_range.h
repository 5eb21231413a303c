/*
 * Ranges in HTTP's notation, which is inclusive. The only place with "- 1" (RFC 9110 section
 * 14).
 *
 * Pure: no I/O, no clock, no locks.
 */
#ifndef ODO_RANGES_CONTENT_RANGE_H
#define ODO_RANGES_CONTENT_RANGE_H

#include <odo/types.h>

/* A parsed Content-Range. */
struct content_range {
    bool satisfied;          /* false for "bytes * / N", the form in a 416 */
    struct byte_range range; /* if satisfied; never open-ended or empty */
    uint64_t total;          /* size of the whole file; ODO_SIZE_UNKNOWN for "*" */
};

/*
 * Parse the value of a Content-Range header. Accepts any case of the unit, blanks around
 * tokens, and "bytes=" instead of "bytes ", as some servers write. Rejects other units, last <
 * first, total <= last, numbers past BYTE_OFFSET_LIMIT, and trailing characters;
 * *content_range_out is then untouched.
 */
bool content_range_parse(const char *text, struct content_range *content_range_out);

/*
 * The same, but a range that ends past its total is clipped to it: some servers repeat the
 * requested range. Only for callers that verify the body's length.
 */
bool content_range_parse_clipped(const char *text, struct content_range *content_range_out);

/* Room for two offsets, the dash and the terminator. */
enum { RANGE_TEXT_SIZE = 48 };

/*
 * Write `range`, which must not be empty, as in a Range header after "bytes=": "0-99", or
 * "500-" for an open end.
 */
void content_range_write(struct byte_range range, char text_out[RANGE_TEXT_SIZE]);

/*
 * Parse a range typed by a user: "0-99" or "500-", inclusive, surrounding blanks allowed. For
 * programs and tests.
 *
 *   ODO_E_INVALID_RANGE   malformed, or past BYTE_OFFSET_LIMIT; *range_out is untouched
 */
enum odo_status content_range_read(const char *text, struct byte_range *range_out);

#endif
