/*
 * Parses and filters header lines set by a client.
 *
 * Pure; safe on any thread.
 */
#ifndef ODO_HTTP_HEADER_LINES_H
#define ODO_HTTP_HEADER_LINES_H

#include <stdbool.h>

/*
 * Call `add` with each line of `text` that may be sent, as "Name: value" without the line end,
 * in memory valid during the call. Lines end with CRLF or LF. Malformed fields (RFC 9110
 * section 5) are left out, and so are fields that a client may not set: Range, If-Range, Host,
 * Content-Length, Transfer-Encoding, Accept-Encoding and Connection. NULL means no lines.
 *
 * False when out of memory, or when `add` returns false.
 */
bool header_lines_each(const char *text, bool (*add)(void *context, const char *line),
                       void *context);

#endif
