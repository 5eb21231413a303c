/*
 * Whatever a client names and a server answers: a URL is taken apart into pieces of itself or
 * refused; a redirect leads to http or https, without user info of its own, and once resolved
 * it stays where it is; and the origin of what it leads to is the one it was judged by.
 *
 * An input is a URL up to the first new line, and a Location behind it.
 */
#include "fuzz_target.h"

#include "base/memory.h"
#include "http/redirect.h"
#include "http/url.h"

#include <string.h>

static void check_piece(const char *text, struct url_piece piece)
{
    REQUIRE(piece.size == 0 ||
            (piece.text >= text && piece.text + piece.size <= text + strlen(text)));
}

/* The origin is a URL, and its own origin. */
static char *check_origin(const char *url)
{
    char *origin = NULL;
    char *again = NULL;

    REQUIRE(url_origin(url, &origin) == ODO_OK);
    REQUIRE(url_origin(origin, &again) == ODO_OK);
    REQUIRE(strcmp(origin, again) == 0);
    memory_free(again);
    return origin;
}

static bool check_url(const char *text)
{
    struct url url;
    char *origin = NULL;
    char *host = NULL;
    char *same = NULL;
    char *shown = url_for_log(text);

    REQUIRE(shown);
    if (!url_parse(text, &url)) {
        REQUIRE(url_check(text) != ODO_OK);
        REQUIRE(url_origin(text, &origin) == ODO_E_INVALID_URL);
        REQUIRE(url_host(text, &host) == ODO_E_INVALID_URL);
        REQUIRE(strcmp(shown, "(not a URL)") == 0);
        memory_free(shown);
        return false;
    }
    check_piece(text, url.user_info);
    check_piece(text, url.host);
    check_piece(text, url.port);
    check_piece(text, url.path);
    check_piece(text, url.query);
    REQUIRE(url.host.size > 0 && url.port_number > 0);
    REQUIRE(url.path.size == 0 || url.path.text[0] == '/');
    REQUIRE(!memchr(shown, '?', strlen(shown)) && !memchr(shown, '#', strlen(shown)));

    origin = check_origin(text);
    REQUIRE(url_host(text, &host) == ODO_OK);
    if (url.host.text[0] != '[') {
        char *other = NULL;

        REQUIRE(url_with_host(text, host, &same) == ODO_OK);
        REQUIRE(url_origin(same, &other) == ODO_OK);
        REQUIRE(strcmp(origin, other) == 0);
        memory_free(other);
        memory_free(same);
    }
    memory_free(host);
    memory_free(origin);
    memory_free(shown);
    return true;
}

static void check_redirect(const char *url, const char *location, bool allow_insecure)
{
    struct redirect_input input = {
        .url = url, .location = location, .allow_insecure = allow_insecure};
    struct redirect redirect = {.url = NULL};
    struct redirect again = {.url = NULL};
    struct url base;
    struct url target;
    char *from;
    char *to;

    if (redirect_resolve(&input, &redirect) != ODO_OK) {
        REQUIRE(!redirect.url);
        return;
    }
    REQUIRE(url_parse(url, &base) && url_parse(redirect.url, &target));
    REQUIRE(strlen(redirect.url) <= REDIRECT_URL_MAX && !strchr(redirect.url, '#'));
    REQUIRE(target.path.size > 0);
    REQUIRE(!base.is_https || target.is_https || allow_insecure);
    REQUIRE(target.has_user_info == (redirect.same_origin && base.has_user_info));
    from = check_origin(url);
    to = check_origin(redirect.url);
    REQUIRE((strcmp(from, to) == 0) == redirect.same_origin);
    memory_free(to);
    memory_free(from);

    /* What it leads to, as an absolute reference, is itself. */
    if (!target.has_user_info) {
        input.location = redirect.url;
        REQUIRE(redirect_resolve(&input, &again) == ODO_OK);
        if (strcmp(again.url, redirect.url) != 0) {
            /* But for dots that a base without a new path may keep. */
            REQUIRE(strstr(redirect.url, "/."));
        }
        memory_free(again.url);
    }
    memory_free(redirect.url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line_end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t url_size = line_end ? (size_t)(line_end - data) : size;
    size_t location_size = line_end ? size - url_size - 1 : 0;
    char *url = calloc(url_size + 1, 1);
    char *location = calloc(location_size + 1, 1);

    if (url && location) {
        if (url_size > 0) {
            memcpy(url, data, url_size);
        }
        if (location_size > 0) {
            memcpy(location, line_end + 1, location_size);
        }
        check_url(location);
        if (check_url(url)) {
            check_redirect(url, location, false);
            check_redirect(url, location, true);
        }
    }
    free(location);
    free(url);
    return 0;
}
