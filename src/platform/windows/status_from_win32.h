/*
 * What the system's error numbers mean to us: the one table of this system.
 */
#ifndef ODO_PLATFORM_WINDOWS_STATUS_FROM_WIN32_H
#define ODO_PLATFORM_WINDOWS_STATUS_FROM_WIN32_H

#include <odo/types.h>

/* `error` is what GetLastError() says, not 0. Numbers without a better name are
 * ODO_E_INPUT_OUTPUT. */
enum odo_status status_from_win32(unsigned long error);

#endif
