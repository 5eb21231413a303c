/*
 * Where the bytes of a file go: to a temporary file, at an offset; to a client's stream, in
 * order; or to memory, for internal downloads.
 *
 * A sink belongs to one transfer and is used on the network thread only.
 */
#ifndef ODO_OUTPUT_SINK_H
#define ODO_OUTPUT_SINK_H

#include "base/buffer.h"
#include "base/file_identity.h"
#include "output/stream.h"

#include <odo/types.h>

struct sink;

/*
 * Create a file sink. `path` is the temporary file: created if `begun` is false, else opened if
 * it is the file identified by *identity_inout, as far as that is known. *identity_inout then
 * identifies the file. A leftover with the name of a new file is replaced. The transfer's
 * output begins at `base`; it does not touch what precedes it.
 *
 *   ODO_E_FILE_NOT_FOUND   `begun`, and the file or its contents were removed
 *   ODO_E_TEMPORARY_FILE_CHANGED   `begun`, and it is a different file
 *   ODO_E_ACCESS_DENIED ...   see platform/file.h
 */
enum odo_status sink_open_file(const char *path, bool begun, uint64_t base,
                               struct file_identity *identity_inout, struct sink **sink_out);

/*
 * Create a stream sink and attach the stream; sink_close() detaches it. The caller keeps the
 * stream. The transfer's output begins at stream position `base`. Errors: see stream_attach().
 */
enum odo_status sink_open_stream(struct stream *stream, uint64_t base,
                                 const struct stream_use *use, struct sink **sink_out);

/* Create a sink that appends to a buffer, which the caller keeps and which is emptied first.
 * Accepts bytes in order only. ODO_E_OUT_OF_MEMORY. */
enum odo_status sink_open_memory(struct buffer *memory, struct sink **sink_out);

/* `total` bytes will follow: preallocate space for a large file. See
 * platform_file_reserve(). */
enum odo_status sink_reserve(struct sink *sink, uint64_t total);

/*
 * Write bytes at position `output`. After ODO_OK, bytes of a file survive the end of this
 * process; bytes of a stream are on their way to the client.
 *
 *   ODO_E_TEMPORARY_FILE_CHANGED   the file was truncated since it was opened: nothing was
 *                                  written, and what followed its new end is lost
 *   ODO_E_DISK_FULL ...            see platform/file.h
 */
enum odo_status sink_write(struct sink *sink, uint64_t output, const void *data, size_t size);

/*
 * Read back written bytes; from a stream, those held back. Not for memory.
 *
 *   ODO_E_INPUT_OUTPUT   the file has been modified
 */
enum odo_status sink_read(struct sink *sink, uint64_t output, void *data_out, size_t size);

/*
 * Discard written bytes, which will be written again.
 *
 *   ODO_E_TOO_MANY   for a stream: see stream_forget()
 */
enum odo_status sink_forget(struct sink *sink, uint64_t output, uint64_t size);

/*
 * Discard everything written: the download starts over.
 *
 *   ODO_E_FILE_CHANGED   the stream's client has received bytes, which cannot be taken back; or
 *                        bytes before `base` would belong to another version
 */
enum odo_status sink_restart(struct sink *sink);

/*
 * All `total` bytes are written: truncate the file to them, and set its modification time
 * unless that is 0 (microseconds, see platform/clock.h).
 *
 *   ODO_E_TEMPORARY_FILE_CHANGED   see sink_write()
 */
enum odo_status sink_finish(struct sink *sink, uint64_t total, int64_t last_modified_us);

/* NULL is allowed. */
void sink_close(struct sink *sink);

#endif
