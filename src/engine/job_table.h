/*
 * Jobs by their id, found in the time that one takes however many there are.
 *
 * No lock; it does not count the jobs.
 */
#ifndef ODO_ENGINE_JOB_TABLE_H
#define ODO_ENGINE_JOB_TABLE_H

#include <odo/odo.h>

struct job_slot {
    const struct odo_job_id *id; /* the job's own */
    struct odo_job *job;         /* NULL when the slot is free */
};

struct job_table {
    struct job_slot *slots; /* owned; at least half of them are free */
    size_t size;            /* a power of two, or 0 */
    size_t count;
};

/* Room for `count` jobs in all. ODO_E_OUT_OF_MEMORY leaves it as it was. */
enum odo_status job_table_reserve(struct job_table *table, size_t count);

/* A job that is not in it; there is room. The id lives as long as the job. */
void job_table_add(struct job_table *table, const struct odo_job_id *id, struct odo_job *job);

/* A job that is in it. */
void job_table_remove(struct job_table *table, const struct odo_job_id *id);

/* NULL when there is none. */
struct odo_job *job_table_find(const struct job_table *table, const struct odo_job_id *id);

/* The jobs stay. */
void job_table_free(struct job_table *table);

#endif
