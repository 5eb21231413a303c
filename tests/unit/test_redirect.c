#include "support/test.h"

#include "http/redirect.h"

#include <string.h>

#define BASE "http://a.example/b/c/d;p?q"

static const struct redirect_case {
    const char *name;
    const char *url;
    const char *location;
    const char *result; /* NULL when it is refused */
    bool same_origin;
} redirects[] = {
    {"an absolute URL is taken as it is", BASE, "http://a.example/x", "http://a.example/x",
     true},
    {"a path replaces the path", BASE, "/g", "http://a.example/g", true},
    {"a name replaces the last one", BASE, "g", "http://a.example/b/c/g", true},
    {"a dot stays in the folder", BASE, "./g", "http://a.example/b/c/g", true},
    {"two dots go up", BASE, "../g", "http://a.example/b/g", true},
    {"two dots twice go up twice", BASE, "../../g", "http://a.example/g", true},
    {"nothing goes above the root", BASE, "../../../../g", "http://a.example/g", true},
    {"a query alone replaces the query", BASE, "?y", "http://a.example/b/c/d;p?y", true},
    {"a query comes along", BASE, "g?y=1", "http://a.example/b/c/g?y=1", true},
    {"a host alone keeps the scheme", BASE, "//b.example/g", "http://b.example/g", false},
    {"a fragment is dropped", BASE, "/g#part", "http://a.example/g", true},
    {"a fragment alone leads back", BASE, "#part", BASE, true},
    {"the fragment of what was asked is dropped", "http://a.example/b#x", "#y",
     "http://a.example/b", true},
    {"a signed query is not touched", BASE, "https://b.example/f?sig=a%2Fb%3D&x=%20",
     "https://b.example/f?sig=a%2Fb%3D&x=%20", false},
    {"a URL in a query is no host", BASE, "/go?to=ftp://b.example/",
     "http://a.example/go?to=ftp://b.example/", true},

    {"a host in capitals is the same", BASE, "HTTP://A.EXAMPLE/x", "http://A.EXAMPLE/x", true},
    {"the scheme's own port is the same", BASE, "http://a.example:80/x",
     "http://a.example:80/x", true},
    {"another port is another origin", BASE, "http://a.example:81/x", "http://a.example:81/x",
     false},
    {"another host is another origin", BASE, "http://b.example/x", "http://b.example/x", false},
    {"a longer host is another origin", BASE, "http://a.example.org/x",
     "http://a.example.org/x", false},
    {"https is another origin than http", BASE, "https://a.example/x", "https://a.example/x",
     false},
    {"https on port 80 is another origin still", BASE, "https://a.example:80/x",
     "https://a.example:80/x", false},

    {"user info goes along to the same origin", "http://me:word@a.example/b", "/g",
     "http://me:word@a.example/g", true},
    {"and by an absolute URL too", "http://me:word@a.example/b", "http://a.example/g",
     "http://me:word@a.example/g", true},
    {"but not elsewhere", "http://me:word@a.example/b", "http://b.example/g",
     "http://b.example/g", false},
    {"nor from http to https", "http://me:word@a.example/b", "https://a.example/g",
     "https://a.example/g", false},

    {"a blank is encoded", BASE, "/a b", "http://a.example/a%20b", true},
    {"bytes beyond ASCII are encoded", BASE, "/gr\xc3\xb6\xc3\x9f",
     "http://a.example/gr%c3%b6%c3%9f", true},

    {"a host beyond ASCII is kept", BASE, "http://m\xc3\xb6nch.example/x",
     "http://m\xc3\xb6nch.example/x", false},

    {"a blank in a query is a plus sign", BASE, "/a b?c d", "http://a.example/a%20b?c+d", true},
    {"a percent sign is never encoded", BASE, "/a%20b%", "http://a.example/a%20b%", true},
    {"nor one of the base", "http://b%c3%bccher.example/x%20/", "y",
     "http://b%c3%bccher.example/x%20/y", true},
    {"bytes that are not UTF-8 are encoded", BASE, "/\xff", "http://a.example/%ff", true},
    {"bytes of the base are encoded as well", "http://a.example/\xc3\xb6/x", "y",
     "http://a.example/%c3%b6/y", true},
    {"no path is the root", BASE, "http://b.example", "http://b.example/", false},
    {"no path and a query too", BASE, "http://b.example?x", "http://b.example/?x", false},
    {"a base without a path has the root", "http://a.example", "g", "http://a.example/g", true},
    {"and with a query alone", "http://a.example?x", "?y", "http://a.example/?y", true},
    {"a colon in a name that begins with a digit is no scheme", BASE, "12:30",
     "http://a.example/b/c/12:30", true},
    {"a dot at the end is the folder", BASE, ".", "http://a.example/b/c/", true},
    {"two dots at the end are the folder above", BASE, "..", "http://a.example/b/", true},
    {"dots in an absolute URL go too", BASE, "http://b.example/x/../y/./z",
     "http://b.example/y/z", false},
    {"dots above the root of one too", BASE, "http://b.example/../../y", "http://b.example/y",
     false},
    {"three dots are a name", BASE, "/.../g", "http://a.example/.../g", true},
    {"dots within a name stay", BASE, "g..h/.i", "http://a.example/b/c/g..h/.i", true},
    {"empty names stay", BASE, "/x//y/", "http://a.example/x//y/", true},
    {"two dots take an empty name away", BASE, "/x//../y", "http://a.example/x/y", true},
    {"dots of the base stay where only the query is new", "http://a.example/x/../y?q", "?z",
     "http://a.example/x/../y?z", true},
    {"dots in a query stay", BASE, "?../x", "http://a.example/b/c/d;p?../x", true},
    {"the port of the base stays", "http://a.example:81/x", "y", "http://a.example:81/y", true},
    {"an address in another form is the same", "http://127.0.0.1/x", "http://0x7f000001/y",
     "http://0x7f000001/y", true},
    {"an address in brackets in another form too", "http://[::1]/x", "http://[0:0::1]:80/y",
     "http://[0:0::1]:80/y", true},
    {"a percent-encoded host is the same", "http://a.example/x", "http://%61.example/y",
     "http://%61.example/y", true},
    {"a backslash in a path is one", BASE, "/x\\y", "http://a.example/x\\y", true},

    {"a slash and a backslash are refused", BASE, "/\\b.example/x", NULL, false},
    {"a backslash and a slash are refused", BASE, "\\/b.example/x", NULL, false},
    {"two backslashes are refused", BASE, "\\\\b.example/x", NULL, false},
    {"a backslash alone is refused", BASE, "\\x", NULL, false},
    {"a backslash before the user is refused", BASE, "http://b.example\\@a.example/", NULL,
     false},
    {"a blank in a host is refused", BASE, "http://b .example/", NULL, false},
    {"a blank before a URL is part of a name", BASE, " http://b.example/",
     "http://a.example/b/"
     "c/%20http://b."
     "example/",
     true},
    {"half a percent-encoded host is refused", BASE, "http://u%h/", NULL, false},
    {"nothing of a base with one is resolved", "http://u%h/", "fe/f", NULL, false},
    {"a port of nothing is refused", BASE, "http://b.example:0/", NULL, false},
    {"a scheme alone is refused", BASE, "https:", NULL, false},
    {"a scheme that only begins well is refused", BASE, "httpx://a.example/", NULL, false},
    {"a host that is not UTF-8 is refused", BASE, "http://\xf6.example/x", NULL, false},
    {"no location is refused", BASE, NULL, NULL, false},
    {"an empty location is refused", BASE, "", NULL, false},
    {"another scheme is refused", BASE, "ftp://a.example/x", NULL, false},
    {"a local file is refused", BASE, "file:///etc/passwd", NULL, false},
    {"a script is refused", BASE, "javascript:alert(1)", NULL, false},
    {"data is refused", BASE, "data:text/plain,x", NULL, false},
    {"user info is refused", BASE, "http://me@a.example/x", NULL, false},
    {"an empty user is refused", BASE, "http://@a.example/x", NULL, false},
    {"a password is refused", BASE, "http://me:word@a.example/x", NULL, false},
    {"a host in disguise is refused", BASE, "//a.example@b.example/x", NULL, false},
    {"no host is refused", BASE, "http:///x", NULL, false},
    {"no host and no path is refused", BASE, "http://", NULL, false},
    {"a path alone behind a scheme is refused", BASE, "http:/b.example/x", NULL, false},
    {"a name alone behind a scheme is refused", BASE, "http:g", NULL, false},
    {"four slashes are refused", BASE, "http:////b.example/x", NULL, false},
    {"three slashes are refused", BASE, "///b.example/x", NULL, false},
    {"backslashes for slashes are refused", BASE, "http:\\\\b.example\\x", NULL, false},
    {"a bad port is refused", BASE, "http://a.example:99999/x", NULL, false},
    {"a bad address is refused", BASE, "http://[::g]/x", NULL, false},
    {"a line end is refused", BASE, "/x\r\nHost: b.example", NULL, false},
    {"a tab is refused", BASE, "/x\ty", NULL, false},
    {"from https to http is refused", "https://a.example/b", "http://a.example/b", NULL, false},
    {"and in capitals too", "HTTPS://a.example/b", "HTTP://a.example/b", NULL, false},
};

static void check_redirect(void **state)
{
    const struct redirect_case *c = *state;
    struct redirect_input input = {.url = c->url, .location = c->location, .hops = 9};
    struct redirect result = {.url = NULL};

    assert_status(redirect_resolve(&input, &result), c->result ? ODO_OK : ODO_E_REDIRECT);
    if (c->result) {
        assert_string_equal(result.url, c->result);
        assert_int_equal(result.same_origin, c->same_origin);
    } else {
        assert_null(result.url);
    }
    memory_free(result.url);
}

static void https_may_lead_to_http_with_leave(void **state)
{
    struct redirect_input input = {
        .url = "https://a.example/b", .location = "http://b.example/c", .allow_insecure = true};
    struct redirect result = {.url = NULL};

    (void)state;
    assert_status(redirect_resolve(&input, &result), ODO_OK);
    assert_string_equal(result.url, "http://b.example/c");
    assert_false(result.same_origin);
    memory_free(result.url);
}

static void ten_hops_are_followed_and_no_eleventh(void **state)
{
    struct redirect_input input = {.url = BASE, .location = "/g"};
    struct redirect result = {.url = NULL};

    (void)state;
    for (input.hops = 0; input.hops < 10; input.hops++) {
        assert_status(redirect_resolve(&input, &result), ODO_OK);
        memory_free(result.url);
        result.url = NULL;
    }
    assert_status(redirect_resolve(&input, &result), ODO_E_REDIRECT);
    input.hops = UINT32_MAX;
    assert_status(redirect_resolve(&input, &result), ODO_E_REDIRECT);
    assert_null(result.url);
}

static void a_url_without_end_is_refused(void **state)
{
    size_t most = REDIRECT_URL_MAX - strlen("http://a.example");
    char *location = calloc(REDIRECT_URL_MAX + 2, 1);
    struct redirect_input input = {.url = BASE, .location = location};
    struct redirect result = {.url = NULL};

    (void)state;
    assert_non_null(location);
    memset(location, 'x', most);
    location[0] = '/';
    assert_status(redirect_resolve(&input, &result), ODO_OK);
    assert_int_equal(strlen(result.url), REDIRECT_URL_MAX);
    memory_free(result.url);

    result.url = NULL;
    location[most] = 'x';
    assert_status(redirect_resolve(&input, &result), ODO_E_REDIRECT);
    memset(location, 'x', REDIRECT_URL_MAX + 1);
    assert_status(redirect_resolve(&input, &result), ODO_E_REDIRECT);
    assert_null(result.url);
    free(location);
}

static void without_memory_nothing_is_handed_out(void **state)
{
    struct redirect_input input = {.url = BASE, .location = "/g"};
    struct redirect result = {.url = NULL};
    enum odo_status status = ODO_E_OUT_OF_MEMORY;

    (void)state;
    for (size_t count = 0; status == ODO_E_OUT_OF_MEMORY; count++) {
        assert_true(count < 100);
        test_memory_ends_after(count);
        status = redirect_resolve(&input, &result);
        test_memory_is_back();
        if (status != ODO_OK) {
            assert_status(status, ODO_E_OUT_OF_MEMORY);
            assert_null(result.url);
        }
    }
    memory_free(result.url);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, redirects, check_redirect);
    TEST_ADD(&suite, https_may_lead_to_http_with_leave);
    TEST_ADD(&suite, ten_hops_are_followed_and_no_eleventh);
    TEST_ADD(&suite, a_url_without_end_is_refused);
    TEST_ADD(&suite, without_memory_nothing_is_handed_out);
    return test_suite_run(&suite, "redirect");
}
