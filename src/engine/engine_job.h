/*
 * A job as the engine holds it.
 */
#ifndef ODO_ENGINE_ENGINE_JOB_H
#define ODO_ENGINE_ENGINE_JOB_H

#include "engine/engine.h"

/* Make a job of `data`, which is taken over, not listed yet. On failure the caller keeps it. */
enum odo_status engine_make_job(struct odo_engine *engine, struct job *data,
                                struct odo_job **job_out);

#endif
