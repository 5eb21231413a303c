/*
 * Descriptions of HRESULTs and error contexts, in CoTaskMemAlloc'ed memory. Ours are in
 * English; Windows' own are in `language` if available.
 */
#ifndef ODO_COM_OBJECT_ERROR_TEXT_H
#define ODO_COM_OBJECT_ERROR_TEXT_H

#include <windows.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/* There is always a text, even if it is just the number. On failure, E_OUTOFMEMORY and NULL. */
HRESULT error_text_describe(HRESULT code, DWORD language, LPWSTR *text_out);

HRESULT error_text_describe_context(BG_ERROR_CONTEXT context, LPWSTR *text_out);

#endif
