/*
 * Finds unreadable stored jobs. The COM interfaces cannot report them, so this looks into the
 * folder where the server stores this user's jobs by default.
 */
#include "client_windows.h"

#include "wide_text_windows.h"

#include <stdlib.h>
#include <windows.h>

enum { PATH_MOST = 32768, ID_LENGTH = 36 };

/* The folder with a trailing separator; 0 if it is unknown. */
static size_t find_store(wchar_t *path, size_t capacity)
{
    static const wchar_t usual[] = L"\\OpenDO\\Jobs";
    DWORD length = GetEnvironmentVariableW(L"OPENDO_STORE", path, (DWORD)capacity);

    if (length == 0) {
        length = GetEnvironmentVariableW(L"LOCALAPPDATA", path, (DWORD)capacity);
        if (length == 0 || length + sizeof(usual) / sizeof(usual[0]) >= capacity) {
            return 0;
        }
        wcscpy(path + length, usual);
        length += (DWORD)wcslen(usual);
    }
    if (length + 2 >= capacity) {
        return 0;
    }
    path[length] = L'\\';
    path[length + 1] = L'\0';
    return length + 1;
}

/* Call the visitor for matching files in the folder `path`. */
static void visit_matching(wchar_t *path, size_t length, const wchar_t *pattern,
                           void (*visit)(void *context, const char *path), void *context)
{
    WIN32_FIND_DATAW entry;
    HANDLE search;

    wcscpy(path + length, pattern);
    search = FindFirstFileW(path, &entry);
    if (search == INVALID_HANDLE_VALUE) {
        return; /* no such files or folder */
    }
    do {
        if (wcslen(entry.cFileName) > ID_LENGTH) {
            char *text;

            wcscpy(path + length, entry.cFileName);
            text = wide_text_to_utf8(path);
            if (text) {
                visit(context, text);
            }
            free(text);
        }
    } while (FindNextFileW(search, &entry));
    FindClose(search);
}

bool client_each_set_aside(struct client *client,
                           void (*visit)(void *context, const char *path), void *context,
                           struct error_report *report_out)
{
    wchar_t *path = malloc((PATH_MOST + MAX_PATH) * sizeof(*path));
    size_t length;

    (void)client;
    if (!path) {
        return client_check(E_OUTOFMEMORY, report_out);
    }
    length = find_store(path, PATH_MOST);
    if (length > 0) {
        visit_matching(path, length, L"*.damaged", visit, context);
        visit_matching(path, length, L"*.newer", visit, context);
    }
    free(path);
    return true;
}
