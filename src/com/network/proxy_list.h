/*
 * Converts Windows' proxy lists and bypass lists, from its settings or from PAC scripts, to the
 * engine's format. Pure and independent of Windows.
 */
#ifndef ODO_COM_NETWORK_PROXY_LIST_H
#define ODO_COM_NETWORK_PROXY_LIST_H

#include <stdbool.h>

/*
 * Parse "host:port;host:port" or "http=host:port;https=host:port", and return the proxies for
 * one scheme in the format of odo_proxy_answer_set(), in order; "" for none. Others, and
 * overlong ones, are left out. Release with free(); NULL when out of memory.
 */
char *proxy_list_for(const char *list, bool is_https);

/*
 * The bypass list in the engine's format, with this machine added unless it contains
 * "<-loopback>". `list` may be NULL. Release with free(); NULL when out of memory.
 */
char *proxy_list_exceptions(const char *list);

/* True if the URL refers to this machine and is bypassed for that reason; `list` as above. */
bool proxy_list_spares(const char *list, const char *url);

#endif
