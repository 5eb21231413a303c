/*
 * Tells whether a peer has closed a TLS session properly, with close_notify (RFC 8446 section
 * 6.1). A body that only the connection's end delimits may be truncated otherwise (RFC 9112
 * section 9.8), and libcurl 7.88 does not say.
 */
#ifndef ODO_PLATFORM_TLS_END_H
#define ODO_PLATFORM_TLS_END_H

#include <stdbool.h>

/*
 * True if platform_tls_end_watch() supports the sessions of this TLS library, given its name,
 * such as "Schannel" or "OpenSSL/3.0.19". NULL means none. Any thread.
 */
bool platform_tls_end_is_reported(const char *library);

/*
 * From now on, set *closed_out when the peer closes this session, which is of the library's own
 * type: OpenSSL's SSL. *closed_out has to live as long as the session. Only on the session's
 * thread. False when out of memory.
 */
bool platform_tls_end_watch(void *session, bool *closed_out);

#endif
