/*
 * One file's download: which parts are missing, in flight and done, and which version of the
 * remote file they belong to.
 *
 * How a transfer stays with one version: the first reply tells the size and the validator of
 * the file; until then there is one request. Every later request carries If-Range, and every
 * later reply is compared with what is known, before a byte of it is taken. A reply that
 * differs makes the file begin again from nothing, once.
 *
 * On the network thread alone, but for transfer_create().
 */
#ifndef ODO_NETWORK_TRANSFER_H
#define ODO_NETWORK_TRANSFER_H

#include "base/buffer.h"
#include "network/downloader.h"
#include "network/look_up.h"
#include "ranges/range_layout.h"
#include "ranges/request_plan.h"

struct content_range;
struct integrity;
struct origin;
struct request;
struct request_start;
struct sink;
struct transfer_group;
struct throttle;
struct transfer_list;

/* What the rules of the house are; the same for all transfers. */
struct transfer_rules {
    uint32_t retry_base_ms;
    uint32_t retry_limit_ms;
    uint32_t lanes; /* requests that one file may have in flight */
    uint32_t checkpoint_interval_ms;
    uint32_t ranges_per_request; /* at most; 0: REQUEST_PIECES_MOST */
    bool refuse_salvage;
    bool allow_insecure_redirects;
    bool is_metered; /* may change at any time */
};

/* A place in a list of transfers. */
struct transfer_link {
    struct download *next;
    struct download *previous;
    bool is_linked;
};

enum { TRANSFER_ADDRESS_SIZE = 64 }; /* of an address as text, with a zone */

struct download {
    struct download_options options;
    struct download_settings settings;

    const struct transfer_rules *rules; /* borrowed; the downloader's */
    struct downloader *downloader;
    struct throttle *throttle; /* the downloader's; NULL holds nobody up */

    /* The downloader's. */
    struct transfer_group *group;
    struct transfer_link ready;    /* among those of the group that want a request */
    struct transfer_link begun;    /* among all that have begun and not ended */
    struct transfer_link due;      /* among those with something to settle or to report */
    struct download *next_command; /* among the queued; under the same lock */
    struct download *next_taken;   /* among those taken off the queue */
    bool is_queued;                /* as a command; under the downloader's lock */
    struct download_settings settings_to_come; /* the same */
    struct origin *origin;                     /* of `url`; NULL until asked for */
    enum odo_status origin_status;             /* why there is none */
    bool origin_is_stale;                      /* `url` has changed since */
    bool is_taken_in;                          /* the network thread knows it */
    bool was_reported_final;
    struct transfer_list *due_list; /* where `due` is linked; NULL before */

    struct integrity *integrity; /* owned; NULL when nothing is checked */

    /* The file. */
    struct range_set wanted; /* a copy only when its open end had to be closed */
    bool wanted_is_ours;
    size_t run_first; /* the part of the list that is being fetched: see transfer_plan.h */
    size_t run_count;
    uint64_t run_output; /* where the run begins in the output */
    struct range_layout layout;
    bool layout_is_known;
    struct request_plan plan;
    struct sink *sink;       /* NULL before the first request */
    struct checkpoint known; /* size and validators of this version, and whether begun */
    uint64_t file_size;      /* stated or learned; or ODO_SIZE_UNKNOWN */
    bool version_is_known;   /* a reply was accepted, in this run or an earlier one */
    bool date_is_strong;     /* Last-Modified may stand in If-Range */
    int64_t last_modified_us;

    /* How to ask. */
    char *url; /* owned; where redirects have led, or the one given */
    bool url_is_redirected;
    uint32_t redirects;    /* followed since the last reply that was not one */
    bool redirect_failed;  /* the redirected URL was refused: went back once */
    bool without_if_range; /* the server answers 200 to If-Range of an unchanged file */
    bool without_range;    /* ask for the whole file plainly */
    bool is_elsewhere;  /* redirected to another origin: no header of the client's goes there */
    bool authenticates; /* its own server has asked who we are */
    bool is_sequential; /* the server does not honour ranges: one request at a time */

    /* What is going on. */
    enum download_state state;
    struct odo_error error;
    struct request *requests; /* in flight */
    uint32_t request_count;
    bool must_restart; /* the file has changed: settle as soon as libcurl has returned */
    bool has_failed;   /* `error` is final: the same */
    uint32_t restarts;
    uint32_t attempt;              /* failures in a row without a byte between */
    uint64_t retry_at_ms;          /* while WAITING */
    struct look_up_wait waits_for; /* no request is sent before */
    uint32_t proxies_tried;        /* in a row that could not be reached */
    uint64_t progress_at_ms;       /* when the last byte came or the transfer began */

    /* How fast. */
    uint64_t typical_rate;     /* bytes a second of one request; 0 before one has ended */
    uint64_t abandon_at_ms;    /* no slow request is given up before */
    uint32_t abandon_pause_ms; /* between two; grows while it does not help */

    /* To be reported. */
    uint64_t bytes_had;
    uint64_t bytes_received;
    uint32_t connections;
    uint32_t requests_sent;
    char server_address[TRANSFER_ADDRESS_SIZE]; /* of the last reply; empty before one */
    uint16_t response_status;                   /* the same; 0 before one */
    struct buffer response_headers;
    bool headers_are_new;
    struct checkpoint reported; /* the last checkpoint that was reported */
    uint64_t reported_at_ms;
    uint64_t reported_bytes; /* had then */
};

enum {
    /* A file that changes more often than this while it is fetched is given up. */
    TRANSFER_RESTARTS_MAX = 1,
    TRANSFER_REQUEST_MOST = 8 * 1024 * 1024,
    TRANSFER_REQUEST_LEAST = 1024 * 1024,
    /* Of a stream, so that its buffer holds the requests of all lanes. */
    TRANSFER_STREAM_MOST = 1024 * 1024,
    TRANSFER_STREAM_LEAST = 256 * 1024,
    TRANSFER_STEAL_LEAST = 256 * 1024, /* of a request in flight, for a free connection */
    TRANSFER_MERGE_SHARE = 20,         /* percent */
    TRANSFER_CHECKPOINT_BYTES = 1024 * 1024,
};

/*
 * Any thread; touches neither disk nor network.
 *
 *   ODO_E_DAMAGED   the checkpoint does not fit the wanted ranges
 *   ODO_E_INVALID_RANGE   the ranges do not fit the size that is known
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status transfer_create(const struct download_options *options,
                                const struct transfer_rules *rules,
                                struct download **transfer_out);

/* Write no more; a stream has nothing to tell from now on. */
void transfer_close_sink(struct download *transfer);

/* Free a transfer without requests and say where it stands. */
void transfer_free(struct download *transfer, struct checkpoint *checkpoint_out);

/* True when it could use one more connection now. */
bool transfer_wants_request(const struct download *transfer);

/*
 * Fill in what concerns the file in the next request, opening the sink at the first. The span
 * is out until transfer_request_ended().
 *
 *   ODO_E_NOT_FOUND   nothing to ask for
 *   any other         the transfer has failed with it
 */
enum odo_status transfer_next_request(struct download *transfer, uint64_t now_ms,
                                      struct request_start *start_out);

/* What the above has asked for was not sent after all. */
void transfer_take_back(struct download *transfer, const struct request_start *start);

/* A request made from the above is in flight. */
void transfer_request_began(struct download *transfer, struct request *request);

/*
 * A request has ended, with libcurl's result as a status, ODO_OK for a whole body. Takes its
 * bytes into account and decides what follows.
 */
void transfer_request_ended(struct download *transfer, struct request *request,
                            enum odo_status result, uint64_t now_ms);

/* Nothing is asked for before that. */
void transfer_wait_for(struct download *transfer, struct look_up_wait wait, uint64_t now_ms);

/* If the answer that it waits for is there, wait no more. */
void transfer_end_wait(struct download *transfer);

/* Wake up when time has come: end a wait, or fail for want of progress. */
void transfer_tick(struct download *transfer, uint64_t now_ms);

/*
 * After `must_restart`, with no request left: forget what has come and begin again. A transfer
 * that has begun again too often fails.
 */
void transfer_restart(struct download *transfer);

/* Make `error` final. */
void transfer_fail(struct download *transfer, const struct odo_error *error);

/* Something is to be settled, or to be reported. */
void transfer_note_due(struct download *transfer);

/* What a report says now. */
struct download_update transfer_describe(struct download *transfer);

/* The client of the stream has taken bytes, or refused them. */
void transfer_stream_progressed(struct download *transfer);

/* What the next request may ask for. */
struct request_limits transfer_limits(const struct download *transfer);

/* For the judge. */

/*
 * The remote file has this size: close an open end, check the rest, find the places.
 *
 *   ODO_E_INVALID_RANGE   the wanted ranges do not fit it
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status transfer_learn_size(struct download *transfer, uint64_t file_size);

/* Ask there from now on; takes `url` over. */
void transfer_use_url(struct download *transfer, char *url, bool is_redirected,
                      bool is_elsewhere);

/* Called by a request. */

/* The header has come: true to take the body, after request_take_from(). */
bool transfer_judge(struct download *transfer, struct request *request);

/*
 * A part of a reply to several ranges has begun: true to take its bytes. Else the file has
 * changed, or the part is none of it.
 */
bool transfer_judge_part(struct download *transfer, struct request *request,
                         const struct content_range *part);

/* What came in answer to several ranges cannot be used: ask for one at a time, at once. */
void transfer_ranges_unusable(struct request *request);

/* The next span of a whole file that is being read; false when there is none, or no memory. */
bool transfer_next_span(struct download *transfer, struct request *request);

/* So many wanted bytes are safely in the sink, at `output`. */
void transfer_delivered(struct download *transfer, uint64_t output, uint64_t bytes);

/* So many bytes came from the network. */
void transfer_received(struct download *transfer, uint64_t bytes);

#endif
