/*
 * One attempt of a transfer as a libcurl easy handle: its options, its callbacks, and the
 * writing of its body to the output. The transfer decides what to do with the reply and its
 * bytes.
 *
 * Network thread only.
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
    /* The most of a header that is passed to the client. */
    REQUEST_HEADER_KEPT = 64 * 1024,
    /* The limits for a header. Its bytes are slightly below libcurl's limit, whose own error
     * would read as a lost connection. Its lines are as many as libcurl's later versions take;
     * without a limit, each folded one has libcurl copy all that it continues. */
    REQUEST_HEADER_MOST = 299 * 1024,
    REQUEST_HEADER_LINES_MOST = 5000,
    /* Of the reply together with interim replies and trailers. */
    REQUEST_ALL_HEADERS_MAX = 1024 * 1024,
    /* A request receives at most this much before other requests and commands of other threads
     * get their turn. Far more than libcurl reads at once, which it copies when paused. */
    REQUEST_TURN_MOST = 4 * 1024 * 1024,
    /* Rounds that libcurl may spend on a request without a body byte before it has to return. A
     * request passes through some states between start and end, most of them once. */
    REQUEST_ROUNDS_MOST = 32,
    /* An unwanted body up to this size is read to its end, so that the connection can be
     * reused. */
    REQUEST_DRAIN_MAX = 64 * 1024,
};

struct request {
    CURL *easy;                      /* owned */
    struct curl_slist *headers;      /* owned */
    const struct request_task *task; /* NULL while idle */
    struct attempt *attempt;         /* the transfer's; NULL while idle */
    struct origin *origin;           /* the origin it was sent to; set by the sender */
    struct request *next;            /* of the same download, or in the list of idle ones */

    bool must_verify;              /* libcurl leaves the server's certificate to us */
    uint32_t security_flags;       /* effective flags, of enum odo_security_flag */
    struct look_up *certificates;  /* borrowed; certificate look-ups */
    struct watchdog *watchdog;     /* borrowed; monitors its connection */
    struct look_up_wait waits_for; /* set if nothing was sent: see request_must_wait() */
    char *found_proxy; /* owned; set by the sender if find_proxy returned one; or NULL */

    enum odo_status no_socket; /* why none could be made for it; ODO_OK if one was */
    bool has_spare;            /* the socket made last is connected already */

    struct buffer header_block; /* lines as received */
    uint32_t header_lines;      /* of the current header; see REQUEST_HEADER_LINES_MOST */
    size_t header_size;         /* of the current header, including lines that are not kept */
    size_t header_bytes;        /* of all headers, including interim replies and trailers */
    struct body_writer writer;

    size_t carried_over; /* bytes already consumed of data that libcurl will deliver again */
    bool is_receiving;   /* body bytes have arrived, as counted by the origin */
    bool is_paused;      /* until the stream has room */
    bool is_yielding;    /* until other requests have had their turn: see REQUEST_TURN_MOST */
    size_t turn;         /* body bytes since libcurl was called */
    uint32_t rounds;     /* see REQUEST_ROUNDS_MOST */
    bool tls_was_closed; /* by the server; see ATTEMPT_ENDS_WITH_TLS */
    struct throttle_hold hold; /* until the rate limits allow more */
    uint64_t heard_at_ms; /* when the last body byte arrived, or a paused request was resumed */
};

/* NULL when out of memory. */
struct request *request_create(void);
void request_free(struct request *request); /* must be idle; NULL is allowed */

struct request_start {
    const char *user_agent;
    const char *ca_file; /* may be NULL */
    const char *proxy;   /* as for CURLOPT_PROXY: "" for none, NULL for the environment's */
    uint32_t connect_timeout_ms;
    uint32_t stall_timeout_s;
    bool use_new_connection;
    struct look_up *certificates; /* borrowed for the request's lifetime */
    struct watchdog *watchdog;    /* borrowed for the connections' lifetime */
};

/*
 * Configure the easy handle for an attempt of a download. The caller adds it to the multi
 * handle.
 *
 *   ODO_E_INVALID_URL, ODO_E_OUT_OF_MEMORY   the request stays idle
 */
enum odo_status request_prepare(struct request *request, const struct request_task *task,
                                struct attempt *attempt, const struct request_start *start);

/* Resume a request that was paused until a stream has room or its transfer decides. */
void request_resume(struct request *request);

/* True when it was throttled and has been silent since it was resumed. */
bool request_is_silent(const struct request *request, uint64_t stall_ms, uint64_t now_ms);

/* A new turn begins: a request that has yielded to others resumes. */
void request_begin_turn(struct request *request);

/* Add the observed latency and rate to the origin's measurements. */
void request_measure(const struct request *request, uint64_t now_ms);

/* Nothing was sent: the request is repeated after a look-up. */
static inline bool request_must_wait(const struct request *request)
{
    return request->waits_for.look_up != NULL;
}

/* The attempt's result, once libcurl has finished with it. */
struct odo_error request_result(const struct request *request, CURLcode code);

/* True if it failed with this code because its proxy is unreachable. */
bool request_lacks_proxy(const struct request *request, CURLcode code);

/* Make it idle; the easy handle and buffers are kept for reuse. */
void request_reset(struct request *request);

#endif
