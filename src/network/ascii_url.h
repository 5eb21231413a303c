/*
 * A URL in the form in which it is requested: with an ASCII host name, as DNS and HTTP require.
 * Everywhere else the client's spelling is kept.
 *
 * Safe on any thread.
 */
#ifndef ODO_NETWORK_ASCII_URL_H
#define ODO_NETWORK_ASCII_URL_H

#include <odo/types.h>

/*
 * A copy of `url` with a non-ASCII host in its IDNA form. Release *ascii_out with
 * memory_free().
 *
 *   ODO_E_INVALID_URL     not a URL, or the host has no IDNA form
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status ascii_url(const char *url, char **ascii_out);

#endif
