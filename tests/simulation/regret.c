#include "regret.h"

#include "connections.h"
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LANES = 8, /* what an engine has where nothing else is said */
    CHUNK = 16 * 1024,
    UPDATE = 38, /* ranges: of an update in which two large files and many small ones changed */
    CELLS_MOST = 1000,
};

static const uint64_t round_trips_us[] = {1000, 10 * 1000, 30 * 1000, 100 * 1000, 300 * 1000};
static const uint64_t rates[] = {1000 * 1000, 10 * 1000 * 1000, 100 * 1000 * 1000,
                                 1250 * 1000 * 1000};
static const uint32_t fills[] = {1, 10, 50, 90, 100};

/* The longer the list, the shorter its ranges. */
static const struct {
    uint32_t count;
    uint64_t length;
} lists[] = {{1, 8 * 1000 * 1000}, {5, 400 * 1000},  {20, 128 * 1000},
             {UPDATE, 64 * 1024},  {200, 32 * 1000}, {2000, 16 * 1000}};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct cell {
    uint64_t round_trip_us;
    uint64_t rate;
    uint32_t count;
    uint64_t length;
    uint32_t fill;
};

/* Some are five times as long as others, as those of updates are, or much longer. */
static uint64_t length_of(const struct cell *cell, uint32_t index)
{
    if (cell->count == UPDATE) {
        return index % 20 == 1   ? 43 * cell->length
               : index % 20 == 2 ? 11 * cell->length
                                 : cell->length;
    }
    return cell->count == 1 ? cell->length : cell->length * (1 + index % 5) / 3;
}

static uint64_t total_of(const struct cell *cell)
{
    uint64_t total = 0;

    for (uint32_t i = 0; i < cell->count; i++) {
        total += length_of(cell, i);
    }
    return total;
}

/* The time of so many connections that share the line and the bytes alike. */
static uint64_t time_of_us(const struct cell *cell, uint64_t connections)
{
    uint64_t left = total_of(cell) / connections;
    uint64_t window = CONNECTION_FIRST_WINDOW;
    uint64_t passed = 2 * cell->round_trip_us;

    while (left > 0) {
        uint64_t bytes = left < CHUNK ? left : CHUNK;

        passed +=
            connections_bring_us(&window, bytes, cell->round_trip_us, cell->rate / connections);
        left -= bytes;
    }
    return passed;
}

static uint64_t limit_us(const struct cell *cell)
{
    uint64_t least = UINT64_MAX;

    for (uint64_t connections = 1; connections <= LANES; connections++) {
        uint64_t time = time_of_us(cell, connections);

        least = time < least ? time : least;
    }
    return least;
}

static void make_world(const struct cell *cell, bool is_background, struct world *world)
{
    uint64_t offset = 0;

    memset(world, 0, sizeof(*world));
    world->is_measured = true;
    world->version_count = 1;
    world->validators = VALIDATORS_STRONG_AND_DATE;
    world->sends_date = true;
    world->node_count = 1;
    world->part_most = UINT64_MAX;
    world->many_most = UINT32_MAX;
    world->delay_us = cell->round_trip_us;
    world->connection_rate = cell->rate;
    world->line_rate = cell->rate;
    world->slow_times = 1;
    world->chunk = CHUNK;
    world->range_count = cell->count;
    for (uint32_t i = 0; i < cell->count; i++) {
        uint64_t length = length_of(cell, i);

        world->ranges_wanted[i] = (struct byte_range){offset, length};
        offset += length * 100 / cell->fill;
    }
    world->sizes[0] = offset;
    world->lanes = is_background ? LANES / 2 : LANES;
    world->no_progress_ms = UINT64_MAX;
    world->stream_window = UINT64_MAX;
    world->stream_rate = UINT64_MAX / 2;
    world->checkpoint_every_ms = 1000 * 1000;
    world->save_permille = 1000;
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return a < b ? -1 : a > b;
}

static void print_heading(void)
{
    printf("%8s %9s %7s %5s %10s %10s %7s %6s %8s\n", "RTT, ms", "MB/s", "ranges", "fill",
           "limit, ms", "took, ms", "regret", "sent", "requests");
}

static void print_cell(const struct cell *cell, const struct run *run, uint64_t limit)
{
    printf("%8.0f %9.0f %7u %4u%% %10.1f %10.1f %7.2f %6.2f %8u%s%s\n",
           (double)cell->round_trip_us / 1000, (double)cell->rate / 1e6, cell->count,
           cell->fill, (double)limit / 1000, (double)run->virtual_us / 1000,
           (double)run->virtual_us / (double)limit, (double)run->bytes / (double)total_of(cell),
           run->requests, run->is_done ? "" : "  not done ", run->text);
}

struct regret regret_measure(bool other_half, bool is_background, bool prints)
{
    static struct world world;
    double regrets[CELLS_MOST];
    size_t count = 0;
    struct regret regret = {.all_done = true};

    if (prints) {
        print_heading();
    }
    for (size_t i = 0; i < COUNT(round_trips_us) * COUNT(rates) * COUNT(lists) * COUNT(fills);
         i++) {
        size_t list = i / COUNT(fills) % COUNT(lists);
        struct cell cell = {
            .round_trip_us = round_trips_us[i / COUNT(fills) / COUNT(lists) / COUNT(rates)],
            .rate = rates[i / COUNT(fills) / COUNT(lists) % COUNT(rates)],
            .count = lists[list].count,
            .length = lists[list].length,
            .fill = fills[i % COUNT(fills)],
        };
        uint64_t limit;
        struct run run;

        if ((i % 2 == 1) != other_half) {
            continue;
        }
        make_world(&cell, is_background, &world);
        run = simulation_run_in(&world, false);
        limit = limit_us(&cell);
        regrets[count] = (double)run.virtual_us / (double)limit;
        regret.all_done = regret.all_done && run.is_right && run.is_done;
        if (prints) {
            print_cell(&cell, &run, limit);
        }
        count++;
    }
    qsort(regrets, count, sizeof(*regrets), compare_doubles);
    regret.cells = count;
    regret.median = regrets[count / 2];
    regret.nine_of_ten = regrets[count * 9 / 10];
    regret.worst = regrets[count - 1];
    return regret;
}
