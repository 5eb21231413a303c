#include "network/proxy_choice.h"

#include "base/memory.h"
#include "base/text.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A substring. */
struct part {
    const char *at;
    size_t length;
};

/* The target of a URL, or an entry of a no_proxy list. */
struct place {
    struct part scheme; /* empty in an entry: any */
    struct part host;   /* without brackets */
    struct part port;   /* digits; empty in an entry: any */
};

static const char separators[] = ";, \t\r\n";

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_part(struct part part, const char *text)
{
    size_t i = 0;

    while (i < part.length && text[i] && lower(part.at[i]) == lower(text[i])) {
        i++;
    }
    return i == part.length && text[i] == '\0';
}

static bool are_equal(struct part left, struct part right)
{
    bool equal = left.length == right.length;

    for (size_t i = 0; equal && i < left.length; i++) {
        equal = lower(left.at[i]) == lower(right.at[i]);
    }
    return equal;
}

/* Parse "scheme://host:port"; scheme and port are optional. */
static struct place take_apart(struct part text)
{
    struct place place = {.scheme = {text.at, 0}, .port = {text.at, 0}};
    const char *end = text.at + text.length;
    const char *at = text.at;
    const char *colon;

    for (const char *c = at; c + 2 < end; c++) {
        if (memcmp(c, "://", 3) == 0) {
            place.scheme.length = (size_t)(c - at);
            at = c + 3;
            break;
        }
    }
    if (at < end && *at == '[') {
        const char *bracket = memchr(at, ']', (size_t)(end - at));

        at++;
        place.host = (struct part){at, (size_t)((bracket ? bracket : end) - at)};
        colon = bracket && bracket + 1 < end && bracket[1] == ':' ? bracket + 1 : NULL;
    } else {
        colon = memchr(at, ':', (size_t)(end - at));
        if (colon && memchr(colon + 1, ':', (size_t)(end - colon - 1))) {
            colon = NULL; /* an IPv6 address without brackets */
        }
        place.host = (struct part){at, (size_t)((colon ? colon : end) - at)};
    }
    if (colon) {
        place.port = (struct part){colon + 1, (size_t)(end - colon - 1)};
    }
    return place;
}

/* Scheme, host and port of a URL; the port defaults to the scheme's. */
static struct place place_of_url(const char *url)
{
    const char *scheme_end = strstr(url, "://");
    const char *authority = scheme_end ? scheme_end + 3 : url;
    size_t length = strcspn(authority, "/?#\\");
    struct place place;

    for (size_t i = length; i > 0; i--) { /* after the user information */
        if (authority[i - 1] == '@') {
            authority += i;
            length -= i;
            break;
        }
    }
    place = take_apart((struct part){authority, length});
    place.scheme = (struct part){url, scheme_end ? (size_t)(scheme_end - url) : 0};
    if (place.port.length == 0) {
        place.port =
            is_part(place.scheme, "https") ? (struct part){"443", 3} : (struct part){"80", 2};
    }
    return place;
}

/* An asterisk matches any number of characters. */
static bool fits(struct part pattern, struct part text)
{
    size_t p = 0;
    size_t t = 0;
    size_t star = SIZE_MAX; /* the last asterisk, and where its match ends */
    size_t star_text = 0;

    while (t < text.length) {
        if (p < pattern.length && pattern.at[p] == '*') {
            star = p++;
            star_text = t;
        } else if (p < pattern.length && lower(pattern.at[p]) == lower(text.at[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++star_text;
        } else {
            return false;
        }
    }
    while (p < pattern.length && pattern.at[p] == '*') {
        p++;
    }
    return p == pattern.length;
}

static bool is_local_name(struct part host)
{
    return !memchr(host.at, '.', host.length) && !memchr(host.at, ':', host.length);
}

static bool host_fits(struct part pattern, struct part host)
{
    if (pattern.length > 0 && pattern.at[0] == '.') { /* ".example.org" means "*.example.org" */
        return host.length > pattern.length &&
               are_equal(pattern,
                         (struct part){host.at + host.length - pattern.length, pattern.length});
    }
    return pattern.length > 0 && fits(pattern, host);
}

static bool is_excepted(struct part entry, const struct place *place)
{
    struct place excepted;

    if (is_part(entry, "<local>")) {
        return is_local_name(place->host);
    }
    excepted = take_apart(entry);
    return (excepted.scheme.length == 0 || are_equal(excepted.scheme, place->scheme)) &&
           (excepted.port.length == 0 || are_equal(excepted.port, place->port)) &&
           host_fits(excepted.host, place->host);
}

static bool is_on_list(const char *list, const struct place *place)
{
    bool found = false;

    while (*list && !found) {
        size_t length = strcspn(list, separators);

        found = length > 0 && is_excepted((struct part){list, length}, place);
        list += length;
        list += strspn(list, separators);
    }
    return found;
}

/* NULL is copied as NULL. */
static bool copy(const char *text, const char **copy_out)
{
    *copy_out = text ? text_copy(text) : NULL;
    return !text || *copy_out;
}

bool proxy_settings_copy(const struct proxy_settings *settings,
                         struct proxy_settings *settings_out)
{
    *settings_out = (struct proxy_settings){0};
    if (copy(settings->proxy, &settings_out->proxy) &&
        copy(settings->https_proxy, &settings_out->https_proxy) &&
        copy(settings->no_proxy, &settings_out->no_proxy)) {
        return true;
    }
    proxy_settings_free(settings_out);
    return false;
}

void proxy_settings_free(struct proxy_settings *settings)
{
    memory_free((char *)(uintptr_t)settings->proxy);
    memory_free((char *)(uintptr_t)settings->https_proxy);
    memory_free((char *)(uintptr_t)settings->no_proxy);
    *settings = (struct proxy_settings){0};
}

bool proxy_choice_is_excepted(const char *no_proxy, const char *url)
{
    struct place place = place_of_url(url);

    return is_on_list(no_proxy, &place);
}

const char *proxy_choice(const struct proxy_settings *settings, const char *url)
{
    const char *proxy = settings->proxy;

    if (settings->https_proxy && text_starts_with_ignoring_case(url, "https:")) {
        proxy = settings->https_proxy;
    }
    if (proxy && *proxy && settings->no_proxy &&
        proxy_choice_is_excepted(settings->no_proxy, url)) {
        return "";
    }
    return proxy;
}
