/*
 * The way of a reply's body into the output. The transfer says of each stretch where it
 * belongs, or that it is of no use; what belongs together is gathered, and written in larger
 * pieces.
 *
 * On the network thread alone.
 */
#ifndef ODO_NETWORK_BODY_WRITER_H
#define ODO_NETWORK_BODY_WRITER_H

#include "http/multipart_reader.h"
#include "network/request_task.h"

enum {
    /* Bytes are gathered up to so many before they are written. Larger writes are no faster,
     * and what is gathered is lost when the process is killed. */
    BODY_GATHER_SIZE = 256 * 1024,
};

struct body_writer {
    const struct request_task *task;
    struct attempt *attempt;
    struct multipart_reader reader; /* of a reply in parts */

    unsigned char *gathered; /* owned; bytes on their way to the output */
    size_t gathered_size;
    size_t gathered_capacity;
    uint64_t gathered_output; /* where the first of them goes */
    uint64_t gathered_at_ms;  /* when the first of them came */
};

/* For another attempt; what was gathered is dropped. NULL for none. */
void body_writer_begin(struct body_writer *writer, const struct request_task *task,
                       struct attempt *attempt);
void body_writer_free(struct body_writer *writer);

/*
 * The body is to be taken: have what that needs. `content_type` may be NULL.
 *
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status body_writer_prepare(struct body_writer *writer, const char *content_type);

enum body_outcome {
    BODY_TAKEN,
    BODY_PAUSED,  /* there is no room for the rest, for now */
    BODY_STOPPED, /* the attempt has ended */
};

/* Take bytes of the body; *taken_out counts those of a body that is one run. */
enum body_outcome body_writer_take(struct body_writer *writer, const unsigned char *data,
                                   size_t size, size_t *taken_out);

/*
 * Hand what was gathered to the output. A failure ends the attempt with it. Nothing is handed
 * over of a hedge, nor to a stream of a part that may prove false.
 */
enum odo_status body_writer_flush(struct body_writer *writer);

/* True when what was gathered has waited for company long enough. */
bool body_writer_is_late(const struct body_writer *writer, uint64_t now_ms);

/* The message has ended, or was stopped: hand over what counts, and drop the rest. */
void body_writer_finish(struct body_writer *writer);

/* A hedge that has all of its bytes: give them to its twin, whose writer is `other`. */
void body_writer_settle_hedge(struct body_writer *writer, struct body_writer *other);

#endif
