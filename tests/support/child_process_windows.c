#include "support/child_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum { LINE_SIZE = 8 * 1024, KILLED = 0x4B11 };

struct child_process {
    HANDLE process;
};

static void give_up(const char *what)
{
    fprintf(stderr, "child_process: %s (%lu)\n", what, GetLastError());
    abort();
}

/* Append `text` in quotes, as UTF-16. */
static void append(wchar_t line[LINE_SIZE], const char *text)
{
    size_t length = wcslen(line);
    int added;

    if (length + 4 >= LINE_SIZE) {
        give_up("a long command line");
    }
    wcscpy(line + length, length > 0 ? L" \"" : L"\"");
    length = wcslen(line);
    added =
        MultiByteToWideChar(CP_UTF8, 0, text, -1, line + length, (int)(LINE_SIZE - 2 - length));
    if (added == 0) {
        give_up("a text that is too long");
    }
    wcscat(line, L"\"");
}

struct child_process *child_process_start(const char *const arguments[])
{
    struct child_process *child = malloc(sizeof(*child));
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION started;
    wchar_t path[MAX_PATH];
    wchar_t line[LINE_SIZE] = L"\"child\"";

    if (!child || GetModuleFileNameW(NULL, path, MAX_PATH) == 0) {
        give_up("no memory, or no name");
        return NULL;
    }
    for (size_t i = 0; arguments[i]; i++) {
        append(line, arguments[i]);
    }
    if (!CreateProcessW(path, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &started)) {
        give_up("cannot start a process");
    }
    CloseHandle(started.hThread);
    child->process = started.hProcess;
    return child;
}

static DWORD wait_for(struct child_process *child)
{
    DWORD code = 0;

    WaitForSingleObject(child->process, INFINITE);
    GetExitCodeProcess(child->process, &code);
    CloseHandle(child->process);
    free(child);
    return code;
}

bool child_process_kill(struct child_process *child)
{
    TerminateProcess(child->process, KILLED); /* fails when it has ended: the code tells */
    return wait_for(child) == KILLED;
}

int child_process_wait(struct child_process *child)
{
    return (int)wait_for(child);
}

unsigned child_process_cost(void)
{
    return 10;
}
