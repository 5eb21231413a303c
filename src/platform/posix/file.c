#define _GNU_SOURCE       /* syncfs(), fallocate(), statx() */
#define _FILE_OFFSET_BITS 64

#include "platform/file.h"

#include "base/memory.h"
#include "base/text.h"
#include "platform/posix/status_from_errno.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#ifdef __linux__
#include <linux/magic.h>
#include <sys/vfs.h>
#endif
#include <unistd.h>

static_assert(sizeof(off_t) == sizeof(int64_t), "offsets reach BYTE_OFFSET_LIMIT");

struct platform_file {
    int descriptor;
};

/* The folder of a file's path, including the last slash; NULL when out of memory. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? text_copy_part(path, (size_t)(slash - path) + 1) : text_copy("./");
}

/* Distinguish a missing folder from a missing file, as Windows does. */
static enum odo_status status_from_path_error(const char *path, int error)
{
    char *folder;
    struct stat found;
    enum odo_status status = ODO_E_FILE_NOT_FOUND;

    if (error != ENOENT) {
        return status_from_errno(error);
    }
    folder = folder_of(path);
    if (!folder) {
        return ODO_E_OUT_OF_MEMORY;
    }
    if (stat(folder, &found) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
        status = ODO_E_PATH_NOT_FOUND;
    }
    memory_free(folder);
    return status;
}

static enum odo_status open_file(const char *path, int flags, mode_t mode,
                                 struct platform_file **file_out)
{
    struct platform_file *file = memory_allocate_zeroed(1, sizeof(*file));
    enum odo_status status;

    if (!file) {
        return ODO_E_OUT_OF_MEMORY;
    }
    do {
        file->descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | flags, mode);
    } while (file->descriptor < 0 && errno == EINTR);
    if (file->descriptor < 0) {
        status = status_from_path_error(path, errno);
        memory_free(file);
        return status;
    }
    *file_out = file;
    return ODO_OK;
}

enum odo_status platform_file_create_new(const char *path, struct platform_file **file_out)
{
    return open_file(path, O_CREAT | O_EXCL, 0666, file_out);
}

enum odo_status platform_file_create_private(const char *path, struct platform_file **file_out)
{
    return open_file(path, O_CREAT | O_EXCL, 0600, file_out);
}

enum odo_status platform_file_open(const char *path, struct platform_file **file_out)
{
    struct platform_file *file = NULL;
    struct stat found;
    enum odo_status status;

    /* O_NONBLOCK: do not block if it is a pipe. */
    status = open_file(path, O_NONBLOCK, 0, &file);
    if (status != ODO_OK) {
        return status;
    }
    assert(file);
    if (fstat(file->descriptor, &found) != 0) {
        status = status_from_errno(errno);
    } else if (!S_ISREG(found.st_mode)) {
        status = ODO_E_ACCESS_DENIED;
    }
    if (status != ODO_OK) {
        platform_file_close(file);
        return status;
    }
    *file_out = file;
    return ODO_OK;
}

enum odo_status platform_file_write_at(struct platform_file *file, uint64_t offset,
                                       const void *data, size_t size)
{
    const char *next = data;

    assert(offset <= BYTE_OFFSET_LIMIT && size <= BYTE_OFFSET_LIMIT - offset);
    while (size > 0) {
        ssize_t written = pwrite(file->descriptor, next, size, (off_t)offset);

        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return status_from_errno(errno);
        }
        if (written == 0) {
            return ODO_E_INPUT_OUTPUT; /* should not happen; avoid an endless loop */
        }
        next += written;
        offset += (uint64_t)written;
        size -= (size_t)written;
    }
    return ODO_OK;
}

enum odo_status platform_file_read_at(struct platform_file *file, uint64_t offset, void *data,
                                      size_t size, size_t *read_out)
{
    char *next = data;
    size_t total = 0;

    assert(offset <= BYTE_OFFSET_LIMIT && size <= BYTE_OFFSET_LIMIT - offset);
    while (total < size) {
        ssize_t count =
            pread(file->descriptor, next + total, size - total, (off_t)(offset + total));

        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            return status_from_errno(errno);
        }
        if (count == 0) {
            break;
        }
        total += (size_t)count;
    }
    *read_out = total;
    return ODO_OK;
}

enum odo_status platform_file_get_size(struct platform_file *file, uint64_t *size_out)
{
    struct stat found;

    if (fstat(file->descriptor, &found) != 0) {
        return status_from_errno(errno);
    }
    *size_out = (uint64_t)found.st_size;
    return ODO_OK;
}

#ifdef __linux__
/* True if inode numbers are persistent: some file systems generate them when a file is looked
 * up. */
static bool has_lasting_numbers(const struct statfs *system)
{
    enum {
        BCACHEFS = 0xca451a4e,
        BTRFS = 0x9123683e,
        EXT = 0xef53,
        F2FS = 0xf2f52010,
        NFS = 0x6969,
        OVERLAY = 0x794c7630,
        XFS = 0x58465342,
        ZFS = 0x2fc12fc1,
    };

    switch ((uint32_t)system->f_type) {
    case (uint32_t)BCACHEFS:
    case (uint32_t)BTRFS:
    case EXT:
    case (uint32_t)F2FS:
    case NFS:
    case OVERLAY:
    case TMPFS_MAGIC:
    case XFS:
    case ZFS:
        return true;
    default:
        return false;
    }
}

static struct file_identity identity_of(int folder, const char *path, int flags)
{
    struct file_identity identity = {0};
    struct statx found;

    if (statx(folder, path, flags | AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &found) ==
            0 &&
        (found.stx_mask & STATX_INO) != 0) {
        identity.number = found.stx_ino;
        if ((found.stx_mask & STATX_BTIME) != 0) {
            identity.made =
                (uint64_t)found.stx_btime.tv_sec * 1000000000 + found.stx_btime.tv_nsec;
        }
    }
    return identity;
}
#endif

struct file_identity platform_file_get_identity(struct platform_file *file)
{
#ifdef __linux__
    struct statfs system;

    if (fstatfs(file->descriptor, &system) == 0 && has_lasting_numbers(&system)) {
        return identity_of(file->descriptor, "", AT_EMPTY_PATH);
    }
#else
    (void)file;
#endif
    return (struct file_identity){0};
}

enum odo_status platform_file_look(const char *path, struct platform_file_view *view_out)
{
    struct platform_file_view view = {.is_ordinary = false};
    struct stat found;
#ifdef __linux__
    struct statfs system;
#endif

    if (lstat(path, &found) != 0) {
        return status_from_path_error(path, errno);
    }
    if (S_ISREG(found.st_mode)) {
        view.is_ordinary = true;
        view.size = (uint64_t)found.st_size;
#ifdef __linux__
        if (statfs(path, &system) == 0 && has_lasting_numbers(&system)) {
            view.identity = identity_of(AT_FDCWD, path, 0);
        }
#endif
    }
    *view_out = view;
    return ODO_OK;
}

enum odo_status platform_file_set_size(struct platform_file *file, uint64_t size)
{
    int result;

    assert(size <= BYTE_OFFSET_LIMIT);
    do {
        result = ftruncate(file->descriptor, (off_t)size);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? ODO_OK : status_from_errno(errno);
}

enum odo_status platform_file_reserve(struct platform_file *file, uint64_t size)
{
#ifdef __linux__
    struct statfs system;
    int result;

    assert(size <= BYTE_OFFSET_LIMIT);
    if (fstatfs(file->descriptor, &system) != 0 || system.f_type == TMPFS_MAGIC) {
        return ODO_OK; /* space in memory need not be contiguous, and is expensive to allocate
                          twice */
    }
    do {
        result = fallocate(file->descriptor, FALLOC_FL_KEEP_SIZE, 0, (off_t)size);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && (errno == ENOSPC || errno == EDQUOT)) {
        return status_from_errno(errno);
    }
#else
    (void)file; /* posix_fallocate() may write zeros, which costs more than it gains */
    (void)size;
#endif
    return ODO_OK;
}

enum odo_status platform_file_set_time(struct platform_file *file, int64_t wall_us)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = 0}};
    int64_t seconds = wall_us / 1000000;
    int64_t rest_us = wall_us % 1000000;

    if (rest_us < 0) { /* before 1970: C rounds towards zero, timespec downwards */
        seconds -= 1;
        rest_us += 1000000;
    }
    times[1].tv_sec = (time_t)seconds;
    times[1].tv_nsec = (long)rest_us * 1000;
    return futimens(file->descriptor, times) == 0 ? ODO_OK : status_from_errno(errno);
}

enum odo_status platform_file_flush(struct platform_file *file)
{
    int result;

    do {
        result = fsync(file->descriptor);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? ODO_OK : status_from_errno(errno);
}

/* Like open(), for the folder of a file's path. */
static int open_folder_of(const char *path)
{
    char *folder = folder_of(path);
    int descriptor = -1;

    if (folder) {
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        memory_free(folder);
    } else {
        errno = ENOMEM;
    }
    return descriptor;
}

enum odo_status platform_file_flush_system(const char *path)
{
#ifdef __linux__
    int descriptor = open_folder_of(path);
    enum odo_status status;

    if (descriptor < 0) {
        return status_from_path_error(path, errno);
    }
    status = syncfs(descriptor) == 0 ? ODO_OK : status_from_errno(errno);
    (void)close(descriptor);
    return status;
#else
    (void)path;
    return ODO_E_NOT_SUPPORTED;
#endif
}

void platform_file_close(struct platform_file *file)
{
    if (file) {
        /* Errors are ignored: callers that care have flushed. */
        (void)close(file->descriptor);
        memory_free(file);
    }
}

/*
 * May a rename replace what is at `path`? Returns its status; the mode is 0 if nothing exists.
 */
static enum odo_status check_replaceable(const char *path, struct stat *found_out)
{
    if (lstat(path, found_out) != 0) {
        *found_out = (struct stat){0};
        return errno == ENOENT ? ODO_OK : status_from_errno(errno);
    }
    if (S_ISLNK(found_out->st_mode)) {
        return ODO_OK; /* the link itself is replaced, not its target */
    }
    if (!S_ISREG(found_out->st_mode)) {
        return ODO_E_ACCESS_DENIED;
    }
    /* POSIX would replace a read-only file, which is not what its owner intended. */
    return (found_out->st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) != 0 ? ODO_OK
                                                                     : ODO_E_ACCESS_DENIED;
}

/*
 * Give `from` the old file's owner and permissions as far as permitted. Not the set-user-ID and
 * set-group-ID bits: a download must not become a program that runs as its owner. The owner
 * comes first, so that no other group gets permissions.
 */
static void take_over_rights(const char *from, const struct stat *old)
{
    struct stat mine;
    int descriptor;

    if (!S_ISREG(old->st_mode)) {
        return;
    }
    descriptor = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        return;
    }
    if (fstat(descriptor, &mine) == 0 && S_ISREG(mine.st_mode)) {
        mode_t mode = old->st_mode & 0777;

        if (mine.st_uid != old->st_uid && fchown(descriptor, old->st_uid, (gid_t)-1) == 0) {
            mine.st_uid = old->st_uid;
        }
        if (mine.st_gid != old->st_gid && fchown(descriptor, (uid_t)-1, old->st_gid) != 0) {
            mode &= ~(mode_t)(S_IRWXG & ~(old->st_mode << 3)); /* the group's as for others */
        }
        (void)fchmod(descriptor, mode);
    }
    (void)close(descriptor);
}

enum odo_status platform_file_rename(const char *from, const char *to)
{
    struct stat old; /* queried once, as this is done for thousands of files */
    enum odo_status status = check_replaceable(to, &old);

    if (status != ODO_OK) {
        return status;
    }
    take_over_rights(from, &old);
    return rename(from, to) == 0 ? ODO_OK : status_from_path_error(from, errno);
}

enum odo_status platform_file_flush_name(const char *path)
{
    int descriptor = open_folder_of(path);
    enum odo_status status = ODO_OK;

    if (descriptor < 0) {
        return ODO_OK; /* for instance a folder that is writable but not readable */
    }
    /* Some file systems do not support this and return EINVAL. */
    if (fsync(descriptor) != 0 && (errno == EIO || errno == ENOSPC || errno == EDQUOT)) {
        status = status_from_errno(errno);
    }
    (void)close(descriptor);
    return status;
}

enum odo_status platform_file_remove(const char *path)
{
    return unlink(path) == 0 ? ODO_OK : status_from_path_error(path, errno);
}
