/*
 * One file's download as the network thread carries it out: the state machine of src/transfer,
 * the requests that it has in flight, and where its bytes go.
 *
 * On the network thread alone, but for fetch_create().
 */
#ifndef ODO_NETWORK_FETCH_H
#define ODO_NETWORK_FETCH_H

#include "base/buffer.h"
#include "network/destination.h"
#include "network/download.h"
#include "network/look_up.h"
#include "network/request.h"
#include "transfer/transfer.h"

struct downloader;
struct fetch_group;
struct integrity;
struct piece_list;

/* The rules of the downloader, the same for all downloads. */
struct fetch_rules {
    struct transfer_rules transfer;
    uint32_t lanes; /* requests that one file may have in flight */
    uint32_t checkpoint_interval_ms;
};

/* A place in a list of downloads. */
struct fetch_link {
    struct fetch *next;
    struct fetch *previous;
    bool is_linked;
};

enum { FETCH_ADDRESS_SIZE = 64 }; /* of an address as text, with a zone */

struct fetch {
    struct download_options options;
    struct download_settings settings;
    const struct fetch_rules *rules; /* borrowed; the downloader's */

    struct transfer transfer;
    struct integrity *integrity;    /* owned; NULL when nothing is checked */
    struct file_identity temporary; /* which temporary file it is, as far as that is known */
    struct destination destination;
    struct request_task task; /* what its requests work for */
    struct request *requests; /* in flight; each carries out one attempt of `transfer` */
    void (*on_due)(struct fetch *download); /* something is to be settled, or to be reported */

    struct look_up_wait waits_for; /* no request is sent before */

    /* The schedule's. */
    struct fetch_group *group;
    struct fetch_link ready;       /* among those of the group that want a request */
    uint32_t origin_generation;    /* of the URL that transfer.origin is of */
    enum odo_status origin_status; /* why there is no origin */

    /* The downloader's. */
    struct downloader *downloader;
    struct piece_list *list;    /* owned; fetches what it is checked against; NULL for none */
    struct fetch_link begun;    /* among all that have begun and not ended */
    struct fetch_link due;      /* among those with something to settle or to report */
    struct fetch *next_command; /* among the queued; under the downloader's lock */
    struct fetch *next_taken;   /* among those taken off the queue */
    bool is_queued;             /* as a command; under the downloader's lock */
    struct download_settings settings_to_come; /* the same */
    bool is_taken_in;                          /* the network thread knows it */
    bool was_reported_final;
    uint32_t proxies_tried; /* in a row that could not be reached */

    /* While the piece hash file is fetched, its download is what shows. */
    enum download_state list_state;
    struct odo_error list_error;

    /* To be reported. */
    int64_t last_modified_us;
    uint32_t connections;
    char server_address[FETCH_ADDRESS_SIZE]; /* of the last reply; empty before one */
    uint16_t response_status;                /* the same; 0 before one */
    struct buffer response_headers;
    bool headers_are_new;
    struct checkpoint reported; /* the last checkpoint that was reported */
    uint64_t reported_at_ms;
    uint64_t reported_bytes; /* had then */
};

enum { FETCH_CHECKPOINT_BYTES = 1024 * 1024 };

/*
 * Any thread; touches neither disk nor network.
 *
 *   ODO_E_DAMAGED   the checkpoint does not fit the wanted ranges
 *   ODO_E_INVALID_RANGE   the ranges do not fit the size that is known
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status fetch_create(const struct download_options *options,
                             const struct fetch_rules *rules, bool url_is_foreign,
                             struct fetch **download_out);

/* Free a download without requests and say where it stands. */
void fetch_free(struct fetch *download, struct checkpoint *checkpoint_out);

/* Free one that has not begun. NULL is fine. */
void fetch_discard(struct fetch *download);

/* True when it could use one more connection now. */
bool fetch_wants_request(struct fetch *download);

/*
 * Have the output open, which the first request makes.
 *
 *   any failure   the download has failed with it
 */
enum odo_status fetch_open_sink(struct fetch *download);

/* Something is to be settled, or to be reported. */
void fetch_note_due(struct fetch *download);

/* Make `error` final. */
void fetch_fail(struct fetch *download, const struct odo_error *error);

/* The same for what the output, or we, have met. */
void fetch_fail_with(struct fetch *download, enum odo_status status);

/*
 * With no request left whose attempt has ended: empty the output of a file that has changed, or
 * finish one that is whole.
 */
void fetch_settle(struct fetch *download);

/* What a report says now. */
struct download_update fetch_describe(struct fetch *download);

/* The client of the stream has taken bytes, or refused them. */
void fetch_stream_progressed(struct fetch *download);

/* Nothing is asked for before that. */
void fetch_wait_for(struct fetch *download, struct look_up_wait wait);

/* If the answer that it waits for is there, wait no more. */
void fetch_end_wait(struct fetch *download);

/* --- The check of a file, of which the piece hash file comes first -------------------- */

/* While it comes, it is the state of its download that shows. */
void fetch_show_list(struct fetch *download, const struct download_update *update);

/* It is there, and freed by this; or it cannot be had. The file itself may come now, or has
 * failed. */
void fetch_begin_check(struct fetch *download, struct buffer *content);
void fetch_give_up_check(struct fetch *download, const struct odo_error *error);

/* --- Its requests --------------------------------------------------------------------- */

/* Whose request this is, which is not idle. */
static inline struct fetch *fetch_of(const struct request *request)
{
    return request->task->context;
}

/* Hand over bytes that have waited for company long enough. */
void fetch_flush_late(struct fetch *download, uint64_t now_ms);

/* One that was slowed down and is not heard of any more; or NULL. */
struct request *fetch_find_silent(const struct fetch *download, uint64_t stall_ms,
                                  uint64_t now_ms);

/* Those that have made way for others go on. */
void fetch_begin_turn(struct fetch *download);

/* True when one of them makes way for others. */
bool fetch_is_yielding(const struct fetch *download);

/* Wake up when time has come. */
void fetch_tick(struct fetch *download, uint64_t now_ms);

#endif
