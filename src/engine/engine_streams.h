/*
 * Files that are delivered to a client's stream.
 */
#ifndef ODO_ENGINE_ENGINE_STREAMS_H
#define ODO_ENGINE_ENGINE_STREAMS_H

#include "engine/engine.h"

/*
 * Wait until no stream of the job is in a client call, and release the streams if the job has
 * ended. `operation` is not held, since the client may need it in the meantime.
 */
void engine_wait_for_streams(struct odo_job *job);

void engine_release_streams(struct odo_job *job);

/* Update the number of bytes that a stream's client has taken: a call may have returned since
 * the transfer's last report. */
void engine_count_stream_locked(struct odo_job *job, uint32_t file_index);

/* Release the job's streams without waiting. */
void engine_retire_streams(struct odo_job *job);

/* Wait for the threads of streams that could not be waited for before. */
void engine_join_streams(struct odo_engine *engine);

#endif
