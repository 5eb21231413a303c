#include "network/downloader.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"
#include "network/certificate_look_up.h"
#include "network/integrity.h"
#include "network/origin.h"
#include "network/proxy_finder.h"
#include "network/request.h"
#include "network/schedule.h"
#include "network/slow_lane.h"
#include "network/throttle.h"
#include "network/transfer.h"
#include "network/transfer_list.h"
#include "platform/clock.h"
#include "platform/thread.h"

#include <assert.h>
#include <curl/curl.h>
#include <string.h>

enum {
    /* Bytes that came are handed to the sink after this long, however few. */
    FLUSH_AFTER_MS = 250,
    /* How often retries, want of progress and late bytes are looked at while there is cause. */
    TICK_MS = 100,
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
    struct transfer_rules rules;

    CURLM *multi;
    struct look_up *certificates;
    struct proxy_finder *proxy_finder; /* NULL when nobody finds any */
    struct platform_thread *thread;
    struct platform_mutex *mutex; /* guards `shared` */
    struct platform_condition *has_removed;
    struct {
        struct download *commands; /* to be added or changed; newest first */
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
    struct transfer_list begun;
    struct transfer_list due;
    struct request *idle_requests;
    uint64_t tick_at_ms;
};

/* --- Requests ------------------------------------------------------------------------- */

static void note_due(struct downloader *downloader, struct download *transfer)
{
    transfer_list_append(&downloader->due, transfer);
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

/* Take a request out of libcurl and have the transfer account for it. */
static void end_one_request(struct downloader *downloader, struct request *request,
                            enum odo_status result)
{
    struct download *transfer = request->transfer;
    long connections = 0;

    curl_easy_getinfo(request->easy, CURLINFO_NUM_CONNECTS, &connections);
    transfer->connections += (uint32_t)connections;
    request_measure(request, platform_clock_milliseconds());
    curl_multi_remove_handle(downloader->multi, request->easy);
    transfer_request_ended(transfer, request, result, platform_clock_milliseconds());
    schedule_request_ended(&downloader->schedule, transfer, request->origin,
                           request->is_bringing);
    request->origin = NULL;
    keep_idle(downloader, request);
    note_due(downloader, transfer);
}

/* The same; and of two that were sent for the same bytes, neither outlives its purpose. */
static void end_request(struct downloader *downloader, struct request *request,
                        enum odo_status result)
{
    struct request *hedge = slow_lane_hedge_of(request);
    struct request *slow = request->hedged;

    if (hedge) {
        end_one_request(downloader, hedge, ODO_E_CANCELLED);
    }
    end_one_request(downloader, request, result);
    if (slow && slow->outcome == REQUEST_ENOUGH) {
        end_one_request(downloader, slow, ODO_E_CANCELLED);
    }
}

static void abort_requests(struct downloader *downloader, struct download *transfer)
{
    while (transfer->requests) {
        end_request(downloader, transfer->requests, ODO_E_CANCELLED);
    }
}

static void fail_transfer(struct downloader *downloader, struct download *transfer,
                          enum odo_status status)
{
    transfer_fail(transfer, &(struct odo_error){.status = status});
    note_due(downloader, transfer);
}

/* The proxy that was found for the next request, owned by the caller; or the transfer waits,
 * or has failed, and false is returned. */
static bool find_proxy(struct downloader *downloader, struct download *transfer,
                       char **proxy_out)
{
    uint64_t now_ms = platform_clock_milliseconds();
    struct proxy_finding finding = {.proxy = NULL};
    enum odo_status status;

    *proxy_out = NULL;
    if (!downloader->proxy_finder) {
        return true;
    }
    status =
        proxy_finder_choose(downloader->proxy_finder, transfer->origin->name, now_ms, &finding);
    if (status != ODO_OK) {
        fail_transfer(downloader, transfer, status);
        return false;
    }
    if (finding.wait.look_up) {
        transfer_wait_for(transfer, finding.wait, now_ms);
        return false;
    }
    *proxy_out = finding.proxy;
    return true;
}

/* Send the transfer's next request. On failure the transfer has failed, or has nothing to ask.
 */
static void start_request(struct downloader *downloader, struct download *transfer)
{
    struct request *request = NULL;
    char *found_proxy = NULL;
    struct request_start start = {
        .user_agent = downloader->user_agent,
        .ca_file = downloader->ca_file,
        .connect_timeout_ms = downloader->connect_timeout_ms,
        .stall_timeout_s = downloader->stall_timeout_s,
    };
    enum odo_status status;

    transfer_list_append(&downloader->begun, transfer);
    note_due(downloader, transfer);
    if (!find_proxy(downloader, transfer, &found_proxy)) {
        return;
    }
    request = idle_request(downloader);
    if (!request) {
        memory_free(found_proxy);
        fail_transfer(downloader, transfer, ODO_E_OUT_OF_MEMORY);
        return;
    }
    request->found_proxy = found_proxy;
    status = transfer_next_request(transfer, platform_clock_milliseconds(), &start);
    if (status != ODO_OK) {
        keep_idle(downloader, request);
        return;
    }
    start.certificates = downloader->certificates;
    start.proxy = found_proxy ? found_proxy : proxy_choice(&downloader->proxies, start.url);
    status = request_prepare(request, transfer, &start);
    if (status != ODO_OK) {
        transfer_take_back(transfer, &start);
        keep_idle(downloader, request);
        fail_transfer(downloader, transfer, status);
        return;
    }
    request->origin = schedule_request_began(transfer);
    transfer_request_began(transfer, request);
    if (curl_multi_add_handle(downloader->multi, request->easy) != CURLM_OK) {
        end_request(downloader, request, ODO_E_OUT_OF_MEMORY);
    }
}

static void start_requests(struct downloader *downloader)
{
    struct download *transfer;

    while ((transfer = schedule_pick(&downloader->schedule)) != NULL) {
        if (transfer->origin) {
            start_request(downloader, transfer);
        } else {
            fail_transfer(downloader, transfer, transfer->origin_status);
        }
        schedule_sort(transfer);
    }
}

/* --- Commands ------------------------------------------------------------------------- */

static void take_in_one(struct downloader *downloader, struct download *transfer)
{
    schedule_add(&downloader->schedule, transfer);
    transfer->due_list = &downloader->due;
    transfer->is_taken_in = true;
    if (!transfer->ready.is_linked) {
        note_due(downloader, transfer); /* everything was there already */
        transfer_list_append(&downloader->begun, transfer);
    }
}

/* A transfer, and the one that fetches what it is checked against. */
static void take_in(struct downloader *downloader, struct download *transfer)
{
    take_in_one(downloader, transfer);
    if (integrity_list(transfer)) {
        take_in_one(downloader, integrity_list(transfer));
    }
}

/* Take the transfer off the queue, where somebody may have put it again meanwhile. */
static void withdraw_command(struct downloader *downloader, struct download *transfer)
{
    platform_mutex_lock(downloader->mutex);
    if (transfer->is_queued) {
        struct download **place = &downloader->shared.commands;

        while (*place != transfer) {
            place = &(*place)->next_command;
        }
        *place = transfer->next_command;
        transfer->is_queued = false;
    }
    platform_mutex_unlock(downloader->mutex);
}

/* On the network thread, outside libcurl's callbacks. */
static void let_go_one(struct downloader *downloader, struct downloader_removal *removal)
{
    struct download *transfer = removal->transfer;

    abort_requests(downloader, transfer);
    transfer_close_sink(transfer);          /* a stream queues the transfer no more ... */
    withdraw_command(downloader, transfer); /* ... so that this holds */
    removal->last = transfer_describe(transfer);
    removal->last.checkpoint = NULL; /* these end with the transfer */
    removal->last.response_headers = NULL;
    removal->last.effective_url = NULL;
    removal->last.server_address = NULL;
    transfer_list_remove(&downloader->begun, transfer);
    transfer_list_remove(&downloader->due, transfer);
    schedule_remove(&downloader->schedule, transfer);
    transfer_free(transfer, &removal->checkpoint);
}

static void let_go(struct downloader *downloader, struct downloader_removal *removal)
{
    struct download *transfer = removal->transfer;
    struct downloader_removal list = {.transfer = NULL};

    if (!transfer->is_taken_in) {
        take_in(downloader, transfer);
    }
    list.transfer = integrity_take_list(transfer);
    if (list.transfer) {
        let_go_one(downloader, &list);
        checkpoint_free(&list.checkpoint);
    }
    let_go_one(downloader, removal);
}

static void take_command(struct downloader *downloader, struct download *transfer)
{
    if (!transfer->is_taken_in) {
        take_in(downloader, transfer);
    } else {
        schedule_change(transfer);
        transfer_stream_progressed(transfer);
        schedule_sort(transfer);
        downloader->tick_at_ms = 0; /* a limit may have passed by its new value */
    }
}

/* Somebody may have waited for the answer of a look-up. */
static void end_waits(struct downloader *downloader)
{
    for (struct download *transfer = downloader->begun.first; transfer;
         transfer = transfer->begun.next) {
        transfer_end_wait(transfer);
        schedule_sort(transfer);
    }
}

/* Do what other threads have asked for. Returns false to stop. */
static bool take_commands(struct downloader *downloader)
{
    struct download *taken = NULL; /* oldest first */
    struct removal_command *removals;
    bool answers_are_new;
    bool must_stop;

    platform_mutex_lock(downloader->mutex);
    for (struct download *transfer = downloader->shared.commands; transfer;
         transfer = transfer->next_command) {
        transfer->is_queued = false; /* and may be queued again as soon as the lock is free */
        transfer->settings = transfer->settings_to_come;
        transfer->next_taken = taken;
        taken = transfer;
    }
    downloader->shared.commands = NULL;
    removals = downloader->shared.removals;
    downloader->shared.removals = NULL;
    must_stop = downloader->shared.must_stop;
    answers_are_new = downloader->shared.answers_are_new;
    downloader->shared.answers_are_new = false;
    if (downloader->shared.limits_are_new) {
        downloader->shared.limits_are_new = false;
        downloader->rules.is_metered = downloader->shared.is_metered;
        throttle_set(&downloader->throttle, downloader->shared.foreground_rate,
                     downloader->shared.background_rate, platform_clock_milliseconds());
    }
    platform_mutex_unlock(downloader->mutex);

    if (answers_are_new) {
        end_waits(downloader);
    }
    while (taken) {
        struct download *transfer = taken;

        taken = transfer->next_taken;
        take_command(downloader, transfer);
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
    struct download *transfer = request->transfer;
    bool has_other = code != CURLE_OK && request->found_proxy &&
                     request_lacks_proxy(request, code) &&
                     proxy_finder_failed(downloader->proxy_finder, request->origin->name,
                                         request->found_proxy, platform_clock_milliseconds());

    if (has_other && transfer->proxies_tried < PROXIES_TRIED_MOST) {
        transfer->proxies_tried++;
        request->outcome = REQUEST_ASK_AGAIN;
    } else {
        transfer->proxies_tried = 0;
    }
}

static void collect_ended(struct downloader *downloader)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(downloader->multi, &left)) != NULL) {
        struct request *request = NULL;
        CURLcode code = message->data.result;

        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
        if (code != CURLE_OK) {
            request_note_refused_tunnel(request);
        }
        try_other_proxy(downloader, request, code);
        request_note_result(request, code);
        end_request(downloader, request, request_status_from_curl(code));
    }
}

/* Hand over bytes that have waited for company long enough. */
static void flush_late(struct downloader *downloader, struct download *transfer,
                       uint64_t now_ms)
{
    struct request *next;

    for (struct request *request = transfer->requests; request; request = next) {
        next = request->next;
        if (request->gathered_size > 0 && now_ms - request->gathered_at_ms >= FLUSH_AFTER_MS &&
            request_flush(request) != ODO_OK) {
            end_request(downloader, request, request->error.status);
            return; /* the next one may have ended with it; the others have time */
        }
    }
}

/* Drop the connection of a request that is far behind its like: its rest is asked for anew. */
static void give_up_slow(struct downloader *downloader, struct download *transfer,
                         uint64_t now_ms)
{
    struct request *slow = slow_lane_find_slow(transfer, now_ms);

    if (!slow) {
        slow = slow_lane_find_late_hedge(transfer, now_ms);
    }
    if (slow) {
        slow->outcome = REQUEST_ASK_AGAIN;
        end_request(downloader, slow, ODO_E_CANCELLED);
    }
}

/* End a request that was slowed down, and of which nothing has been heard since it went on. */
static void end_silent(struct downloader *downloader, struct download *transfer,
                       uint64_t now_ms)
{
    for (struct request *request = transfer->requests; request; request = request->next) {
        if (request->was_paused && !request->is_held && !request->is_paused &&
            now_ms > request->heard_at_ms &&
            now_ms - request->heard_at_ms >= (uint64_t)downloader->stall_timeout_s * 1000) {
            end_request(downloader, request, ODO_E_TRANSFER_TIMED_OUT);
            return;
        }
    }
}

static void tick(struct downloader *downloader, uint64_t now_ms)
{
    struct download *next;

    if (now_ms < downloader->tick_at_ms) {
        return;
    }
    downloader->tick_at_ms = now_ms + TICK_MS;
    for (struct download *transfer = downloader->begun.first; transfer; transfer = next) {
        next = transfer->begun.next;
        flush_late(downloader, transfer, now_ms);
        if (transfer->origin) {
            origin_measure_total(transfer->origin, platform_clock_microseconds());
        }
        give_up_slow(downloader, transfer, now_ms);
        end_silent(downloader, transfer, now_ms);
        transfer_tick(transfer, now_ms);
        schedule_sort(transfer);
    }
}

/* Carry out what was decided inside libcurl's callbacks, and report. */
static void settle(struct downloader *downloader)
{
    struct download *transfer;

    while ((transfer = downloader->due.first) != NULL) {
        struct download_update update;

        if (transfer->must_restart || transfer->has_failed) {
            abort_requests(downloader, transfer);
        }
        if (transfer->must_restart && !transfer->has_failed) {
            transfer_restart(transfer);
        }
        schedule_refresh_origin(&downloader->schedule, transfer);
        transfer_list_remove(&downloader->due, transfer);
        schedule_sort(transfer);
        if (transfer->state == DOWNLOAD_DONE || transfer->state == DOWNLOAD_FAILED) {
            transfer_list_remove(&downloader->begun, transfer);
            if (transfer->was_reported_final) {
                continue;
            }
            transfer->was_reported_final = true;
        }
        update = transfer_describe(transfer);
        /* Last: it may remove the transfer. */
        transfer->options.on_update(transfer->options.context, &update);
    }
}

/* How long nothing of ours needs to be done unless libcurl or another thread wakes us. */
static int poll_timeout_ms(struct downloader *downloader)
{
    uint64_t now_ms;
    uint64_t next_ms;

    if (!downloader->begun.first) {
        return 60 * 60 * 1000;
    }
    now_ms = platform_clock_milliseconds();
    next_ms = throttle_next_ms(&downloader->throttle, &downloader->begun, now_ms);
    if (next_ms > downloader->tick_at_ms) {
        next_ms = downloader->tick_at_ms;
    }
    return next_ms > now_ms ? (int)(next_ms - now_ms) : 0;
}

static void run(void *context)
{
    struct downloader *downloader = context;
    int running;

    while (take_commands(downloader)) {
        tick(downloader, platform_clock_milliseconds());
        start_requests(downloader);
        throttle_release(&downloader->throttle, &downloader->begun,
                         platform_clock_milliseconds());
        if (curl_multi_perform(downloader->multi, &running) != CURLM_OK) {
            log_write(LOG_ERROR, "libcurl's multi handle refuses to work");
        }
        collect_ended(downloader);
        settle(downloader);
        start_requests(downloader);
        if (!downloader->due.first) {
            curl_multi_poll(downloader->multi, NULL, 0, poll_timeout_ms(downloader), NULL);
        }
    }
}

/* --- From other threads --------------------------------------------------------------- */

static void queue_command(struct downloader *downloader, struct download *transfer,
                          const struct download_settings *settings)
{
    bool is_first;

    platform_mutex_lock(downloader->mutex);
    is_first = !downloader->shared.commands;
    transfer->settings_to_come = *settings;
    if (!transfer->is_queued) {
        transfer->is_queued = true;
        transfer->next_command = downloader->shared.commands;
        downloader->shared.commands = transfer;
    }
    platform_mutex_unlock(downloader->mutex);
    if (is_first) { /* or else whoever was it has, and all are taken together */
        curl_multi_wakeup(downloader->multi);
    }
}

/* On a stream's thread, which holds the stream: see to the transfer soon. */
static void on_stream_progress(void *context)
{
    struct download *transfer = context;
    struct downloader *downloader = transfer->downloader;

    platform_mutex_lock(downloader->mutex);
    if (!transfer->is_queued) {
        transfer->is_queued = true;
        transfer->next_command = downloader->shared.commands;
        downloader->shared.commands = transfer;
    }
    platform_mutex_unlock(downloader->mutex);
    curl_multi_wakeup(downloader->multi);
}

/* On the thread of a look-up. */
static void on_answered(void *context)
{
    struct downloader *downloader = context;

    platform_mutex_lock(downloader->mutex);
    downloader->shared.answers_are_new = true;
    platform_mutex_unlock(downloader->mutex);
    curl_multi_wakeup(downloader->multi);
}

static void adopt(struct downloader *downloader, struct download *transfer,
                  struct transfer_group *group)
{
    transfer->group = group;
    transfer->downloader = downloader;
    transfer->throttle = &downloader->throttle;
    transfer->options.on_stream_progress = on_stream_progress;
    transfer->settings_to_come = transfer->settings;
}

enum odo_status downloader_prepare(struct downloader *downloader,
                                   const struct download_options *options,
                                   struct download **transfer_out)
{
    struct transfer_group *group = schedule_make_group();
    struct transfer_group *list_group = schedule_make_group();
    struct download *transfer = NULL;
    struct download *list;
    enum odo_status status = group && list_group
                                 ? transfer_create(options, &downloader->rules, &transfer)
                                 : ODO_E_OUT_OF_MEMORY;

    if (status != ODO_OK) {
        memory_free(group);
        memory_free(list_group);
        return status;
    }
    adopt(downloader, transfer, group);
    list = integrity_list(transfer);
    if (list) {
        adopt(downloader, list, list_group);
    } else {
        memory_free(list_group);
    }
    *transfer_out = transfer;
    return ODO_OK;
}

void downloader_begin(struct downloader *downloader, struct download *transfer)
{
    queue_command(downloader, transfer, &transfer->settings);
}

void downloader_change(struct downloader *downloader, struct download *transfer,
                       const struct download_settings *settings)
{
    queue_command(downloader, transfer, settings);
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
    curl_multi_wakeup(downloader->multi);

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
    curl_multi_wakeup(downloader->multi);
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
    if (downloader->multi) {
        curl_multi_cleanup(downloader->multi);
    }
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
    downloader->begun.link = offsetof(struct download, begun);
    downloader->due.link = offsetof(struct download, due);
    downloader->connect_timeout_ms = options->connect_timeout_ms;
    downloader->stall_timeout_s = options->stall_timeout_s;
    downloader->schedule.connections_per_host = options->connections_per_host;
    downloader->schedule.connections = options->connections;
    downloader->rules = (struct transfer_rules){
        .retry_base_ms = options->retry_base_ms,
        .retry_limit_ms = options->retry_limit_ms,
        .lanes = options->connections_per_host,
        .is_metered = options->is_metered,
        .checkpoint_interval_ms = options->checkpoint_interval_ms,
        .ranges_per_request = options->ranges_per_request,
        .refuse_salvage = options->refuse_salvage,
        .allow_insecure_redirects = options->allow_insecure_redirects,
    };
    throttle_set(&downloader->throttle, options->foreground_rate, options->background_rate,
                 platform_clock_milliseconds());
    downloader->user_agent = text_copy(options->user_agent);
    downloader->ca_file = options->ca_file ? text_copy(options->ca_file) : NULL;
    downloader->mutex = platform_mutex_create();
    downloader->has_removed = platform_condition_create();
    downloader->multi = curl_multi_init();
    downloader->certificates = certificate_look_up_create(on_answered, downloader);
    if (!downloader->user_agent || (options->ca_file && !downloader->ca_file) ||
        !proxy_settings_copy(&options->proxies, &downloader->proxies) || !downloader->mutex ||
        !downloader->has_removed || !downloader->multi || !downloader->certificates ||
        !make_finder(downloader, options)) {
        goto done;
    }
    configure_multi(downloader);
    status = platform_thread_start(run, downloader, &downloader->thread);

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
    curl_multi_wakeup(downloader->multi);
    platform_thread_join(downloader->thread);
    assert(!downloader->schedule.groups && !downloader->shared.commands);
    downloader_free(downloader);
}
