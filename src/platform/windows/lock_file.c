#include "platform/lock_file.h"

#include "base/memory.h"
#include "platform/windows/status_from_win32.h"
#include "platform/windows/wide_path.h"

#include <windows.h>

struct platform_lock_file {
    HANDLE handle;
};

enum odo_status platform_lock_file_open(const char *path, struct platform_lock_file **file_out)
{
    struct platform_lock_file *file = memory_allocate(1, sizeof(*file));
    wchar_t *wide = NULL;
    enum odo_status status;

    if (!file) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = wide_path_make(path, &wide);
    if (status != ODO_OK) {
        memory_free(file);
        return status;
    }
    file->handle = CreateFileW(wide, GENERIC_READ | GENERIC_WRITE,
                               FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS,
                               FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    memory_free(wide);
    if (file->handle == INVALID_HANDLE_VALUE) {
        status = status_from_win32(GetLastError());
        memory_free(file);
        return status;
    }
    *file_out = file;
    return ODO_OK;
}

static OVERLAPPED place_of(uint64_t number)
{
    return (OVERLAPPED){.Offset = (DWORD)number, .OffsetHigh = (DWORD)(number >> 32)};
}

enum odo_status platform_lock_file_claim(struct platform_lock_file *file, uint64_t number)
{
    OVERLAPPED place = place_of(number);
    DWORD error;

    if (LockFileEx(file->handle, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0,
                   &place)) {
        return ODO_OK;
    }
    error = GetLastError();
    return error == ERROR_LOCK_VIOLATION || error == ERROR_IO_PENDING
               ? ODO_E_SHARING_VIOLATION
               : status_from_win32(error);
}

void platform_lock_file_release(struct platform_lock_file *file, uint64_t number)
{
    OVERLAPPED place = place_of(number);

    UnlockFileEx(file->handle, 0, 1, 0, &place);
}

void platform_lock_file_close(struct platform_lock_file *file)
{
    if (file) {
        CloseHandle(file->handle);
        memory_free(file);
    }
}
