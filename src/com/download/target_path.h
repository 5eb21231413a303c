/*
 * The path that a download is to have: checked and prepared before the engine gets it.
 */
#ifndef ODO_COM_DOWNLOAD_TARGET_PATH_H
#define ODO_COM_DOWNLOAD_TARGET_PATH_H

#include <stdbool.h>
#include <windows.h>

/* Is it a full path without invalid characters? Checked before anything is created; the engine
 * checks more thoroughly. */
bool target_path_is_possible(const char *path);

/* Create the folder of a path, including missing parents. */
HRESULT target_path_make_folder(const char *path);

#endif
