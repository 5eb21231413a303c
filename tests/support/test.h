/*
 * What every test of the engine's rooms includes first: CMocka, tables of rows, and words for
 * statuses, for memory that ends, and for random numbers.
 */
#ifndef SUPPORT_TEST_H
#define SUPPORT_TEST_H

#include "support/test_table.h"

#include "base/memory.h"
#include "base/status.h"
#include "support/failing_memory.h"

/* Compare two statuses; a failure shows both names. */
#define assert_status(actual, expected)                                                        \
    assert_string_equal(status_name(actual), status_name(expected))

/* From now on `count` allocations succeed, and no more. */
static inline void test_memory_ends_after(size_t count)
{
    failing_memory_start((uint64_t)count + 1, UINT64_MAX);
}

/* Allocations succeed again. */
static inline void test_memory_is_back(void)
{
    failing_memory_stop();
}

/* Random numbers that are the same in every run (xorshift64*). */
struct test_random {
    uint64_t state; /* never 0 */
};

static inline uint64_t test_random_next(struct test_random *random)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return random->state * UINT64_C(2685821657736338717);
}

/* At least 0 and below `limit`. */
static inline uint64_t test_random_below(struct test_random *random, uint64_t limit)
{
    return test_random_next(random) % limit;
}

#endif
