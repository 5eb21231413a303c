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
    TRANSFER_QUEUED,     /* nothing was asked yet */
    TRANSFER_MOVING,     /* requests are out, or may be sent */
    TRANSFER_WAITING,    /* `error` was met; it tries again by itself */
    TRANSFER_RESTARTING, /* the remote file has changed: nothing that has come may stay */
    TRANSFER_FINISHING,  /* every wanted byte is in the output */
    TRANSFER_DONE,
    TRANSFER_FAILED, /* `error` is final */
    TRANSFER_PHASE_COUNT,
};

/* The same for all transfers. */
struct transfer_rules {
    uint32_t retry_base_ms;
    uint32_t retry_limit_ms;
    uint32_t ranges_per_request; /* at most; 0: ATTEMPT_PIECES_MOST */
    bool refuse_salvage;         /* see response_verdict.h */
    bool allow_insecure_redirects;
    bool allow_unknown_size; /* the same */
    bool is_metered;         /* may change at any time */
};

/* What may be changed while a transfer runs. */
struct transfer_limits {
    uint32_t lanes;            /* requests that it may have out; at least 1 */
    uint64_t no_progress_ms;   /* fail when no byte came for so long; UINT64_MAX never */
    uint64_t minimum_retry_ms; /* no retry comes sooner */
    bool never_retry;          /* what would be retried is final */
};

enum transfer_output {
    TRANSFER_TO_FILE,   /* takes bytes in any order */
    TRANSFER_TO_STREAM, /* in the order of the list, within a window */
    TRANSFER_TO_MEMORY, /* in order, and all of it */
};

/* Everything is borrowed while the transfer lives, but for the checkpoint. */
struct transfer_setup {
    const char *url;
    bool url_is_foreign;             /* no header of the client's goes there */
    const struct byte_range *ranges; /* in the order given; NULL for the whole file */
    size_t range_count;
    const struct range_set *wanted; /* the same, as range_set_build() made it */
    uint64_t stated_size;           /* what the caller said of the file, or ODO_SIZE_UNKNOWN */
    enum transfer_output output;
    uint64_t memory_limit;               /* of an output in memory */
    const struct checkpoint *checkpoint; /* where to go on */
    uint64_t stream_had;                 /* the stream goes on with this byte of the output */
    uint64_t stream_window;              /* bytes that it holds beyond those that were taken */
    bool can_authenticate;               /* the client has said how, for its own server */
    bool allow_insecure_redirects;
};

struct transfer {
    struct transfer_setup setup;
    const struct transfer_rules *rules; /* borrowed */
    struct transfer_limits limits;
    struct origin *origin; /* of the source's URL; whoever drives it keeps it right */

    enum transfer_phase phase;
    struct odo_error error;

    struct source source;
    struct version version;
    struct wanted wanted;
    struct backoff backoff;

    /* How to ask. */
    enum transfer_asking {
        TRANSFER_ASKS_FREELY,
        TRANSFER_ASKS_ONE_REPLY, /* replies cannot be combined: one that has everything */
        TRANSFER_ASKS_PLAINLY,   /* without Range, for the file from its beginning */
    } asking;
    enum transfer_ranges {
        TRANSFER_RANGES_UNKNOWN,
        TRANSFER_RANGES_HONOURED,
        TRANSFER_RANGES_DOUBTED,  /* the server fails, in passing or for their sake: it is asked
                                     plainly, to see */
        TRANSFER_RANGES_UNUSABLE, /* the server ignores or refuses them */
    } ranges;
    size_t list_refused; /* a list of so many ranges failed in passing, or for being one: the
                            next request has one range, to see. Or 0 */
    bool front_goes_through; /* further requests are refused: the one for all that is left reads
                                on, over what others have, for what is missing behind it */
    bool without_if_range;   /* the server answers 200 to If-Range of an unchanged file */
    bool authenticates;      /* its own server has asked who we are */
    bool has_begun;          /* the output was made */
    bool is_checked;         /* what comes is verified by pieces, which count for themselves */
    uint64_t doubtful_size;  /* what a server said the size was: see total_is_doubtful */
    bool length_is_unproved; /* it is where the server closed the connection */

    /* What is going on. */
    struct attempt *attempts; /* out; owned */
    uint32_t attempt_count;
    uint32_t restarts;
    uint32_t asked_again;   /* in a row without a byte between */
    uint32_t plain_in_vain; /* the same: a plain request brought no more than ranges did */
    uint64_t progress_at_ms;
    uint64_t stream_taken; /* bytes that the client of the stream has taken */
    uint64_t output_had;   /* wanted bytes that are safe in the output and count */

    /* How fast: see lanes.h. */
    uint64_t typical_rate;
    uint64_t abandon_at_ms;
    uint32_t abandon_pause_ms;

    /* For whoever reports. */
    uint32_t requests_sent;
    uint64_t bytes_received;
};

/* True when requests are for the file from its beginning, since the server has no ranges. */
static inline bool transfer_ranges_fail(const struct transfer *transfer)
{
    return transfer->ranges == TRANSFER_RANGES_UNUSABLE ||
           transfer->ranges == TRANSFER_RANGES_DOUBTED;
}

enum {
    /* A file that changes more often than this while it is fetched is given up. */
    TRANSFER_RESTARTS_MOST = 2,
    /* Asked so often in a row without a byte coming, it is a failure like any other. */
    TRANSFER_ASKED_AGAIN_MOST = 16,
    /* So many failures in a row are enough to look for another way of asking. */
    TRANSFER_FAILURES_ENOUGH = 2,
    /* So often ranges fail in passing, and the whole file is too much, before that is final. */
    TRANSFER_PLAIN_IN_VAIN_MOST = 6,
    TRANSFER_REQUEST_MOST = 8 * 1024 * 1024,
    TRANSFER_REQUEST_LEAST = 256 * 1024,
    /* A longer range has a request of its own; the rear of a whole file is taken in no less. */
    TRANSFER_LARGE = 1024 * 1024,
    /* Of a stream, so that its window holds the requests of all lanes. */
    TRANSFER_STREAM_MOST = 1024 * 1024,
    TRANSFER_STREAM_LEAST = 256 * 1024,
    TRANSFER_STEAL_LEAST = 256 * 1024, /* of a request in flight, for a free connection */
    TRANSFER_MERGE_SHARE = 20,         /* percent */
};

#endif
