#include "network/destination.h"

struct odo_error destination_error(const struct destination *destination,
                                   enum odo_status status)
{
    struct odo_error error = {.status = status};

    if (status == ODO_E_SINK_FAILED && destination->stream) {
        error.sink_code = stream_failure(destination->stream);
    }
    return error;
}

uint64_t destination_within(const struct destination *destination, uint64_t position)
{
    return position > destination->base ? position - destination->base : 0;
}

void destination_close(struct destination *destination)
{
    sink_close(destination->sink);
    destination->sink = NULL;
}
