#include "http/http_date.h"

#include "base/text.h"

#include <string.h>

/* The unparsed rest of the input. */
struct reader {
    const char *next;
};

struct civil_time {
    int year;
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
    int hour;
    int minute;
    int second; /* 60 in a leap second */
};

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const short_days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char *const long_days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};

enum { DAY_COUNT = 7, MONTH_COUNT = 12 };

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static void skip_blanks(struct reader *reader)
{
    while (*reader->next == ' ' || *reader->next == '\t') {
        reader->next++;
    }
}

/* At least one. */
static bool take_blanks(struct reader *reader)
{
    const char *before = reader->next;

    skip_blanks(reader);
    return reader->next > before;
}

static bool take_character(struct reader *reader, char character)
{
    if (*reader->next != character) {
        return false;
    }
    reader->next++;
    return true;
}

/* Consume one of the names and return its index. */
static bool take_name(struct reader *reader, const char *const names[], int count,
                      int *which_out)
{
    for (int i = 0; i < count; i++) {
        if (text_starts_with_ignoring_case(reader->next, names[i])) {
            reader->next += strlen(names[i]);
            *which_out = i;
            return true;
        }
    }
    return false;
}

/* Consume a number of `least` to `most` digits; `most` is below 10. */
static bool take_number(struct reader *reader, int least, int most, int *number_out)
{
    int number = 0;
    int count = 0;

    for (; is_digit(*reader->next); reader->next++) {
        if (++count > most) {
            return false;
        }
        number = number * 10 + (*reader->next - '0');
    }
    *number_out = number;
    return count >= least;
}

static bool take_month(struct reader *reader, struct civil_time *time)
{
    if (!take_name(reader, months, MONTH_COUNT, &time->month)) {
        return false;
    }
    time->month++;
    return true;
}

/* "08:49:37" */
static bool take_time(struct reader *reader, struct civil_time *time)
{
    return take_number(reader, 2, 2, &time->hour) && take_character(reader, ':') &&
           take_number(reader, 2, 2, &time->minute) && take_character(reader, ':') &&
           take_number(reader, 2, 2, &time->second);
}

static bool take_zone(struct reader *reader)
{
    static const char *const zones[] = {"GMT"};
    int which;

    return take_blanks(reader) && take_name(reader, zones, 1, &which);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool read_fixed(struct reader reader, struct civil_time *time)
{
    int day;

    return take_name(&reader, short_days, DAY_COUNT, &day) && take_character(&reader, ',') &&
           take_blanks(&reader) && take_number(&reader, 1, 2, &time->day) &&
           take_blanks(&reader) && take_month(&reader, time) && take_blanks(&reader) &&
           take_number(&reader, 4, 4, &time->year) && take_blanks(&reader) &&
           take_time(&reader, time) && take_zone(&reader) && *reader.next == '\0';
}

/* "Sunday, 06-Nov-94 08:49:37 GMT"; the year keeps its two digits. */
static bool read_rfc850(struct reader reader, struct civil_time *time)
{
    int day;

    return take_name(&reader, long_days, DAY_COUNT, &day) && take_character(&reader, ',') &&
           take_blanks(&reader) && take_number(&reader, 1, 2, &time->day) &&
           take_character(&reader, '-') && take_month(&reader, time) &&
           take_character(&reader, '-') && take_number(&reader, 2, 2, &time->year) &&
           take_blanks(&reader) && take_time(&reader, time) && take_zone(&reader) &&
           *reader.next == '\0';
}

/* "Sun Nov  6 08:49:37 1994" */
static bool read_asctime(struct reader reader, struct civil_time *time)
{
    int day;

    return take_name(&reader, short_days, DAY_COUNT, &day) && take_blanks(&reader) &&
           take_month(&reader, time) && take_blanks(&reader) &&
           take_number(&reader, 1, 2, &time->day) && take_blanks(&reader) &&
           take_time(&reader, time) && take_blanks(&reader) &&
           take_number(&reader, 4, 4, &time->year) && *reader.next == '\0';
}

static bool is_leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    static const int days[MONTH_COUNT] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap_year(year) ? 1 : 0);
}

/* Days from 1970-01-01 to January 1st of `year`, which is at least 1. */
static int64_t days_before_year(int year)
{
    int64_t past = year - 1;

    return past * 365 + past / 4 - past / 100 + past / 400 - 719162;
}

static bool is_real(const struct civil_time *time)
{
    return time->year >= 1 && time->day >= 1 &&
           time->day <= days_in_month(time->year, time->month) && time->hour <= 23 &&
           time->minute <= 59 && time->second <= 60;
}

static int64_t microseconds_of(const struct civil_time *time)
{
    int64_t days = days_before_year(time->year) + time->day - 1;
    int64_t minutes;

    for (int month = 1; month < time->month; month++) {
        days += days_in_month(time->year, month);
    }
    minutes = (days * 24 + time->hour) * 60 + time->minute;
    return (minutes * 60 + (time->second < 60 ? time->second : 59)) * 1000000;
}

/* The year of a time, clamped to the supported range. */
static int year_of(int64_t time_us)
{
    enum { FIRST = 1970, LAST = 9900 };
    int64_t days = time_us / 1000000 / 86400;
    int year = FIRST;

    while (year < LAST && days_before_year(year + 1) <= days) {
        year++;
    }
    return year;
}

/* The latest year with these two digits that is at most 50 years ahead. */
static int full_year(int two_digits, int64_t now_us)
{
    int latest = year_of(now_us) + 50;
    int year = latest - latest % 100 + two_digits;

    return year > latest ? year - 100 : year;
}

bool http_date_parse(const char *text, int64_t now_us, int64_t *time_us_out)
{
    enum { LONGEST = 64 }; /* more than twice the longest date */
    char trimmed[LONGEST] = {0};
    struct reader reader = {trimmed};
    struct civil_time time;
    size_t length;

    text += strspn(text, " \t");
    length = strlen(text);
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t')) {
        length--;
    }
    if (length >= sizeof(trimmed)) {
        return false;
    }
    memcpy(trimmed, text, length);

    if (read_rfc850(reader, &time)) {
        time.year = full_year(time.year, now_us);
    } else if (!read_fixed(reader, &time) && !read_asctime(reader, &time)) {
        return false;
    }
    if (!is_real(&time)) {
        return false;
    }
    *time_us_out = microseconds_of(&time);
    return true;
}

/* Seconds as digits only; clamped on overflow. */
static bool read_seconds(const char *text, uint64_t *delay_ms_out)
{
    const uint64_t most = UINT64_MAX - 1;
    uint64_t seconds = 0;
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || text[digits + strspn(text + digits, " \t")] != '\0') {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');

        if (seconds > (most / 1000 - digit) / 10) {
            *delay_ms_out = most;
            return true;
        }
        seconds = seconds * 10 + digit;
    }
    *delay_ms_out = seconds * 1000;
    return true;
}

bool http_retry_after_parse(const char *text, const char *date, int64_t now_us,
                            uint64_t *delay_ms_out)
{
    int64_t from_us = now_us;
    int64_t at_us;

    text += strspn(text, " \t");
    if (read_seconds(text, delay_ms_out)) {
        return true;
    }
    if (!http_date_parse(text, now_us, &at_us)) {
        return false;
    }
    if (date) {
        http_date_parse(date, now_us, &from_us); /* if this fails, `now_us` is used */
    }
    *delay_ms_out = at_us > from_us ? ((uint64_t)at_us - (uint64_t)from_us) / 1000 : 0;
    return true;
}
