/*
 * Cryptographically secure random bytes, for job ids and temporary names.
 */
#ifndef ODO_PLATFORM_RANDOM_H
#define ODO_PLATFORM_RANDOM_H

#include <odo/types.h>

/* ODO_E_UNEXPECTED if the system's generator fails. */
enum odo_status platform_random_fill(void *data, size_t size);

#endif
