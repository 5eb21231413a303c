#include "network/schedule.h"

#include "base/memory.h"
#include "network/ascii_url.h"
#include "platform/clock.h"

#include <assert.h>

enum {
    /* Files of a job to consider when the first one's origin is at its limit. */
    READY_TRIES = 8,
};

struct fetch_group *schedule_make_group(void)
{
    struct fetch_group *group = memory_allocate_zeroed(1, sizeof(*group));

    if (group) {
        group->ready.link = offsetof(struct fetch, ready);
    }
    return group;
}

static struct fetch_group *find_group(const struct schedule *schedule, const void *key)
{
    struct fetch_group *group = schedule->groups;

    while (group && group->key != key) {
        group = group->next;
    }
    return group;
}

void schedule_add(struct schedule *schedule, struct fetch *download)
{
    struct fetch_group *group = find_group(schedule, download->options.group);

    if (group) {
        memory_free(download->group); /* allocated in case it was the first */
    } else {
        group = download->group;
        group->key = download->options.group;
        group->next = schedule->groups;
        schedule->groups = group;
    }
    download->group = group;
    download->task.share = &group->share;
    group->download_count++;
    schedule_change(download);
    schedule_sort(download);
}

void schedule_change(struct fetch *download)
{
    download->group->share.is_foreground = download->settings.foreground;
    pace_set_rate(&download->group->share.pace, download->settings.rate_limit,
                  platform_clock_milliseconds());
}

static void leave_group(struct schedule *schedule, struct fetch_group *group)
{
    group->download_count--;
    if (group->download_count > 0) {
        return;
    }
    for (struct fetch_group **place = &schedule->groups; *place; place = &(*place)->next) {
        if (*place == group) {
            *place = group->next;
            break;
        }
    }
    memory_free(group);
}

void schedule_remove(struct schedule *schedule, struct fetch *download)
{
    fetch_list_remove(&download->group->ready, download);
    origin_release(&schedule->origins, download->transfer.origin);
    download->transfer.origin = NULL;
    leave_group(schedule, download->group);
    download->group = NULL;
    download->task.share = NULL;
}

void schedule_sort(struct fetch *download)
{
    struct fetch_list *ready = &download->group->ready;

    if (!fetch_wants_request(download)) {
        fetch_list_remove(ready, download);
    } else if (download->begun.is_linked) {
        fetch_list_insert(ready, NULL, download); /* downloads that have begun come first */
    } else {
        fetch_list_append(ready, download);
    }
}

void schedule_refresh_origin(struct schedule *schedule, struct fetch *download)
{
    struct transfer *transfer = &download->transfer;

    if (download->origin_generation != transfer->source.generation) {
        origin_release(&schedule->origins, transfer->origin);
        transfer->origin = NULL;
        download->origin_generation = transfer->source.generation;
    }
}

/* Connections in use, at most: beyond an origin's limit HTTP/2 requests share connections. */
static uint32_t connections_in_use(const struct schedule *schedule)
{
    uint32_t count = 0;

    for (const struct origin *origin = schedule->origins.first; origin; origin = origin->next) {
        bool is_shared = origin->is_http_2 && origin->active > schedule->connections_per_host;

        count += is_shared ? schedule->connections_per_host : origin->active;
    }
    return count;
}

/* Look up the origin of the URL to be requested next. */
static enum odo_status find_origin(struct schedule *schedule, struct transfer *transfer)
{
    char *url = NULL;
    enum odo_status status = ascii_url(transfer->source.url, &url);

    if (status == ODO_OK) {
        status = origin_acquire(&schedule->origins, url, &transfer->origin);
    }
    memory_free(url);
    return status;
}

/*
 * True if the download may have another request in flight to its origin; `is_free` says whether
 * a connection is available for it. A job with nothing in flight always may, so that no job
 * waits for another job's large file.
 */
static bool origin_has_room(struct schedule *schedule, struct fetch *download, bool is_free)
{
    const struct origin *origin;

    if (!download->transfer.origin) {
        download->origin_status = find_origin(schedule, &download->transfer);
        if (download->origin_status != ODO_OK) {
            return true; /* the caller finds out */
        }
    }
    origin = download->transfer.origin;
    if (is_free && download->group->active == 0) {
        return true;
    }
    if (origin->active < schedule->connections_per_host) {
        return is_free;
    }
    return origin->active < origin_requests_most(origin, schedule->connections_per_host);
}

static struct fetch *pick_from(struct schedule *schedule, struct fetch_group *group,
                               bool is_free)
{
    struct fetch *download = group->ready.first;

    for (int tries = 0; download && tries < READY_TRIES; tries++) {
        if (origin_has_room(schedule, download, is_free)) {
            return download;
        }
        download = download->ready.next;
    }
    return NULL;
}

static bool foreground_is_busy(const struct schedule *schedule)
{
    for (const struct fetch_group *group = schedule->groups; group; group = group->next) {
        if (group->share.is_foreground && (group->active > 0 || group->ready.first)) {
            return true;
        }
    }
    return false;
}

static bool comes_before(const struct fetch_group *left, const struct fetch_group *right)
{
    if (left->share.is_foreground != right->share.is_foreground) {
        return left->share.is_foreground;
    }
    return left->active < right->active;
}

struct fetch *schedule_pick(struct schedule *schedule)
{
    struct fetch *best = NULL;
    bool must_yield = foreground_is_busy(schedule);
    bool is_free = connections_in_use(schedule) < schedule->connections;

    for (struct fetch_group *group = schedule->groups; group; group = group->next) {
        struct fetch *download;

        if (!group->ready.first ||
            (must_yield && !group->share.is_foreground && group->active > 0) ||
            (best && !comes_before(group, best->group))) {
            continue;
        }
        download = pick_from(schedule, group, is_free);
        if (download) {
            best = download;
        }
    }
    return best;
}

struct origin *schedule_request_began(struct fetch *download)
{
    struct origin *origin = download->transfer.origin;

    origin->holders++; /* held for the request: the transfer may change its origin meanwhile */
    origin->active++;
    download->group->active++;
    origin_measure_total(origin, platform_clock_microseconds());
    return origin;
}

void schedule_request_ended(struct schedule *schedule, struct fetch *download,
                            struct origin *origin, bool received)
{
    assert(download->group->active > 0 && origin->active > 0);
    download->group->active--;
    origin->active--;
    if (received) {
        origin_body_ended(origin, platform_clock_microseconds());
    }
    origin_release(&schedule->origins, origin);
}

void schedule_free(struct schedule *schedule)
{
    assert(!schedule->groups);
    origin_list_free(&schedule->origins);
}
