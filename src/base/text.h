/*
 * Copies and formats UTF-8 strings. Release results with memory_free().
 */
#ifndef ODO_BASE_TEXT_H
#define ODO_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__MINGW32__)
#define TEXT_FORMAT_CHECK(format_index, first_index)                                           \
    __attribute__((format(gnu_printf, format_index, first_index)))
#elif defined(__GNUC__)
#define TEXT_FORMAT_CHECK(format_index, first_index)                                           \
    __attribute__((format(printf, format_index, first_index)))
#else
#define TEXT_FORMAT_CHECK(format_index, first_index)
#endif

/* A copy, or NULL when out of memory. `text` must not be NULL. */
char *text_copy(const char *text);

/* A terminated copy of the first `length` bytes, or NULL when out of memory. */
char *text_copy_part(const char *text, size_t length);

/* Like printf, into new memory; NULL when out of memory. */
char *text_format(const char *format, ...) TEXT_FORMAT_CHECK(1, 2);

/* True for well-formed UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF. */
bool text_is_utf8(const char *text);

/* The length of well-formed UTF-8 in UTF-16 units. */
size_t text_utf16_length(const char *text);

/* Compare, ignoring the case of ASCII letters as HTTP does. */
bool text_equals_ignoring_case(const char *left, const char *right);
bool text_starts_with_ignoring_case(const char *text, const char *prefix);

/* Consume decimal digits, and advance `*text` past them. False if there are none, or if they
 * are more than `limit`. */
bool text_take_number(const char **text, uint64_t limit, uint64_t *number_out);

#endif
