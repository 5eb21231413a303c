#include "support/test.h"

#include "http/content_length.h"

#define NONE UINT64_MAX

static const struct length_case {
    const char *name;
    const char *value;
    uint64_t length; /* NONE when it cannot be read */
} lengths[] = {
    {"a number is a length", "1000", 1000},
    {"zero is a length", "0", 0},
    {"leading zeros do not matter", "0001000", 1000},
    {"blanks around it do not matter", "  1000\t", 1000},
    {"a plus sign does not matter", "+1000", 1000},
    {"a semicolon behind it does not matter", "1000;", 1000},
    {"equal numbers are one", "1000, 1000", 1000},
    {"equal numbers are one, without blanks", "1000,1000,1000", 1000},
    {"of two numbers neither is believed", "1000, 1001", NONE},
    {"a number in base 16 is none", "0x3E8", NONE},
    {"a number with letters behind it is none", "1000bytes", NONE},
    {"a word is no length", "many", NONE},
    {"an empty value is no length", "", NONE},
    {"an empty member is no length", "1000,", NONE},
    {"less than nothing is no length", "-1", NONE},
    {"the largest number is a length", "9223372036854775807", INT64_MAX},
    {"a larger number is none", "9223372036854775808", NONE},
};

static void check_length(void **state)
{
    const struct length_case *c = *state;
    uint64_t length = NONE;

    assert_int_equal(content_length_read(c->value, &length), c->length != NONE);
    assert_true(length == c->length);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, lengths, check_length);
    return test_suite_run(&suite, "content_length");
}
