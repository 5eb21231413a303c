#include "com/proxy_list.h"
#include "support/test_table.h"

#include <stdlib.h>

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
    {"the first of several is taken", "a:1;b:2", "http://a:1", "http://a:1"},
    {"one for a scheme goes before one for all", "https=b:2;a:1", "http://a:1", "http://b:2"},
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
    struct proxy_list list;

    assert_true(proxy_list_read(c->list, &list));
    assert_string_equal(list.http, c->http);
    assert_string_equal(list.https, c->https);
    proxy_list_free(&list);
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

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, lists, check_list);
    TEST_ADD_TABLE(&suite, exceptions, check_exceptions);
    return test_suite_run(&suite, "proxy_list");
}
