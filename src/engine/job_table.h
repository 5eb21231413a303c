/*
 * A hash table of jobs by id, with constant look-up time.
 *
 * No lock; does not hold references.
 */
#ifndef ODO_ENGINE_JOB_TABLE_H
#define ODO_ENGINE_JOB_TABLE_H

#include <odo/odo.h>

struct job_slot {
    const struct odo_job_id *id; /* inside the job */
    struct odo_job *job;         /* NULL in a free slot */
};

struct job_table {
    struct job_slot *slots; /* owned; at least half are free */
    size_t size;            /* a power of two, or 0 */
    size_t count;
};

/* Make room for `count` jobs in all. ODO_E_OUT_OF_MEMORY leaves it unchanged. */
enum odo_status job_table_reserve(struct job_table *table, size_t count);

/* Add a job that is not in the table; there must be room. The id lives as long as the job. */
void job_table_add(struct job_table *table, const struct odo_job_id *id, struct odo_job *job);

/* Remove a job that is in the table. */
void job_table_remove(struct job_table *table, const struct odo_job_id *id);

/* NULL if there is none. */
struct odo_job *job_table_find(const struct job_table *table, const struct odo_job_id *id);

/* Does not release the jobs. */
void job_table_free(struct job_table *table);

#endif
