#include "job/job_state.h"

#include <assert.h>

/* The state plus one, so that a missing entry (0) means "not allowed". */
#define TO(state) ((unsigned char)(1 + ODO_JOB_##state))

static const unsigned char next[ODO_JOB_STATE_COUNT][JOB_EVENT_COUNT] = {
    [ODO_JOB_SUSPENDED] =
        {
            [JOB_RESUME] = TO(TRANSFERRING),
            [JOB_SUSPEND] = TO(SUSPENDED),
            [JOB_COMPLETE] = TO(ACKNOWLEDGED),
            [JOB_CANCEL] = TO(CANCELLED),
        },
    [ODO_JOB_QUEUED] =
        {
            [JOB_RESUME] = TO(TRANSFERRING),
            [JOB_SUSPEND] = TO(SUSPENDED),
            [JOB_COMPLETE] = TO(ACKNOWLEDGED),
            [JOB_CANCEL] = TO(CANCELLED),
        },
    [ODO_JOB_TRANSFERRING] =
        {
            [JOB_RESUME] = TO(TRANSFERRING),
            [JOB_SUSPEND] = TO(SUSPENDED),
            [JOB_OBSTRUCT] = TO(TRANSIENT_ERROR),
            [JOB_MOVE] = TO(TRANSFERRING),
            [JOB_FAIL] = TO(ERROR),
            [JOB_ALL_DONE] = TO(TRANSFERRED),
            [JOB_COMPLETE] = TO(ACKNOWLEDGED),
            [JOB_CANCEL] = TO(CANCELLED),
        },
    [ODO_JOB_TRANSIENT_ERROR] =
        {
            [JOB_RESUME] = TO(TRANSFERRING),
            [JOB_SUSPEND] = TO(SUSPENDED),
            [JOB_OBSTRUCT] = TO(TRANSIENT_ERROR),
            [JOB_MOVE] = TO(TRANSFERRING),
            [JOB_FAIL] = TO(ERROR),
            [JOB_COMPLETE] = TO(ACKNOWLEDGED),
            [JOB_CANCEL] = TO(CANCELLED),
        },
    [ODO_JOB_ERROR] =
        {
            [JOB_RESUME] = TO(TRANSFERRING),
            [JOB_SUSPEND] = TO(SUSPENDED),
            [JOB_COMPLETE] = TO(ACKNOWLEDGED),
            [JOB_CANCEL] = TO(CANCELLED),
        },
    [ODO_JOB_TRANSFERRED] =
        {
            [JOB_RESUME] = TO(TRANSFERRING), /* only if files were added since */
            [JOB_SUSPEND] = TO(TRANSFERRED), /* such a job has stopped already */
            [JOB_COMPLETE] = TO(ACKNOWLEDGED),
            [JOB_CANCEL] = TO(CANCELLED),
        },
    /* ACKNOWLEDGED and CANCELLED are final: no event is allowed. */
};

bool job_state_after(enum odo_job_state state, enum job_event event,
                     enum odo_job_state *after_out)
{
    unsigned char after;

    assert(state < ODO_JOB_STATE_COUNT && event < JOB_EVENT_COUNT);

    after = next[state][event];
    if (after == 0) {
        return false;
    }
    *after_out = (enum odo_job_state)(after - 1);
    return true;
}

bool job_state_is_final(enum odo_job_state state)
{
    return state == ODO_JOB_ACKNOWLEDGED || state == ODO_JOB_CANCELLED;
}

bool job_state_is_running(enum odo_job_state state)
{
    return state == ODO_JOB_QUEUED || state == ODO_JOB_TRANSFERRING ||
           state == ODO_JOB_TRANSIENT_ERROR;
}

const char *job_state_name(enum odo_job_state state)
{
    static const char *const names[] = {
        [ODO_JOB_QUEUED] = "QUEUED",
        [ODO_JOB_TRANSFERRING] = "TRANSFERRING",
        [ODO_JOB_SUSPENDED] = "SUSPENDED",
        [ODO_JOB_ERROR] = "ERROR",
        [ODO_JOB_TRANSIENT_ERROR] = "TRANSIENT_ERROR",
        [ODO_JOB_TRANSFERRED] = "TRANSFERRED",
        [ODO_JOB_ACKNOWLEDGED] = "ACKNOWLEDGED",
        [ODO_JOB_CANCELLED] = "CANCELLED",
    };

    static_assert(sizeof(names) / sizeof(names[0]) == ODO_JOB_STATE_COUNT,
                  "every state has a name");
    assert(state < ODO_JOB_STATE_COUNT);
    return names[state];
}
