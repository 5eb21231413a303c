/*
 * The processes of the local server.
 *
 * A test program that uses them waits for the end of the last one before it puts the registry
 * back, and of those of others before it begins: they have other jobs, and under Wine a client
 * is refused that asks at the moment in which an idle one ends.
 */
#ifndef TESTS_INTEGRATION_LOCAL_HOSTS_H
#define TESTS_INTEGRATION_LOCAL_HOSTS_H

#include "com/client.h"

#include <tlhelp32.h>

#define HOST_PROGRAM L"dosvc-host.exe"

enum { HOST_END_LIMIT_MS = 60000 /* those that are idle have ended by then */ };

/* Handles of those that run, at most `most`; returns how many there are. */
static inline size_t open_hosts(HANDLE *hosts, size_t most)
{
    PROCESSENTRY32W entry = {.dwSize = sizeof(entry)};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    size_t count = 0;

    assert_true(snapshot != INVALID_HANDLE_VALUE);
    for (BOOL more = Process32FirstW(snapshot, &entry); more;
         more = Process32NextW(snapshot, &entry)) {
        if (_wcsicmp(entry.szExeFile, HOST_PROGRAM) == 0 && count < most) {
            hosts[count] = OpenProcess(SYNCHRONIZE, FALSE, entry.th32ProcessID);
            count += hosts[count] != NULL;
        }
    }
    CloseHandle(snapshot);
    return count;
}

/* All of them end by themselves, and soon; under Wine one may take over from another. */
static inline void expect_hosts_to_end(void)
{
    ULONGLONG end = GetTickCount64() + HOST_END_LIMIT_MS;
    HANDLE host = NULL;

    while (open_hosts(&host, 1) > 0) {
        assert_true(GetTickCount64() < end);
        assert_int_equal(WaitForSingleObject(host, HOST_END_LIMIT_MS), WAIT_OBJECT_0);
        CloseHandle(host);
    }
}

#endif
