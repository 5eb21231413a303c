#include "com/proxy_list.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char separators[] = "; \t\r\n";

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

/* With a scheme, and with the port that Windows means where none is written. */
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

/* The first proxy that is named for a scheme is taken. False without memory. */
static bool take(char **place, const char *at, size_t length)
{
    enum { LONGEST = 2000 };

    if (!*place && length > 0 && length <= LONGEST) {
        *place = write_proxy(at, length);
        return *place != NULL;
    }
    return true;
}

static bool take_entry(struct proxy_list *list, const char *at, size_t length)
{
    static const char http[] = "http=";
    static const char https[] = "https=";

    if (begins_with(at, length, http)) {
        return take(&list->http, at + strlen(http), length - strlen(http));
    }
    if (begins_with(at, length, https)) {
        return take(&list->https, at + strlen(https), length - strlen(https));
    }
    if (memchr(at, '=', length)) {
        return true; /* ftp, gopher, socks */
    }
    return take(&list->http, at, length) && take(&list->https, at, length);
}

/* What is not there is "none". */
static bool complete(char **place)
{
    if (!*place) {
        *place = calloc(1, 1);
    }
    return *place != NULL;
}

bool proxy_list_read(const char *list, struct proxy_list *list_out)
{
    bool is_good = true;

    *list_out = (struct proxy_list){NULL, NULL};
    while (*list && is_good) {
        size_t length = strcspn(list, separators);

        is_good = take_entry(list_out, list, length);
        list += length;
        list += strspn(list, separators);
    }
    if (is_good && complete(&list_out->http) && complete(&list_out->https)) {
        return true;
    }
    proxy_list_free(list_out);
    return false;
}

void proxy_list_free(struct proxy_list *list)
{
    free(list->http);
    free(list->https);
    *list = (struct proxy_list){NULL, NULL};
}

char *proxy_list_exceptions(const char *list)
{
    static const char this_machine[] = "localhost;127.*;[::1]";
    const char *given = list ? list : "";
    bool is_asked_for = strstr(given, "<-loopback>") != NULL;
    size_t size = sizeof(this_machine) + strlen(given) + 1;
    char *exceptions = malloc(size);

    if (exceptions) {
        snprintf(exceptions, size, "%s%s%s", is_asked_for ? "" : this_machine,
                 *given && !is_asked_for ? ";" : "", given);
    }
    return exceptions;
}
