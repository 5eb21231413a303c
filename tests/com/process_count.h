/*
 * How much of the system this process uses: what must not grow when something is done again
 * and again.
 */
#ifndef TESTS_COM_PROCESS_COUNT_H
#define TESTS_COM_PROCESS_COUNT_H

#include "support/test_table.h"

#include <stdbool.h>
#include <windows.h>

#include <tlhelp32.h>

enum { PROCESS_COUNT_DEADLINE_MS = 20000 };

struct process_count {
    DWORD threads;
    DWORD handles;
};

/* What the system's call below fills in, as far as we read it. */
struct process_handle_row {
    ULONG process;
    UCHAR type;
    UCHAR flags;
    USHORT handle;
    void *object;
    ULONG access;
};

struct process_handle_list {
    ULONG count;
    struct process_handle_row rows[];
};

/*
 * Wine 8 answers GetProcessHandleCount() with 0, so the whole system's handles are listed, as
 * Wine's own tools do, and ours are counted. A process id above 16 bits is cut in the list.
 */
static inline DWORD process_handle_count(void)
{
    typedef LONG(WINAPI * query_function)(int what, void *list, ULONG size, ULONG *needed);
    enum { SYSTEM_HANDLES = 16, SIZE = 4 * 1024 * 1024 };
    query_function query = (query_function)(void *)GetProcAddress(
        GetModuleHandleW(L"ntdll.dll"), "NtQuerySystemInformation");
    struct process_handle_list *list = malloc(SIZE);
    ULONG needed = 0;
    DWORD count = 0;

    assert_non_null(list);
    assert_true(query && query(SYSTEM_HANDLES, list, SIZE, &needed) == 0);
    for (ULONG i = 0; i < list->count; i++) {
        count += (USHORT)list->rows[i].process == (USHORT)GetCurrentProcessId();
    }
    free(list);
    assert_true(count > 0);
    return count;
}

static inline struct process_count process_count_now(void)
{
    THREADENTRY32 entry = {.dwSize = sizeof(entry)};
    struct process_count count = {.handles = process_handle_count()};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);

    assert_true(snapshot != INVALID_HANDLE_VALUE);
    for (BOOL more = Thread32First(snapshot, &entry); more;
         more = Thread32Next(snapshot, &entry)) {
        count.threads += entry.th32OwnerProcessID == GetCurrentProcessId();
    }
    CloseHandle(snapshot);
    return count;
}

/*
 * Wait until no more is used than at an earlier time: threads and sockets of others, such as
 * the test's own HTTP server, end a little after the call that ends them. False, with the
 * figures printed, when that does not come about.
 */
static inline bool process_count_falls_to(const struct process_count *before)
{
    ULONGLONG deadline = GetTickCount64() + PROCESS_COUNT_DEADLINE_MS;
    struct process_count now = process_count_now();

    while ((now.threads > before->threads || now.handles > before->handles) &&
           GetTickCount64() < deadline) {
        MSG message;

        MsgWaitForMultipleObjectsEx(0, NULL, 5, QS_ALLINPUT, MWMO_INPUTAVAILABLE);
        while (PeekMessageW(&message, NULL, 0, 0, PM_REMOVE)) {
            DispatchMessageW(&message);
        }
        now = process_count_now();
    }
    if (now.threads > before->threads || now.handles > before->handles) {
        print_error("%lu threads and %lu handles became %lu and %lu\n", before->threads,
                    before->handles, now.threads, now.handles);
        return false;
    }
    return true;
}

#define process_count_expect(before) assert_true(process_count_falls_to(before))

/* The same, where the system keeps up to so many handles of its own once it is busy. */
static inline struct process_count process_count_with(struct process_count count, DWORD handles)
{
    count.handles += handles;
    return count;
}

#endif
