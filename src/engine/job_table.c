#include "engine/job_table.h"

#include "base/memory.h"

#include <assert.h>
#include <string.h>

/* The slot where the search for an id starts. Ids are random, except those from broken
 * clients. */
static size_t home_of(const struct job_table *table, const struct odo_job_id *id)
{
    uint64_t hash[2];

    memcpy(hash, id->bytes, sizeof(hash));
    return (size_t)((hash[0] ^ hash[1]) * UINT64_C(0x9E3779B97F4A7C15) >> 32) &
           (table->size - 1);
}

static size_t next_slot(const struct job_table *table, size_t slot)
{
    return (slot + 1) & (table->size - 1);
}

void job_table_add(struct job_table *table, const struct odo_job_id *id, struct odo_job *job)
{
    size_t slot = home_of(table, id);

    assert(table->count < table->size / 2);
    while (table->slots[slot].job) {
        slot = next_slot(table, slot);
    }
    table->slots[slot] = (struct job_slot){id, job};
    table->count++;
}

enum odo_status job_table_reserve(struct job_table *table, size_t count)
{
    struct job_table larger = {.size = table->size ? table->size : 16};

    while (larger.size / 2 < count) {
        larger.size *= 2;
    }
    if (larger.size == table->size) {
        return ODO_OK;
    }
    larger.slots = memory_allocate_zeroed(larger.size, sizeof(*larger.slots));
    if (!larger.slots) {
        return ODO_E_OUT_OF_MEMORY;
    }
    for (size_t i = 0; i < table->size; i++) {
        if (table->slots[i].job) {
            job_table_add(&larger, table->slots[i].id, table->slots[i].job);
        }
    }
    memory_free(table->slots);
    *table = larger;
    return ODO_OK;
}

/* Move entries after a freed slot up if that brings them closer to their home slot. */
static void close_gap(struct job_table *table, size_t gap)
{
    for (size_t slot = next_slot(table, gap); table->slots[slot].job;
         slot = next_slot(table, slot)) {
        size_t home = home_of(table, table->slots[slot].id);
        size_t from_home = (slot - home) & (table->size - 1);
        size_t from_gap = (slot - gap) & (table->size - 1);

        if (from_home >= from_gap) {
            table->slots[gap] = table->slots[slot];
            table->slots[slot].job = NULL;
            gap = slot;
        }
    }
}

/* The slot of the id, or the free slot where the search for it ends. */
static size_t slot_of(const struct job_table *table, const struct odo_job_id *id)
{
    size_t slot = home_of(table, id);

    while (table->slots[slot].job &&
           memcmp(table->slots[slot].id->bytes, id->bytes, sizeof(id->bytes)) != 0) {
        slot = next_slot(table, slot);
    }
    return slot;
}

void job_table_remove(struct job_table *table, const struct odo_job_id *id)
{
    size_t slot = slot_of(table, id);

    assert(table->slots[slot].job);
    table->slots[slot].job = NULL;
    table->count--;
    close_gap(table, slot);
}

struct odo_job *job_table_find(const struct job_table *table, const struct odo_job_id *id)
{
    return table->size > 0 ? table->slots[slot_of(table, id)].job : NULL;
}

void job_table_free(struct job_table *table)
{
    memory_free(table->slots);
    *table = (struct job_table){.slots = NULL};
}
