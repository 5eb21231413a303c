/*
 * One file's download on the network thread: the state machine of src/transfer, the requests in
 * flight, and the output.
 *
 * Network thread only, except fetch_create().
 */
#ifndef ODO_NETWORK_FETCH_H
#define ODO_NETWORK_FETCH_H

#include "base/buffer.h"
#include "network/destination.h"
#include "network/download.h"
#include "network/look_up.h"
#include "network/request.h"
#include "network/spare_connections.h"
#include "transfer/transfer.h"

struct downloader;
struct fetch_group;
struct integrity;
struct piece_list;

/* Rules shared by all downloads. */
struct fetch_rules {
    struct transfer_rules transfer;
    uint32_t lanes; /* requests per file in flight */
    uint32_t checkpoint_interval_ms;
};

/* A link in a list of downloads. */
struct fetch_link {
    struct fetch *next;
    struct fetch *previous;
    bool is_linked;
};

enum { FETCH_ADDRESS_SIZE = 64 }; /* numeric address with a zone */

struct fetch {
    struct download_options options;
    struct download_settings settings;
    const struct fetch_rules *rules; /* borrowed from the downloader */

    struct transfer transfer;
    struct integrity *integrity;    /* owned; NULL without a check */
    struct file_identity temporary; /* identity of the temporary file, once known */
    struct destination destination;
    struct request_task task; /* context of its requests */
    struct request *requests; /* in flight; each carries out one attempt of `transfer` */
    struct spare_connections spares;
    void (*on_due)(struct fetch *download); /* there is something to settle or report */

    struct look_up_wait waits_for; /* no request is sent before this is answered */

    /* For the schedule. */
    struct fetch_group *group;
    struct fetch_link ready;       /* downloads of the group that want a request */
    uint32_t origin_generation;    /* source generation that transfer.origin belongs to */
    enum odo_status origin_status; /* why there is no origin */

    /* For the downloader. */
    struct downloader *downloader;
    struct piece_list *list;    /* owned; fetches its piece hashes; NULL for none */
    struct fetch_link begun;    /* all downloads that have begun and not ended */
    struct fetch_link due;      /* downloads with something to settle or report */
    struct fetch *next_command; /* in the queue; under the downloader's lock */
    struct fetch *next_taken;   /* in the list taken from the queue */
    bool is_queued;             /* in the queue; under the downloader's lock */
    struct download_settings settings_to_come; /* under the downloader's lock */
    bool is_taken_in;                          /* known to the network thread */
    bool was_reported_final;
    uint32_t proxies_tried; /* consecutive unreachable proxies */

    /* While the piece hash file is fetched, the state of that download is reported. */
    enum download_state list_state;
    struct odo_error list_error;

    /* To report. */
    int64_t last_modified_us;
    uint32_t connections;
    char server_address[FETCH_ADDRESS_SIZE]; /* of the last reply; empty before one */
    uint16_t response_status;                /* of the last reply; 0 before one */
    struct buffer response_headers;
    bool headers_are_new;
    struct checkpoint reported; /* the last checkpoint reported */
    uint64_t reported_at_ms;
    uint64_t reported_bytes; /* bytes had at that time */
};

enum { FETCH_CHECKPOINT_BYTES = 1024 * 1024 };

/*
 * Any thread; accesses neither disk nor network.
 *
 *   ODO_E_DAMAGED   the checkpoint does not match the wanted ranges
 *   ODO_E_INVALID_RANGE   the ranges do not fit the known size
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status fetch_create(const struct download_options *options,
                             const struct fetch_rules *rules, bool url_is_foreign,
                             struct fetch **download_out);

/* Free a download that has no requests and return where it stands. */
void fetch_free(struct fetch *download, struct checkpoint *checkpoint_out);

/* Free a download that has not begun. NULL is allowed. */
void fetch_discard(struct fetch *download);

/* True when one more connection is useful now. */
bool fetch_wants_request(struct fetch *download);

/*
 * Open the output; the first call creates it.
 *
 *   any failure   the download has failed with it
 */
enum odo_status fetch_open_sink(struct fetch *download);

/* There is something to settle or report. */
void fetch_note_due(struct fetch *download);

/* Fail with `error`. */
void fetch_fail(struct fetch *download, const struct odo_error *error);

/* Fail with a local status, of the output or our own. */
void fetch_fail_with(struct fetch *download, enum odo_status status);

/*
 * Once the ended attempts have no request left: empty the output if the file has changed, or
 * finish it if it is complete.
 */
void fetch_settle(struct fetch *download);

/* The current report. */
struct download_update fetch_describe(struct fetch *download);

/* The stream's client has taken bytes, or failed. */
void fetch_stream_progressed(struct fetch *download);

/* Send no request before the look-up is answered. */
void fetch_wait_for(struct fetch *download, struct look_up_wait wait);

/* End the wait if the look-up is answered. */
void fetch_end_wait(struct fetch *download);

/* --- The piece hash file of a checked download ---------------------------------------- */

/* While the piece hash file is fetched, report its state. */
void fetch_show_list(struct fetch *download, const struct download_update *update);

/* The piece hash file has arrived (its content is freed by this), or is unavailable: start the
 * file itself, or fail. */
void fetch_begin_check(struct fetch *download, struct buffer *content);
void fetch_give_up_check(struct fetch *download, const struct odo_error *error);

/* --- Its requests --------------------------------------------------------------------- */

/* The download of a request that is not idle. */
static inline struct fetch *fetch_of(const struct request *request)
{
    return request->task->context;
}

/* Write gathered bytes that have waited long enough. */
void fetch_flush_late(struct fetch *download, uint64_t now_ms);

/* A throttled request that has been silent since it was resumed; or NULL. */
struct request *fetch_find_silent(const struct fetch *download, uint64_t stall_ms,
                                  uint64_t now_ms);

/* Resume the requests that have yielded to others. */
void fetch_begin_turn(struct fetch *download);

/* True when a request is yielding to others. */
bool fetch_is_yielding(const struct fetch *download);

/* Periodic work. */
void fetch_tick(struct fetch *download, uint64_t now_ms);

#endif
