#include "com/server/permissions.h"

#include <sddl.h>
#include <wchar.h>

/* Well-known SIDs. */
#define SELF          L"S-1-5-10"
#define LOGGED_ON     L"S-1-5-11"
#define SYSTEM        L"S-1-5-18"
#define ADMINISTRATOR L"S-1-5-32-544"

enum {
    TEXT_SIZE = 1024, /* a SID has at most 184 characters, and occurs three times */

    /* COM access rights; those for remote access are not granted. */
    EXECUTE = 1,
    EXECUTE_LOCAL = 2,
    ACTIVATE_LOCAL = 8,
};

HRESULT permissions_create(enum permission permission, const WCHAR *user,
                           PSECURITY_DESCRIPTOR *descriptor_out, DWORD *size_out)
{
    const WCHAR *owner = user ? user : ADMINISTRATOR;
    const WCHAR *who = user;
    unsigned rights = EXECUTE | EXECUTE_LOCAL;
    WCHAR text[TEXT_SIZE];
    int length;

    *descriptor_out = NULL;
    if (permission == PERMISSION_LAUNCH) {
        rights |= ACTIVATE_LOCAL;
    }
    if (!who) {
        who = permission == PERMISSION_LAUNCH ? LOGGED_ON : SELF;
    }
    length = _snwprintf(text, TEXT_SIZE, L"O:%lsG:%lsD:(A;;0x%x;;;%ls)(A;;0x%x;;;%ls)", owner,
                        owner, rights, who, rights, SYSTEM);
    if (length < 0 || length >= TEXT_SIZE) {
        return E_INVALIDARG;
    }
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1,
                                                              descriptor_out, size_out)) {
        return HRESULT_FROM_WIN32(GetLastError());
    }
    return S_OK;
}
