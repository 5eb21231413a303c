#define _GNU_SOURCE       /* syncfs(), fallocate() */
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

/* The folder that `path` names a file in, with its last slash; NULL without memory. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? text_copy_part(path, (size_t)(slash - path) + 1) : text_copy("./");
}

/* Tell a missing folder from a missing file, as Windows does with two numbers. */
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

    /* O_NONBLOCK: do not wait for the other end of what turns out to be a pipe. */
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
            return ODO_E_INPUT_OUTPUT; /* no file system does this; never spin on it */
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
        return ODO_OK; /* memory need not be together, and takes its time to be had twice */
    }
    do {
        result = fallocate(file->descriptor, FALLOC_FL_KEEP_SIZE, 0, (off_t)size);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && (errno == ENOSPC || errno == EDQUOT)) {
        return status_from_errno(errno);
    }
#else
    (void)file; /* posix_fallocate() may write zeros, which costs more than it brings */
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

/* As open() of the folder that `path` names a file in. */
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
        /* Nothing can be done about a failure, and whoever cares has flushed. */
        (void)close(file->descriptor);
        memory_free(file);
    }
}

/* May a rename put a file in the place of what stands at `path`? */
static enum odo_status check_replaceable(const char *path)
{
    struct stat found;

    if (lstat(path, &found) != 0) {
        return errno == ENOENT ? ODO_OK : status_from_errno(errno);
    }
    if (S_ISLNK(found.st_mode)) {
        return ODO_OK; /* the link itself is replaced, never what it leads to */
    }
    if (!S_ISREG(found.st_mode)) {
        return ODO_E_ACCESS_DENIED;
    }
    /* POSIX would replace a read-only file; who made it so did not mean that. */
    return (found.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) != 0 ? ODO_OK : ODO_E_ACCESS_DENIED;
}

enum odo_status platform_file_rename(const char *from, const char *to)
{
    enum odo_status status = check_replaceable(to);

    if (status != ODO_OK) {
        return status;
    }
    return rename(from, to) == 0 ? ODO_OK : status_from_path_error(from, errno);
}

void platform_file_flush_name(const char *path)
{
    int descriptor = open_folder_of(path);

    if (descriptor >= 0) {
        (void)fsync(descriptor); /* some file systems cannot */
        (void)close(descriptor);
    }
}

enum odo_status platform_file_remove(const char *path)
{
    return unlink(path) == 0 ? ODO_OK : status_from_path_error(path, errno);
}
