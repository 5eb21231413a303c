#include "time_text.h"

#include <stdbool.h>
#include <stdio.h>

#define LAST_SECOND INT64_C(253402300799) /* of the year 9999 */

static bool is_leap_year(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

const char *time_text_format(int64_t microseconds, char text[TIME_TEXT_BYTES])
{
    int64_t seconds = microseconds > 0 ? microseconds / 1000000 : 0;
    int64_t days;
    int64_t year = 1970;
    int month = 1;
    unsigned of_day;

    if (seconds > LAST_SECOND) {
        seconds = LAST_SECOND;
    }
    days = seconds / 86400;
    of_day = (unsigned)(seconds % 86400);
    while (days >= (is_leap_year(year) ? 366 : 365)) {
        days -= is_leap_year(year) ? 366 : 365;
        year++;
    }
    while (days >= days_of_month(year, month)) {
        days -= days_of_month(year, month);
        month++;
    }
    /* The remainders have no effect, but tell the compiler the maximum length. */
    (void)snprintf(text, TIME_TEXT_BYTES, "%04u-%02u-%02uT%02u:%02u:%02uZ",
                   (unsigned)year % 10000, (unsigned)month % 100, (unsigned)(days + 1) % 100,
                   of_day / 3600 % 100, of_day / 60 % 60, of_day % 60);
    return text;
}
