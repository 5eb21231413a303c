/*
 * Creates, reference counts and frees the engine's jobs.
 */
#ifndef ODO_ENGINE_ENGINE_JOB_H
#define ODO_ENGINE_ENGINE_JOB_H

#include "engine/engine.h"

/* Create an unlisted job from `data`, whose ownership is taken on success only. */
enum odo_status engine_make_job(struct odo_engine *engine, struct job *data,
                                struct odo_job **job_out);

#endif
