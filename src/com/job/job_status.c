#include "com/job/job_status.h"

#include <assert.h>

FILETIME job_status_time(int64_t time_us)
{
    const int64_t seconds_from_1601_to_1970 = 11644473600;
    uint64_t ticks = 0;

    if (time_us != 0) {
        ticks = (uint64_t)(time_us + seconds_from_1601_to_1970 * 1000000) * 10;
    }
    return (FILETIME){.dwLowDateTime = (DWORD)ticks, .dwHighDateTime = (DWORD)(ticks >> 32)};
}

BG_JOB_STATE job_status_state(enum odo_job_state state)
{
    switch (state) {
    case ODO_JOB_QUEUED:
        return BG_JOB_STATE_QUEUED;
    case ODO_JOB_TRANSFERRING:
        return BG_JOB_STATE_TRANSFERRING;
    case ODO_JOB_SUSPENDED:
        return BG_JOB_STATE_SUSPENDED;
    case ODO_JOB_ERROR:
        return BG_JOB_STATE_ERROR;
    case ODO_JOB_TRANSIENT_ERROR:
        return BG_JOB_STATE_TRANSIENT_ERROR;
    case ODO_JOB_TRANSFERRED:
        return BG_JOB_STATE_TRANSFERRED;
    case ODO_JOB_ACKNOWLEDGED:
        return BG_JOB_STATE_ACKNOWLEDGED;
    case ODO_JOB_CANCELLED:
        return BG_JOB_STATE_CANCELLED;
    case ODO_JOB_STATE_COUNT:
        break;
    }
    assert(!"a state of a job");
    return BG_JOB_STATE_ERROR;
}
