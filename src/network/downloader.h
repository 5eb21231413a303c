/*
 * The network thread: one libcurl multi handle and the downloads that run on it.
 *
 * The engine adds a transfer for each file in progress and removes it again; in between the
 * transfer reports through `on_update`. Everything in this room runs on that thread, except the
 * functions of this header.
 *
 * A free connection goes to the group (job) that has the fewest, and within a group to the file
 * that was added first. So jobs share connections, and the files of a job start in order while
 * no connection idles.
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
    const char *ca_file;           /* copied; NULL for the system's trusted authorities */
    struct proxy_settings proxies; /* copied */
    /* See odo_engine_options; NULL: `proxies` decides. */
    enum odo_status (*find_proxy)(void *context, const char *url,
                                  struct odo_proxy_answer *answer);
    void *find_proxy_context;
    uint32_t connect_timeout_ms;
    uint32_t stall_timeout_s;
    uint32_t retry_base_ms;
    uint32_t retry_limit_ms;
    uint32_t connections_per_host;
    uint32_t connections;
    uint64_t foreground_rate; /* bytes per second of all transfers together; 0 for no limit */
    uint64_t background_rate;
    bool is_metered;                 /* fetch only wanted bytes, and each of them once */
    uint32_t checkpoint_interval_ms; /* interval of checkpoints in reports; 0: never */
    uint32_t ranges_per_request;     /* 0: as many as a request may have */
    bool refuse_salvage;
    bool allow_insecure_redirects;
    bool allow_unknown_size; /* of a 200 without a length: it ends where the body ends */
};

/*
 * Create the multi handle and start the thread.
 *
 *   ODO_E_OUT_OF_MEMORY, ODO_E_UNEXPECTED   libcurl or the system refused
 */
enum odo_status downloader_start(const struct downloader_options *options,
                                 struct downloader **downloader_out);

/* Stop the thread and free everything. All transfers must have been removed. NULL is
 * allowed. */
void downloader_stop(struct downloader *downloader);

/*
 * Prepare a transfer. Any thread. Accesses neither disk nor network, but computes the layout of
 * all ranges, which takes a while if there are many. Nothing happens before downloader_begin(),
 * which must be called for every prepared transfer.
 *
 *   ODO_E_DAMAGED         the checkpoint does not match the wanted ranges
 *   ODO_E_INVALID_RANGE   the wanted ranges do not fit the size in the checkpoint
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status downloader_prepare(struct downloader *downloader,
                                   const struct download_options *options,
                                   struct fetch **transfer_out);

/* Begin: reports may arrive from now on. Any thread; never blocks. */
void downloader_begin(struct downloader *downloader, struct fetch *download);

/* A transfer to remove, and where it ended. */
struct downloader_removal {
    struct fetch *transfer;
    struct checkpoint checkpoint; /* filled in; the caller owns it */
    struct download_update last;  /* filled in; without strings */
};

/*
 * End and free some transfers. After the return no byte is written and no report arrives for
 * them. Any thread; waits for the network thread, so the caller must not hold a lock that
 * `on_update` acquires, unless it runs on the network thread.
 */
void downloader_remove(struct downloader *downloader, struct downloader_removal *removals,
                       size_t count);

/* Change the settings of a transfer that has not been removed. Any thread. */
void downloader_change(struct downloader *downloader, struct fetch *download,
                       const struct download_settings *settings);

/* Discard what find_proxy has returned. Any thread. */
void downloader_forget_proxies(struct downloader *downloader);

/* Change the limits in downloader_options that apply to all transfers. Any thread. */
void downloader_set_limits(struct downloader *downloader, uint64_t foreground_rate,
                           uint64_t background_rate, bool is_metered);

#endif
