#define _XOPEN_SOURCE 700 /* realpath() */

#include "platform/path.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "platform/file.h"
#include "platform/posix/status_from_errno.h"
#include "platform/temporary_name.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum odo_status platform_path_check(const char *path)
{
    const char *name;

    if (!path || path[0] != '/' || !text_is_utf8(path) || strpbrk(path, "*?")) {
        return ODO_E_INVALID_ARGUMENT;
    }
    name = strrchr(path, '/') + 1;
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return ODO_E_INVALID_ARGUMENT;
    }
    return ODO_OK;
}

enum odo_status platform_path_check_writable(const char *path)
{
    struct platform_file *file = NULL;
    char *probe = NULL;
    enum odo_status status = platform_path_temporary(path, &probe);

    if (status != ODO_OK) {
        return status;
    }
    status = platform_file_create_new(probe, &file);
    if (status == ODO_OK) {
        platform_file_close(file);
        status = platform_file_remove(probe);
    }
    memory_free(probe);
    return status;
}

bool platform_path_is_folder(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

enum odo_status platform_path_fold(const char *path, char **folded_out)
{
    char *folded = text_copy(path);
    char *at = folded;

    if (!folded) {
        return ODO_E_OUT_OF_MEMORY;
    }
    while (*path) {
        if (path[0] == '/' && path[1] == '/') {
            path++;
        } else if (path[0] == '/' && path[1] == '.' && path[2] == '/') {
            path += 2;
        } else {
            *at++ = *path++;
        }
    }
    *at = '\0';
    *folded_out = folded;
    return ODO_OK;
}

/* The length of a path's folder, including the last separator. */
static size_t folder_length(const char *path)
{
    size_t length = strlen(path);

    while (length > 0 && path[length - 1] != '/') {
        length--;
    }
    return length;
}

bool platform_path_shares_folder(const char *path, const char *other)
{
    size_t length = folder_length(path);

    return folder_length(other) == length && memcmp(path, other, length) == 0;
}

enum odo_status platform_path_temporary(const char *path, char **temporary_path_out)
{
    const char *slash = strrchr(path, '/');
    size_t folder_length = slash ? (size_t)(slash - path) + 1 : 0;
    char name[TEMPORARY_NAME_SIZE];
    char *temporary_path;
    enum odo_status status = temporary_name_make(name);

    if (status != ODO_OK) {
        return status;
    }
    temporary_path = memory_allocate(folder_length + sizeof(name), 1);
    if (!temporary_path) {
        return ODO_E_OUT_OF_MEMORY;
    }
    memcpy(temporary_path, path, folder_length);
    memcpy(temporary_path + folder_length, name, sizeof(name));
    *temporary_path_out = temporary_path;
    return ODO_OK;
}

char *platform_path_join(const char *folder, const char *name)
{
    size_t length = strlen(folder);
    const char *separator = length > 0 && folder[length - 1] == '/' ? "" : "/";

    return text_format("%s%s%s", folder, separator, name);
}

/* The user's state folder, by the XDG base directory specification. */
static enum odo_status find_state_folder(char **folder_out)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    struct passwd entry;
    struct passwd *found = NULL;
    char buffer[4096];

    if (state && state[0] == '/') { /* relative values are to be ignored */
        *folder_out = text_copy(state);
        return *folder_out ? ODO_OK : ODO_E_OUT_OF_MEMORY;
    }
    if (!home || home[0] != '/') {
        if (getpwuid_r(geteuid(), &entry, buffer, sizeof(buffer), &found) != 0 || !found ||
            found->pw_dir[0] != '/') {
            return ODO_E_PATH_NOT_FOUND;
        }
        home = found->pw_dir;
    }
    *folder_out = platform_path_join(home, ".local/state");
    return *folder_out ? ODO_OK : ODO_E_OUT_OF_MEMORY;
}

/* Create `folder` and missing parents for this user only. Modifies `folder` temporarily. */
static enum odo_status make_folders(char *folder)
{
    assert(folder[0] == '/');
    for (char *end = folder + 1;; end++) {
        char kept = *end;

        if (kept != '/' && kept != '\0') {
            continue;
        }
        *end = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
            int error = errno;
            struct stat found;

            /* Only errors at missing levels matter. */
            if (stat(folder, &found) != 0 || !S_ISDIR(found.st_mode)) {
                *end = kept;
                return error == ENOENT ? ODO_E_PATH_NOT_FOUND : status_from_errno(error);
            }
        }
        *end = kept;
        if (kept == '\0') {
            return ODO_OK;
        }
    }
}

enum odo_status platform_path_make_private_folder(const char *folder)
{
    struct stat found;

    if (mkdir(folder, 0700) == 0) {
        return ODO_OK;
    }
    if (errno == EEXIST) {
        return stat(folder, &found) == 0 && S_ISDIR(found.st_mode) ? ODO_OK
                                                                   : ODO_E_PATH_NOT_FOUND;
    }
    return errno == ENOENT || errno == ENOTDIR ? ODO_E_PATH_NOT_FOUND
                                               : status_from_errno(errno);
}

enum odo_status platform_path_store_folder(char **folder_out)
{
    const char *chosen = getenv("OPENDO_STORE");
    char *state = NULL;
    char *folder = NULL;
    struct stat found;
    enum odo_status status = ODO_OK;

    if (chosen && chosen[0] != '\0' && chosen[0] != '/') {
        log_write(LOG_ERROR, "OPENDO_STORE must be absolute");
        return ODO_E_PATH_RELATIVE; /* jobs would be lost in an unexpected place */
    }
    if (chosen && chosen[0] == '/') {
        folder = text_copy(chosen);
    } else {
        status = find_state_folder(&state);
        if (status != ODO_OK) {
            goto done;
        }
        folder = platform_path_join(state, "opendo");
    }
    if (!folder) {
        status = ODO_E_OUT_OF_MEMORY;
        goto done;
    }
    status = make_folders(folder);
    if (status != ODO_OK) {
        goto done;
    }
    if (stat(folder, &found) != 0) {
        status = status_from_errno(errno);
        goto done;
    }
    if (!S_ISDIR(found.st_mode)) {
        status = ODO_E_PATH_NOT_FOUND;
        goto done;
    }
    if (found.st_uid != geteuid()) {
        status = ODO_E_ACCESS_DENIED; /* another user's folder is unsuitable */
        goto done;
    }
    *folder_out = folder;
    folder = NULL;

done:
    memory_free(state);
    memory_free(folder);
    return status;
}

/* True if only this user and the system can change a folder, the store or one of its parents:
 * in sticky parents, entries are protected from all but their owners. */
static enum odo_status check_rights(const char *folder, bool is_above)
{
    struct stat found;
    bool is_writable;

    if (lstat(folder, &found) != 0) {
        return status_from_errno(errno);
    }
    is_writable = (found.st_mode & (S_IWGRP | S_IWOTH)) != 0 &&
                  !(is_above && (found.st_mode & S_ISVTX) != 0);
    if (is_writable || (found.st_uid != geteuid() && !(is_above && found.st_uid == 0))) {
        log_write(LOG_ERROR, "others can change %s, of user %lu and with mode %o",
                  is_above ? "a folder above the store" : "the store's folder",
                  (unsigned long)found.st_uid, (unsigned)(found.st_mode & 07777));
        return ODO_E_NOT_PRIVATE;
    }
    return ODO_OK;
}

enum odo_status platform_path_check_private(const char *folder)
{
    char *resolved = realpath(folder, NULL); /* a link counts as its target */
    enum odo_status status;

    if (!resolved) {
        return status_from_errno(errno);
    }
    status = check_rights(resolved, false);
    for (char *slash = strrchr(resolved, '/'); slash && status == ODO_OK;
         slash = strrchr(resolved, '/')) {
        if (slash == resolved) {
            status = check_rights("/", true);
            break;
        }
        *slash = '\0';
        status = check_rights(resolved, true);
    }
    free(resolved);
    return status;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

enum odo_status platform_path_list(const char *folder,
                                   bool (*visit)(void *context, const char *name,
                                                 bool is_ordinary),
                                   void *context)
{
    DIR *directory = opendir(folder);
    enum odo_status status = ODO_OK;

    if (!directory) {
        return errno == ENOENT ? ODO_E_PATH_NOT_FOUND : status_from_errno(errno);
    }
    for (;;) {
        const struct dirent *entry;
        struct stat found;

        errno = 0;
        entry = readdir(directory);
        if (!entry) {
            status = errno == 0 ? ODO_OK : status_from_errno(errno);
            break;
        }
        /* An entry removed meanwhile is skipped. */
        if (fstatat(dirfd(directory), entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
            !is_dots(entry->d_name) && !visit(context, entry->d_name, S_ISREG(found.st_mode))) {
            break;
        }
    }
    (void)closedir(directory);
    return status;
}
