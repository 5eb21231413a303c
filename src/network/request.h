/*
 * One attempt of a transfer as one easy handle: its options, its callbacks, and the way of its
 * body into the output. What is to be done with a reply and its bytes, the transfer says.
 *
 * On the network thread alone.
 */
#ifndef ODO_NETWORK_REQUEST_H
#define ODO_NETWORK_REQUEST_H

#include "base/buffer.h"
#include "network/body_writer.h"
#include "network/look_up.h"
#include "network/request_task.h"

#include <odo/types.h>

#include <curl/curl.h>

struct origin;
struct watchdog;

enum {
    /* libcurl's receive buffer: recv() is expensive under Wine, and not cheap anywhere. */
    REQUEST_RECEIVE_SIZE = 512 * 1024,
    REQUEST_HEADERS_MAX = 64 * 1024,
    /* Of the reply, the interim ones before it and the trailers behind it together. */
    REQUEST_ALL_HEADERS_MAX = 1024 * 1024,
    /* One request brings no more bytes than this before other requests, and what other threads
     * have asked for, have their turn. */
    REQUEST_TURN_MOST = 1024 * 1024,
    /* libcurl goes on with a request so often, before it returns, without a byte of its body:
     * some states lie between the beginning and the end, and most of them come once. */
    REQUEST_ROUNDS_MOST = 32,
    /* The body of a reply that we do not want is read to its end when it is this short, so
     * that the connection lives on. */
    REQUEST_DRAIN_MAX = 64 * 1024,
};

struct request {
    CURL *easy;                      /* owned */
    struct curl_slist *headers;      /* owned */
    const struct request_task *task; /* NULL while idle */
    struct attempt *attempt;         /* the transfer's; NULL while idle */
    struct origin *origin;           /* the server it was sent to; whoever sent it sets it */
    struct request *next;            /* of the same download, or of the idle ones */

    uint32_t security_flags;       /* those that have an effect, of enum odo_security_flag */
    struct look_up *certificates;  /* borrowed; where certificates are looked up */
    struct watchdog *watchdog;     /* borrowed; watches its connection */
    struct look_up_wait waits_for; /* set when nothing was sent: see request_must_wait() */
    char *found_proxy; /* owned; set by whoever sends it if the proxy was found; or NULL */

    enum odo_status no_socket; /* why none could be made for it; ODO_OK if one was */

    struct buffer header_block; /* lines as received */
    size_t header_bytes;        /* of all its headers, interim ones and trailers too */
    struct body_writer writer;

    size_t carried_over; /* bytes of a piece that libcurl hands over again which were taken */
    bool is_bringing;    /* as the origin counts it: bytes of a body have come */
    bool is_paused;      /* until a stream has room again */
    bool is_yielding;    /* until others have had their turn: see REQUEST_TURN_MOST */
    size_t turn;         /* bytes of the body since libcurl was called */
    uint32_t rounds;     /* see REQUEST_ROUNDS_MOST */
    struct throttle_hold hold; /* until its caps let it go on */
    uint64_t heard_at_ms; /* when a byte of the body came, or it went on, for who was paused */
};

/* NULL when there is no memory. */
struct request *request_create(void);
void request_free(struct request *request); /* idle; NULL is fine */

struct request_start {
    const char *user_agent;
    const char *ca_file; /* may be NULL */
    const char *proxy; /* as CURLOPT_PROXY takes it: "" for none, NULL for the environment's */
    uint32_t connect_timeout_ms;
    uint32_t stall_timeout_s;
    bool use_new_connection;
    struct look_up *certificates; /* borrowed while the request lasts */
    struct watchdog *watchdog;    /* borrowed while there are connections */
};

/*
 * Fill in the easy handle for an attempt of a download. The caller adds it to the multi handle.
 *
 *   ODO_E_INVALID_URL, ODO_E_OUT_OF_MEMORY   the request is idle
 */
enum odo_status request_prepare(struct request *request, const struct request_task *task,
                                struct attempt *attempt, const struct request_start *start);

/* It was paused until there is room in a stream, or until its transfer knows more. */
void request_resume(struct request *request);

/* True when it was slowed down, and nothing has been heard of it since it went on. */
bool request_is_silent(const struct request *request, uint64_t stall_ms, uint64_t now_ms);

/* A new turn begins: one that has made way for others goes on. */
void request_begin_turn(struct request *request);

/* What the server has shown of its latency and its rate, for the origin to remember. */
void request_measure(const struct request *request, uint64_t now_ms);

/* Nothing was sent: the transfer asks anew after a look-up. */
static inline bool request_must_wait(const struct request *request)
{
    return request->waits_for.look_up != NULL;
}

/* libcurl is done with it: the attempt's result. */
struct odo_error request_result(const struct request *request, CURLcode code);

/* It has failed with this: whether it is because its proxy cannot be connected to. */
bool request_lacks_proxy(const struct request *request, CURLcode code);

/* Forget what it was for; keep easy handle and buffers for the next. */
void request_reset(struct request *request);

#endif
