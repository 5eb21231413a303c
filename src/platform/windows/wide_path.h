/*
 * Paths on their way to and from the system, which speaks UTF-16.
 */
#ifndef ODO_PLATFORM_WINDOWS_WIDE_PATH_H
#define ODO_PLATFORM_WINDOWS_WIDE_PATH_H

#include <odo/types.h>

#include <wchar.h>

/*
 * A full path as the W functions want it: with "\\?\" in front where it is too long to do
 * without. The caller frees it with memory_free().
 *
 *   ODO_E_INVALID_NAME    not UTF-8
 *   ODO_E_NAME_TOO_LONG
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status wide_path_make(const char *path, wchar_t **wide_out);

/* UTF-16 to UTF-8; memory_free() ends it. ODO_E_INVALID_NAME for a lone surrogate. */
enum odo_status wide_path_read(const wchar_t *wide, char **text_out);

#endif
