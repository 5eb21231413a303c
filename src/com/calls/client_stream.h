/*
 * A client's IStream as the place where a file goes.
 *
 * Only ISequentialStream::Write is called: in order, each byte once, on a thread of the
 * engine's. A success means that every byte was taken, since clients leave the count of bytes
 * written as it is, or write eight bytes there; but with a count above 0 and below what was
 * offered the rest is offered again.
 *
 * The engine does not wait for a call to end, since the client's apartment may be the one that
 * waits; client_stream_wait() does, as COM wants it. A stream that the engine needs no more is
 * let go by the next one who says client_stream_release_unused(), without a lock; or, when it
 * was in a call, by the thread that made the call.
 */
#ifndef ODO_COM_CALLS_CLIENT_STREAM_H
#define ODO_COM_CALLS_CLIENT_STREAM_H

#include <windows.h>

#include <unknwn.h>

#include <odo/odo.h>

struct client_stream;

/*
 * Keep a client's object, for a file that may have it later.
 *
 *   E_INVALIDARG   the object has no IStream
 */
HRESULT client_stream_create(IUnknown *object, struct client_stream **stream_out);

/* Of one that no file has. NULL is fine. */
void client_stream_free(struct client_stream *stream);

/* Have a file go to it. Taken over on success; what odo.h says of odo_file_set_stream(). Calls
 * no client. */
HRESULT client_stream_attach(struct client_stream *stream, struct odo_job *job,
                             uint32_t file_index);

/*
 * Have a file go to a stream, instead of an earlier one; NULL takes that back.
 *
 *   E_INVALIDARG   the object has no IStream
 *   what odo.h says of odo_file_set_stream()
 */
HRESULT client_stream_set(struct odo_job *job, uint32_t file_index, IUnknown *object);

/* The stream, counted, for this apartment. E_NOT_SET (0x80070490) and NULL without one. */
HRESULT client_stream_get(struct odo_job *job, uint32_t file_index, IUnknown **object_out);

/* Of one that no file has: what interface_keeper.h knows it by. */
DWORD client_stream_kept(const struct client_stream *stream);

/*
 * After the job was stopped: wait for the calls that its streams are in, but not from within
 * one, nor for longer than APARTMENT_WAIT_CLIENT_MS; and release what it needs no more.
 */
void client_stream_wait(const struct odo_job *job);

/* Are we within a call of one of the job's streams? */
bool client_stream_is_within(const struct odo_job *job);

void client_stream_release_unused(void);

#endif
