/*
 * Where the server is registered, and what for: shared by the units of registration.
 */
#ifndef ODO_COM_SERVER_REGISTRATION_PLACE_H
#define ODO_COM_SERVER_REGISTRATION_PLACE_H

#include <windows.h>

/* Where to write entries. Tests pass keys of their own. */
struct registration_place {
    HKEY classes;    /* written: Software\Classes of the machine or the user */
    HKEY elsewhere;  /* read only: the other one of the two; NULL for none */
    HKEY other_kind; /* read only: CLSID there as seen by programs of the other bitness; NULL if
                        there is none */
    const WCHAR *server_path;    /* full path of this DLL */
    const WCHAR *host_path;      /* full path of the local server's program; NULL for none */
    const WCHAR *user;           /* the user's SID; NULL for all users */
    const WCHAR *windows_folder; /* without a trailing backslash */
};

#endif
