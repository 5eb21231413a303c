/*
 * A file in motion.
 */
#ifndef ODO_ENGINE_ENGINE_RUNNER_H
#define ODO_ENGINE_ENGINE_RUNNER_H

#include "engine/engine.h"

/* Stop the runner of one file; as engine_stop_runners(). */
void engine_stop_file(struct odo_job *job, uint32_t index);

/* Where transfers report; the context is a struct engine_runner. */
void engine_on_update(void *context, const struct download_update *update);

/* A runner's transfer is taken out of it, to be removed; NULL when there is none. */
struct fetch *engine_take_transfer_locked(struct engine_runner *runner);

/* What the removed transfer of a file has left. Takes the checkpoint over. */
void engine_keep_removed_locked(struct engine_runner *runner,
                                struct downloader_removal *removal);

/* Stop every runner of a job; `operation` is held, the lock is not. */
void engine_stop_runners(struct odo_job *job);

#endif
