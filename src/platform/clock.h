/*
 * A monotonic clock for measurements and time-outs, and the wall clock for display.
 */
#ifndef ODO_PLATFORM_CLOCK_H
#define ODO_PLATFORM_CLOCK_H

#include <stdint.h>

/* Milliseconds, and microseconds, of the monotonic clock. */
uint64_t platform_clock_milliseconds(void);
uint64_t platform_clock_microseconds(void);

/* Microseconds since 1970-01-01 UTC. May jump. */
int64_t platform_clock_wall_us(void);

enum { PLATFORM_BOOT_ID_SIZE = 64 };

/*
 * A string that changes with every boot of the machine. If the system cannot identify a boot,
 * it changes with every call.
 */
void platform_clock_boot_id(char boot_id_out[PLATFORM_BOOT_ID_SIZE]);

#endif
