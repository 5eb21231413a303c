/*
 * How the scripting objects fail: with an HRESULT, and for IErrorInfo a sentence that says what
 * was wrong (object/error_info.h). The source is
 * "OpenDO.Downloads".
 *
 * Each function returns the code it was given, so that a method can end with it.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_ERROR_H
#define ODO_COM_SCRIPT_AUTOMATION_ERROR_H

#include <windows.h>

/* Fail with this sentence, which has no full stop. It must hold no secrets, such as headers. */
HRESULT automation_error(HRESULT code, const WCHAR *sentence);

/* The same with a format of swprintf(). What is too long is cut. */
HRESULT automation_error_format(HRESULT code, const WCHAR *format, ...);

/*
 * Pass on what another part has come to: nothing for a success, else fail with the words that
 * are known for the code, behind `doing` such as "The download cannot be started", unless NULL.
 */
HRESULT automation_error_pass(HRESULT code, const WCHAR *doing);

#endif
