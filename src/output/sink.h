/*
 * Where the bytes of a file go: a temporary file, at an offset; a client's stream, in order; or
 * memory, for what we read ourselves.
 *
 * A sink belongs to one transfer and is used on the downloader's thread alone.
 */
#ifndef ODO_OUTPUT_SINK_H
#define ODO_OUTPUT_SINK_H

#include "base/buffer.h"
#include "base/file_identity.h"
#include "output/stream.h"

#include <odo/types.h>

struct sink;

/*
 * Make a file sink. `path` is the temporary file: made anew when `begun` is false, else opened
 * as it is, if it is the one that *identity_inout says, as far as that is known. Afterwards
 * that says which file was opened or made. A leftover that has the name of a new file is
 * replaced. What lies before `base` in the file is not the transfer's: its output begins there.
 *
 *   ODO_E_FILE_NOT_FOUND   `begun`, and somebody has removed the file, or what it had
 *   ODO_E_TEMPORARY_FILE_CHANGED   `begun`, and it is another file
 *   ODO_E_ACCESS_DENIED ...   as platform/file.h
 */
enum odo_status sink_open_file(const char *path, bool begun, uint64_t base,
                               struct file_identity *identity_inout, struct sink **sink_out);

/*
 * Make a stream sink and attach the stream; sink_close() detaches it. The stream stays the
 * caller's. The transfer's output begins at the stream's position `base`. Failures as
 * stream_attach().
 */
enum odo_status sink_open_stream(struct stream *stream, uint64_t base,
                                 const struct stream_use *use, struct sink **sink_out);

/* Make a sink of a buffer that stays the caller's, and is emptied first. It takes bytes in
 * order only. ODO_E_OUT_OF_MEMORY. */
enum odo_status sink_open_memory(struct buffer *memory, struct sink **sink_out);

/* There will be `total` bytes: a large file gets its room at once. As platform_file_reserve().
 */
enum odo_status sink_reserve(struct sink *sink, uint64_t total);

/*
 * Hand over bytes for the place `output`. When this returns ODO_OK, those for a file would
 * survive the end of this process; those for a stream are on their way.
 *
 *   ODO_E_TEMPORARY_FILE_CHANGED   somebody has cut the file since it was opened: nothing was
 *                                  written, and what lies behind its end is gone
 *   ODO_E_DISK_FULL ...            as platform/file.h
 */
enum odo_status sink_write(struct sink *sink, uint64_t output, const void *data, size_t size);

/*
 * Read back what was written; from a stream, what is held back. Not from memory.
 *
 *   ODO_E_INPUT_OUTPUT   the file is not what it was
 */
enum odo_status sink_read(struct sink *sink, uint64_t output, void *data_out, size_t size);

/*
 * What is there will be written once more.
 *
 *   ODO_E_TOO_MANY   of a stream: see stream_forget()
 */
enum odo_status sink_forget(struct sink *sink, uint64_t output, uint64_t size);

/*
 * Forget everything written: the file begins again.
 *
 *   ODO_E_FILE_CHANGED   the client of a stream has bytes already, which cannot be taken back;
 *                        or what lies before the base would be of another version
 */
enum odo_status sink_restart(struct sink *sink);

/*
 * All is written, `total` bytes: what a file has behind them, left by an earlier request, goes,
 * and it gets its date unless that is 0, in microseconds as platform/clock.h counts them.
 *
 *   ODO_E_TEMPORARY_FILE_CHANGED   as sink_write()
 */
enum odo_status sink_finish(struct sink *sink, uint64_t total, int64_t last_modified_us);

/* NULL is fine. */
void sink_close(struct sink *sink);

#endif
