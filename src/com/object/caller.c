#include "com/object/caller.h"

#include <windows.h>

#include <objbase.h>

/* Does the thread's token permit opening files? */
static bool can_act(void)
{
    SECURITY_IMPERSONATION_LEVEL level = SecurityAnonymous;
    HANDLE token;
    DWORD size;
    bool is_known;

    if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token)) {
        return false;
    }
    is_known =
        GetTokenInformation(token, TokenImpersonationLevel, &level, sizeof(level), &size);
    CloseHandle(token);
    return is_known && level >= SecurityImpersonation;
}

bool caller_enter(void)
{
    if (FAILED(CoImpersonateClient())) {
        return false; /* usually RPC_E_CALL_COMPLETE: no call from another process */
    }
    if (!can_act()) {
        CoRevertToSelf();
        return false;
    }
    return true;
}

void caller_leave(bool has_entered)
{
    if (has_entered) {
        CoRevertToSelf();
    }
}
