/*
 * Windows' lists of proxies and of what goes without them, as people write them into its
 * settings and as its scripts answer; and how the engine wants them. Pure, and needs no
 * Windows.
 */
#ifndef ODO_COM_NETWORK_PROXY_LIST_H
#define ODO_COM_NETWORK_PROXY_LIST_H

#include <stdbool.h>

/*
 * Read "host:port;host:port" or "http=host:port;https=host:port", and write the proxies for one
 * scheme as odo_proxy_answer_set() takes them, in their order; "" is none. Those for other
 * schemes are left out, and what is too long. free() ends the result, which is NULL without
 * memory.
 */
char *proxy_list_for(const char *list, bool is_https);

/*
 * The exceptions, with this machine among them unless they say "<-loopback>". `list` may be
 * NULL. free() ends the result, which is NULL without memory.
 */
char *proxy_list_exceptions(const char *list);

/* Whether the URL is of this machine, and that is an exception; `list` is the same. */
bool proxy_list_spares(const char *list, const char *url);

#endif
