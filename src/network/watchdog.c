#include "network/watchdog.h"

#include "base/log.h"
#include "base/memory.h"
#include "platform/clock.h"
#include "platform/socket.h"
#include "platform/thread.h"

#include <stdatomic.h>

enum {
    /* How often a call is looked at. It has lasted for one to two of these when the first
     * connection may be cut. */
    LOOK_MS = 200,
    /* What a call may read out of a connection beyond the bodies that it hands over: more than
     * all the buffers of libcurl and TLS hold. */
    UNASKED_MOST = 4 * 1024 * 1024,
};

/* A connection, or one that is being made. */
struct watched_socket {
    intptr_t socket;
    uint64_t before; /* what had been read out of it when the call was first looked at */
    bool is_cut;
};

struct watchdog {
    atomic_uint calls;            /* of libcurl, begun or ended: odd within one */
    atomic_size_t body;           /* bytes handed over; wraps round */
    atomic_bool sleeps;           /* until the next call begins */
    struct platform_mutex *mutex; /* guards what follows */
    struct platform_condition *changed;
    struct watched_socket *sockets; /* owned */
    size_t count;
    size_t capacity;
    bool must_stop;

    /* The thread's own. */
    struct platform_thread *thread;
    unsigned call;      /* that is looked at; even: none */
    size_t body_before; /* when it was first looked at */
};

/* --- What is watched ------------------------------------------------------------------ */

static struct watched_socket *find_socket(struct watchdog *watchdog, intptr_t socket)
{
    for (size_t i = 0; i < watchdog->count; i++) {
        if (watchdog->sockets[i].socket == socket) {
            return &watchdog->sockets[i];
        }
    }
    return NULL;
}

/* A place for one more; NULL without memory. */
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

/* libcurl has made a socket. */
static int on_socket(void *context, curl_socket_t socket, curlsocktype purpose)
{
    struct watchdog *watchdog = context;
    struct watched_socket *watched;

    (void)purpose;
    platform_mutex_lock(watchdog->mutex);
    watched = find_socket(watchdog, (intptr_t)socket);
    if (!watched) {
        watched = add_socket(watchdog);
    }
    if (watched) {
        *watched = (struct watched_socket){.socket = (intptr_t)socket};
    }
    platform_mutex_unlock(watchdog->mutex);
    return watched ? CURL_SOCKOPT_OK : CURL_SOCKOPT_ERROR;
}

/* libcurl has done with it. Under the lock, so that what is cut is not another one that has got
 * its number. */
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
    return curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, watchdog) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, watchdog) == CURLE_OK;
}

/* --- The network thread --------------------------------------------------------------- */

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

/* --- Looking -------------------------------------------------------------------------- */

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
            watched->before = UINT64_MAX; /* nobody knows what this call reads out of it */
        }
    }
}

/* What the call has read out of a connection beyond what it may. */
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

/* The call still lasts: cut the connection that keeps it going. False when there is none. */
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

/* Nothing is to be looked at before the next call of libcurl, unless it has begun already. */
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
