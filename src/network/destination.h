/*
 * Where the bytes of one download go, and what a failure there means.
 *
 * On the network thread alone.
 */
#ifndef ODO_NETWORK_DESTINATION_H
#define ODO_NETWORK_DESTINATION_H

#include "output/sink.h"
#include "output/stream.h"

struct destination {
    struct sink *sink;     /* owned; NULL before the first request, and when it is closed */
    struct stream *stream; /* borrowed; NULL for a file and for memory */
    uint64_t base;         /* where in the file or stream the output begins */
};

/* What `status` of the output means: with the client's own failure, when its stream refused. */
struct odo_error destination_error(const struct destination *destination,
                                   enum odo_status status);

/* Bytes of this output, of so many in the stream: its client may still be busy with the last of
 * what was asked for before. */
uint64_t destination_within(const struct destination *destination, uint64_t position);

/* Write no more; a stream has nothing to tell from now on. */
void destination_close(struct destination *destination);

#endif
