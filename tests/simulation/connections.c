#include "connections.h"

bool connections_take(struct connections *connections, uint64_t now_us, uint64_t *window_out)
{
    if (connections->idle_count > 0) {
        *window_out = connections->idle[--connections->idle_count];
        return false;
    }
    *window_out = CONNECTION_FIRST_WINDOW;
    if (connections->ahead > 0 && now_us >= connections->ahead_at_us) {
        connections->ahead--;
        return false;
    }
    return true;
}

void connections_open_ahead(struct connections *connections, uint32_t count, uint64_t at_us)
{
    connections->ahead = count;
    connections->ahead_at_us = at_us;
}

void connections_keep(struct connections *connections, uint64_t window)
{
    if (connections->idle_count < CONNECTIONS_IDLE_MOST) {
        connections->idle[connections->idle_count++] = window;
    }
}

uint64_t connections_bring_us(uint64_t *window, uint64_t bytes, uint64_t round_trip_us,
                              uint64_t rate)
{
    double most = (double)rate * (double)round_trip_us / 1e6; /* what the line holds */
    double allowed =
        (double)*window < most ? (double)*window / (double)round_trip_us * 1e6 : (double)rate;

    if ((double)*window < most) {
        *window += bytes;
    }
    return (uint64_t)((double)bytes * 1e6 / allowed) + 1;
}
