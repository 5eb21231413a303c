/*
 * Monotonic time for all measuring and waiting, and the wall clock for what people are shown.
 */
#ifndef ODO_PLATFORM_CLOCK_H
#define ODO_PLATFORM_CLOCK_H

#include <stdint.h>

/* Since some fixed moment; never goes back. Milliseconds, and microseconds of the same
 * clock. */
uint64_t platform_clock_milliseconds(void);
uint64_t platform_clock_microseconds(void);

/* Microseconds since 1970-01-01 UTC. May jump. */
int64_t platform_clock_wall_us(void);

enum { PLATFORM_BOOT_ID_SIZE = 64 };

/*
 * A text that is the same for as long as the machine runs, and another after it was started
 * anew. When the system cannot tell it is another at each call.
 */
void platform_clock_boot_id(char boot_id_out[PLATFORM_BOOT_ID_SIZE]);

#endif
