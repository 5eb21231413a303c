#include "network/dispatcher.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "network/certificate_look_up.h"
#include "network/integrity.h"
#include "network/proxy_finder.h"
#include "network/watchdog.h"
#include "platform/clock.h"

#include <assert.h>

enum {
    PROXIES_TRIED_MOST = 16, /* consecutive attempts without a delay */
};

/* --- End of a request ----------------------------------------------------------------- */

static void keep_idle(struct dispatcher *dispatcher, struct request *request)
{
    request_reset(request);
    request->next = dispatcher->idle;
    dispatcher->idle = request;
}

static void forget_request(struct fetch *download, struct request *request)
{
    struct request **place = &download->requests;

    while (*place != request) {
        place = &(*place)->next;
    }
    *place = request->next;
}

/* If the hedge is complete, its bytes are written for its twin. */
static void settle_hedge(struct request *request)
{
    const struct attempt *attempt = request->attempt;
    struct request *other =
        attempt->purpose == ATTEMPT_FOR_HEDGE && attempt->twin ? attempt->twin->carrier : NULL;

    if (other) {
        body_writer_settle_hedge(&request->writer, &other->writer);
    }
}

/* Remove a request from libcurl and report its end to the transfer. */
static void end_request(struct dispatcher *dispatcher, struct request *request,
                        const struct odo_error *result)
{
    struct fetch *download = fetch_of(request);
    uint64_t now_ms = platform_clock_milliseconds();
    long connections = 0;

    curl_easy_getinfo(request->easy, CURLINFO_NUM_CONNECTS, &connections);
    download->connections += (uint32_t)connections;
    request->attempt->is_on_used_connection = connections == 0;
    request_measure(request, now_ms);
    watchdog_enter(dispatcher->watchdog);
    curl_multi_remove_handle(dispatcher->multi, request->easy);
    watchdog_leave(dispatcher->watchdog);
    body_writer_finish(&request->writer);
    settle_hedge(request);
    forget_request(download, request);
    if (request_must_wait(request)) {
        fetch_wait_for(download, request->waits_for);
        transfer_unsent(&download->transfer, request->attempt);
    } else {
        transfer_ended(&download->transfer, request->attempt, result, now_ms);
    }
    schedule_request_ended(&dispatcher->schedule, download, request->origin,
                           request->is_receiving);
    request->origin = NULL;
    keep_idle(dispatcher, request);
    fetch_note_due(download);
}

static void stop_request(struct dispatcher *dispatcher, struct request *request)
{
    end_request(dispatcher, request, &(struct odo_error){.status = ODO_E_CANCELLED});
}

void dispatcher_abort(struct dispatcher *dispatcher, struct fetch *download)
{
    while (download->requests) {
        stop_request(dispatcher, download->requests);
    }
}

/* Ending one may end others. */
void dispatcher_stop_ended(struct dispatcher *dispatcher, struct fetch *download)
{
    struct request *request = download->requests;

    while (request) {
        if (request->attempt->end != ATTEMPT_OPEN) {
            stop_request(dispatcher, request);
            request = download->requests;
        } else {
            request = request->next;
        }
    }
}

void dispatcher_stop_silent(struct dispatcher *dispatcher, struct fetch *download,
                            uint64_t now_ms)
{
    struct request *request =
        fetch_find_silent(download, (uint64_t)dispatcher->stall_timeout_s * 1000, now_ms);

    if (request) {
        end_request(dispatcher, request,
                    &(struct odo_error){.status = ODO_E_TRANSFER_TIMED_OUT});
    }
}

/*
 * If the proxy is unreachable and there is another, repeat the request at once. The number is
 * bounded, since proxies of many origins may evict one another from the list of failed ones.
 */
static void try_other_proxy(struct dispatcher *dispatcher, struct request *request,
                            CURLcode code)
{
    struct fetch *download = fetch_of(request);
    bool has_other = code != CURLE_OK && request->found_proxy &&
                     request_lacks_proxy(request, code) &&
                     proxy_finder_failed(dispatcher->proxy_finder, request->origin->name,
                                         request->found_proxy, platform_clock_milliseconds());

    if (has_other && download->proxies_tried < PROXIES_TRIED_MOST) {
        download->proxies_tried++;
        request->attempt->end = ATTEMPT_ASK_AGAIN;
    } else {
        download->proxies_tried = 0;
    }
}

static void collect_ended(struct dispatcher *dispatcher)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(dispatcher->multi, &left)) != NULL) {
        struct request *request = NULL;
        CURLcode code = message->data.result;
        struct odo_error result;

        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
        try_other_proxy(dispatcher, request, code);
        result = request_result(request, code);
        end_request(dispatcher, request, &result);
    }
}

/* --- Sending -------------------------------------------------------------------------- */

static struct request *idle_request(struct dispatcher *dispatcher)
{
    struct request *request = dispatcher->idle;

    if (!request) {
        return request_create();
    }
    dispatcher->idle = request->next;
    request->next = NULL;
    return request;
}

/* Find the proxy for the next request; the caller owns it. Returns false if the transfer has to
 * wait or has failed. */
static bool find_proxy(struct dispatcher *dispatcher, struct fetch *download, char **proxy_out)
{
    uint64_t now_ms = platform_clock_milliseconds();
    struct proxy_finding finding = {.proxy = NULL};
    enum odo_status status;

    *proxy_out = NULL;
    if (!dispatcher->proxy_finder) {
        return true;
    }
    status = proxy_finder_choose(dispatcher->proxy_finder, download->transfer.origin->name,
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

/* A bad piece may have come from one of several servers or from a cache, and an overdue piece
 * is requested again: both need a connection of their own. */
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

/* Send the download's next request. Without one it has failed or has nothing to ask for. */
static void start_request(struct dispatcher *dispatcher, struct fetch *download)
{
    struct transfer *transfer = &download->transfer;
    struct request *request = NULL;
    struct attempt *attempt = NULL;
    char *found_proxy = NULL;
    struct request_start start = {
        .user_agent = dispatcher->user_agent,
        .ca_file = dispatcher->ca_file,
        .connect_timeout_ms = dispatcher->connect_timeout_ms,
        .stall_timeout_s = dispatcher->stall_timeout_s,
        .certificates = dispatcher->certificates,
        .watchdog = dispatcher->watchdog,
    };
    enum odo_status status;

    fetch_list_append(&dispatcher->begun, download);
    fetch_note_due(download);
    if (!find_proxy(dispatcher, download, &found_proxy)) {
        return;
    }
    request = idle_request(dispatcher);
    if (!request) {
        memory_free(found_proxy);
        fetch_fail_with(download, ODO_E_OUT_OF_MEMORY);
        return;
    }
    request->found_proxy = found_proxy;
    if (fetch_open_sink(download) != ODO_OK ||
        transfer_next_attempt(transfer, platform_clock_milliseconds(), &attempt) != ODO_OK) {
        keep_idle(dispatcher, request);
        return;
    }
    start.use_new_connection = needs_new_connection(download, attempt);
    start.proxy = found_proxy ? found_proxy : proxy_choice(&dispatcher->proxies, attempt->url);
    status = request_prepare(request, &download->task, attempt, &start);
    if (status != ODO_OK) {
        transfer_unsent(transfer, attempt);
        keep_idle(dispatcher, request);
        fetch_fail_with(download, status);
        return;
    }
    request->next = download->requests;
    download->requests = request;
    request->origin = schedule_request_began(download);
    if (curl_multi_add_handle(dispatcher->multi, request->easy) != CURLM_OK) {
        end_request(dispatcher, request, &(struct odo_error){.status = ODO_E_OUT_OF_MEMORY});
    }
}

void dispatcher_send(struct dispatcher *dispatcher)
{
    struct fetch *download;

    while ((download = schedule_pick(&dispatcher->schedule)) != NULL) {
        if (download->transfer.origin) {
            start_request(dispatcher, download);
        } else {
            fetch_fail_with(download, download->origin_status);
        }
        schedule_sort(download);
    }
}

void dispatcher_end_waits(struct dispatcher *dispatcher)
{
    for (struct fetch *download = dispatcher->begun.first; download;
         download = download->begun.next) {
        fetch_end_wait(download);
        schedule_sort(download);
    }
}

/* --- libcurl -------------------------------------------------------------------------- */

/* Resume the requests that have yielded to others. */
static void begin_turn(struct dispatcher *dispatcher)
{
    for (struct fetch *download = dispatcher->begun.first; download;
         download = download->begun.next) {
        fetch_begin_turn(download);
    }
}

static bool is_yielding(const struct dispatcher *dispatcher)
{
    const struct fetch *download = dispatcher->begun.first;

    while (download && !fetch_is_yielding(download)) {
        download = download->begun.next;
    }
    return download != NULL;
}

void dispatcher_perform(struct dispatcher *dispatcher)
{
    int running;
    CURLMcode code;

    begin_turn(dispatcher);
    watchdog_enter(dispatcher->watchdog);
    code = curl_multi_perform(dispatcher->multi, &running);
    watchdog_leave(dispatcher->watchdog);
    if (code != CURLM_OK) {
        log_write(LOG_ERROR, "libcurl's multi handle refuses to work");
    }
    collect_ended(dispatcher);
}

void dispatcher_wait(struct dispatcher *dispatcher, int timeout_ms)
{
    if (!is_yielding(dispatcher)) {
        curl_multi_poll(dispatcher->multi, NULL, 0, timeout_ms, NULL);
    }
}

/* Cannot fail: dispatcher_init() has verified that the multi handle has a wakeup pipe. */
void dispatcher_wake(struct dispatcher *dispatcher)
{
    CURLMcode code = curl_multi_wakeup(dispatcher->multi);

    if (code != CURLM_OK) {
        log_write(LOG_ERROR, "the network thread could not be woken: %s",
                  curl_multi_strerror(code));
    }
}

/* --- Life ----------------------------------------------------------------------------- */

void dispatcher_forget_proxies(struct dispatcher *dispatcher)
{
    if (dispatcher->proxy_finder) {
        proxy_finder_forget(dispatcher->proxy_finder);
    }
}

/* False when out of memory. */
static bool make_finder(struct dispatcher *dispatcher, const struct dispatcher_options *options)
{
    struct proxy_finder_options finding = {
        .find_proxy = options->find_proxy,
        .find_proxy_context = options->find_proxy_context,
        .on_answered = options->on_answered,
        .context = options->context,
    };

    dispatcher->proxy_finder = finding.find_proxy ? proxy_finder_create(&finding) : NULL;
    return !finding.find_proxy || dispatcher->proxy_finder;
}

static void configure_multi(const struct dispatcher *dispatcher)
{
    /* More than the lanes in use, or connections would be closed and reopened constantly. */
    curl_multi_setopt(dispatcher->multi, CURLMOPT_MAXCONNECTS,
                      (long)dispatcher->schedule.connections * 2);
    curl_multi_setopt(dispatcher->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                      (long)dispatcher->schedule.connections);
}

enum odo_status dispatcher_init(struct dispatcher *dispatcher,
                                const struct dispatcher_options *options)
{
    *dispatcher = (struct dispatcher){
        .schedule =
            {
                .connections = options->connections,
                .connections_per_host = options->connections_per_host,
            },
        .begun = {.link = offsetof(struct fetch, begun)},
        .connect_timeout_ms = options->connect_timeout_ms,
        .stall_timeout_s = options->stall_timeout_s,
    };
    dispatcher->user_agent = text_copy(options->user_agent);
    dispatcher->ca_file = options->ca_file ? text_copy(options->ca_file) : NULL;
    dispatcher->multi = curl_multi_init();
    dispatcher->certificates =
        certificate_look_up_create(options->on_answered, options->context);
    if (!dispatcher->user_agent || (options->ca_file && !dispatcher->ca_file) ||
        !proxy_settings_copy(&options->proxies, &dispatcher->proxies) || !dispatcher->multi ||
        !dispatcher->certificates || !make_finder(dispatcher, options)) {
        return ODO_E_OUT_OF_MEMORY;
    }
    if (curl_multi_wakeup(dispatcher->multi) != CURLM_OK) {
        return ODO_E_TOO_MANY_OPEN_FILES; /* without its wakeup pipe it could not be stopped */
    }
    configure_multi(dispatcher);
    return watchdog_start(&dispatcher->watchdog);
}

void dispatcher_free(struct dispatcher *dispatcher)
{
    while (dispatcher->idle) {
        struct request *request = dispatcher->idle;

        dispatcher->idle = request->next;
        request->next = NULL;
        request_free(request);
    }
    look_up_free(dispatcher->certificates); /* their threads wake libcurl */
    proxy_finder_free(dispatcher->proxy_finder);
    if (dispatcher->multi && dispatcher->watchdog) {
        watchdog_enter(dispatcher->watchdog); /* closing a connection may read from it */
        curl_multi_cleanup(dispatcher->multi);
        watchdog_leave(dispatcher->watchdog);
    } else if (dispatcher->multi) {
        curl_multi_cleanup(dispatcher->multi); /* nothing was connected */
    }
    watchdog_stop(dispatcher->watchdog);
    schedule_free(&dispatcher->schedule);
    proxy_settings_free(&dispatcher->proxies);
    memory_free(dispatcher->ca_file);
    memory_free(dispatcher->user_agent);
}
