#include "system.h"

#include "wide_text_windows.h"

#include <windows.h>

#include <fcntl.h>
#include <io.h>
#include <shellapi.h>
#include <stdlib.h>
#include <string.h>

bool system_arguments(int argc, char **argv, int *argc_out, char ***argv_out)
{
    /* main() got them in the ANSI code page, which cannot represent every file name. */
    int count = 0;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &count);
    char **narrow = wide ? calloc((size_t)count + 1, sizeof(*narrow)) : NULL;
    bool complete = narrow != NULL;

    (void)argc;
    (void)argv;
    for (int i = 0; complete && i < count; i++) {
        narrow[i] = wide_text_to_utf8(wide[i]);
        complete = narrow[i] != NULL;
    }
    LocalFree(wide);
    if (!complete) {
        for (int i = 0; narrow && i < count; i++) {
            free(narrow[i]);
        }
        free(narrow);
        return false;
    }
    *argc_out = count;
    *argv_out = narrow;
    return true;
}

uint64_t system_clock_ms(void)
{
    return GetTickCount64();
}

static char *absolute_path_of(const wchar_t *path)
{
    DWORD units = GetFullPathNameW(path, 0, NULL, NULL);
    wchar_t *wide = units > 0 ? malloc(units * sizeof(*wide)) : NULL;
    char *absolute = NULL;
    DWORD written;

    if (!wide) {
        return NULL;
    }
    written = GetFullPathNameW(path, units, wide, NULL);
    if (written > 0 && written < units) {
        absolute = wide_text_to_utf8(wide);
    }
    free(wide);
    return absolute;
}

char *system_absolute_path(const char *path)
{
    wchar_t *wide;
    char *absolute;

    if (strncmp(path, "\\\\?\\", 4) == 0) {
        return _strdup(path); /* such a path is used unchanged */
    }
    wide = wide_text_from_utf8(path);
    absolute = wide ? absolute_path_of(wide) : NULL;
    free(wide);
    return absolute;
}

static const char *last_separator(const char *path)
{
    const char *last = NULL;

    for (const char *next = path; *next != '\0'; next++) {
        if (*next == '\\' || *next == '/') {
            last = next;
        }
    }
    return last;
}

char *system_folder_of(const char *absolute_path)
{
    const char *separator = last_separator(absolute_path);
    /* Keep the separator: "C:\" is the root, but "C:" is not. */
    size_t length = separator ? (size_t)(separator - absolute_path) + 1 : 0;
    char *folder = malloc(length + 1);

    if (folder) {
        memcpy(folder, absolute_path, length);
        folder[length] = '\0';
    }
    return folder;
}

bool system_names_folder(const char *path)
{
    const char *separator = last_separator(path);
    const char *name = separator ? separator + 1 : path;

    return name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

char *system_path_in(const char *folder, const char *name)
{
    const char *separator = last_separator(folder);
    size_t length = strlen(folder);
    size_t size = length + strlen(name) + 2;
    char *path = malloc(size);
    /* "C:" is the current folder of that drive, and "C:name" is relative to it. */
    bool is_ended =
        length > 0 && ((separator && separator[1] == '\0') || folder[length - 1] == ':');

    if (path) {
        (void)snprintf(path, size, "%s%s%s", folder, is_ended ? "" : "\\", name);
    }
    return path;
}

enum system_path_kind system_path_kind(const char *path)
{
    wchar_t *wide = wide_text_from_utf8(path);
    DWORD attributes = wide ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;

    free(wide);
    if (attributes == INVALID_FILE_ATTRIBUTES) {
        return SYSTEM_PATH_MISSING;
    }
    if (attributes & FILE_ATTRIBUTE_DIRECTORY) {
        return SYSTEM_PATH_FOLDER;
    }
    return attributes & FILE_ATTRIBUTE_DEVICE ? SYSTEM_PATH_OTHER : SYSTEM_PATH_FILE;
}

FILE *system_open_for_reading(const char *path, char *why, size_t why_size)
{
    wchar_t *wide = wide_text_from_utf8(path);
    FILE *file = wide ? _wfopen(wide, L"rb") : NULL;

    if (!file &&
        !system_hresult_text((uint32_t)HRESULT_FROM_WIN32(GetLastError()), why, why_size)) {
        (void)snprintf(why, why_size, "it cannot be opened");
    }
    free(wide);
    return file;
}

FILE *system_standard_input(void)
{
    (void)_setmode(_fileno(stdin), _O_BINARY);
    return stdin;
}

/* FormatMessage ends its sentences with a full stop and a line end: remove them. */
static void trim_end(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && (text[length - 1] == '\r' || text[length - 1] == '\n' ||
                          text[length - 1] == ' ' || text[length - 1] == '.')) {
        text[--length] = '\0';
    }
}

bool system_hresult_text(uint32_t hresult, char *buffer, size_t buffer_size)
{
    wchar_t *wide = NULL;
    char *narrow = NULL;
    DWORD units = FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                                     FORMAT_MESSAGE_IGNORE_INSERTS,
                                 NULL, hresult, MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT),
                                 (wchar_t *)(void *)&wide, 0, NULL);

    if (units == 0) {
        return false;
    }
    narrow = wide_text_to_utf8(wide);
    LocalFree(wide);
    if (!narrow) {
        return false;
    }
    trim_end(narrow);
    if (narrow[0] == '\0') {
        free(narrow);
        return false;
    }
    (void)snprintf(buffer, buffer_size, "%s", narrow);
    free(narrow);
    return true;
}
