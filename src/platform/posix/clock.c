#define _POSIX_C_SOURCE 200809L

#include "platform/clock.h"

#include "platform/random.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

void platform_clock_boot_id(char boot_id_out[PLATFORM_BOOT_ID_SIZE])
{
    int descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t length = -1;
    uint64_t unique = 0;

    if (descriptor >= 0) {
        length = read(descriptor, boot_id_out, PLATFORM_BOOT_ID_SIZE - 1);
        close(descriptor);
    }
    if (length > 0) {
        boot_id_out[length] = '\0';
        boot_id_out[strcspn(boot_id_out, "\n")] = '\0';
        return;
    }
    if (platform_random_fill(&unique, sizeof(unique)) != ODO_OK) {
        unique = platform_clock_microseconds();
    }
    snprintf(boot_id_out, PLATFORM_BOOT_ID_SIZE, "unknown-%llx", (unsigned long long)unique);
}
