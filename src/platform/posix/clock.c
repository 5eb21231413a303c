#define _POSIX_C_SOURCE 200809L

#include "platform/clock.h"

#include <time.h>

uint64_t platform_clock_milliseconds(void)
{
    return platform_clock_microseconds() / 1000;
}

uint64_t platform_clock_microseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock */
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int64_t platform_clock_wall_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + (int64_t)now.tv_nsec / 1000;
}
