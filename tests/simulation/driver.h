/*
 * Drives one transfer through a world as transfer.h says, in virtual time: an hour takes
 * milliseconds. The same seed gives the same run.
 */
#ifndef SIMULATION_DRIVER_H
#define SIMULATION_DRIVER_H

#include "oracle.h"
#include "world.h"

struct run {
    bool is_right;
    char text[ORACLE_TEXT_MOST]; /* what was wrong */
    uint64_t virtual_ms;
    uint64_t virtual_us;
    uint64_t bytes; /* of bodies that came, kept or not */
    uint32_t requests;
    bool is_done; /* else it has failed, as it may in this world */
};

/* `tells` prints the story: each event and answer in a line. */
struct run simulation_run(uint64_t seed, bool tells);

/* The same in a world of the caller's. */
struct run simulation_run_in(const struct world *world, bool tells);

#endif
