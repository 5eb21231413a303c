/*
 * Sends the requests that the schedule selects through libcurl's multi handle, and collects the
 * finished ones.
 *
 * Network thread only, unless stated otherwise.
 */
#ifndef ODO_NETWORK_DISPATCHER_H
#define ODO_NETWORK_DISPATCHER_H

#include "network/fetch_list.h"
#include "network/proxy_choice.h"
#include "network/schedule.h"

#include <curl/curl.h>

struct look_up;
struct odo_proxy_answer;
struct proxy_finder;
struct watchdog;

struct dispatcher {
    struct schedule schedule;
    struct fetch_list begun; /* downloads that have begun and not ended */

    /* Owned by the dispatcher. */
    CURLM *multi;
    struct watchdog *watchdog;
    struct look_up *certificates;
    struct proxy_finder *proxy_finder; /* NULL if the host has no find_proxy */
    struct request *idle;
    char *user_agent;
    char *ca_file;
    struct proxy_settings proxies; /* strings are owned */
    uint32_t connect_timeout_ms;
    uint32_t stall_timeout_s;
};

/* Strings are copied. */
struct dispatcher_options {
    const char *user_agent;
    const char *ca_file; /* or NULL */
    struct proxy_settings proxies;
    enum odo_status (*find_proxy)(void *context, const char *url,
                                  struct odo_proxy_answer *answer);
    void *find_proxy_context;
    uint32_t connect_timeout_ms;
    uint32_t stall_timeout_s;
    uint32_t connections_per_host;
    uint32_t connections;
    void (*on_answered)(void *context); /* on a look-up's thread: it has an answer */
    void *context;
};

/*
 * Any thread. Initializes `dispatcher`; call dispatcher_free() on failure too.
 *
 *   ODO_E_OUT_OF_MEMORY, ODO_E_UNEXPECTED   libcurl or the system refused
 */
enum odo_status dispatcher_init(struct dispatcher *dispatcher,
                                const struct dispatcher_options *options);

/* Any thread, once the network thread has ended and no request is left. */
void dispatcher_free(struct dispatcher *dispatcher);

/* Send what may be sent now. */
void dispatcher_send(struct dispatcher *dispatcher);

/* Let libcurl do its work, for a bounded time even if a server keeps it busy, then collect the
 * finished requests. */
void dispatcher_perform(struct dispatcher *dispatcher);

/* Wait until libcurl has work, another thread wakes it, or the time is up; do not wait while a
 * request is yielding to others. */
void dispatcher_wait(struct dispatcher *dispatcher, int timeout_ms);

/* Any thread: end the current or the next wait. */
void dispatcher_wake(struct dispatcher *dispatcher);

/* Stop all requests of a download; or only those whose attempt has ended. */
void dispatcher_abort(struct dispatcher *dispatcher, struct fetch *download);
void dispatcher_stop_ended(struct dispatcher *dispatcher, struct fetch *download);

/* Stop a request that was throttled and has been silent since it was resumed. */
void dispatcher_stop_silent(struct dispatcher *dispatcher, struct fetch *download,
                            uint64_t now_ms);

/* A look-up has an answer: resume the downloads that waited for it. */
void dispatcher_end_waits(struct dispatcher *dispatcher);

/* Discard what find_proxy has returned. Any thread. */
void dispatcher_forget_proxies(struct dispatcher *dispatcher);

#endif
