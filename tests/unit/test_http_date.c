#include "support/test.h"

#include "http/http_date.h"

#define SECOND INT64_C(1000000)
#define NOV_94 (INT64_C(784111777) * SECOND)  /* Sun, 06 Nov 1994 08:49:37 GMT */
#define NOW    (INT64_C(1767225600) * SECOND) /* Thu, 01 Jan 2026 00:00:00 GMT */

static const struct date_case {
    const char *name;
    const char *text;
    bool accepted;
    int64_t time_us;
} dates[] = {
    {"the form in use is read", "Sun, 06 Nov 1994 08:49:37 GMT", true, NOV_94},
    {"RFC 850's form is read", "Sunday, 06-Nov-94 08:49:37 GMT", true, NOV_94},
    {"asctime's form is read", "Sun Nov  6 08:49:37 1994", true, NOV_94},
    {"asctime's form with two digits is read", "Sun Nov 16 08:49:37 1994", true,
     NOV_94 + 864000 * SECOND},
    {"1970 begins with 0", "Thu, 01 Jan 1970 00:00:00 GMT", true, 0},
    {"the second before 1970 is negative", "Wed, 31 Dec 1969 23:59:59 GMT", true, -SECOND},
    {"a leap day is a day", "Thu, 29 Feb 2024 12:00:00 GMT", true,
     INT64_C(1709208000) * SECOND},
    {"2000 was a leap year", "Tue, 29 Feb 2000 00:00:00 GMT", true,
     INT64_C(951782400) * SECOND},
    {"the year's last second is counted right", "Wed, 31 Dec 2025 23:59:59 GMT", true,
     NOW - SECOND},
    {"the year after 2038 is counted right", "Fri, 01 Jan 2100 00:00:00 GMT", true,
     INT64_C(4102444800) * SECOND},
    {"the last year is counted right", "Fri, 31 Dec 9999 23:59:59 GMT", true,
     INT64_C(253402300799) * SECOND},
    {"the first year is counted right", "Mon, 01 Jan 0001 00:00:00 GMT", true,
     INT64_C(-62135596800) * SECOND},
    {"a leap second is the one before it", "Sat, 31 Dec 2016 23:59:60 GMT", true,
     INT64_C(1483228799) * SECOND},
    {"case does not matter", "sUN, 06 nOV 1994 08:49:37 gmt", true, NOV_94},
    {"a wrong weekday does not matter", "Mon, 06 Nov 1994 08:49:37 GMT", true, NOV_94},
    {"one digit for the day is taken", "Sun, 6 Nov 1994 08:49:37 GMT", true, NOV_94},
    {"blanks around do not matter", " \tSun, 06 Nov 1994 08:49:37 GMT \t", true, NOV_94},

    {"two digits are of this century", "Thursday, 01-Jan-26 00:00:00 GMT", true, NOW},
    {"two digits reach 50 years ahead", "Wednesday, 01-Jan-76 00:00:00 GMT", true,
     INT64_C(3345062400) * SECOND},
    {"and no further", "Saturday, 01-Jan-77 00:00:00 GMT", true, INT64_C(220924800) * SECOND},

    {"nothing is refused", "", false, 0},
    {"blanks are refused", "   ", false, 0},
    {"a number is refused", "120", false, 0},
    {"no weekday is refused", "06 Nov 1994 08:49:37 GMT", false, 0},
    {"another weekday is refused", "Xyz, 06 Nov 1994 08:49:37 GMT", false, 0},
    {"no comma is refused", "Sun 06 Nov 1994 08:49:37 GMT", false, 0},
    {"another month is refused", "Sun, 06 Nob 1994 08:49:37 GMT", false, 0},
    {"no zone is refused", "Sun, 06 Nov 1994 08:49:37", false, 0},
    {"another zone is refused", "Sun, 06 Nov 1994 08:49:37 CET", false, 0},
    {"an offset is refused", "Sun, 06 Nov 1994 08:49:37 +0000", false, 0},
    {"something behind is refused", "Sun, 06 Nov 1994 08:49:37 GMT x", false, 0},
    {"a zone that goes on is refused", "Sun, 06 Nov 1994 08:49:37 GMTX", false, 0},
    {"a day 0 is refused", "Sun, 00 Nov 1994 08:49:37 GMT", false, 0},
    {"a 31st of November is refused", "Sun, 31 Nov 1994 08:49:37 GMT", false, 0},
    {"a 29th of February 2023 is refused", "Wed, 29 Feb 2023 00:00:00 GMT", false, 0},
    {"a 29th of February 1900 is refused", "Thu, 29 Feb 1900 00:00:00 GMT", false, 0},
    {"a year 0 is refused", "Sun, 06 Nov 0000 08:49:37 GMT", false, 0},
    {"an hour 24 is refused", "Sun, 06 Nov 1994 24:00:00 GMT", false, 0},
    {"a minute 60 is refused", "Sun, 06 Nov 1994 08:60:00 GMT", false, 0},
    {"a second 61 is refused", "Sun, 06 Nov 1994 08:49:61 GMT", false, 0},
    {"a negative hour is refused", "Sun, 06 Nov 1994 -8:49:37 GMT", false, 0},
    {"three digits of a year are refused", "Sun, 06 Nov 994 08:49:37 GMT", false, 0},
    {"five digits of a year are refused", "Sun, 06 Nov 11994 08:49:37 GMT", false, 0},
    {"one digit of an hour is refused", "Sun, 06 Nov 1994 8:49:37 GMT", false, 0},
    {"many digits are refused", "Sun, 99999999999999999999 Nov 1994 08:49:37 GMT", false, 0},
    {"four digits in RFC 850's form are refused", "Sunday, 06-Nov-1994 08:49:37 GMT", false, 0},
    {"a short day in RFC 850's form is refused", "Sun, 06-Nov-94 08:49:37 GMT", false, 0},
    {"a zone in asctime's form is refused", "Sun Nov  6 08:49:37 1994 GMT", false, 0},
    {"bytes beyond ASCII are refused", "\xff\xfe, 06 Nov 1994 08:49:37 GMT", false, 0},
    {"more blanks than a date has room for are refused",
     "Sun,                                                   06 Nov 1994 08:49:37 GMT", false,
     0},
};

static void check_date(void **state)
{
    const struct date_case *c = *state;
    int64_t time_us = 42;

    assert_int_equal(http_date_parse(c->text, NOW, &time_us), c->accepted);
    assert_true(time_us == (c->accepted ? c->time_us : 42));
}

static const struct retry_after_case {
    const char *name;
    const char *text;
    bool accepted;
    uint64_t delay_ms;
} retry_afters[] = {
    {"seconds are read", "120", true, 120000},
    {"none are read", "0", true, 0},
    {"zeros may lead", "00000000000000000000000000000007", true, 7000},
    {"blanks around do not matter", " \t5 \t", true, 5000},
    {"the largest number is read", "18446744073709551", true, UINT64_C(18446744073709551000)},
    {"one more is the most there is", "18446744073709552", true, UINT64_MAX - 1},
    {"a number without end is the most there is",
     "99999999999999999999999999999999999999999999999999999999999999999999", true,
     UINT64_MAX - 1},
    {"a date is counted from now", "Thu, 01 Jan 2026 00:01:30 GMT", true, 90000},
    {"a date that has passed is no wait", "Sun, 06 Nov 1994 08:49:37 GMT", true, 0},
    {"this moment is no wait", "Thu, 01 Jan 2026 00:00:00 GMT", true, 0},
    {"RFC 850's form is a date too", "Thursday, 01-Jan-26 00:00:10 GMT", true, 10000},

    {"nothing is refused", "", false, 0},
    {"a negative number is refused", "-1", false, 0},
    {"a sign is refused", "+1", false, 0},
    {"a fraction is refused", "1.5", false, 0},
    {"a unit is refused", "120s", false, 0},
    {"two numbers are refused", "1 2", false, 0},
    {"a word is refused", "soon", false, 0},
};

static void check_retry_after(void **state)
{
    const struct retry_after_case *c = *state;
    uint64_t delay_ms = 42;

    assert_int_equal(http_retry_after_parse(c->text, NULL, NOW, &delay_ms), c->accepted);
    assert_int_equal(delay_ms, c->accepted ? c->delay_ms : 42);
}

static const struct wrong_clock_case {
    const char *name;
    const char *text;
    const char *date;
    uint64_t delay_ms;
} wrong_clocks[] = {
    {"a server that lives in the past asks for a minute", "Sun, 06 Nov 1994 08:50:37 GMT",
     "Sun, 06 Nov 1994 08:49:37 GMT", 60000},
    {"a server that lives in the future asks for a minute", "Thu, 06 Nov 2036 08:50:37 GMT",
     "Thu, 06 Nov 2036 08:49:37 GMT", 60000},
    {"a date before the reply's is no wait", "Thu, 06 Nov 2036 08:48:37 GMT",
     "Thu, 06 Nov 2036 08:49:37 GMT", 0},
    {"a reply's date that is none is not used", "Thu, 01 Jan 2026 00:01:30 GMT", "today",
     90000},
    {"seconds need no clock", "120", "Sun, 06 Nov 1994 08:49:37 GMT", 120000},
};

static void check_wrong_clock(void **state)
{
    const struct wrong_clock_case *c = *state;
    uint64_t delay_ms = 42;

    assert_true(http_retry_after_parse(c->text, c->date, NOW, &delay_ms));
    assert_int_equal(delay_ms, c->delay_ms);
}

static void each_day_follows_the_day_before(void **state)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t expected = INT64_C(-11676096000) * SECOND; /* 1600-01-01, 400 years before 2000 */

    (void)state;
    for (int year = 1600; year < 2400; year++) {
        for (size_t month = 0; month < TEST_COUNT(months); month++) {
            for (int day = 1; day <= 31; day++) {
                char text[64];
                int64_t time_us;

                snprintf(text, sizeof(text), "Sun, %02d %s %04d 00:00:00 GMT", day,
                         months[month], year);
                if (http_date_parse(text, NOW, &time_us)) {
                    assert_true(time_us == expected);
                    expected += 86400 * SECOND;
                }
            }
        }
    }
    assert_true(expected == INT64_C(13569465600) * SECOND); /* 2400-01-01 */
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, dates, check_date);
    TEST_ADD_TABLE(&suite, retry_afters, check_retry_after);
    TEST_ADD_TABLE(&suite, wrong_clocks, check_wrong_clock);
    TEST_ADD(&suite, each_day_follows_the_day_before);
    return test_suite_run(&suite, "http_date");
}
