#include "network/downloader.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"
#include "network/certificate_look_up.h"
#include "network/fetch.h"
#include "network/fetch_list.h"
#include "network/integrity.h"
#include "network/piece_list.h"
#include "network/proxy_finder.h"
#include "network/request.h"
#include "network/schedule.h"
#include "network/throttle.h"
#include "network/watchdog.h"
#include "platform/clock.h"
#include "platform/thread.h"

#include <assert.h>
#include <curl/curl.h>
#include <string.h>

enum {
    /* How often retries, want of progress and late bytes are looked at while there is cause. */
    TICK_MS = 100,
    POLL_MOST_MS = 60 * 60 * 1000,
    PROXIES_TRIED_MOST = 16, /* one after the other, without a pause */
};

/* Somebody waits until some transfers have been let go. */
struct removal_command {
    struct removal_command *next;
    struct downloader_removal *removals;
    size_t count;
    bool is_done;
};

struct downloader {
    char *user_agent;
    char *ca_file;
    struct proxy_settings proxies; /* its texts are ours */
    uint32_t connect_timeout_ms;
    uint32_t stall_timeout_s;
    struct fetch_rules rules;

    CURLM *multi;
    struct watchdog *watchdog;
    struct look_up *certificates;
    struct proxy_finder *proxy_finder; /* NULL when nobody finds any */
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
        bool answers_are_new; /* of a look-up */
        bool must_stop;
    } shared;

    /* The network thread's own. */
    struct schedule schedule;
    struct throttle throttle;
    struct fetch_list begun;
    struct fetch_list due;
    struct request *idle_requests;
    uint64_t tick_at_ms;
};

/* --- Requests ------------------------------------------------------------------------- */

/* Look at everything again no later than that. */
static void wake_by(struct downloader *downloader, uint64_t at_ms)
{
    if (at_ms < downloader->tick_at_ms) {
        downloader->tick_at_ms = at_ms;
    }
}

static struct request *idle_request(struct downloader *downloader)
{
    struct request *request = downloader->idle_requests;

    if (!request) {
        return request_create();
    }
    downloader->idle_requests = request->next;
    request->next = NULL;
    return request;
}

static void keep_idle(struct downloader *downloader, struct request *request)
{
    request_reset(request);
    request->next = downloader->idle_requests;
    downloader->idle_requests = request;
}

static void forget_request(struct fetch *download, struct request *request)
{
    struct request **place = &download->requests;

    while (*place != request) {
        place = &(*place)->next;
    }
    *place = request->next;
}

/* Take a request out of libcurl and have the transfer account for it. */
static void end_request(struct downloader *downloader, struct request *request,
                        const struct odo_error *result)
{
    struct fetch *download = fetch_of(request);
    uint64_t now_ms = platform_clock_milliseconds();
    long connections = 0;

    curl_easy_getinfo(request->easy, CURLINFO_NUM_CONNECTS, &connections);
    download->connections += (uint32_t)connections;
    request_measure(request, now_ms);
    watchdog_enter(downloader->watchdog);
    curl_multi_remove_handle(downloader->multi, request->easy);
    watchdog_leave(downloader->watchdog);
    request_finish_body(request);
    if (request->attempt->purpose == ATTEMPT_FOR_HEDGE) {
        request_settle_hedge(request);
    }
    forget_request(download, request);
    if (request_must_wait(request)) {
        fetch_wait_for(download, request->waits_for);
        transfer_unsent(&download->transfer, request->attempt);
    } else {
        transfer_ended(&download->transfer, request->attempt, result, now_ms);
    }
    schedule_request_ended(&downloader->schedule, download, request->origin,
                           request->is_bringing);
    request->origin = NULL;
    keep_idle(downloader, request);
    fetch_note_due(download);
}

static void stop_request(struct downloader *downloader, struct request *request)
{
    end_request(downloader, request, &(struct odo_error){.status = ODO_E_CANCELLED});
}

static void abort_requests(struct downloader *downloader, struct fetch *download)
{
    while (download->requests) {
        stop_request(downloader, download->requests);
    }
}

/* Stop whatever is of no use any more. Ending one may end others. */
static void stop_ended(struct downloader *downloader, struct fetch *download)
{
    struct request *request = download->requests;

    while (request) {
        if (request->attempt->end != ATTEMPT_OPEN) {
            stop_request(downloader, request);
            request = download->requests;
        } else {
            request = request->next;
        }
    }
}

/* The proxy that was found for the next request, owned by the caller; or the transfer waits,
 * or has failed, and false is returned. */
static bool find_proxy(struct downloader *downloader, struct fetch *download, char **proxy_out)
{
    uint64_t now_ms = platform_clock_milliseconds();
    struct proxy_finding finding = {.proxy = NULL};
    enum odo_status status;

    *proxy_out = NULL;
    if (!downloader->proxy_finder) {
        return true;
    }
    status = proxy_finder_choose(downloader->proxy_finder, download->transfer.origin->name,
                                 now_ms, &finding);
    if (status != ODO_OK) {
        fetch_fail_with(download, status);
        return false;
    }
    if (finding.wait.look_up) {
        fetch_wait_for(download, finding.wait);
        return false;
    }
    *proxy_out = finding.proxy;
    return true;
}

/* What was bad may have come from a server of several, or out of a cache on the way; and a
 * piece that is late is asked for once more on a connection of its own. */
static bool needs_new_connection(const struct fetch *download, const struct attempt *attempt)
{
    if (attempt->purpose == ATTEMPT_FOR_HEDGE) {
        return download->transfer.origin->is_http_2;
    }
    for (size_t i = 0; i < attempt->piece_count; i++) {
        if (integrity_was_bad(download->integrity, attempt->pieces[i].span.offset)) {
            return true;
        }
    }
    return false;
}

/* Send the download's next request. On failure it has failed, or has nothing to ask. */
static void start_request(struct downloader *downloader, struct fetch *download)
{
    struct transfer *transfer = &download->transfer;
    struct request *request = NULL;
    struct attempt *attempt = NULL;
    char *found_proxy = NULL;
    struct request_start start = {
        .user_agent = downloader->user_agent,
        .ca_file = downloader->ca_file,
        .connect_timeout_ms = downloader->connect_timeout_ms,
        .stall_timeout_s = downloader->stall_timeout_s,
        .certificates = downloader->certificates,
        .watchdog = downloader->watchdog,
    };
    enum odo_status status;

    fetch_list_append(&downloader->begun, download);
    fetch_note_due(download);
    if (!find_proxy(downloader, download, &found_proxy)) {
        return;
    }
    request = idle_request(downloader);
    if (!request) {
        memory_free(found_proxy);
        fetch_fail_with(download, ODO_E_OUT_OF_MEMORY);
        return;
    }
    request->found_proxy = found_proxy;
    if (fetch_open_sink(download) != ODO_OK ||
        transfer_next_attempt(transfer, platform_clock_milliseconds(), &attempt) != ODO_OK) {
        keep_idle(downloader, request);
        return;
    }
    start.use_new_connection = needs_new_connection(download, attempt);
    start.proxy = found_proxy ? found_proxy : proxy_choice(&downloader->proxies, attempt->url);
    status = request_prepare(request, &download->task, attempt, &start);
    if (status != ODO_OK) {
        transfer_unsent(transfer, attempt);
        keep_idle(downloader, request);
        fetch_fail_with(download, status);
        return;
    }
    request->next = download->requests;
    download->requests = request;
    request->origin = schedule_request_began(download);
    wake_by(downloader, platform_clock_milliseconds() + TICK_MS);
    if (curl_multi_add_handle(downloader->multi, request->easy) != CURLM_OK) {
        end_request(downloader, request, &(struct odo_error){.status = ODO_E_OUT_OF_MEMORY});
    }
}

static void start_requests(struct downloader *downloader)
{
    struct fetch *download;

    while ((download = schedule_pick(&downloader->schedule)) != NULL) {
        if (download->transfer.origin) {
            start_request(downloader, download);
        } else {
            fetch_fail_with(download, download->origin_status);
        }
        schedule_sort(download);
    }
}

/* --- Commands ------------------------------------------------------------------------- */

/* What fetch.on_due calls. */
static void on_due(struct fetch *download)
{
    fetch_list_append(&download->downloader->due, download);
}

static void take_in_one(struct downloader *downloader, struct fetch *download)
{
    schedule_add(&downloader->schedule, download);
    download->on_due = on_due;
    download->is_taken_in = true;
    if (!download->ready.is_linked) {
        fetch_note_due(download); /* everything was there already */
        fetch_list_append(&downloader->begun, download);
    }
}

/* A transfer, and the one that fetches what it is checked against. */
static void take_in(struct downloader *downloader, struct fetch *download)
{
    take_in_one(downloader, download);
    if (piece_list_fetch(download->list)) {
        take_in_one(downloader, piece_list_fetch(download->list));
    }
}

/* Take the transfer off the queue, where somebody may have put it again meanwhile. */
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
static void let_go_one(struct downloader *downloader, struct downloader_removal *removal)
{
    struct fetch *download = removal->transfer;

    abort_requests(downloader, download);
    destination_close(&download->destination); /* a stream queues the transfer no more ... */
    withdraw_command(downloader, download);    /* ... so that this holds */
    removal->last = fetch_describe(download);
    removal->last.checkpoint = NULL; /* these end with the transfer */
    removal->last.response_headers = NULL;
    removal->last.effective_url = NULL;
    removal->last.server_address = NULL;
    fetch_list_remove(&downloader->begun, download);
    fetch_list_remove(&downloader->due, download);
    schedule_remove(&downloader->schedule, download);
    fetch_free(download, &removal->checkpoint);
}

/* A piece hash file has come, or will not. */
static void let_go_of_list(struct fetch *list)
{
    struct downloader_removal removal = {.transfer = list};

    let_go_one(list->downloader, &removal);
    checkpoint_free(&removal.checkpoint);
}

static void let_go(struct downloader *downloader, struct downloader_removal *removal)
{
    struct fetch *download = removal->transfer;
    struct piece_list *list = download->list;
    struct fetch *list_fetch;

    if (!download->is_taken_in) {
        take_in(downloader, download);
    }
    list_fetch = piece_list_take(list);
    if (list_fetch) {
        let_go_of_list(list_fetch);
    }
    let_go_one(downloader, removal);
    piece_list_free(list);
}

static void take_command(struct downloader *downloader, struct fetch *download)
{
    if (!download->is_taken_in) {
        take_in(downloader, download);
    } else {
        schedule_change(download);
        fetch_stream_progressed(download);
        schedule_sort(download);
        downloader->tick_at_ms = 0; /* a limit may have passed by its new value */
    }
}

/* Somebody may have waited for the answer of a look-up. */
static void end_waits(struct downloader *downloader)
{
    for (struct fetch *download = downloader->begun.first; download;
         download = download->begun.next) {
        fetch_end_wait(download);
        schedule_sort(download);
    }
}

/* Do what other threads have asked for. Returns false to stop. */
static bool take_commands(struct downloader *downloader)
{
    struct fetch *taken = NULL; /* oldest first */
    struct removal_command *removals;
    bool answers_are_new;
    bool must_stop;

    platform_mutex_lock(downloader->mutex);
    for (struct fetch *download = downloader->shared.commands; download;
         download = download->next_command) {
        download->is_queued = false; /* and may be queued again as soon as the lock is free */
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
        end_waits(downloader);
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
        removal->is_done = true; /* the waiter's memory ends when it sees this */
        platform_condition_broadcast(downloader->has_removed);
        platform_mutex_unlock(downloader->mutex);
    }
    return !must_stop;
}

/* --- The loop ------------------------------------------------------------------------- */

/*
 * When its proxy cannot be reached and there is another one, the request is repeated at once;
 * but not for ever, since proxies of many servers may crowd out each other's failures.
 */
static void try_other_proxy(struct downloader *downloader, struct request *request,
                            CURLcode code)
{
    struct fetch *download = fetch_of(request);
    bool has_other = code != CURLE_OK && request->found_proxy &&
                     request_lacks_proxy(request, code) &&
                     proxy_finder_failed(downloader->proxy_finder, request->origin->name,
                                         request->found_proxy, platform_clock_milliseconds());

    if (has_other && download->proxies_tried < PROXIES_TRIED_MOST) {
        download->proxies_tried++;
        request->attempt->end = ATTEMPT_ASK_AGAIN;
    } else {
        download->proxies_tried = 0;
    }
}

static void collect_ended(struct downloader *downloader)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(downloader->multi, &left)) != NULL) {
        struct request *request = NULL;
        CURLcode code = message->data.result;
        struct odo_error result;

        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
        try_other_proxy(downloader, request, code);
        result = request_result(request, code);
        end_request(downloader, request, &result);
    }
}

/* End a request that was slowed down, and of which nothing has been heard since it went on. */
static void end_silent(struct downloader *downloader, struct fetch *download, uint64_t now_ms)
{
    struct request *request =
        fetch_find_silent(download, (uint64_t)downloader->stall_timeout_s * 1000, now_ms);

    if (request) {
        end_request(downloader, request,
                    &(struct odo_error){.status = ODO_E_TRANSFER_TIMED_OUT});
    }
}

/* When this download must be looked at again if nothing happens. */
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
    for (struct fetch *download = downloader->begun.first; download; download = next) {
        next = download->begun.next;
        fetch_flush_late(download, now_ms);
        if (download->transfer.origin) {
            origin_measure_total(download->transfer.origin, platform_clock_microseconds());
        }
        end_silent(downloader, download, now_ms);
        fetch_tick(download, now_ms);
        schedule_sort(download);
        wake_by(downloader, wake_at(download, now_ms));
    }
}

/* Carry out what was decided inside libcurl's callbacks, and report. */
static void settle(struct downloader *downloader)
{
    struct fetch *download;

    while ((download = downloader->due.first) != NULL) {
        struct download_update update;

        stop_ended(downloader, download);
        fetch_settle(download);
        schedule_refresh_origin(&downloader->schedule, download);
        fetch_list_remove(&downloader->due, download);
        schedule_sort(download);
        wake_by(downloader, wake_at(download, platform_clock_milliseconds()));
        update = fetch_describe(download);
        if (update.state == DOWNLOAD_DONE || update.state == DOWNLOAD_FAILED) {
            fetch_list_remove(&downloader->begun, download);
            if (download->was_reported_final) {
                continue;
            }
            download->was_reported_final = true;
        }
        /* Last: it may remove the download. */
        download->options.on_update(download->options.context, &update);
    }
}

/* How long nothing of ours needs to be done unless libcurl or another thread wakes us. */
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

/* Those that have made way for others go on. */
static void begin_turn(struct downloader *downloader)
{
    for (struct fetch *download = downloader->begun.first; download;
         download = download->begun.next) {
        fetch_begin_turn(download);
    }
}

static bool is_yielding(const struct downloader *downloader)
{
    const struct fetch *download = downloader->begun.first;

    while (download && !fetch_is_yielding(download)) {
        download = download->begun.next;
    }
    return download != NULL;
}

/* Whatever libcurl has to do, and no longer than a server may take. */
static void perform(struct downloader *downloader)
{
    int running;
    CURLMcode code;

    watchdog_enter(downloader->watchdog);
    code = curl_multi_perform(downloader->multi, &running);
    watchdog_leave(downloader->watchdog);
    if (code != CURLM_OK) {
        log_write(LOG_ERROR, "libcurl's multi handle refuses to work");
    }
}

static void run(void *context)
{
    struct downloader *downloader = context;

    while (take_commands(downloader)) {
        tick(downloader, platform_clock_milliseconds());
        start_requests(downloader);
        throttle_release(&downloader->throttle, platform_clock_milliseconds());
        begin_turn(downloader);
        perform(downloader);
        collect_ended(downloader);
        settle(downloader);
        start_requests(downloader);
        if (!downloader->due.first && !is_yielding(downloader)) {
            curl_multi_poll(downloader->multi, NULL, 0, poll_timeout_ms(downloader), NULL);
        }
    }
}

/* The network thread takes up what was asked for, or would, if it has its pipe: that it has was
 * made sure of at the start. */
static void wake(struct downloader *downloader)
{
    CURLMcode code = curl_multi_wakeup(downloader->multi);

    if (code != CURLM_OK) {
        log_write(LOG_ERROR, "the network thread could not be woken: %s",
                  curl_multi_strerror(code));
    }
}

/* --- From other threads --------------------------------------------------------------- */

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
    if (is_first) { /* or else whoever was it has, and all are taken together */
        wake(downloader);
    }
}

/* On a stream's thread, which holds the stream: see to the transfer soon. */
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
    wake(downloader);
}

/* On the thread of a look-up. */
static void on_answered(void *context)
{
    struct downloader *downloader = context;

    platform_mutex_lock(downloader->mutex);
    downloader->shared.answers_are_new = true;
    platform_mutex_unlock(downloader->mutex);
    wake(downloader);
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
        status = piece_list_create(download, let_go_of_list, &download->list);
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
    wake(downloader);

    platform_mutex_lock(downloader->mutex);
    while (!command.is_done) {
        platform_condition_wait(downloader->has_removed, downloader->mutex);
    }
    platform_mutex_unlock(downloader->mutex);
}

void downloader_forget_proxies(struct downloader *downloader)
{
    if (downloader->proxy_finder) {
        proxy_finder_forget(downloader->proxy_finder);
    }
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
    wake(downloader);
}

/* --- Life ----------------------------------------------------------------------------- */

static void downloader_free(struct downloader *downloader)
{
    while (downloader->idle_requests) {
        struct request *request = downloader->idle_requests;

        downloader->idle_requests = request->next;
        request->next = NULL;
        request_free(request);
    }
    look_up_free(downloader->certificates); /* they wake libcurl */
    proxy_finder_free(downloader->proxy_finder);
    if (downloader->multi && downloader->watchdog) {
        watchdog_enter(downloader->watchdog); /* it takes leave of servers */
        curl_multi_cleanup(downloader->multi);
        watchdog_leave(downloader->watchdog);
    } else if (downloader->multi) {
        curl_multi_cleanup(downloader->multi); /* nothing was connected */
    }
    watchdog_stop(downloader->watchdog);
    schedule_free(&downloader->schedule);
    platform_condition_free(downloader->has_removed);
    platform_mutex_free(downloader->mutex);
    proxy_settings_free(&downloader->proxies);
    memory_free(downloader->ca_file);
    memory_free(downloader->user_agent);
    memory_free(downloader);
    curl_global_cleanup();
}

/* False without memory. */
static bool make_finder(struct downloader *downloader, const struct downloader_options *options)
{
    struct proxy_finder_options finding = {
        .find_proxy = options->find_proxy,
        .find_proxy_context = options->find_proxy_context,
        .on_answered = on_answered,
        .context = downloader,
    };

    downloader->proxy_finder = finding.find_proxy ? proxy_finder_create(&finding) : NULL;
    return !finding.find_proxy || downloader->proxy_finder;
}

static void configure_multi(const struct downloader *downloader)
{
    /* More than the lanes in use, or connections churn. */
    curl_multi_setopt(downloader->multi, CURLMOPT_MAXCONNECTS,
                      (long)downloader->schedule.connections * 2);
    curl_multi_setopt(downloader->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                      (long)downloader->schedule.connections);
}

enum odo_status downloader_start(const struct downloader_options *options,
                                 struct downloader **downloader_out)
{
    struct downloader *downloader;
    enum odo_status status = ODO_E_OUT_OF_MEMORY;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return ODO_E_UNEXPECTED;
    }
    downloader = memory_allocate_zeroed(1, sizeof(*downloader));
    if (!downloader) {
        curl_global_cleanup();
        return ODO_E_OUT_OF_MEMORY;
    }
    downloader->begun.link = offsetof(struct fetch, begun);
    downloader->due.link = offsetof(struct fetch, due);
    downloader->connect_timeout_ms = options->connect_timeout_ms;
    downloader->stall_timeout_s = options->stall_timeout_s;
    downloader->schedule.connections_per_host = options->connections_per_host;
    downloader->schedule.connections = options->connections;
    downloader->rules = (struct fetch_rules){
        .transfer =
            {
                .retry_base_ms = options->retry_base_ms,
                .retry_limit_ms = options->retry_limit_ms,
                .is_metered = options->is_metered,
                .ranges_per_request = options->ranges_per_request,
                .refuse_salvage = options->refuse_salvage,
                .allow_insecure_redirects = options->allow_insecure_redirects,
                .allow_unknown_size = options->allow_unknown_size,
            },
        .lanes = options->connections_per_host,
        .checkpoint_interval_ms = options->checkpoint_interval_ms,
    };
    throttle_set(&downloader->throttle, options->foreground_rate, options->background_rate,
                 platform_clock_milliseconds());
    downloader->user_agent = text_copy(options->user_agent);
    downloader->ca_file = options->ca_file ? text_copy(options->ca_file) : NULL;
    downloader->mutex = platform_mutex_create_ranked(LOCK_NETWORK);
    downloader->has_removed = platform_condition_create();
    downloader->multi = curl_multi_init();
    downloader->certificates = certificate_look_up_create(on_answered, downloader);
    if (!downloader->user_agent || (options->ca_file && !downloader->ca_file) ||
        !proxy_settings_copy(&options->proxies, &downloader->proxies) || !downloader->mutex ||
        !downloader->has_removed || !downloader->multi || !downloader->certificates ||
        !make_finder(downloader, options) ||
        curl_multi_wakeup(downloader->multi) != CURLM_OK) { /* no descriptors: nobody could
                                                               stop it */
        goto done;
    }
    configure_multi(downloader);
    status = watchdog_start(&downloader->watchdog);
    if (status == ODO_OK) {
        status = platform_thread_start(run, downloader, &downloader->thread);
    }

done:
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
    wake(downloader);
    platform_thread_join(downloader->thread);
    assert(!downloader->schedule.groups && !downloader->shared.commands);
    downloader_free(downloader);
}
