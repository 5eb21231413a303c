/*
 * One attempt of a transfer as one easy handle: its options, its callbacks, and the way of its
 * body into the output. What is to be done with a reply and its bytes, the transfer says.
 *
 * On the network thread alone.
 */
#ifndef ODO_NETWORK_REQUEST_H
#define ODO_NETWORK_REQUEST_H

#include "base/buffer.h"
#include "http/multipart_reader.h"
#include "network/look_up.h"
#include "network/throttle.h"
#include "transfer/transfer.h"

#include <odo/types.h>

#include <curl/curl.h>

struct destination;
struct http_settings;
struct integrity;
struct origin;
struct watchdog;

enum {
    /* Bytes are gathered up to so many before they are written. Larger writes are no faster,
     * and what is gathered is lost when the process is killed. */
    REQUEST_GATHER_SIZE = 256 * 1024,
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

/* What came of a reply's header. Borrowed for the length of the call. */
struct request_reply {
    uint16_t status;
    const char *address;         /* of the server, as text; NULL when libcurl does not say */
    const struct buffer *header; /* its lines, when they are worth keeping; or NULL */
};

/* Whoever requests are sent for. Called within libcurl, which goes on afterwards: nothing may
 * be ended then. */
struct request_listener {
    /* An attempt has ended, or something can be reported. */
    void (*on_due)(void *context);
    void (*on_reply)(void *context, const struct request_reply *reply);
    /* The reply told something new of the file. Any failure ends the download. */
    enum odo_status (*on_version)(void *context);
    /* Something that no other request will mend. */
    void (*on_failed)(void *context, const struct odo_error *error);
};

/* What all requests of a download work for. Everything is borrowed. */
struct request_task {
    struct transfer *transfer;
    const struct destination *destination;
    struct integrity *integrity; /* NULL when nothing is checked */
    const struct http_settings *http;
    struct throttle *throttle;
    struct throttle_share *share; /* of the caps */
    const struct request_listener *listener;
    void *context;
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

    struct buffer header_block;     /* lines as received */
    size_t header_bytes;            /* of all its headers, interim ones and trailers too */
    struct multipart_reader reader; /* of a reply in parts */

    unsigned char *gathered; /* owned; bytes on their way to the output */
    size_t gathered_size;
    size_t gathered_capacity;
    uint64_t gathered_output; /* where the first of them goes */
    uint64_t gathered_at_ms;  /* when the first of them came */

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

/*
 * Hand what was gathered to the output. A failure ends the attempt with it. Nothing is handed
 * over of a hedge, nor to a stream of a part that may prove false.
 */
enum odo_status request_flush(struct request *request);

/* The message has ended, or was stopped: hand over what counts, and drop the rest. */
void request_finish_body(struct request *request);

/* A hedge that has all of its bytes: give them to its twin. */
void request_settle_hedge(struct request *request);

/* It was paused until there is room in a stream, or until its transfer knows more. */
void request_resume(struct request *request);

/* True when bytes that came have waited for company long enough: request_flush(). */
bool request_is_late(const struct request *request, uint64_t now_ms);

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

/* What libcurl's result means when nothing else is known. */
enum odo_status request_status_from_curl(CURLcode code);

/* It has failed with this: whether it is because its proxy cannot be connected to. */
bool request_lacks_proxy(const struct request *request, CURLcode code);

/* Forget what it was for; keep easy handle and buffers for the next. */
void request_reset(struct request *request);

#endif
