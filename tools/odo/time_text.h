/*
 * A time of day as text.
 */
#ifndef ODO_TOOL_TIME_TEXT_H
#define ODO_TOOL_TIME_TEXT_H

#include <stdint.h>

enum { TIME_TEXT_BYTES = 32 };

/*
 * "2026-11-23T06:52:20Z" for microseconds since 1970-01-01 UTC; earlier times, and those beyond
 * the year 9999, are clamped. Returns `text`.
 */
const char *time_text_format(int64_t microseconds, char text[TIME_TEXT_BYTES]);

#endif
