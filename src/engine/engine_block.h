/*
 * Jobs that the host holds back, and jobs whose time is up.
 */
#ifndef ODO_ENGINE_ENGINE_BLOCK_H
#define ODO_ENGINE_ENGINE_BLOCK_H

#include "engine/engine.h"

/* Do with a job whose time is up what is to be done. */
void engine_expire(struct odo_job *job);

/* The same for every such job: an engine without a keeper does it when it is asked for jobs. */
void engine_expire_all(struct odo_engine *engine);

#endif
