#include "support/test.h"

#include "http/url.h"

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

    {"a name may have dashes and underscores", "http://a_b.ex-ample.org./f", OK},
    {"a name beyond ASCII is good",
     "http://b\xc3\xbc"
     "cher.example/f",
     OK},
    {"a percent-encoded name is good", "http://b%C3%BCcher.ex%61mple/f", OK},
    {"a port that says nothing is the scheme's own", "http://example.org:/f", OK},
    {"zeros may lead a port", "http://example.org:0000080/f", OK},
    {"the last port is good", "http://example.org:65535/f", OK},
    {"an IPv6 address with a zone is good", "http://[fe80::1%25eth0]/f", OK},
    {"an IPv6 address with an IPv4 address is good", "http://[::ffff:127.0.0.1]/f", OK},
    {"a backslash in the path is the server's business", "http://example.org/a\\b", OK},
    {"a percent sign in the path is too", "http://example.org/100%", OK},
    {"an at sign in the path is too", "http://example.org/@a@b", OK},
    {"a query without a path is good", "http://example.org?q", OK},

    {"two users are refused", "http://a@b@example.org/f", URL},
    {"a user that ends in a backslash is refused", "http://a.example\\@b.example/f", URL},
    {"a backslash in the host is refused", "http://a.example\\b/f", URL},
    {"a percent sign in the host is refused", "http://u%h/", URL},
    {"half a percent-encoded character is refused", "http://example%6/", URL},
    {"a percent-encoded slash in the host is refused", "http://a.example%2fb.example/f", URL},
    {"a percent-encoded at sign in the host is refused", "http://a%40b.example/f", URL},
    {"a percent-encoded percent sign in the host is refused", "http://a%2561.example/f", URL},
    {"a percent-encoded control character in the host is refused", "http://a%0ab.example/",
     URL},
    {"half a character beyond ASCII in the host is refused", "http://a%c3.example/f", URL},
    {"a comma in the host is refused", "http://a,b.example/f", URL},
    {"a semicolon in the host is refused", "http://a;b.example/f", URL},
    {"quotes in the host are refused", "http://\"a\".example/f", URL},
    {"braces in the host are refused", "http://{a,b}.example/f", URL},
    {"an exclamation mark in the host is refused", "http://a!.example/f", URL},
    {"brackets within the host are refused", "http://a[::1]/f", URL},
    {"text behind an IPv6 address is refused", "http://[::1]a/f", URL},
    {"empty brackets are refused", "http://[]/f", URL},
    {"an IPv6 address without brackets is refused", "http://::1/f", URL},
    {"an IPv4 address in brackets is refused", "http://[127.0.0.1]/f", URL},
    {"an empty zone is refused", "http://[fe80::1%]/f", URL},
    {"a zone with a slash is refused", "http://[fe80::1%25e/0]/f", URL},
    {"a port of nothing is refused", "http://example.org:0/", URL},
    {"a signed port is refused", "http://example.org:+80/", URL},
    {"a negative port is refused", "http://example.org:-80/", URL},
    {"a port that wraps round is refused", "http://example.org:4294967376/", URL},
    {"a port with a blank percent-encoded is refused", "http://example.org:80%20/", URL},
    {"two ports are refused", "http://example.org:80:81/", URL},
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
    {"a port without a number is not shown", "http://example.org:/f", "http://example.org/f"},
    {"no path is shown as the root", "HTTP://example.org?secret", "http://example.org/"},
    {"a path that has no host is not shown", "http:///secret", "(not a URL)"},
    {"a control character is not shown", "http://example.org/\x1b[2J", "(not a URL)"},
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
    {"an IPv6 address has one form", "http://[0:0:0::0:1]:80/f", "http://[::1]:80"},
    {"and small letters", "http://[2001:DB8::A]/f", "http://[2001:db8::a]:80"},
    {"a zone belongs to it", "http://[FE80::1%25eth0]/f", "http://[fe80::1%25eth0]:80"},
    {"however its percent sign is written", "http://[fe80::1%eth0]/f",
     "http://[fe80::1%25eth0]:80"},
    {"an IPv4 address has one form", "http://0x7f.1/f", "http://127.0.0.1:80"},
    {"but a name that begins like one is a name", "http://127.0.0.1.example/f",
     "http://127.0.0.1.example:80"},
    {"percent-encoded letters are letters", "http://ex%41mple.org/f", "http://example.org:80"},
    {"letters beyond ASCII stay as they are",
     "http://B\xc3\x9c"
     "CHER.example/f",
     "http://b\xc3\x9c"
     "cher.example:80"},
    {"a port that says nothing is the scheme's own", "https://example.org:/f",
     "https://example.org:443"},
    {"zeros before a port do not count", "http://example.org:0081/f", "http://example.org:81"},
    {"a dot at the end is another name", "http://example.org./f", "http://example.org.:80"},
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

static const struct parts_case {
    const char *name;
    const char *url;
    bool is_https;
    const char *user_info; /* NULL when there is none */
    const char *host;
    uint16_t port;
    const char *path;
    const char *query; /* NULL when there is none */
} parts[] = {
    {"all of a URL", "https://me:word@example.org:8443/a/b?c=d#e", true, "me:word",
     "example.org", 8443, "/a/b", "c=d"},
    {"the least of one", "http://a", false, NULL, "a", 80, "", NULL},
    {"a fragment ends a path", "http://a/b#c?d", false, NULL, "a", 80, "/b", NULL},
    {"a fragment ends a host", "http://a#b/c", false, NULL, "a", 80, "", NULL},
    {"a query ends a host", "http://a?b/c@d", false, NULL, "a", 80, "", "b/c@d"},
    {"an empty query is one", "http://a/?", false, NULL, "a", 80, "/", ""},
    {"an empty user is one", "http://@a/", false, "", "a", 80, "/", NULL},
    {"an address has its brackets", "http://[::1]:8/", false, NULL, "[::1]", 8, "/", NULL},
    {"a user may have colons", "http://a:b:c@d/", false, "a:b:c", "d", 80, "/", NULL},
};

static void assert_piece(struct url_piece piece, const char *text)
{
    assert_int_equal(piece.size, strlen(text));
    if (piece.size > 0) {
        assert_memory_equal(piece.text, text, piece.size);
    }
}

static void check_parts(void **state)
{
    const struct parts_case *c = *state;
    struct url url;

    assert_true(url_parse(c->url, &url));
    assert_int_equal(url.is_https, c->is_https);
    assert_int_equal(url.has_user_info, c->user_info != NULL);
    assert_piece(url.user_info, c->user_info ? c->user_info : "");
    assert_piece(url.host, c->host);
    assert_int_equal(url.port_number, c->port);
    assert_piece(url.path, c->path);
    assert_int_equal(url.has_query, c->query != NULL);
    assert_piece(url.query, c->query ? c->query : "");
}

static const struct host_case {
    const char *name;
    const char *url;
    const char *host; /* NULL when it is refused */
    const char *other;
    const char *changed; /* NULL when it is refused */
} hosts[] = {
    {"a name is replaced", "http://example.org/f", "example.org", "b.example",
     "http://b.example/f"},
    {"and all else stays", "HTTPS://me@Example.org:08443/a%20b?c#d", "Example.org", "b.example",
     "https://me@b.example:08443/a%20b?c"},
    {"a percent-encoded name is decoded", "http://b%C3%BCcher/",
     "b\xc3\xbc"
     "cher",
     "xn--bcher-kva", "http://xn--bcher-kva/"},
    {"an address loses its brackets", "http://[::1]/", "::1", "[::2]", "http://[::2]/"},
    {"a host that is none does not come in", "http://a/", "a", "b/c", NULL},
    {"nor does an empty one", "http://a/", "a", "", NULL},
    {"what is no URL has none", "a", NULL, "b", NULL},
};

static void check_host(void **state)
{
    const struct host_case *c = *state;
    char *host = NULL;
    char *changed = NULL;

    assert_status(url_host(c->url, &host), c->host ? ODO_OK : ODO_E_INVALID_URL);
    assert_status(url_with_host(c->url, c->other, &changed),
                  c->changed ? ODO_OK : ODO_E_INVALID_URL);
    if (c->host) {
        assert_string_equal(host, c->host);
    }
    if (c->changed) {
        assert_string_equal(changed, c->changed);
    }
    memory_free(changed);
    memory_free(host);
}

static void a_host_has_1024_bytes_at_most(void **state)
{
    char url[1100];
    struct url parts_of_it;

    (void)state;
    memset(url, 'a', sizeof(url));
    memcpy(url, "http://", 7);
    url[7 + 1025] = '\0';
    assert_false(url_parse(url, &parts_of_it));
    url[7 + 1024] = '\0';
    assert_true(url_parse(url, &parts_of_it));
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
    TEST_ADD_TABLE(&suite, parts, check_parts);
    TEST_ADD_TABLE(&suite, hosts, check_host);
    TEST_ADD(&suite, a_host_has_1024_bytes_at_most);
    TEST_ADD(&suite, without_memory_there_is_no_text);
    return test_suite_run(&suite, "url");
}
