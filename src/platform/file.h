/*
 * Files that several ranges are written into at once.
 *
 * Paths are absolute UTF-8. Sizes and offsets are bytes. Every function is safe to call from
 * any thread, with a different range of the same file, at the same time, and a file may be open
 * more than once. On Windows nobody can delete or rename one while it is open. Failures are
 * translated once, here: ODO_E_ACCESS_DENIED, ODO_E_DISK_FULL, ODO_E_QUOTA_EXCEEDED,
 * ODO_E_FILE_NOT_FOUND, ODO_E_PATH_NOT_FOUND, ODO_E_INVALID_NAME, ODO_E_NAME_TOO_LONG,
 * ODO_E_ALREADY_EXISTS, ODO_E_SHARING_VIOLATION, ODO_E_READ_ONLY_MEDIA, ODO_E_INPUT_OUTPUT,
 * ODO_E_OUT_OF_MEMORY.
 *
 * One implementation per operating system: posix/file.c, windows/file.c.
 */
#ifndef ODO_PLATFORM_FILE_H
#define ODO_PLATFORM_FILE_H

#include "base/file_identity.h"

#include <odo/types.h>

struct platform_file;

/*
 * Create a file that did not exist, for reading and writing, readable as its folder's rules
 * say. Never follows a link in the last component; ODO_E_ALREADY_EXISTS when anything has the
 * name.
 */
enum odo_status platform_file_create_new(const char *path, struct platform_file **file_out);

/* The same, readable for this user alone; on Windows as its folder's rules say. */
enum odo_status platform_file_create_private(const char *path, struct platform_file **file_out);

/*
 * Open an existing ordinary file for reading and writing. ODO_E_ACCESS_DENIED for a folder, a
 * link or anything else that is not one.
 */
enum odo_status platform_file_open(const char *path, struct platform_file **file_out);

/* Write all `size` bytes at `offset`, or fail; a short write is retried, never reported. */
enum odo_status platform_file_write_at(struct platform_file *file, uint64_t offset,
                                       const void *data, size_t size);

/* Read up to `size` bytes at `offset`; fewer only at the end of the file. */
enum odo_status platform_file_read_at(struct platform_file *file, uint64_t offset, void *data,
                                      size_t size, size_t *read_out);

enum odo_status platform_file_get_size(struct platform_file *file, uint64_t *size_out);

/* Which file it is; unknown where the file system's numbers do not last. Never fails. */
struct file_identity platform_file_get_identity(struct platform_file *file);

/* What has a name, as it is now. */
struct platform_file_view {
    bool is_ordinary; /* no folder, no link, no device; else the rest is 0 */
    uint64_t size;
    struct file_identity identity;
};

/* Look at what stands at `path`, without opening it or following a link. */
enum odo_status platform_file_look(const char *path, struct platform_file_view *view_out);

/* Cut the file or extend it with zeros (a hole where the file system can). */
enum odo_status platform_file_set_size(struct platform_file *file, uint64_t size);

/*
 * Have the system set room aside for `size` bytes in all, so that it is together and cannot run
 * out later. The file's size stays as it is. Where a file system cannot, nothing happens.
 *
 *   ODO_E_DISK_FULL, ODO_E_QUOTA_EXCEEDED   there is no such room
 */
enum odo_status platform_file_reserve(struct platform_file *file, uint64_t size);

/* Give the file this modification time; on Windows the creation time too. */
enum odo_status platform_file_set_time(struct platform_file *file, int64_t wall_us);

/* Return once everything written so far would survive a power cut. */
enum odo_status platform_file_flush(struct platform_file *file);

/*
 * The same for every file of the file system that holds `path`: where there are many, their
 * flushes one by one cost more. ODO_E_NOT_SUPPORTED when the system cannot.
 */
enum odo_status platform_file_flush_system(const char *path);

/* Close without flushing. NULL is fine. */
void platform_file_close(struct platform_file *file);

/*
 * Atomically give the file at `from` the name `to` in the same folder, replacing an ordinary
 * file that had it. Where the system allows it, the new file is whose the old one was, and as
 * open to others. ODO_E_ACCESS_DENIED when `to` is a folder or a read-only file,
 * ODO_E_SHARING_VIOLATION when it is held open. On failure both are as they were.
 */
enum odo_status platform_file_rename(const char *from, const char *to);

/*
 * Return once the names in the folder of `path` would survive a power cut, as far as the system
 * can say: where it cannot, or does not let us, that is no failure.
 *
 *   ODO_E_INPUT_OUTPUT, ODO_E_DISK_FULL, ODO_E_QUOTA_EXCEEDED   they would not
 */
enum odo_status platform_file_flush_name(const char *path);

/* Delete a file. One that is not there is ODO_E_FILE_NOT_FOUND. */
enum odo_status platform_file_remove(const char *path);

#endif
