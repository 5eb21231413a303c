/*
 * Who may start the local server and call it: the user whose it is, and the system itself;
 * both on this machine only.
 */
#ifndef ODO_COM_SERVER_PERMISSIONS_H
#define ODO_COM_SERVER_PERMISSIONS_H

#include <windows.h>

enum permission {
    PERMISSION_ACCESS, /* to call a server that runs */
    PERMISSION_LAUNCH, /* to start one, and to ask it for objects */
};

/*
 * A security descriptor, self-relative, for an AppID's AccessPermission or LaunchPermission or
 * for CoInitializeSecurity. LocalFree() ends it. Its size in bytes goes to *size_out unless
 * that is NULL.
 *
 * `user` is the user's SID as text. NULL is for an entry that serves all users of the machine:
 * access is then for whoever the server runs as (SELF). Anybody who has logged on may start
 * one, since COM starts it as the one who asks, and shares it with nobody else.
 */
HRESULT permissions_create(enum permission permission, const WCHAR *user,
                           PSECURITY_DESCRIPTOR *descriptor_out, DWORD *size_out);

#endif
