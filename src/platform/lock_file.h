/*
 * Locks between processes: one file, in which each number that a process claims is locked.
 * The system lets go of every claim of a process that ends, however it ends.
 *
 * One implementation per operating system: posix/lock_file.c, windows/lock_file.c.
 */
#ifndef ODO_PLATFORM_LOCK_FILE_H
#define ODO_PLATFORM_LOCK_FILE_H

#include <odo/types.h>

struct platform_lock_file;

/* Open the file, made for this user alone when it is not there. Failures as platform/file.h. */
enum odo_status platform_lock_file_open(const char *path, struct platform_lock_file **file_out);

/*
 * Claim a number below 2^63 - 1 without waiting. Two lock files that were opened apart exclude
 * each other, in one process too.
 *
 *   ODO_E_SHARING_VIOLATION   somebody else has claimed it
 */
enum odo_status platform_lock_file_claim(struct platform_lock_file *file, uint64_t number);

/* Let a claimed number go. */
void platform_lock_file_release(struct platform_lock_file *file, uint64_t number);

/* Close; every claim ends. NULL is fine. */
void platform_lock_file_close(struct platform_lock_file *file);

#endif
