#include "network/watchdog.h"

#include "base/log.h"
#include "base/memory.h"
#include "platform/clock.h"
#include "platform/socket.h"
#include "platform/thread.h"

#include <stdatomic.h>

enum {
    /* Interval of checks. A call has lasted one to two intervals when its first connection may
     * be shut down. */
    LOOK_MS = 200,
    /* Bytes that a call may read from a connection beyond the bodies delivered: more than all
     * buffers of libcurl and TLS hold. */
    UNASKED_MOST = 4 * 1024 * 1024,
};

/* A connection, established or not. */
struct watched_socket {
    intptr_t socket;
    uint64_t before; /* bytes read from it when the call was first seen */
    bool is_cut;
};

struct watchdog {
    atomic_uint calls;            /* calls of libcurl begun plus ended: odd within one */
    atomic_size_t body;           /* body bytes delivered; wraps around */
    atomic_bool sleeps;           /* until the next call begins */
    struct platform_mutex *mutex; /* guards the members below */
    struct platform_condition *changed;
    struct watched_socket *sockets; /* owned */
    size_t count;
    size_t capacity;
    bool must_stop;

    /* Watchdog thread only. */
    struct platform_thread *thread;
    unsigned call;      /* the call being monitored; even: none */
    size_t body_before; /* `body` when the call was first seen */
};

/* --- Sockets -------------------------------------------------------------------------- */

static struct watched_socket *find_socket(struct watchdog *watchdog, intptr_t socket)
{
    for (size_t i = 0; i < watchdog->count; i++) {
        if (watchdog->sockets[i].socket == socket) {
            return &watchdog->sockets[i];
        }
    }
    return NULL;
}

/* Append an entry; NULL when out of memory. */
static struct watched_socket *add_socket(struct watchdog *watchdog)
{
    enum { CAPACITY_FIRST = 16 };
    size_t capacity = watchdog->capacity ? watchdog->capacity * 2 : CAPACITY_FIRST;
    struct watched_socket *larger;

    if (watchdog->count == watchdog->capacity) {
        larger = memory_resize(watchdog->sockets, capacity, sizeof(*larger));
        if (!larger) {
            return NULL;
        }
        watchdog->sockets = larger;
        watchdog->capacity = capacity;
    }
    return &watchdog->sockets[watchdog->count++];
}

bool watchdog_add(struct watchdog *watchdog, intptr_t socket)
{
    struct watched_socket *watched;

    platform_mutex_lock(watchdog->mutex);
    watched = find_socket(watchdog, socket);
    if (!watched) {
        watched = add_socket(watchdog);
    }
    if (watched) {
        *watched = (struct watched_socket){.socket = socket};
    }
    platform_mutex_unlock(watchdog->mutex);
    return watched != NULL;
}

/* libcurl closes a socket. Under the lock, so that no other socket that reuses the number is
 * shut down. */
static int on_close(void *context, curl_socket_t socket)
{
    struct watchdog *watchdog = context;
    struct watched_socket *watched;

    platform_mutex_lock(watchdog->mutex);
    watched = find_socket(watchdog, (intptr_t)socket);
    if (watched) {
        *watched = watchdog->sockets[--watchdog->count];
    }
    platform_socket_close((intptr_t)socket);
    platform_mutex_unlock(watchdog->mutex);
    return 0;
}

bool watchdog_attach(struct watchdog *watchdog, CURL *easy)
{
    return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, watchdog) == CURLE_OK;
}

/* --- Network thread ------------------------------------------------------------------- */

void watchdog_enter(struct watchdog *watchdog)
{
    atomic_fetch_add(&watchdog->calls, 1);
    if (!atomic_load(&watchdog->sleeps)) {
        return;
    }
    platform_mutex_lock(watchdog->mutex);
    atomic_store(&watchdog->sleeps, false);
    platform_condition_broadcast(watchdog->changed);
    platform_mutex_unlock(watchdog->mutex);
}

void watchdog_leave(struct watchdog *watchdog)
{
    atomic_fetch_add(&watchdog->calls, 1);
}

void watchdog_note_body(struct watchdog *watchdog, size_t size)
{
    atomic_fetch_add_explicit(&watchdog->body, size, memory_order_relaxed);
}

/* --- Checks --------------------------------------------------------------------------- */

static bool is_within(unsigned call)
{
    return call % 2 == 1;
}

/* A call is seen for the first time. */
static void begin_look(struct watchdog *watchdog, unsigned call)
{
    watchdog->call = call;
    watchdog->body_before = atomic_load_explicit(&watchdog->body, memory_order_relaxed);
    for (size_t i = 0; i < watchdog->count; i++) {
        struct watched_socket *watched = &watchdog->sockets[i];

        if (!platform_socket_received(watched->socket, &watched->before)) {
            watched->before = UINT64_MAX; /* the amount read by this call is unknown */
        }
    }
}

/* The number of bytes that the call has read from a connection beyond the permitted amount. */
static uint64_t count_unasked(const struct watchdog *watchdog,
                              const struct watched_socket *watched)
{
    size_t body = atomic_load_explicit(&watchdog->body, memory_order_relaxed);
    uint64_t asked = (uint64_t)(body - watchdog->body_before) + UNASKED_MOST;
    uint64_t received = 0;

    if (watched->is_cut || !platform_socket_received(watched->socket, &received) ||
        received <= watched->before || received - watched->before <= asked) {
        return 0;
    }
    return received - watched->before - asked;
}

/* The call still lasts: shut down the connection that keeps it busy. False if there is none. */
static bool look_again(struct watchdog *watchdog)
{
    struct watched_socket *worst = NULL;
    uint64_t most = 0;

    for (size_t i = 0; i < watchdog->count; i++) {
        uint64_t unasked = count_unasked(watchdog, &watchdog->sockets[i]);

        if (unasked > most) {
            most = unasked;
            worst = &watchdog->sockets[i];
        }
    }
    if (!worst) {
        return false;
    }
    worst->is_cut = true;
    platform_socket_shut_down(worst->socket);
    return true;
}

/* Nothing to check before the next call of libcurl, unless it has begun already. */
static void sleep_until_called(struct watchdog *watchdog)
{
    atomic_store(&watchdog->sleeps, true);
    if (is_within(atomic_load(&watchdog->calls))) {
        atomic_store(&watchdog->sleeps, false);
    }
    while (atomic_load(&watchdog->sleeps) && !watchdog->must_stop) {
        platform_condition_wait(watchdog->changed, watchdog->mutex);
    }
}

static void run(void *context)
{
    struct watchdog *watchdog = context;

    platform_mutex_lock(watchdog->mutex);
    while (!watchdog->must_stop) {
        unsigned call = atomic_load(&watchdog->calls);
        uint64_t next_ms = platform_clock_milliseconds() + LOOK_MS;

        if (!is_within(call)) {
            sleep_until_called(watchdog);
        } else if (call != watchdog->call) {
            begin_look(watchdog, call);
        } else if (look_again(watchdog)) {
            platform_mutex_unlock(watchdog->mutex);
            log_write(LOG_WARNING, "a server was cut off that sent what belongs to no file");
            platform_mutex_lock(watchdog->mutex);
        }
        while (!watchdog->must_stop &&
               platform_condition_wait_until(watchdog->changed, watchdog->mutex, next_ms)) {
        }
    }
    platform_mutex_unlock(watchdog->mutex);
}

/* --- Life ----------------------------------------------------------------------------- */

static void watchdog_free(struct watchdog *watchdog)
{
    platform_condition_free(watchdog->changed);
    platform_mutex_free(watchdog->mutex);
    memory_free(watchdog->sockets);
    memory_free(watchdog);
}

enum odo_status watchdog_start(struct watchdog **watchdog_out)
{
    struct watchdog *watchdog = memory_allocate_zeroed(1, sizeof(*watchdog));
    enum odo_status status = ODO_E_OUT_OF_MEMORY;

    if (!watchdog) {
        return status;
    }
    watchdog->mutex = platform_mutex_create();
    watchdog->changed = platform_condition_create();
    if (watchdog->mutex && watchdog->changed) {
        status = platform_thread_start(run, watchdog, &watchdog->thread);
    }
    if (status != ODO_OK) {
        watchdog_free(watchdog);
        return status;
    }
    *watchdog_out = watchdog;
    return ODO_OK;
}

void watchdog_stop(struct watchdog *watchdog)
{
    if (!watchdog) {
        return;
    }
    platform_mutex_lock(watchdog->mutex);
    watchdog->must_stop = true;
    platform_condition_broadcast(watchdog->changed);
    platform_mutex_unlock(watchdog->mutex);
    platform_thread_join(watchdog->thread);
    watchdog_free(watchdog);
}
