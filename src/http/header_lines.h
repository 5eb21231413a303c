/*
 * Header lines that a client has set, taken apart and looked through.
 *
 * Pure; safe on any thread.
 */
#ifndef ODO_HTTP_HEADER_LINES_H
#define ODO_HTTP_HEADER_LINES_H

#include <stdbool.h>

/*
 * Call `add` with each line of `text` that may be sent, as "Name: value" and without its end,
 * in memory that lives for the call. Lines end with CRLF or LF. Left out are those that are no
 * header field (RFC 9110 section 5), and those that are not the client's to say: Range,
 * If-Range, Host, Content-Length, Transfer-Encoding, Accept-Encoding and Connection. NULL has
 * no lines.
 *
 * False without memory, or when `add` says so.
 */
bool header_lines_each(const char *text, bool (*add)(void *context, const char *line),
                       void *context);

#endif
