/*
 * The name of each enum odo_status, for logs and test failures.
 */
#ifndef ODO_BASE_STATUS_H
#define ODO_BASE_STATUS_H

#include <odo/types.h>

/* Such as "ODO_E_INVALID_RANGE". Never NULL. odo_status_text() gives words for people. */
const char *status_name(enum odo_status status);

#endif
