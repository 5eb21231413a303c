#include "platform/path.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "platform/file.h"
#include "platform/temporary_name.h"
#include "platform/windows/private_rights.h"
#include "platform/windows/status_from_win32.h"
#include "platform/windows/wide_path.h"

#include <string.h>
#include <windows.h>

#include <aclapi.h>
#include <sddl.h>

/* --- Syntax of paths ------------------------------------------------------------------ */

static const char either_slash[] = "\\/";
static const char backslash[] = "\\"; /* after "\\?\" a slash is no separator */

static bool is_letter(char character)
{
    return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z');
}

static bool has_bad_character(const char *part, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char character = (unsigned char)part[i];

        if (character < ' ' || character == 0x7f || strchr("<>:\"|?*/\\", character)) {
            return true;
        }
    }
    return false;
}

static bool equals(const char *part, size_t length, const char *name)
{
    return length == strlen(name) && text_starts_with_ignoring_case(part, name);
}

/* "NUL", and also "nul.txt" and "NUL .x": a device name ends at the first dot. */
static bool is_device(const char *part, size_t length)
{
    static const char *const names[] = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"};
    /* The digits, and the superscript ones that Windows treats alike. */
    static const char *const digits[] = {"0", "1", "2", "3",        "4",        "5",       "6",
                                         "7", "8", "9", "\xc2\xb9", "\xc2\xb2", "\xc2\xb3"};
    const char *dot = memchr(part, '.', length);

    length = dot ? (size_t)(dot - part) : length;
    while (length > 0 && part[length - 1] == ' ') {
        length--;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (equals(part, length, names[i])) {
            return true;
        }
    }
    if (length <= 3 || !(text_starts_with_ignoring_case(part, "COM") ||
                         text_starts_with_ignoring_case(part, "LPT"))) {
        return false;
    }
    for (size_t i = 0; i < sizeof(digits) / sizeof(digits[0]); i++) {
        if (equals(part + 3, length - 3, digits[i])) {
            return true;
        }
    }
    return false;
}

static bool is_dots(const char *part, size_t length)
{
    return (length == 1 && part[0] == '.') || (length == 2 && part[0] == '.' && part[1] == '.');
}

/* A component's name. */
static bool is_good_name(const char *part, size_t length)
{
    return length > 0 && !has_bad_character(part, length) && part[length - 1] != '.' &&
           part[length - 1] != ' ' && !is_device(part, length);
}

/* What follows a drive or share: folders, and finally a file. */
static bool are_good_names(const char *rest, bool is_verbatim)
{
    const char *separators = is_verbatim ? backslash : either_slash;

    for (;;) {
        size_t length = strcspn(rest, separators);
        bool is_last = rest[length] == '\0';
        bool is_skipped = !is_verbatim && !is_last && (length == 0 || is_dots(rest, length));

        if (!is_skipped && !is_good_name(rest, length)) {
            return false;
        }
        if (is_last) {
            return true;
        }
        rest += length + 1;
    }
}

/* "server\share\" followed by names. */
static bool is_good_share(const char *rest, bool is_verbatim)
{
    const char *separators = is_verbatim ? backslash : either_slash;

    for (int i = 0; i < 2; i++) {
        size_t length = strcspn(rest, separators);

        if (length == 0 || rest[length] == '\0' || has_bad_character(rest, length) ||
            is_dots(rest, length)) {
            return false;
        }
        rest += length + 1;
    }
    return are_good_names(rest, is_verbatim);
}

/* "C:\" followed by names. */
static bool is_good_drive(const char *path, bool is_verbatim)
{
    return is_letter(path[0]) && path[1] == ':' &&
           (path[2] == '\\' || (path[2] == '/' && !is_verbatim)) &&
           are_good_names(path + 3, is_verbatim);
}

/* "Volume{...}\" followed by names. */
static bool is_good_volume(const char *path)
{
    size_t length = strcspn(path, backslash);

    return text_starts_with_ignoring_case(path, "Volume{") && path[length - 1] == '}' &&
           path[length] == '\\' && !has_bad_character(path, length) &&
           are_good_names(path + length + 1, true);
}

enum odo_status platform_path_check(const char *path)
{
    bool is_good;

    if (!path || !text_is_utf8(path)) {
        return ODO_E_INVALID_ARGUMENT;
    }
    if (strncmp(path, "\\\\?\\", 4) == 0) {
        path += 4;
        if (text_starts_with_ignoring_case(path, "UNC\\")) {
            is_good = is_good_share(path + 4, true);
        } else {
            is_good = is_good_drive(path, true) || is_good_volume(path);
        }
    } else if (strspn(path, either_slash) == 2) {
        is_good = is_good_share(path + 2, false); /* "\\.\" and "//?/" name no server */
    } else {
        is_good = is_good_drive(path, false);
    }
    return is_good ? ODO_OK : ODO_E_INVALID_ARGUMENT;
}

/* --- Derived paths -------------------------------------------------------------------- */

/* The length of a path's folder in bytes, including the last separator. */
static size_t folder_length(const char *path)
{
    size_t length = strlen(path);

    while (length > 0 && path[length - 1] != '\\' && path[length - 1] != '/') {
        length--;
    }
    return length;
}

enum odo_status platform_path_check_writable(const char *path)
{
    char *probe = NULL;
    wchar_t *wide = NULL;
    HANDLE handle;
    enum odo_status status = platform_path_temporary(path, &probe);

    if (status == ODO_OK) {
        status = wide_path_make(probe, &wide);
    }
    memory_free(probe);
    if (status != ODO_OK) {
        return status;
    }
    /* FILE_FLAG_DELETE_ON_CLOSE deletes it even if we crash. */
    handle = CreateFileW(wide, GENERIC_WRITE | DELETE, 0, NULL, CREATE_NEW,
                         FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        status = status_from_win32(GetLastError());
    } else {
        CloseHandle(handle);
    }
    memory_free(wide);
    return status;
}

bool platform_path_is_folder(const char *path)
{
    wchar_t *wide = NULL;
    DWORD attributes;

    if (wide_path_make(path, &wide) != ODO_OK) {
        return false;
    }
    attributes = GetFileAttributesW(wide);
    memory_free(wide);
    return attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY;
}

/* Remove the prefixes "\\\\?\\" and "\\\\?\\UNC\\", which do not change what a path names. */
static const wchar_t *skip_verbatim(wchar_t *path)
{
    if (wcsncmp(path, L"\\\\?\\UNC\\", 8) == 0) {
        path[6] = L'\\'; /* leaves "\\server" */
        return path + 6;
    }
    return wcsncmp(path, L"\\\\?\\", 4) == 0 ? path + 4 : path;
}

enum odo_status platform_path_fold(const char *path, char **folded_out)
{
    wchar_t *wide = NULL;
    wchar_t *full = NULL;
    DWORD size;
    enum odo_status status = wide_path_make(path, &wide);

    if (status != ODO_OK) {
        return status;
    }
    size = GetFullPathNameW(wide, 0, NULL, NULL);
    full = size > 0 ? memory_allocate(size, sizeof(*full)) : NULL;
    if (size == 0) {
        status = ODO_E_INVALID_NAME;
    } else if (!full) {
        status = ODO_E_OUT_OF_MEMORY;
    } else if (GetFullPathNameW(wide, size, full, NULL) >= size) {
        status = ODO_E_INVALID_NAME;
    } else {
        CharUpperW(full); /* equals the file system's case folding but for a few letters */
        status = wide_path_read(skip_verbatim(full), folded_out);
    }
    memory_free(full);
    memory_free(wide);
    return status;
}

bool platform_path_shares_folder(const char *path, const char *other)
{
    size_t length = folder_length(path);

    return folder_length(other) == length && memcmp(path, other, length) == 0;
}

enum odo_status platform_path_temporary(const char *path, char **temporary_path_out)
{
    size_t length = folder_length(path);
    char name[TEMPORARY_NAME_SIZE];
    char *temporary_path;
    enum odo_status status = temporary_name_make(name);

    if (status != ODO_OK) {
        return status;
    }
    temporary_path = memory_allocate(length + sizeof(name), 1);
    if (!temporary_path) {
        return ODO_E_OUT_OF_MEMORY;
    }
    memcpy(temporary_path, path, length);
    memcpy(temporary_path + length, name, sizeof(name));
    *temporary_path_out = temporary_path;
    return ODO_OK;
}

char *platform_path_join(const char *folder, const char *name)
{
    size_t length = strlen(folder);
    const char *separator = length > 0 && folder_length(folder) == length ? "" : "\\";

    return text_format("%s%s%s", folder, separator, name);
}

/* --- The store's folder --------------------------------------------------------------- */

/* A copy of an environment variable; ODO_E_PATH_NOT_FOUND if it is not set. */
static enum odo_status read_variable(const wchar_t *name, char **value_out)
{
    DWORD capacity = GetEnvironmentVariableW(name, NULL, 0);
    enum odo_status status = ODO_E_PATH_NOT_FOUND;
    wchar_t *wide;
    DWORD length;

    if (capacity <= 1) {
        return ODO_E_PATH_NOT_FOUND;
    }
    wide = memory_allocate(capacity, sizeof(*wide));
    if (!wide) {
        return ODO_E_OUT_OF_MEMORY;
    }
    length = GetEnvironmentVariableW(name, wide, capacity);
    if (length > 0 && length < capacity) { /* otherwise it has changed meanwhile */
        status = wide_path_read(wide, value_out);
    }
    memory_free(wide);
    return status;
}

/* The user of this thread's token, or else of the process. The caller frees it with
 * memory_free(). */
static enum odo_status find_user(TOKEN_USER **user_out)
{
    HANDLE token = NULL;
    TOKEN_USER *user = NULL;
    DWORD size = 0;
    enum odo_status status = ODO_OK;

    if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token) &&
        !OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) {
        return status_from_win32(GetLastError());
    }
    GetTokenInformation(token, TokenUser, NULL, 0, &size); /* fails, and returns the size */
    user = size > 0 ? memory_allocate(size, 1) : NULL;
    if (!user) {
        status = ODO_E_OUT_OF_MEMORY;
        goto done;
    }
    if (!GetTokenInformation(token, TokenUser, user, size, &size)) {
        status = status_from_win32(GetLastError());
        goto done;
    }
    *user_out = user;
    user = NULL;

done:
    memory_free(user);
    CloseHandle(token);
    return status;
}

/*
 * Permissions for the store: full access for this user, the system and administrators, none for
 * others, inherited by its contents. Release with LocalFree().
 */
static enum odo_status make_descriptor(PSECURITY_DESCRIPTOR *descriptor_out)
{
    static const wchar_t format[] = L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;";
    TOKEN_USER *user = NULL;
    wchar_t *sid = NULL;
    wchar_t *text = NULL;
    size_t format_length = wcslen(format);
    size_t sid_length;
    enum odo_status status = find_user(&user);

    if (status != ODO_OK) {
        return status;
    }
    if (!ConvertSidToStringSidW(user->User.Sid, &sid)) {
        status = status_from_win32(GetLastError());
        goto done;
    }
    sid_length = wcslen(sid);
    text = memory_allocate(format_length + sid_length + 2, sizeof(*text));
    if (!text) {
        status = ODO_E_OUT_OF_MEMORY;
        goto done;
    }
    memcpy(text, format, format_length * sizeof(*text));
    memcpy(text + format_length, sid, sid_length * sizeof(*text));
    memcpy(text + format_length + sid_length, L")", 2 * sizeof(*text));
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1,
                                                              descriptor_out, NULL)) {
        status = status_from_win32(GetLastError());
    }

done:
    memory_free(text);
    LocalFree(sid);
    memory_free(user);
    return status;
}

/* Create a folder unless it exists. */
static enum odo_status make_folder(const char *folder, PSECURITY_DESCRIPTOR descriptor)
{
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes),
                                      .lpSecurityDescriptor = descriptor};
    wchar_t *wide = NULL;
    enum odo_status status = wide_path_make(folder, &wide);

    if (status != ODO_OK) {
        return status;
    }
    if (!CreateDirectoryW(wide, &attributes)) {
        DWORD error = GetLastError();
        DWORD found = GetFileAttributesW(wide);

        if (error != ERROR_ALREADY_EXISTS || found == INVALID_FILE_ATTRIBUTES) {
            status = status_from_win32(error);
        } else if ((found & FILE_ATTRIBUTE_DIRECTORY) == 0) {
            status = ODO_E_PATH_NOT_FOUND; /* a file has its name */
        }
    }
    memory_free(wide);
    return status;
}

/* The default folder, %LOCALAPPDATA%\OpenDO\Jobs; its parent is created too. */
static enum odo_status find_usual_folder(PSECURITY_DESCRIPTOR descriptor, char **folder_out)
{
    char *local = NULL;
    char *parent = NULL;
    enum odo_status status = read_variable(L"LOCALAPPDATA", &local);

    if (status == ODO_OK) {
        parent = platform_path_join(local, "OpenDO");
        status = parent ? make_folder(parent, descriptor) : ODO_E_OUT_OF_MEMORY;
    }
    if (status == ODO_OK) {
        *folder_out = platform_path_join(parent, "Jobs");
        status = *folder_out ? ODO_OK : ODO_E_OUT_OF_MEMORY;
    }
    memory_free(parent);
    memory_free(local);
    return status;
}

enum odo_status platform_path_make_private_folder(const char *folder)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    enum odo_status status = make_descriptor(&descriptor);

    if (status == ODO_OK) {
        status = make_folder(folder, descriptor);
    }
    LocalFree(descriptor);
    return status;
}

/* Jobs would be lost in an unexpected place. */
static enum odo_status check_chosen(const char *folder)
{
    char *path = platform_path_join(folder, "x");
    enum odo_status status = path ? platform_path_check(path) : ODO_E_OUT_OF_MEMORY;

    memory_free(path);
    if (status == ODO_E_INVALID_ARGUMENT) {
        log_write(LOG_ERROR, "OPENDO_STORE must be absolute");
        status = ODO_E_PATH_RELATIVE;
    }
    return status;
}

enum odo_status platform_path_store_folder(char **folder_out)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    char *folder = NULL;
    enum odo_status status = make_descriptor(&descriptor);

    if (status == ODO_OK) {
        status = read_variable(L"OPENDO_STORE", &folder) == ODO_OK
                     ? check_chosen(folder)
                     : find_usual_folder(descriptor, &folder);
    }
    if (status == ODO_OK) {
        status = make_folder(folder, descriptor);
    }
    if (status == ODO_OK) {
        *folder_out = folder;
        folder = NULL;
    }
    LocalFree(descriptor);
    memory_free(folder);
    return status;
}

/* --- Permissions of a folder ---------------------------------------------------------- */

/* Wine derives rights from the modes of the files below it, and has no word for a sticky /tmp.
 */
static bool is_wine(void)
{
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != NULL;
}

/* The path of a folder in its long form, with links resolved. */
static enum odo_status resolve(const wchar_t *folder, wchar_t **path_out)
{
    HANDLE handle = CreateFileW(folder, FILE_READ_ATTRIBUTES,
                                FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                                OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    enum odo_status status = ODO_OK;
    wchar_t *path = NULL;
    DWORD size;
    DWORD length = 0;

    if (handle == INVALID_HANDLE_VALUE) {
        return status_from_win32(GetLastError());
    }
    size = GetFinalPathNameByHandleW(handle, NULL, 0, FILE_NAME_NORMALIZED);
    path = size > 0 ? memory_allocate(size, sizeof(*path)) : NULL;
    if (path) {
        length = GetFinalPathNameByHandleW(handle, path, size, FILE_NAME_NORMALIZED);
    }
    if (length == 0 || length >= size) {
        status = size > 0 && !path ? ODO_E_OUT_OF_MEMORY : status_from_win32(GetLastError());
        memory_free(path);
    } else {
        *path_out = path;
    }
    CloseHandle(handle);
    return status;
}

static enum odo_status check_rights(const wchar_t *folder, PSID user, bool is_above)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    PSID owner = NULL;
    PACL list = NULL;
    DWORD error = GetNamedSecurityInfoW((wchar_t *)(uintptr_t)folder, SE_FILE_OBJECT,
                                        OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                        &owner, NULL, &list, NULL, &descriptor);
    enum odo_status status = ODO_OK;

    if (error != ERROR_SUCCESS) {
        status = status_from_win32(error);
    } else if (!(is_above ? private_rights_above : private_rights)(owner, list, user)) {
        log_write(LOG_ERROR, "others can change %s",
                  is_above ? "a folder above the store" : "the store's folder");
        status = ODO_E_NOT_PRIVATE;
    }
    LocalFree(descriptor);
    return status;
}

/*
 * Check each folder above one, up to the root of its drive. A folder whose rights this user may
 * not read is passed over: a file in the store is open, so nobody can move the store away.
 */
static enum odo_status check_above(const wchar_t *folder, PSID user)
{
    static const wchar_t share[] = L"\\\\?\\UNC\\"; /* what is above it is the server's */
    wchar_t *path = NULL;
    enum odo_status status = resolve(folder, &path);
    wchar_t *last = NULL;

    if (status == ODO_OK && wcsncmp(path, share, wcslen(share)) != 0) {
        last = wcsrchr(path, L'\\');
    }
    while (status == ODO_OK && last && last[1] != L'\0') {
        bool is_root = last > path && last[-1] == L':';

        last[is_root ? 1 : 0] = L'\0'; /* the root keeps its backslash */
        status = check_rights(path, user, true);
        if (status == ODO_E_ACCESS_DENIED) {
            status = ODO_OK;
        }
        last = wcsrchr(path, L'\\');
    }
    memory_free(path);
    return status;
}

enum odo_status platform_path_check_private(const char *folder)
{
    TOKEN_USER *user = NULL;
    wchar_t *wide = NULL;
    enum odo_status status = wide_path_make(folder, &wide);

    if (status == ODO_OK) {
        status = find_user(&user);
    }
    if (status == ODO_OK) {
        status = check_rights(wide, user->User.Sid, false);
    }
    if (status == ODO_OK && !is_wine()) {
        status = check_above(wide, user->User.Sid);
    }
    memory_free(user);
    memory_free(wide);
    return status;
}

/* --- Listing a folder ----------------------------------------------------------------- */

/* Returns false to stop, with the status in *status. */
static bool visit_entry(const WIN32_FIND_DATAW *entry,
                        bool (*visit)(void *context, const char *name, bool is_ordinary),
                        void *context, enum odo_status *status)
{
    char *name = NULL;
    bool is_ordinary =
        (entry->dwFileAttributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT |
                                    FILE_ATTRIBUTE_DEVICE)) == 0;
    bool is_here_or_above =
        wcscmp(entry->cFileName, L".") == 0 || wcscmp(entry->cFileName, L"..") == 0;
    bool goes_on;

    if (is_here_or_above) {
        return true;
    }
    *status = wide_path_read(entry->cFileName, &name);
    if (*status == ODO_E_INVALID_NAME) { /* our names never have unpaired surrogates */
        *status = ODO_OK;
        return true;
    }
    if (*status != ODO_OK) {
        return false;
    }
    goes_on = visit(context, name, is_ordinary);
    memory_free(name);
    return goes_on;
}

enum odo_status platform_path_list(const char *folder,
                                   bool (*visit)(void *context, const char *name,
                                                 bool is_ordinary),
                                   void *context)
{
    char *pattern = platform_path_join(folder, "*");
    wchar_t *wide = NULL;
    HANDLE search;
    WIN32_FIND_DATAW entry;
    DWORD error;
    enum odo_status status = pattern ? wide_path_make(pattern, &wide) : ODO_E_OUT_OF_MEMORY;

    if (status != ODO_OK) {
        goto done;
    }
    search = FindFirstFileW(wide, &entry);
    if (search == INVALID_HANDLE_VALUE) {
        error = GetLastError();
        status = error == ERROR_FILE_NOT_FOUND ? ODO_OK : status_from_win32(error);
        goto done;
    }
    do {
        if (!visit_entry(&entry, visit, context, &status)) {
            FindClose(search);
            goto done;
        }
    } while (FindNextFileW(search, &entry));
    error = GetLastError();
    status = error == ERROR_NO_MORE_FILES ? ODO_OK : status_from_win32(error);
    FindClose(search);

done:
    memory_free(wide);
    memory_free(pattern);
    return status;
}
