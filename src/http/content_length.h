/*
 * Content-Length, accepting only what every parser reads alike: if two parsers disagree about
 * the end of a body, one of them gets the wrong bytes (RFC 9110 section 8.6).
 *
 * Pure.
 */
#ifndef ODO_HTTP_CONTENT_LENGTH_H
#define ODO_HTTP_CONTENT_LENGTH_H

#include <odo/types.h>

/*
 * Parse the value of a Content-Length header. It may be a list of equal numbers, each with a
 * leading plus sign and trailing punctuation, as some servers send them. False for anything
 * that might be read differently; *length_out is then untouched.
 */
bool content_length_read(const char *value, uint64_t *length_out);

#endif
