/*
 * Errors of the scripting objects: an HRESULT, and a description for IErrorInfo
 * (object/error_info.h). The source is "OpenDO.Downloads".
 *
 * Each function returns the code it was given, so that a method can end with it.
 */
#ifndef ODO_COM_SCRIPT_AUTOMATION_ERROR_H
#define ODO_COM_SCRIPT_AUTOMATION_ERROR_H

#include <windows.h>

/* Fail with this description, without a full stop. It must not contain secrets, such as
 * headers. */
HRESULT automation_error(HRESULT code, const WCHAR *sentence);

/* The same with a swprintf() format. An overlong description is truncated. */
HRESULT automation_error_format(HRESULT code, const WCHAR *format, ...);

/*
 * Return another unit's result. On failure set the description known for the code, preceded by
 * `doing`, such as "The download cannot be started", unless it is NULL.
 */
HRESULT automation_error_pass(HRESULT code, const WCHAR *doing);

#endif
