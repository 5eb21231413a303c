#include "com/wine/standard_handles.h"

#include <windows.h>

#include <stdbool.h>
#include <string.h>

/*
 * Windows' handles are backed by the descriptors 0, 1 and 2 of the Unix process, which no
 * Windows function can reach: Wine replaces the first two in some new processes, and the third
 * never. So these are Unix system calls, which Wine permits.
 */
#if defined(__x86_64__)
enum { CALL_OPEN = 2, CALL_CLOSE = 3, CALL_DUP2 = 33, READ_AND_WRITE = 2 };

/* Windows' `long` has 32 bits, the kernel's 64. */
static long long system_call(long long number, long long first, long long second)
{
    long long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(first), "S"(second), "d"(0LL)
                     : "rcx", "r11", "memory");
    return result;
}

static bool can_ask_the_kernel(void)
{
    typedef void(CDECL * get_host)(const char **system_out, const char **release_out);
    union {
        FARPROC any;
        get_host plain;
    } entry = {.any = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_host_version")};
    const char *system = "";
    const char *release = "";

    if (entry.any) {
        entry.plain(&system, &release);
    }
    return strcmp(system, "Linux") == 0;
}

static void let_descriptors_go(void)
{
    static const char path[] = "/dev/null";
    long long null = -1;

    if (can_ask_the_kernel()) {
        null = system_call(CALL_OPEN, (long long)(INT_PTR)path, READ_AND_WRITE);
    }
    if (null < 0) {
        return;
    }
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        system_call(CALL_DUP2, null, descriptor);
    }
    if (null > 2) {
        system_call(CALL_CLOSE, null, 0);
    }
}
#else
static void let_descriptors_go(void)
{
}
#endif

void standard_handles_close(void)
{
    static const DWORD which[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};

    for (size_t i = 0; i < ARRAYSIZE(which); i++) {
        HANDLE handle = GetStdHandle(which[i]);

        SetStdHandle(which[i], NULL);
        if (handle && handle != INVALID_HANDLE_VALUE) {
            CloseHandle(handle);
        }
    }
    let_descriptors_go();
}
