/*
 * What a local path means on this system. Paths are UTF-8.
 *
 * One implementation per operating system: posix/path.c, windows/path.c.
 */
#ifndef ODO_PLATFORM_PATH_H
#define ODO_PLATFORM_PATH_H

#include <odo/types.h>

/*
 * Check that `path` could be the name of a file to write: absolute and fully qualified, no
 * wildcards, names a file and not a folder ("C:\x\" is refused). On Windows also: no device
 * name (CON, NUL, COM1 ...), no alternate data stream, no trailing dot or blank, no control
 * character, drive or UNC or "\\?\" form; no "." or ".." behind "\\?\". Looks at the text only.
 *
 *   ODO_E_INVALID_ARGUMENT
 */
enum odo_status platform_path_check(const char *path);

/*
 * May a file be created in the folder of `path`? Tries to create and remove one, so the answer
 * holds for rights, quotas and read-only media alike.
 *
 *   ODO_E_PATH_NOT_FOUND   the folder does not exist, or is not a folder
 *   ODO_E_ACCESS_DENIED ... as platform/file.h
 */
enum odo_status platform_path_check_writable(const char *path);

/* Is there a folder of that name? */
bool platform_path_is_folder(const char *path);

/*
 * A path in one spelling: two that name the same file give the same text, as far as the texts
 * tell; a link may still lead two names to one file. On Windows neither case matters, nor which
 * slash, "." and "..", or a "\\?\" in front; elsewhere doubled slashes and ".". The caller
 * frees it with memory_free().
 */
enum odo_status platform_path_fold(const char *path, char **folded_out);

/* Do two paths name files in the same folder? Looks at the texts only. */
bool platform_path_shares_folder(const char *path, const char *other);

/*
 * A fresh name for a temporary file in the folder of `path`: "DO" + 16 hexadecimal digits +
 * ".tmp". Does not create it. The caller frees it with memory_free().
 */
enum odo_status platform_path_temporary(const char *path, char **temporary_path_out);

/*
 * The folder where jobs are kept when nobody says otherwise: what the environment variable
 * OPENDO_STORE names, else %LOCALAPPDATA%\OpenDO\Jobs on Windows, and $XDG_STATE_HOME/opendo
 * or ~/.local/state/opendo elsewhere. Made if it is not there, for this user alone. The caller
 * frees it with memory_free().
 *
 *   ODO_E_PATH_RELATIVE  OPENDO_STORE is set to what is no absolute path
 *   ODO_E_ACCESS_DENIED  it cannot be made, or is somebody else's
 */
enum odo_status platform_path_store_folder(char **folder_out);

/*
 * Make a folder for this user alone, unless it is there. The folder above it must be.
 *
 *   ODO_E_PATH_NOT_FOUND   it is not, or something else has the name
 *   ODO_E_ACCESS_DENIED ... as platform/file.h
 */
enum odo_status platform_path_make_private_folder(const char *folder);

/*
 * Whether nobody but this user, the system and its administrators can put a file into `folder`,
 * or another folder in its place: it and every folder above it belong to one of these, and
 * none lets others write. One above may where it lets nobody touch what is somebody else's, as
 * /tmp does. On Windows the folder alone is looked at: nobody can move it away while a file in
 * it is open, so the caller opens one first.
 *
 *   ODO_E_NOT_PRIVATE    others can
 *   ODO_E_PATH_NOT_FOUND, ODO_E_ACCESS_DENIED ...   it cannot be looked at
 */
enum odo_status platform_path_check_private(const char *folder);

/* `folder` and `name` joined as this system joins them; NULL when there is no memory. */
char *platform_path_join(const char *folder, const char *name);

/*
 * Call `visit` for each ordinary file in `folder`, by its name alone. Stops early when visit
 * returns false.
 */
enum odo_status platform_path_list(const char *folder,
                                   bool (*visit)(void *context, const char *name),
                                   void *context);

/* The same for everything else: links, folders, pipes, devices. */
enum odo_status platform_path_list_others(const char *folder,
                                          bool (*visit)(void *context, const char *name),
                                          void *context);

#endif
