#include "platform/windows/private_rights.h"

#include <stddef.h>
#include <stdint.h>

static bool is_trusted(PSID sid, PSID user)
{
    static const WELL_KNOWN_SID_TYPE trusted[] = {
        WinLocalSystemSid, WinBuiltinAdministratorsSid, WinCreatorOwnerSid,
        WinCreatorOwnerRightsSid, /* whose the folder is, which is looked at */
    };

    if (EqualSid(sid, user)) {
        return true;
    }
    for (size_t i = 0; i < sizeof(trusted) / sizeof(trusted[0]); i++) {
        if (IsWellKnownSid(sid, trusted[i])) {
            return true;
        }
    }
    return false;
}

/* Whether an entry lets somebody else change the folder, or what is made in it. */
static bool lets_others_write(const ACE_HEADER *header, PSID user)
{
    static const DWORD writing = FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY | FILE_DELETE_CHILD |
                                 DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_WRITE | GENERIC_ALL;
    const ACCESS_ALLOWED_ACE *entry = (const ACCESS_ALLOWED_ACE *)(const void *)header;

    switch (header->AceType) {
    case ACCESS_ALLOWED_ACE_TYPE:
    case ACCESS_ALLOWED_CALLBACK_ACE_TYPE:
        break;
    case ACCESS_ALLOWED_OBJECT_ACE_TYPE: /* a directory service's: none that we could read */
    case ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE:
        return true;
    default:
        return false; /* it takes rights away, or only watches */
    }
    return (entry->Mask & writing) != 0 && !is_trusted((PSID)(uintptr_t)&entry->SidStart, user);
}

bool private_rights(PSID owner, PACL list, PSID user)
{
    if (!owner || !is_trusted(owner, user) || !list) { /* no list lets everybody do all */
        return false;
    }
    for (DWORD i = 0; i < list->AceCount; i++) {
        void *entry = NULL;

        if (!GetAce(list, i, &entry) || lets_others_write(entry, user)) {
            return false;
        }
    }
    return true;
}
