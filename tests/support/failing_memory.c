#include "support/failing_memory.h"

#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>

static uint64_t first_refused;
static uint64_t last_refused;
static atomic_uint_fast64_t allocations;
static atomic_uint_fast64_t refused;
static atomic_int_fast64_t blocks_left;

static void *counted_resize(void *memory, size_t size)
{
    uint64_t number = atomic_fetch_add(&allocations, 1) + 1;
    void *resized;

    if (number >= first_refused && number <= last_refused) {
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

    first_refused = first > 0 ? first : 1;
    last_refused = first > 0 ? last : 0;
    atomic_store(&allocations, 0);
    atomic_store(&refused, 0);
    atomic_store(&blocks_left, 0);
    memory_use(&counted);
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
