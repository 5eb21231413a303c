#include "support/test.h"

#include "base/memory.h"
#include "network/ascii_url.h"

#include <locale.h>
#include <string.h>

/* In small letters: "b" and "ü" must not become one escape. */
#define BUECHER                                                                                \
    "b\xc3\xbc"                                                                                \
    "cher"

static const struct ascii_case {
    const char *name;
    const char *url;
    const char *ascii; /* NULL when it is refused */
} urls[] = {
    {"a plain URL stays as it is", "HTTP://Example.org:080/a?b#c",
     "HTTP://Example.org:080/a?b#c"},
    {"an address stays", "http://[::1]:81/", "http://[::1]:81/"},
    {"a path beyond ASCII stays", "http://a/\xc3\xbc", "http://a/\xc3\xbc"},
    {"a host beyond ASCII has another name", "http://" BUECHER ".example:81/f?g",
     "http://xn--bcher-kva.example:81/f?g"},
    {"in capitals it has the same",
     "http://B\xc3\x9c"
     "CHER.example/",
     "http://xn--bcher-kva.example/"},
    {"with its dots composed apart it has the same",
     "http://bu\xcc\x88"
     "cher.example/",
     "http://xn--bcher-kva.example/"},
    {"percent-encoded it has the same", "http://b%C3%BCcher.example/",
     "http://xn--bcher-kva.example/"},
    {"user info stays", "http://me:word@" BUECHER "/", "http://me:word@xn--bcher-kva/"},
    {"another script has one too",
     "http://\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88/",
     "http://xn--r8jz45g.xn--zckzah/"},
    {"a wide dot is a dot",
     "http://" BUECHER "\xe3\x80\x82"
     "example/",
     "http://xn--bcher-kva.example/"},
    {"a character that turns into a slash is refused",
     "http://a.example\xe2\x84\x80"
     "b.example/",
     NULL},
    {"a character that no name has is refused", "http://\xef\xbf\xbd.example/", NULL},
    {"what is no URL is refused", "//" BUECHER "/", NULL},
};

static void check_url(void **state)
{
    const struct ascii_case *c = *state;
    char *ascii = NULL;

    assert_status(ascii_url(c->url, &ascii), c->ascii ? ODO_OK : ODO_E_INVALID_URL);
    if (c->ascii) {
        assert_string_equal(ascii, c->ascii);
    } else {
        assert_null(ascii);
    }
    memory_free(ascii);
}

static void the_locale_does_not_matter(void **state)
{
    char *ascii = NULL;

    (void)state;
    assert_non_null(setlocale(LC_ALL, "C"));
    assert_status(ascii_url("http://" BUECHER "/", &ascii), ODO_OK);
    assert_string_equal(ascii, "http://xn--bcher-kva/");
    memory_free(ascii);
}

static void without_memory_there_is_none(void **state)
{
    enum odo_status status = ODO_E_OUT_OF_MEMORY;
    char *ascii = NULL;

    (void)state;
    for (size_t count = 0; status == ODO_E_OUT_OF_MEMORY; count++) {
        assert_true(count < 100);
        test_memory_ends_after(count);
        status = ascii_url("http://" BUECHER "/", &ascii);
        test_memory_is_back();
        if (status != ODO_OK) {
            assert_status(status, ODO_E_OUT_OF_MEMORY);
            assert_null(ascii);
        }
    }
    memory_free(ascii);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, urls, check_url);
    TEST_ADD(&suite, the_locale_does_not_matter);
    TEST_ADD(&suite, without_memory_there_is_none);
    return test_suite_run(&suite, "ascii_url");
}
