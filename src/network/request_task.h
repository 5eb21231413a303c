/*
 * What all requests of one download work for, and what they tell it: plain data, borrowed.
 */
#ifndef ODO_NETWORK_REQUEST_TASK_H
#define ODO_NETWORK_REQUEST_TASK_H

#include "network/throttle.h"
#include "transfer/transfer.h"

struct buffer;
struct destination;
struct http_settings;
struct integrity;

/* What came of a reply's header. Borrowed for the length of the call. */
struct request_reply {
    uint16_t status;
    const char *address;         /* of the server, as text; NULL when libcurl does not say */
    const struct buffer *header; /* its lines, when they are worth keeping; or NULL */
};

/* Whoever requests are sent for. Called within libcurl, which goes on afterwards: nothing may
 * be ended then. */
struct request_listener {
    /* An attempt has ended, or something can be reported. */
    void (*on_due)(void *context);
    void (*on_reply)(void *context, const struct request_reply *reply);
    /* The reply told something new of the file. Any failure ends the download. */
    enum odo_status (*on_version)(void *context);
    /* Something that no other request will mend. */
    void (*on_failed)(void *context, const struct odo_error *error);
};

struct request_task {
    struct transfer *transfer;
    const struct destination *destination;
    struct integrity *integrity; /* NULL when nothing is checked */
    const struct http_settings *http;
    struct throttle *throttle;
    struct throttle_share *share; /* of the caps */
    const struct request_listener *listener;
    void *context;
};

#endif
