/* Byte ranges as scripts write them. */
#include "support/test.h"

#include "com/script/automation_ranges.h"

#include <string.h>

enum { TEXT_MOST = 200 };

/* UTF-16 of ASCII; returns the length. */
static size_t widen(const char *text, uint16_t wide_out[TEXT_MOST])
{
    size_t length = strlen(text);

    assert_true(length <= TEXT_MOST);
    for (size_t i = 0; i < length; i++) {
        wide_out[i] = (unsigned char)text[i];
    }
    return length;
}

static const struct accepted_case {
    const char *name;
    const char *text;
    const char *written;
} accepted[] = {
    {"no text is the whole file", "", ""},
    {"blanks are the whole file", " \t\r\n", ""},
    {"one range", "0-99", "0-99"},
    {"one byte", "7-7", "7-7"},
    {"to the end", "4096-", "4096-"},
    {"the whole file, said so", "0-", "0-"},
    {"several, in the order given", "500-599,0-99,1000-", "500-599,0-99,1000-"},
    {"overlaps are not looked for", "0-99,50-60", "0-99,50-60"},
    {"blanks around", " 0-99 ,\t4096- ", "0-99,4096-"},
    {"one a line", "0-99,\r\n4096-\n", "0-99,4096-"},
    {"as it stands in a header", "bytes=0-99,4096-", "0-99,4096-"},
    {"the unit in any case, and a blank behind it", "Bytes= 0-99", "0-99"},
    {"zeros before", "000-0099", "0-99"},
    {"the last byte there can be", "0-9223372036854775806", "0-9223372036854775806"},
    {"the first byte may be the last there can be", "9223372036854775806-",
     "9223372036854775806-"},
};

static void check_accepted(void **state)
{
    const struct accepted_case *c = *state;
    struct automation_ranges list = {0};
    uint16_t wide[TEXT_MOST];
    uint16_t written[TEXT_MOST] = {0};
    uint16_t expected[TEXT_MOST];
    size_t length = widen(c->text, wide);
    size_t index = 99;

    assert_int_equal(automation_ranges_add_text(&list, wide, length, &index),
                     AUTOMATION_RANGE_FINE);
    assert_true(list.count * AUTOMATION_RANGE_TEXT_MAX <= TEXT_MOST);
    length = automation_ranges_write(&list, written);
    assert_int_equal(length, widen(c->written, expected));
    assert_memory_equal(written, expected, length * sizeof(*written));
    automation_ranges_free(&list);
    assert_null(list.items);
}

static const struct refused_case {
    const char *name;
    const char *text;
    enum automation_range_fault fault;
    size_t index;
} refused[] = {
    {"a word", "all", AUTOMATION_RANGE_MALFORMED, 0},
    {"a number alone", "99", AUTOMATION_RANGE_MALFORMED, 0},
    {"nothing behind a comma", "0-99,", AUTOMATION_RANGE_MALFORMED, 1},
    {"nothing before a comma", ",0-99", AUTOMATION_RANGE_MALFORMED, 0},
    {"two commas", "0-9,,20-29", AUTOMATION_RANGE_MALFORMED, 1},
    {"a unit alone", "bytes=", AUTOMATION_RANGE_MALFORMED, 0},
    {"another unit", "lines=0-9", AUTOMATION_RANGE_MALFORMED, 0},
    {"the unit twice", "bytes=bytes=0-9", AUTOMATION_RANGE_MALFORMED, 0},
    {"the last bytes", "-500", AUTOMATION_RANGE_NO_BEGINNING, 0},
    {"a sign", "+0-9", AUTOMATION_RANGE_MALFORMED, 0},
    {"a second sign", "5--9", AUTOMATION_RANGE_MALFORMED, 0},
    {"a blank inside", "0 -9", AUTOMATION_RANGE_MALFORMED, 0},
    {"a blank before the last byte", "0- 9", AUTOMATION_RANGE_MALFORMED, 0},
    {"no comma between two", "0-9 20-29", AUTOMATION_RANGE_MALFORMED, 0},
    {"three numbers", "0-9-20", AUTOMATION_RANGE_MALFORMED, 0},
    {"hexadecimal", "0x10-0x20", AUTOMATION_RANGE_MALFORMED, 0},
    {"the end before the beginning, third of three", "0-9,20-29,40-39",
     AUTOMATION_RANGE_REVERSED, 2},
    {"a first byte that is too large", "9223372036854775807-", AUTOMATION_RANGE_TOO_LARGE, 0},
    {"a last byte that is too large", "0-9223372036854775807", AUTOMATION_RANGE_TOO_LARGE, 0},
    {"what would wrap round", "0-9,18446744073709551616-18446744073709551620",
     AUTOMATION_RANGE_TOO_LARGE, 1},
};

static void check_refused(void **state)
{
    const struct refused_case *c = *state;
    struct automation_ranges list = {0};
    uint16_t wide[TEXT_MOST];
    size_t length = widen(c->text, wide);
    size_t index = 99;

    /* What the list has already stays. */
    assert_int_equal(automation_ranges_add(&list, 5, 6), AUTOMATION_RANGE_FINE);
    assert_int_equal(automation_ranges_add_text(&list, wide, length, &index), c->fault);
    assert_int_equal(index, c->index);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.items[0].offset, 5);
    assert_int_equal(list.items[0].length, 2);
    automation_ranges_free(&list);
}

static void letters_beyond_ascii_are_no_digits(void **state)
{
    /* U+0130 has the low byte of '0', and U+0660 is a digit elsewhere. */
    static const uint16_t looks[][3] = {
        {0x130, '-', '9'}, {0x660, '-', '9'}, {'0', '-', 0x139}};

    (void)state;
    for (size_t i = 0; i < TEST_COUNT(looks); i++) {
        struct automation_ranges list = {0};
        size_t index;

        assert_int_equal(automation_ranges_add_text(&list, looks[i], 3, &index),
                         AUTOMATION_RANGE_MALFORMED);
        automation_ranges_free(&list);
    }
}

static void a_million_and_no_more(void **state)
{
    struct automation_ranges list = {0};

    (void)state;
    for (uint64_t i = 0; i < AUTOMATION_RANGES_MAX; i++) {
        assert_true(automation_ranges_add(&list, i, i) == AUTOMATION_RANGE_FINE);
    }
    assert_int_equal(automation_ranges_add(&list, 5, 5), AUTOMATION_RANGE_TOO_MANY);
    assert_int_equal(list.count, AUTOMATION_RANGES_MAX);
    automation_ranges_free(&list);
}

static void each_fault_has_its_words(void **state)
{
    (void)state;
    for (int one = AUTOMATION_RANGE_FINE; one <= AUTOMATION_RANGE_NO_MEMORY; one++) {
        for (int other = AUTOMATION_RANGE_FINE; other < one; other++) {
            assert_string_not_equal(
                automation_range_fault_text((enum automation_range_fault)one),
                automation_range_fault_text((enum automation_range_fault)other));
        }
    }
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, accepted, check_accepted);
    TEST_ADD_TABLE(&suite, refused, check_refused);
    TEST_ADD(&suite, letters_beyond_ascii_are_no_digits);
    TEST_ADD(&suite, a_million_and_no_more);
    TEST_ADD(&suite, each_fault_has_its_words);
    return test_suite_run(&suite, "automation_ranges");
}
