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

#include "network/download.h"
#include "network/proxy_choice.h"

#include <odo/types.h>

struct downloader;
struct odo_proxy_answer;
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
