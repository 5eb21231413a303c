/*
 * Owned UTF-8 text: copy and format. What these return ends with memory_free().
 */
#ifndef ODO_BASE_TEXT_H
#define ODO_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__MINGW32__)
#define TEXT_FORMAT_CHECK(format_index, first_index)                                           \
    __attribute__((format(gnu_printf, format_index, first_index)))
#elif defined(__GNUC__)
#define TEXT_FORMAT_CHECK(format_index, first_index)                                           \
    __attribute__((format(printf, format_index, first_index)))
#else
#define TEXT_FORMAT_CHECK(format_index, first_index)
#endif

/* A copy, or NULL when there is no memory. `text` must not be NULL. */
char *text_copy(const char *text);

/* A copy of the first `length` bytes with a zero behind them, or NULL without memory. */
char *text_copy_part(const char *text, size_t length);

/* printf into fresh memory; NULL when there is no memory. */
char *text_format(const char *format, ...) TEXT_FORMAT_CHECK(1, 2);

/* True for well-formed UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF. */
bool text_is_utf8(const char *text);

/* How many UTF-16 units well-formed UTF-8 takes. */
size_t text_utf16_length(const char *text);

/* Compare ASCII letters without regard to case, as HTTP does. */
bool text_equals_ignoring_case(const char *left, const char *right);
bool text_starts_with_ignoring_case(const char *text, const char *prefix);

#endif
