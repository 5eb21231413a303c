/*
 * Tells whether a server has closed a TLS connection properly: see platform/tls_end.h.
 */
#ifndef ODO_NETWORK_TLS_END_H
#define ODO_NETWORK_TLS_END_H

#include <curl/curl.h>
#include <stdbool.h>

/* True if tls_end_watch() works. Any thread. */
bool tls_end_is_reported(void);

/* Within a callback of a handle that has a TLS connection: set *closed_out when the server
 * closes it. *closed_out has to live as long as the connection. False if that is not possible.
 */
bool tls_end_watch(CURL *easy, bool *closed_out);

#endif
