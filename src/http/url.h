/*
 * URLs of http and https (RFC 3986): what one must be like before it is asked, what it is made
 * of, and what of it may be shown.
 *
 * Whoever asks parses the URL once more. So nothing is taken here that another parser might
 * read otherwise: there are exactly two slashes behind the scheme, at most one "@", no
 * backslash in the authority, and no character in a host that is not one of names and
 * addresses.
 *
 * Pure; safe on any thread.
 */
#ifndef ODO_HTTP_URL_H
#define ODO_HTTP_URL_H

#include <odo/types.h>

enum {
    URL_LENGTH_MAX = 2200, /* characters; ODO_URL_MAX of odo.h */
};

/* A piece of a longer text. */
struct url_piece {
    const char *text; /* without a zero at its end */
    size_t size;
};

/* A URL taken apart. The pieces lie in its text, as they were written there. */
struct url {
    bool is_https;
    bool has_user_info;
    bool has_query;
    struct url_piece user_info; /* what stands before the "@" */
    struct url_piece host;      /* at least one character; an IPv6 address in its brackets */
    struct url_piece port;      /* digits; or empty, for the scheme's own */
    struct url_piece path;      /* empty, or it begins with a slash */
    struct url_piece query;     /* what stands behind the "?" */
    uint16_t port_number;       /* 1 to 65535 */
};

/*
 * Take an absolute URL apart; its fragment is dropped. False, and *url_out is untouched, when
 * it is not http or https, is malformed, has no host, a control character or a blank, or a port
 * that is none. Bytes beyond ASCII may stand anywhere; in the host they are UTF-8.
 */
bool url_parse(const char *text, struct url *url_out);

/*
 * Check a URL that a caller names. It is used as it is given afterwards; nothing is escaped.
 *
 *   ODO_E_INVALID_ARGUMENT   NULL, empty, not UTF-8, longer than URL_LENGTH_MAX, or with a
 *                            control character or blank
 *   ODO_E_INVALID_URL        what url_parse() does not take
 */
enum odo_status url_check(const char *url);

/*
 * A copy for logs: scheme, host, port and path, without user info, query and fragment. Of what
 * is no URL only that it is none. NULL when there is no memory; memory_free() ends it.
 */
char *url_for_log(const char *url);

/*
 * The origin of an http or https URL as text: scheme, host in small letters, and port even
 * when it is the scheme's own, as "https://example.org:443". Two URLs are of one origin when
 * these are equal. Addresses have one form, whatever they were written in; so do characters
 * that were percent-encoded without need.
 *
 *   ODO_E_INVALID_URL
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status url_origin(const char *url, char **origin_out);

/*
 * The host as it is looked up: percent-encoded characters decoded, and without brackets. Its
 * letters are as they were written, and may be beyond ASCII.
 *
 *   ODO_E_INVALID_URL
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status url_host(const char *url, char **host_out);

/*
 * The same URL with another host, which must be one that url_parse() takes; without its
 * fragment.
 *
 *   ODO_E_INVALID_URL
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status url_with_host(const char *url, const char *host, char **url_out);

#endif
