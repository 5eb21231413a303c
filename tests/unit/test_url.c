#include "support/test.h"

#include "network/url.h"

#include <string.h>

#define OK  ODO_OK
#define ARG ODO_E_INVALID_ARGUMENT
#define URL ODO_E_INVALID_URL

static const struct check_case {
    const char *name;
    const char *url;
    enum odo_status status;
} checks[] = {
    {"a plain URL is good", "http://example.org/file.bin", OK},
    {"https is good", "https://example.org/file.bin", OK},
    {"a scheme in capitals is good", "HTTPS://EXAMPLE.ORG/FILE", OK},
    {"no path is good", "http://example.org", OK},
    {"a port is good", "http://example.org:8080/", OK},
    {"a query is good", "https://example.org/f?a=1&b=%20*", OK},
    {"a fragment is good", "https://example.org/f#part", OK},
    {"an IPv4 address is good", "http://127.0.0.1:81/f", OK},
    {"an IPv6 address is good", "http://[::1]:81/f", OK},
    {"user info is good", "https://user:word@example.org/f", OK},
    {"a wildcard in the path is the server's business", "https://example.org/*", OK},
    {"bytes beyond ASCII are used as given",
     "https://example.org/gr\xc3\xb6\xc3\x9f"
     "e",
     OK},

    {"no URL is refused", NULL, ARG},
    {"an empty URL is refused", "", ARG},
    {"a blank in it is refused", "https://example.org/a b", ARG},
    {"a blank before it is refused", " https://example.org/", ARG},
    {"a line end behind it is refused", "https://example.org/\r\n", ARG},
    {"a header smuggled in is refused", "https://example.org/ HTTP/1.1\r\nX: y", ARG},
    {"a tab is refused", "https://example.org/\t", ARG},
    {"a delete character is refused", "https://example.org/\x7f", ARG},
    {"what is not UTF-8 is refused", "https://example.org/\xff", ARG},
    {"a wildcard host is refused", "https://*.example.org/f", URL},
    {"a wildcard host in disguise is refused", "https://%2a.example.org/f", URL},

    {"another scheme is refused", "ftp://example.org/f", URL},
    {"a local file is refused", "file:///etc/passwd", URL},
    {"a share is refused", "\\\\server\\share\\file", URL},
    {"a scheme that only begins well is refused", "httpx://example.org/f", URL},
    {"no scheme is refused", "example.org/f", URL},
    {"a scheme alone is refused", "http://", URL},
    {"no host is refused", "http:///f", URL},
    {"a query instead of a host is refused", "http://?f", URL},
    {"a port without a host is refused", "http://:80/f", URL},
    {"user info without a host is refused", "http://user@/f", URL},
    {"one slash is refused", "http:/example.org/f", URL},
    {"no slash is refused", "http:example.org/f", URL},
    {"four slashes are refused", "http:////example.org/f", URL},
    {"a port too large is refused", "http://example.org:65536/", URL},
    {"a port that is no number is refused", "http://example.org:eighty/", URL},
    {"an address without its end is refused", "http://[::1/f", URL},
    {"an address that is none is refused", "http://[::g]/f", URL},
};

static void check_url(void **state)
{
    const struct check_case *c = *state;

    assert_status(url_check(c->url), c->status);
}

/* "http://example.org/xxx...", so many characters in all; a character may be several bytes. */
static char *long_url(size_t characters, const char *filler)
{
    static const char start[] = "http://example.org/";
    size_t size = characters * strlen(filler) + sizeof(start);
    char *url = malloc(size);
    size_t used;

    assert_non_null(url);
    used = (size_t)snprintf(url, size, "%s", start);
    for (size_t count = used; count < characters; count++) {
        used += (size_t)snprintf(url + used, size - used, "%s", filler);
    }
    return url;
}

static void the_longest_url_has_2200_characters(void **state)
{
    char *longest = long_url(2200, "x");
    char *longer = long_url(2201, "x");
    char *longest_wide = long_url(2200, "\xc3\xb6");
    char *longer_wide = long_url(2201, "\xc3\xb6");

    (void)state;
    assert_status(url_check(longest), ODO_OK);
    assert_status(url_check(longer), ODO_E_INVALID_ARGUMENT);
    assert_status(url_check(longest_wide), ODO_OK);
    assert_status(url_check(longer_wide), ODO_E_INVALID_ARGUMENT);
    free(longest);
    free(longer);
    free(longest_wide);
    free(longer_wide);
}

static const struct log_case {
    const char *name;
    const char *url;
    const char *shown;
} logs[] = {
    {"a plain URL is shown whole", "https://example.org:8443/a/b.bin",
     "https://example.org:8443/a/b.bin"},
    {"a query is not shown", "https://example.org/f?signature=secret", "https://example.org/f"},
    {"a fragment is not shown", "https://example.org/f#secret", "https://example.org/f"},
    {"user info is not shown", "https://me:secret@example.org/f", "https://example.org/f"},
    {"a name alone is not shown", "https://secret@example.org/f", "https://example.org/f"},
    {"an at sign in the path is no user", "https://example.org/@f", "https://example.org/@f"},
    {"what is no URL is not shown", "me:secret@example.org", "(not a URL)"},
    {"nothing is no URL", "", "(not a URL)"},
};

static void check_log(void **state)
{
    const struct log_case *c = *state;
    char *shown = url_for_log(c->url);

    assert_non_null(shown);
    assert_string_equal(shown, c->shown);
    memory_free(shown);
}

static const struct origin_case {
    const char *name;
    const char *url;
    const char *origin; /* NULL when it is refused */
} origins[] = {
    {"http is port 80", "http://example.org/f", "http://example.org:80"},
    {"https is port 443", "https://example.org/f", "https://example.org:443"},
    {"a port that is said counts", "https://example.org:8443/f", "https://example.org:8443"},
    {"letters are made small", "HTTPS://Example.ORG/F", "https://example.org:443"},
    {"user info does not count", "https://me:word@example.org/f", "https://example.org:443"},
    {"an IPv6 address keeps its brackets", "http://[::1]/f", "http://[::1]:80"},
    {"no host is no origin", "http:///f", NULL},
    {"another scheme is no origin of ours", "ftp://example.org/f", NULL},
};

static void check_origin(void **state)
{
    const struct origin_case *c = *state;
    char *origin = NULL;

    assert_status(url_origin(c->url, &origin), c->origin ? ODO_OK : ODO_E_INVALID_URL);
    if (c->origin) {
        assert_string_equal(origin, c->origin);
    } else {
        assert_null(origin);
    }
    memory_free(origin);
}

static void without_memory_there_is_no_text(void **state)
{
    char *origin = NULL;
    char *shown;
    enum odo_status status;

    (void)state;
    test_memory_ends_after(0);
    shown = url_for_log("http://example.org/");
    status = url_origin("http://example.org/", &origin);
    test_memory_is_back();
    assert_null(shown);
    assert_null(origin);
    assert_status(status, ODO_E_OUT_OF_MEMORY);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, checks, check_url);
    TEST_ADD(&suite, the_longest_url_has_2200_characters);
    TEST_ADD_TABLE(&suite, logs, check_log);
    TEST_ADD_TABLE(&suite, origins, check_origin);
    TEST_ADD(&suite, without_memory_there_is_no_text);
    return test_suite_run(&suite, "url");
}
