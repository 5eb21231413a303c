/*
 * The context shared by all requests of one download: plain data, borrowed.
 */
#ifndef ODO_NETWORK_REQUEST_TASK_H
#define ODO_NETWORK_REQUEST_TASK_H

#include "network/throttle.h"
#include "transfer/transfer.h"

struct buffer;
struct destination;
struct http_settings;
struct integrity;
struct spare_connections;

/* The result of a reply's header. Borrowed for the duration of the call. */
struct request_reply {
    uint16_t status;
    const char *address;         /* the server's, numeric; NULL if libcurl does not report it */
    const struct buffer *header; /* its lines if they are to be kept; or NULL */
};

/* A connection that was opened for a request. */
struct request_peer {
    const char *address; /* numeric. Borrowed for the duration of the call */
    uint16_t port;
};

/* The owner of the requests. Called from within libcurl, so no request may be ended here. */
struct request_listener {
    /* An attempt has ended, or there is something to report. */
    void (*on_due)(void *context);
    /* A request has a new connection, and is about to be sent. */
    void (*on_connected)(void *context, const struct request_peer *peer);
    void (*on_reply)(void *context, const struct request_reply *reply);
    /* The reply revealed something new about the file. A failure ends the download. */
    enum odo_status (*on_version)(void *context);
    /* An error that no other request can fix. */
    void (*on_failed)(void *context, const struct odo_error *error);
};

struct request_task {
    struct transfer *transfer;
    const struct destination *destination;
    struct integrity *integrity; /* NULL without a check */
    const struct http_settings *http;
    struct spare_connections *spares;
    struct throttle *throttle;
    struct throttle_share *share; /* for the rate limits */
    const struct request_listener *listener;
    void *context;
};

#endif
