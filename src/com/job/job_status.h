/*
 * The engine's states and times in the terms of BITS.
 */
#ifndef ODO_COM_JOB_JOB_STATUS_H
#define ODO_COM_JOB_JOB_STATUS_H

#include <windows.h>

#include <odo/odo.h>

#include "deliveryoptimization.h" /* generated from idl/ */

/* From microseconds since 1970 to 100 ns since 1601. 0 (has not happened) stays 0. */
FILETIME job_status_time(int64_t time_us);

BG_JOB_STATE job_status_state(enum odo_job_state state);

#endif
