/*
 * The network thread: one libcurl multi handle, and the files that are being fetched on it.
 *
 * The engine adds a transfer for each file in motion and removes it again; in between the
 * transfer reports through its listener. Everything in this room runs on the one thread, but
 * for the functions of this header.
 *
 * Who gets a free connection: among the groups (jobs) that could use one, the group that has
 * the fewest; within a group the file that was added first. So jobs share, and the files of
 * a job begin in order while no connection idles.
 */
#ifndef ODO_NETWORK_DOWNLOADER_H
#define ODO_NETWORK_DOWNLOADER_H

#include "job/checkpoint.h"
#include "network/http_settings.h"
#include "network/proxy_choice.h"
#include "ranges/range_set.h"

#include <odo/types.h>

struct buffer;
struct downloader;
struct odo_proxy_answer;
struct stream;
struct fetch;

struct downloader_options {
    const char *user_agent;        /* copied */
    const char *ca_file;           /* copied; NULL trusts what the system trusts */
    struct proxy_settings proxies; /* copied */
    /* As odo_engine_options has them; NULL: `proxies` count. */
    enum odo_status (*find_proxy)(void *context, const char *url,
                                  struct odo_proxy_answer *answer);
    void *find_proxy_context;
    uint32_t connect_timeout_ms;
    uint32_t stall_timeout_s;
    uint32_t retry_base_ms;
    uint32_t retry_limit_ms;
    uint32_t connections_per_host;
    uint32_t connections;
    uint64_t foreground_rate; /* bytes a second of all transfers together; 0 is no limit */
    uint64_t background_rate;
    bool is_metered;                 /* nothing is fetched but what is wanted, and that once */
    uint32_t checkpoint_interval_ms; /* reports carry a checkpoint so often; 0: never */
    uint32_t ranges_per_request;     /* 0: as many as a request may have */
    bool refuse_salvage;
    bool allow_insecure_redirects;
    bool allow_unknown_size; /* of a 200 without a length: it ends where the body does */
};

enum download_state {
    DOWNLOAD_QUEUED,  /* no request was sent yet */
    DOWNLOAD_MOVING,  /* requests are under way */
    DOWNLOAD_WAITING, /* `error` was met; it tries again by itself */
    DOWNLOAD_DONE,    /* every wanted byte is in the temporary file, and final */
    DOWNLOAD_FAILED,  /* `error` is final */
};

/* Where a transfer stands. Texts are borrowed for the length of the report. */
struct download_update {
    enum download_state state;
    struct odo_error error;   /* while WAITING and FAILED */
    uint64_t file_size;       /* of the remote file, or ODO_SIZE_UNKNOWN */
    uint64_t bytes_total;     /* wanted, or ODO_SIZE_UNKNOWN */
    uint64_t bytes_had;       /* wanted bytes in the temporary file; falls to 0 when the
                                 remote file changed and is fetched anew */
    uint64_t bytes_received;  /* by this transfer, discarded ones included */
    uint32_t connections;     /* opened by this transfer */
    uint32_t requests;        /* sent by this transfer */
    int64_t last_modified_us; /* of the remote file; 0 when unknown */
    const char
        *response_headers;      /* the last reply's, when new since the last report; or NULL */
    const char *effective_url;  /* the last request's, after redirects; NULL before one */
    const char *server_address; /* of the last reply, as text; NULL before one */
    uint16_t response_status;   /* of the last reply, 100 to 999; 0 before one */
    const struct checkpoint *checkpoint; /* when one was due; or NULL */
    bool begun;                          /* the temporary file was made */
    bool length_is_unproved;             /* the file ends where the connection did */
};

/* What may be changed while a transfer runs. */
struct download_settings {
    uint64_t no_progress_ms;   /* fail when no byte came for so long; UINT64_MAX never */
    uint64_t minimum_retry_ms; /* no retry comes sooner */
    uint64_t rate_limit;       /* of the group, in bytes a second; 0 is none */
    bool never_retry;          /* what would be retried is final */
    bool foreground;
};

/*
 * Everything but the settings is borrowed until the transfer is removed. `on_update` is called
 * on the network thread with no lock held; it may call downloader_remove(), for this transfer
 * too, as its last act.
 */
struct download_options {
    const char *url;
    const struct byte_range *ranges; /* in the order given; NULL for the whole file */
    size_t range_count;
    const struct range_set *wanted; /* the same, as range_set_build() made it */
    uint64_t stated_size;           /* what the caller said of the file, or ODO_SIZE_UNKNOWN */
    const char *integrity_info;     /* checked before; NULL for none: see odo.h */
    bool integrity_is_mandatory;
    const char *temporary_path;          /* NULL with one of the next two */
    struct stream *stream;               /* where the bytes go instead; counted by the caller */
    struct buffer *memory;               /* the same, for what we read ourselves; or NULL */
    uint64_t output_base;                /* where in the file or stream the output begins */
    const struct checkpoint *checkpoint; /* where to go on; read in downloader_prepare() only */
    const void *group;
    struct download_settings settings;
    struct http_settings http;                  /* its texts are borrowed like the rest */
    void (*on_stream_progress)(void *transfer); /* set by downloader_prepare() */
    void (*on_update)(void *context, const struct download_update *update);
    void *context;
};

/*
 * Make the multi handle and start the thread.
 *
 *   ODO_E_OUT_OF_MEMORY, ODO_E_UNEXPECTED   libcurl or the system refused
 */
enum odo_status downloader_start(const struct downloader_options *options,
                                 struct downloader **downloader_out);

/* Stop the thread and free everything. Every transfer was removed before. NULL is fine. */
void downloader_stop(struct downloader *downloader);

/*
 * Make a transfer ready. Any thread; touches neither disk nor network, but lays out all the
 * ranges, so it takes a while when there are many. Nothing happens before downloader_begin();
 * each transfer made is begun.
 *
 *   ODO_E_DAMAGED         the checkpoint does not fit the wanted ranges
 *   ODO_E_INVALID_RANGE   the wanted ranges do not fit the size that the checkpoint tells
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status downloader_prepare(struct downloader *downloader,
                                   const struct download_options *options,
                                   struct fetch **transfer_out);

/* Begin it: reports may come from now on. Any thread; takes no time. */
void downloader_begin(struct downloader *downloader, struct fetch *download);

/* A transfer to be removed, and where its file stands then. */
struct downloader_removal {
    struct fetch *transfer;
    struct checkpoint checkpoint; /* filled in; the caller owns it */
    struct download_update last;  /* filled in; without texts */
};

/*
 * End and free some transfers. When this returns no byte is written and no report will come
 * for them. Any thread; holds the caller up until the network thread has let go, so the caller
 * must not hold a lock that `on_update` takes, unless it is on the network thread itself.
 */
void downloader_remove(struct downloader *downloader, struct downloader_removal *removals,
                       size_t count);

/* Change the settings of a transfer that has not been removed. Any thread. */
void downloader_change(struct downloader *downloader, struct fetch *download,
                       const struct download_settings *settings);

/* What find_proxy has found is no longer true. Any thread. */
void downloader_forget_proxies(struct downloader *downloader);

/* Change what downloader_options says of all transfers together. Any thread. */
void downloader_set_limits(struct downloader *downloader, uint64_t foreground_rate,
                           uint64_t background_rate, bool is_metered);

#endif
