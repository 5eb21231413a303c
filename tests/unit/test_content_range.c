#include "support/test.h"

#include "ranges/content_range.h"

#include <string.h>

#define END     BYTE_RANGE_TO_END
#define UNKNOWN ODO_SIZE_UNKNOWN
#define LIMIT   BYTE_OFFSET_LIMIT /* 9223372036854775807 */

static const struct parse_case {
    const char *name;
    const char *text;
    bool accepted;
    struct content_range result;
} parsed[] = {
    {"a plain value is read", "bytes 0-99/1000", true, {true, {0, 100}, 1000}},
    {"one byte is a range", "bytes 7-7/8", true, {true, {7, 1}, 8}},
    {"the last byte may be the file's last",
     "bytes 500-999/1000",
     true,
     {true, {500, 500}, 1000}},
    {"the whole file is a range", "bytes 0-999/1000", true, {true, {0, 1000}, 1000}},
    {"an unknown total is read", "bytes 0-99/*", true, {true, {0, 100}, UNKNOWN}},
    {"the form in a 416 is read", "bytes */1000", true, {false, {0, 0}, 1000}},
    {"the 416 of an empty file is read", "bytes */0", true, {false, {0, 0}, 0}},
    {"the unit may be in any case", "ByTeS 0-99/1000", true, {true, {0, 100}, 1000}},
    {"an equals sign may stand for the blank", "bytes=0-99/1000", true, {true, {0, 100}, 1000}},
    {"an equals sign may stand among blanks",
     "bytes = 0-99/1000",
     true,
     {true, {0, 100}, 1000}},
    {"an equals sign may stand before a star", "bytes=*/9", true, {false, {0, 0}, 9}},
    {"blanks may stand around everything",
     " \tbytes \t0 - 99 / 1000 \t",
     true,
     {true, {0, 100}, 1000}},
    {"blanks may stand around a star", "bytes * / 1000", true, {false, {0, 0}, 1000}},
    {"zeros may lead",
     "bytes 000-0099/00000000000000000000000001000",
     true,
     {true, {0, 100}, 1000}},
    {"the largest file is read",
     "bytes 0-9223372036854775806/9223372036854775807",
     true,
     {true, {0, LIMIT}, LIMIT}},
    {"the largest last byte is read",
     "bytes 9223372036854775806-9223372036854775806/*",
     true,
     {true, {LIMIT - 1, 1}, UNKNOWN}},

    {"nothing is refused", "", false, {0}},
    {"blanks alone are refused", "  ", false, {0}},
    {"a unit alone is refused", "bytes", false, {0}},
    {"a unit and a blank are refused", "bytes ", false, {0}},
    {"another unit is refused", "items 0-99/1000", false, {0}},
    {"a longer unit is refused", "bytesize 0-99/1000", false, {0}},
    {"a shorter unit is refused", "byte 0-99/1000", false, {0}},
    {"no unit is refused", "0-99/1000", false, {0}},
    {"a unit that touches the number is refused", "bytes0-99/1000", false, {0}},
    {"a colon behind the unit is refused", "bytes: 0-99/1000", false, {0}},
    {"two equals signs are refused", "bytes==0-99/1000", false, {0}},
    {"no total is refused", "bytes 0-99", false, {0}},
    {"an empty total is refused", "bytes 0-99/", false, {0}},
    {"no last byte is refused", "bytes 0-/1000", false, {0}},
    {"no first byte is refused", "bytes -99/1000", false, {0}},
    {"no dash is refused", "bytes 99/1000", false, {0}},
    {"two dashes are refused", "bytes 0--99/1000", false, {0}},
    {"a star for the range and the total is refused", "bytes */*", false, {0}},
    {"a star for the last byte is refused", "bytes 0-*/1000", false, {0}},
    {"a star and a range are refused", "bytes *0-99/1000", false, {0}},
    {"a last byte before the first is refused", "bytes 99-98/1000", false, {0}},
    {"a total that ends at the last byte is refused", "bytes 0-99/99", false, {0}},
    {"a total of nothing is refused", "bytes 0-0/0", false, {0}},
    {"a plus sign is refused", "bytes +0-99/1000", false, {0}},
    {"a plus sign before the last byte is refused", "bytes 0-+99/1000", false, {0}},
    {"a minus sign before the total is refused", "bytes 0-99/-1000", false, {0}},
    {"hexadecimal digits are refused", "bytes 0x0-0x63/1000", false, {0}},
    {"a fraction is refused", "bytes 0-99.0/1000", false, {0}},
    {"a group of digits is refused", "bytes 0-99/1,000", false, {0}},
    {"a blank within a number is refused", "bytes 0-9 9/1000", false, {0}},
    {"a second range is refused", "bytes 0-99,200-299/1000", false, {0}},
    {"anything behind the value is refused", "bytes 0-99/1000;", false, {0}},
    {"a second value is refused", "bytes 0-99/1000 bytes 0-99/1000", false, {0}},
    {"a new line is refused", "bytes 0-99/1000\r\n", false, {0}},
    {"a quote is refused", "\"bytes 0-99/1000\"", false, {0}},
    {"a last byte past the limit is refused",
     "bytes 0-9223372036854775807/9223372036854775807",
     false,
     {0}},
    {"a last byte at the limit is refused", "bytes 0-9223372036854775807/*", false, {0}},
    {"a total past the limit is refused", "bytes 0-99/9223372036854775808", false, {0}},
    {"a total that reads as unknown is refused", "bytes 0-99/18446744073709551615", false, {0}},
    {"a number that wraps round to a good one is refused",
     "bytes 0-99/18446744073709552616",
     false,
     {0}},
    {"a first byte that wraps round is refused",
     "bytes 18446744073709551616-99/1000",
     false,
     {0}},
    {"a very long number is refused",
     "bytes 0-99/100000000000000000000000000000000000000000000000000000000000000",
     false,
     {0}},
    {"digits of another script are refused", "bytes \xd9\xa0-\xd9\xa9/1000", false, {0}},
};

static void check_parse(void **state)
{
    static const struct content_range untouched = {true, {47, 11}, 4711};
    const struct parse_case *c = *state;
    struct content_range result = untouched;
    const struct content_range *expected = c->accepted ? &c->result : &untouched;

    assert_int_equal(content_range_parse(c->text, &result), c->accepted);
    assert_int_equal(result.satisfied, expected->satisfied);
    assert_int_equal(result.range.offset, expected->range.offset);
    assert_int_equal(result.range.length, expected->range.length);
    assert_int_equal(result.total, expected->total);
}

/* Ranges that end past their total, for who can hold the body against it. */
static const struct parse_case clipped[] = {
    {"a range that ends past its total ends there",
     "bytes 100-8388607/1000",
     true,
     {true, {100, 900}, 1000}},
    {"by one byte as well", "bytes 0-1000/1000", true, {true, {0, 1000}, 1000}},
    {"one that ends before it stays", "bytes 0-99/1000", true, {true, {0, 100}, 1000}},
    {"one that ends with it stays", "bytes 0-999/1000", true, {true, {0, 1000}, 1000}},
    {"one of no known total stays", "bytes 0-99/*", true, {true, {0, 100}, UNKNOWN}},
    {"the form in a 416 is read", "bytes */1000", true, {false, {0, 0}, 1000}},
    {"one that begins at its total is refused", "bytes 1000-1001/1000", false, {0}},
    {"one that begins behind it is refused", "bytes 2000-2001/1000", false, {0}},
    {"a total of nothing is refused", "bytes 0-0/0", false, {0}},
    {"a last byte before the first is refused", "bytes 99-98/10", false, {0}},
};

static void check_clipped(void **state)
{
    const struct parse_case *c = *state;
    struct content_range result = {false, {0, 0}, 0};

    assert_int_equal(content_range_parse_clipped(c->text, &result), c->accepted);
    assert_int_equal(result.satisfied, c->result.satisfied);
    assert_int_equal(result.range.offset, c->result.range.offset);
    assert_int_equal(result.range.length, c->result.range.length);
    assert_int_equal(result.total, c->result.total);
}

static const struct write_case {
    const char *name;
    struct byte_range range;
    const char *text;
} written[] = {
    {"the last byte written is inclusive", {0, 100}, "0-99"},
    {"one byte is first and last", {7, 1}, "7-7"},
    {"an open range has no last byte", {500, END}, "500-"},
    {"the whole file is open", {0, END}, "0-"},
    {"the largest numbers fit", {LIMIT - 1, 1}, "9223372036854775806-9223372036854775806"},
    {"a round number keeps its zeros", {1000, 9001}, "1000-10000"},
    {"even numbers past the limit fit",
     {UINT64_MAX - 1, 1},
     "18446744073709551614-18446744073709551614"},
};

static void check_write(void **state)
{
    const struct write_case *c = *state;
    char text[RANGE_TEXT_SIZE];

    memset(text, 'x', sizeof(text));
    content_range_write(c->range, text);
    assert_string_equal(text, c->text);
}

static const struct read_case {
    const char *name;
    const char *text;
    enum odo_status status;
    struct byte_range range;
} typed[] = {
    {"both ends are inclusive", "0-99", ODO_OK, {0, 100}},
    {"one byte is read", "5-5", ODO_OK, {5, 1}},
    {"no last byte is to the end", "500-", ODO_OK, {500, END}},
    {"blanks around are nothing", "  10 - 19\t", ODO_OK, {10, 10}},
    {"blanks behind an open range are nothing", " 10- ", ODO_OK, {10, END}},
    {"the largest last byte is read", "0-9223372036854775806", ODO_OK, {0, LIMIT}},
    {"the largest open offset is read", "9223372036854775806-", ODO_OK, {LIMIT - 1, END}},

    {"nothing is refused", "", ODO_E_INVALID_RANGE, {0}},
    {"a number alone is refused", "99", ODO_E_INVALID_RANGE, {0}},
    {"a dash alone is refused", "-", ODO_E_INVALID_RANGE, {0}},
    {"the last so many bytes are refused", "-500", ODO_E_INVALID_RANGE, {0}},
    {"a last byte before the first is refused", "10-9", ODO_E_INVALID_RANGE, {0}},
    {"letters are refused", "a-b", ODO_E_INVALID_RANGE, {0}},
    {"letters behind are refused", "0-99k", ODO_E_INVALID_RANGE, {0}},
    {"letters behind an open range are refused", "0-k", ODO_E_INVALID_RANGE, {0}},
    {"a list is refused", "0-9,20-29", ODO_E_INVALID_RANGE, {0}},
    {"a third number is refused", "0-9-19", ODO_E_INVALID_RANGE, {0}},
    {"a sign is refused", "+0-9", ODO_E_INVALID_RANGE, {0}},
    {"a last byte at the limit is refused", "0-9223372036854775807", ODO_E_INVALID_RANGE, {0}},
    {"an open offset at the limit is refused",
     "9223372036854775807-",
     ODO_E_INVALID_RANGE,
     {0}},
    {"a number that wraps round is refused",
     "0-18446744073709551700",
     ODO_E_INVALID_RANGE,
     {0}},
};

static void check_read(void **state)
{
    static const struct byte_range untouched = {47, 11};
    const struct read_case *c = *state;
    struct byte_range range = untouched;
    struct byte_range expected = c->status == ODO_OK ? c->range : untouched;

    assert_status(content_range_read(c->text, &range), c->status);
    assert_int_equal(range.offset, expected.offset);
    assert_int_equal(range.length, expected.length);
}

static void what_is_written_is_read_back(void **state)
{
    struct test_random random = {20240917};

    (void)state;
    for (int i = 0; i < 10000; i++) {
        uint64_t offset = test_random_next(&random) >> (1 + test_random_below(&random, 62));
        uint64_t length = 1 + test_random_below(&random, LIMIT - offset);
        struct byte_range range = {offset, i % 8 == 0 ? END : length};
        struct byte_range back = {0};
        char text[RANGE_TEXT_SIZE];

        content_range_write(range, text);
        assert_status(content_range_read(text, &back), ODO_OK);
        assert_int_equal(back.offset, range.offset);
        assert_int_equal(back.length, range.length);
    }
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, parsed, check_parse);
    TEST_ADD_TABLE(&suite, clipped, check_clipped);
    TEST_ADD_TABLE(&suite, written, check_write);
    TEST_ADD_TABLE(&suite, typed, check_read);
    TEST_ADD(&suite, what_is_written_is_read_back);
    return test_suite_run(&suite, "content_range");
}
