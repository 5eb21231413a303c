/*
 * Starts and stops an engine: its options, threads and store; and its global settings.
 */
#include "engine/engine_keeper.h"
#include "engine/engine_runner.h"
#include "engine/engine_store.h"
#include "engine/engine_streams.h"
#include "engine/engine_temporary.h"

#include "base/memory.h"
#include "base/text.h"
#include "network/proxy_finder.h"
#include "platform/path.h"

enum { CHECKPOINT_INTERVAL_MS = 100 };

/* 30 days. */
#define JOB_AGE_LIMIT_MS (UINT32_C(30) * 24 * 60 * 60 * 1000)

void odo_free(void *memory)
{
    memory_free(memory);
}

/* The maximum of each number in the options; 0 means the default. */
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

/* A relative path would lose jobs when the host starts in another folder. */
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

/* An empty name means this user's default folder. */
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

/* The first job is about to start. */
static enum odo_status begin_work_locked(struct odo_engine *engine)
{
    enum odo_status status = ODO_OK;

    if (!engine->locked.downloader) {
        status = engine_start_keeper_locked(engine);
        if (status == ODO_OK) {
            status = downloader_start(&engine->downloader_options, &engine->locked.downloader);
        }
    }
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
    engine->begin_work = begin_work_locked;
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
    engine->changed = platform_condition_create();
    engine->removed = platform_condition_create();
    engine->adopting = platform_mutex_create_ranked(LOCK_ADOPTING);
    engine->keeper_wakes = platform_condition_create();
    engine->resume_adopted = options->resume_adopted;
    engine->job_age_limit_ms = or_default(options->job_age_limit_ms, JOB_AGE_LIMIT_MS);
    if (!downloading->user_agent || (options->ca_file && !downloading->ca_file) ||
        !proxy_settings_copy(&proxies, &downloading->proxies) || !engine->lock ||
        !engine->changed || !engine->removed || !engine->adopting || !engine->keeper_wakes) {
        status = ODO_E_OUT_OF_MEMORY;
    }
    if (status == ODO_OK && options->host.on_event) {
        status = news_start(&options->host, &engine->news);
    }
    if (status == ODO_OK && options->store_folder) {
        status = open_store(engine, options->store_folder);
    }
    if (status != ODO_OK) {
        news_stop(engine->news);
        engine_release(engine);
        return status;
    }
    *engine_out = engine;
    return ODO_OK;
}

/* The last listed job, with a reference for the caller; NULL if there is none. */
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
        if (engine_keeps_locked(job)) { /* immutable from here on */
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
    engine_join_streams(engine);
    platform_mutex_lock(engine->lock);
    downloader = engine->locked.downloader;
    engine->locked.downloader = NULL;
    platform_mutex_unlock(engine->lock);
    downloader_stop(downloader);
    engine_stop_keeper(engine);
    news_stop(engine->news);
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

bool odo_engine_is_running(struct odo_engine *engine)
{
    bool is_running = false;

    platform_mutex_lock(engine->lock);
    for (size_t i = 0; i < engine->locked.job_count && !is_running; i++) {
        is_running = job_state_is_running(engine->locked.jobs[i]->locked.job.state);
    }
    platform_mutex_unlock(engine->lock);
    return is_running;
}
