#include "com/network/proxy_list.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROXY_LENGTH_MOST = 2000,
    PROXY_LIST_SIZE_MOST = 8000, /* the engine's limit */
};

static const char separators[] = "; \t\r\n";
static const char not_this_machine[] = "<-loopback>";

static bool begins_with(const char *text, size_t length, const char *prefix)
{
    size_t i = 0;

    while (prefix[i] && i < length &&
           (text[i] == prefix[i] ||
            (text[i] >= 'A' && text[i] <= 'Z' && (char)(text[i] - 'A' + 'a') == prefix[i]))) {
        i++;
    }
    return prefix[i] == '\0';
}

/* With a scheme, and with Windows' default port if there is none. */
static char *write_proxy(const char *at, size_t length)
{
    static const char usual_scheme[] = "http://";
    static const char usual_port[] = ":80";
    char *proxy = malloc(sizeof(usual_scheme) + length + sizeof(usual_port));
    const char *host = NULL;

    if (!proxy) {
        return NULL;
    }
    snprintf(proxy, sizeof(usual_scheme) + length + sizeof(usual_port), "%.*s", (int)length,
             at);
    host = strstr(proxy, "://");
    if (!host) {
        memmove(proxy + strlen(usual_scheme), proxy, length + 1);
        memcpy(proxy, usual_scheme, strlen(usual_scheme));
        host = strstr(proxy, "://");
    }
    host += strlen("://");
    proxy[(size_t)(host - proxy) + strcspn(host, "/")] = '\0';
    if (*host == '[' && strchr(host, ']')) {
        host = strchr(host, ']');
    }
    if (!strchr(host, ':')) {
        memcpy(proxy + strlen(proxy), usual_port, sizeof(usual_port));
    }
    return proxy;
}

/* The part of an entry that is a proxy for the scheme ("http=..."), if any. */
static const char *proxy_of_entry(const char *at, size_t length, const char *scheme,
                                  size_t *length_out)
{
    size_t skipped = 0;

    if (begins_with(at, length, scheme)) {
        skipped = strlen(scheme);
    } else if (memchr(at, '=', length)) {
        skipped = length; /* for another protocol, such as ftp or socks */
    }
    *length_out = length - skipped;
    return at + skipped;
}

char *proxy_list_for(const char *list, bool is_https)
{
    const char *scheme = is_https ? "https=" : "http=";
    char *proxies = calloc(1, PROXY_LIST_SIZE_MOST);
    size_t used = 0;

    while (proxies && *list) {
        size_t entry_length = strcspn(list, separators);
        size_t length;
        const char *at = proxy_of_entry(list, entry_length, scheme, &length);

        if (length > 0 && length <= PROXY_LENGTH_MOST) {
            char *proxy = write_proxy(at, length);
            size_t needed = proxy ? strlen(proxy) + 1 : 0;

            if (!proxy) {
                free(proxies);
                return NULL;
            }
            if (used + needed < PROXY_LIST_SIZE_MOST) {
                used += (size_t)snprintf(proxies + used, PROXY_LIST_SIZE_MOST - used, "%s%s",
                                         used > 0 ? ";" : "", proxy);
            }
            free(proxy);
        }
        list += entry_length;
        list += strspn(list, separators);
    }
    return proxies;
}

static bool has(const char *list, const char *text)
{
    return list && strstr(list, text) != NULL;
}

bool proxy_list_spares(const char *exceptions, const char *url)
{
    const char *host = strstr(url, "://");
    size_t length;

    if (!host || has(exceptions, not_this_machine)) {
        return false;
    }
    host += strlen("://");
    length = strcspn(host, "/:");
    return (length == strlen("localhost") && begins_with(host, length, "localhost")) ||
           begins_with(host, length, "127.") || strncmp(host, "[::1]", strlen("[::1]")) == 0;
}

char *proxy_list_exceptions(const char *list)
{
    static const char this_machine[] = "localhost;127.*;[::1]";
    const char *given = list ? list : "";
    bool is_asked_for = has(given, not_this_machine);
    size_t size = sizeof(this_machine) + strlen(given) + 1;
    char *exceptions = malloc(size);

    if (exceptions) {
        snprintf(exceptions, size, "%s%s%s", is_asked_for ? "" : this_machine,
                 *given && !is_asked_for ? ";" : "", given);
    }
    return exceptions;
}
