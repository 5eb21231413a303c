/*
 * What has been learned about a server: how many requests it accepts at once, how many ranges
 * it answers in one reply, how long it takes and how fast it is. An origin is a scheme, a host
 * and a port (RFC 9110 section 4.3.1).
 *
 * Pure. Used on one thread.
 */
#ifndef ODO_TRANSFER_ORIGIN_H
#define ODO_TRANSFER_ORIGIN_H

#include "transfer/measurement.h"

#include <odo/types.h>

#define ORIGIN_LANES_UNLIMITED UINT32_MAX

enum {
    ORIGIN_TRUSTED_MOST = 16,
    /* Requests in flight over HTTP/2 while replies are small: what servers commonly allow. */
    ORIGIN_STREAMS_MOST = 100,
};

/* A connection whose server presented a certificate that is valid under these flags. */
struct trusted_connection {
    uint64_t connection; /* libcurl's connection number, plus one */
    uint32_t flags;      /* of enum odo_security_flag */
};

struct origin {
    struct origin *next;
    char *name;       /* owned; scheme://host:port in lower case */
    uint32_t active;  /* requests in flight */
    uint32_t holders; /* transfers that refer to it */

    /*
     * The number of concurrent requests that the server accepts: unlimited until one is refused
     * while others receive bytes; then as many as those, plus one after every few good replies.
     */
    uint32_t lanes_most;
    uint32_t lanes_good;       /* good replies since the limit last changed */
    uint64_t lanes_refused_ms; /* when a request was last refused */

    size_t ranges_most;    /* most ranges to ask for in one request */
    bool ranges_are_known; /* a request with several ranges was answered in full */
    bool ranges_refused; /* requests with several ranges have been refused, and none answered */
    bool is_http_2;      /* whether its last reply was HTTP/2 */
    uint32_t small_replies; /* consecutive small replies; saturates */
    struct measurement measurement;
    uint64_t window_bytes; /* bytes received in the window, while every request in flight
                              receives data */
    uint64_t window_at_us; /* when the window began; 0 without one */
    uint32_t receiving;    /* requests in flight whose body has begun */
    struct trusted_connection trusted[ORIGIN_TRUSTED_MOST]; /* the most recent ones */
    size_t trusted_next;
};

struct origin_list {
    struct origin *first;
    size_t count;
};

/*
 * The origin of `url`, created if it is new. The caller holds it until origin_release().
 *
 *   ODO_E_INVALID_URL
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status origin_acquire(struct origin_list *origins, const char *url,
                               struct origin **origin_out);

/* What was learned is kept while there are few origins. NULL is allowed. */
void origin_release(struct origin_list *origins, struct origin *origin);

/*
 * Input for the rate of all connections together: bytes of a body were received; the body of a
 * request in flight has begun; it has ended, in which case it no longer counts in `active`.
 */
void origin_received(struct origin *origin, uint64_t bytes);
void origin_body_began(struct origin *origin, uint64_t now_us);
void origin_body_ended(struct origin *origin, uint64_t now_us);

/* Record the rate since the set of requests in flight last changed, and begin a new window. */
void origin_measure_total(struct origin *origin, uint64_t now_us);

/* True if requests share a connection, as they do over HTTP/2, which is negotiated with TLS; or
 * if that is not known before the first reply. */
bool origin_may_multiplex(const struct origin *origin);

/* A reply delivered `bytes`. */
void origin_replied(struct origin *origin, uint64_t bytes, bool is_http_2);

/*
 * The number of requests it may have in flight at once on at most `connections`. Small replies
 * over HTTP/2 multiplex: with a connection for each, all time would be spent waiting. Large
 * replies gain nothing, as they would share the same bandwidth.
 */
uint32_t origin_requests_most(const struct origin *origin, uint32_t connections);

/*
 * A request for `asked` ranges was answered with `answered` of them in full. If some are
 * missing, half as many are requested from now on, or as many as were answered; if none was
 * answered for a second time, ranges are requested one at a time for good.
 */
void origin_ranges_answered(struct origin *origin, size_t asked, size_t answered);

/* The origin's multipart replies are unusable: request ranges one at a time. */
void origin_ranges_unusable(struct origin *origin);

/* A request was refused while `others` received bytes: that is the limit for a while. */
void origin_lane_refused(struct origin *origin, uint32_t others, uint64_t now_ms);

/* A reply was accepted while `running` requests were in flight. */
void origin_lane_served(struct origin *origin, uint32_t running, uint64_t now_ms);

void origin_list_free(struct origin_list *origins);

#endif
