/*
 * Content-Length as others may read it. Where two readers may disagree about where a body ends,
 * one of them has the wrong bytes (RFC 9110 section 8.6).
 *
 * Pure.
 */
#ifndef ODO_HTTP_CONTENT_LENGTH_H
#define ODO_HTTP_CONTENT_LENGTH_H

#include <odo/types.h>

/*
 * Read the value of a Content-Length header. It may be a list of equal numbers, and each may
 * have a plus sign before it and other marks than letters and digits behind it, as some servers
 * write them. False for all that might be read differently; *length_out is then untouched.
 */
bool content_length_read(const char *value, uint64_t *length_out);

#endif
