#include "com/network/proxy_list.h"
#include "support/test_table.h"

#include <stdlib.h>
#include <string.h>

struct list_case {
    const char *name;
    const char *list;
    const char *http;
    const char *https;
};

static const struct list_case lists[] = {
    {"one proxy is for everything", "proxy:8080", "http://proxy:8080", "http://proxy:8080"},
    {"a proxy without a port has port 80", "proxy", "http://proxy:80", "http://proxy:80"},
    {"each scheme may have its own", "http=a:1;https=b:2", "http://a:1", "http://b:2"},
    {"in either order, and with blanks", "https=b:2 http=a:1", "http://a:1", "http://b:2"},
    {"whatever the case of its letters", "HTTP=a:1;Https=b:2", "http://a:1", "http://b:2"},
    {"http alone leaves https without", "http=a:1", "http://a:1", ""},
    {"https alone leaves http without", "https=b:2", "", "http://b:2"},
    {"other schemes do not matter", "ftp=f:21;socks=s:1080;http=a:1", "http://a:1", ""},
    {"several are taken in their order", "a:1; b:2\tc", "http://a:1;http://b:2;http://c:80",
     "http://a:1;http://b:2;http://c:80"},
    {"also of one scheme", "http=a:1;https=b:2;http=c:3", "http://a:1;http://c:3",
     "http://b:2"},
    {"and with those for all", "https=b:2;a:1", "http://a:1", "http://b:2;http://a:1"},
    {"a scheme may be written out", "http://a:1", "http://a:1", "http://a:1"},
    {"also behind one", "https=https://b", "", "https://b:80"},
    {"a path is none of its business", "http://a:1/", "http://a:1", "http://a:1"},
    {"an address of IPv6 has brackets", "[::1]:3128", "http://[::1]:3128", "http://[::1]:3128"},
    {"and may be without a port", "[::1]", "http://[::1]:80", "http://[::1]:80"},
    {"nothing is no proxy", "", "", ""},
    {"nor are separators", " ;;", "", ""},
    {"nor is a scheme without one", "http=;https=", "", ""},
};

static void check_list(void **state)
{
    const struct list_case *c = *state;
    char *http = proxy_list_for(c->list, false);
    char *https = proxy_list_for(c->list, true);

    assert_string_equal(http, c->http);
    assert_string_equal(https, c->https);
    free(http);
    free(https);
}

static void what_is_too_long_is_left_out(void **state)
{
    enum { LONG = 2001, SHORT = 1990, MANY = 6 };
    static char list[LONG + 1 + MANY * (SHORT + 1) + 1];
    char *proxies;

    (void)state;
    memset(list, 'a', LONG);
    list[LONG] = ';';
    memset(list + LONG + 1, 'b', MANY * (size_t)(SHORT + 1));
    for (size_t i = 1; i < MANY; i++) {
        list[LONG + i * (SHORT + 1)] = ' ';
    }
    proxies = proxy_list_for(list, false);
    assert_non_null(proxies);
    assert_true(strncmp(proxies, "http://bb", 9) == 0);
    assert_true(strlen(proxies) < 8000 && strlen(proxies) > 5000);
    assert_string_equal(proxies + strlen(proxies) - 4, "b:80"); /* a whole one */
    free(proxies);
}

struct exceptions_case {
    const char *name;
    const char *list;
    const char *exceptions;
};

static const struct exceptions_case exceptions[] = {
    {"this machine is an exception", NULL, "localhost;127.*;[::1]"},
    {"an empty list does not change that", "", "localhost;127.*;[::1]"},
    {"beside those that are given", "*.a;<local>", "localhost;127.*;[::1];*.a;<local>"},
    {"unless it is not to be", "*.a;<-loopback>", "*.a;<-loopback>"},
};

static void check_exceptions(void **state)
{
    const struct exceptions_case *c = *state;
    char *found = proxy_list_exceptions(c->list);

    assert_string_equal(found, c->exceptions);
    free(found);
}

static const struct spared_case {
    const char *name;
    const char *list;
    const char *url;
    bool is_spared;
} spared[] = {
    {"this machine by its name is spared", NULL, "http://localhost/", true},
    {"in capitals too", "*.a", "https://LOCALHOST:8080/", true},
    {"by any of its addresses", NULL, "http://127.1.2.3:80/", true},
    {"by that of IPv6", NULL, "http://[::1]:9/", true},
    {"a longer name is not it", NULL, "http://localhost.org/", false},
    {"nor is a shorter one", NULL, "http://local/", false},
    {"nor is a number like it", NULL, "http://1270.0.0.1/", false},
    {"nor is another server", NULL, "http://server/127.0.0.1", false},
    {"unless it is not to be spared", "<-loopback>", "http://localhost/", false},
};

static void check_spared(void **state)
{
    const struct spared_case *c = *state;

    assert_int_equal(proxy_list_spares(c->list, c->url), c->is_spared);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, lists, check_list);
    TEST_ADD(&suite, what_is_too_long_is_left_out);
    TEST_ADD_TABLE(&suite, spared, check_spared);
    TEST_ADD_TABLE(&suite, exceptions, check_exceptions);
    return test_suite_run(&suite, "proxy_list");
}
