/*
 * Whole files get their names.
 */
#ifndef ODO_ENGINE_ENGINE_PLACE_H
#define ODO_ENGINE_ENGINE_PLACE_H

#include "engine/engine.h"

/* Rename the files that are whole to what they are to be called, and note them as completed,
 * each before the next; ends at the first that cannot be. `operation` is held, and nothing of
 * the job runs. */
enum odo_status engine_place_files(struct odo_job *job);

#endif
