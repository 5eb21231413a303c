#include "job_view.h"

#include <stdlib.h>
#include <string.h>

static const char *const state_names[JOB_STATE_COUNT] = {
    [JOB_QUEUED] = "queued",
    [JOB_TRANSFERRING] = "transferring",
    [JOB_SUSPENDED] = "suspended",
    [JOB_ERROR] = "error",
    [JOB_TRANSIENT_ERROR] = "transient_error",
    [JOB_TRANSFERRED] = "transferred",
    [JOB_ACKNOWLEDGED] = "acknowledged",
    [JOB_CANCELLED] = "cancelled",
};

static const char *const priority_names[JOB_PRIORITY_COUNT] = {
    [JOB_FOREGROUND] = "foreground",
    [JOB_HIGH] = "high",
    [JOB_NORMAL] = "normal",
    [JOB_LOW] = "low",
};

const char *job_view_state_name(enum job_state state)
{
    return state_names[state];
}

const char *job_view_priority_name(enum job_priority priority)
{
    return priority_names[priority];
}

bool job_view_priority_from_name(const char *name, enum job_priority *priority_out)
{
    for (int i = 0; i < JOB_PRIORITY_COUNT; i++) {
        if (strcmp(priority_names[i], name) == 0) {
            *priority_out = (enum job_priority)i;
            return true;
        }
    }
    return false;
}

void job_view_free(struct job_view *view)
{
    free(view->name);
    free(view->description);
    *view = (struct job_view){.state = JOB_CANCELLED};
}
