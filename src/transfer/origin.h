/*
 * What has been learnt of a server: how many requests it bears at once, how many ranges it
 * answers in one, how long it takes and how fast it is. An origin is a scheme, a host and a
 * port (RFC 9110 section 4.3.1).
 *
 * Pure. On one thread.
 */
#ifndef ODO_TRANSFER_ORIGIN_H
#define ODO_TRANSFER_ORIGIN_H

#include "transfer/measurement.h"

#include <odo/types.h>

#define ORIGIN_LANES_UNLIMITED UINT32_MAX

enum {
    ORIGIN_TRUSTED_MOST = 16,
    /* Requests in flight over HTTP/2 while replies are small: what servers allow as a rule. */
    ORIGIN_STREAMS_MOST = 100,
};

/* A connection whose server has shown a certificate that is good with these flags. */
struct trusted_connection {
    uint64_t connection; /* libcurl's number, plus one */
    uint32_t flags;      /* of enum odo_security_flag */
};

struct origin {
    struct origin *next;
    char *name;       /* owned; scheme://host:port in lower case */
    uint32_t active;  /* requests in flight */
    uint32_t holders; /* transfers that point here */

    /*
     * Requests that the server has shown to bear: no limit before one was refused while others
     * brought bytes; then as many as those were, and one more after each few good replies.
     */
    uint32_t lanes_most;
    uint32_t lanes_good;       /* replies since the limit was last changed */
    uint64_t lanes_refused_ms; /* when one was last refused */

    size_t ranges_most;     /* to ask for in one request */
    bool ranges_are_known;  /* several were answered in full */
    bool ranges_refused;    /* and never, so far, but refused */
    bool is_http_2;         /* its last reply was */
    uint32_t small_replies; /* the last so many were small; does not grow for ever */
    struct measurement measurement;
    uint64_t window_bytes; /* came in the window, in which every request in flight brought */
    uint64_t window_at_us; /* when it began; 0 without one */
    uint32_t bringing;     /* requests in flight whose body has begun */
    struct trusted_connection trusted[ORIGIN_TRUSTED_MOST]; /* the last ones */
    size_t trusted_next;
};

struct origin_list {
    struct origin *first;
    size_t count;
};

/*
 * The origin of `url`, made when it is new. The caller holds it until origin_release().
 *
 *   ODO_E_INVALID_URL
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status origin_acquire(struct origin_list *origins, const char *url,
                               struct origin **origin_out);

/* What was learnt is kept while there are few. NULL is fine. */
void origin_release(struct origin_list *origins, struct origin *origin);

/*
 * For the rate of all connections together: so many bytes of a body came; and of a request in
 * flight, its body has begun, or it has ended, in which case it no longer counts in `active`.
 */
void origin_received(struct origin *origin, uint64_t bytes);
void origin_body_began(struct origin *origin, uint64_t now_us);
void origin_body_ended(struct origin *origin, uint64_t now_us);

/* What came since the requests in flight last changed is measured, and a new window begins. */
void origin_measure_total(struct origin *origin, uint64_t now_us);

/* A reply has brought so many bytes. */
void origin_replied(struct origin *origin, uint64_t bytes, bool is_http_2);

/*
 * How many requests it may have in flight at once, with so many connections at most. Small
 * replies over HTTP/2 share connections: with each one's own, all of the time would go into
 * waiting for the next reply. Large ones would only share what there is.
 */
uint32_t origin_requests_most(const struct origin *origin, uint32_t connections);

/*
 * Of so many ranges in one request, so many were answered in full. If not all, half as many are
 * asked for from now on, or as many as were answered; and one by one, for good, where none was
 * for a second time.
 */
void origin_ranges_answered(struct origin *origin, size_t asked, size_t answered);

/* The origin's replies to several ranges are of no use: ask one by one. */
void origin_ranges_unusable(struct origin *origin);

/*
 * A request was refused while `others` brought bytes: that many are borne, and no more for a
 * while.
 */
void origin_lane_refused(struct origin *origin, uint32_t others, uint64_t now_ms);

/* A reply was taken while `running` requests were out. */
void origin_lane_served(struct origin *origin, uint32_t running, uint64_t now_ms);

void origin_list_free(struct origin_list *origins);

#endif
