/*
 * Unguessable bytes, for job ids and temporary names.
 */
#ifndef ODO_PLATFORM_RANDOM_H
#define ODO_PLATFORM_RANDOM_H

#include <odo/types.h>

/* ODO_E_UNEXPECTED when the system has none to give. */
enum odo_status platform_random_fill(void *data, size_t size);

#endif
