/*
 * Dates as HTTP writes them (RFC 9110 section 5.6.7), and Retry-After (section 10.2.3).
 *
 * The texts come from a server: any bytes are safe. Pure: no I/O, no clock, no locale.
 */
#ifndef ODO_HTTP_HTTP_DATE_H
#define ODO_HTTP_HTTP_DATE_H

#include <odo/types.h>

/*
 * Read a date in any of the three forms:
 *
 *   Sun, 06 Nov 1994 08:49:37 GMT     the one in use
 *   Sunday, 06-Nov-94 08:49:37 GMT    RFC 850; two digits name the year that is closest to
 *                                     `now_us` and not more than 50 years ahead of it
 *   Sun Nov  6 08:49:37 1994          asctime
 *
 * Blanks around it do not matter, the case of letters does not either, and whether the
 * weekday fits is not looked at. A leap second counts as the second before it. False when it
 * is none of them or no such day exists; *time_us_out, in microseconds since 1970-01-01 UTC,
 * is then untouched.
 */
bool http_date_parse(const char *text, int64_t now_us, int64_t *time_us_out);

/*
 * Read the value of Retry-After: seconds, or a date. A date is counted from the same reply's
 * Date, since both come from one clock, be it wrong; and from `now_us` where `date` is NULL or
 * none. A date that has passed is 0. Numbers too large to hold are UINT64_MAX - 1. False when
 * it is neither; *delay_ms_out is then untouched.
 */
bool http_retry_after_parse(const char *text, const char *date, int64_t now_us,
                            uint64_t *delay_ms_out);

#endif
