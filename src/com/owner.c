#include "com/owner.h"

#include "com/wide_text.h"

#include <sddl.h>
#include <stddef.h>

/* A TOKEN_USER with the largest SID there is behind it. */
union user_buffer {
    TOKEN_USER user;
    BYTE bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
};

static HRESULT last_error(void)
{
    return HRESULT_FROM_WIN32(GetLastError());
}

HRESULT owner_get_sid(LPWSTR *sid_out)
{
    HANDLE token = NULL;
    union user_buffer buffer;
    DWORD size = 0;
    LPWSTR text = NULL;
    HRESULT hr = S_OK;

    *sid_out = NULL;
    if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token) &&
        !OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) {
        return last_error();
    }
    if (!GetTokenInformation(token, TokenUser, &buffer, sizeof(buffer), &size) ||
        !ConvertSidToStringSidW(buffer.user.User.Sid, &text)) {
        hr = last_error();
    } else {
        hr = wide_text_copy(text, sid_out);
        LocalFree(text);
    }
    CloseHandle(token);
    return hr;
}
