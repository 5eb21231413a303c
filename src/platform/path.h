/*
 * System-specific rules for local paths. Paths are UTF-8.
 *
 * One implementation per operating system: posix/path.c, windows/path.c.
 */
#ifndef ODO_PLATFORM_PATH_H
#define ODO_PLATFORM_PATH_H

#include <odo/types.h>

/*
 * Check that `path` could name a file to write: absolute and fully qualified, without
 * wildcards, and not a folder ("C:\x\" is rejected). On Windows also: no device name (CON, NUL,
 * COM1 ...), alternate data stream, trailing dot or blank, or control character; a drive, UNC
 * or "\\?\" path; no "." or ".." after "\\?\". Examines the text only.
 *
 *   ODO_E_INVALID_ARGUMENT
 */
enum odo_status platform_path_check(const char *path);

/*
 * Can a file be created in the folder of `path`? Creates and removes one, which covers
 * permissions, quotas and read-only media.
 *
 *   ODO_E_PATH_NOT_FOUND   the folder does not exist, or is not a folder
 *   ODO_E_ACCESS_DENIED ... see platform/file.h
 */
enum odo_status platform_path_check_writable(const char *path);

/* Is there a folder at this path? */
bool platform_path_is_folder(const char *path);

/*
 * Normalize a path: paths of the same file give the same text, as far as can be told from the
 * text alone; links may still make two paths name one file. On Windows it ignores case, the
 * kind of slash, "." and "..", and a "\\?\" prefix; elsewhere repeated slashes and ".". The
 * caller frees it with memory_free().
 */
enum odo_status platform_path_fold(const char *path, char **folded_out);

/* Are both files in the same folder? Examines the texts only. */
bool platform_path_shares_folder(const char *path, const char *other);

/*
 * A new name for a temporary file in the folder of `path`: "DO" + 16 hexadecimal digits +
 * ".tmp". Does not create it. The caller frees it with memory_free().
 */
enum odo_status platform_path_temporary(const char *path, char **temporary_path_out);

/*
 * The default folder for jobs: the environment variable OPENDO_STORE if set, otherwise
 * %LOCALAPPDATA%\OpenDO\Jobs on Windows, and $XDG_STATE_HOME/opendo or ~/.local/state/opendo
 * elsewhere. Created if missing, for this user only. The caller frees it with memory_free().
 *
 *   ODO_E_PATH_RELATIVE  OPENDO_STORE is not an absolute path
 *   ODO_E_ACCESS_DENIED  it cannot be created, or belongs to another user
 */
enum odo_status platform_path_store_folder(char **folder_out);

/*
 * Create a folder for this user only, unless it exists. Its parent must exist.
 *
 *   ODO_E_PATH_NOT_FOUND   it does not, or the name is used by something else
 *   ODO_E_ACCESS_DENIED ... see platform/file.h
 */
enum odo_status platform_path_make_private_folder(const char *folder);

/*
 * Verify that only this user, the system and its administrators can create files in `folder`,
 * or replace it: it and all its parents belong to one of these and are not writable by others.
 * A parent may be if it protects other users' entries, as the sticky /tmp does, and on Windows
 * if others may only add to it. The caller must have a file in it open, so that Windows lets
 * nobody move it meanwhile. Under Wine only the folder itself is examined.
 *
 *   ODO_E_NOT_PRIVATE    others can
 *   ODO_E_PATH_NOT_FOUND, ODO_E_ACCESS_DENIED ...   it cannot be examined
 */
enum odo_status platform_path_check_private(const char *folder);

/* Join `folder` and `name`; NULL when out of memory. */
char *platform_path_join(const char *folder, const char *name);

/*
 * Call `visit` with the name of each entry of `folder`, and whether it is an ordinary file and
 * no link, folder, pipe or device. Stops early when visit returns false.
 */
enum odo_status platform_path_list(const char *folder,
                                   bool (*visit)(void *context, const char *name,
                                                 bool is_ordinary),
                                   void *context);

#endif
