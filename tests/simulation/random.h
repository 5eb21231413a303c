/*
 * Numbers that look random and follow from a seed: the same seed gives the same world, on every
 * machine.
 */
#ifndef SIMULATION_RANDOM_H
#define SIMULATION_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

/* Any 64 bits (splitmix64 by Steele, Lea and Flood). */
static inline uint64_t random_mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

static inline uint64_t random_next(struct random *random)
{
    uint64_t value = random_mix(random->state);

    random->state += UINT64_C(0x9e3779b97f4a7c15);
    return value;
}

/* 0 to count - 1. */
static inline uint64_t random_below(struct random *random, uint64_t count)
{
    return count > 1 ? random_next(random) % count : 0;
}

static inline uint64_t random_between(struct random *random, uint64_t least, uint64_t most)
{
    return least + random_below(random, most - least + 1);
}

static inline bool random_chance(struct random *random, uint32_t permille)
{
    return random_below(random, 1000) < permille;
}

/* Small numbers as often as large ones: each doubling is as likely. */
static inline uint64_t random_spread(struct random *random, uint64_t least, uint64_t most)
{
    uint32_t doublings = 0;
    uint64_t low;
    uint64_t high;

    while (doublings < 62 && (least + 1) << doublings < most) {
        doublings++;
    }
    low = ((least + 1) << random_below(random, doublings + 1)) - 1;
    high = low * 2 + 1;
    low = low > most ? most : low;
    high = high > most ? most : high;
    return random_between(random, low, high);
}

#endif
