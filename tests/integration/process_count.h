/*
 * How much of the system this process uses: what must not grow when something is done again
 * and again.
 */
#ifndef TESTS_INTEGRATION_PROCESS_COUNT_H
#define TESTS_INTEGRATION_PROCESS_COUNT_H

#include "com/client.h"

#include <tlhelp32.h>

struct process_count {
    DWORD threads;
    DWORD handles;
};

static inline struct process_count process_count_now(void)
{
    THREADENTRY32 entry = {.dwSize = sizeof(entry)};
    struct process_count count = {0};
    HANDLE snapshot;

    assert_true(GetProcessHandleCount(GetCurrentProcess(), &count.handles));
    snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
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
 * the test's own HTTP server, end a little after the call that ends them.
 */
static inline void process_count_expect(const struct process_count *before)
{
    ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;
    struct process_count now = process_count_now();

    while ((now.threads > before->threads || now.handles > before->handles) &&
           GetTickCount64() < deadline) {
        client_wait_once(NULL, 0, 5);
        client_pump();
        now = process_count_now();
    }
    if (now.threads > before->threads || now.handles > before->handles) {
        print_error("%lu threads and %lu handles became %lu and %lu\n", before->threads,
                    before->handles, now.threads, now.handles);
        fail();
    }
}

#endif
