/*
 * Who may change a folder, as its security descriptor says.
 */
#ifndef ODO_PLATFORM_WINDOWS_PRIVATE_RIGHTS_H
#define ODO_PLATFORM_WINDOWS_PRIVATE_RIGHTS_H

#include <stdbool.h>
#include <windows.h>

/*
 * True when nobody but this user, the system and its administrators can change the folder, or
 * what is made in it. `owner` and `list` are the folder's; NULL when it has none.
 */
bool private_rights(PSID owner, PACL list, PSID user);

/*
 * True when nobody else can put another folder in the place of one that lies in this folder, or
 * this folder elsewhere. Others may make files and folders beside it, as in C:\.
 */
bool private_rights_above(PSID owner, PACL list, PSID user);

#endif
