#include "platform/file.h"

#include "base/memory.h"
#include "platform/windows/status_from_win32.h"
#include "platform/windows/wide_path.h"

#include <assert.h>
#include <windows.h>

#include <aclapi.h>

enum {
    /* Larger calls of ReadFile and WriteFile are no faster, and some drivers fail. */
    FILE_PIECE_MAX = 16 * 1024 * 1024,
};

struct platform_file {
    HANDLE handle;
};

/*
 * Share reading, for virus scanners and indexers; and writing, so that we can open the file a
 * second time to flush it. Not deletion: the file cannot be deleted or renamed while open. It
 * can be whenever we have closed it, as while a job is suspended.
 */
static enum odo_status open_file(const char *path, DWORD disposition,
                                 struct platform_file **file_out)
{
    struct platform_file *file = memory_allocate_zeroed(1, sizeof(*file));
    wchar_t *wide = NULL;
    enum odo_status status;

    if (!file) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = wide_path_make(path, &wide);
    if (status != ODO_OK) {
        goto done;
    }
    /* FILE_FLAG_OPEN_REPARSE_POINT: never follow a link, not even a dangling one. */
    file->handle = CreateFileW(wide, GENERIC_READ | GENERIC_WRITE,
                               FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, disposition,
                               FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (file->handle == INVALID_HANDLE_VALUE) {
        status = status_from_win32(GetLastError());
        goto done;
    }
    *file_out = file;
    file = NULL;

done:
    memory_free(wide);
    memory_free(file);
    return status;
}

enum odo_status platform_file_create_new(const char *path, struct platform_file **file_out)
{
    return open_file(path, CREATE_NEW, file_out);
}

enum odo_status platform_file_create_private(const char *path, struct platform_file **file_out)
{
    return platform_file_create_new(path, file_out);
}

static bool is_ordinary(HANDLE handle)
{
    BY_HANDLE_FILE_INFORMATION found;

    return GetFileType(handle) == FILE_TYPE_DISK &&
           GetFileInformationByHandle(handle, &found) &&
           (found.dwFileAttributes &
            (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT)) == 0;
}

enum odo_status platform_file_open(const char *path, struct platform_file **file_out)
{
    struct platform_file *file = NULL;
    enum odo_status status = open_file(path, OPEN_EXISTING, &file);

    if (status != ODO_OK) {
        return status;
    }
    if (!is_ordinary(file->handle)) {
        platform_file_close(file);
        return ODO_E_ACCESS_DENIED;
    }
    *file_out = file;
    return ODO_OK;
}

/* The offset of a read or write. The handle is synchronous. */
static OVERLAPPED at_offset(uint64_t offset)
{
    return (OVERLAPPED){.Offset = (DWORD)offset, .OffsetHigh = (DWORD)(offset >> 32)};
}

enum odo_status platform_file_write_at(struct platform_file *file, uint64_t offset,
                                       const void *data, size_t size)
{
    const char *next = data;

    assert(offset <= BYTE_OFFSET_LIMIT && size <= BYTE_OFFSET_LIMIT - offset);
    while (size > 0) {
        OVERLAPPED at = at_offset(offset);
        DWORD piece = size < FILE_PIECE_MAX ? (DWORD)size : FILE_PIECE_MAX;
        DWORD written = 0;

        if (!WriteFile(file->handle, next, piece, &written, &at)) {
            return status_from_win32(GetLastError());
        }
        if (written == 0) {
            return ODO_E_INPUT_OUTPUT; /* should not happen; avoid an endless loop */
        }
        next += written;
        offset += written;
        size -= written;
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
        OVERLAPPED at = at_offset(offset + total);
        DWORD piece = size - total < FILE_PIECE_MAX ? (DWORD)(size - total) : FILE_PIECE_MAX;
        DWORD count = 0;

        if (!ReadFile(file->handle, next + total, piece, &count, &at)) {
            DWORD error = GetLastError();

            if (error == ERROR_HANDLE_EOF) {
                break;
            }
            return status_from_win32(error);
        }
        if (count == 0) {
            break;
        }
        total += count;
    }
    *read_out = total;
    return ODO_OK;
}

enum odo_status platform_file_get_size(struct platform_file *file, uint64_t *size_out)
{
    LARGE_INTEGER size;

    if (!GetFileSizeEx(file->handle, &size)) {
        return status_from_win32(GetLastError());
    }
    *size_out = (uint64_t)size.QuadPart;
    return ODO_OK;
}

/* FAT derives the number from the file's location, which changes. */
static bool has_lasting_numbers(HANDLE handle)
{
    wchar_t name[MAX_PATH + 1];

    return GetVolumeInformationByHandleW(handle, NULL, 0, NULL, NULL, NULL, name,
                                         sizeof(name) / sizeof(name[0])) &&
           (wcscmp(name, L"NTFS") == 0 || wcscmp(name, L"ReFS") == 0);
}

/* The creation time is no use: we set it to the server's date. */
static struct file_identity identity_of(HANDLE handle, const BY_HANDLE_FILE_INFORMATION *found)
{
    struct file_identity identity = {0};

    if (has_lasting_numbers(handle)) {
        identity.number = (uint64_t)found->nFileIndexHigh << 32 | found->nFileIndexLow;
    }
    return identity;
}

struct file_identity platform_file_get_identity(struct platform_file *file)
{
    BY_HANDLE_FILE_INFORMATION found;

    return GetFileInformationByHandle(file->handle, &found) ? identity_of(file->handle, &found)
                                                            : (struct file_identity){0};
}

static enum odo_status look_at(HANDLE handle, struct platform_file_view *view_out)
{
    BY_HANDLE_FILE_INFORMATION found;

    if (!GetFileInformationByHandle(handle, &found)) {
        return status_from_win32(GetLastError());
    }
    *view_out = (struct platform_file_view){.is_ordinary = is_ordinary(handle)};
    if (view_out->is_ordinary) {
        view_out->size = (uint64_t)found.nFileSizeHigh << 32 | found.nFileSizeLow;
        view_out->identity = identity_of(handle, &found);
    }
    return ODO_OK;
}

enum odo_status platform_file_look(const char *path, struct platform_file_view *view_out)
{
    wchar_t *wide = NULL;
    HANDLE handle;
    enum odo_status status = wide_path_make(path, &wide);

    if (status != ODO_OK) {
        return status;
    }
    /* Without any access right, so that no sharing mode of other programs conflicts. */
    handle = CreateFileW(
        wide, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
        NULL, OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, NULL);
    memory_free(wide);
    if (handle == INVALID_HANDLE_VALUE) {
        return status_from_win32(GetLastError());
    }
    status = look_at(handle, view_out);
    CloseHandle(handle);
    return status;
}

enum odo_status platform_file_set_size(struct platform_file *file, uint64_t size)
{
    FILE_END_OF_FILE_INFO end;

    assert(size <= BYTE_OFFSET_LIMIT);
    end.EndOfFile.QuadPart = (LONGLONG)size;
    if (!SetFileInformationByHandle(file->handle, FileEndOfFileInfo, &end, sizeof(end))) {
        return status_from_win32(GetLastError());
    }
    return ODO_OK;
}

enum odo_status platform_file_reserve(struct platform_file *file, uint64_t size)
{
    FILE_ALLOCATION_INFO allocation = {.AllocationSize.QuadPart = (LONGLONG)size};
    LARGE_INTEGER found;

    /* A smaller allocation than the file's size would truncate it. */
    if (GetFileSizeEx(file->handle, &found) && found.QuadPart < (LONGLONG)size &&
        !SetFileInformationByHandle(file->handle, FileAllocationInfo, &allocation,
                                    sizeof(allocation))) {
        enum odo_status status = status_from_win32(GetLastError());

        return status == ODO_E_DISK_FULL || status == ODO_E_QUOTA_EXCEEDED ? status : ODO_OK;
    }
    return ODO_OK;
}

enum odo_status platform_file_set_time(struct platform_file *file, int64_t wall_us)
{
    /* From 1601, the epoch of FILETIME, to 1970; in units of 100 ns. */
    const int64_t epoch = INT64_C(116444736000000000);
    int64_t since_1601 = 1; /* 0 would mean "unchanged" */
    FILETIME time;

    if (wall_us > (INT64_MAX - epoch) / 10) {
        since_1601 = INT64_MAX;
    } else if (wall_us > -epoch / 10) {
        since_1601 = wall_us * 10 + epoch;
    }
    time.dwLowDateTime = (DWORD)((uint64_t)since_1601 & 0xFFFFFFFF);
    time.dwHighDateTime = (DWORD)((uint64_t)since_1601 >> 32);
    if (!SetFileTime(file->handle, &time, NULL, &time)) {
        return status_from_win32(GetLastError());
    }
    return ODO_OK;
}

enum odo_status platform_file_flush(struct platform_file *file)
{
    return FlushFileBuffers(file->handle) ? ODO_OK : status_from_win32(GetLastError());
}

enum odo_status platform_file_flush_system(const char *path)
{
    (void)path;
    return ODO_E_NOT_SUPPORTED; /* flushing a volume requires an administrator */
}

void platform_file_close(struct platform_file *file)
{
    if (file) {
        CloseHandle(file->handle);
        memory_free(file);
    }
}

static bool move_wide(const wchar_t *from, const wchar_t *to)
{
    return MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH);
}

/* Renaming onto a file in use is reported as "access denied"; find the reason. Whoever used it
 * may have closed it meanwhile: then it is renamed after all. */
static enum odo_status explain_denial(const wchar_t *from, const wchar_t *to)
{
    HANDLE handle =
        CreateFileW(to, DELETE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                    OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, NULL);

    if (handle == INVALID_HANDLE_VALUE) {
        return GetLastError() == ERROR_SHARING_VIOLATION ? ODO_E_SHARING_VIOLATION
                                                         : ODO_E_ACCESS_DENIED;
    }
    CloseHandle(handle);
    return move_wide(from, to) ? ODO_OK : status_from_win32(GetLastError());
}

/*
 * Give `from` the permissions of the file at `to`, and its owner if permitted, which requires
 * an administrator.
 */
static void take_over_rights(wchar_t *from, wchar_t *to)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    PSID owner = NULL;
    PACL list = NULL;
    DWORD revision;

    if (GetNamedSecurityInfoW(to, SE_FILE_OBJECT,
                              OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner,
                              NULL, &list, NULL, &descriptor) != ERROR_SUCCESS) {
        return;
    }
    (void)SetNamedSecurityInfoW(from, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, owner, NULL,
                                NULL, NULL);
    if (list && GetSecurityDescriptorControl(descriptor, &control, &revision)) {
        (void)SetNamedSecurityInfoW(from, SE_FILE_OBJECT,
                                    DACL_SECURITY_INFORMATION |
                                        (control & SE_DACL_PROTECTED
                                             ? PROTECTED_DACL_SECURITY_INFORMATION
                                             : UNPROTECTED_DACL_SECURITY_INFORMATION),
                                    NULL, NULL, list, NULL);
    }
    LocalFree(descriptor);
}

static enum odo_status rename_wide(wchar_t *from, wchar_t *to)
{
    DWORD attributes = GetFileAttributesW(to);
    DWORD error;

    /* The system rejects these too, but with varying errors for a folder. */
    if (attributes != INVALID_FILE_ATTRIBUTES &&
        (attributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_READONLY)) != 0) {
        return ODO_E_ACCESS_DENIED;
    }
    if (attributes != INVALID_FILE_ATTRIBUTES) {
        take_over_rights(from, to);
    }
    if (move_wide(from, to)) {
        return ODO_OK;
    }
    error = GetLastError();
    return error == ERROR_ACCESS_DENIED ? explain_denial(from, to) : status_from_win32(error);
}

enum odo_status platform_file_rename(const char *from, const char *to)
{
    wchar_t *wide_from = NULL;
    wchar_t *wide_to = NULL;
    enum odo_status status = wide_path_make(from, &wide_from);

    if (status == ODO_OK) {
        status = wide_path_make(to, &wide_to);
    }
    if (status == ODO_OK) {
        status = rename_wide(wide_from, wide_to);
    }
    memory_free(wide_to);
    memory_free(wide_from);
    return status;
}

enum odo_status platform_file_flush_name(const char *path)
{
    (void)path;
    return ODO_OK; /* done by MOVEFILE_WRITE_THROUGH */
}

/* Clean-up must work when out of memory, so a path of common length needs no allocation. */
enum odo_status platform_file_remove(const char *path)
{
    wchar_t usual[MAX_PATH - 12];
    wchar_t *wide = NULL;
    enum odo_status status;

    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, usual,
                            sizeof(usual) / sizeof(usual[0])) > 0) {
        return DeleteFileW(usual) ? ODO_OK : status_from_win32(GetLastError());
    }
    status = wide_path_make(path, &wide);

    if (status == ODO_OK && !DeleteFileW(wide)) {
        status = status_from_win32(GetLastError());
    }
    memory_free(wide);
    return status;
}
