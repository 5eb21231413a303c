/*
 * The planner and the measurement on networks that no test machine has: a simulation of servers
 * and connections, event by event, prints what they come to beside what is physically possible.
 *
 * What is real here: request_plan (what to ask, many ranges at once, splitting, giving back)
 * and measurement (gaps, request sizes, what is small). What the transfer adds to them is told
 * anew in a few lines: an idle lane takes from the plan; when that is empty it takes the rear
 * half of what another one brings slowest, or asks for a small slow rest once more; a lane far
 * slower than its like is given up. The network: every connection has a ceiling, all of them
 * share a total alike, an answer takes one round trip, and so does a new connection.
 */
#include "ranges/request_plan.h"
#include "support/test.h"
#include "transfer/measurement.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    KIB = 1024,
    MIB = 1024 * 1024,
    SPANS_MOST = 100,
    PART_OVERHEAD = 117, /* bytes of a part's headers; and of a reply's, about */
    REQUEST_LEAST = MIB,
    MERGE_SHARE = 20,
    STEAL_LEAST = 256 * KIB,
    HEDGE_MOST = MIB,
    EVENTS_MOST = 20 * 1000 * 1000, /* more means that it does not end */
    NOBODY = -1,
};

static const double steal_worth_s = 0.5;
static const double hedge_worth_s = 0.3;
static const double judge_after_s = 1.0;
static const double slow_share = 0.15;
static const double stall_timeout_s = 20.0;
static const double never = 1e18;

static const struct world {
    const char *name;
    uint32_t lanes;
    double total;   /* bytes a second of all connections together */
    double ceiling; /* of one */
    double round_trip_s;
    uint64_t ranges;   /* how many, each ... */
    uint64_t length;   /* ... this long ... */
    uint64_t distance; /* ... and this far from the next; 0 for one range of `length` */
    uint64_t ranges_per_request;
    /* Faults. */
    uint32_t slow_per_thousand;  /* connections with a hundredth of the ceiling */
    int slow_connection;         /* or this one alone, counted from 1 */
    uint32_t cut_per_thousand;   /* requests that end somewhere in the body */
    uint32_t stall_per_thousand; /* requests that are never answered */
    double most;                 /* times the limit */
} worlds[] = {
    {"2,000 scattered ranges, 25 MB/s, 20 ms", 8, 25e6, 25e6, 0.020, 2000, 16 * KIB, 131072,
     100, .most = 1.15},
    {"the same, one range in a request", 8, 25e6, 25e6, 0.020, 2000, 16 * KIB, 131072, 1,
     .most = 5.5},
    {"the same, ten ranges in a request", 8, 25e6, 25e6, 0.020, 2000, 16 * KIB, 131072, 10,
     .most = 1.6},
    {"10,000 touching ranges, 25 MB/s, 20 ms", 8, 25e6, 25e6, 0.020, 10000, 16 * KIB, 16 * KIB,
     100, .most = 1.05},
    {"one of four connections slow, 64 MiB", 4, 1e9, 6e6, 0.010, 1, 64 * MIB, 0, 100,
     .slow_connection = 2, .most = 1.15},
    {"64 MiB on one lane, 6 MB/s, 300 ms", 1, 6e6, 6e6, 0.300, 1, 64 * MIB, 0, 100,
     .most = 1.2},
    {"64 GiB on 1,000 lanes, 10 Gbit/s, 300 ms", 1000, 1.25e9, 4e6, 0.300, 1,
     UINT64_C(65536) * MIB, 0, 100, .most = 1.15},
    {"the same, one request in 100 cut", 1000, 1.25e9, 4e6, 0.300, 1, UINT64_C(65536) * MIB, 0,
     100, .cut_per_thousand = 10, .most = 1.2},
    {"the same, one request in 200 never answered", 1000, 1.25e9, 4e6, 0.300, 1,
     UINT64_C(65536) * MIB, 0, 100, .stall_per_thousand = 5, .most = 1.2},
    {"the same, one connection in 10 slow", 1000, 1.25e9, 4e6, 0.300, 1, UINT64_C(65536) * MIB,
     0, 100, .slow_per_thousand = 100, .most = 1.2},
    {"1,000,000 scattered ranges, 10 Gbit/s, 300 ms", 1000, 1.25e9, 4e6, 0.300, 1000000,
     64 * KIB, MIB, 100, .most = 1.3},
    {"the same, and all those faults", 1000, 1.25e9, 4e6, 0.300, 1000000, 64 * KIB, MIB, 100,
     .slow_per_thousand = 100, .cut_per_thousand = 10, .stall_per_thousand = 5, .most = 1.3},
    {"the same, one range in a request", 1000, 1.25e9, 4e6, 0.300, 1000000, 64 * KIB, MIB, 1,
     .most = 8.0},
};

enum lane_state { IDLE, CONNECTING, WAITING, BRINGING };

struct lane {
    enum lane_state state;
    double until; /* while connecting or waiting */
    bool is_connected;
    double ceiling;
    double rate; /* now */
    struct byte_range spans[SPANS_MOST];
    size_t count;
    double size; /* of the body */
    double arrived;
    double cut_at; /* the connection ends when so much has arrived */
    bool is_cut;   /* another lane has the rest: end when `size` is there */
    double sent_at;
    double began_at;
    int hedged; /* the lane whose rest this one asks for as well, or NOBODY */
    int hedge;  /* the lane that does so for this one, or NOBODY */
};

/* What has come: a piece for each span of each request. */
struct pieces {
    struct byte_range *items;
    size_t count;
    size_t capacity;
};

struct simulation {
    const struct world *world;
    struct test_random random;
    struct range_set wanted;
    struct request_plan plan;
    struct measurement measurement;
    struct lane *lanes;
    double now;
    bool first_has_come;
    bool several_are_known;
    double abandon_at;
    double abandon_pause;
    struct pieces pieces;
    uint64_t connections;
    uint64_t requests;
    double received;
};

static uint64_t now_ms(const struct simulation *simulation)
{
    return (uint64_t)(simulation->now * 1000);
}

static bool happens(struct simulation *simulation, uint32_t per_thousand)
{
    return test_random_below(&simulation->random, 1000) < per_thousand;
}

/* --- What a request brings ------------------------------------------------------------ */

static double body_size(const struct lane *lane)
{
    double size = 0;

    for (size_t i = 0; i < lane->count; i++) {
        size += (double)(lane->spans[i].length + PART_OVERHEAD);
    }
    return size;
}

/* How much of a span has come, seeing that the spans come one after the other. */
static uint64_t arrived_of(const struct lane *lane, size_t index)
{
    double before = 0;
    double part;

    for (size_t i = 0; i < index; i++) {
        before += (double)(lane->spans[i].length + PART_OVERHEAD);
    }
    part = lane->arrived - before - (double)PART_OVERHEAD + 0.5;
    if (part < 0) {
        return 0;
    }
    return part < (double)lane->spans[index].length ? (uint64_t)part
                                                    : lane->spans[index].length;
}

static void keep_piece(struct pieces *pieces, struct byte_range piece)
{
    if (piece.length == 0) {
        return;
    }
    if (pieces->count == pieces->capacity) {
        struct byte_range *larger;

        pieces->capacity = pieces->capacity > 0 ? pieces->capacity * 2 : 4096;
        larger = realloc(pieces->items, pieces->capacity * sizeof(*larger));
        assert_non_null(larger);
        pieces->items = larger;
    }
    pieces->items[pieces->count++] = piece;
}

static double rest_of(const struct lane *lane)
{
    return lane->size - lane->arrived;
}

static double average_rate(const struct simulation *simulation, const struct lane *lane)
{
    double elapsed = simulation->now - lane->sent_at;

    return elapsed > 0 ? lane->arrived / elapsed : 0;
}

static double rest_time(const struct simulation *simulation, const struct lane *lane)
{
    double rate = average_rate(simulation, lane);

    return rate > 0 ? rest_of(lane) / rate : simulation->now - lane->sent_at;
}

/* --- Asking --------------------------------------------------------------------------- */

static void connect_lane(struct simulation *simulation, struct lane *lane)
{
    const struct world *world = simulation->world;

    simulation->connections++;
    lane->ceiling = world->ceiling;
    if (happens(simulation, world->slow_per_thousand) ||
        simulation->connections == (uint64_t)world->slow_connection) {
        lane->ceiling = world->ceiling / 60;
    }
    lane->is_connected = true;
}

static void send(struct simulation *simulation, struct lane *lane)
{
    const struct world *world = simulation->world;

    simulation->requests++;
    lane->state = WAITING;
    lane->until = simulation->now + world->round_trip_s;
    if (!lane->is_connected) {
        connect_lane(simulation, lane);
        lane->until += world->round_trip_s;
    }
    lane->size = body_size(lane);
    lane->arrived = 0;
    lane->is_cut = false;
    lane->hedge = NOBODY;
    lane->sent_at = simulation->now;
    lane->cut_at = never;
    if (happens(simulation, world->cut_per_thousand)) {
        lane->cut_at = (double)test_random_below(&simulation->random, (uint64_t)lane->size + 1);
    }
    /* For the first of all there is no help but its time limit. */
    if (simulation->first_has_come && happens(simulation, world->stall_per_thousand)) {
        lane->until = simulation->now + stall_timeout_s;
        lane->cut_at = 0;
    }
}

static bool take_from_plan(struct simulation *simulation, struct lane *lane)
{
    const struct world *world = simulation->world;
    bool several = world->ranges_per_request > 1 && simulation->first_has_come;
    struct request_limits limits = {
        .most = measurement_request_size(&simulation->measurement),
        .least = REQUEST_LEAST,
        .merge_gap = measurement_merge_gap(&simulation->measurement, world->lanes,
                                           simulation->several_are_known),
        .merge_share = MERGE_SHARE,
        .lanes = world->lanes,
    };
    struct request_gathering gathering = {
        .most = several ? (uint32_t)world->ranges_per_request : 1,
        .small = REQUEST_LEAST,
        .text_most = 4000,
        .least = measurement_small_request(&simulation->measurement),
    };

    lane->hedged = NOBODY;
    return request_plan_take_many(&simulation->plan, &limits, &gathering, lane->spans,
                                  &lane->count) == ODO_OK;
}

/* The rear half of what the slowest lane still has to bring. */
static bool steal(struct simulation *simulation, struct lane *lane)
{
    struct lane *victim = NULL;
    double longest = steal_worth_s;

    for (uint32_t i = 0; i < simulation->world->lanes; i++) {
        struct lane *other = &simulation->lanes[i];

        bool is_late =
            other->state == WAITING && simulation->now - other->sent_at >
                                           steal_worth_s + 8 * simulation->world->round_trip_s;

        if ((other->state == BRINGING || is_late) && other->hedged == NOBODY &&
            other->hedge == NOBODY && (other->count > 1 || rest_of(other) >= 2 * STEAL_LEAST) &&
            rest_time(simulation, other) > longest) {
            victim = other;
            longest = rest_time(simulation, other);
        }
    }
    if (!victim) {
        return false;
    }
    lane->hedged = NOBODY;
    if (victim->count == 1) {
        struct byte_range *span = &victim->spans[0];
        uint64_t had = arrived_of(victim, 0);
        uint64_t rear = (span->length - had) / 2;

        assert_status(request_plan_split(&simulation->plan), ODO_OK);
        span->length -= rear;
        lane->spans[0] = (struct byte_range){span->offset + span->length, rear};
        lane->count = 1;
    } else {
        size_t untouched = 0;

        while (untouched + 1 < victim->count &&
               arrived_of(victim, victim->count - 1 - untouched) == 0) {
            untouched++;
        }
        lane->count = (untouched + 1) / 2;
        if (lane->count == 0) {
            return false;
        }
        victim->count -= lane->count;
        for (size_t i = 0; i < lane->count; i++) {
            lane->spans[i] = victim->spans[victim->count + i];
        }
    }
    victim->size = body_size(victim);
    victim->is_cut = true;
    return true;
}

/* The small rest of a lane that is slow, or has no answer, once more. */
static bool hedge(struct simulation *simulation, struct lane *lane)
{
    const struct world *world = simulation->world;
    struct lane *slow = NULL;
    double longest = 0;

    for (uint32_t i = 0; i < world->lanes; i++) {
        struct lane *other = &simulation->lanes[i];
        double fresh = 3 * world->round_trip_s + rest_of(other) / world->ceiling;

        if ((other->state == BRINGING || other->state == WAITING) && other->count == 1 &&
            other->hedged == NOBODY && other->hedge == NOBODY &&
            rest_of(other) <= (double)HEDGE_MOST && rest_of(other) > 0 &&
            rest_time(simulation, other) > hedge_worth_s + 2 * fresh &&
            rest_time(simulation, other) > longest) {
            slow = other;
            longest = rest_time(simulation, other);
        }
    }
    if (!slow) {
        return false;
    }
    lane->spans[0] = slow->spans[0];
    lane->spans[0].offset += arrived_of(slow, 0);
    lane->spans[0].length -= arrived_of(slow, 0);
    lane->count = 1;
    lane->hedged = (int)(slow - simulation->lanes);
    return true;
}

static void ask(struct simulation *simulation)
{
    uint32_t lanes = simulation->first_has_come ? simulation->world->lanes : 1;

    for (uint32_t i = 0; i < lanes; i++) {
        struct lane *lane = &simulation->lanes[i];

        if (lane->state != IDLE) {
            continue;
        }
        if (!take_from_plan(simulation, lane) && !steal(simulation, lane) &&
            !hedge(simulation, lane)) {
            return; /* nor is there anything for the others */
        }
        send(simulation, lane);
        if (lane->hedged != NOBODY) {
            simulation->lanes[lane->hedged].hedge = (int)i;
        }
    }
}

/* --- Ends ----------------------------------------------------------------------------- */

static void measure(struct simulation *simulation, const struct lane *lane)
{
    double elapsed = simulation->now - lane->began_at;

    if (lane->state == BRINGING && elapsed > 0) {
        measurement_add_rate(&simulation->measurement, (uint64_t)lane->arrived,
                             (uint64_t)(elapsed * 1e6), now_ms(simulation));
    }
}

/* The lane is free again. Whatever it was sent for is settled, but for a hedge. */
static void release(struct simulation *simulation, struct lane *lane, bool keeps_connection)
{
    lane->state = IDLE;
    lane->is_connected = keeps_connection;
    if (lane->hedge != NOBODY) {
        struct lane *other = &simulation->lanes[lane->hedge];

        lane->hedge = NOBODY;
        simulation->received += other->arrived;
        other->state = IDLE;
        other->is_connected = false;
        other->hedged = NOBODY;
    }
}

static void end(struct simulation *simulation, struct lane *lane, bool keeps_connection)
{
    measure(simulation, lane);
    simulation->received += lane->arrived;
    if (lane->hedged != NOBODY) {
        struct lane *slow = &simulation->lanes[lane->hedged];
        bool has_all = arrived_of(lane, 0) == lane->spans[0].length;

        lane->hedged = NOBODY;
        lane->state = IDLE;
        lane->is_connected = keeps_connection;
        slow->hedge = NOBODY;
        if (has_all) {
            keep_piece(&simulation->pieces, slow->spans[0]);
            request_plan_give_back(&simulation->plan,
                                   (struct byte_range){slow->spans[0].offset, 0});
            simulation->received += slow->arrived;
            slow->state = IDLE;
            slow->is_connected = false;
        }
        return;
    }
    for (size_t i = 0; i < lane->count; i++) {
        struct byte_range span = lane->spans[i];
        uint64_t had = arrived_of(lane, i);

        keep_piece(&simulation->pieces, (struct byte_range){span.offset, had});
        request_plan_give_back(&simulation->plan,
                               (struct byte_range){span.offset + had, span.length - had});
    }
    if (lane->count > 1 && lane->arrived >= lane->size) {
        simulation->several_are_known = true;
    }
    release(simulation, lane, keeps_connection);
}

static void begin_bringing(struct simulation *simulation, struct lane *lane)
{
    lane->state = BRINGING;
    lane->began_at = simulation->now;
    simulation->first_has_come = true;
    measurement_add_latency(&simulation->measurement,
                            (uint64_t)(simulation->world->round_trip_s * 1e6),
                            now_ms(simulation));
}

/* A hedge that has no answer in time itself makes room for another one. */
static void give_up_late_hedges(struct simulation *simulation)
{
    for (uint32_t i = 0; i < simulation->world->lanes; i++) {
        struct lane *lane = &simulation->lanes[i];
        double fresh = 3 * simulation->world->round_trip_s + lane->size / lane->ceiling;

        if (lane->state == WAITING && lane->hedged != NOBODY &&
            simulation->now - lane->sent_at > hedge_worth_s + 2 * fresh) {
            end(simulation, lane, false);
        }
    }
}

/* A lane that is far behind its like, now and then. */
static void give_up_slow(struct simulation *simulation)
{
    struct lane *slow = NULL;
    double best = 0;

    if (simulation->now < simulation->abandon_at) {
        return;
    }
    for (uint32_t i = 0; i < simulation->world->lanes; i++) {
        struct lane *lane = &simulation->lanes[i];
        double rate = average_rate(simulation, lane);

        if (lane->state == BRINGING && rate > best) {
            best = rate;
        }
    }
    for (uint32_t i = 0; i < simulation->world->lanes; i++) {
        struct lane *lane = &simulation->lanes[i];

        if (lane->state == BRINGING && lane->hedged == NOBODY && lane->hedge == NOBODY &&
            simulation->now - lane->sent_at > judge_after_s &&
            average_rate(simulation, lane) < slow_share * best &&
            rest_time(simulation, lane) > steal_worth_s + 2 * rest_of(lane) / best &&
            (!slow || rest_time(simulation, lane) > rest_time(simulation, slow))) {
            slow = lane;
        }
    }
    if (slow) {
        simulation->abandon_pause =
            simulation->abandon_pause > 0 ? simulation->abandon_pause * 2 : 1.0;
        if (simulation->abandon_pause > 16.0) {
            simulation->abandon_pause = 16.0;
        }
        simulation->abandon_at = simulation->now + simulation->abandon_pause;
        end(simulation, slow, false);
    }
}

/* --- Time ----------------------------------------------------------------------------- */

/* All share the total alike, but nobody has more than its ceiling. */
static void share_out(struct simulation *simulation)
{
    double left = simulation->world->total;
    double fair = 0;
    uint32_t bringing = 0;
    bool goes_on = true;

    for (uint32_t i = 0; i < simulation->world->lanes; i++) {
        simulation->lanes[i].rate = -1;
        bringing += simulation->lanes[i].state == BRINGING;
    }
    while (goes_on && bringing > 0) {
        goes_on = false;
        fair = left / bringing;
        for (uint32_t i = 0; i < simulation->world->lanes; i++) {
            struct lane *lane = &simulation->lanes[i];

            if (lane->state == BRINGING && lane->rate < 0 && lane->ceiling <= fair) {
                lane->rate = lane->ceiling;
                left -= lane->ceiling;
                bringing--;
                goes_on = true;
            }
        }
    }
    for (uint32_t i = 0; i < simulation->world->lanes; i++) {
        if (simulation->lanes[i].rate < 0) {
            simulation->lanes[i].rate = fair;
        }
    }
}

/* When this lane does something next. */
static double next_of(const struct simulation *simulation, const struct lane *lane)
{
    double goal = lane->size < lane->cut_at ? lane->size : lane->cut_at;

    if (lane->state == CONNECTING || lane->state == WAITING) {
        return lane->until;
    }
    if (lane->state == BRINGING) {
        return lane->arrived >= goal ? simulation->now
                                     : simulation->now + (goal - lane->arrived) / lane->rate;
    }
    return never;
}

static void advance(struct simulation *simulation, double to)
{
    for (uint32_t i = 0; i < simulation->world->lanes; i++) {
        struct lane *lane = &simulation->lanes[i];

        if (lane->state == BRINGING) {
            lane->arrived += (to - simulation->now) * lane->rate;
        }
    }
    simulation->now = to;
}

static void act(struct simulation *simulation, struct lane *lane)
{
    if (lane->state == WAITING && lane->until <= simulation->now) {
        if (lane->cut_at <= 0) {
            end(simulation, lane, false);
        } else {
            begin_bringing(simulation, lane);
        }
    } else if (lane->state == BRINGING && lane->arrived >= lane->cut_at - 0.5) {
        lane->arrived = lane->cut_at;
        end(simulation, lane, false);
    } else if (lane->state == BRINGING && lane->arrived >= lane->size - 0.5) {
        lane->arrived = lane->size;
        end(simulation, lane, !lane->is_cut);
    }
}

/* True when something has been done, or is going on. */
static bool step(struct simulation *simulation)
{
    /* Time goes in ticks as well, as in the engine, for what only time brings about. */
    double next = simulation->now + 0.1;
    bool is_busy = false;

    ask(simulation);
    share_out(simulation);
    for (uint32_t i = 0; i < simulation->world->lanes; i++) {
        double of_lane = next_of(simulation, &simulation->lanes[i]);

        next = of_lane < next ? of_lane : next;
        is_busy = is_busy || simulation->lanes[i].state != IDLE;
    }
    advance(simulation, next);
    for (uint32_t i = 0; i < simulation->world->lanes; i++) {
        act(simulation, &simulation->lanes[i]);
    }
    give_up_slow(simulation);
    give_up_late_hedges(simulation);
    return is_busy;
}

/* --- Judging -------------------------------------------------------------------------- */

static int compare_pieces(const void *left, const void *right)
{
    const struct byte_range *a = left;
    const struct byte_range *b = right;

    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* Every wanted byte has come once, and none twice. Returns the bytes that came for nothing. */
static uint64_t check_pieces(struct simulation *simulation)
{
    struct pieces *pieces = &simulation->pieces;
    uint64_t total = 0;
    uint64_t wanted = 0;

    qsort(pieces->items, pieces->count, sizeof(*pieces->items), compare_pieces);
    for (size_t i = 0; i < pieces->count; i++) {
        struct byte_range piece = pieces->items[i];

        if (i > 0) {
            assert_true(pieces->items[i - 1].offset + pieces->items[i - 1].length <=
                        piece.offset);
        }
        total += piece.length;
        wanted += request_plan_wanted_within(&simulation->plan, piece);
    }
    assert_int_equal(wanted, range_set_total(&simulation->wanted));
    return total - wanted;
}

static void begin(struct simulation *simulation, const struct world *world)
{
    struct byte_range *ranges = calloc((size_t)world->ranges, sizeof(*ranges));

    assert_non_null(ranges);
    *simulation = (struct simulation){.world = world, .random = {7}};
    for (uint64_t i = 0; i < world->ranges; i++) {
        uint64_t slack = world->distance > world->length ? world->distance - world->length : 0;

        ranges[i].offset = i * world->distance;
        ranges[i].length = world->length;
        if (slack > 0) {
            ranges[i].offset += test_random_below(&simulation->random, slack);
        }
    }
    assert_status(
        range_set_build(ranges, (size_t)world->ranges, ODO_SIZE_UNKNOWN, &simulation->wanted),
        ODO_OK);
    free(ranges);
    request_plan_init(&simulation->plan, &simulation->wanted);
    simulation->lanes = calloc(world->lanes, sizeof(*simulation->lanes));
    assert_non_null(simulation->lanes);
    for (uint32_t i = 0; i < world->lanes; i++) {
        simulation->lanes[i].hedge = NOBODY;
        simulation->lanes[i].hedged = NOBODY;
    }
}

/* A connection, an answer, and then as fast as the network goes. */
static double limit_of(const struct world *world, double bytes)
{
    double all = (world->lanes - (world->slow_connection > 0 ? 1.0 : 0.0)) * world->ceiling;

    all *= 1.0 - 0.98 * world->slow_per_thousand / 1000.0;
    return 2 * world->round_trip_s + bytes / (all < world->total ? all : world->total);
}

static void check_world(void **state)
{
    const struct world *world = *state;
    struct simulation simulation;
    uint64_t discarded;
    double bytes;
    double limit;
    int events = 0;

    begin(&simulation, world);
    while (step(&simulation)) {
        assert_true(++events < EVENTS_MOST);
    }
    assert_true(request_plan_is_empty(&simulation.plan));
    assert_int_equal(simulation.plan.spans_out, 0);
    assert_true(request_plan_is_normal(&simulation.plan));
    discarded = check_pieces(&simulation);
    bytes = (double)range_set_total(&simulation.wanted);
    limit = limit_of(world, bytes);
    printf("%-48s %9.2f s %9.2f s %6.2f %8.0f requests %6.0f connections %5.1f %% beyond\n",
           world->name, simulation.now, limit, simulation.now / limit,
           (double)simulation.requests, (double)simulation.connections,
           (simulation.received / bytes - 1) * 100);
    assert_true((double)discarded <= bytes * (double)MERGE_SHARE / 100);
    assert_true(simulation.now <= limit * world->most);
    free(simulation.pieces.items);
    free(simulation.lanes);
    request_plan_free(&simulation.plan);
    range_set_free(&simulation.wanted);
}

int main(void)
{
    struct test_suite suite = {0};

    TEST_ADD_TABLE(&suite, worlds, check_world);
    return test_suite_run(&suite, "simulation");
}
