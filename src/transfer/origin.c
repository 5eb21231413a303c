#include "transfer/origin.h"

#include "base/memory.h"
#include "http/url.h"
#include "transfer/attempt.h"

#include <assert.h>
#include <string.h>

enum {
    /* Beyond this number, origins without a holder are discarded. */
    ORIGINS_KEPT = 64,
    /* The shortest window for the rate of all connections together. */
    WINDOW_LEAST_US = 50 * 1000,
    /* Up to this size a reply is small: a hundred at once burden neither side. */
    SMALL_REPLY = 256 * 1024,
    SMALL_REPLIES_ENOUGH = 4,
    /* After this many good replies and this much time, try one more request. */
    LANES_GOOD_ENOUGH = 4,
    LANES_QUIET_MS = 10 * 1000,
};

static void origin_free(struct origin *origin)
{
    memory_free(origin->name);
    memory_free(origin);
}

enum odo_status origin_acquire(struct origin_list *origins, const char *url,
                               struct origin **origin_out)
{
    struct origin *origin;
    char *name = NULL;
    enum odo_status status = url_origin(url, &name);

    if (status != ODO_OK) {
        return status;
    }
    for (origin = origins->first; origin; origin = origin->next) {
        if (strcmp(origin->name, name) == 0) {
            memory_free(name);
            origin->holders++;
            *origin_out = origin;
            return ODO_OK;
        }
    }
    origin = memory_allocate_zeroed(1, sizeof(*origin));
    if (!origin) {
        memory_free(name);
        return ODO_E_OUT_OF_MEMORY;
    }
    origin->name = name;
    origin->lanes_most = ORIGIN_LANES_UNLIMITED;
    origin->ranges_most = ATTEMPT_PIECES_MOST;
    origin->holders = 1;
    origin->next = origins->first;
    origins->first = origin;
    origins->count++;
    *origin_out = origin;
    return ODO_OK;
}

void origin_release(struct origin_list *origins, struct origin *origin)
{
    if (!origin) {
        return;
    }
    assert(origin->holders > 0);
    origin->holders--;
    if (origin->holders > 0 || origins->count <= ORIGINS_KEPT) {
        return;
    }
    for (struct origin **place = &origins->first; *place; place = &(*place)->next) {
        if (*place == origin) {
            *place = origin->next;
            origins->count--;
            origin_free(origin);
            return;
        }
    }
}

void origin_received(struct origin *origin, uint64_t bytes)
{
    if (origin->window_at_us > 0) {
        origin->window_bytes += bytes;
    }
}

/* A window lasts while every request in flight receives data. Otherwise the sum would measure
 * how busy the connections were, not what they can deliver. */
void origin_measure_total(struct origin *origin, uint64_t now_us)
{
    if (origin->window_at_us > 0 && now_us > origin->window_at_us + WINDOW_LEAST_US) {
        measurement_add_total_rate(&origin->measurement, origin->window_bytes,
                                   now_us - origin->window_at_us, now_us / 1000);
    } else if (origin->window_at_us > 0 && origin->receiving == origin->active) {
        return; /* too short to measure */
    }
    origin->window_bytes = 0;
    origin->window_at_us =
        origin->receiving > 0 && origin->receiving == origin->active ? now_us : 0;
}

void origin_body_began(struct origin *origin, uint64_t now_us)
{
    origin->receiving++;
    origin_measure_total(origin, now_us);
}

void origin_body_ended(struct origin *origin, uint64_t now_us)
{
    assert(origin->receiving > 0);
    origin->receiving--;
    origin_measure_total(origin, now_us);
}

void origin_replied(struct origin *origin, uint64_t bytes, bool is_http_2)
{
    origin->is_http_2 = is_http_2;
    if (bytes > SMALL_REPLY) {
        origin->small_replies = 0;
    } else if (origin->small_replies < SMALL_REPLIES_ENOUGH) {
        origin->small_replies++;
    }
}

bool origin_may_multiplex(const struct origin *origin)
{
    static const char secure[] = "https:";
    bool is_known = measurement_answers(&origin->measurement) > 0;

    return is_known ? origin->is_http_2
                    : strncmp(origin->name, secure, sizeof(secure) - 1) == 0;
}

uint32_t origin_requests_most(const struct origin *origin, uint32_t connections)
{
    bool is_shared = origin->is_http_2 && origin->small_replies >= SMALL_REPLIES_ENOUGH;

    return is_shared && connections < ORIGIN_STREAMS_MOST ? ORIGIN_STREAMS_MOST : connections;
}

void origin_ranges_answered(struct origin *origin, size_t asked, size_t answered)
{
    size_t most = asked / 2;

    if (answered >= asked) {
        origin->ranges_are_known = true;
        return;
    }
    if (answered > 0 && answered < most) {
        most = answered; /* as many as it accepts */
    }
    if (answered == 0 && origin->ranges_refused && asked <= origin->ranges_most) {
        most = 1;
    }
    if (answered == 0 && !origin->ranges_are_known) {
        origin->ranges_refused = true;
    }
    if (most < 1) {
        most = 1;
    }
    if (most < origin->ranges_most) {
        origin->ranges_most = most;
    }
}

void origin_ranges_unusable(struct origin *origin)
{
    origin->ranges_most = 1;
}

void origin_lane_refused(struct origin *origin, uint32_t others, uint64_t now_ms)
{
    origin->lanes_most = others > 1 ? others : 1;
    origin->lanes_good = 0;
    origin->lanes_refused_ms = now_ms;
}

void origin_lane_served(struct origin *origin, uint32_t running, uint64_t now_ms)
{
    if (origin->lanes_most == ORIGIN_LANES_UNLIMITED || running < origin->lanes_most) {
        return;
    }
    origin->lanes_good++;
    if (origin->lanes_good >= LANES_GOOD_ENOUGH &&
        now_ms >= origin->lanes_refused_ms + LANES_QUIET_MS) {
        origin->lanes_most++;
        origin->lanes_good = 0;
        origin->lanes_refused_ms = now_ms;
    }
}

void origin_list_free(struct origin_list *origins)
{
    while (origins->first) {
        struct origin *origin = origins->first;

        origins->first = origin->next;
        origin_free(origin);
    }
    origins->count = 0;
}
