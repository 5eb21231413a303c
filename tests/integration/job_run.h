/*
 * Running a job with a callback that tells of its end.
 */
#ifndef TESTS_INTEGRATION_JOB_RUN_H
#define TESTS_INTEGRATION_JOB_RUN_H

#include "com/job_fixture.h"

/* Wait for JobTransferred or JobError, whichever comes; false after the deadline. */
static inline bool callback_wait_for_outcome(struct client_callback *callback)
{
    ULONGLONG deadline = GetTickCount64() + CLIENT_DEADLINE_MS;
    HANDLE news[] = {callback->called[NEWS_TRANSFERRED], callback->called[NEWS_ERROR]};

    while (callback->counts[NEWS_TRANSFERRED] + callback->counts[NEWS_ERROR] == 0 &&
           GetTickCount64() < deadline) {
        client_wait_once(news, 2, CLIENT_DEADLINE_MS);
        client_pump();
    }
    return callback->counts[NEWS_TRANSFERRED] + callback->counts[NEWS_ERROR] > 0;
}

/* Give the job this callback, resume it, and wait for what becomes of it. */
static inline bool job_run_with(IBackgroundCopyJob *job, struct client_callback *callback)
{
    assert_hr(IBackgroundCopyJob_SetNotifyInterface(job, client_callback_unknown(callback)),
              S_OK);
    assert_hr(IBackgroundCopyJob_Resume(job), S_OK);
    return callback_wait_for_outcome(callback);
}

/* The same with a callback that ends with this call. The result is where the job stands. */
static inline BG_JOB_STATE job_run(IBackgroundCopyJob *job)
{
    struct client_callback callback;

    client_callback_init(&callback);
    job_run_with(job, &callback);
    assert_hr(IBackgroundCopyJob_SetNotifyInterface(job, NULL), S_OK);
    client_callback_end(&callback);
    return client_state(job);
}

#define assert_job_runs_to(job, state) assert_int_equal(job_run(job), (state))

#endif
