#include "network/proxy_choice.h"
#include "support/test_table.h"

struct exception_case {
    const char *name;
    const char *list;
    const char *url;
    bool is_direct;
};

static const struct exception_case exceptions[] = {
    {"an empty list excepts nothing", "", "http://example.org/", false},
    {"a name is that host", "example.org", "http://example.org/file", true},
    {"whatever the case of its letters", "EXAMPLE.org", "http://Example.ORG/file", true},
    {"and no other host", "example.org", "http://an-example.org/", false},
    {"nor one beneath it", "example.org", "http://www.example.org/", false},
    {"an asterisk is any characters", "*.example.org", "http://a.b.example.org/", true},
    {"but the rest must fit", "*.example.org", "http://example.org/", false},
    {"an asterisk may stand behind", "192.168.*", "http://192.168.7.3/", true},
    {"and other addresses are not meant", "192.168.*", "http://192.16.8.3/", false},
    {"an asterisk may stand between", "a*c*e.org", "http://abcde.org/", true},
    {"an asterisk may stand for nothing", "ab*c", "http://abc/", true},
    {"an asterisk alone is everything", "*", "https://example.org:8443/", true},
    {"a dot in front is any host beneath", ".example.org", "http://www.example.org/", true},
    {"and not the host itself", ".example.org", "http://example.org/", false},
    {"local is a name without a dot", "<local>", "http://server/file", true},
    {"with a port as well", "<local>", "http://server:8080/file", true},
    {"local is no address", "<local>", "http://10.0.0.1/", false},
    {"nor one of IPv6", "<local>", "http://[fe80::1]/", false},
    {"nor a name with a dot", "<local>", "http://server.example.org/", false},
    {"semicolons separate", "a.org;b.org", "http://b.org/", true},
    {"commas and blanks do too", "a.org, b.org\tc.org", "http://c.org/", true},
    {"and nothing between them is nothing", ";; ,", "http://b.org/", false},
    {"a port holds for that port", "example.org:8080", "http://example.org:8080/", true},
    {"and for no other", "example.org:8080", "http://example.org/", false},
    {"a port may be the scheme's own", "example.org:80", "http://example.org/", true},
    {"and that of https is another", "example.org:443", "https://example.org/", true},
    {"a scheme holds for that scheme", "https://example.org", "https://example.org/", true},
    {"and for no other", "https://example.org", "http://example.org/", false},
    {"an address of IPv6 has brackets", "[::1]", "http://[::1]:80/", true},
    {"or none in the list", "::1", "http://[::1]/", true},
    {"and may have a port", "[::1]:8080", "http://[::1]:8080/", true},
    {"which then counts", "[::1]:8080", "http://[::1]/", false},
    {"a user's name is no host", "example.org", "http://example.org@other.org/", false},
    {"and does not hide it", "other.org", "http://me:secret@other.org/", true},
    {"a path is no host", "other.org", "http://example.org/@other.org", false},
    {"nor is a query", "other.org", "http://example.org?@other.org", false},
    {"what is cut short fits nothing", "[", "http://example.org/", false},
    {"nor does a scheme alone", "http://", "http://example.org/", false},
};

static void check_exception(void **state)
{
    const struct exception_case *c = *state;
    const struct proxy_settings settings = {.proxy = "http://proxy:3128", .no_proxy = c->list};

    assert_string_equal(proxy_choice(&settings, c->url), c->is_direct ? "" : settings.proxy);
}

struct choice_case {
    const char *name;
    struct proxy_settings settings;
    const char *url;
    const char *choice;
};

static const struct choice_case choices[] = {
    {"nothing said leaves it to the environment", {NULL, NULL, NULL}, "http://a/", NULL},
    {"nothing said has no exceptions", {NULL, NULL, "a"}, "http://a/", NULL},
    {"one proxy is for http", {"p:1", NULL, NULL}, "http://a/", "p:1"},
    {"and for https", {"p:1", NULL, NULL}, "https://a/", "p:1"},
    {"https may have one of its own", {"p:1", "q:2", NULL}, "HTTPS://a/", "q:2"},
    {"which is not for http", {"p:1", "q:2", NULL}, "http://a/", "p:1"},
    {"https may have none", {"p:1", "", NULL}, "https://a/", ""},
    {"http may have none", {"", "q:2", NULL}, "http://a/", ""},
    {"exceptions are for either", {"p:1", "q:2", "a"}, "https://a/", ""},
};

static void check_choice(void **state)
{
    const struct choice_case *c = *state;
    const char *choice = proxy_choice(&c->settings, c->url);

    if (c->choice) {
        assert_non_null(choice);
        assert_string_equal(choice, c->choice);
    } else {
        assert_null(choice);
    }
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, exceptions, check_exception);
    TEST_ADD_TABLE(&suite, choices, check_choice);
    return test_suite_run(&suite, "proxy_choice");
}
