/*
 * Loads jobs from the store ("adopts" them).
 */
#ifndef ODO_ENGINE_ENGINE_ADOPTION_H
#define ODO_ENGINE_ENGINE_ADOPTION_H

#include "engine/engine.h"

/*
 * Load a job from the store, with a reference for the caller.
 *
 *   ODO_E_NOT_FOUND           no such job; or it was too old and has been removed
 *   ODO_E_SHARING_VIOLATION   another process owns it
 *   ODO_E_DAMAGED, ODO_E_NOT_SUPPORTED   it was set aside
 */
enum odo_status engine_adopt(struct odo_engine *engine, const struct odo_job_id *id,
                             struct odo_job **job_out);

enum odo_status engine_adopt_all(struct odo_engine *engine);

#endif
