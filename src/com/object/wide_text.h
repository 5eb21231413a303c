/*
 * Between the UTF-16 of COM and the UTF-8 of the engine. Strict both ways: a surrogate without
 * its partner, or bytes that are not UTF-8, are refused and never replaced.
 */
#ifndef ODO_COM_OBJECT_WIDE_TEXT_H
#define ODO_COM_OBJECT_WIDE_TEXT_H

#include <windows.h>

#include <odo/types.h>

/*
 * The caller frees *utf8_out with free(). On failure it is NULL.
 *
 *   ODO_E_INVALID_ARGUMENT   `wide` is NULL or malformed
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status wide_text_to_utf8(const WCHAR *wide, char **utf8_out);

/*
 * Text for a client, who ends it with CoTaskMemFree. On failure *wide_out is NULL.
 *
 *   E_OUTOFMEMORY
 *   E_UNEXPECTED    `utf8` is not UTF-8
 */
HRESULT wide_text_from_utf8(const char *utf8, LPWSTR *wide_out);

/* A copy in the same kind of memory. E_OUTOFMEMORY and NULL. */
HRESULT wide_text_copy(const WCHAR *wide, LPWSTR *wide_out);

#endif
