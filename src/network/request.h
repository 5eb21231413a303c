/*
 * One request as one easy handle: its options, its callbacks, and the way of its body into the
 * sink. What a reply means is the transfer's to say (transfer_judge), before a byte is taken.
 *
 * On the network thread alone.
 */
#ifndef ODO_NETWORK_REQUEST_H
#define ODO_NETWORK_REQUEST_H

#include "base/buffer.h"
#include "http/multipart_reader.h"
#include "network/look_up.h"

#include <odo/types.h>

#include <curl/curl.h>

struct http_settings;
struct origin;
struct download;

enum {
    /* Pieces are gathered to this many bytes before they are written. Larger writes are no
     * faster, and what is gathered is lost when the process is killed. */
    REQUEST_GATHER_SIZE = 256 * 1024,
    /* What is asked for twice is gathered whole. */
    REQUEST_HEDGE_MOST = 1024 * 1024,
    /* More bytes than this, and than were asked for, in one reply are too many. */
    REQUEST_SURPLUS_MOST = 1024 * 1024,
    /* libcurl's receive buffer: recv is dear under Wine, and not cheap anywhere. */
    REQUEST_RECEIVE_SIZE = 512 * 1024,
    REQUEST_HEADERS_MAX = 64 * 1024,
    /* The body of a reply that we do not want is read to its end when it is this short, so
     * that the connection lives on. */
    REQUEST_DRAIN_MAX = 64 * 1024,
    /* Pieces of the file in one request, and what they may take of its header: servers refuse
     * much more than that. */
    REQUEST_PIECES_MOST = 100,
    REQUEST_RANGES_TEXT_MOST = 4000,
};

/* Why a request ended, beyond what libcurl says. */
enum request_outcome {
    REQUEST_OPEN,      /* nothing but libcurl's result */
    REQUEST_ENOUGH,    /* we have all that we wanted of the body */
    REQUEST_ASK_AGAIN, /* the transfer wants to ask differently, at once */
    REQUEST_MUST_WAIT, /* for `waits_for`; nothing was sent, and then the transfer asks anew */
    REQUEST_FAILED,    /* `error` says why */
};

enum request_phase {
    REQUEST_AWAITING, /* the reply's header has not ended */
    REQUEST_TAKING,   /* the body goes to the sink */
    REQUEST_DRAINING, /* the body is read and dropped */
};

/* A piece of the file that a request was sent for; its bytes come in order. */
struct request_piece {
    struct byte_range span; /* never open */
    uint64_t position;      /* of the next byte that has not come */
    uint64_t safe_to;       /* everything of the span below is in the sink */
};

struct request {
    CURL *easy;                 /* owned */
    struct curl_slist *headers; /* owned */
    struct download *transfer;  /* NULL while idle */
    struct origin *origin;      /* the server it was sent to; the downloader's */
    struct request *next;       /* of the same transfer, or of the idle ones */

    struct byte_range span;  /* what it is for; never open but see `whole` */
    struct byte_range asked; /* what was sent; the span may have been cut since */
    bool sent_range;
    bool sent_if_range;
    bool sent_authentication;
    uint32_t security_flags;      /* those that have an effect, of enum odo_security_flag */
    struct look_up *certificates; /* borrowed; where certificates are looked up */
    struct look_up_wait waits_for;
    char *found_proxy; /* owned; set by the downloader if the proxy was found; or NULL */
    uint64_t sent_at_ms;

    /*
     * With several pieces, `span`, `position` and `gathered_from` are those of one of them, and
     * the `position` and `safe_to` of that one below are old: see request_pieces.h.
     */
    struct request_piece *pieces; /* owned; sorted by offset */
    size_t piece_capacity;
    size_t piece_count;             /* at least 1 */
    size_t piece;                   /* the one that stands in `span` */
    size_t pieces_sent;             /* as many were asked for */
    struct multipart_reader reader; /* of a reply in parts */
    bool in_parts;                  /* the reply is multipart/byteranges */
    uint64_t body_offset; /* of a reply in one part to several pieces: of its next byte */

    /*
     * The last piece of a file, asked for once more because another request brings it slowly:
     * nothing of it is written before all of it is there. NULL for others.
     */
    struct request *hedged;
    bool is_hedged;  /* another one is in flight for this one's rest */
    uint32_t hedges; /* sent so far */

    enum request_phase phase;
    bool whole;             /* the body is the file from byte 0, out of which we pick */
    uint64_t position;      /* in the remote file, of the next byte of the body */
    bool is_cut;            /* another request took over the rear of the span */
    uint64_t arrived;       /* bytes of the body so far */
    uint64_t arrived_first; /* of them, those that came at once with the header */
    bool is_held;           /* until its caps let it go on: see throttle.h */
    uint64_t held_since_ms;
    uint64_t heard_at_ms; /* when a byte of the body came, or it went on, for who was paused */
    bool is_bringing;     /* as the origin counts it: bytes of a body have come */
    uint64_t body_at_ms;  /* when the first of them came */
    bool was_paused;      /* so that its time says nothing of the network */
    bool is_paused;       /* until a stream has room again */
    bool has_no_span;     /* the last span of a whole file was settled already */
    uint64_t retry_after_ms; /* what the server asked for; UINT64_MAX without */
    uint64_t delivered;      /* wanted bytes of this request handed to the sink */
    enum request_outcome outcome;
    struct odo_error error;
    struct buffer header_block; /* lines as received */

    unsigned char *gathered; /* owned; bytes on their way to the sink */
    size_t gathered_size;
    size_t gathered_capacity;
    uint64_t gathered_output; /* where the first of them goes */
    uint64_t gathered_at_ms;  /* when the first of them came */
    uint64_t gathered_from;   /* in the remote file: everything of the span below is safe */
    size_t layout_hint;
};

/* NULL when there is no memory. */
struct request *request_create(void);
void request_free(struct request *request); /* idle; NULL is fine */

struct request_start {
    const char *url;
    const char *user_agent;
    const char *ca_file; /* may be NULL */
    const char *proxy; /* as CURLOPT_PROXY takes it: "" for none, NULL for the environment's */
    uint32_t connect_timeout_ms;
    uint32_t stall_timeout_s;
    struct byte_range span;
    struct byte_range more[REQUEST_PIECES_MOST - 1]; /* behind it, in order; never open */
    size_t more_count;
    struct request *hedged; /* it is its rest that is asked for once more; or NULL */
    bool use_new_connection;
    bool send_range;
    const char *if_range;             /* the value of an If-Range header; or NULL */
    const struct http_settings *http; /* of the client, for its own server alone; or NULL */
    bool authenticate;                /* send its headers for that as well */
    uint32_t security_flags;          /* of the client, for every server */
    struct look_up *certificates;     /* borrowed while the request lasts */
};

/*
 * Fill in the easy handle for `transfer`. The caller adds it to the multi handle.
 *
 *   ODO_E_INVALID_URL, ODO_E_OUT_OF_MEMORY   the request is idle
 */
enum odo_status request_prepare(struct request *request, struct download *transfer,
                                const struct request_start *start);

/*
 * From within transfer_judge(): the body begins at `offset` of the remote file. With `whole`
 * it is the file itself, and the transfer is asked for the next span when one has been had.
 */
void request_take_from(struct request *request, uint64_t offset, bool whole);

/*
 * The same of a body in parts, with its Content-Type.
 *
 *   ODO_E_CONTENT_MISMATCH   nothing that can be read
 */
enum odo_status request_take_parts(struct request *request, const char *content_type);

/*
 * Hand what was gathered to the sink. A failure is in request->error as well.
 *
 *   ODO_E_CANCELLED   it is in the sink, but the transfer wants to ask differently
 */
enum odo_status request_flush(struct request *request);

/* The part of the span that is not safely in the sink; after request_flush(). */
struct byte_range request_rest(const struct request *request);

/* What the server has shown of its latency and its rate, for the origin to remember. */
void request_measure(const struct request *request, uint64_t now_ms);

/* The value of a header of the reply; NULL when it is missing or there is more than one. */
const char *request_header(struct request *request, const char *name);

bool request_header_is_repeated(struct request *request, const char *name);

/* libcurl is done with it: note what it knows of a failure that the result does not tell. */
void request_note_result(struct request *request, CURLcode code);

/* What libcurl's result means when nothing else is known. */
enum odo_status request_status_from_curl(CURLcode code);

/* It has failed with this: whether it is because its proxy cannot be connected to. */
bool request_lacks_proxy(const struct request *request, CURLcode code);

/* It has failed: if a proxy has refused to lead to an https server, that is why. */
void request_note_refused_tunnel(struct request *request);

/* Forget the transfer; keep easy handle and buffers for the next. */
void request_reset(struct request *request);

#endif
