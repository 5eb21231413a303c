/*
 * Connections as TCP has them, as far as it matters for how long a download takes: a new one
 * costs a round trip, unless it was opened ahead, and begins with a small window, which grows
 * by what was brought.
 */
#ifndef SIMULATION_CONNECTIONS_H
#define SIMULATION_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CONNECTIONS_IDLE_MOST = 16,
    CONNECTION_FIRST_WINDOW = 10 * 1448,
    CONNECTION_DRAINED_MOST =
        4096, /* what is left of a reply and read, so that it may be kept */
};

struct connections {
    uint64_t idle[CONNECTIONS_IDLE_MOST]; /* their windows, in bytes */
    size_t idle_count;
    uint32_t ahead;       /* opened ahead of the requests that will use them */
    uint64_t ahead_at_us; /* when these are established */
};

/* A connection for a request. True when it has to be opened. */
bool connections_take(struct connections *connections, uint64_t now_us, uint64_t *window_out);

/* Open connections that are established at this time. */
void connections_open_ahead(struct connections *connections, uint32_t count, uint64_t at_us);

/* A reply was whole, and its connection may be used again. */
void connections_keep(struct connections *connections, uint64_t window);

/* How long so many bytes take on a connection whose share of the line is `rate`. */
uint64_t connections_bring_us(uint64_t *window, uint64_t bytes, uint64_t round_trip_us,
                              uint64_t rate);

#endif
