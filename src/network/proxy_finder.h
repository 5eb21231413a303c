/*
 * Proxies that the host of the engine finds, for each origin: asked for on a thread of their
 * own, remembered for some minutes, and tried in their order. One that cannot be reached is
 * passed over for a while.
 *
 * On the network thread alone, but for what says otherwise.
 */
#ifndef ODO_NETWORK_PROXY_FINDER_H
#define ODO_NETWORK_PROXY_FINDER_H

#include "network/look_up.h"

#include <odo/types.h>

struct odo_proxy_answer;
struct proxy_finder;

/* odo_proxy_answer_set(). */
enum odo_status proxy_finder_answer(struct odo_proxy_answer *answer, const char *proxies,
                                    const char *no_proxy);

/* Borrowed until proxy_finder_free(). */
struct proxy_finder_options {
    enum odo_status (*find_proxy)(void *context, const char *url,
                                  struct odo_proxy_answer *answer);
    void *find_proxy_context;
    void (*on_answered)(void *context); /* as look_up.h says */
    void *context;
};

/* NULL when there is no memory. */
struct proxy_finder *proxy_finder_create(const struct proxy_finder_options *options);

/* Waits for an answer that is being found. NULL is fine. */
void proxy_finder_free(struct proxy_finder *finder);

struct proxy_finding {
    struct look_up_wait wait; /* for something: ask again then */
    char *proxy; /* as CURLOPT_PROXY takes it, "" for none; NULL: the settings count. The
                    caller owns it */
};

/*
 * The proxy for an origin, "scheme://host:port".
 *
 *   ODO_E_OUT_OF_MEMORY
 *   ODO_E_UNEXPECTED      the system has no thread
 */
enum odo_status proxy_finder_choose(struct proxy_finder *finder, const char *origin,
                                    uint64_t now_ms, struct proxy_finding *finding_out);

/* This proxy, which was chosen for `origin`, cannot be reached. True when another may be. */
bool proxy_finder_failed(struct proxy_finder *finder, const char *origin, const char *proxy,
                         uint64_t now_ms);

/* What was found is no longer true. Any thread. */
void proxy_finder_forget(struct proxy_finder *finder);

#endif
