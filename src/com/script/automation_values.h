/*
 * Converts ranges and headers given by scripts. Errors have descriptions (automation_error.h).
 *
 * To be used in the apartment that the value was passed to.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_VALUES_H
#define ODO_COM_SCRIPT_AUTOMATION_VALUES_H

#include "com/script/automation_ranges.h"

#include <windows.h>

#include <oleauto.h>

/*
 * Ranges: nothing, or an empty string, for the whole file; a string for
 * automation_ranges_add_text(); or an array of such strings, of numbers that are alternately
 * first and last bytes, or of arrays of two such numbers, or one for a range to the end of the
 * file.
 *
 *   E_INVALIDARG         a malformed string or number
 *   DO_E_INVALID_RANGE   a range that ends before it begins, or exceeds any file
 *   DISP_E_TYPEMISMATCH  another type
 *   E_OUTOFMEMORY
 *
 * On failure the list is empty; otherwise free it.
 */
HRESULT automation_values_read_ranges(const VARIANT *value, struct automation_ranges *list_out);

/* The list as text, for a client. On failure, E_OUTOFMEMORY and NULL. */
HRESULT automation_values_write_ranges(const struct automation_ranges *list, BSTR *text_out);

/*
 * Headers: nothing; lines of "Name: value"; an array of such lines; a Scripting.Dictionary; or
 * an object whose members are the names and values. The result has CRLF between lines and no
 * empty ones. A value cannot inject further lines.
 *
 *   E_INVALIDARG          not "Name: value"
 *   DISP_E_TYPEMISMATCH   another type
 *   E_OUTOFMEMORY
 *
 * Release *headers_out with SysFreeString(); on failure it is NULL.
 */
HRESULT automation_values_read_headers(const VARIANT *value, BSTR *headers_out);

#endif
