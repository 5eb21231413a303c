#include "platform/windows/private_rights.h"

#include <stddef.h>
#include <stdint.h>

static bool is_trusted(PSID sid, PSID user)
{
    static const WELL_KNOWN_SID_TYPE trusted[] = {
        WinLocalSystemSid, WinBuiltinAdministratorsSid, WinCreatorOwnerSid,
        WinCreatorOwnerRightsSid, /* the owner, who is checked separately */
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

/* True if an entry lets anyone else change the folder or its contents. */
static bool lets_others_write(const ACE_HEADER *header, PSID user)
{
    static const DWORD writing = FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY | FILE_DELETE_CHILD |
                                 DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_WRITE | GENERIC_ALL;
    const ACCESS_ALLOWED_ACE *entry = (const ACCESS_ALLOWED_ACE *)(const void *)header;

    switch (header->AceType) {
    case ACCESS_ALLOWED_ACE_TYPE:
    case ACCESS_ALLOWED_CALLBACK_ACE_TYPE:
        break;
    case ACCESS_ALLOWED_OBJECT_ACE_TYPE: /* for directory services; cannot be evaluated here */
    case ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE:
        return true;
    default:
        return false; /* it denies access, or only audits */
    }
    return (entry->Mask & writing) != 0 && !is_trusted((PSID)(uintptr_t)&entry->SidStart, user);
}

bool private_rights(PSID owner, PACL list, PSID user)
{
    if (!owner || !is_trusted(owner, user) || !list) { /* no list: access for all */
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
