#include "network/downloader.h"

#include "base/memory.h"
#include "network/dispatcher.h"
#include "network/fetch.h"
#include "network/fetch_list.h"
#include "network/piece_list.h"
#include "network/throttle.h"
#include "network/tls_end.h"
#include "platform/clock.h"
#include "platform/thread.h"

#include <assert.h>
#include <curl/curl.h>

enum {
    /* How often retries, stalls and delayed writes are checked while there is reason to. */
    TICK_MS = 100,
    POLL_MOST_MS = 60 * 60 * 1000,
};

/* A thread waits for the removal of some transfers. */
struct removal_command {
    struct removal_command *next;
    struct downloader_removal *removals;
    size_t count;
    bool is_done;
};

struct downloader {
    struct dispatcher dispatcher;
    struct fetch_rules rules;

    struct platform_thread *thread;
    struct platform_mutex *mutex; /* guards `shared` */
    struct platform_condition *has_removed;
    struct {
        struct fetch *commands; /* to be added or changed; newest first */
        struct removal_command *removals;
        uint64_t foreground_rate;
        uint64_t background_rate;
        bool is_metered;
        bool limits_are_new;
        bool answers_are_new; /* from a look-up */
        bool must_stop;
    } shared;

    /* Network thread only. */
    struct throttle throttle;
    struct fetch_list due;
    uint64_t tick_at_ms;
};

/* Schedule the next round no later than `at_ms`. */
static void wake_by(struct downloader *downloader, uint64_t at_ms)
{
    if (at_ms < downloader->tick_at_ms) {
        downloader->tick_at_ms = at_ms;
    }
}

/* --- Commands ------------------------------------------------------------------------- */

/* fetch.on_due. */
static void on_due(struct fetch *download)
{
    fetch_list_append(&download->downloader->due, download);
}

static void take_in_one(struct downloader *downloader, struct fetch *download)
{
    schedule_add(&downloader->dispatcher.schedule, download);
    download->on_due = on_due;
    download->is_taken_in = true;
    if (!download->ready.is_linked) {
        fetch_note_due(download); /* nothing may be left to fetch */
        fetch_list_append(&downloader->dispatcher.begun, download);
    }
}

/* Add a transfer, and the one that fetches its piece hashes. */
static void add_download(struct downloader *downloader, struct fetch *download)
{
    take_in_one(downloader, download);
    if (piece_list_fetch(download->list)) {
        take_in_one(downloader, piece_list_fetch(download->list));
    }
}

/* Remove the transfer from the command queue, where another thread may have put it again. */
static void withdraw_command(struct downloader *downloader, struct fetch *download)
{
    platform_mutex_lock(downloader->mutex);
    if (download->is_queued) {
        struct fetch **place = &downloader->shared.commands;

        while (*place != download) {
            place = &(*place)->next_command;
        }
        *place = download->next_command;
        download->is_queued = false;
    }
    platform_mutex_unlock(downloader->mutex);
}

/* On the network thread, outside libcurl's callbacks. */
static void remove_one(struct downloader *downloader, struct downloader_removal *removal)
{
    struct fetch *download = removal->transfer;

    dispatcher_abort(&downloader->dispatcher, download);
    destination_close(&download->destination); /* a stream no longer queues the transfer ... */
    withdraw_command(downloader, download);    /* ... so it stays off the queue */
    removal->last = fetch_describe(download);
    removal->last.checkpoint = NULL; /* these are freed with the transfer */
    removal->last.response_headers = NULL;
    removal->last.effective_url = NULL;
    removal->last.server_address = NULL;
    fetch_list_remove(&downloader->dispatcher.begun, download);
    fetch_list_remove(&downloader->due, download);
    schedule_remove(&downloader->dispatcher.schedule, download);
    fetch_free(download, &removal->checkpoint);
}

/* A piece hash file was fetched, or failed. */
static void remove_list(struct fetch *list)
{
    struct downloader_removal removal = {.transfer = list};

    remove_one(list->downloader, &removal);
    checkpoint_free(&removal.checkpoint);
}

static void let_go(struct downloader *downloader, struct downloader_removal *removal)
{
    struct fetch *download = removal->transfer;
    struct piece_list *list = download->list;
    struct fetch *list_fetch;

    if (!download->is_taken_in) {
        add_download(downloader, download);
    }
    list_fetch = piece_list_take(list);
    if (list_fetch) {
        remove_list(list_fetch);
    }
    remove_one(downloader, removal);
    piece_list_free(list);
}

static void take_command(struct downloader *downloader, struct fetch *download)
{
    if (!download->is_taken_in) {
        add_download(downloader, download);
    } else {
        schedule_change(download);
        fetch_stream_progressed(download);
        schedule_sort(download);
        downloader->tick_at_ms = 0; /* the new limit may already be exceeded */
    }
}

/* Carry out requests of other threads. Returns false to stop. */
static bool take_commands(struct downloader *downloader)
{
    struct fetch *taken = NULL; /* oldest first */
    struct removal_command *removals;
    bool answers_are_new;
    bool must_stop;

    platform_mutex_lock(downloader->mutex);
    for (struct fetch *download = downloader->shared.commands; download;
         download = download->next_command) {
        download->is_queued = false; /* may be queued again once the lock is released */
        download->settings = download->settings_to_come;
        download->next_taken = taken;
        taken = download;
    }
    downloader->shared.commands = NULL;
    removals = downloader->shared.removals;
    downloader->shared.removals = NULL;
    must_stop = downloader->shared.must_stop;
    answers_are_new = downloader->shared.answers_are_new;
    downloader->shared.answers_are_new = false;
    if (downloader->shared.limits_are_new) {
        downloader->shared.limits_are_new = false;
        downloader->rules.transfer.is_metered = downloader->shared.is_metered;
        throttle_set(&downloader->throttle, downloader->shared.foreground_rate,
                     downloader->shared.background_rate, platform_clock_milliseconds());
    }
    platform_mutex_unlock(downloader->mutex);

    if (answers_are_new) {
        dispatcher_end_waits(&downloader->dispatcher);
    }
    while (taken) {
        struct fetch *download = taken;

        taken = download->next_taken;
        take_command(downloader, download);
    }
    while (removals) {
        struct removal_command *removal = removals;

        removals = removal->next;
        for (size_t i = 0; i < removal->count; i++) {
            let_go(downloader, &removal->removals[i]);
        }
        platform_mutex_lock(downloader->mutex);
        removal->is_done = true; /* the waiter's memory is gone once it sees this */
        platform_condition_broadcast(downloader->has_removed);
        platform_mutex_unlock(downloader->mutex);
    }
    return !must_stop;
}

/* --- The loop ------------------------------------------------------------------------- */

/* When this download is due again if nothing happens before. */
static uint64_t wake_at(const struct fetch *download, uint64_t now_ms)
{
    return download->requests ? now_ms + TICK_MS
                              : transfer_wake_at(&download->transfer, now_ms);
}

static void tick(struct downloader *downloader, uint64_t now_ms)
{
    struct fetch *next;

    if (now_ms < downloader->tick_at_ms) {
        return;
    }
    downloader->tick_at_ms = UINT64_MAX;
    for (struct fetch *download = downloader->dispatcher.begun.first; download;
         download = next) {
        next = download->begun.next;
        fetch_flush_late(download, now_ms);
        if (download->transfer.origin) {
            origin_measure_total(download->transfer.origin, platform_clock_microseconds());
        }
        dispatcher_stop_silent(&downloader->dispatcher, download, now_ms);
        fetch_tick(download, now_ms);
        schedule_sort(download);
        wake_by(downloader, wake_at(download, now_ms));
    }
}

/* Act on decisions made inside libcurl's callbacks, and report. */
static void settle(struct downloader *downloader)
{
    struct fetch *download;

    while ((download = downloader->due.first) != NULL) {
        struct download_update update;

        dispatcher_stop_ended(&downloader->dispatcher, download);
        fetch_settle(download);
        schedule_refresh_origin(&downloader->dispatcher.schedule, download);
        fetch_list_remove(&downloader->due, download);
        schedule_sort(download);
        wake_by(downloader, wake_at(download, platform_clock_milliseconds()));
        update = fetch_describe(download);
        if (update.state == DOWNLOAD_DONE || update.state == DOWNLOAD_FAILED) {
            fetch_list_remove(&downloader->dispatcher.begun, download);
            if (download->was_reported_final) {
                continue;
            }
            download->was_reported_final = true;
        }
        /* Last, as it may remove the download. */
        download->options.on_update(download->options.context, &update);
    }
}

/* Milliseconds until there is work, unless libcurl or another thread wakes us. */
static int poll_timeout_ms(struct downloader *downloader)
{
    uint64_t now_ms;
    uint64_t next_ms;

    now_ms = platform_clock_milliseconds();
    next_ms = throttle_next_ms(&downloader->throttle, now_ms);
    if (next_ms > downloader->tick_at_ms) {
        next_ms = downloader->tick_at_ms;
    }
    if (next_ms <= now_ms) {
        return 0;
    }
    return next_ms - now_ms < POLL_MOST_MS ? (int)(next_ms - now_ms) : POLL_MOST_MS;
}

static void run(void *context)
{
    struct downloader *downloader = context;
    struct dispatcher *dispatcher = &downloader->dispatcher;

    while (take_commands(downloader)) {
        tick(downloader, platform_clock_milliseconds());
        dispatcher_send(dispatcher);
        throttle_release(&downloader->throttle, platform_clock_milliseconds());
        dispatcher_perform(dispatcher);
        settle(downloader);
        dispatcher_send(dispatcher);
        if (!downloader->due.first) {
            dispatcher_wait(dispatcher, poll_timeout_ms(downloader));
        }
    }
}

/* --- Calls from other threads --------------------------------------------------------- */

static void queue_command(struct downloader *downloader, struct fetch *download,
                          const struct download_settings *settings)
{
    bool is_first;

    platform_mutex_lock(downloader->mutex);
    is_first = !downloader->shared.commands;
    download->settings_to_come = *settings;
    if (!download->is_queued) {
        download->is_queued = true;
        download->next_command = downloader->shared.commands;
        downloader->shared.commands = download;
    }
    platform_mutex_unlock(downloader->mutex);
    if (is_first) { /* otherwise the thread has been woken already, and takes all at once */
        dispatcher_wake(&downloader->dispatcher);
    }
}

/* On a stream's thread, which holds the stream's lock: only queue the transfer. */
static void on_stream_progress(void *context)
{
    struct fetch *download = context;
    struct downloader *downloader = download->downloader;

    platform_mutex_lock(downloader->mutex);
    if (!download->is_queued) {
        download->is_queued = true;
        download->next_command = downloader->shared.commands;
        downloader->shared.commands = download;
    }
    platform_mutex_unlock(downloader->mutex);
    dispatcher_wake(&downloader->dispatcher);
}

/* On a look-up's thread. */
static void on_answered(void *context)
{
    struct downloader *downloader = context;

    platform_mutex_lock(downloader->mutex);
    downloader->shared.answers_are_new = true;
    platform_mutex_unlock(downloader->mutex);
    dispatcher_wake(&downloader->dispatcher);
}

static void adopt(struct downloader *downloader, struct fetch *download,
                  struct fetch_group *group)
{
    download->group = group;
    download->downloader = downloader;
    download->task.throttle = &downloader->throttle;
    download->options.on_stream_progress = on_stream_progress;
    download->settings_to_come = download->settings;
}

enum odo_status downloader_prepare(struct downloader *downloader,
                                   const struct download_options *options,
                                   struct fetch **transfer_out)
{
    struct fetch_group *group = schedule_make_group();
    struct fetch_group *list_group = schedule_make_group();
    struct fetch *download = NULL;
    struct fetch *list;
    enum odo_status status = group && list_group
                                 ? fetch_create(options, &downloader->rules, false, &download)
                                 : ODO_E_OUT_OF_MEMORY;

    if (status == ODO_OK) {
        status = piece_list_create(download, remove_list, &download->list);
    }
    if (status != ODO_OK) {
        fetch_discard(download);
        memory_free(group);
        memory_free(list_group);
        return status;
    }
    adopt(downloader, download, group);
    list = piece_list_fetch(download->list);
    if (list) {
        adopt(downloader, list, list_group);
    } else {
        memory_free(list_group);
    }
    *transfer_out = download;
    return ODO_OK;
}

void downloader_begin(struct downloader *downloader, struct fetch *download)
{
    queue_command(downloader, download, &download->settings);
}

void downloader_change(struct downloader *downloader, struct fetch *download,
                       const struct download_settings *settings)
{
    queue_command(downloader, download, settings);
}

void downloader_remove(struct downloader *downloader, struct downloader_removal *removals,
                       size_t count)
{
    struct removal_command command = {.removals = removals, .count = count};

    if (platform_thread_is_current(downloader->thread)) {
        for (size_t i = 0; i < count; i++) {
            let_go(downloader, &removals[i]);
        }
        return;
    }
    platform_mutex_lock(downloader->mutex);
    command.next = downloader->shared.removals;
    downloader->shared.removals = &command;
    platform_mutex_unlock(downloader->mutex);
    dispatcher_wake(&downloader->dispatcher);

    platform_mutex_lock(downloader->mutex);
    while (!command.is_done) {
        platform_condition_wait(downloader->has_removed, downloader->mutex);
    }
    platform_mutex_unlock(downloader->mutex);
}

void downloader_forget_proxies(struct downloader *downloader)
{
    dispatcher_forget_proxies(&downloader->dispatcher);
}

void downloader_set_limits(struct downloader *downloader, uint64_t foreground_rate,
                           uint64_t background_rate, bool is_metered)
{
    platform_mutex_lock(downloader->mutex);
    downloader->shared.foreground_rate = foreground_rate;
    downloader->shared.background_rate = background_rate;
    downloader->shared.is_metered = is_metered;
    downloader->shared.limits_are_new = true;
    platform_mutex_unlock(downloader->mutex);
    dispatcher_wake(&downloader->dispatcher);
}

/* --- Life ----------------------------------------------------------------------------- */

static void downloader_free(struct downloader *downloader)
{
    dispatcher_free(&downloader->dispatcher);
    platform_condition_free(downloader->has_removed);
    platform_mutex_free(downloader->mutex);
    memory_free(downloader);
    curl_global_cleanup();
}

static struct fetch_rules rules_of(const struct downloader_options *options)
{
    return (struct fetch_rules){
        .transfer =
            {
                .retry_base_ms = options->retry_base_ms,
                .retry_limit_ms = options->retry_limit_ms,
                .is_metered = options->is_metered,
                .ranges_per_request = options->ranges_per_request,
                .refuse_salvage = options->refuse_salvage,
                .allow_insecure_redirects = options->allow_insecure_redirects,
                .allow_unknown_size = options->allow_unknown_size,
                .tls_end_is_reported = tls_end_is_reported(),
            },
        .lanes = options->connections_per_host,
        .checkpoint_interval_ms = options->checkpoint_interval_ms,
    };
}

static enum odo_status init_dispatcher(struct downloader *downloader,
                                       const struct downloader_options *options)
{
    return dispatcher_init(&downloader->dispatcher,
                           &(struct dispatcher_options){
                               .user_agent = options->user_agent,
                               .ca_file = options->ca_file,
                               .proxies = options->proxies,
                               .find_proxy = options->find_proxy,
                               .find_proxy_context = options->find_proxy_context,
                               .connect_timeout_ms = options->connect_timeout_ms,
                               .stall_timeout_s = options->stall_timeout_s,
                               .connections_per_host = options->connections_per_host,
                               .connections = options->connections,
                               .on_answered = on_answered,
                               .context = downloader,
                           });
}

enum odo_status downloader_start(const struct downloader_options *options,
                                 struct downloader **downloader_out)
{
    struct downloader *downloader;
    enum odo_status status;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return ODO_E_UNEXPECTED;
    }
    downloader = memory_allocate_zeroed(1, sizeof(*downloader));
    if (!downloader) {
        curl_global_cleanup();
        return ODO_E_OUT_OF_MEMORY;
    }
    downloader->due.link = offsetof(struct fetch, due);
    downloader->rules = rules_of(options);
    throttle_set(&downloader->throttle, options->foreground_rate, options->background_rate,
                 platform_clock_milliseconds());
    downloader->mutex = platform_mutex_create_ranked(LOCK_NETWORK);
    downloader->has_removed = platform_condition_create();
    status = init_dispatcher(downloader, options);
    if (!downloader->mutex || !downloader->has_removed) {
        status = ODO_E_OUT_OF_MEMORY;
    }
    if (status == ODO_OK) {
        status = platform_thread_start(run, downloader, &downloader->thread);
    }
    if (status != ODO_OK) {
        downloader_free(downloader);
        return status;
    }
    *downloader_out = downloader;
    return ODO_OK;
}

void downloader_stop(struct downloader *downloader)
{
    if (!downloader) {
        return;
    }
    platform_mutex_lock(downloader->mutex);
    downloader->shared.must_stop = true;
    platform_mutex_unlock(downloader->mutex);
    dispatcher_wake(&downloader->dispatcher);
    platform_thread_join(downloader->thread);
    assert(!downloader->dispatcher.schedule.groups && !downloader->shared.commands);
    downloader_free(downloader);
}
