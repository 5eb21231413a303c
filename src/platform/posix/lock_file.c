#define _GNU_SOURCE       /* open file description locks: POSIX 2024, not yet in the headers */
#define _FILE_OFFSET_BITS 64

#include "platform/lock_file.h"

#include "base/memory.h"
#include "platform/posix/status_from_errno.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct platform_lock_file {
    int descriptor;
};

enum odo_status platform_lock_file_open(const char *path, struct platform_lock_file **file_out)
{
    struct platform_lock_file *file = memory_allocate(1, sizeof(*file));

    if (!file) {
        return ODO_E_OUT_OF_MEMORY;
    }
    file->descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file->descriptor < 0) {
        /* A missing file would be created, so its folder is missing. */
        enum odo_status status =
            errno == ENOENT ? ODO_E_PATH_NOT_FOUND : status_from_errno(errno);

        memory_free(file);
        return status;
    }
    *file_out = file;
    return ODO_OK;
}

/* fcntl()'s traditional locks belong to the process, and end when any descriptor of the file is
 * closed. */
static int change_lock(struct platform_lock_file *file, uint64_t number, short type)
{
    struct flock lock = {
        .l_type = type,
        .l_whence = SEEK_SET,
        .l_start = (off_t)number,
        .l_len = 1,
    };

    return fcntl(file->descriptor, F_OFD_SETLK, &lock);
}

enum odo_status platform_lock_file_claim(struct platform_lock_file *file, uint64_t number)
{
    if (change_lock(file, number, F_WRLCK) == 0) {
        return ODO_OK;
    }
    return errno == EAGAIN || errno == EACCES ? ODO_E_SHARING_VIOLATION
                                              : status_from_errno(errno);
}

void platform_lock_file_release(struct platform_lock_file *file, uint64_t number)
{
    change_lock(file, number, F_UNLCK);
}

void platform_lock_file_close(struct platform_lock_file *file)
{
    if (file) {
        close(file->descriptor);
        memory_free(file);
    }
}
