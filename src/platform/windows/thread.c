#include "platform/thread.h"

#include "base/memory.h"
#include "platform/clock.h"
#include "platform/held_locks.h"

#include <assert.h>
#include <windows.h>

struct platform_thread {
    HANDLE handle;
    DWORD id;
    HMODULE module; /* the module with this code; the thread holds a reference */
    void (*run)(void *context);
    void *context;
};

struct platform_mutex {
    SRWLOCK lock;
    enum lock_rank rank;
};

struct platform_condition {
    CONDITION_VARIABLE condition;
};

/*
 * The thread ends with FreeLibraryAndExitThread: it may hold the last reference to this DLL,
 * and returning would execute unloaded code. So it is created with CreateThread, as
 * _beginthreadex's clean-up would never run. The C library allocates per-thread data on demand
 * and frees it when the thread detaches from its DLL, which happens either way.
 */
static DWORD WINAPI begin(void *argument)
{
    struct platform_thread *thread = argument;

    thread->run(thread->context);
    FreeLibraryAndExitThread(thread->module, 0);
    return 0; /* unreachable */
}

enum odo_status platform_thread_start(void (*run)(void *context), void *context,
                                      struct platform_thread **thread_out)
{
    static const wchar_t address_in_this_module[] = L"";
    struct platform_thread *thread = memory_allocate_zeroed(1, sizeof(*thread));

    if (!thread) {
        return ODO_E_OUT_OF_MEMORY;
    }
    thread->run = run;
    thread->context = context;
    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, address_in_this_module,
                            &thread->module)) {
        memory_free(thread);
        return ODO_E_UNEXPECTED;
    }
    /* Suspended, so that the id is set before the thread can query it. */
    thread->handle = CreateThread(NULL, 0, begin, thread, CREATE_SUSPENDED, &thread->id);
    if (!thread->handle) {
        FreeLibrary(thread->module); /* not the last reference: the caller is running in it */
        memory_free(thread);
        return ODO_E_OUT_OF_MEMORY;
    }
    *thread_out = thread;
    ResumeThread(thread->handle); /* cannot fail for our own handle */
    return ODO_OK;
}

void platform_thread_join(struct platform_thread *thread)
{
    if (!thread) {
        return;
    }
    assert(!platform_thread_is_current(thread));
    WaitForSingleObject(thread->handle, INFINITE);
    CloseHandle(thread->handle);
    memory_free(thread);
}

bool platform_thread_is_current(const struct platform_thread *thread)
{
    return thread->id == GetCurrentThreadId();
}

struct platform_mutex *platform_mutex_create(void)
{
    return platform_mutex_create_ranked(LOCK_UNRANKED);
}

struct platform_mutex *platform_mutex_create_ranked(enum lock_rank rank)
{
    struct platform_mutex *mutex = memory_allocate_zeroed(1, sizeof(*mutex));

    if (mutex) {
        InitializeSRWLock(&mutex->lock);
        mutex->rank = rank;
    }
    return mutex;
}

void platform_mutex_free(struct platform_mutex *mutex)
{
    memory_free(mutex);
}

void platform_mutex_lock(struct platform_mutex *mutex)
{
    held_locks_add(mutex->rank);
    AcquireSRWLockExclusive(&mutex->lock);
}

void platform_mutex_unlock(struct platform_mutex *mutex)
{
    held_locks_remove(mutex->rank);
    ReleaseSRWLockExclusive(&mutex->lock);
}

struct platform_condition *platform_condition_create(void)
{
    struct platform_condition *condition = memory_allocate_zeroed(1, sizeof(*condition));

    if (condition) {
        InitializeConditionVariable(&condition->condition);
    }
    return condition;
}

void platform_condition_free(struct platform_condition *condition)
{
    memory_free(condition);
}

void platform_condition_broadcast(struct platform_condition *condition)
{
    WakeAllConditionVariable(&condition->condition);
}

void platform_condition_wait(struct platform_condition *condition, struct platform_mutex *mutex)
{
    BOOL woken = SleepConditionVariableSRW(&condition->condition, &mutex->lock, INFINITE, 0);

    assert(woken);
    (void)woken;
}

bool platform_condition_wait_until(struct platform_condition *condition,
                                   struct platform_mutex *mutex, uint64_t deadline_ms)
{
    uint64_t now_ms = platform_clock_milliseconds();
    uint64_t wait_ms = deadline_ms > now_ms ? deadline_ms - now_ms : 0;

    if (deadline_ms == UINT64_MAX) {
        platform_condition_wait(condition, mutex);
        return true;
    }
    if (wait_ms >= INFINITE) {
        wait_ms = INFINITE - 1;
    }
    if (SleepConditionVariableSRW(&condition->condition, &mutex->lock, (DWORD)wait_ms, 0)) {
        return true;
    }
    /* The system's wait uses a different clock and may end slightly early. */
    return platform_clock_milliseconds() < deadline_ms;
}
