#include "com/calls/news.h"

#include "com/calls/worker_pool.h"

typedef ULONGLONG news_server(void);

static SRWLOCK lock = SRWLOCK_INIT;
static news_server *servers[2]; /* those of jobs and of downloads */

void news_add(news_server *serve_one)
{
    AcquireSRWLockExclusive(&lock);
    for (size_t i = 0; i < ARRAYSIZE(servers) && servers[i] != serve_one; i++) {
        if (!servers[i]) {
            servers[i] = serve_one;
            break;
        }
    }
    ReleaseSRWLockExclusive(&lock);
}

static ULONGLONG serve(void)
{
    ULONGLONG due = WORKER_POOL_NEVER;

    for (size_t i = 0; i < ARRAYSIZE(servers) && due != WORKER_POOL_AGAIN; i++) {
        news_server *serve_one;
        ULONGLONG next;

        AcquireSRWLockShared(&lock);
        serve_one = servers[i];
        ReleaseSRWLockShared(&lock);
        next = serve_one ? serve_one() : WORKER_POOL_NEVER;
        due = min(due, next); /* WORKER_POOL_AGAIN is the least */
    }
    return due;
}

void news_wake(void)
{
    worker_pool_wake(serve);
}
