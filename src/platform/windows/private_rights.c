#include "platform/windows/private_rights.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

/* NT SERVICE\TrustedInstaller, which owns Windows' own folders, C:\ among them. */
static bool is_installer(PSID sid)
{
    static const DWORD expected[] = {80,         956008885,  3418522649,
                                     1831038044, 1853292631, 2271478464};
    static const SID_IDENTIFIER_AUTHORITY nt = {SECURITY_NT_AUTHORITY};
    const DWORD count = sizeof(expected) / sizeof(expected[0]);

    if (memcmp(GetSidIdentifierAuthority(sid), &nt, sizeof(nt)) != 0 ||
        *GetSidSubAuthorityCount(sid) != count) {
        return false;
    }
    for (DWORD i = 0; i < count; i++) {
        if (*GetSidSubAuthority(sid, i) != expected[i]) {
            return false;
        }
    }
    return true;
}

/* True if an entry gives anyone else one of these rights. */
static bool gives_others(const ACE_HEADER *header, DWORD rights, PSID user)
{
    const ACCESS_ALLOWED_ACE *entry = (const ACCESS_ALLOWED_ACE *)(const void *)header;
    PSID sid = (PSID)(uintptr_t)&entry->SidStart;

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
    return (entry->Mask & rights) != 0 && !is_trusted(sid, user) && !is_installer(sid);
}

bool private_rights(PSID owner, PACL list, PSID user)
{
    static const DWORD writing = FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY | FILE_DELETE_CHILD |
                                 DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_WRITE | GENERIC_ALL;

    if (!owner || !is_trusted(owner, user) || !list) { /* no list: access for all */
        return false;
    }
    for (DWORD i = 0; i < list->AceCount; i++) {
        void *entry = NULL;

        if (!GetAce(list, i, &entry) || gives_others(entry, writing, user)) {
            return false;
        }
    }
    return true;
}

bool private_rights_above(PSID owner, PACL list, PSID user)
{
    static const DWORD replacing =
        FILE_DELETE_CHILD | DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_ALL;

    if (!owner || !(is_trusted(owner, user) || is_installer(owner)) || !list) {
        return false;
    }
    for (DWORD i = 0; i < list->AceCount; i++) {
        void *entry = NULL;

        if (!GetAce(list, i, &entry)) {
            return false;
        }
        if ((((const ACE_HEADER *)entry)->AceFlags & INHERIT_ONLY_ACE) == 0 &&
            gives_others(entry, replacing, user)) {
            return false;
        }
    }
    return true;
}
