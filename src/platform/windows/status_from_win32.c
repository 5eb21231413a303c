#include "platform/windows/status_from_win32.h"

#include <windows.h>

enum odo_status status_from_win32(unsigned long error)
{
    static const struct {
        unsigned long error;
        enum odo_status status;
    } table[] = {
        {ERROR_FILE_NOT_FOUND, ODO_E_FILE_NOT_FOUND},
        {ERROR_PATH_NOT_FOUND, ODO_E_PATH_NOT_FOUND},
        {ERROR_DIRECTORY, ODO_E_PATH_NOT_FOUND}, /* a file in place of a folder */
        {ERROR_INVALID_DRIVE, ODO_E_PATH_NOT_FOUND},
        {ERROR_BAD_NETPATH, ODO_E_PATH_NOT_FOUND},
        {ERROR_BAD_NET_NAME, ODO_E_PATH_NOT_FOUND},
        {ERROR_ACCESS_DENIED, ODO_E_ACCESS_DENIED},
        {ERROR_NETWORK_ACCESS_DENIED, ODO_E_ACCESS_DENIED},
        {ERROR_PRIVILEGE_NOT_HELD, ODO_E_ACCESS_DENIED},
        {ERROR_CANT_ACCESS_FILE, ODO_E_ACCESS_DENIED},
        {ERROR_WRITE_PROTECT, ODO_E_READ_ONLY_MEDIA},
        {ERROR_SHARING_VIOLATION, ODO_E_SHARING_VIOLATION},
        {ERROR_LOCK_VIOLATION, ODO_E_SHARING_VIOLATION},
        {ERROR_USER_MAPPED_FILE, ODO_E_SHARING_VIOLATION},
        {ERROR_DISK_FULL, ODO_E_DISK_FULL},
        {ERROR_HANDLE_DISK_FULL, ODO_E_DISK_FULL},
        {ERROR_FILE_TOO_LARGE, ODO_E_DISK_FULL},
        {1295, ODO_E_QUOTA_EXCEEDED}, /* ERROR_DISK_QUOTA_EXCEEDED; missing in some versions of
                                         winerror.h */
        {ERROR_INVALID_NAME, ODO_E_INVALID_NAME},
        {ERROR_BAD_PATHNAME, ODO_E_INVALID_NAME},
        {ERROR_NO_UNICODE_TRANSLATION, ODO_E_INVALID_NAME},
        {ERROR_FILENAME_EXCED_RANGE, ODO_E_NAME_TOO_LONG},
        {ERROR_BUFFER_OVERFLOW, ODO_E_NAME_TOO_LONG},
        {ERROR_FILE_EXISTS, ODO_E_ALREADY_EXISTS},
        {ERROR_ALREADY_EXISTS, ODO_E_ALREADY_EXISTS},
        {ERROR_TOO_MANY_OPEN_FILES, ODO_E_TOO_MANY_OPEN_FILES},
        {ERROR_NOT_ENOUGH_MEMORY, ODO_E_OUT_OF_MEMORY},
        {ERROR_OUTOFMEMORY, ODO_E_OUT_OF_MEMORY},
        {ERROR_NO_SYSTEM_RESOURCES, ODO_E_OUT_OF_MEMORY},
        {ERROR_COMMITMENT_LIMIT, ODO_E_OUT_OF_MEMORY},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (table[i].error == error) {
            return table[i].status;
        }
    }
    return ODO_E_INPUT_OUTPUT;
}
