/*
 * Connections as TCP has them, as far as it matters for how long a download takes: a new one
 * costs a round trip and begins with a small window, which grows by what was brought.
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
};

/* A connection for a request. True when it is a new one. */
bool connections_take(struct connections *connections, uint64_t *window_out);

/* A reply was whole, and its connection may be used again. */
void connections_keep(struct connections *connections, uint64_t window);

/* How long so many bytes take on a connection whose share of the line is `rate`. */
uint64_t connections_bring_us(uint64_t *window, uint64_t bytes, uint64_t round_trip_us,
                              uint64_t rate);

#endif
