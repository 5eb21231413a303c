/*
 * Locks between processes: a file in which each claimed number is a locked byte. The system
 * releases all claims of a process when it ends, for whatever reason.
 *
 * One implementation per operating system: posix/lock_file.c, windows/lock_file.c.
 */
#ifndef ODO_PLATFORM_LOCK_FILE_H
#define ODO_PLATFORM_LOCK_FILE_H

#include <odo/types.h>

struct platform_lock_file;

/* Open the file, creating it for this user only if it does not exist. Errors: see
 * platform/file.h. */
enum odo_status platform_lock_file_open(const char *path, struct platform_lock_file **file_out);

/*
 * Claim a number below 2^63 - 1 without waiting. Claims of separately opened lock files exclude
 * one another, even within a process.
 *
 *   ODO_E_SHARING_VIOLATION   it is claimed already
 */
enum odo_status platform_lock_file_claim(struct platform_lock_file *file, uint64_t number);

/* Release a claimed number. */
void platform_lock_file_release(struct platform_lock_file *file, uint64_t number);

/* Close the file; all claims end. NULL is allowed. */
void platform_lock_file_close(struct platform_lock_file *file);

#endif
