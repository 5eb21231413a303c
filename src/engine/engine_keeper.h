/*
 * The thread that records what the network thread brings.
 */
#ifndef ODO_ENGINE_ENGINE_KEEPER_H
#define ODO_ENGINE_ENGINE_KEEPER_H

#include "engine/engine.h"

/* ODO_E_OUT_OF_MEMORY when the system has no thread to give. */
enum odo_status engine_start_keeper_locked(struct odo_engine *engine);

void engine_stop_keeper(struct odo_engine *engine);

#endif
