#include "network/piece_check.h"

#include "base/log.h"
#include "base/memory.h"

enum {
    FAILURES_MOST = 1, /* of one piece, before another one is final */
    READ_SIZE = 256 * 1024,
};

struct piece_state {
    uint64_t had; /* bytes of it in the sink */
    uint8_t failures;
    bool is_good;
};

struct piece_check {
    struct transfer *transfer;
    const struct destination *destination;
    struct piece_hashes hashes;
    struct piece_state *pieces; /* owned; one per hash */
    struct platform_hash *hash;
    unsigned char *buffer; /* READ_SIZE bytes */
    size_t good;           /* number of good pieces */
    size_t front;          /* all pieces before this one are good */
    uint64_t unverified;
};

/* --- Life ----------------------------------------------------------------------------- */

enum odo_status piece_check_create(struct piece_hashes *hashes, struct transfer *transfer,
                                   const struct destination *destination,
                                   struct piece_check **check_out)
{
    struct piece_check *check = memory_allocate_zeroed(1, sizeof(*check));
    enum odo_status status = check ? ODO_OK : ODO_E_OUT_OF_MEMORY;

    if (status != ODO_OK) {
        return status;
    }
    check->buffer = memory_allocate(READ_SIZE, 1);
    if (hashes->count > 0) {
        check->pieces = memory_allocate_zeroed(hashes->count, sizeof(*check->pieces));
    }
    status = check->buffer && (check->pieces || hashes->count == 0)
                 ? platform_hash_begin(&check->hash)
                 : ODO_E_OUT_OF_MEMORY;
    if (status != ODO_OK) {
        piece_check_free(check);
        return status;
    }
    check->transfer = transfer;
    check->destination = destination;
    check->hashes = *hashes;
    *hashes = (struct piece_hashes){.count = 0};
    *check_out = check;
    return ODO_OK;
}

void piece_check_free(struct piece_check *check)
{
    if (check) {
        piece_hashes_free(&check->hashes);
        platform_hash_free(check->hash);
        memory_free(check->pieces);
        memory_free(check->buffer);
        memory_free(check);
    }
}

/* --- Present bytes -------------------------------------------------------------------- */

/* Release to the stream's client everything before the first piece that is not good. */
static void pass_on(struct piece_check *check)
{
    uint64_t end;

    while (check->front < check->hashes.count && check->pieces[check->front].is_good) {
        check->front++;
    }
    if (check->destination->stream && check->destination->sink) {
        end = check->front < check->hashes.count
                  ? piece_hashes_piece(&check->hashes, check->front).offset
                  : check->hashes.content_length;
        stream_pass(check->destination->stream, check->destination->base + end);
    }
}

/* The number of bytes of [from, to) below `cursor` and outside the holes from `*hole` on, which
 * advances to the first hole that ends after `to`. */
static uint64_t count_had(const struct request_plan *plan, uint64_t cursor, size_t *hole,
                          uint64_t from, uint64_t to)
{
    uint64_t end = to < cursor ? to : cursor;
    uint64_t had = end > from ? end - from : 0;

    for (; *hole < plan->hole_count; (*hole)++) {
        uint64_t hole_from = plan->holes[*hole].offset;
        uint64_t hole_to = hole_from + plan->holes[*hole].length;
        uint64_t first = hole_from > from ? hole_from : from;
        uint64_t last = hole_to < end ? hole_to : end;

        had -= last > first ? last - first : 0;
        if (hole_to > to) {
            break;
        }
    }
    return had;
}

uint64_t piece_check_begin(struct piece_check *check)
{
    struct stream *stream = check->destination->stream;
    const struct request_plan *plan = &check->transfer->wanted.plan;
    uint64_t cursor = plan->cursor;
    uint64_t good_bytes = 0;
    size_t hole = 0;

    if (stream) {
        cursor = stream_end(stream) - check->destination->base;
    }
    check->good = 0;
    check->front = 0;
    check->unverified = 0;
    for (size_t i = 0; i < check->hashes.count; i++) {
        struct byte_range range = piece_hashes_piece(&check->hashes, i);
        struct piece_state *piece = &check->pieces[i];

        piece->had = count_had(plan, cursor, &hole, range.offset, range.offset + range.length);
        /* What a stream's client received unchecked can no longer be verified. */
        piece->is_good = piece->had == range.length || (stream && piece->had > 0);
        if (piece->is_good) {
            good_bytes += range.length;
            check->good++;
        } else {
            check->unverified += piece->had;
        }
    }
    pass_on(check);
    return good_bytes;
}

/* --- Checking a piece ----------------------------------------------------------------- */

static enum odo_status read_and_hash(struct piece_check *check, struct sink *sink,
                                     struct byte_range range,
                                     unsigned char digest_out[SHA256_SIZE])
{
    enum odo_status status = ODO_OK;
    uint64_t at = range.offset;
    uint64_t end = range.offset + range.length;

    while (at < end && status == ODO_OK) {
        size_t size = end - at < READ_SIZE ? (size_t)(end - at) : READ_SIZE;

        status = sink_read(sink, at, check->buffer, size);
        if (status == ODO_OK) {
            status = platform_hash_add(check->hash, check->buffer, size);
        }
        at += size;
    }
    if (status == ODO_OK) {
        return platform_hash_end(check->hash, digest_out);
    }
    platform_hash_end(check->hash, digest_out); /* reset for the next piece */
    return status;
}

/* A piece is bad: request it again, unless it was bad before. */
static enum odo_status reject(struct piece_check *check, size_t index, struct byte_range range)
{
    struct piece_state *piece = &check->pieces[index];
    enum odo_status status;

    log_write(LOG_WARNING, "piece %lu of a file is not what its hash says",
              (unsigned long)index);
    if (piece->failures >= FAILURES_MOST) {
        return ODO_E_BAD_PIECE_HASH;
    }
    status = sink_forget(check->destination->sink, range.offset, range.length);
    if (status != ODO_OK) {
        return status;
    }
    transfer_lost(check->transfer, range);
    piece->failures++;
    piece->had = 0;
    check->unverified -= range.length;
    return ODO_OK;
}

static enum odo_status verify(struct piece_check *check, size_t index, uint64_t *good_out)
{
    struct byte_range range = piece_hashes_piece(&check->hashes, index);
    unsigned char digest[SHA256_SIZE];
    enum odo_status status = read_and_hash(check, check->destination->sink, range, digest);

    if (status != ODO_OK) {
        return status;
    }
    if (!piece_hashes_match(&check->hashes, index, digest)) {
        return reject(check, index, range);
    }
    check->pieces[index].is_good = true;
    check->good++;
    check->unverified -= range.length;
    *good_out += range.length;
    return ODO_OK;
}

enum odo_status piece_check_arrived(struct piece_check *check, uint64_t output, uint64_t size,
                                    uint64_t *good_out)
{
    enum odo_status status = ODO_OK;

    *good_out = 0;
    while (size > 0 && status == ODO_OK) {
        size_t index = (size_t)(output / check->hashes.piece_size);
        struct byte_range range;
        uint64_t part;

        if (index >= check->hashes.count) {
            return ODO_E_METAINFO_CONTENT_LENGTH;
        }
        range = piece_hashes_piece(&check->hashes, index);
        part = range.offset + range.length - output;
        part = part < size ? part : size;
        if (!check->pieces[index].is_good) {
            check->pieces[index].had += part;
            check->unverified += part;
            if (check->pieces[index].had == range.length) {
                status = verify(check, index, good_out);
            }
        }
        output += part;
        size -= part;
    }
    pass_on(check);
    return status;
}

/* --- Queries -------------------------------------------------------------------------- */

bool piece_check_is_complete(const struct piece_check *check)
{
    return check->good == check->hashes.count;
}

bool piece_check_was_bad(const struct piece_check *check, uint64_t offset)
{
    uint64_t index = offset / check->hashes.piece_size;

    return index < check->hashes.count && check->pieces[index].failures > 0 &&
           !check->pieces[index].is_good;
}

uint64_t piece_check_unverified(const struct piece_check *check)
{
    return check->unverified;
}

uint64_t piece_check_piece_size(const struct piece_check *check)
{
    return check->hashes.content_length < check->hashes.piece_size
               ? check->hashes.content_length
               : check->hashes.piece_size;
}

uint64_t piece_check_content_length(const struct piece_check *check)
{
    return check->hashes.content_length;
}

/* Count the gaps of pieces that are not good before the last good one, and where that ends.
 * Stores the gaps if there is room for them. */
static size_t find_holes(const struct piece_check *check, struct byte_range *holes,
                         uint64_t *cursor_out)
{
    size_t count = 0;
    size_t last = check->hashes.count;
    bool is_within = false;

    while (last > 0 && !check->pieces[last - 1].is_good) {
        last--;
    }
    *cursor_out = 0;
    for (size_t i = 0; i < last; i++) {
        struct byte_range range = piece_hashes_piece(&check->hashes, i);

        if (check->pieces[i].is_good) {
            is_within = false;
        } else if (!is_within) {
            is_within = true;
            count++;
            if (holes) {
                holes[count - 1] = range;
            }
        } else if (holes) {
            holes[count - 1].length += range.length;
        }
        *cursor_out = range.offset + range.length;
    }
    return count;
}

enum odo_status piece_check_record(const struct piece_check *check,
                                   struct checkpoint *checkpoint)
{
    uint64_t cursor = 0;
    size_t count = find_holes(check, NULL, &cursor);
    struct byte_range *holes = NULL;

    checkpoint->holes = NULL;
    checkpoint->hole_count = 0;
    if (count > 0) {
        holes = memory_allocate(count, sizeof(*holes));
        if (!holes) {
            checkpoint->cursor = piece_hashes_piece(&check->hashes, check->front).offset;
            return ODO_E_OUT_OF_MEMORY;
        }
        find_holes(check, holes, &cursor);
    }
    checkpoint->cursor = cursor;
    checkpoint->holes = holes;
    checkpoint->hole_count = count;
    return ODO_OK;
}
