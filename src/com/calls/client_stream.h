/*
 * A client's IStream as the place where a file goes.
 *
 * Only ISequentialStream::Write is called: in order, each byte once, on a thread of the
 * engine's. A success means that every byte was taken: the count of bytes written is not looked
 * at, since clients leave it as it is, or write eight bytes there.
 */
#ifndef ODO_COM_CALLS_CLIENT_STREAM_H
#define ODO_COM_CALLS_CLIENT_STREAM_H

#include <windows.h>

#include <unknwn.h>

#include <odo/odo.h>

/*
 * Have a file go to a stream, instead of an earlier one; NULL takes that back.
 *
 *   E_INVALIDARG   the object has no IStream
 *   what odo.h says of odo_file_set_stream()
 */
HRESULT client_stream_set(struct odo_job *job, uint32_t file_index, IUnknown *object);

/* The stream, counted, for this apartment. E_NOT_SET (0x80070490) and NULL without one. */
HRESULT client_stream_get(struct odo_job *job, uint32_t file_index, IUnknown **object_out);

#endif
