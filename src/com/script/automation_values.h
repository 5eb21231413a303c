/*
 * What scripts give for ranges and headers, turned into what the server takes. A failure has
 * its sentence (automation_error.h).
 *
 * To be used in the apartment that the value was passed to.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_VALUES_H
#define ODO_COM_SCRIPT_AUTOMATION_VALUES_H

#include "com/script/automation_ranges.h"

#include <windows.h>

#include <oleauto.h>

/*
 * Ranges: nothing at all, or an empty text, for the whole file; a text for
 * automation_ranges_add_text(); or an array of such texts, of numbers that are in turn a first
 * and a last byte, or of arrays of two such numbers, or of one for a range to the end of the
 * file.
 *
 *   E_INVALIDARG         a text that is malformed, or a number that is none
 *   DO_E_INVALID_RANGE   a range that ends before it begins, or that no file has
 *   DISP_E_TYPEMISMATCH  something else
 *   E_OUTOFMEMORY
 *
 * On failure the list is empty; else it is to be freed.
 */
HRESULT automation_values_read_ranges(const VARIANT *value, struct automation_ranges *list_out);

/* The list as text, in memory for a client. E_OUTOFMEMORY and NULL. */
HRESULT automation_values_write_ranges(const struct automation_ranges *list, BSTR *text_out);

/*
 * Headers: nothing at all; lines of "Name: value"; an array of such lines; a
 * Scripting.Dictionary; or an object, whose members' names and values they are. What comes out
 * has CRLF between the lines and no empty ones. A value of a list cannot bring a line of its
 * own in.
 *
 *   E_INVALIDARG          not "Name: value"
 *   DISP_E_TYPEMISMATCH   something else
 *   E_OUTOFMEMORY
 *
 * *headers_out ends with SysFreeString(); on failure it is NULL.
 */
HRESULT automation_values_read_headers(const VARIANT *value, BSTR *headers_out);

#endif
