/*
 * Changing the ranges of a file after it was added.
 */
#ifndef ODO_ENGINE_ENGINE_RANGES_H
#define ODO_ENGINE_ENGINE_RANGES_H

#include "engine/engine.h"

/* Swap a file's definition with `other`. `operation` is held, and the file is not being
 * fetched. */
void engine_exchange_file(struct odo_job *job, uint32_t file_index, struct job_file *other);

#endif
