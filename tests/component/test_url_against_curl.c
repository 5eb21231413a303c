/*
 * A URL that we take means the same to libcurl, which parses it once more when it is asked: the
 * same scheme, host, port, path and query. Where we refuse one that libcurl takes, nothing is
 * lost but that.
 */
#include "support/test.h"

#include "base/memory.h"
#include "http/redirect.h"
#include "http/url.h"

#include <curl/curl.h>
#include <string.h>

enum { URL_SIZE = 400 };

static CURLU *parse_by_curl(const char *url)
{
    CURLU *parts = curl_url();
    CURLUcode code;

    assert_non_null(parts);
    code = curl_url_set(parts, CURLUPART_URL, url, CURLU_PATH_AS_IS);
    if (code != CURLUE_OK) {
        curl_url_cleanup(parts);
        return NULL;
    }
    return parts;
}

static char *part_of(CURLU *parts, CURLUPart which, unsigned flags)
{
    char *text = NULL;
    CURLUcode code = curl_url_get(parts, which, &text, flags);

    assert_int_not_equal(code, CURLUE_OUT_OF_MEMORY);
    return code == CURLUE_OK ? text : NULL;
}

static void assert_part(CURLU *parts, CURLUPart which, struct url_piece piece, const char *url)
{
    char *text = part_of(parts, which, 0);
    const char *found = text ? text : "";

    if (strlen(found) != piece.size ||
        (piece.size > 0 && memcmp(found, piece.text, piece.size) != 0)) {
        fail_msg("%s: \"%.*s\" is \"%s\" to libcurl", url, (int)piece.size,
                 piece.size > 0 ? piece.text : "", found);
    }
    curl_free(text);
}

/* The origin as libcurl sees it, in our form. */
static char *origin_by_curl(CURLU *parts)
{
    char *scheme = part_of(parts, CURLUPART_SCHEME, 0);
    char *host = part_of(parts, CURLUPART_HOST, 0);
    char *zone = part_of(parts, CURLUPART_ZONEID, 0);
    char *port = part_of(parts, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    char url[URL_SIZE * 2];
    char *origin = NULL;

    assert_true(scheme && host && port);
    if (zone) {
        (void)snprintf(url, sizeof(url), "%s://%.*s%%25%s]:%s/", scheme, (int)strlen(host) - 1,
                       host, zone, port);
    } else {
        (void)snprintf(url, sizeof(url), "%s://%s:%s/", scheme, host, port);
    }
    assert_status(url_origin(url, &origin), ODO_OK);
    curl_free(port);
    curl_free(zone);
    curl_free(host);
    curl_free(scheme);
    return origin;
}

/* True when it was one that we take. */
static bool compare(const char *url)
{
    struct url ours;
    CURLU *parts;
    char *origin = NULL;
    char *origin_of_curl;

    if (!url_parse(url, &ours)) {
        return false;
    }
    parts = parse_by_curl(url);
    if (!parts) {
        fail_msg("%s: libcurl refuses what we take", url);
    }
    assert_status(url_origin(url, &origin), ODO_OK);
    origin_of_curl = origin_by_curl(parts);
    if (strcmp(origin, origin_of_curl) != 0) {
        fail_msg("%s: %s is %s to libcurl", url, origin, origin_of_curl);
    }
    if (ours.path.size > 0) {
        assert_part(parts, CURLUPART_PATH, ours.path, url);
    }
    assert_part(parts, CURLUPART_QUERY, ours.query, url);
    memory_free(origin_of_curl);
    memory_free(origin);
    curl_url_cleanup(parts);
    return true;
}

static const char *const pieces[] = {
    "http:",
    "https:",
    "HTTP:",
    "ftp:",
    "/",
    "//",
    "///",
    "\\",
    "@",
    "a",
    "b.c",
    "user",
    ":",
    "80",
    "443",
    "0",
    "65536",
    "08",
    "?",
    "#",
    "%41",
    "%2f",
    "%",
    "%00",
    "[::1]",
    "[",
    "]",
    "::",
    "1.2",
    "0x7f",
    "127.1",
    ".",
    "..",
    "-",
    "_",
    "~",
    "*",
    "!",
    "$",
    "&",
    "'",
    "(",
    ";",
    ",",
    "=",
    "+",
    " ",
    "\t",
    "\x7f",
    "\"",
    "<",
    "^",
    "`",
    "{",
    "|",
    "xn--a",
    "%25",
    "\xc3\xbc",
    "\xff",
    "[::1%25eth0]",
    "[::ffff:1.2.3.4]",
};

static void make_url(struct test_random *random, char url_out[URL_SIZE])
{
    size_t count = 1 + (size_t)test_random_below(random, 8);
    size_t used = 0;

    /* Mostly something that looks like one. */
    if (test_random_below(random, 8) != 0) {
        used = (size_t)snprintf(url_out, URL_SIZE, "%s",
                                test_random_below(random, 2) == 0 ? "http://" : "https://");
    }
    url_out[used] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[test_random_below(random, TEST_COUNT(pieces))];

        used += (size_t)snprintf(url_out + used, URL_SIZE - used, "%s", piece);
    }
}

static void any_url_that_we_take_means_the_same_to_libcurl(void **state)
{
    struct test_random random = {1};
    unsigned taken = 0;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        char url[URL_SIZE];

        make_url(&random, url);
        taken += compare(url);
    }
    assert_true(taken > 10000);
}

static const char *const taken_urls[] = {
    "http://example.org",
    "HTTPS://EXAMPLE.ORG:443/",
    "http://me:word@example.org:8080/a/../b/./c?d=e?f#g",
    "http://[::1]:8080/",
    "http://[2001:DB8:0:0::1]/",
    "http://[fe80::1%25eth0]/",
    "http://2130706433/",
    "http://0x7f.0.0.1:81/",
    "http://ex%61mple.org/%41",
    "http://example.org:/",
    "http://example.org:00080/",
    "http://example.org./",
    "http://a_b.example/",
    "http://example.org?q#/f",
    "http://example.org/\xc3\xb6?\xff",
    "http://xn--bcher-kva.example/",
    "http://\xc3\xb6l.example/",
    "http://user@example.org/@x",
    "http://:@example.org/",
};

static void all_of_these_are_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(taken_urls); i++) {
        assert_true(compare(taken_urls[i]));
    }
}

/* Where libcurl would go from there. */
static char *resolve_by_curl(const char *base, const char *location)
{
    CURLU *parts = parse_by_curl(base);
    char *url = NULL;

    assert_non_null(parts);
    if (curl_url_set(parts, CURLUPART_URL, location, CURLU_URLENCODE | CURLU_ALLOW_SPACE) ==
        CURLUE_OK) {
        curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0);
        curl_url_get(parts, CURLUPART_URL, &url, 0);
    }
    curl_url_cleanup(parts);
    return url;
}

/* Write a reference that both resolve by the same rules. */
static void make_reference(struct test_random *random, char location_out[URL_SIZE])
{
    static const char *const fronts[] = {"", "/", "//b.example/", "http://c.example/",
                                         "https://d.example:8443/"};
    static const char *const steps[] = {"g/",   "../",       "./", "g", "h;x=1/", "/i/", " ",
                                        "%41/", "\xc3\xb6/", "..", ".", "...",    "..j/"};
    size_t count = (size_t)test_random_below(random, 6);
    size_t used = (size_t)snprintf(location_out, URL_SIZE, "%s",
                                   fronts[test_random_below(random, TEST_COUNT(fronts))]);

    for (size_t i = 0; i < count; i++) {
        used += (size_t)snprintf(location_out + used, URL_SIZE - used, "%s",
                                 steps[test_random_below(random, TEST_COUNT(steps))]);
    }
    if (used > 0) { /* libcurl loses an empty name behind dots, and differs between versions */
        used += (size_t)snprintf(location_out + used, URL_SIZE - used, "z");
    }
    if (test_random_below(random, 4) == 0 || used == 0) {
        used += (size_t)snprintf(location_out + used, URL_SIZE - used, "?a b/../\xc3\xb6");
    }
    if (test_random_below(random, 4) == 0) {
        (void)snprintf(location_out + used, URL_SIZE - used, "#x");
    }
}

static void references_lead_where_libcurl_would_go(void **state)
{
    static const char *const bases[] = {"http://a.example/b/c/d;p?q", "https://a.example:81/",
                                        "http://[::1]/x/y/"};
    struct test_random random = {2};
    unsigned resolved = 0;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct redirect_input input = {.url =
                                           bases[test_random_below(&random, TEST_COUNT(bases))],
                                       .allow_insecure = true};
        struct redirect redirect = {.url = NULL};
        char location[URL_SIZE];
        char *by_curl;

        make_reference(&random, location);
        if (strstr(location, ".//")) {
            continue; /* libcurl loses an empty name behind dots */
        }
        input.location = location;
        if (redirect_resolve(&input, &redirect) != ODO_OK) {
            continue;
        }
        by_curl = resolve_by_curl(input.url, location);
        if (!by_curl || strcmp(by_curl, redirect.url) != 0) {
            fail_msg("%s from %s: %s, and %s to libcurl", location, input.url, redirect.url,
                     by_curl ? by_curl : "nothing");
        }
        resolved++;
        curl_free(by_curl);
        memory_free(redirect.url);
    }
    assert_true(resolved > 10000);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD(&suite, all_of_these_are_taken);
    TEST_ADD(&suite, any_url_that_we_take_means_the_same_to_libcurl);
    TEST_ADD(&suite, references_lead_where_libcurl_would_go);
    return test_suite_run(&suite, "url_against_curl");
}
