/*
 * Who may start and call the local server: its user and the system, both from this machine
 * only.
 */
#ifndef ODO_COM_SERVER_PERMISSIONS_H
#define ODO_COM_SERVER_PERMISSIONS_H

#include <windows.h>

enum permission {
    PERMISSION_ACCESS, /* to call a running server */
    PERMISSION_LAUNCH, /* to start one and activate objects */
};

/*
 * A self-relative security descriptor for an AppID's AccessPermission or LaunchPermission, or
 * for CoInitializeSecurity. Release it with LocalFree(). Its size in bytes is stored in
 * *size_out unless that is NULL.
 *
 * `user` is the user's SID. NULL is for a machine-wide registration: access is then granted to
 * the user that the server runs as (SELF), and any logged-on user may start one, since COM
 * starts it as the requesting user and shares it with no one else.
 */
HRESULT permissions_create(enum permission permission, const WCHAR *user,
                           PSECURITY_DESCRIPTOR *descriptor_out, DWORD *size_out);

#endif
