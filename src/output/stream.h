/*
 * Bytes on their way to a client's stream, which takes them in order, each once.
 *
 * Requests run in parallel and come back in any order; a stream puts their bytes into a buffer
 * of fixed size, and a thread of its own hands over what has become whole from the front. The
 * client may take its time: the network thread never waits for it, but stops asking for more
 * when the buffer is spoken for.
 *
 * A stream outlives the transfers that feed it, so that a file that was suspended goes on with
 * the next byte. Positions count from the first byte that the client ever gets.
 *
 * Bytes that are checked first are held back until they are passed on. What was passed on and
 * not handed over yet is kept for the transfer that goes on.
 */
#ifndef ODO_OUTPUT_STREAM_H
#define ODO_OUTPUT_STREAM_H

#include <odo/types.h>

struct stream;

enum {
    STREAM_BUFFER_SIZE = 8 * 1024 * 1024, /* unless more is asked for */
    STREAM_WRITE_MOST = 1024 * 1024,      /* bytes in one call of the client's */
};

/* Takes `target` over, on success. ODO_E_OUT_OF_MEMORY. Counted; begins with one. */
enum odo_status stream_create(const struct odo_stream *target, struct stream **stream_out);
void stream_add_ref(struct stream *stream);

/*
 * The last one releases the target, when the client's call in progress has ended. Never on the
 * network thread. NULL is fine.
 *
 * False when it must not wait for that call, since it comes from within it or the host waits
 * itself: then the stream's thread releases the target, and stream_finish() is left to do.
 */
bool stream_release(struct stream *stream);

/* The same, which never waits: for the network thread, and others that have no time. */
bool stream_release_at_once(struct stream *stream);

/* Wait for the thread of such a stream, and free the rest. */
void stream_finish(struct stream *stream);

/* The same for a stream that was never attached, without releasing the target. */
void stream_abandon(struct stream *stream);

/* Told on the stream's thread when bytes were taken, or refused. Must return at once. */
struct stream_listener {
    void (*on_progress)(void *context);
    void *context;
};

/* How a transfer uses a stream. */
struct stream_use {
    struct stream_listener listener;
    size_t buffer_size; /* wanted; less than STREAM_BUFFER_SIZE is as much as that */
    bool holds_back;    /* hand over only what stream_pass() has named */
};

/*
 * Begin to hand over, from stream_position() on. The network thread, or who holds it up. The
 * buffer does not grow while there are bytes in it: see stream_buffer_size().
 *
 *   ODO_E_OUT_OF_MEMORY, ODO_E_UNEXPECTED   no buffer, or no thread
 */
enum odo_status stream_attach(struct stream *stream, const struct stream_use *use);

/*
 * Drop what was not handed over yet, and begin no further call; but what was passed on with
 * stream_pass() is kept. A call that is in progress goes on; its bytes count as handed over.
 * The listener is not told anything any more.
 */
void stream_detach(struct stream *stream);

/* Drop what stream_detach() has kept: something else comes next. */
void stream_drop_kept(struct stream *stream);

/* Of a stream that holds back: what lies before this position may be handed over. With
 * UINT64_MAX it holds back no longer. */
void stream_pass(struct stream *stream, uint64_t position);

/* Forget what is in the buffer. False when the client has bytes already. */
bool stream_restart(struct stream *stream);

/* Return when no call of the client's is in progress; at once from within such a call, or when
 * the host waits itself. */
void stream_wait(struct stream *stream);

/* Up to where the client has the bytes, or is just being given them. */
uint64_t stream_position(struct stream *stream);

/* Up to where the client has taken them. */
uint64_t stream_taken(struct stream *stream);

/* Up to where there are bytes without a gap, the client's and those in the buffer. */
uint64_t stream_end(struct stream *stream);

size_t stream_buffer_size(struct stream *stream);

/* 0, or the failure with which the client refused bytes. It stays until the next attachment,
 * which offers them again. */
int32_t stream_failure(struct stream *stream);

/* How many bytes from stream_taken() on the buffer can hold that are not in it yet, when all
 * that lies before them comes as well. */
uint64_t stream_room(struct stream *stream);

/*
 * Put bytes into their place, which lies within the buffer's reach.
 *
 *   ODO_E_OUT_OF_MEMORY   too many pieces; nothing was put
 *   ODO_E_SINK_FAILED     the client has refused bytes
 */
enum odo_status stream_put(struct stream *stream, uint64_t position, const void *data,
                           size_t size);

/* Copy bytes that were put, and not passed on. */
void stream_read(struct stream *stream, uint64_t position, void *data_out, size_t size);

/*
 * Forget such bytes: they will be put once more.
 *
 *   ODO_E_TOO_MANY   more gaps than it can keep in mind; nothing was forgotten
 */
enum odo_status stream_forget(struct stream *stream, uint64_t position, uint64_t size);

#endif
