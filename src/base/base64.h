/*
 * Base64 decoding (RFC 4648 section 4).
 */
#ifndef ODO_BASE_BASE64_H
#define ODO_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/*
 * True if `text` is padded base64 of exactly `size` bytes, which are then in `data_out`.
 * Otherwise `data_out` is unspecified.
 */
bool base64_decode(const char *text, unsigned char *data_out, size_t size);

#endif
