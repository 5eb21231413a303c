/*
 * Converts between COM's UTF-16 and the engine's UTF-8. Strict: unpaired surrogates and
 * malformed UTF-8 are rejected, never replaced.
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
 * A string for a client, who releases it with CoTaskMemFree. On failure *wide_out is NULL.
 *
 *   E_OUTOFMEMORY
 *   E_UNEXPECTED    `utf8` is malformed
 */
HRESULT wide_text_from_utf8(const char *utf8, LPWSTR *wide_out);

/* A copy in CoTaskMemAlloc'ed memory. On failure, E_OUTOFMEMORY and NULL. */
HRESULT wide_text_copy(const WCHAR *wide, LPWSTR *wide_out);

#endif
