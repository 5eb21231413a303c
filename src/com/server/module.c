#include "com/server/module.h"

#include "com/calls/job_wait.h"
#include "com/calls/news.h"
#include "com/download/download.h"
#include "com/download/download_callback.h"
#include "com/job/callback.h"
#include "com/network/conditions.h"
#include "com/network/system_proxy.h"
#include "com/object/object_count.h"
#include "com/wine/kept_proxies.h"
#include "com/wine/remote_object.h"
#include "com/wine/wine.h"

static LONG server_locks;
static const struct module_listener *listener; /* NULL in a client's process */

/* Guards `engine`. Held while an engine stops: its threads never ask for this lock. */
static SRWLOCK engine_lock = SRWLOCK_INIT;
static struct odo_engine *engine;

static bool is_in_use(void)
{
    return !object_count_is_zero() || InterlockedCompareExchange(&server_locks, 0, 0) > 0;
}

static void on_event(void *context, const struct odo_event *event)
{
    callback_on_event(context, event);
    download_callback_on_event(event);
    job_wait_on_event(event);
    if (listener) {
        listener->on_event();
    }
}

/* Stop the engine unless somebody needs it. True when there is none now. */
static bool stop_idle_engine(void)
{
    bool has_stopped;

    AcquireSRWLockExclusive(&engine_lock);
    if (engine && !is_in_use() && !odo_engine_is_busy(engine)) {
        conditions_end();
        odo_engine_stop(engine);
        engine = NULL;
    }
    has_stopped = !engine;
    ReleaseSRWLockExclusive(&engine_lock);
    return has_stopped;
}

/*
 * End what is idle. The callback threads are joined without the lock, since one of them may be
 * on its way here with the last object in its hands.
 */
static bool tidy(void)
{
    if (is_in_use() || !stop_idle_engine()) {
        return false;
    }
    callback_forget_all(); /* of jobs that are in the store, if any */
    download_callback_forget_all();
    download_forget_all();
    return conditions_stop_thread() && callback_stop_threads() && !is_in_use();
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
    static const struct object_count_hook hook = {.on_begin = on_hold, .on_end = on_let_go};

    object_count_set_hook(&hook);
    if (wine_is_here()) {
        kept_proxies_begin();
        remote_object_begin();
    }
    news_add(callback_serve);
    news_add(download_callback_serve);
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
            .store_folder = "", /* where this user's jobs are kept */
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
