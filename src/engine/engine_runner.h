/*
 * Runs the files of a moving job.
 */
#ifndef ODO_ENGINE_ENGINE_RUNNER_H
#define ODO_ENGINE_ENGINE_RUNNER_H

#include "engine/engine.h"

/* Stop the runner of one file; see engine_stop_runners(). */
void engine_stop_file(struct odo_job *job, uint32_t index);

/* Receives transfer reports; the context is a struct engine_runner. */
void engine_on_update(void *context, const struct download_update *update);

/* Detach a runner's transfer for removal; NULL if there is none. */
struct fetch *engine_take_transfer_locked(struct engine_runner *runner);

/* Store the results of a removed transfer. Takes ownership of the checkpoint. */
void engine_keep_removed_locked(struct engine_runner *runner,
                                struct downloader_removal *removal);

/* Stop all runners of a job; `operation` is held, the lock is not. */
void engine_stop_runners(struct odo_job *job);

#endif
