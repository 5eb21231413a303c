/*
 * Base64 (RFC 4648 section 4) as bytes.
 */
#ifndef ODO_BASE_BASE64_H
#define ODO_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/*
 * True when `text` is base64, with its padding and nothing else, of exactly `size` bytes, which
 * are then in `data_out`. On false they may be anything.
 */
bool base64_decode(const char *text, unsigned char *data_out, size_t size);

#endif
