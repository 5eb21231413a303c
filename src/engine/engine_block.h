/*
 * Jobs that the host holds back, and expired jobs.
 */
#ifndef ODO_ENGINE_ENGINE_BLOCK_H
#define ODO_ENGINE_ENGINE_BLOCK_H

#include "engine/engine.h"

/* Fail or cancel an expired job. */
void engine_expire(struct odo_job *job);

/* Do so for every expired job: an engine without a keeper calls this when it is asked for
 * jobs. */
void engine_expire_all(struct odo_engine *engine);

#endif
