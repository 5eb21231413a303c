#include "output/sink.h"

#include "base/memory.h"
#include "platform/file.h"

#include <assert.h>

/* Exactly one of the first three is set. */
enum { RESERVE_LEAST = 1024 * 1024 }; /* smaller files are contiguous anyway */

struct sink {
    struct platform_file *file; /* owned */
    struct stream *stream;      /* borrowed */
    struct buffer *memory;      /* borrowed */
    uint64_t base;              /* position where the transfer's output begins */
    uint64_t size;              /* least size of the file, which only we modify */
};

static enum odo_status create_anew(const char *path, struct platform_file **file_out)
{
    enum odo_status status = platform_file_create_new(path, file_out);

    if (status != ODO_E_ALREADY_EXISTS) {
        return status;
    }
    /* Names contain 64 random bits, so an existing file was left by a run that was killed
     * before it could record that it had begun. */
    status = platform_file_remove(path);
    return status == ODO_OK ? platform_file_create_new(path, file_out) : status;
}

/* Verify that this is the file that was recorded, if one was. */
static enum odo_status check_identity(struct platform_file *file, bool begun,
                                      struct file_identity *identity_inout)
{
    struct file_identity found = platform_file_get_identity(file);

    if (begun && !file_identity_may_be(found, *identity_inout)) {
        return ODO_E_TEMPORARY_FILE_CHANGED;
    }
    *identity_inout = found;
    return ODO_OK;
}

enum odo_status sink_open_file(const char *path, bool begun, uint64_t base,
                               struct file_identity *identity_inout, struct sink **sink_out)
{
    struct sink *sink = memory_allocate_zeroed(1, sizeof(*sink));
    enum odo_status status;

    if (!sink) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = begun ? platform_file_open(path, &sink->file) : create_anew(path, &sink->file);
    if (status == ODO_OK) {
        status = check_identity(sink->file, begun, identity_inout);
    }
    if (status == ODO_OK) {
        status = platform_file_get_size(sink->file, &sink->size);
    }
    if (status == ODO_OK && sink->size < base) {
        status = ODO_E_FILE_NOT_FOUND; /* earlier output is lost */
    }
    if (status != ODO_OK) {
        platform_file_close(sink->file);
        memory_free(sink);
        return status;
    }
    sink->base = base;
    *sink_out = sink;
    return ODO_OK;
}

enum odo_status sink_open_stream(struct stream *stream, uint64_t base,
                                 const struct stream_use *use, struct sink **sink_out)
{
    struct sink *sink = memory_allocate_zeroed(1, sizeof(*sink));
    enum odo_status status;

    if (!sink) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = stream_attach(stream, use);
    if (status != ODO_OK) {
        memory_free(sink);
        return status;
    }
    sink->stream = stream;
    sink->base = base;
    *sink_out = sink;
    return ODO_OK;
}

enum odo_status sink_open_memory(struct buffer *memory, struct sink **sink_out)
{
    struct sink *sink = memory_allocate_zeroed(1, sizeof(*sink));

    if (!sink) {
        return ODO_E_OUT_OF_MEMORY;
    }
    buffer_clear(memory);
    sink->memory = memory;
    *sink_out = sink;
    return ODO_OK;
}

enum odo_status sink_reserve(struct sink *sink, uint64_t total)
{
    if (!sink->file || total < RESERVE_LEAST || total > BYTE_OFFSET_LIMIT - sink->base) {
        return ODO_OK;
    }
    return platform_file_reserve(sink->file, sink->base + total);
}

/* Nothing else writes the file. If it has become shorter it was truncated, and writing now
 * would leave a hole where good bytes were. */
static enum odo_status check_size(struct sink *sink)
{
    uint64_t size = 0;
    enum odo_status status = platform_file_get_size(sink->file, &size);

    return status == ODO_OK && size < sink->size ? ODO_E_TEMPORARY_FILE_CHANGED : status;
}

static enum odo_status write_to_file(struct sink *sink, uint64_t place, const void *data,
                                     size_t size)
{
    enum odo_status status = check_size(sink);

    if (status == ODO_OK) {
        status = platform_file_write_at(sink->file, place, data, size);
    }
    if (status == ODO_OK && place + size > sink->size) {
        sink->size = place + size;
    }
    return status;
}

enum odo_status sink_write(struct sink *sink, uint64_t output, const void *data, size_t size)
{
    uint64_t place = sink->base + output; /* both are below BYTE_OFFSET_LIMIT */

    if (place > BYTE_OFFSET_LIMIT - size) {
        return ODO_E_INVALID_RANGE; /* only possible with a base */
    }
    if (sink->memory) {
        return place == sink->memory->size ? buffer_append(sink->memory, data, size)
                                           : ODO_E_UNEXPECTED;
    }
    return sink->stream ? stream_put(sink->stream, place, data, size)
                        : write_to_file(sink, place, data, size);
}

enum odo_status sink_read(struct sink *sink, uint64_t output, void *data_out, size_t size)
{
    enum odo_status status;
    size_t read = 0;

    assert(!sink->memory);
    if (sink->stream) {
        stream_read(sink->stream, sink->base + output, data_out, size);
        return ODO_OK;
    }
    status = platform_file_read_at(sink->file, sink->base + output, data_out, size, &read);
    return status == ODO_OK && read < size ? ODO_E_INPUT_OUTPUT : status;
}

enum odo_status sink_forget(struct sink *sink, uint64_t output, uint64_t size)
{
    return sink->stream ? stream_forget(sink->stream, sink->base + output, size) : ODO_OK;
}

enum odo_status sink_restart(struct sink *sink)
{
    if (sink->memory) {
        buffer_clear(sink->memory);
        return ODO_OK;
    }
    if (sink->stream) {
        return stream_restart(sink->stream) ? ODO_OK : ODO_E_FILE_CHANGED;
    }
    if (sink->base > 0) {
        return ODO_E_FILE_CHANGED;
    }
    sink->size = 0;
    return platform_file_set_size(sink->file, 0);
}

enum odo_status sink_finish(struct sink *sink, uint64_t total, int64_t last_modified_us)
{
    uint64_t size = 0;
    enum odo_status status;

    if (!sink->file) {
        return ODO_OK;
    }
    status = platform_file_get_size(sink->file, &size);
    if (status == ODO_OK && size < sink->base + total) {
        status = ODO_E_TEMPORARY_FILE_CHANGED;
    } else if (status == ODO_OK && size > sink->base + total) {
        status = platform_file_set_size(sink->file, sink->base + total);
    }
    if (status == ODO_OK && last_modified_us != 0) {
        status = platform_file_set_time(sink->file, last_modified_us);
    }
    return status;
}

void sink_close(struct sink *sink)
{
    if (sink) {
        if (sink->stream) {
            stream_detach(sink->stream);
        }
        platform_file_close(sink->file);
        memory_free(sink);
    }
}
