#include "com/news.h"

#include "com/callback.h"
#include "com/download_callback.h"
#include "com/worker_pool.h"

static ULONGLONG serve(void)
{
    ULONGLONG jobs = callback_serve();
    ULONGLONG downloads =
        jobs == WORKER_POOL_AGAIN ? WORKER_POOL_NEVER : download_callback_serve();

    return min(jobs, downloads); /* WORKER_POOL_AGAIN is the least */
}

void news_wake(void)
{
    worker_pool_wake(serve);
}
