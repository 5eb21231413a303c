/*
 * Writes a reply's body to the output. The transfer says where each stretch belongs, or that it
 * is discarded; contiguous bytes are gathered and written in larger blocks.
 *
 * Network thread only.
 */
#ifndef ODO_NETWORK_BODY_WRITER_H
#define ODO_NETWORK_BODY_WRITER_H

#include "http/multipart_reader.h"
#include "network/request_task.h"

enum {
    /* Bytes gathered before a write. Larger writes are no faster, and gathered bytes are lost
     * when the process is killed. */
    BODY_GATHER_SIZE = 256 * 1024,
};

struct body_writer {
    const struct request_task *task;
    struct attempt *attempt;
    struct multipart_reader reader; /* for multipart replies */

    unsigned char *gathered; /* owned; bytes waiting to be written */
    size_t gathered_size;
    size_t gathered_capacity;
    uint64_t gathered_output; /* output position of the first gathered byte */
    uint64_t gathered_at_ms;  /* when the first gathered byte arrived */
    uint64_t placed; /* bytes that the transfer keeps and that are not written; the gathered
                        ones, but while a step is taken */
};

/* Start on another attempt and discard gathered bytes. NULL for none. */
void body_writer_begin(struct body_writer *writer, const struct request_task *task,
                       struct attempt *attempt);
void body_writer_free(struct body_writer *writer);

/*
 * Allocate what is needed to receive the body. `content_type` may be NULL.
 *
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status body_writer_prepare(struct body_writer *writer, const char *content_type);

enum body_outcome {
    BODY_TAKEN,
    BODY_PAUSED,  /* no room for the rest at the moment */
    BODY_STOPPED, /* the attempt has ended */
};

/* Receive body bytes; *taken_out is how many were consumed of a body that is one run. */
enum body_outcome body_writer_take(struct body_writer *writer, const unsigned char *data,
                                   size_t size, size_t *taken_out);

/*
 * Write the gathered bytes to the output. A failure ends the attempt. Does nothing for a hedge,
 * nor for an unverified multipart part of a stream.
 */
enum odo_status body_writer_flush(struct body_writer *writer);

/* True when gathered bytes have waited long enough to be written. */
bool body_writer_is_late(const struct body_writer *writer, uint64_t now_ms);

/* The message has ended or was stopped: write the bytes that count and discard the rest. */
void body_writer_finish(struct body_writer *writer);

/* Hand the bytes of a complete hedge to its twin, whose writer is `other`. */
void body_writer_settle_hedge(struct body_writer *writer, struct body_writer *other);

#endif
