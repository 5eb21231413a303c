/*
 * Proxies found by the engine's host (find_proxy), for each origin: queried on a separate
 * thread, cached for some minutes, and tried in order. An unreachable one is skipped for a
 * while.
 *
 * Network thread only, unless stated otherwise.
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
    void (*on_answered)(void *context); /* see look_up.h */
    void *context;
};

/* NULL when out of memory. */
struct proxy_finder *proxy_finder_create(const struct proxy_finder_options *options);

/* Waits for an answer being found. NULL is allowed. */
void proxy_finder_free(struct proxy_finder *finder);

struct proxy_finding {
    struct look_up_wait wait; /* if set: wait for this, then ask again */
    char *proxy; /* owned by the caller; as for CURLOPT_PROXY, "" for none; NULL: use the
                    settings */
};

/*
 * Choose the proxy for an origin, "scheme://host:port".
 *
 *   ODO_E_OUT_OF_MEMORY
 *   ODO_E_UNEXPECTED      no thread could be created
 */
enum odo_status proxy_finder_choose(struct proxy_finder *finder, const char *origin,
                                    uint64_t now_ms, struct proxy_finding *finding_out);

/* This proxy, chosen for `origin`, is unreachable. Returns true if another one may work. */
bool proxy_finder_failed(struct proxy_finder *finder, const char *origin, const char *proxy,
                         uint64_t now_ms);

/* Invalidate cached proxies. Any thread. */
void proxy_finder_forget(struct proxy_finder *finder);

#endif
