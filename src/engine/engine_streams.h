/*
 * Files that go to a stream of the client's.
 */
#ifndef ODO_ENGINE_ENGINE_STREAMS_H
#define ODO_ENGINE_ENGINE_STREAMS_H

#include "engine/engine.h"

/*
 * The streams of a job: wait until no client is being given bytes; and give them up when the
 * job has ended. `operation` is not held, since the client may want it in the meantime.
 */
void engine_wait_for_streams(struct odo_job *job);

void engine_release_streams(struct odo_job *job);

/* Count what the client of a file's stream has by now: since the transfer last told of it, a
 * call that was under way may have come to its end. */
void engine_count_stream_locked(struct odo_job *job, uint32_t file_index);

/* The same without waiting. */
void engine_bury_streams(struct odo_job *job);

/* Wait for the threads of streams that could not be waited for before. */
void engine_empty_graves(struct odo_engine *engine);

#endif
