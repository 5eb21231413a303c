/*
 * Where a redirect may lead, and what may go along.
 *
 * Pure; safe on any thread.
 */
#ifndef ODO_HTTP_REDIRECT_H
#define ODO_HTTP_REDIRECT_H

#include <odo/types.h>

enum {
    REDIRECT_HOPS_MAX = 10,
    REDIRECT_URL_MAX = 16 * 1024, /* bytes: signed URLs are long, but nobody needs more */
};

struct redirect_input {
    const char *url;      /* that was asked: absolute, http or https */
    const char *location; /* the header's value; from the server */
    uint32_t hops;        /* redirects followed before this one, for the same question */
    bool allow_insecure;  /* https may lead to http */
};

struct redirect {
    char *url;        /* owned: absolute, without fragment; memory_free() */
    bool same_origin; /* scheme, host and port are those of the URL that was asked, and so is
                         the user info, if any. If not, there is none, and no header that a
                         caller has set may go along */
};

/*
 * Resolve `location` against `url` (RFC 3986 section 5) and say whether it may be followed.
 * On failure *redirect_out is untouched. As curl and browsers do, blanks and bytes beyond ASCII
 * in path and query are percent-encoded; a percent sign is never touched.
 *
 *   ODO_E_REDIRECT        missing, or what url_parse() does not take; with user info of its
 * own; with slashes or backslashes at its beginning that might be taken for another host;
 * longer than REDIRECT_URL_MAX; from https to http without leave; or hops have reached
 * REDIRECT_HOPS_MAX ODO_E_OUT_OF_MEMORY
 */
enum odo_status redirect_resolve(const struct redirect_input *input,
                                 struct redirect *redirect_out);

#endif
