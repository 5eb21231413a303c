#include "network/body_writer.h"

#include "base/memory.h"
#include "network/integrity.h"
#include "platform/clock.h"
#include "transfer/body.h"

#include <assert.h>
#include <string.h>

enum {
    FLUSH_AFTER_MS = 250, /* gathered bytes are written after this time, however few */
};

void body_writer_begin(struct body_writer *writer, const struct request_task *task,
                       struct attempt *attempt)
{
    writer->task = task;
    writer->attempt = attempt;
    writer->gathered_size = 0;
    writer->placed = 0;
}

void body_writer_free(struct body_writer *writer)
{
    memory_free(writer->gathered);
    writer->gathered = NULL;
}

static void note_due(const struct body_writer *writer)
{
    writer->task->listener->on_due(writer->task->context);
}

static void fail(struct body_writer *writer, enum odo_status status)
{
    writer->attempt->end = ATTEMPT_FAILED;
    writer->attempt->error = destination_error(writer->task->destination, status);
}

static bool is_hedge(const struct body_writer *writer)
{
    return writer->attempt->purpose == ATTEMPT_FOR_HEDGE;
}

/* Unverified bytes must not be written to a stream, which cannot take them back. */
static bool must_keep(const struct body_writer *writer)
{
    return writer->attempt->kept_unproved > 0 && writer->task->destination->stream;
}

/* Reserve no more than the request asks for, so that many small requests stay cheap. */
static enum odo_status reserve(struct body_writer *writer)
{
    uint64_t total = attempt_total(writer->attempt);
    size_t wanted = is_hedge(writer) ? ATTEMPT_HEDGE_MOST : BODY_GATHER_SIZE;
    unsigned char *larger;

    if (writer->attempt->body == ATTEMPT_TAKES_PARTS && writer->task->destination->stream) {
        wanted = TRANSFER_STREAM_MOST; /* a part is kept until it is verified */
    }
    if (writer->attempt->body != ATTEMPT_TAKES_FILE &&
        writer->attempt->purpose != ATTEMPT_FOR_FRONT && total < wanted) {
        wanted = (size_t)total;
    }
    if (writer->gathered_capacity >= wanted) {
        return ODO_OK;
    }
    larger = memory_resize(writer->gathered, wanted, 1);
    if (!larger) {
        return ODO_E_OUT_OF_MEMORY;
    }
    writer->gathered = larger;
    writer->gathered_capacity = wanted;
    return ODO_OK;
}

/* Bytes were written and counted; they may complete a piece whose hash can now be checked. */
static void check_written(struct body_writer *writer, uint64_t output, size_t size)
{
    const struct request_task *task = writer->task;
    enum odo_status status = integrity_arrived(task->integrity, output, size);

    if (status != ODO_OK) {
        struct odo_error error = destination_error(task->destination, status);

        task->listener->on_failed(task->context, &error);
    }
    note_due(writer);
}

enum odo_status body_writer_flush(struct body_writer *writer)
{
    enum odo_status status;
    size_t size = writer->gathered_size;

    if (size == 0 || is_hedge(writer) || must_keep(writer)) {
        return ODO_OK;
    }
    status = sink_write(writer->task->destination->sink, writer->gathered_output,
                        writer->gathered, size);
    if (status != ODO_OK) {
        fail(writer, status);
        return status;
    }
    writer->gathered_size = 0;
    assert(writer->placed == size); /* transfer_saved() counts all that was placed */
    writer->placed = 0;
    transfer_saved(writer->task->transfer, writer->attempt, platform_clock_milliseconds());
    check_written(writer, writer->gathered_output, size);
    return ODO_OK;
}

static void drop_gathered(struct body_writer *writer)
{
    writer->gathered_size = 0;
    writer->placed = 0;
}

static void drop_parts(struct body_writer *writer)
{
    drop_gathered(writer);
    transfer_parts_failed(writer->task->transfer, writer->attempt);
}

/* Keep wanted bytes that belong at `output`. */
static enum odo_status gather(struct body_writer *writer, uint64_t output,
                              const unsigned char *data, size_t size)
{
    while (size > 0) {
        size_t part;
        enum odo_status status;

        if (writer->gathered_size > 0 &&
            (writer->gathered_output + writer->gathered_size != output ||
             writer->gathered_size == writer->gathered_capacity)) {
            status = body_writer_flush(writer);
            if (status == ODO_OK && writer->gathered_size > 0) {
                drop_parts(writer); /* no memory to keep the unverified part */
                return ODO_OK;
            }
            if (status != ODO_OK) {
                return status;
            }
        }
        part = writer->gathered_capacity - writer->gathered_size;
        part = part < size ? part : size;
        if (writer->gathered_size == 0) {
            writer->gathered_output = output;
            writer->gathered_at_ms = platform_clock_milliseconds();
        }
        memcpy(writer->gathered + writer->gathered_size, data, part);
        writer->gathered_size += part;
        output += part;
        data += part;
        size -= part;
    }
    return writer->gathered_size == writer->gathered_capacity ? body_writer_flush(writer)
                                                              : ODO_OK;
}

/*
 * How many bytes may be placed at once: they have to fit behind the gathered ones, since those
 * cannot be written between placing others and gathering these.
 */
static enum odo_status make_room(struct body_writer *writer, size_t size, size_t *room_out)
{
    uint64_t output;
    enum odo_status status = ODO_OK;

    if (writer->gathered_size == writer->gathered_capacity ||
        (writer->gathered_size > 0 &&
         transfer_next_output(writer->task->transfer, writer->attempt, &output) &&
         output != writer->gathered_output + writer->gathered_size)) {
        status = body_writer_flush(writer);
    }
    *room_out = writer->gathered_capacity - writer->gathered_size;
    if (*room_out == 0 || *room_out > size) {
        *room_out =
            size; /* a full buffer that may not be written yet is dropped, see gather() */
    }
    return status;
}

/* Write or discard the bytes of one run of the file. *taken_out counts them. */
static enum body_outcome take_run(struct body_writer *writer, const unsigned char *data,
                                  size_t size, size_t *taken_out)
{
    struct transfer *transfer = writer->task->transfer;
    uint64_t now_ms = platform_clock_milliseconds();
    size_t taken = 0;

    while (taken < size) {
        struct transfer_step step;
        size_t room;

        if (make_room(writer, size - taken, &room) != ODO_OK) {
            *taken_out = taken;
            return BODY_STOPPED;
        }
        step = transfer_place(transfer, writer->attempt, room, now_ms);
        if (step.kind == TRANSFER_STOP || step.kind == TRANSFER_PAUSE) {
            *taken_out = taken;
            return step.kind == TRANSFER_STOP ? BODY_STOPPED : BODY_PAUSED;
        }
        if (step.kind == TRANSFER_KEEP) {
            enum odo_status status;

            writer->placed += step.length;
            status = gather(writer, step.output, data + taken, (size_t)step.length);

            if (status != ODO_OK) {
                fail(writer, status);
                *taken_out = taken;
                return BODY_STOPPED;
            }
        }
        taken += (size_t)step.length;
    }
    *taken_out = taken;
    return BODY_TAKEN;
}

static enum body_outcome take_parts(struct body_writer *writer, const unsigned char *data,
                                    size_t size)
{
    struct transfer *transfer = writer->task->transfer;
    size_t unused;

    while (size > 0 && writer->attempt->end == ATTEMPT_OPEN) {
        struct multipart_event event;
        size_t taken = multipart_reader_next(&writer->reader, data, size, &event);

        data += taken;
        size -= taken;
        switch (event.kind) {
        case MULTIPART_PART:
            /* A stream's verified bytes are written first, never together with unverified
             * ones. */
            if ((!writer->task->destination->stream || body_writer_flush(writer) == ODO_OK) &&
                !transfer_part(transfer, writer->attempt, &event.part)) {
                drop_gathered(writer); /* not a part of this file */
            }
            break;
        case MULTIPART_BODY:
            if (take_run(writer, event.data, event.size, &unused) != BODY_TAKEN &&
                writer->attempt->end == ATTEMPT_OPEN) {
                drop_parts(writer); /* a stream has no room for unrequested bytes */
            }
            break;
        case MULTIPART_PART_END:
            transfer_part_verified(transfer, writer->attempt, platform_clock_milliseconds());
            break;
        case MULTIPART_FAILED:
            drop_parts(writer);
            break;
        case MULTIPART_END:
            transfer_parts_ended(transfer, writer->attempt);
            break;
        case MULTIPART_MORE:
            break;
        }
    }
    return writer->attempt->end == ATTEMPT_OPEN ? BODY_TAKEN : BODY_STOPPED;
}

void body_writer_finish(struct body_writer *writer)
{
    struct transfer *transfer = writer->task->transfer;
    struct attempt *attempt = writer->attempt;

    if (attempt->body == ATTEMPT_TAKES_PARTS && attempt->part_end > 0 &&
        multipart_reader_part_is_whole(&writer->reader)) {
        transfer_part_verified(transfer, attempt, platform_clock_milliseconds());
    }
    if (transfer->phase == TRANSFER_RESTARTING || transfer->phase == TRANSFER_FAILED ||
        !writer->task->destination->sink) {
        drop_gathered(writer); /* no longer needed */
        return;
    }
    if (must_keep(writer)) {
        drop_parts(writer);
    }
    body_writer_flush(writer); /* bytes received are good, whatever ended the request */
}

void body_writer_settle_hedge(struct body_writer *writer, struct body_writer *other)
{
    struct transfer *transfer = writer->task->transfer;
    struct attempt *attempt = writer->attempt;
    uint64_t offset = 0;
    uint64_t output = 0;
    size_t skipped;
    size_t rest;

    if (writer->gathered_size != attempt->pieces[0].span.length ||
        body_writer_flush(other) != ODO_OK || attempt->twin == NULL ||
        !transfer_hedge_has_all(transfer, attempt, &offset, &output)) {
        return;
    }
    skipped = (size_t)(offset - attempt->pieces[0].span.offset);
    rest = writer->gathered_size - skipped;
    if (sink_write(writer->task->destination->sink, output, writer->gathered + skipped, rest) !=
        ODO_OK) {
        return; /* the slow attempt will meet the same error */
    }
    transfer_hedge_won(transfer, attempt, rest, platform_clock_milliseconds());
    check_written(writer, output, rest);
}

enum body_outcome body_writer_take(struct body_writer *writer, const unsigned char *data,
                                   size_t size, size_t *taken_out)
{
    *taken_out = 0;
    return writer->attempt->body == ATTEMPT_TAKES_PARTS
               ? take_parts(writer, data, size)
               : take_run(writer, data, size, taken_out);
}

bool body_writer_is_late(const struct body_writer *writer, uint64_t now_ms)
{
    return writer->gathered_size > 0 && now_ms - writer->gathered_at_ms >= FLUSH_AFTER_MS;
}

enum odo_status body_writer_prepare(struct body_writer *writer, const char *content_type)
{
    enum odo_status status = reserve(writer);

    if (status == ODO_OK && writer->attempt->body == ATTEMPT_TAKES_PARTS &&
        multipart_reader_init(&writer->reader, content_type) != ODO_OK) {
        drop_parts(writer); /* malformed multipart */
    }
    return status;
}
