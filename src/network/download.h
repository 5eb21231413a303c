/*
 * What one file's download is told, and what it tells: plain data.
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

#endif
