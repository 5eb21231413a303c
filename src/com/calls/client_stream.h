/*
 * A client's IStream as the destination of a file.
 *
 * Only ISequentialStream::Write is called: in order, each byte once, on an engine thread.
 * Success means that all bytes were taken, since clients may leave the count unchanged, or
 * write eight bytes to it; but if the count is above 0 and below the size, the rest is offered
 * again.
 *
 * The engine does not wait for a call to return, since the client's apartment may be the one
 * that would wait; client_stream_wait() does, and pumps messages. A stream that the engine no
 * longer needs is freed by the next client_stream_release_unused(), called without a lock; or,
 * if a call was in progress, by the thread that made it.
 */
#ifndef ODO_COM_CALLS_CLIENT_STREAM_H
#define ODO_COM_CALLS_CLIENT_STREAM_H

#include <windows.h>

#include <unknwn.h>

#include <odo/odo.h>

struct client_stream;

/*
 * Keep a client's object for a file that may be added later.
 *
 *   E_INVALIDARG   the object has no IStream
 */
HRESULT client_stream_create(IUnknown *object, struct client_stream **stream_out);

/* For a stream not attached to a file. NULL is allowed. */
void client_stream_free(struct client_stream *stream);

/* Attach the stream to a file. Ownership is taken on success; errors are those of
 * odo_file_set_stream(). Calls no client. */
HRESULT client_stream_attach(struct client_stream *stream, struct odo_job *job,
                             uint32_t file_index);

/*
 * Replace a file's stream; NULL removes it.
 *
 *   E_INVALIDARG   the object has no IStream
 *   others         see odo_file_set_stream()
 */
HRESULT client_stream_set(struct odo_job *job, uint32_t file_index, IUnknown *object);

/* The stream for this apartment, with a reference. Without one, E_NOT_SET (0x80070490) and
 * NULL. */
HRESULT client_stream_get(struct odo_job *job, uint32_t file_index, IUnknown **object_out);

/* The interface_keeper handle of a stream not attached to a file. */
DWORD client_stream_kept(const struct client_stream *stream);

/*
 * After the job was stopped: wait for calls to its streams, but not from within one, and at
 * most APARTMENT_WAIT_CLIENT_MS; then free streams that are no longer needed.
 */
void client_stream_wait(const struct odo_job *job);

/* Is this thread within a call to one of the job's streams? */
bool client_stream_is_within(const struct odo_job *job);

void client_stream_release_unused(void);

#endif
