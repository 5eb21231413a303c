#include "com/calls/job_wait.h"

static SRWLOCK lock = SRWLOCK_INIT;
static struct job_wait *waits;

HRESULT job_wait_begin(struct job_wait *wait, const struct odo_job *job)
{
    *wait = (struct job_wait){.job = job, .event = CreateEventW(NULL, FALSE, FALSE, NULL)};
    if (!wait->event) {
        return HRESULT_FROM_WIN32(GetLastError());
    }
    AcquireSRWLockExclusive(&lock);
    wait->next = waits;
    waits = wait;
    ReleaseSRWLockExclusive(&lock);
    return S_OK;
}

void job_wait_end(struct job_wait *wait)
{
    struct job_wait **place = &waits;

    AcquireSRWLockExclusive(&lock);
    while (*place != wait) {
        place = &(*place)->next;
    }
    *place = wait->next;
    ReleaseSRWLockExclusive(&lock);
    CloseHandle(wait->event);
}

void job_wait_on_event(const struct odo_event *event)
{
    if (event->kind != ODO_EVENT_STATE_CHANGED) {
        return;
    }
    AcquireSRWLockShared(&lock);
    for (const struct job_wait *wait = waits; wait; wait = wait->next) {
        if (wait->job == event->job) {
            SetEvent(wait->event);
        }
    }
    ReleaseSRWLockShared(&lock);
}
