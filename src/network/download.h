/*
 * Parameters and reports of one file's download: plain data.
 */
#ifndef ODO_NETWORK_DOWNLOAD_H
#define ODO_NETWORK_DOWNLOAD_H

#include "job/checkpoint.h"
#include "network/http_settings.h"
#include "ranges/range_set.h"

#include <odo/types.h>

struct buffer;
struct stream;

enum download_state {
    DOWNLOAD_QUEUED,  /* no request sent yet */
    DOWNLOAD_MOVING,  /* requests are in flight */
    DOWNLOAD_WAITING, /* after `error`, until the next retry */
    DOWNLOAD_DONE,    /* every wanted byte is in the temporary file, and final */
    DOWNLOAD_FAILED,  /* `error` is final */
};

/* A progress report. Strings are borrowed for the duration of the call. */
struct download_update {
    enum download_state state;
    struct odo_error error; /* while WAITING and FAILED */
    uint64_t file_size;     /* of the remote file, or ODO_SIZE_UNKNOWN */
    uint64_t bytes_total;   /* wanted, or ODO_SIZE_UNKNOWN */
    uint64_t bytes_had; /* wanted bytes in the temporary file; drops to 0 when the remote file
                           has changed */
    uint64_t bytes_received;      /* by this transfer, discarded bytes included */
    uint32_t connections;         /* opened by this transfer */
    uint32_t requests;            /* sent by this transfer */
    int64_t last_modified_us;     /* of the remote file; 0 if unknown */
    const char *response_headers; /* of the last reply, if new since the last report; or NULL */
    const char *effective_url;  /* URL of the last request, after redirects; NULL before one */
    const char *server_address; /* of the last reply, numeric; NULL before one */
    uint16_t response_status;   /* of the last reply, 100 to 999; 0 before one */
    const struct checkpoint *checkpoint; /* NULL unless due */
    bool begun;                          /* the temporary file was created */
    bool length_is_unproved;             /* the file ends where the connection was closed */
};

/* May change while a transfer runs. */
struct download_settings {
    uint64_t no_progress_ms;   /* fail after this time without a byte; UINT64_MAX for never */
    uint64_t minimum_retry_ms; /* lower bound for a retry delay */
    uint64_t rate_limit;       /* of the group, in bytes per second; 0 for none */
    bool never_retry;          /* transient errors are final */
    bool foreground;
};

/*
 * Everything but the settings is borrowed until the transfer is removed. `on_update` is called
 * on the network thread with no lock held; as its last action it may call downloader_remove(),
 * even for this transfer.
 */
struct download_options {
    const char *url;
    const struct byte_range *ranges; /* in the order given; NULL for the whole file */
    size_t range_count;
    const struct range_set *wanted; /* the same, as range_set_build() made it */
    uint64_t stated_size;           /* from the caller; or ODO_SIZE_UNKNOWN */
    const char *integrity_info;     /* validated; NULL for none: see odo.h */
    bool integrity_is_mandatory;
    const char *temporary_path; /* NULL if `stream` or `memory` is set */
    struct stream *stream;      /* output instead of a file; reference counted by the caller */
    struct buffer *memory;      /* output instead of a file, for internal downloads; or NULL */
    uint64_t output_base;       /* position in the file or stream where the output begins */
    const struct checkpoint *checkpoint; /* to resume; read in downloader_prepare() only */
    const void *group;
    struct download_settings settings;
    struct http_settings http;                  /* strings are borrowed as well */
    void (*on_stream_progress)(void *transfer); /* set by downloader_prepare() */
    void (*on_update)(void *context, const struct download_update *update);
    void *context;
};

#endif
