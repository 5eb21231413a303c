/*
 * HTTP dates (RFC 9110 section 5.6.7) and Retry-After (section 10.2.3).
 *
 * The input comes from a server and may contain any bytes. Pure: no I/O, no clock, no locale.
 */
#ifndef ODO_HTTP_HTTP_DATE_H
#define ODO_HTTP_HTTP_DATE_H

#include <odo/types.h>

/*
 * Parse a date in any of the three forms:
 *
 *   Sun, 06 Nov 1994 08:49:37 GMT     the current form
 *   Sunday, 06-Nov-94 08:49:37 GMT    RFC 850; two digits mean the year closest to `now_us`
 *                                     and not more than 50 years ahead of it
 *   Sun Nov  6 08:49:37 1994          asctime
 *
 * Surrounding blanks and letter case are ignored, and the weekday is not verified. A leap
 * second counts as the second before it. False if it has none of these forms or no such day
 * exists; *time_us_out, in microseconds since 1970-01-01 UTC, is then untouched.
 */
bool http_date_parse(const char *text, int64_t now_us, int64_t *time_us_out);

/*
 * Parse the value of Retry-After: seconds, or a date. A date is compared with the Date of the
 * same reply, since both come from the same clock, even a wrong one; or with `now_us` if `date`
 * is NULL or malformed. A date in the past yields 0. Numbers too large to represent yield
 * UINT64_MAX - 1. False if it is neither; *delay_ms_out is then untouched.
 */
bool http_retry_after_parse(const char *text, const char *date, int64_t now_us,
                            uint64_t *delay_ms_out);

#endif
