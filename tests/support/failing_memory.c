#include "support/failing_memory.h"

#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>

static atomic_uint_fast64_t first_refused;
static atomic_uint_fast64_t last_refused;
static atomic_uint_fast64_t allocations;
static atomic_uint_fast64_t refused;
static atomic_int_fast64_t blocks_left;

static void *counted_resize(void *memory, size_t size)
{
    uint64_t number = atomic_fetch_add(&allocations, 1) + 1;
    void *resized;

    if (number >= atomic_load(&first_refused) && number <= atomic_load(&last_refused)) {
        atomic_fetch_add(&refused, 1);
        return NULL;
    }
    resized = realloc(memory, size);
    if (resized && !memory) {
        atomic_fetch_add(&blocks_left, 1);
    }
    return resized;
}

static void counted_free(void *memory)
{
    if (memory) {
        atomic_fetch_sub(&blocks_left, 1);
    }
    free(memory);
}

void failing_memory_start(uint64_t first, uint64_t last)
{
    static const struct memory_functions counted = {.resize = counted_resize,
                                                    .free = counted_free};

    atomic_store(&first_refused, first > 0 ? first : 1);
    atomic_store(&last_refused, first > 0 ? last : 0);
    atomic_store(&allocations, 0);
    atomic_store(&refused, 0);
    atomic_store(&blocks_left, 0);
    memory_use(&counted);
}

void failing_memory_arm(uint64_t first, uint64_t last)
{
    uint64_t now = atomic_load(&allocations);

    atomic_store(&last_refused, 0); /* so that nothing is refused in between */
    atomic_store(&refused, 0);
    if (first > 0) {
        atomic_store(&first_refused, now + first);
        atomic_store(&last_refused, last == UINT64_MAX ? last : now + last);
    }
}

struct failing_memory_count failing_memory_count(void)
{
    return (struct failing_memory_count){
        .allocations = atomic_load(&allocations),
        .refused = atomic_load(&refused),
        .blocks_left = atomic_load(&blocks_left),
    };
}

struct failing_memory_count failing_memory_stop(void)
{
    memory_use(NULL);
    return failing_memory_count();
}
