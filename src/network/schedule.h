/*
 * Decides which download gets a free connection, or a share of one.
 *
 * Downloads are grouped by job. Foreground groups take precedence; while one of them could use
 * a connection, a background group gets at most one. Among equals the group with the fewest
 * requests in flight is next; within a group, a file that has begun, then the file added first.
 * So jobs share connections, and the files of a job start in order while no connection idles.
 *
 * Network thread only, except schedule_make_group().
 */
#ifndef ODO_NETWORK_SCHEDULE_H
#define ODO_NETWORK_SCHEDULE_H

#include "network/fetch_list.h"
#include "network/throttle.h"
#include "transfer/origin.h"

/* The downloads of one job. */
struct fetch_group {
    struct fetch_group *next;
    const void *key;
    struct fetch_list ready; /* downloads that want a request */
    size_t download_count;
    uint32_t active;             /* requests in flight */
    struct throttle_share share; /* settings of the download added or changed last */
};

struct schedule {
    struct fetch_group *groups;
    struct origin_list origins;
    uint32_t connections;
    uint32_t connections_per_host;
};

/* A group for a download that may be the first of its job. NULL when out of memory. Any thread;
 * release with memory_free() if it was not added. */
struct fetch_group *schedule_make_group(void);

/* Add a download that has a group from schedule_make_group(); cannot fail. */
void schedule_add(struct schedule *schedule, struct fetch *download);
void schedule_remove(struct schedule *schedule, struct fetch *download);

/* The download may want a request now, or no longer. */
void schedule_sort(struct fetch *download);

/* Its settings have changed. */
void schedule_change(struct fetch *download);

/* Its URL may have changed. */
void schedule_refresh_origin(struct schedule *schedule, struct fetch *download);

/*
 * The next download to get a connection; NULL if none wants one or none is free. If a download
 * without an origin is returned, it cannot be requested: see its origin_status.
 */
struct fetch *schedule_pick(struct schedule *schedule);

/* A request was sent, to the origin returned; and has ended, after receiving a body or not. */
struct origin *schedule_request_began(struct fetch *download);
void schedule_request_ended(struct schedule *schedule, struct fetch *download,
                            struct origin *origin, bool received);

void schedule_free(struct schedule *schedule);

#endif
