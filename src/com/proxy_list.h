/*
 * Windows' lists of proxies and of what goes without them, as people write them into its
 * settings; and how the engine wants them. Pure, and needs no Windows.
 */
#ifndef ODO_COM_PROXY_LIST_H
#define ODO_COM_PROXY_LIST_H

#include <stdbool.h>

/* free() ends the texts. Where the list has no proxy for a scheme it is "". */
struct proxy_list {
    char *http;
    char *https;
};

/*
 * Read "host:port" or "http=host:port;https=host:port". Other schemes are left out. False
 * without memory.
 */
bool proxy_list_read(const char *list, struct proxy_list *list_out);

void proxy_list_free(struct proxy_list *list);

/*
 * The exceptions, with this machine among them unless they say "<-loopback>". `list` may be
 * NULL. free() ends the result, which is NULL without memory.
 */
char *proxy_list_exceptions(const char *list);

#endif
