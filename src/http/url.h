/*
 * http and https URLs (RFC 3986): validation, components, and what of a URL may be logged.
 *
 * libcurl parses the URL again, so nothing is accepted that another parser might read
 * differently: exactly two slashes after the scheme, at most one "@", no backslash in the
 * authority, and no character in a host that is not part of names and addresses.
 *
 * Pure; safe on any thread.
 */
#ifndef ODO_HTTP_URL_H
#define ODO_HTTP_URL_H

#include <odo/types.h>

enum {
    URL_LENGTH_MAX = 2200, /* characters; equals ODO_URL_MAX of odo.h */
};

/* A substring. */
struct url_piece {
    const char *text; /* not terminated */
    size_t size;
};

/* A parsed URL. The pieces point into its text and are not decoded. */
struct url {
    bool is_https;
    bool has_user_info;
    bool has_query;
    struct url_piece user_info; /* before the "@" */
    struct url_piece host;      /* at least one character; an IPv6 address in its brackets */
    struct url_piece port;      /* digits; empty for the scheme's default */
    struct url_piece path;      /* empty, or it begins with a slash */
    struct url_piece query;     /* after the "?" */
    uint16_t port_number;       /* 1 to 65535 */
};

/*
 * Parse an absolute URL, ignoring its fragment. False, and *url_out is untouched, if it is not
 * http or https, is malformed, or has no host, a control character, a blank or an invalid port.
 * Non-ASCII bytes are accepted anywhere; in the host they must be UTF-8.
 */
bool url_parse(const char *text, struct url *url_out);

/*
 * Validate a client's URL. It is used exactly as given; nothing is escaped.
 *
 *   ODO_E_INVALID_ARGUMENT   NULL, empty, not UTF-8, longer than URL_LENGTH_MAX, or with a
 *                            control character or blank
 *   ODO_E_INVALID_URL        rejected by url_parse()
 */
enum odo_status url_check(const char *url);

/*
 * A copy for logs: scheme, host, port and path, without user info, query and fragment. For an
 * invalid URL, a text that says so. NULL when out of memory; release with memory_free().
 */
char *url_for_log(const char *url);

/*
 * The origin of an http or https URL: scheme, lower-case host, and port even if it is the
 * default, as in "https://example.org:443". Two URLs have the same origin if these are equal:
 * IP addresses and percent-encoded characters are normalized.
 *
 *   ODO_E_INVALID_URL
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status url_origin(const char *url, char **origin_out);

/*
 * The host as used for name resolution: percent-decoded and without brackets. Case is kept, and
 * it may contain non-ASCII characters.
 *
 *   ODO_E_INVALID_URL
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status url_host(const char *url, char **host_out);

/*
 * The URL with its host replaced by one that url_parse() accepts, without its fragment.
 *
 *   ODO_E_INVALID_URL
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status url_with_host(const char *url, const char *host, char **url_out);

#endif
