/*
 * Words for an HRESULT or an error context, in CoTaskMemAlloc'ed memory. Ours are in English
 * whatever the language; Windows' own texts come in `language` where it has them.
 */
#ifndef ODO_COM_OBJECT_ERROR_TEXT_H
#define ODO_COM_OBJECT_ERROR_TEXT_H

#include <windows.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/* There is always a text, if only one with the number in it. E_OUTOFMEMORY and NULL. */
HRESULT error_text_describe(HRESULT code, DWORD language, LPWSTR *text_out);

HRESULT error_text_describe_context(BG_ERROR_CONTEXT context, LPWSTR *text_out);

#endif
