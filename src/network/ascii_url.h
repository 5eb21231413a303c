/*
 * A URL as it is asked for: its host as the resolver and the server know it. What the client
 * named stays as it is everywhere else.
 *
 * Safe on any thread.
 */
#ifndef ODO_NETWORK_ASCII_URL_H
#define ODO_NETWORK_ASCII_URL_H

#include <odo/types.h>

/*
 * A copy of `url`, in which a host beyond ASCII is its IDNA form. The caller ends *ascii_out
 * with memory_free().
 *
 *   ODO_E_INVALID_URL     it is none, or no host can be called that
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status ascii_url(const char *url, char **ascii_out);

#endif
