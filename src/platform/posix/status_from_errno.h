/*
 * What the system's error numbers mean to us: the one table of this system.
 */
#ifndef ODO_PLATFORM_POSIX_STATUS_FROM_ERRNO_H
#define ODO_PLATFORM_POSIX_STATUS_FROM_ERRNO_H

#include <odo/types.h>

/* `error` is an errno value, not 0. Numbers without a better name are ODO_E_INPUT_OUTPUT. */
enum odo_status status_from_errno(int error);

#endif
