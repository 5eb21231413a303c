#include "platform/posix/status_from_errno.h"

#include <errno.h>

enum odo_status status_from_errno(int error)
{
    static const struct {
        int error;
        enum odo_status status;
    } table[] = {
        {EACCES, ODO_E_ACCESS_DENIED},
        {EPERM, ODO_E_ACCESS_DENIED},
        {EISDIR, ODO_E_ACCESS_DENIED}, /* as on Windows, for a folder */
        {ELOOP, ODO_E_ACCESS_DENIED},  /* a link that is not followed */
        {ENXIO, ODO_E_ACCESS_DENIED},  /* a socket, or a missing device */
        {EROFS, ODO_E_READ_ONLY_MEDIA},
        {ENOSPC, ODO_E_DISK_FULL},
        {EFBIG, ODO_E_DISK_FULL}, /* the file is too large for the file system; as on Windows */
        {EDQUOT, ODO_E_QUOTA_EXCEEDED},
        {ENOENT, ODO_E_FILE_NOT_FOUND},
        {ENOTDIR, ODO_E_PATH_NOT_FOUND},
        {ENAMETOOLONG, ODO_E_NAME_TOO_LONG},
        {EILSEQ, ODO_E_INVALID_NAME},
        {EINVAL, ODO_E_INVALID_NAME}, /* numbers were validated, so it must be the name */
        {EEXIST, ODO_E_ALREADY_EXISTS},
        {ENOTEMPTY, ODO_E_ALREADY_EXISTS},
        {EBUSY, ODO_E_SHARING_VIOLATION},
        {ETXTBSY, ODO_E_SHARING_VIOLATION},
        {ENOMEM, ODO_E_OUT_OF_MEMORY},
        {EMFILE, ODO_E_TOO_MANY_OPEN_FILES},
        {ENFILE, ODO_E_TOO_MANY_OPEN_FILES},
        {EIO, ODO_E_INPUT_OUTPUT},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (table[i].error == error) {
            return table[i].status;
        }
    }
    return ODO_E_INPUT_OUTPUT;
}
