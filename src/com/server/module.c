#include "com/server/module.h"

#include "com/calls/client_stream.h"
#include "com/calls/job_wait.h"
#include "com/calls/subscription.h"
#include "com/download/download.h"
#include "com/download/download_callback.h"
#include "com/download/download_object.h"
#include "com/job/callback.h"
#include "com/job/job_object.h"
#include "com/network/conditions.h"
#include "com/network/system_proxy.h"
#include "com/object/object_count.h"
#include "com/wine/kept_proxies.h"
#include "com/wine/remote_object.h"
#include "com/wine/wine.h"

static LONG server_locks;
static const struct module_listener *listener; /* NULL in a client's process */

/*
 * Guards `engine`. Held while an engine starts, or stops with everything that belongs to it:
 * its threads never acquire this lock, and no client is called. So what belongs to a new engine
 * is never ended together with the old one.
 */
static SRWLOCK engine_lock = SRWLOCK_INIT;
static struct odo_engine *engine;

static bool is_in_use(void)
{
    return !object_count_is_zero() || InterlockedCompareExchange(&server_locks, 0, 0) > 0;
}

static void on_event(void *context, const struct odo_event *event)
{
    (void)context;
    callback_on_event(event);
    download_callback_on_event(event);
    job_wait_on_event(event);
    if (listener) {
        listener->on_event();
    }
}

/* What a stopped engine leaves: to be freed without the lock, since clients are called. */
struct remains {
    struct subscription *subscriptions;
    struct download *downloads;
};

/* True if there is no engine any more. A client call in progress keeps it. */
static bool stop_idle_engine_locked(struct remains *remains)
{
    if (!engine) {
        return true;
    }
    if (is_in_use() || odo_engine_is_busy(engine) ||
        !subscription_take_all(&remains->subscriptions)) {
        return false;
    }
    remains->downloads = download_take_all();
    conditions_end();
    odo_engine_stop(engine);
    engine = NULL;
    return true;
}

static bool stop_idle_engine(void)
{
    struct remains remains = {0};
    bool has_stopped;

    AcquireSRWLockExclusive(&engine_lock);
    has_stopped = stop_idle_engine_locked(&remains);
    ReleaseSRWLockExclusive(&engine_lock);
    subscription_forget_taken(remains.subscriptions);
    download_free_taken(remains.downloads);
    client_stream_release_unused();
    return has_stopped;
}

/*
 * End what is idle. Threads are joined without the lock, since one of them may be about to call
 * this function because it released the last object.
 */
static bool tidy(void)
{
    if (is_in_use() || !stop_idle_engine()) {
        return false;
    }
    return conditions_stop_thread() && worker_pool_stop() && !is_in_use();
}

static void tidy_soon(void)
{
    tidy();
}

static void on_last_of_engine(void)
{
    subscription_call_soon(tidy_soon);
}

static void on_hold(void)
{
    if (listener) {
        listener->on_hold();
    }
}

static void on_let_go(bool was_last)
{
    if (was_last) {
        tidy();
    }
    if (listener) {
        listener->on_let_go();
    }
}

void module_lock_server(void)
{
    InterlockedIncrement(&server_locks);
    on_hold();
}

void module_unlock_server(void)
{
    on_let_go(InterlockedDecrement(&server_locks) == 0);
}

void module_prepare(void)
{
    static const struct object_count_hook hook = {
        .on_begin = on_hold,
        .on_end = on_let_go,
        .on_last_of_engine = on_last_of_engine,
    };

    object_count_set_hook(&hook);
    if (wine_is_here()) {
        kept_proxies_begin();
        remote_object_begin();
    }
    callback_begin(job_object_create);
    download_callback_begin(download_object_create);
}

void module_set_listener(const struct module_listener *wanted)
{
    listener = wanted;
}

static enum odo_status start_engine_locked(void)
{
    enum odo_status status = odo_engine_start(
        &(struct odo_engine_options){
            .host = {.on_event = on_event},
            .store_folder = "", /* the user's default folder */
            .resume_adopted = true,
            .find_proxy = system_proxy_find,
        },
        &engine);

    if (status == ODO_OK) {
        conditions_begin(engine);
    }
    return status;
}

enum odo_status module_get_engine(struct odo_engine **engine_out)
{
    enum odo_status status = ODO_OK;

    AcquireSRWLockExclusive(&engine_lock);
    if (!engine) {
        status = start_engine_locked();
    }
    if (status == ODO_OK) {
        *engine_out = engine;
    }
    ReleaseSRWLockExclusive(&engine_lock);
    return status;
}

bool module_can_unload(void)
{
    return tidy();
}

bool module_is_quiet(void)
{
    bool is_quiet;

    AcquireSRWLockShared(&engine_lock);
    is_quiet = !is_in_use() && (!engine || !odo_engine_is_running(engine));
    ReleaseSRWLockShared(&engine_lock);
    return is_quiet;
}

void module_abort_volatile(void)
{
    if (module_is_quiet()) {
        download_abort_volatile();
    }
}
