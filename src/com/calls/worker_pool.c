#include "com/calls/worker_pool.h"

#include <objbase.h>
#include <stdlib.h>

enum {
    LINGER_MS = 1000,     /* how long an idle thread stays */
    WAIT_MOST_MS = 60000, /* the longest wait before looking for work again */
    STOP_LIMIT_MS = 5000, /* the longest that worker_pool_stop() waits for a thread */
};

struct worker {
    struct worker *next;
    LONG refs; /* one for the list, one for the thread */
    HANDLE thread;
    DWORD id;
    HMODULE module; /* reference; the thread leaves through FreeLibraryAndExitThread */
    ULONGLONG (*serve)(void);
    ULONG generation; /* the pool's at the start; the thread ends once that differs */
    bool has_ended;   /* except for its last few instructions */
};

static SRWLOCK lock = SRWLOCK_INIT;
static CONDITION_VARIABLE work = CONDITION_VARIABLE_INIT;
static struct {
    struct worker *workers; /* threads not joined yet */
    unsigned running;       /* threads that serve or wait for work */
    unsigned waiting;
    ULONG wakes;      /* number of wake-ups */
    ULONG generation; /* incremented at each stop */
} pool;

static void worker_release(struct worker *worker)
{
    if (InterlockedDecrement(&worker->refs) == 0) {
        CloseHandle(worker->thread);
        free(worker);
    }
}

static void run_locked(const struct worker *worker)
{
    ULONGLONG linger_until = GetTickCount64() + LINGER_MS;

    for (;;) {
        ULONG wakes = pool.wakes;
        ULONGLONG due;
        ULONGLONG now;
        ULONGLONG until;

        ReleaseSRWLockExclusive(&lock);
        due = worker->serve();
        AcquireSRWLockExclusive(&lock);

        now = GetTickCount64();
        if (due == WORKER_POOL_AGAIN) {
            linger_until = now + LINGER_MS;
            continue;
        }
        if (pool.wakes != wakes) {
            continue; /* new work may have been missed */
        }
        if (worker->generation != pool.generation ||
            (due == WORKER_POOL_NEVER && linger_until <= now)) {
            return;
        }
        until = due == WORKER_POOL_NEVER ? linger_until : due;
        if (until > now) {
            pool.waiting++;
            SleepConditionVariableSRW(&work, &lock, (DWORD)min(until - now, WAIT_MOST_MS), 0);
            pool.waiting--;
        }
    }
}

static DWORD WINAPI worker_run(void *context)
{
    struct worker *worker = context;
    HMODULE module = worker->module;
    HRESULT com = CoInitializeEx(NULL, COINIT_MULTITHREADED);

    AcquireSRWLockExclusive(&lock);
    run_locked(worker);
    pool.running--;
    ReleaseSRWLockExclusive(&lock);
    if (SUCCEEDED(com)) {
        CoUninitialize();
    }
    AcquireSRWLockExclusive(&lock);
    worker->has_ended = true;
    ReleaseSRWLockExclusive(&lock);
    worker_release(worker);
    FreeLibraryAndExitThread(module, 0);
    return 0; /* unreachable */
}

/* Join threads that have ended by themselves. */
static void reap_locked(void)
{
    struct worker **place = &pool.workers;

    while (*place) {
        struct worker *worker = *place;

        if (worker->has_ended) {
            *place = worker->next;
            worker_release(worker);
        } else {
            place = &worker->next;
        }
    }
}

static void start_locked(ULONGLONG (*serve)(void))
{
    static const WCHAR address_in_this_module[] = L"";
    struct worker *worker = calloc(1, sizeof(*worker));

    if (!worker) {
        return;
    }
    worker->refs = 2;
    worker->serve = serve;
    worker->generation = pool.generation;
    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, address_in_this_module,
                            &worker->module)) {
        free(worker);
        return;
    }
    worker->thread = CreateThread(NULL, 0, worker_run, worker, CREATE_SUSPENDED, &worker->id);
    if (!worker->thread) {
        FreeLibrary(worker->module); /* not the last reference: the caller is running in it */
        free(worker);
        return;
    }
    worker->next = pool.workers;
    pool.workers = worker;
    pool.running++;
    ResumeThread(worker->thread);
}

void worker_pool_wake(ULONGLONG (*serve)(void))
{
    AcquireSRWLockExclusive(&lock);
    pool.wakes++;
    reap_locked();
    if (pool.waiting > 0) {
        WakeConditionVariable(&work);
    } else if (pool.running < WORKER_POOL_THREADS_MOST) {
        start_locked(serve);
    }
    ReleaseSRWLockExclusive(&lock);
}

static bool is_worker_locked(DWORD id)
{
    for (const struct worker *worker = pool.workers; worker; worker = worker->next) {
        if (worker->id == id) {
            return true;
        }
    }
    return false;
}

bool worker_pool_stop(void)
{
    struct worker *workers;
    bool have_ended = true;

    AcquireSRWLockExclusive(&lock);
    if (is_worker_locked(GetCurrentThreadId())) {
        ReleaseSRWLockExclusive(&lock);
        return false;
    }
    workers = pool.workers;
    pool.workers = NULL;
    pool.generation++;
    WakeAllConditionVariable(&work);
    ReleaseSRWLockExclusive(&lock);

    while (workers) {
        struct worker *worker = workers;

        workers = worker->next;
        have_ended =
            WaitForSingleObject(worker->thread, STOP_LIMIT_MS) == WAIT_OBJECT_0 && have_ended;
        worker_release(worker);
    }
    return have_ended;
}
