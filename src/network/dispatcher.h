/*
 * Sends the requests that the schedule picks, by libcurl's multi handle, and takes back those
 * that have ended.
 *
 * On the network thread alone, but for what says otherwise.
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

    /* Its own. */
    CURLM *multi;
    struct watchdog *watchdog;
    struct look_up *certificates;
    struct proxy_finder *proxy_finder; /* NULL when nobody finds any */
    struct request *idle;
    char *user_agent;
    char *ca_file;
    struct proxy_settings proxies; /* its texts are ours */
    uint32_t connect_timeout_ms;
    uint32_t stall_timeout_s;
};

/* Texts are copied. */
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
    void (*on_answered)(void *context); /* of a look-up, on a thread of its own */
    void *context;
};

/*
 * Any thread. `dispatcher` is zeroed by this; on failure it is to be freed as well.
 *
 *   ODO_E_OUT_OF_MEMORY, ODO_E_UNEXPECTED   libcurl or the system refused
 */
enum odo_status dispatcher_init(struct dispatcher *dispatcher,
                                const struct dispatcher_options *options);

/* Any thread, when the network thread has ended and no request is left. */
void dispatcher_free(struct dispatcher *dispatcher);

/* Send what may be sent now. */
void dispatcher_send(struct dispatcher *dispatcher);

/* Whatever libcurl has to do, and no longer than a server may take; then take back what has
 * ended. */
void dispatcher_perform(struct dispatcher *dispatcher);

/* Wait until libcurl has something to do, somebody wakes it, or so much time has passed; not at
 * all while a request makes way for others. */
void dispatcher_wait(struct dispatcher *dispatcher, int timeout_ms);

/* Any thread: end the next wait, or the one that is. */
void dispatcher_wake(struct dispatcher *dispatcher);

/* Stop all requests of a download; or those that are of no use any more. */
void dispatcher_abort(struct dispatcher *dispatcher, struct fetch *download);
void dispatcher_stop_ended(struct dispatcher *dispatcher, struct fetch *download);

/* Stop a request that was slowed down, and of which nothing has been heard since it went on. */
void dispatcher_stop_silent(struct dispatcher *dispatcher, struct fetch *download,
                            uint64_t now_ms);

/* The answer of a look-up is there: somebody may have waited for it. */
void dispatcher_end_waits(struct dispatcher *dispatcher);

/* What find_proxy has found is no longer true. Any thread. */
void dispatcher_forget_proxies(struct dispatcher *dispatcher);

#endif
