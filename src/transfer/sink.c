#include "transfer/sink.h"

#include "base/memory.h"
#include "platform/file.h"

/* One of the two is set. */
struct sink {
    struct platform_file *file; /* owned */
    struct stream *stream;      /* borrowed */
};

static enum odo_status create_anew(const char *path, struct platform_file **file_out)
{
    enum odo_status status = platform_file_create_new(path, file_out);

    if (status != ODO_E_ALREADY_EXISTS) {
        return status;
    }
    /* The name is 64 random bits of ours: what has it is left from a run that was killed
     * before it could say that it had begun. */
    status = platform_file_remove(path);
    return status == ODO_OK ? platform_file_create_new(path, file_out) : status;
}

enum odo_status sink_open_file(const char *path, bool begun, struct sink **sink_out)
{
    struct sink *sink = memory_allocate_zeroed(1, sizeof(*sink));
    enum odo_status status;

    if (!sink) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = begun ? platform_file_open(path, &sink->file) : create_anew(path, &sink->file);
    if (status != ODO_OK) {
        memory_free(sink);
        return status;
    }
    *sink_out = sink;
    return ODO_OK;
}

enum odo_status sink_open_stream(struct stream *stream, const struct stream_listener *listener,
                                 struct sink **sink_out)
{
    struct sink *sink = memory_allocate_zeroed(1, sizeof(*sink));
    enum odo_status status;

    if (!sink) {
        return ODO_E_OUT_OF_MEMORY;
    }
    status = stream_attach(stream, listener);
    if (status != ODO_OK) {
        memory_free(sink);
        return status;
    }
    sink->stream = stream;
    *sink_out = sink;
    return ODO_OK;
}

enum odo_status sink_write(struct sink *sink, uint64_t output, const void *data, size_t size)
{
    return sink->stream ? stream_put(sink->stream, output, data, size)
                        : platform_file_write_at(sink->file, output, data, size);
}

enum odo_status sink_restart(struct sink *sink)
{
    if (sink->stream) {
        return stream_restart(sink->stream) ? ODO_OK : ODO_E_FILE_CHANGED;
    }
    return platform_file_set_size(sink->file, 0);
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
