/*
 * Where the bytes of one download go, and how failures there are reported.
 *
 * Network thread only.
 */
#ifndef ODO_NETWORK_DESTINATION_H
#define ODO_NETWORK_DESTINATION_H

#include "output/sink.h"
#include "output/stream.h"

struct destination {
    struct sink *sink;     /* owned; NULL before the first request, and once closed */
    struct stream *stream; /* borrowed; NULL for a file and for memory */
    uint64_t base;         /* position in the file or stream where the output begins */
};

/* The error for an output `status`; if the client's stream failed, with its own error code. */
struct odo_error destination_error(const struct destination *destination,
                                   enum odo_status status);

/* Bytes of this output among `bytes` of the stream. The client may still be taking the last
 * bytes of the previous file. */
uint64_t destination_within(const struct destination *destination, uint64_t position);

/* Stop writing; a stream no longer notifies anyone. */
void destination_close(struct destination *destination);

#endif
