/*
 * Creates, reference counts and frees the engine's jobs.
 */
#include "engine/engine_job.h"

#include "base/memory.h"

#include <assert.h>

/* Create a runner for each initial file of a job. */
static bool make_runners(struct odo_job *job, uint32_t count)
{
    struct engine_runner **runners;

    if (count == 0) {
        return true;
    }
    runners = memory_allocate_zeroed(count, sizeof(struct engine_runner *));
    if (!runners) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        runners[i] = memory_allocate_zeroed(1, sizeof(*runners[i]));
        if (!runners[i]) {
            while (i > 0) {
                memory_free(runners[--i]);
            }
            memory_free(runners);
            return false;
        }
        runners[i]->job = job;
        runners[i]->index = i;
    }
    job->locked.runners = runners;
    job->locked.runner_capacity = count;
    return true;
}

enum odo_status engine_make_job(struct odo_engine *engine, struct job *data,
                                struct odo_job **job_out)
{
    struct odo_job *job = memory_allocate_zeroed(1, sizeof(*job));

    if (!job) {
        return ODO_E_OUT_OF_MEMORY;
    }
    job->operation = platform_mutex_create_ranked(LOCK_OPERATION);
    job->journal_lock = platform_mutex_create_ranked(LOCK_JOURNAL);
    if (!job->operation || !job->journal_lock || !make_runners(job, data->file_count)) {
        platform_mutex_free(job->journal_lock);
        platform_mutex_free(job->operation);
        memory_free(job);
        return ODO_E_OUT_OF_MEMORY;
    }
    atomic_init(&job->references, 1);
    atomic_fetch_add(&engine->references, 1);
    job->engine = engine;
    job->id = data->id;
    job->locked.job = *data;
    *job_out = job;
    return ODO_OK;
}

struct odo_job *odo_job_add_ref(struct odo_job *job)
{
    atomic_fetch_add(&job->references, 1);
    return job;
}

void odo_job_release(struct odo_job *job)
{
    struct odo_engine *engine;

    if (!job || atomic_fetch_sub(&job->references, 1) > 1) {
        return;
    }
    engine = job->engine;
    for (uint32_t i = 0; i < job->locked.job.file_count; i++) {
        memory_free(job->locked.runners[i]);
    }
    memory_free(job->locked.runners);
    memory_free(job->probed_path);
    job_free(&job->locked.job);
    assert(!job->journal && !job->leftovers);
    platform_mutex_free(job->journal_lock);
    platform_mutex_free(job->operation);
    memory_free(job);
    engine_release(engine);
}
