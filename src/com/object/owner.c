#include "com/object/owner.h"

#include "com/object/hresult.h"
#include "com/object/wide_text.h"

#include <objbase.h>
#include <sddl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A TOKEN_USER followed by a SID of the maximum size. */
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

/* The same as UTF-8; release with free(). */
static HRESULT get_sid_text(char **text_out)
{
    LPWSTR wide;
    HRESULT hr = owner_get_sid(&wide);

    *text_out = NULL;
    if (SUCCEEDED(hr)) {
        hr = hresult_from_status(wide_text_to_utf8(wide, text_out));
    }
    CoTaskMemFree(wide);
    return hr;
}

HRESULT owner_claim(struct odo_job *job)
{
    char *sid;
    HRESULT hr = get_sid_text(&sid);

    if (SUCCEEDED(hr)) {
        hr = hresult_from_status(odo_job_set_text(job, ODO_JOB_OWNER, sid));
    }
    free(sid);
    return hr;
}

static bool is_administrator(void)
{
    SID_IDENTIFIER_AUTHORITY authority = {SECURITY_NT_AUTHORITY};
    PSID administrators = NULL;
    BOOL is_member = FALSE;

    if (AllocateAndInitializeSid(&authority, 2, SECURITY_BUILTIN_DOMAIN_RID,
                                 DOMAIN_ALIAS_RID_ADMINS, 0, 0, 0, 0, 0, 0, &administrators)) {
        CheckTokenMembership(NULL, administrators, &is_member);
        FreeSid(administrators);
    }
    return is_member;
}

HRESULT owner_check(struct odo_job *job)
{
    char *owner = NULL;
    char *caller = NULL;
    HRESULT hr = hresult_from_status(odo_job_get_text(job, ODO_JOB_OWNER, &owner));

    if (SUCCEEDED(hr)) {
        hr = get_sid_text(&caller);
    }
    if (SUCCEEDED(hr) && *owner != '\0' && strcmp(owner, caller) != 0 && !is_administrator()) {
        hr = E_ACCESSDENIED;
    }
    free(caller);
    odo_free(owner);
    return hr;
}

bool owner_is_caller(struct odo_job *job)
{
    char *owner = NULL;
    char *caller = NULL;
    bool is_own = odo_job_get_text(job, ODO_JOB_OWNER, &owner) == ODO_OK &&
                  SUCCEEDED(get_sid_text(&caller)) && strcmp(owner, caller) == 0;

    free(caller);
    odo_free(owner);
    return is_own;
}
