#include "platform/clock.h"

#include <stdio.h>
#include <windows.h>

uint64_t platform_clock_milliseconds(void)
{
    return platform_clock_microseconds() / 1000;
}

uint64_t platform_clock_microseconds(void)
{
    LARGE_INTEGER frequency;
    LARGE_INTEGER now;
    uint64_t per_second;
    uint64_t ticks;

    QueryPerformanceFrequency(&frequency); /* neither can fail since Windows XP */
    QueryPerformanceCounter(&now);
    per_second = (uint64_t)frequency.QuadPart;
    ticks = (uint64_t)now.QuadPart;
    return ticks / per_second * 1000000 + ticks % per_second * 1000000 / per_second;
}

int64_t platform_clock_wall_us(void)
{
    /* From 1601, the epoch of FILETIME, to 1970. */
    const int64_t epoch_us = INT64_C(11644473600000000);
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    return (int64_t)(((uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime) / 10) - epoch_us;
}

/*
 * The boot time with a resolution of eight seconds: no machine boots twice within that time.
 * Setting the clock changes the text too, which is safe.
 */
void platform_clock_boot_id(char boot_id_out[PLATFORM_BOOT_ID_SIZE])
{
    const int64_t grain_us = 8 * 1000 * 1000;
    int64_t started_us = platform_clock_wall_us() - (int64_t)GetTickCount64() * 1000;

    snprintf(boot_id_out, PLATFORM_BOOT_ID_SIZE, "started-%lld",
             (long long)(started_us / grain_us));
}
