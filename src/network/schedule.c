#include "network/schedule.h"

#include "base/memory.h"
#include "platform/clock.h"

#include <assert.h>

enum {
    /* How many files of a job are tried when the first one's origin has no room. */
    READY_TRIES = 8,
};

struct transfer_group *schedule_make_group(void)
{
    struct transfer_group *group = memory_allocate_zeroed(1, sizeof(*group));

    if (group) {
        group->ready.link = offsetof(struct download, ready);
    }
    return group;
}

static struct transfer_group *find_group(const struct schedule *schedule, const void *key)
{
    struct transfer_group *group = schedule->groups;

    while (group && group->key != key) {
        group = group->next;
    }
    return group;
}

void schedule_add(struct schedule *schedule, struct download *transfer)
{
    struct transfer_group *group = find_group(schedule, transfer->options.group);

    if (group) {
        memory_free(transfer->group); /* made in case it was the first */
    } else {
        group = transfer->group;
        group->key = transfer->options.group;
        group->next = schedule->groups;
        schedule->groups = group;
    }
    transfer->group = group;
    group->transfer_count++;
    schedule_change(transfer);
    schedule_sort(transfer);
}

void schedule_change(struct download *transfer)
{
    transfer->group->foreground = transfer->settings.foreground;
    pace_set_rate(&transfer->group->share.pace, transfer->settings.rate_limit,
                  platform_clock_milliseconds());
}

static void leave_group(struct schedule *schedule, struct transfer_group *group)
{
    group->transfer_count--;
    if (group->transfer_count > 0) {
        return;
    }
    for (struct transfer_group **place = &schedule->groups; *place; place = &(*place)->next) {
        if (*place == group) {
            *place = group->next;
            break;
        }
    }
    memory_free(group);
}

void schedule_remove(struct schedule *schedule, struct download *transfer)
{
    transfer_list_remove(&transfer->group->ready, transfer);
    origin_release(&schedule->origins, transfer->origin);
    transfer->origin = NULL;
    leave_group(schedule, transfer->group);
    transfer->group = NULL;
}

void schedule_sort(struct download *transfer)
{
    struct transfer_list *ready = &transfer->group->ready;

    if (!transfer_wants_request(transfer)) {
        transfer_list_remove(ready, transfer);
    } else if (transfer->begun.is_linked) {
        transfer_list_insert(ready, NULL, transfer); /* what has begun comes first */
    } else {
        transfer_list_append(ready, transfer);
    }
}

void schedule_refresh_origin(struct schedule *schedule, struct download *transfer)
{
    if (transfer->origin_is_stale) {
        origin_release(&schedule->origins, transfer->origin);
        transfer->origin = NULL;
        transfer->origin_is_stale = false;
    }
}

/* Connections in use, at most: beyond what each origin may have, HTTP/2's requests share them.
 */
static uint32_t connections_in_use(const struct schedule *schedule)
{
    uint32_t count = 0;

    for (const struct origin *origin = schedule->origins.first; origin; origin = origin->next) {
        bool is_shared = origin->is_http_2 && origin->active > schedule->connections_per_host;

        count += is_shared ? schedule->connections_per_host : origin->active;
    }
    return count;
}

/*
 * Whether the transfer may have a request in flight to its origin, with `is_free` when there is
 * a connection for it. A job with nothing in flight always may have that, so that no job waits
 * for another one's large file.
 */
static bool origin_has_room(struct schedule *schedule, struct download *transfer, bool is_free)
{
    const struct origin *origin;

    if (!transfer->origin) {
        transfer->origin_status =
            origin_acquire(&schedule->origins, transfer->url, &transfer->origin);
        if (transfer->origin_status != ODO_OK) {
            return true; /* whoever picks it will see */
        }
    }
    origin = transfer->origin;
    if (is_free && transfer->group->active == 0) {
        return true;
    }
    if (origin->active < schedule->connections_per_host) {
        return is_free;
    }
    return origin->active < origin_requests_most(origin, schedule->connections_per_host);
}

static struct download *pick_from(struct schedule *schedule, struct transfer_group *group,
                                  bool is_free)
{
    struct download *transfer = group->ready.first;

    for (int tries = 0; transfer && tries < READY_TRIES; tries++) {
        if (origin_has_room(schedule, transfer, is_free)) {
            return transfer;
        }
        transfer = transfer->ready.next;
    }
    return NULL;
}

static bool foreground_is_busy(const struct schedule *schedule)
{
    for (const struct transfer_group *group = schedule->groups; group; group = group->next) {
        if (group->foreground && (group->active > 0 || group->ready.first)) {
            return true;
        }
    }
    return false;
}

static bool comes_before(const struct transfer_group *left, const struct transfer_group *right)
{
    if (left->foreground != right->foreground) {
        return left->foreground;
    }
    return left->active < right->active;
}

struct download *schedule_pick(struct schedule *schedule)
{
    struct download *best = NULL;
    bool must_yield = foreground_is_busy(schedule);
    bool is_free = connections_in_use(schedule) < schedule->connections;

    for (struct transfer_group *group = schedule->groups; group; group = group->next) {
        struct download *transfer;

        if (!group->ready.first || (must_yield && !group->foreground && group->active > 0) ||
            (best && !comes_before(group, best->group))) {
            continue;
        }
        transfer = pick_from(schedule, group, is_free);
        if (transfer) {
            best = transfer;
        }
    }
    return best;
}

struct origin *schedule_request_began(struct download *transfer)
{
    struct origin *origin = transfer->origin;

    origin->holders++; /* the transfer may turn to another before the request ends */
    origin->active++;
    transfer->group->active++;
    origin_measure_total(origin, platform_clock_microseconds());
    return origin;
}

void schedule_request_ended(struct schedule *schedule, struct download *transfer,
                            struct origin *origin, bool brought)
{
    assert(transfer->group->active > 0 && origin->active > 0);
    transfer->group->active--;
    origin->active--;
    if (brought) {
        origin_body_ended(origin, platform_clock_microseconds());
    }
    origin_release(&schedule->origins, origin);
}

void schedule_free(struct schedule *schedule)
{
    assert(!schedule->groups);
    origin_list_free(&schedule->origins);
}
