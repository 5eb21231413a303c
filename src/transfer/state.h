/*
 * The state of one file's download: see transfer.h for what it is for and who changes it.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_STATE_H
#define ODO_TRANSFER_STATE_H

#include "job/checkpoint.h"
#include "transfer/attempt.h"
#include "transfer/backoff.h"
#include "transfer/origin.h"
#include "transfer/source.h"
#include "transfer/version.h"
#include "transfer/wanted.h"

enum transfer_phase {
    TRANSFER_QUEUED,     /* no request sent yet */
    TRANSFER_MOVING,     /* requests are in flight, or may be sent */
    TRANSFER_WAITING,    /* after `error`, until the next retry */
    TRANSFER_RESTARTING, /* the remote file has changed: everything received is discarded */
    TRANSFER_FINISHING,  /* every wanted byte is in the output */
    TRANSFER_DONE,
    TRANSFER_FAILED, /* `error` is final */
    TRANSFER_PHASE_COUNT,
};

/* Shared by all transfers. */
struct transfer_rules {
    uint32_t retry_base_ms;
    uint32_t retry_limit_ms;
    uint32_t ranges_per_request; /* at most; 0: ATTEMPT_PIECES_MOST */
    bool refuse_salvage;         /* see response_verdict.h */
    bool allow_insecure_redirects;
    bool allow_unknown_size;  /* see response_verdict.h */
    bool tls_end_is_reported; /* the driver knows whether a TLS session was closed properly */
    bool is_metered;          /* may change at any time */
};

/* May change while a transfer runs. */
struct transfer_limits {
    uint32_t lanes;            /* requests in flight at once; at least 1 */
    uint64_t no_progress_ms;   /* fail after this time without a byte; UINT64_MAX for never */
    uint64_t minimum_retry_ms; /* lower bound for a retry delay */
    bool never_retry;          /* transient errors are final */
};

enum transfer_output {
    TRANSFER_TO_FILE,   /* bytes in any order */
    TRANSFER_TO_STREAM, /* bytes in list order, within a window */
    TRANSFER_TO_MEMORY, /* bytes in order, all of them */
};

/* Everything but the checkpoint is borrowed for the transfer's lifetime. */
struct transfer_setup {
    const char *url;
    bool url_is_foreign;             /* the client's headers are not sent to it */
    const struct byte_range *ranges; /* in the order given; NULL for the whole file */
    size_t range_count;
    const struct range_set *wanted; /* the same, as range_set_build() made it */
    uint64_t stated_size;           /* from the caller; or ODO_SIZE_UNKNOWN */
    enum transfer_output output;
    uint64_t memory_limit;               /* for TRANSFER_TO_MEMORY */
    const struct checkpoint *checkpoint; /* where to resume */
    uint64_t stream_had;                 /* output position at which the stream resumes */
    uint64_t stream_window; /* bytes buffered beyond those that the client has taken */
    bool can_authenticate;  /* the client has provided credentials for its own server */
    bool allow_insecure_redirects;
};

struct transfer {
    struct transfer_setup setup;
    const struct transfer_rules *rules; /* borrowed */
    struct transfer_limits limits;
    struct origin *origin; /* of the source's URL; kept up to date by the driver */

    enum transfer_phase phase;
    struct odo_error error;

    struct source source;
    struct version version;
    struct wanted wanted;
    struct backoff backoff;

    /* How to ask for bytes. */
    enum transfer_asking {
        TRANSFER_ASKS_FREELY,
        TRANSFER_ASKS_ONE_REPLY, /* replies cannot be combined: ask for everything in one */
        TRANSFER_ASKS_PLAINLY,   /* without Range, for the file from its beginning */
    } asking;
    enum transfer_ranges {
        TRANSFER_RANGES_UNKNOWN,
        TRANSFER_RANGES_HONOURED,
        TRANSFER_RANGES_DOUBTED,  /* ranges fail, transiently or because they are ranges: try
                                     without */
        TRANSFER_RANGES_UNUSABLE, /* the server ignores or refuses Range */
    } ranges;
    size_t list_refused; /* number of ranges in a multi-range request that failed, perhaps for
                            having several: the next request has one. Else 0 */
    bool front_goes_through; /* further requests are refused: the front reads on through what
                                others have received to fill the gaps behind it */
    bool without_if_range;   /* the server answers 200 to If-Range even though the file is
                                unchanged */
    bool leaves_end_open;   /* while the size is unknown, the last range is requested without an
                               end */
    bool authenticates;     /* the client's server has asked for credentials */
    bool has_begun;         /* the output exists */
    bool is_checked;        /* data is verified in pieces, which do their own counting */
    uint64_t doubtful_size; /* size stated by a server: see total_is_doubtful */
    bool length_is_unproved; /* the size is where the server closed the connection */

    /* Progress. */
    struct attempt *attempts; /* in flight; owned */
    uint32_t attempt_count;
    uint32_t restarts;
    uint32_t asked_again;    /* repeated requests since the last byte */
    uint32_t plain_failures; /* likewise, plain requests that achieved no more than ranges */
    uint32_t abandoned;      /* likewise, requests given up because they were slow */
    uint32_t short_replies;  /* consecutive: see note_short_reply() */
    uint64_t progress_at_ms;
    uint64_t stream_taken; /* bytes that the stream's client has taken */
    uint64_t output_had;   /* wanted bytes that are in the output and count */

    /* Rates: see lanes.h. */
    uint64_t typical_rate;
    uint64_t abandon_at_ms;
    uint32_t abandon_pause_ms;

    /* Statistics. */
    uint32_t requests_sent;
    uint64_t bytes_received;
};

/* True when requests are for the whole file because ranges do not work with this server. */
static inline bool transfer_ranges_fail(const struct transfer *transfer)
{
    return transfer->ranges == TRANSFER_RANGES_UNUSABLE ||
           transfer->ranges == TRANSFER_RANGES_DOUBTED;
}

enum {
    /* A file that changes more often than this during the download fails. */
    TRANSFER_RESTARTS_MOST = 2,
    /* After this many immediate repeats without a byte, the next is treated as a failure. */
    TRANSFER_ASKED_AGAIN_MOST = 16,
    /* Consecutive failures after which another way of asking is tried. */
    TRANSFER_FAILURES_ENOUGH = 2,
    /* Alternations between failing ranges and refused plain requests before the error is
     * final. */
    TRANSFER_PLAIN_FAILURES_MOST = 6,
    TRANSFER_REQUEST_MOST = 8 * 1024 * 1024,
    TRANSFER_REQUEST_LEAST = 128 * 1024,
    TRANSFER_MUCH = TRANSFER_REQUEST_MOST, /* for each connection */
    /* A longer range gets a request of its own; also the least to take from the front's
     * rear. */
    TRANSFER_LARGE = 1024 * 1024,
    /* For a stream, so that its window holds the requests of all lanes. */
    TRANSFER_STREAM_MOST = 1024 * 1024,
    TRANSFER_STREAM_LEAST = 256 * 1024,
    TRANSFER_STEAL_LEAST = 256 * 1024, /* least to take over from a request in flight */
    TRANSFER_MERGE_SHARE = 20,         /* percent */
};

#endif
