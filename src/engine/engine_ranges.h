/*
 * Other ranges of a file that was added.
 */
#ifndef ODO_ENGINE_ENGINE_RANGES_H
#define ODO_ENGINE_ENGINE_RANGES_H

#include "engine/engine.h"

/* Exchange what a file is with `other`. `operation` is held, and the file stands still. */
void engine_exchange_file(struct odo_job *job, uint32_t file_index, struct job_file *other);

#endif
