#include "engine/engine.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "network/proxy_finder.h"
#include "platform/clock.h"
#include "platform/path.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void odo_free(void *memory)
{
    memory_free(memory);
}

enum { CHECKPOINT_INTERVAL_MS = 100 };

/* 30 days. */
#define JOB_AGE_LIMIT_MS (UINT32_C(30) * 24 * 60 * 60 * 1000)

/* --- Events --------------------------------------------------------------------------- */

void engine_note(struct engine_events *events, enum odo_event_kind kind, struct odo_job *job,
                 uint32_t file_index)
{
    assert(events->count < sizeof(events->items) / sizeof(events->items[0]));
    events->items[events->count++] = (struct odo_event){
        .kind = kind,
        .job = job,
        .state = job->locked.job.state,
        .file_index = file_index,
    };
}

void engine_unlock_and_deliver(struct odo_engine *engine, const struct engine_events *events)
{
    uint64_t turn;

    if (events->count == 0 || !engine->host.on_event) {
        platform_mutex_unlock(engine->lock);
        return;
    }
    turn = engine->locked.next_turn++;
    platform_mutex_unlock(engine->lock);

    platform_mutex_lock(engine->turns);
    while (engine->turn_now !=
           turn) { /* who is before us is in the host, or on the way there */
        platform_condition_wait(engine->turn_came, engine->turns);
    }
    platform_mutex_unlock(engine->turns);
    for (size_t i = 0; i < events->count; i++) {
        engine->host.on_event(engine->host.context, &events->items[i]);
    }
    platform_mutex_lock(engine->turns);
    engine->turn_now++;
    platform_condition_broadcast(engine->turn_came);
    platform_mutex_unlock(engine->turns);
}

void engine_touch_locked(struct odo_job *job, struct engine_events *events)
{
    job->locked.job.times.modified_us = platform_clock_wall_us();
    job->locked.job.is_unsaved = true;
    engine_note(events, ODO_EVENT_MODIFIED, job, UINT32_MAX);
}

enum odo_status engine_apply_locked(struct odo_job *job, enum job_event event,
                                    struct engine_events *events)
{
    struct job *data = &job->locked.job;
    enum odo_job_state after;

    if (!job_state_after(data->state, event, &after)) {
        return ODO_E_INVALID_STATE;
    }
    if (after != data->state) {
        log_write(LOG_DEBUG, "job: %s -> %s", job_state_name(data->state),
                  job_state_name(after));
        data->state = after;
        if (after == ODO_JOB_TRANSFERRED) {
            data->times.transferred_us = platform_clock_wall_us();
        }
        if (after == ODO_JOB_ERROR || after == ODO_JOB_TRANSIENT_ERROR) {
            data->error_count++;
        }
        data->is_unsaved = true;
        engine_wake_keeper_locked(job);
        engine_note(events, ODO_EVENT_STATE_CHANGED, job, UINT32_MAX);
        platform_condition_broadcast(job->engine->changed);
    }
    return ODO_OK;
}

/* --- Life ----------------------------------------------------------------------------- */

static void engine_release(struct odo_engine *engine)
{
    if (atomic_fetch_sub(&engine->references, 1) > 1) {
        return;
    }
    store_close(engine->store);
    memory_free(engine->locked.jobs);
    job_table_free(&engine->locked.by_id);
    platform_condition_free(engine->keeper_wakes);
    platform_mutex_free(engine->adopting);
    platform_condition_free(engine->changed);
    platform_condition_free(engine->removed);
    platform_condition_free(engine->turn_came);
    platform_mutex_free(engine->turns);
    platform_mutex_free(engine->lock);
    memory_free((char *)(uintptr_t)engine->downloader_options.user_agent);
    memory_free((char *)(uintptr_t)engine->downloader_options.ca_file);
    proxy_settings_free(&engine->downloader_options.proxies);
    memory_free(engine);
}

/* What a number of the options may be at most; 0 is each one's default. */
static enum odo_status check_options(const struct odo_engine_options *options)
{
    const struct {
        uint32_t value;
        uint32_t most;
    } numbers[] = {
        {options->connect_timeout_ms, ODO_TIMEOUT_MS_MAX},
        {options->stall_timeout_s, ODO_TIMEOUT_MS_MAX / 1000},
        {options->retry_base_ms, ODO_TIMEOUT_MS_MAX},
        {options->retry_limit_ms, ODO_TIMEOUT_MS_MAX},
        {options->connections_per_host, ODO_CONNECTIONS_MAX},
        {options->connections, ODO_CONNECTIONS_MAX},
        {options->ranges_per_request, ODO_RANGES_PER_REQUEST_MAX},
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (numbers[i].value > numbers[i].most) {
            return ODO_E_INVALID_ARGUMENT;
        }
    }
    return ODO_OK;
}

/* A path that depends on where the host stands just now would lose jobs at the next start. */
static enum odo_status check_absolute(const char *folder)
{
    char *inside = platform_path_join(folder, "x");
    enum odo_status status = inside ? platform_path_check(inside) : ODO_E_OUT_OF_MEMORY;

    memory_free(inside);
    return status == ODO_E_INVALID_ARGUMENT ? ODO_E_PATH_RELATIVE : status;
}

static uint32_t or_default(uint32_t value, uint32_t default_value)
{
    return value ? value : default_value;
}

/* An empty name stands for the place where this user's jobs are kept. */
static enum odo_status open_store(struct odo_engine *engine, const char *folder)
{
    char *usual = NULL;
    enum odo_status status = ODO_OK;

    if (*folder == '\0') {
        status = platform_path_store_folder(&usual);
    } else {
        status = check_absolute(folder);
        if (status == ODO_OK) {
            status = platform_path_make_private_folder(folder);
        }
    }
    if (status == ODO_OK) {
        status = store_open(usual ? usual : folder, &engine->store);
    }
    if (status == ODO_OK) {
        leftovers_sweep(engine->store);
    }
    memory_free(usual);
    return status;
}

enum odo_status odo_engine_start(const struct odo_engine_options *options,
                                 struct odo_engine **engine_out)
{
    static const struct odo_engine_options defaults = {0};
    struct odo_engine *engine;
    struct downloader_options *downloading;
    struct proxy_settings proxies;
    enum odo_status status = ODO_OK;

    options = options ? options : &defaults;
    status = check_options(options);
    if (status != ODO_OK) {
        return status;
    }
    proxies = (struct proxy_settings){options->proxy, options->https_proxy, options->no_proxy};
    engine = memory_allocate_zeroed(1, sizeof(*engine));
    if (!engine) {
        return ODO_E_OUT_OF_MEMORY;
    }
    atomic_init(&engine->references, 1);
    engine->host = options->host;
    downloading = &engine->downloader_options;
    *downloading = (struct downloader_options){
        .connect_timeout_ms = or_default(options->connect_timeout_ms, 15000),
        .stall_timeout_s = or_default(options->stall_timeout_s, 20),
        .retry_base_ms = or_default(options->retry_base_ms, 1000),
        .retry_limit_ms = or_default(options->retry_limit_ms, 30000),
        .connections_per_host = or_default(options->connections_per_host, 8),
        .connections = or_default(options->connections, 16),
        .checkpoint_interval_ms = options->store_folder ? CHECKPOINT_INTERVAL_MS : 0,
        .ranges_per_request = options->ranges_per_request,
        .refuse_salvage = options->refuse_salvage,
        .allow_unknown_size = options->allow_unknown_size,
        .allow_insecure_redirects = options->allow_insecure_redirects,
        .find_proxy = options->find_proxy,
        .find_proxy_context = options->find_proxy_context,
    };
    downloading->user_agent = text_copy(
        options->user_agent ? options->user_agent : "Microsoft-Delivery-Optimization/10.1");
    downloading->ca_file = options->ca_file ? text_copy(options->ca_file) : NULL;
    engine->lock = platform_mutex_create_ranked(LOCK_ENGINE);
    engine->turns = platform_mutex_create_ranked(LOCK_TURN);
    engine->turn_came = platform_condition_create();
    engine->changed = platform_condition_create();
    engine->removed = platform_condition_create();
    engine->adopting = platform_mutex_create_ranked(LOCK_ADOPTING);
    engine->keeper_wakes = platform_condition_create();
    engine->resume_adopted = options->resume_adopted;
    engine->job_age_limit_ms = or_default(options->job_age_limit_ms, JOB_AGE_LIMIT_MS);
    if (!downloading->user_agent || (options->ca_file && !downloading->ca_file) ||
        !proxy_settings_copy(&proxies, &downloading->proxies) || !engine->lock ||
        !engine->turns || !engine->turn_came || !engine->changed || !engine->removed ||
        !engine->adopting || !engine->keeper_wakes) {
        status = ODO_E_OUT_OF_MEMORY;
    }
    if (status == ODO_OK && options->store_folder) {
        status = open_store(engine, options->store_folder);
    }
    if (status != ODO_OK) {
        engine_release(engine);
        return status;
    }
    *engine_out = engine;
    return ODO_OK;
}

enum odo_status engine_get_downloader_locked(struct odo_engine *engine,
                                             struct downloader **downloader_out)
{
    enum odo_status status = ODO_OK;

    if (!engine->locked.downloader) {
        status = engine_start_keeper_locked(engine);
        if (status == ODO_OK) {
            status = downloader_start(&engine->downloader_options, &engine->locked.downloader);
        }
    }
    if (status == ODO_OK) {
        *downloader_out = engine->locked.downloader;
    }
    return status;
}

/* The last job that the engine holds, counted for the caller; NULL when there is none. */
static struct odo_job *last_job(struct odo_engine *engine)
{
    struct odo_job *job = NULL;

    platform_mutex_lock(engine->lock);
    if (engine->locked.job_count > 0) {
        job = odo_job_add_ref(engine->locked.jobs[engine->locked.job_count - 1]);
    }
    platform_mutex_unlock(engine->lock);
    return job;
}

void odo_engine_stop(struct odo_engine *engine)
{
    struct downloader *downloader;
    struct odo_job *job;

    if (!engine) {
        return;
    }
    platform_mutex_lock(engine->lock);
    engine->locked.has_stopped = true;
    platform_mutex_unlock(engine->lock);

    while ((job = last_job(engine)) != NULL) {
        platform_mutex_lock(job->operation);
        engine_stop_runners(job);
        if (engine_keeps_locked(job)) { /* cannot change any more */
            engine_store_close(job);
        } else {
            engine_end_leftovers(job, engine_remove_temporary_files(job) == ODO_OK);
        }
        platform_mutex_lock(engine->lock);
        engine_unlist_locked(job);
        platform_condition_broadcast(engine->changed);
        platform_mutex_unlock(engine->lock);
        platform_mutex_unlock(job->operation);
        engine_release_streams(job);
        odo_job_release(job);
    }
    engine_empty_graves(engine);
    platform_mutex_lock(engine->lock);
    downloader = engine->locked.downloader;
    engine->locked.downloader = NULL;
    platform_mutex_unlock(engine->lock);
    downloader_stop(downloader);
    engine_stop_keeper(engine);
    engine_release(engine);
}

void odo_engine_set_limits(struct odo_engine *engine, const struct odo_limits *limits)
{
    platform_mutex_lock(engine->lock);
    engine->downloader_options.foreground_rate = limits->foreground_rate;
    engine->downloader_options.background_rate = limits->background_rate;
    engine->downloader_options.is_metered = limits->is_metered;
    if (engine->locked.downloader) {
        downloader_set_limits(engine->locked.downloader, limits->foreground_rate,
                              limits->background_rate, limits->is_metered);
    }
    platform_mutex_unlock(engine->lock);
}

enum odo_status odo_proxy_answer_set(struct odo_proxy_answer *answer, const char *proxies,
                                     const char *no_proxy)
{
    return proxy_finder_answer(answer, proxies, no_proxy);
}

void odo_engine_forget_proxies(struct odo_engine *engine)
{
    platform_mutex_lock(engine->lock);
    if (engine->locked.downloader) {
        downloader_forget_proxies(engine->locked.downloader);
    }
    platform_mutex_unlock(engine->lock);
}

void odo_engine_get_limits(struct odo_engine *engine, struct odo_limits *limits_out)
{
    platform_mutex_lock(engine->lock);
    *limits_out = (struct odo_limits){
        .foreground_rate = engine->downloader_options.foreground_rate,
        .background_rate = engine->downloader_options.background_rate,
        .is_metered = engine->downloader_options.is_metered,
    };
    platform_mutex_unlock(engine->lock);
}

bool odo_engine_is_busy(struct odo_engine *engine)
{
    bool is_busy = false;

    platform_mutex_lock(engine->lock);
    for (size_t i = 0; i < engine->locked.job_count && !is_busy; i++) {
        const struct odo_job *job = engine->locked.jobs[i];

        is_busy = !engine_keeps_locked(job) || job_state_is_running(job->locked.job.state);
    }
    platform_mutex_unlock(engine->lock);
    return is_busy;
}

/* --- The jobs it holds ---------------------------------------------------------------- */

enum odo_status engine_check_alive_locked(const struct odo_job *job)
{
    if (job_state_is_final(job->locked.job.state)) {
        return ODO_E_INVALID_STATE;
    }
    return job->engine->locked.has_stopped ? ODO_E_SHUTTING_DOWN : ODO_OK;
}

static int compare_jobs(const void *left, const void *right)
{
    const struct odo_job *one = *(const struct odo_job *const *)left;
    const struct odo_job *other = *(const struct odo_job *const *)right;
    int64_t one_us = one->locked.job.times.created_us;
    int64_t other_us = other->locked.job.times.created_us;

    if (one_us != other_us) {
        return one_us < other_us ? -1 : 1;
    }
    return one->locked.listed_as < other->locked.listed_as ? -1 : 1;
}

void engine_sort_jobs_locked(struct odo_engine *engine)
{
    if (engine->locked.is_unsorted) {
        qsort(engine->locked.jobs, engine->locked.job_count, sizeof(struct odo_job *),
              compare_jobs);
        engine->locked.is_unsorted = false;
    }
}

enum odo_status engine_make_room_locked(struct odo_engine *engine)
{
    if (engine->locked.job_count + engine->locked.rooms == engine->locked.job_capacity) {
        size_t capacity = engine->locked.job_capacity ? engine->locked.job_capacity * 2 : 8;
        struct odo_job **larger =
            memory_resize(engine->locked.jobs, capacity, sizeof(struct odo_job *));

        if (!larger) {
            return ODO_E_OUT_OF_MEMORY;
        }
        engine->locked.jobs = larger;
        engine->locked.job_capacity = capacity;
    }
    if (job_table_reserve(&engine->locked.by_id, engine->locked.job_capacity) != ODO_OK) {
        return ODO_E_OUT_OF_MEMORY;
    }
    engine->locked.rooms++;
    return ODO_OK;
}

void engine_give_room_back_locked(struct odo_engine *engine)
{
    assert(engine->locked.rooms > 0);
    engine->locked.rooms--;
}

enum odo_status engine_list_locked(struct odo_job *job)
{
    struct odo_engine *engine = job->engine;
    size_t count = engine->locked.job_count;

    engine_give_room_back_locked(engine);
    if (engine->locked.has_stopped) {
        return ODO_E_SHUTTING_DOWN;
    }
    job->locked.listed_as = engine->locked.listed_so_far++;
    engine->locked.is_unsorted =
        engine->locked.is_unsorted ||
        (count > 0 && compare_jobs(&engine->locked.jobs[count - 1], &job) > 0);
    engine->locked.jobs[engine->locked.job_count++] = odo_job_add_ref(job);
    job_table_add(&engine->locked.by_id, &job->id, job);
    job->locked.is_listed = true;
    engine_expiry_noted_locked(job);
    platform_condition_broadcast(engine->keeper_wakes); /* it has an age limit to watch */
    return ODO_OK;
}

void engine_unlist_locked(struct odo_job *job)
{
    struct odo_engine *engine = job->engine;
    size_t i = engine->locked.job_count;

    if (!job->locked.is_listed) {
        return;
    }
    job->locked.is_listed = false;
    engine_forget_unsaved_locked(job);
    job_table_remove(&engine->locked.by_id, &job->id);
    while (engine->locked.jobs[i - 1] != job) { /* from the end, which goes first in a stop */
        i--;
    }
    engine->locked.job_count--;
    memmove(&engine->locked.jobs[i - 1], &engine->locked.jobs[i],
            (engine->locked.job_count - (i - 1)) * sizeof(struct odo_job *));
    odo_job_release(job); /* the caller holds one more */
}

struct odo_job *odo_job_add_ref(struct odo_job *job)
{
    atomic_fetch_add(&job->references, 1);
    return job;
}

void odo_job_release(struct odo_job *job)
{
    struct odo_engine *engine;

    if (!job || atomic_fetch_sub(&job->references, 1) > 1) {
        return;
    }
    engine = job->engine;
    for (uint32_t i = 0; i < job->locked.job.file_count; i++) {
        memory_free(job->locked.runners[i]);
    }
    memory_free(job->locked.runners);
    memory_free(job->probed_path);
    job_free(&job->locked.job);
    assert(!job->journal && !job->leftovers);
    platform_mutex_free(job->journal_lock);
    platform_mutex_free(job->operation);
    memory_free(job);
    engine_release(engine);
}
