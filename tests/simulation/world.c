#include "world.h"

#include <stdio.h>
#include <string.h>

enum { KIB = 1024, MIB = 1024 * 1024 };

static int pick(struct random *random, const int *values, size_t count)
{
    return values[random_below(random, count)];
}

#define PICK(random, ...)                                                                      \
    pick(random, (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

/* --- What every world has ------------------------------------------------------------- */

static uint64_t draw_size(struct random *random)
{
    switch (random_below(random, 10)) {
    case 0:
        return random_below(random, 3); /* nothing, or next to it */
    case 1:
    case 2:
    case 3:
        return random_spread(random, 1, MIB);
    case 4:
        return random_between(random, 1, 300) * MIB + random_below(random, 2);
    case 5:
        return random_between(random, 1, 64) * 256 * KIB;
    default:
        return random_spread(random, 512 * KIB, 64 * MIB);
    }
}

static void draw_file(struct world *world, struct random *random)
{
    world->version_count = 1;
    world->sizes[0] = draw_size(random);
    world->validators = (enum world_validators)random_below(random, VALIDATORS_COUNT);
    if (random_chance(random, 500)) {
        world->validators = VALIDATORS_STRONG_AND_DATE;
    }
    world->sends_date = random_chance(random, 800);
    world->encoding = random_chance(random, 100) ? "gzip" : NULL;
    world->node_count = 1;
    world->part_most = UINT64_MAX;
    world->says_size_in_416 = random_chance(random, 700);
    world->framing = random_chance(random, 300) ? FRAMING_STREAM : FRAMING_LENGTH;
}

static void draw_lines(struct world *world, struct random *random)
{
    world->delay_us = random_spread(random, 1000, 300 * 1000);
    world->delay_spread_us = random_chance(random, 500) ? world->delay_us : 100;
    world->connection_rate = random_spread(random, 200 * KIB, 100 * MIB);
    world->line_rate =
        random_chance(random, 500) ? world->connection_rate : world->connection_rate * 8;
    world->slow_times = 1;
}

/* Stretches of a file, apart; in any order. */
static void draw_ranges(struct world *world, struct random *random)
{
    uint32_t count = (uint32_t)random_spread(random, 1, WORLD_RANGES_DRAWN);
    uint64_t size = world->sizes[0];
    uint64_t share = size / count;
    uint64_t length_most = random_spread(random, 1, share > 1 ? share : 1);

    world->range_count = 0;
    for (uint32_t i = 0; i < count && share >= 2; i++) {
        uint64_t length = random_between(random, 1, length_most);
        uint64_t offset = share * i + random_below(random, share - length + 1);

        if (random_chance(random, 200)) {
            offset = share * i; /* so that some touch */
            length = random_chance(random, 500) ? share : length;
        }
        world->ranges_wanted[world->range_count++] = (struct byte_range){offset, length};
    }
    if (world->range_count > 0 && random_chance(random, 150)) {
        world->ranges_wanted[world->range_count - 1].length = BYTE_RANGE_TO_END;
    }
    if (random_chance(random, 300)) {
        for (uint32_t i = world->range_count; i > 1; i--) {
            uint32_t other = (uint32_t)random_below(random, i);
            struct byte_range range = world->ranges_wanted[i - 1];

            world->ranges_wanted[i - 1] = world->ranges_wanted[other];
            world->ranges_wanted[other] = range;
        }
    }
}

static void draw_client(struct world *world, struct random *random)
{
    world->output = random_chance(random, 200)  ? OUTPUT_STREAM
                    : random_chance(random, 50) ? OUTPUT_MEMORY
                                                : OUTPUT_FILE;
    if (world->output != OUTPUT_MEMORY && random_chance(random, 400)) {
        draw_ranges(world, random);
    }
    world->states_size = random_chance(random, 150);
    world->lanes = (uint32_t)random_between(random, 1, 8);
    world->ranges_per_request =
        random_chance(random, 300) ? (uint32_t)random_spread(random, 1, 100) : 0;
    world->refuses_salvage = random_chance(random, 200);
    world->allows_unknown_size = random_chance(random, 300);
    world->is_metered = random_chance(random, 100);
    world->no_progress_ms = UINT64_MAX;
    world->stream_window =
        random_chance(random, 500) ? 8 * MIB : random_spread(random, 512 * KIB, 16 * MIB);
    world->stream_rate = random_spread(random, 500 * KIB, 200 * MIB);
    world->checkpoint_every_ms = random_spread(random, 50, 20 * 1000);
    world->save_permille = (uint32_t)random_spread(random, 20, 1000);
}

/* --- Habits and faults ---------------------------------------------------------------- */

enum trouble {
    TROUBLE_RANGES_IGNORED,
    TROUBLE_RANGES_REFUSED,
    TROUBLE_RANGE_LIMITS,
    TROUBLE_MARKS_IN_206,
    TROUBLE_MANY,
    TROUBLE_IF_RANGE,
    TROUBLE_FRAMING,
    TROUBLE_ENDING,
    TROUBLE_REDIRECT,
    TROUBLE_LINKS,
    TROUBLE_LIMIT,
    TROUBLE_NODES,
    TROUBLE_CHANGE,
    TROUBLE_ERRORS,
    TROUBLE_RESETS,
    TROUBLE_STALLS,
    TROUBLE_SHORT,
    TROUBLE_MARKS,
    TROUBLE_NONSENSE,
    TROUBLE_403,
    TROUBLE_OUTAGE,
    TROUBLE_PORTAL,
    TROUBLE_SLOW,
    TROUBLE_CLIENT,
    TROUBLE_KILL,
    TROUBLE_MEMORY,
    TROUBLE_ENCODING,
    TROUBLE_REFUSAL,
    TROUBLE_TOTAL,
    TROUBLE_COUNT,
};

static bool has_marks(const struct world *world)
{
    return world->validators != VALIDATORS_NONE;
}

static void draw_changes(struct world *world, struct random *random)
{
    uint64_t at_ms = 0;

    if (!has_marks(world)) {
        world->validators = VALIDATORS_STRONG_AND_DATE;
    }
    world->version_count = random_chance(random, 700)
                               ? 2
                               : (uint32_t)random_between(random, 2, WORLD_VERSIONS_MOST);
    for (uint32_t i = 1; i < world->version_count; i++) {
        at_ms += random_spread(random, 10, 30 * 1000);
        world->changes_ms[i] = at_ms;
        world->sizes[i] = world->sizes[0];
        if (random_chance(random, 500)) {
            world->sizes[i] += random_below(random, world->sizes[0] / 2 + 2);
        } else if (world->range_count == 0 && random_chance(random, 300)) {
            world->sizes[i] -= random_below(random, world->sizes[0] + 1);
        }
    }
    world->calm_ms = at_ms > world->calm_ms ? at_ms : world->calm_ms;
    world->states_size = false;
}

static void draw_act(struct world *world, struct random *random, enum world_client_act act)
{
    struct world_act *place;

    if (world->act_count == WORLD_CLIENT_MOST) {
        return;
    }
    place = &world->acts[world->act_count++];
    place->at_ms = random_spread(random, 1, 30 * 1000);
    place->act = act;
    place->lasts_ms = random_spread(random, 1, 10 * 1000);
    world->calm_ms = world->calm_ms > place->at_ms + place->lasts_ms
                         ? world->calm_ms
                         : place->at_ms + place->lasts_ms;
}

static void draw_outages(struct world *world, struct random *random)
{
    uint64_t at_ms = 0;

    world->outage_count = (uint32_t)random_between(random, 1, WORLD_OUTAGES_MOST);
    for (uint32_t i = 0; i < world->outage_count; i++) {
        at_ms += random_spread(random, 10, 10 * 1000);
        world->outages_ms[i][0] = at_ms;
        at_ms += random_spread(random, 10, 20 * 1000);
        world->outages_ms[i][1] = at_ms;
    }
    world->calm_ms = world->calm_ms > at_ms ? world->calm_ms : at_ms;
}

static void draw_trouble(struct world *world, struct random *random, enum trouble trouble)
{
    uint32_t often = (uint32_t)random_spread(random, 5, 400);

    switch (trouble) {
    case TROUBLE_RANGES_IGNORED:
        world->ranges = RANGES_IGNORED;
        world->tells_no_ranges = random_chance(random, 500);
        break;
    case TROUBLE_RANGES_REFUSED:
        world->ranges = RANGES_REFUSED;
        world->range_refusal = PICK(random, 400, 403, 404, 405, 416, 501, 503);
        break;
    case TROUBLE_RANGE_LIMITS:
        world->range_is_not_clipped = random_chance(random, 300);
        world->last_must_fit = random_chance(random, 300);
        world->early_by = random_chance(random, 300) ? random_spread(random, 2, MIB) : 0;
        world->part_most =
            random_chance(random, 500) ? random_spread(random, 64 * KIB, 4 * MIB) : UINT64_MAX;
        world->part_as_200 = random_chance(random, 200);
        break;
    case TROUBLE_TOTAL:
        if (random_chance(random, 500)) {
            world->total_is_end = true;
        } else {
            world->total_is_star = true;
        }
        break;
    case TROUBLE_MARKS_IN_206:
        world->marks_lack_in_206 = random_chance(random, 500);
        world->etag_lacks_in_206 = !world->marks_lack_in_206;
        break;
    case TROUBLE_MANY:
        world->many = (enum world_many)random_below(random, MANY_COUNT);
        world->many_most = world->many == MANY_REFUSED || world->many == MANY_WHOLE
                               ? (uint32_t)random_spread(random, 1, 50)
                               : 1;
        world->many_refusal = PICK(random, 400, 416, 431, 501);
        if (world->range_count == 0 && world->output != OUTPUT_MEMORY) {
            draw_ranges(world, random);
        }
        break;
    case TROUBLE_IF_RANGE:
        world->if_range = random_chance(random, 500) ? IF_RANGE_ALWAYS_200 : IF_RANGE_IGNORED;
        break;
    case TROUBLE_FRAMING:
        world->framing = random_chance(random, 600) ? FRAMING_CHUNKED : FRAMING_TO_END;
        break;
    case TROUBLE_ENDING:
        world->ending =
            (enum world_ending)random_between(random, ENDING_WITHOUT_LAST_CHUNK, ENDING_NEVER);
        if (world->ending == ENDING_WITHOUT_LAST_CHUNK) {
            world->framing = FRAMING_CHUNKED;
        }
        break;
    case TROUBLE_REDIRECT:
        world->redirect =
            (enum world_redirect)random_between(random, REDIRECT_RELATIVE, REDIRECT_ELSEWHERE);
        break;
    case TROUBLE_LINKS:
        world->redirect = random_chance(random, 650) ? REDIRECT_SIGNED : REDIRECT_SINGLE_USE;
        world->redirect_is_relative = random_chance(random, 500);
        world->link_lasts_ms = 3 * (world->delay_us + world->delay_spread_us) / 1000 +
                               random_spread(random, 200, 60 * 1000);
        world->link_refusal = PICK(random, 400, 401, 403, 404, 410, 618);
        break;
    case TROUBLE_LIMIT:
        world->limit = (uint32_t)random_between(random, 1, 3);
        world->limit_by = (enum world_limit_by)random_below(random, 3);
        world->limit_status = PICK(random, 503, 429, 403);
        world->limit_tells_when = random_chance(random, 500);
        world->limit_lag_ms = world->limit_status == 403 || random_chance(random, 500)
                                  ? 0
                                  : random_spread(random, 1, 1000);
        break;
    case TROUBLE_NODES:
        world->node_count = (uint32_t)random_between(random, 2, WORLD_NODES_MOST);
        world->nodes_have_own_marks = has_marks(world);
        world->nodes_have_own_bytes = world->nodes_have_own_marks && random_chance(random, 300);
        break;
    case TROUBLE_CHANGE:
        draw_changes(world, random);
        break;
    case TROUBLE_ERRORS:
        world->error_permille = often;
        world->error_tells_when = random_chance(random, 300);
        break;
    case TROUBLE_RESETS:
        world->refused_permille = random_chance(random, 500) ? often : 0;
        world->reset_early_permille = random_chance(random, 500) ? often : 0;
        world->reset_permille = often;
        break;
    case TROUBLE_STALLS:
        world->stall_permille = often;
        break;
    case TROUBLE_SHORT:
        world->short_permille = often;
        break;
    case TROUBLE_MARKS:
        world->marks_lack_permille = has_marks(world) ? often : 0;
        break;
    case TROUBLE_NONSENSE:
        world->nonsense_permille = often;
        break;
    case TROUBLE_403:
        world->passing_403_permille = often;
        break;
    case TROUBLE_OUTAGE:
        draw_outages(world, random);
        break;
    case TROUBLE_PORTAL:
        if (has_marks(world)) {
            world->portal_ms[0] = random_spread(random, 50, 10 * 1000);
            world->portal_ms[1] = world->portal_ms[0] + random_spread(random, 50, 30 * 1000);
            world->portal_redirects = random_chance(random, 500);
            world->calm_ms =
                world->calm_ms > world->portal_ms[1] ? world->calm_ms : world->portal_ms[1];
            world->reset_permille = 300;
        }
        break;
    case TROUBLE_SLOW:
        world->slow_permille = often;
        world->slow_times = (uint32_t)random_spread(random, 3, 40);
        break;
    case TROUBLE_CLIENT:
        for (uint64_t i = random_between(random, 1, 3); i > 0; i--) {
            draw_act(world, random,
                     random_chance(random, 600) ? CLIENT_PAUSES : CLIENT_SETTINGS);
        }
        break;
    case TROUBLE_KILL:
        for (uint64_t i = random_between(random, 1, 3); i > 0; i--) {
            draw_act(world, random, CLIENT_KILLED);
        }
        break;
    case TROUBLE_MEMORY:
        world->memory_fails_at = random_spread(random, 1, 400);
        break;
    case TROUBLE_ENCODING:
        world->encoding = "gzip";
        world->encoding_differs = has_marks(world);
        break;
    case TROUBLE_REFUSAL:
        if (random_chance(random, 200)) {
            world->refusal = PICK(random, 403, 404, 410);
        } else if (random_chance(random, 200)) {
            world->redirect = REDIRECT_LOOP;
        } else if (random_chance(random, 200)) {
            world->never_retries = true;
        } else if (random_chance(random, 400)) {
            world->no_progress_ms = random_spread(random, 10 * 1000, 300 * 1000);
        }
        break;
    case TROUBLE_COUNT:
        break;
    }
}

static int compare_acts(const struct world_act *left, const struct world_act *right)
{
    return left->at_ms < right->at_ms ? -1 : left->at_ms > right->at_ms;
}

static void sort_acts(struct world *world)
{
    for (uint32_t i = 1; i < world->act_count; i++) {
        for (uint32_t j = i; j > 0 && compare_acts(&world->acts[j], &world->acts[j - 1]) < 0;
             j--) {
            struct world_act act = world->acts[j];

            world->acts[j] = world->acts[j - 1];
            world->acts[j - 1] = act;
        }
    }
}

void world_draw(struct world *world, uint64_t seed)
{
    struct random random = {random_mix(seed)};
    uint64_t troubles = random_spread(&random, 0, 7);

    memset(world, 0, sizeof(*world));
    world->seed = seed;
    draw_file(world, &random);
    draw_lines(world, &random);
    draw_client(world, &random);
    world->calm_ms = random_spread(&random, 1000, 120 * 1000);
    for (uint64_t i = 0; i < troubles; i++) {
        draw_trouble(world, &random, (enum trouble)random_below(&random, TROUBLE_COUNT));
    }
    /* Where parts say nothing of their version, nobody can tell two. */
    if (world->range_count > 0 && (world->marks_lack_in_206 || world->etag_lacks_in_206)) {
        world->version_count = 1;
        world->nodes_have_own_bytes = false;
    }
    for (uint32_t i = 1; i < world->version_count && world->range_count > 0; i++) {
        /* What is wanted is there in every version. */
        world->sizes[i] = world->sizes[i] > world->sizes[0] ? world->sizes[i] : world->sizes[0];
    }
    /* That a part is all that there is cannot be told from a file that is as short. */
    world->part_most = world->total_is_end ? UINT64_MAX : world->part_most;
    /* And a 200 that lacks what the one before had is of another version. */
    world->part_as_200 = world->part_as_200 && !world->total_is_end &&
                         !world->marks_lack_in_206 && !world->etag_lacks_in_206;
    world->range_is_not_clipped = world->range_is_not_clipped && !world->total_is_end;
    world->range_is_not_clipped = world->range_is_not_clipped && !world->total_is_star;
    /* A body without a length and without an end has no size, whoever asks. */
    if (world->ending != ENDING_GOOD && world->framing != FRAMING_LENGTH &&
        world->framing != FRAMING_STREAM) {
        world->states_size = world->version_count == 1;
        world->ending = world->states_size ? world->ending : ENDING_GOOD;
    }
    /* A file of so many bytes is not worth more events than this. */
    world->chunk = world->sizes[0] / random_between(&random, 20, 200) + 1;
    world->chunk = world->chunk < 4096 ? random_between(&random, 512, 4096) : world->chunk;
    if (world->output == OUTPUT_STREAM && world->chunk > world->stream_window / 4) {
        world->chunk = world->stream_window / 4;
    }
    sort_acts(world);
}

uint32_t world_version_at(const struct world *world, uint64_t now_ms)
{
    uint32_t version = 0;

    while (version + 1 < world->version_count && world->changes_ms[version + 1] <= now_ms) {
        version++;
    }
    return version;
}

/* --- In words ------------------------------------------------------------------------- */

static void tell(const char *name, uint64_t value)
{
    printf("  %-22s %llu\n", name, (unsigned long long)value);
}

#define TELL(member) tell(#member, (uint64_t)world->member)
#define TELL_IF(member)                                                                        \
    do {                                                                                       \
        if (world->member) {                                                                   \
            TELL(member);                                                                      \
        }                                                                                      \
    } while (0)

void world_describe(const struct world *world)
{
    printf("world of seed %llu\n", (unsigned long long)world->seed);
    TELL(calm_ms);
    for (uint32_t i = 0; i < world->version_count; i++) {
        printf("  version %u              %llu bytes from %llu ms\n", i,
               (unsigned long long)world->sizes[i], (unsigned long long)world->changes_ms[i]);
    }
    TELL(validators);
    if (world->encoding) {
        printf("  encoding               %s\n", world->encoding);
    }
    TELL_IF(encoding_differs);
    TELL_IF(sends_date);
    TELL_IF(node_count > 1);
    TELL_IF(nodes_have_own_marks);
    TELL_IF(nodes_have_own_bytes);
    TELL_IF(ranges);
    TELL_IF(range_refusal);
    TELL_IF(tells_no_ranges);
    TELL_IF(range_is_not_clipped);
    TELL_IF(last_must_fit);
    TELL_IF(says_size_in_416);
    TELL_IF(early_by);
    if (world->part_most != UINT64_MAX) {
        TELL(part_most);
    }
    TELL_IF(total_is_end);
    TELL_IF(total_is_star);
    TELL_IF(part_as_200);
    TELL_IF(marks_lack_in_206);
    TELL_IF(etag_lacks_in_206);
    if (world->many_most) {
        TELL(many);
        TELL(many_most);
        TELL(many_refusal);
    }
    TELL_IF(if_range);
    TELL_IF(framing);
    TELL_IF(ending);
    TELL_IF(redirect);
    TELL_IF(redirect_is_relative);
    TELL_IF(link_lasts_ms);
    TELL_IF(link_refusal);
    if (world->limit) {
        TELL(limit);
        TELL(limit_by);
        TELL(limit_status);
        TELL(limit_tells_when);
        TELL(limit_lag_ms);
    }
    TELL_IF(refusal);
    TELL(delay_us);
    TELL(delay_spread_us);
    TELL(connection_rate);
    TELL(line_rate);
    TELL_IF(slow_permille);
    TELL(slow_times);
    TELL(chunk);
    TELL_IF(error_permille);
    TELL_IF(error_tells_when);
    TELL_IF(refused_permille);
    TELL_IF(reset_early_permille);
    TELL_IF(reset_permille);
    TELL_IF(stall_permille);
    TELL_IF(short_permille);
    TELL_IF(marks_lack_permille);
    TELL_IF(nonsense_permille);
    TELL_IF(passing_403_permille);
    for (uint32_t i = 0; i < world->outage_count; i++) {
        printf("  outage                 %llu to %llu ms\n",
               (unsigned long long)world->outages_ms[i][0],
               (unsigned long long)world->outages_ms[i][1]);
    }
    TELL_IF(portal_ms[1]);
    if (world->portal_ms[1]) {
        TELL(portal_ms[0]);
        TELL(portal_redirects);
    }
    TELL(output);
    if (world->range_count > 0) {
        printf("  ranges                ");
        for (uint32_t i = 0; i < world->range_count; i++) {
            if (world->ranges_wanted[i].length == BYTE_RANGE_TO_END) {
                printf(" %llu-", (unsigned long long)world->ranges_wanted[i].offset);
            } else {
                printf(" %llu+%llu", (unsigned long long)world->ranges_wanted[i].offset,
                       (unsigned long long)world->ranges_wanted[i].length);
            }
        }
        printf("\n");
    }
    TELL_IF(states_size);
    TELL(lanes);
    TELL_IF(ranges_per_request);
    TELL_IF(refuses_salvage);
    TELL_IF(allows_unknown_size);
    TELL_IF(is_metered);
    TELL_IF(never_retries);
    if (world->no_progress_ms != UINT64_MAX) {
        TELL(no_progress_ms);
    }
    if (world->output == OUTPUT_STREAM) {
        TELL(stream_window);
        TELL(stream_rate);
    }
    for (uint32_t i = 0; i < world->act_count; i++) {
        printf("  act %u                  at %llu ms for %llu ms\n", world->acts[i].act,
               (unsigned long long)world->acts[i].at_ms,
               (unsigned long long)world->acts[i].lasts_ms);
    }
    TELL(checkpoint_every_ms);
    TELL(save_permille);
    TELL_IF(memory_fails_at);
}
