/*
 * Whether a redirect may be followed, and whether the client's headers may go along.
 *
 * Pure; safe on any thread.
 */
#ifndef ODO_HTTP_REDIRECT_H
#define ODO_HTTP_REDIRECT_H

#include <odo/types.h>

enum {
    REDIRECT_HOPS_MAX = 10,
    REDIRECT_URL_MAX = 16 * 1024, /* bytes; signed URLs are long, but not longer */
};

struct redirect_input {
    const char *url;      /* the requested one: absolute, http or https */
    const char *location; /* the header's value, from the server */
    uint32_t hops;        /* redirects followed so far for the same request */
    bool allow_insecure;  /* https may redirect to http */
};

struct redirect {
    char *url;        /* owned: absolute, without fragment; release with memory_free() */
    bool same_origin; /* scheme, host and port equal those of the requested URL, whose user info
                         is kept. Otherwise there is no user info, and the client's headers must
                         not be sent */
};

/*
 * Resolve `location` against `url` (RFC 3986 section 5) and decide whether it may be followed.
 * On failure *redirect_out is untouched. Like curl and browsers, blanks and non-ASCII bytes in
 * path and query are percent-encoded; an existing percent sign is never changed.
 *
 *   ODO_E_REDIRECT        missing, or rejected by url_parse(); has user info of its own; begins
 *                         with slashes or backslashes that parsers interpret differently;
 * longer than REDIRECT_URL_MAX; from https to http without permission; or hops have reached
 * REDIRECT_HOPS_MAX ODO_E_OUT_OF_MEMORY
 */
enum odo_status redirect_resolve(const struct redirect_input *input,
                                 struct redirect *redirect_out);

#endif
