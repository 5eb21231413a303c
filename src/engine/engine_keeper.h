/*
 * The thread that records what the network thread receives.
 */
#ifndef ODO_ENGINE_ENGINE_KEEPER_H
#define ODO_ENGINE_ENGINE_KEEPER_H

#include "engine/engine.h"

/* ODO_E_OUT_OF_MEMORY if no thread can be created. */
enum odo_status engine_start_keeper_locked(struct odo_engine *engine);

void engine_stop_keeper(struct odo_engine *engine);

#endif
