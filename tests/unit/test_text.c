#include "support/test.h"

#include "base/memory.h"
#include "base/text.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

static const struct utf8_case {
    const char *name;
    const char *text;
    bool valid;
    size_t utf16_length; /* when valid */
} utf8_texts[] = {
    {"the empty text is UTF-8", "", true, 0},
    {"ASCII is UTF-8", "abc \x01\x7f", true, 6},
    {"two bytes make one unit", "\xc2\x80\xdf\xbf", true, 2},
    {"three bytes make one unit", "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf", true, 4},
    {"four bytes make two units", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", true, 4},
    {"characters mix", "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z", true, 6},

    {"a continuation alone is not", "\x80", false, 0},
    {"a continuation too many is not", "\xc3\xa4\xa4", false, 0},
    {"a character cut after one of two bytes is not", "a\xc3", false, 0},
    {"a character cut after two of three bytes is not", "\xe2\x82", false, 0},
    {"a character cut after three of four bytes is not", "\xf0\x9f\x98", false, 0},
    {"a character broken by a letter is not", "\xe2\x82z", false, 0},
    {"a slash in two bytes is overlong", "\xc0\xaf", false, 0},
    {"a zero in two bytes is overlong", "\xc0\x80", false, 0},
    {"the last letter of ASCII in two bytes is overlong", "\xc1\xbf", false, 0},
    {"a slash in three bytes is overlong", "\xe0\x80\xaf", false, 0},
    {"the last of two bytes in three is overlong", "\xe0\x9f\xbf", false, 0},
    {"the last of three bytes in four is overlong", "\xf0\x8f\xbf\xbf", false, 0},
    {"the first surrogate is not a character", "\xed\xa0\x80", false, 0},
    {"the last surrogate is not a character", "\xed\xbf\xbf", false, 0},
    {"past U+10FFFF there is nothing", "\xf4\x90\x80\x80", false, 0},
    {"five bytes are not a form", "\xf8\x88\x80\x80\x80", false, 0},
    {"bytes that begin nothing are not", "\xff\xfe", false, 0},
};

static void check_utf8(void **state)
{
    const struct utf8_case *c = *state;

    assert_int_equal(text_is_utf8(c->text), c->valid);
    if (c->valid) {
        assert_int_equal(text_utf16_length(c->text), c->utf16_length);
    }
}

static const struct compare_case {
    const char *name;
    const char *left;
    const char *right;
    bool equal;
    bool starts_with; /* `left` starts with `right` */
} comparisons[] = {
    {"empty texts are equal", "", "", true, true},
    {"the same text is equal", "ETag", "ETag", true, true},
    {"the case of letters does not count", "CONTENT-range", "Content-Range", true, true},
    {"a and z and A and Z are letters", "azAZ", "AZaz", true, true},
    {"the neighbours of letters are none", "@[`{", "`{@[", false, false},
    {"letters beyond ASCII keep their case", "\xc3\x84", "\xc3\xa4", false, false},
    {"everything starts with nothing", "abc", "", false, true},
    {"nothing starts with nothing else", "", "a", false, false},
    {"a longer text starts with a shorter one", "Bytes 0-9", "bytes", false, true},
    {"a shorter text does not start with a longer one", "byte", "bytes", false, false},
    {"a different letter differs", "bytez", "bytes", false, false},
};

static void check_comparison(void **state)
{
    const struct compare_case *c = *state;

    assert_int_equal(text_equals_ignoring_case(c->left, c->right), c->equal);
    assert_int_equal(text_equals_ignoring_case(c->right, c->left), c->equal);
    assert_int_equal(text_starts_with_ignoring_case(c->left, c->right), c->starts_with);
}

static void assert_and_free(char *text, const char *expected)
{
    assert_non_null(text);
    assert_string_equal(text, expected);
    memory_free(text);
}

static void a_copy_is_equal_and_its_own(void **state)
{
    char original[] = "original";
    char *copy = text_copy(original);

    (void)state;
    original[0] = 'X';
    assert_and_free(copy, "original");
    assert_and_free(text_copy(""), "");
}

static void a_part_ends_where_it_is_told(void **state)
{
    static const char without_end[] = {'a', 'b', 'c'};

    (void)state;
    assert_and_free(text_copy_part("original", 4), "orig");
    assert_and_free(text_copy_part("original", 0), "");
    assert_and_free(text_copy_part(without_end, 3), "abc");
}

static void numbers_of_every_width_are_formatted(void **state)
{
    (void)state;
    assert_and_free(text_format("nothing to format"), "nothing to format");
    assert_and_free(text_format("%s", ""), "");
    assert_and_free(text_format("%zu", SIZE_MAX),
                    sizeof(size_t) == 8 ? "18446744073709551615" : "4294967295");
    assert_and_free(text_format("%zu and %d", (size_t)7, -8), "7 and -8");
    assert_and_free(text_format("%" PRIu64 "-%" PRIx64, UINT64_MAX, UINT64_MAX),
                    "18446744073709551615-ffffffffffffffff");
    assert_and_free(text_format("%llu %lld", ULLONG_MAX, LLONG_MIN),
                    "18446744073709551615 -9223372036854775808");
    assert_and_free(text_format("%08lx|%5s|%-5s|%.2s|%%", 0xbeefUL, "ab", "cd", "efg"),
                    "0000beef|   ab|cd   |ef|%");
}

static void a_long_text_is_formatted_whole(void **state)
{
    char long_text[5001];
    char *text;

    (void)state;
    memset(long_text, 'y', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    text = text_format("<%s>", long_text);
    assert_non_null(text);
    assert_int_equal(strlen(text), 5002);
    assert_int_equal(text[0], '<');
    assert_int_equal(text[5000], 'y');
    assert_int_equal(text[5001], '>');
    memory_free(text);
}

static void without_memory_there_is_no_text(void **state)
{
    (void)state;
    test_memory_ends_after(0);
    assert_null(text_copy("abc"));
    assert_null(text_copy_part("abc", 2));
    assert_null(text_format("%d", 1));
    test_memory_is_back();
    assert_null(text_copy_part("abc", SIZE_MAX));
}

static const struct number_case {
    const char *name;
    const char *text;
    uint64_t limit;
    bool is_number;
    uint64_t number;
    size_t taken;
} numbers[] = {
    {"a number ends before what is no digit", "120/x", UINT64_MAX, true, 120, 3},
    {"zeros at its front count for nothing", "007", 7, true, 7, 3},
    {"the limit itself is taken", "100", 100, true, 100, 3},
    {"one more is not", "101", 100, false, 0, 0},
    {"nor is one beyond 64 bits", "18446744073709551616", UINT64_MAX, false, 0, 0},
    {"the largest of 64 bits is", "18446744073709551615", UINT64_MAX, true, UINT64_MAX, 20},
    {"a digit above the limit is not", "9", 5, false, 0, 0},
    {"a sign is no digit", "+1", 10, false, 0, 0},
    {"nothing is no number", "", 10, false, 0, 0},
};

static void check_number(void **state)
{
    const struct number_case *c = *state;
    const char *next = c->text;
    uint64_t number = 0;

    assert_int_equal(text_take_number(&next, c->limit, &number), c->is_number);
    assert_true(number == c->number);
    assert_int_equal(next - c->text, c->taken);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, utf8_texts, check_utf8);
    TEST_ADD_TABLE(&suite, comparisons, check_comparison);
    TEST_ADD_TABLE(&suite, numbers, check_number);
    TEST_ADD(&suite, a_copy_is_equal_and_its_own);
    TEST_ADD(&suite, a_part_ends_where_it_is_told);
    TEST_ADD(&suite, numbers_of_every_width_are_formatted);
    TEST_ADD(&suite, a_long_text_is_formatted_whole);
    TEST_ADD(&suite, without_memory_there_is_no_text);
    return test_suite_run(&suite, "text");
}
