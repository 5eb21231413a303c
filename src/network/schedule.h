/*
 * Who gets a free connection, or a share of one.
 *
 * Transfers stand in groups, one for each job. Foreground groups come before the others, and
 * while one of them could use a connection, a background group has one and no more. Among
 * equals the group with the fewest requests in flight is next; within a group the file that
 * has begun, then the file that was added first. So jobs share, and the files of a job begin
 * in order while no connection idles.
 *
 * On the network thread alone, but for schedule_make_group().
 */
#ifndef ODO_NETWORK_SCHEDULE_H
#define ODO_NETWORK_SCHEDULE_H

#include "network/fetch_list.h"
#include "network/throttle.h"
#include "transfer/origin.h"

/* The transfers of one job. */
struct fetch_group {
    struct fetch_group *next;
    const void *key;
    struct fetch_list ready; /* want a request */
    size_t download_count;
    uint32_t active;             /* requests in flight */
    struct throttle_share share; /* as the transfer that was added or changed last */
};

struct schedule {
    struct fetch_group *groups;
    struct origin_list origins;
    uint32_t connections;
    uint32_t connections_per_host;
};

/* A group for a transfer that may be the first of its job. NULL without memory. Any thread;
 * memory_free() ends one that was not added. */
struct fetch_group *schedule_make_group(void);

/* Take a transfer in, which has a group of its own making; cannot fail. */
void schedule_add(struct schedule *schedule, struct fetch *download);
void schedule_remove(struct schedule *schedule, struct fetch *download);

/* The transfer may want a request now, or none any more. */
void schedule_sort(struct fetch *download);

/* Its settings have changed. */
void schedule_change(struct fetch *download);

/* Its URL may have changed. */
void schedule_refresh_origin(struct schedule *schedule, struct fetch *download);

/*
 * Who is next; NULL when nobody wants a connection or none is free. A transfer that comes
 * without an origin cannot be asked for: its origin_status says why.
 */
struct fetch *schedule_pick(struct schedule *schedule);

/* A request is in flight, to the origin that is returned; and has ended, having brought a body
 * or not. */
struct origin *schedule_request_began(struct fetch *download);
void schedule_request_ended(struct schedule *schedule, struct fetch *download,
                            struct origin *origin, bool brought);

void schedule_free(struct schedule *schedule);

#endif
