/*
 * UTF-8 to the UTF-16 of Windows, and back. Included by the Windows files only.
 */
#ifndef ODO_TOOL_WIDE_TEXT_WINDOWS_H
#define ODO_TOOL_WIDE_TEXT_WINDOWS_H

#include <wchar.h>

/* A copy that the caller frees with free(); NULL when there is no memory or it is not text. */
wchar_t *wide_text_from_utf8(const char *text);
char *wide_text_to_utf8(const wchar_t *text);

#endif
