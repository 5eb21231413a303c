#include "com/network/conditions.h"

#include "com/network/download_policy.h"
#include "com/network/network_cost.h"
#include "com/network/system_proxy.h"
#include "com/object/hresult.h"

#include <objbase.h>
#include <stdlib.h>

enum {
    LOOK_AGAIN_MS = 30000, /* how long facts are valid; not every change is reported */
    FIRST_WAIT_MS = 1000,  /* how long a client waits for facts */
    STOP_LIMIT_MS = 5000,
    PRUNE_AT_LEAST = 64,
};

/* A running job that is restricted to certain networks. */
struct followed {
    struct followed *next;
    struct odo_job *job; /* reference counted */
    struct cost_wish wish;
    bool is_settling; /* a thread is working on it */
    bool is_stale;    /* and has to repeat that */
};

/* The thread of one engine. */
struct watch {
    struct watch *next; /* in the list of those ending */
    HANDLE thread;
    DWORD id;
    HANDLE wake;
    HANDLE policy_changed;
    HANDLE cost_changed;
    HANDLE proxy_changed;
    HMODULE module; /* reference; the thread leaves through FreeLibraryAndExitThread */
    bool must_end;
    struct followed *followed;
    size_t count;
    size_t prune_at;
};

static SRWLOCK lock = SRWLOCK_INIT;
static CONDITION_VARIABLE facts_have_come = CONDITION_VARIABLE_INIT;
static struct odo_engine *engine; /* or NULL */
static struct watch *current;     /* of that engine; NULL until needed */
static struct watch *ending;
static void (*test_source)(struct network_facts *facts_out);
static struct {
    struct network_facts value;
    bool are_known;
    bool are_wanted;
    bool are_late; /* a wait for them timed out */
    ULONG changes; /* incremented when they become invalid */
    ULONGLONG asked_at;
} facts;

/* --- Policies ------------------------------------------------------------------------- */

static void apply_limits_locked(void)
{
    struct odo_limits limits;
    struct odo_limits before;

    if (!engine) {
        return;
    }
    download_policy_get_limits(&limits);
    limits.is_metered = cost_policy_is_metered(&facts.value);
    odo_engine_get_limits(engine, &before);
    if (limits.foreground_rate != before.foreground_rate ||
        limits.background_rate != before.background_rate ||
        limits.is_metered != before.is_metered) {
        odo_engine_set_limits(engine, &limits);
    }
}

/* --- Followed jobs -------------------------------------------------------------------- */

static bool is_running(struct odo_job *job)
{
    enum odo_job_state state = odo_job_get_state(job);

    return state == ODO_JOB_QUEUED || state == ODO_JOB_TRANSFERRING ||
           state == ODO_JOB_TRANSIENT_ERROR;
}

/*
 * Block a job or let it continue. Releases the lock meanwhile, since a client's stream may have
 * to return first; a second thread that arrives leaves the work to the first.
 */
static void settle_locked(struct followed *followed)
{
    if (followed->is_settling) {
        followed->is_stale = true;
        return;
    }
    followed->is_settling = true;
    do {
        enum odo_status reason = cost_policy_judge(&followed->wish, &facts.value);

        followed->is_stale = false;
        ReleaseSRWLockExclusive(&lock);
        odo_job_set_block(followed->job, reason);
        AcquireSRWLockExclusive(&lock);
    } while (followed->is_stale);
    followed->is_settling = false;
}

static struct followed *find_locked(const struct watch *watch, const struct odo_job *job)
{
    struct followed *followed = watch->followed;

    while (followed && followed->job != job) {
        followed = followed->next;
    }
    return followed;
}

/* Called by the watch thread only, so entries do not disappear during an iteration. */
static void drop_locked(struct watch *watch, bool all)
{
    struct followed **place = &watch->followed;

    while (*place) {
        struct followed *followed = *place;

        if (!followed->is_settling && (all || !is_running(followed->job))) {
            *place = followed->next;
            watch->count--;
            odo_job_release(followed->job);
            free(followed);
        } else {
            place = &followed->next;
        }
    }
    watch->prune_at = max((size_t)PRUNE_AT_LEAST, 2 * watch->count);
}

/* Called by the watch thread only. Entries inserted at the front meanwhile are settled by the
 * inserting thread. */
static void settle_all_locked(const struct watch *watch)
{
    for (struct followed *at = watch->followed; at; at = at->next) {
        settle_locked(at);
    }
}

/* --- The thread ----------------------------------------------------------------------- */

static bool are_good_locked(void)
{
    return facts.are_known && GetTickCount64() - facts.asked_at < LOOK_AGAIN_MS;
}

static void spoil_facts_locked(void)
{
    facts.are_known = false;
    facts.changes++;
}

/* Query the facts, releasing the lock meanwhile. */
static void ask_locked(struct network_cost_source **source, HANDLE changed)
{
    void (*ask)(struct network_facts * facts_out) = test_source;
    ULONG changes = facts.changes;
    struct network_facts found = {0};

    facts.are_wanted = false;
    ReleaseSRWLockExclusive(&lock);
    if (ask) {
        ask(&found);
    } else {
        if (!*source) {
            *source = network_cost_open(changed);
        }
        network_cost_ask(*source, &found);
    }
    AcquireSRWLockExclusive(&lock);
    if (changes != facts.changes) {
        facts.are_wanted = true; /* the result may be outdated already */
        return;
    }
    facts.value = found;
    facts.are_known = true;
    facts.are_late = false;
    facts.asked_at = GetTickCount64();
    apply_limits_locked();
    WakeAllConditionVariable(&facts_have_come);
}

/* Wait for the next event, or until the facts expire. */
static DWORD wait_locked(const struct watch *watch)
{
    const HANDLE events[] = {watch->wake, watch->policy_changed, watch->cost_changed,
                             watch->proxy_changed};
    DWORD limit = INFINITE;
    DWORD found;

    if (watch->followed) {
        ULONGLONG age = GetTickCount64() - facts.asked_at;

        limit = age < LOOK_AGAIN_MS ? (DWORD)(LOOK_AGAIN_MS - age) : 0;
    }
    ReleaseSRWLockExclusive(&lock);
    found = WaitForMultipleObjects(ARRAYSIZE(events), events, FALSE, limit);
    AcquireSRWLockExclusive(&lock);
    return found;
}

static void watch_policies_locked(const struct watch *watch, HKEY *policies)
{
    ReleaseSRWLockExclusive(&lock);
    download_policy_watch(policies, watch->policy_changed);
    AcquireSRWLockExclusive(&lock);
    if (watch == current) {
        apply_limits_locked();
    }
}

static void watch_proxies_locked(const struct watch *watch, struct system_proxy_watch *proxies)
{
    ReleaseSRWLockExclusive(&lock);
    system_proxy_begin_watch(proxies, watch->proxy_changed);
    AcquireSRWLockExclusive(&lock);
}

static void forget_proxies_locked(const struct watch *watch)
{
    if (watch == current && engine) {
        odo_engine_forget_proxies(engine);
    }
}

static void run_locked(struct watch *watch)
{
    struct network_cost_source *source = NULL;
    HKEY policies = NULL;
    struct system_proxy_watch proxies = {{NULL}};

    watch_policies_locked(watch, &policies);
    watch_proxies_locked(watch, &proxies);
    while (!watch->must_end) {
        DWORD found;

        if (facts.are_wanted || (watch->followed && !are_good_locked())) {
            ask_locked(&source, watch->cost_changed);
            settle_all_locked(watch);
            drop_locked(watch, false);
            continue;
        }
        if (watch->count >= watch->prune_at) {
            drop_locked(watch, false);
        }
        found = wait_locked(watch);
        if (found == WAIT_OBJECT_0 + 1) {
            watch_policies_locked(watch, &policies);
        } else if (found == WAIT_OBJECT_0 + 2) {
            spoil_facts_locked();
            forget_proxies_locked(watch); /* another network may use other proxies */
        } else if (found == WAIT_OBJECT_0 + 3) {
            watch_proxies_locked(watch, &proxies);
            forget_proxies_locked(watch);
        }
    }
    ReleaseSRWLockExclusive(&lock);
    if (policies) {
        RegCloseKey(policies);
    }
    system_proxy_end_watch(&proxies);
    network_cost_close(source);
    AcquireSRWLockExclusive(&lock);
    drop_locked(watch, true);
}

static DWORD WINAPI run(void *context)
{
    struct watch *watch = context;
    HMODULE module = watch->module;
    HRESULT com = CoInitializeEx(NULL, COINIT_MULTITHREADED);

    AcquireSRWLockExclusive(&lock);
    run_locked(watch);
    ReleaseSRWLockExclusive(&lock);
    if (SUCCEEDED(com)) {
        CoUninitialize();
    }
    FreeLibraryAndExitThread(module, 0);
    return 0; /* unreachable */
}

static void free_watch(struct watch *watch)
{
    HANDLE handles[] = {watch->thread, watch->wake, watch->policy_changed, watch->cost_changed,
                        watch->proxy_changed};

    for (size_t i = 0; i < ARRAYSIZE(handles); i++) {
        if (handles[i]) {
            CloseHandle(handles[i]);
        }
    }
    free(watch);
}

/* NULL if the thread cannot be created: then nothing is watched or blocked. */
static struct watch *need_watch_locked(void)
{
    static const WCHAR address_in_this_module[] = L"";
    struct watch *watch;

    if (current || !engine) {
        return current;
    }
    watch = calloc(1, sizeof(*watch));
    if (!watch) {
        return NULL;
    }
    watch->prune_at = PRUNE_AT_LEAST;
    watch->wake = CreateEventW(NULL, FALSE, FALSE, NULL);
    watch->policy_changed = CreateEventW(NULL, FALSE, FALSE, NULL);
    watch->cost_changed = CreateEventW(NULL, FALSE, FALSE, NULL);
    watch->proxy_changed = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (watch->wake && watch->policy_changed && watch->cost_changed && watch->proxy_changed &&
        GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, address_in_this_module,
                           &watch->module)) {
        watch->thread = CreateThread(NULL, 0, run, watch, 0, &watch->id); /* waits for `lock` */
        if (watch->thread) {
            current = watch;
            return watch;
        }
        FreeLibrary(watch->module); /* the caller's reference remains */
    }
    free_watch(watch);
    return NULL;
}

/* --- For jobs ------------------------------------------------------------------------- */

/* Wait for valid facts, but not for long: missing facts block nothing. */
static void wait_for_facts_locked(const struct watch *watch)
{
    ULONGLONG deadline = GetTickCount64() + FIRST_WAIT_MS;

    if (are_good_locked()) {
        return;
    }
    facts.are_wanted = true;
    SetEvent(watch->wake);
    while (!are_good_locked() && !facts.are_late) {
        ULONGLONG now = GetTickCount64();

        if (now >= deadline) {
            facts.are_late = true;
            return;
        }
        SleepConditionVariableSRW(&facts_have_come, &lock, (DWORD)(deadline - now), 0);
    }
}

/* Create the entry of a running job that has none. NULL when out of memory. */
static struct followed *follow_locked(struct watch *watch, struct odo_job *job)
{
    struct followed *followed = calloc(1, sizeof(*followed));

    if (followed) {
        followed->job = odo_job_add_ref(job);
        followed->next = watch->followed;
        watch->followed = followed;
        watch->count++;
        SetEvent(watch->wake);
    }
    return followed;
}

void conditions_changed(struct odo_job *job, const struct cost_wish *wish)
{
    struct followed *followed;
    struct watch *watch;

    AcquireSRWLockExclusive(&lock);
    watch = is_running(job) ? need_watch_locked() : current;
    followed = watch ? find_locked(watch, job) : NULL;
    if (watch && !followed && cost_policy_is_choosy(wish) && is_running(job)) {
        followed = follow_locked(watch, job);
    }
    if (followed) {
        followed->wish = *wish;
        settle_locked(followed);
    }
    ReleaseSRWLockExclusive(&lock);
}

HRESULT conditions_resume(struct odo_job *job, const struct cost_wish *wish)
{
    enum odo_status status;
    struct watch *watch;
    enum odo_status reason;

    AcquireSRWLockExclusive(&lock);
    apply_limits_locked();
    watch = need_watch_locked();
    if (watch && cost_policy_is_choosy(wish)) {
        wait_for_facts_locked(watch);
    }
    reason = cost_policy_judge(wish, &facts.value);
    ReleaseSRWLockExclusive(&lock);

    status = odo_job_set_block(job, reason);
    if (status == ODO_OK) {
        status = odo_job_resume(job);
    }
    if (status == ODO_OK) {
        conditions_changed(job, wish);
    }
    return hresult_from_status(status);
}

/* --- For the module ------------------------------------------------------------------- */

void conditions_begin(struct odo_engine *begun)
{
    AcquireSRWLockExclusive(&lock);
    engine = begun;
    apply_limits_locked();
    ReleaseSRWLockExclusive(&lock);
}

void conditions_end(void)
{
    AcquireSRWLockExclusive(&lock);
    engine = NULL;
    if (current) {
        current->must_end = true;
        SetEvent(current->wake);
        current->next = ending;
        ending = current;
        current = NULL;
    }
    ReleaseSRWLockExclusive(&lock);
}

bool conditions_stop_thread(void)
{
    bool have_ended = true;

    AcquireSRWLockExclusive(&lock);
    while (ending && have_ended) {
        struct watch *watch = ending;

        ending = watch->next;
        ReleaseSRWLockExclusive(&lock);
        have_ended = watch->id != GetCurrentThreadId() &&
                     WaitForSingleObject(watch->thread, STOP_LIMIT_MS) == WAIT_OBJECT_0;
        AcquireSRWLockExclusive(&lock);
        if (have_ended) {
            free_watch(watch);
        } else {
            watch->next = ending;
            ending = watch;
        }
    }
    ReleaseSRWLockExclusive(&lock);
    return have_ended;
}

void conditions_set_source(void (*ask)(struct network_facts *facts_out))
{
    AcquireSRWLockExclusive(&lock);
    test_source = ask;
    facts.value = (struct network_facts){0};
    spoil_facts_locked();
    ReleaseSRWLockExclusive(&lock);
}

void conditions_look_again(void)
{
    AcquireSRWLockExclusive(&lock);
    spoil_facts_locked();
    if (current) {
        SetEvent(current->wake);
    }
    ReleaseSRWLockExclusive(&lock);
}
