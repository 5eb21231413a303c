/*
 * What a URL must be like before we ask for it, and what of it may be shown.
 *
 * Pure but for libcurl's parser; safe on any thread.
 */
#ifndef ODO_NETWORK_URL_H
#define ODO_NETWORK_URL_H

#include <odo/types.h>

/*
 * Check a URL that a caller names. It is used as it is given afterwards; nothing is escaped.
 *
 *   ODO_E_INVALID_ARGUMENT   NULL, empty, not UTF-8, longer than URL_LENGTH_MAX, or with a
 *                            control character or blank
 *   ODO_E_INVALID_URL        not http or https, malformed, without a host, or with a wildcard
 *                            in its host
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status url_check(const char *url);

enum {
    URL_LENGTH_MAX = 2200, /* characters; ODO_URL_MAX of odo.h */
};

/*
 * A copy for logs: scheme, host, port and path, without user info, query and fragment. Of what
 * is no URL only that it is none. NULL when there is no memory; memory_free() ends it.
 */
char *url_for_log(const char *url);

/*
 * The origin of an http or https URL as text: scheme, host in small letters, and port even
 * when it is the scheme's own, as "https://example.org:443". Two URLs are of one origin when
 * these are equal.
 *
 *   ODO_E_INVALID_URL
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status url_origin(const char *url, char **origin_out);

#endif
