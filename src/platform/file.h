/*
 * Files to which several ranges are written at once.
 *
 * Paths are absolute UTF-8. Sizes and offsets are bytes. Every function may be called from any
 * thread, for different ranges of one file at the same time, and a file may be open more than
 * once. On Windows no program can delete or rename it while it is open. Errors are translated
 * here: ODO_E_ACCESS_DENIED, ODO_E_DISK_FULL, ODO_E_QUOTA_EXCEEDED, ODO_E_FILE_NOT_FOUND,
 * ODO_E_PATH_NOT_FOUND, ODO_E_INVALID_NAME, ODO_E_NAME_TOO_LONG, ODO_E_ALREADY_EXISTS,
 * ODO_E_SHARING_VIOLATION, ODO_E_READ_ONLY_MEDIA, ODO_E_INPUT_OUTPUT, ODO_E_OUT_OF_MEMORY.
 *
 * One implementation per operating system: posix/file.c, windows/file.c.
 */
#ifndef ODO_PLATFORM_FILE_H
#define ODO_PLATFORM_FILE_H

#include "base/file_identity.h"

#include <odo/types.h>

struct platform_file;

/*
 * Create a new file for reading and writing, with its folder's default permissions. Never
 * follows a link in the last component; ODO_E_ALREADY_EXISTS if the name is in use.
 */
enum odo_status platform_file_create_new(const char *path, struct platform_file **file_out);

/* The same, readable by this user only; on Windows with its folder's permissions. */
enum odo_status platform_file_create_private(const char *path, struct platform_file **file_out);

/*
 * Open an existing regular file for reading and writing. ODO_E_ACCESS_DENIED for a folder, a
 * link or anything else.
 */
enum odo_status platform_file_open(const char *path, struct platform_file **file_out);

/* Write all `size` bytes at `offset`, or fail; a short write is retried, never reported. */
enum odo_status platform_file_write_at(struct platform_file *file, uint64_t offset,
                                       const void *data, size_t size);

/* Read up to `size` bytes at `offset`; fewer only at the end of the file. */
enum odo_status platform_file_read_at(struct platform_file *file, uint64_t offset, void *data,
                                      size_t size, size_t *read_out);

enum odo_status platform_file_get_size(struct platform_file *file, uint64_t *size_out);

/* The file's identity; unknown if the file system has no persistent one. Never fails. */
struct file_identity platform_file_get_identity(struct platform_file *file);

/* What is at a path, at the moment. */
struct platform_file_view {
    bool is_ordinary; /* not a folder, link or device; otherwise the rest is 0 */
    uint64_t size;
    struct file_identity identity;
};

/* Examine what is at `path`, without opening it or following a link. */
enum odo_status platform_file_look(const char *path, struct platform_file_view *view_out);

/* Truncate the file or extend it with zeros (as a hole if the file system supports that). */
enum odo_status platform_file_set_size(struct platform_file *file, uint64_t size);

/*
 * Preallocate space for `size` bytes in all, so that it is contiguous and cannot run out. Does
 * not change the file's size. Does nothing where unsupported.
 *
 *   ODO_E_DISK_FULL, ODO_E_QUOTA_EXCEEDED   there is not enough space
 */
enum odo_status platform_file_reserve(struct platform_file *file, uint64_t size);

/* Set the modification time; on Windows the creation time too. */
enum odo_status platform_file_set_time(struct platform_file *file, int64_t wall_us);

/* Wait until everything written so far would survive a power failure. */
enum odo_status platform_file_flush(struct platform_file *file);

/*
 * The same for all files on the file system of `path`: cheaper than flushing many files one by
 * one. ODO_E_NOT_SUPPORTED if the system cannot do this.
 */
enum odo_status platform_file_flush_system(const char *path);

/* Close without flushing. NULL is allowed. */
void platform_file_close(struct platform_file *file);

/*
 * Atomically rename `from` to `to` in the same folder, replacing a regular file. If permitted,
 * the new file gets the old one's owner and permissions. ODO_E_ACCESS_DENIED if `to` is a
 * folder or read-only, ODO_E_SHARING_VIOLATION if it is in use. On failure both are unchanged.
 */
enum odo_status platform_file_rename(const char *from, const char *to);

/*
 * Wait until the names in the folder of `path` would survive a power failure. Where the system
 * cannot do this, or does not permit it, that is no error.
 *
 *   ODO_E_INPUT_OUTPUT, ODO_E_DISK_FULL, ODO_E_QUOTA_EXCEEDED   they would not
 */
enum odo_status platform_file_flush_name(const char *path);

/* Delete a file. ODO_E_FILE_NOT_FOUND if it does not exist. */
enum odo_status platform_file_remove(const char *path);

#endif
