#include "support/temp_folder.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

static void give_up(const char *what, const char *path)
{
    fprintf(stderr, "temp_folder: cannot %s %s (error %lu)\n", what, path, GetLastError());
    exit(EXIT_FAILURE);
}

static void *get_memory(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (!memory) {
        give_up("hold", "a path");
    }
    return memory;
}

/* With "\\?\" in front, so that a path may be of any length. */
static wchar_t *to_wide(const char *path)
{
    int count = MultiByteToWideChar(CP_UTF8, 0, path, -1, NULL, 0);
    wchar_t *wide = get_memory((size_t)count + 4, sizeof(*wide));
    const wchar_t prefix[] = L"\\\\?\\";
    size_t used = strncmp(path, "\\\\", 2) == 0 ? 0 : 4;

    memcpy(wide, prefix, used * sizeof(*wide));
    MultiByteToWideChar(CP_UTF8, 0, path, -1, wide + used, count);
    return wide;
}

char *temp_folder_path(const char *folder, const char *name)
{
    size_t size = strlen(folder) + 1 + strlen(name) + 1;
    char *path = get_memory(size, 1);

    snprintf(path, size, "%s\\%s", folder, name);
    return path;
}

char *temp_folder_make(const char *folder, const char *name)
{
    char *path = temp_folder_path(folder, name);
    wchar_t *wide = to_wide(path);

    if (!CreateDirectoryW(wide, NULL)) {
        give_up("make", path);
    }
    free(wide);
    return path;
}

static char *find_parent(void)
{
    wchar_t wide[MAX_PATH + 1];
    char *parent;
    DWORD length = GetEnvironmentVariableW(L"ODO_TEST_FOLDER", wide, MAX_PATH);
    int count;

    if (length == 0 || length > MAX_PATH) {
        length = GetTempPathW(MAX_PATH, wide);
    }
    if (length == 0 || length > MAX_PATH) {
        give_up("find", "a temporary folder");
    }
    if (wide[length - 1] == L'\\') {
        wide[length - 1] = L'\0';
    }
    count = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    parent = get_memory((size_t)count, 1);
    WideCharToMultiByte(CP_UTF8, 0, wide, -1, parent, count, NULL, NULL);
    return parent;
}

char *temp_folder_create(void)
{
    static LONG made;
    char *parent = find_parent();
    char name[64];
    char *folder;

    snprintf(name, sizeof(name), "odo-test-%08lx-%08lx-%lx", GetCurrentProcessId(),
             GetTickCount(), (unsigned long)InterlockedIncrement(&made));
    folder = temp_folder_make(parent, name);
    free(parent);
    return folder;
}

static wchar_t *wide_join(const wchar_t *folder, const wchar_t *name)
{
    size_t folder_length = wcslen(folder);
    size_t name_length = wcslen(name);
    wchar_t *path = get_memory(folder_length + name_length + 2, sizeof(*path));

    memcpy(path, folder, folder_length * sizeof(*path));
    path[folder_length] = L'\\';
    memcpy(path + folder_length + 1, name, (name_length + 1) * sizeof(*path));
    return path;
}

static bool remove_tree(const wchar_t *folder)
{
    wchar_t *pattern = wide_join(folder, L"*");
    WIN32_FIND_DATAW entry;
    HANDLE search = FindFirstFileW(pattern, &entry);
    bool done = true;

    free(pattern);
    if (search == INVALID_HANDLE_VALUE) {
        return false;
    }
    do {
        wchar_t *path;
        bool is_folder = (entry.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
        bool is_link = (entry.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;

        if (wcscmp(entry.cFileName, L".") == 0 || wcscmp(entry.cFileName, L"..") == 0) {
            continue;
        }
        path = wide_join(folder, entry.cFileName);
        SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL);
        if (is_folder) {
            done = (is_link ? RemoveDirectoryW(path) : remove_tree(path)) && done;
        } else {
            done = DeleteFileW(path) && done;
        }
        free(path);
    } while (FindNextFileW(search, &entry));
    FindClose(search);
    return RemoveDirectoryW(folder) && done;
}

void temp_folder_remove(char *folder)
{
    wchar_t *wide;

    if (!folder) {
        return;
    }
    wide = to_wide(folder);
    if (!remove_tree(wide)) {
        give_up("remove", folder);
    }
    free(wide);
    free(folder);
}
