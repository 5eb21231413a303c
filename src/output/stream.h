/*
 * Delivers bytes to a client's stream, in order and each once.
 *
 * Requests run in parallel and complete in any order; a stream collects their bytes in a buffer
 * of fixed size, and a separate thread delivers what is contiguous at the front. The client may
 * be slow: the network thread never waits for it, but stops requesting more once the buffer is
 * fully reserved.
 *
 * A stream outlives the transfers that feed it, so that a suspended file resumes with the next
 * byte. Positions count from the first byte that the client ever receives.
 *
 * Bytes to be verified first are held back until they are released with stream_pass(). Bytes
 * released but not delivered yet are kept for the next transfer.
 */
#ifndef ODO_OUTPUT_STREAM_H
#define ODO_OUTPUT_STREAM_H

#include <odo/types.h>

struct stream;

enum {
    STREAM_BUFFER_SIZE = 8 * 1024 * 1024, /* by default */
    STREAM_WRITE_MOST = 1024 * 1024,      /* bytes per call of the client */
};

/* Takes ownership of `target` on success. ODO_E_OUT_OF_MEMORY. Reference counted, initially
 * 1. */
enum odo_status stream_create(const struct odo_stream *target, struct stream **stream_out);
void stream_add_ref(struct stream *stream);

/*
 * Drop a reference. The last one releases the target once the client's call in progress has
 * returned. Not for the network thread. NULL is allowed.
 *
 * False if it must not wait for that call, because it is made from within the call, or the host
 * is waiting itself: then the stream's thread releases the target, and the caller must call
 * stream_finish().
 */
bool stream_release(struct stream *stream);

/* The same without waiting, for the network thread and other callers that must not block. */
bool stream_release_at_once(struct stream *stream);

/* Wait for the thread of such a stream, and free the rest. */
void stream_finish(struct stream *stream);

/* Free a stream that was never attached, without releasing the target. */
void stream_abandon(struct stream *stream);

/* Called on the stream's thread when bytes were taken or refused. Must return at once. */
struct stream_listener {
    void (*on_progress)(void *context);
    void *context;
};

/* How a transfer uses a stream. */
struct stream_use {
    struct stream_listener listener;
    size_t buffer_size; /* at least; the minimum is STREAM_BUFFER_SIZE */
    bool holds_back;    /* deliver only bytes released by stream_pass() */
};

/*
 * Start delivering from stream_position() on. For the network thread, or a thread it waits for.
 * The buffer does not grow while it contains bytes: see stream_buffer_size().
 *
 *   ODO_E_OUT_OF_MEMORY, ODO_E_UNEXPECTED   no buffer, or no thread
 */
enum odo_status stream_attach(struct stream *stream, const struct stream_use *use);

/*
 * Discard undelivered bytes, except those released with stream_pass(), and start no further
 * call. A call in progress continues; its bytes count as delivered. The listener is no longer
 * called.
 */
void stream_detach(struct stream *stream);

/* Discard bytes kept by stream_detach(): different data follows. */
void stream_drop_kept(struct stream *stream);

/* For a stream that holds back: release bytes before this position. UINT64_MAX ends holding
 * back. */
void stream_pass(struct stream *stream, uint64_t position);

/* Discard the buffer. False if the client has received bytes. */
bool stream_restart(struct stream *stream);

/* Wait until no client call is in progress; returns at once from within such a call, or if the
 * host is waiting itself. */
void stream_wait(struct stream *stream);

/* End of the bytes delivered, including the call in progress. */
uint64_t stream_position(struct stream *stream);

/* End of the bytes taken by the client. */
uint64_t stream_taken(struct stream *stream);

/* End of the contiguous bytes, those in the buffer included. */
uint64_t stream_end(struct stream *stream);

size_t stream_buffer_size(struct stream *stream);

/* 0, or the error with which the client refused bytes. Kept until the next attachment, which
 * offers them again. */
int32_t stream_failure(struct stream *stream);

/* How many more bytes after stream_taken() the buffer can hold, assuming that all bytes before
 * them arrive as well. */
uint64_t stream_room(struct stream *stream);

/*
 * Store bytes at their position, which must be within the buffer's range.
 *
 *   ODO_E_OUT_OF_MEMORY   too many pieces; nothing was stored
 *   ODO_E_SINK_FAILED     the client has refused bytes
 */
enum odo_status stream_put(struct stream *stream, uint64_t position, const void *data,
                           size_t size);

/* Copy bytes that were stored and not released. */
void stream_read(struct stream *stream, uint64_t position, void *data_out, size_t size);

/*
 * Discard such bytes: they will be stored again.
 *
 *   ODO_E_TOO_MANY   more gaps than can be recorded; nothing was discarded
 */
enum odo_status stream_forget(struct stream *stream, uint64_t position, uint64_t size);

#endif
