#include "com/object/wide_text.h"
#include "support/test.h"

#include <objbase.h>
#include <string.h>

static const struct text_case {
    const char *name;
    const WCHAR *wide;
    const char *utf8; /* NULL when the wide text is refused */
} texts[] = {
    {"no text is refused", NULL, NULL},
    {"an empty text stays empty", L"", ""},
    {"plain letters stay as they are", L"C:\\a b", "C:\\a b"},
    {"U+007F takes one byte", L"\x7f", "\x7f"},
    {"U+0080 takes two bytes", L"\x80", "\xc2\x80"},
    {"an umlaut takes two bytes", L"gr\xfcn", "gr\xc3\xbcn"},
    {"U+0800 takes three bytes", L"\x800", "\xe0\xa0\x80"},
    {"U+FFFF takes three bytes", L"\xffff", "\xef\xbf\xbf"},
    {"a pair of surrogates takes four bytes", L"\xd83d\xde00", "\xf0\x9f\x98\x80"},
    {"the last pair takes four bytes", L"\xdbff\xdfff", "\xf4\x8f\xbf\xbf"},
    {"a high surrogate at the end is refused", L"a\xd83d", NULL},
    {"a high surrogate before a letter is refused",
     L"\xd83d"
     L"a",
     NULL},
    {"a low surrogate alone is refused", L"\xde00", NULL},
    {"surrogates in the wrong order are refused", L"\xde00\xd83d", NULL},
};

static void check_to_utf8(void **state)
{
    const struct text_case *c = *state;
    char *utf8 = test_state("not written");

    if (c->utf8) {
        assert_status(wide_text_to_utf8(c->wide, &utf8), ODO_OK);
        assert_string_equal(utf8, c->utf8);
    } else {
        assert_status(wide_text_to_utf8(c->wide, &utf8), ODO_E_INVALID_ARGUMENT);
        assert_null(utf8);
    }
    free(utf8);
}

static void check_from_utf8(void **state)
{
    const struct text_case *c = *state;
    LPWSTR wide = NULL;

    if (c->utf8) {
        assert_int_equal(wide_text_from_utf8(c->utf8, &wide), S_OK);
        assert_int_equal(wcscmp(wide, c->wide), 0);
    }
    CoTaskMemFree(wide);
}

static const struct bad_utf8_case {
    const char *name;
    const char *utf8;
} bad_utf8[] = {
    {"a byte that begins nothing is refused", "a\xff"},
    {"a sequence that is cut short is refused", "\xe2\x82"},
    {"a longer form than needed is refused", "\xc0\xaf"},
    {"a surrogate in UTF-8 is refused", "\xed\xa0\x80"},
    {"what is beyond Unicode is refused", "\xf4\x90\x80\x80"},
};

static void check_bad_utf8(void **state)
{
    const struct bad_utf8_case *c = *state;
    LPWSTR wide = test_state(L"not written");

    assert_int_equal(wide_text_from_utf8(c->utf8, &wide), E_UNEXPECTED);
    assert_null(wide);
}

static void a_copy_is_the_callers(void **state)
{
    static const WCHAR text[] = L"text";
    LPWSTR copy = NULL;

    (void)state;
    assert_int_equal(wide_text_copy(text, &copy), S_OK);
    assert_ptr_not_equal(copy, text);
    assert_int_equal(wcscmp(copy, text), 0);
    CoTaskMemFree(copy);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, texts, check_to_utf8);
    TEST_ADD_TABLE(&suite, texts, check_from_utf8);
    TEST_ADD_TABLE(&suite, bad_utf8, check_bad_utf8);
    TEST_ADD(&suite, a_copy_is_the_callers);
    return test_suite_run(&suite, "wide_text");
}
