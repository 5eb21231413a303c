/* Whose jobs these are: the user of the calling thread, or else of the process. */
#ifndef ODO_COM_OWNER_H
#define ODO_COM_OWNER_H

#include <windows.h>

/*
 * The user's SID as text, such as S-1-5-21-..., in CoTaskMemAlloc'ed memory. On failure it is
 * NULL, and the result is what the system said.
 */
HRESULT owner_get_sid(LPWSTR *sid_out);

#endif
