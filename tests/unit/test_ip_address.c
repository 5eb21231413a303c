#include "support/test.h"

#include "http/ip_address.h"

#include <string.h>

static const struct address_case {
    const char *name;
    const char *text;
    const char *written; /* NULL when it is refused */
} ipv4s[] = {
    {"four numbers are read", "192.0.2.1", "192.0.2.1"},
    {"the least and the largest are", "0.255.0.255", "0.255.0.255"},
    {"three numbers are read", "127.0.1", "127.0.0.1"},
    {"two numbers are read", "127.65536", "127.1.0.0"},
    {"one number is read", "2130706433", "127.0.0.1"},
    {"the largest number is read", "4294967295", "255.255.255.255"},
    {"hexadecimal numbers are read", "0x7F.0xa", "127.0.0.10"},
    {"octal numbers are read", "0177.0.0.010", "127.0.0.8"},
    {"nothing is refused", "", NULL},
    {"a name is refused", "localhost", NULL},
    {"a number above 255 is refused", "256.0.0.1", NULL},
    {"a last number that does not fit is refused", "127.0.65536", NULL},
    {"a number above all addresses is refused", "4294967296", NULL},
    {"five numbers are refused", "1.2.3.4.5", NULL},
    {"a dot at the end is refused", "127.0.0.1.", NULL},
    {"a dot at the beginning is refused", ".1", NULL},
    {"an octal eight is refused", "08", NULL},
    {"a prefix alone is refused", "0x", NULL},
    {"a name behind a number is refused", "1.example", NULL},
    {"a sign is refused", "+1", NULL},
};

static void check_ipv4(void **state)
{
    const struct address_case *c = *state;
    uint32_t address = 0;
    char written[IP_ADDRESS_TEXT_SIZE];

    assert_int_equal(ipv4_address_parse(c->text, &address), c->written != NULL);
    if (c->written) {
        ipv4_address_write(address, written);
        assert_string_equal(written, c->written);
    }
}

static const struct address_case ipv6s[] = {
    {"eight groups are read", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
    {"capitals are read", "2001:DB8::AbCd", "2001:db8::abcd"},
    {"zeros may lead", "0001::0", "1::"},
    {"nothing but zeros is read", "::", "::"},
    {"zeros at the beginning are read", "::1", "::1"},
    {"zeros at the end are read", "1::", "1::"},
    {"zeros in the middle are read", "1::8", "1::8"},
    {"the longest zeros are left out", "1:0:0:2:0:0:0:3", "1:0:0:2::3"},
    {"the first of the longest zeros are", "1:0:0:2:3:0:0:4", "1::2:3:0:0:4"},
    {"a single zero is written", "1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"},
    {"one group may be left out", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
    {"an IPv4 address may be the rear", "::ffff:192.0.2.1", "::ffff:c000:201"},
    {"behind six groups too", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
    {"alone behind zeros too", "::1.2.3.4", "::102:304"},
    {"the largest is read", "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    {"nothing is refused", "", NULL},
    {"a colon is refused", ":", NULL},
    {"three colons are refused", ":::", NULL},
    {"seven groups are refused", "1:2:3:4:5:6:7", NULL},
    {"nine groups are refused", "1:2:3:4:5:6:7:8:9", NULL},
    {"eight groups and a gap are refused", "1:2:3:4::5:6:7:8", NULL},
    {"two gaps are refused", "1::2::3", NULL},
    {"a colon at the end is refused", "1:2:3:4:5:6:7:", NULL},
    {"a colon at the beginning is refused", ":1:2:3:4:5:6:7", NULL},
    {"five digits are refused", "00001::", NULL},
    {"a letter that is no digit is refused", "::g", NULL},
    {"an IPv4 address alone is refused", "1.2.3.4", NULL},
    {"an IPv4 address in the middle is refused", "::1.2.3.4:5", NULL},
    {"an IPv4 address behind seven groups is refused", "1:2:3:4:5:6:7:1.2.3.4", NULL},
    {"an IPv4 number above 255 is refused", "::1.2.3.256", NULL},
    {"an IPv4 number with a zero in front is refused", "::1.2.3.04", NULL},
    {"three IPv4 numbers are refused", "::1.2.3", NULL},
    {"a blank is refused", " ::1", NULL},
};

static void check_ipv6(void **state)
{
    const struct address_case *c = *state;
    struct ipv6_address address;
    struct ipv6_address again;
    char written[IP_ADDRESS_TEXT_SIZE];

    assert_int_equal(ipv6_address_parse(c->text, strlen(c->text), &address),
                     c->written != NULL);
    if (c->written) {
        ipv6_address_write(&address, written);
        assert_string_equal(written, c->written);
        assert_true(ipv6_address_parse(written, strlen(written), &again));
        assert_memory_equal(again.groups, address.groups, sizeof(again.groups));
    }
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, ipv4s, check_ipv4);
    TEST_ADD_TABLE(&suite, ipv6s, check_ipv6);
    return test_suite_run(&suite, "ip_address");
}
