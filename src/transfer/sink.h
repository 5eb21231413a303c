/*
 * Where the bytes of a file go: a temporary file, at an offset.
 *
 * A sink belongs to one transfer and is used on the downloader's thread alone.
 */
#ifndef ODO_TRANSFER_SINK_H
#define ODO_TRANSFER_SINK_H

#include <odo/types.h>

struct sink;

/*
 * Make a file sink. `path` is the temporary file: made anew when `begun` is false, else opened
 * as it is. A leftover that has the name of a new file is replaced.
 *
 *   ODO_E_FILE_NOT_FOUND   `begun`, and somebody has removed the file
 *   ODO_E_ACCESS_DENIED ...   as platform/file.h
 */
enum odo_status sink_open_file(const char *path, bool begun, struct sink **sink_out);

/*
 * Hand over bytes for the place `output`. When this returns ODO_OK they would survive the end
 * of this process.
 */
enum odo_status sink_write(struct sink *sink, uint64_t output, const void *data, size_t size);

/* Forget everything written: the file begins again. */
enum odo_status sink_restart(struct sink *sink);

/* NULL is fine. */
void sink_close(struct sink *sink);

#endif
