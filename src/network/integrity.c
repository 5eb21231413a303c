#include "network/integrity.h"

#include "base/buffer.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/status.h"
#include "network/piece_check.h"

enum {
    /* The largest piece that a stream is checked by; it buffers two of them. */
    STREAM_PIECE_MOST = 32 * 1024 * 1024,
};

struct integrity {
    struct piece_hash_info info;
    bool is_mandatory;
    bool is_pending;
    struct transfer *transfer;
    const struct destination *destination;
    struct piece_check *check; /* owned; NULL while pending, and without a check */
};

/* --- Life ----------------------------------------------------------------------------- */

enum odo_status integrity_create(const struct integrity_setup *setup,
                                 struct integrity **integrity_out)
{
    struct integrity *integrity = memory_allocate_zeroed(1, sizeof(*integrity));
    enum odo_status status;

    if (!integrity) {
        return ODO_E_OUT_OF_MEMORY;
    }
    integrity->is_mandatory = setup->is_mandatory;
    integrity->is_pending = true;
    integrity->transfer = setup->transfer;
    integrity->destination = setup->destination;
    status = piece_hash_info_read(setup->info, &integrity->info);
    if (status != ODO_OK) {
        integrity_free(integrity);
        return status;
    }
    *integrity_out = integrity;
    return ODO_OK;
}

void integrity_free(struct integrity *integrity)
{
    if (integrity) {
        piece_check_free(integrity->check);
        piece_hash_info_free(&integrity->info);
        memory_free(integrity);
    }
}

/* --- Before the download -------------------------------------------------------------- */

const char *integrity_url(const struct integrity *integrity)
{
    return integrity ? integrity->info.url : NULL;
}

bool integrity_is_mandatory(const struct integrity *integrity)
{
    return integrity && integrity->is_mandatory;
}

bool integrity_is_pending(const struct integrity *integrity)
{
    return integrity && integrity->is_pending;
}

bool integrity_is_checking(const struct integrity *integrity)
{
    return integrity && integrity->check;
}

enum odo_status integrity_begin(struct integrity *integrity, struct buffer *content)
{
    struct piece_hashes hashes = {.count = 0};
    struct piece_check *check = NULL;
    enum odo_status status =
        piece_hashes_read(content->data ? (const void *)content->data : "", content->size,
                          &integrity->info, integrity->transfer->wanted.file_size, &hashes);

    buffer_free(content);
    if (status == ODO_OK) {
        status =
            piece_check_create(&hashes, integrity->transfer, integrity->destination, &check);
    }
    piece_hashes_free(&hashes);
    if (status == ODO_OK && integrity->destination->stream &&
        piece_check_piece_size(check) > STREAM_PIECE_MOST) {
        status = ODO_E_METAINFO_PIECE_SIZE;
    }
    if (status != ODO_OK) {
        piece_check_free(check);
        return status;
    }
    integrity->check = check;
    integrity->is_pending = false;
    integrity->transfer->is_checked = true;
    integrity_restart(integrity);
    return ODO_OK;
}

bool integrity_give_up(struct integrity *integrity, enum odo_status why)
{
    integrity->is_pending = false;
    if (integrity->is_mandatory) {
        return false;
    }
    log_write(LOG_WARNING, "a file is not checked for integrity: %s", status_name(why));
    return true;
}

/* --- Checking ------------------------------------------------------------------------- */

/* The piece hash file turned out to be unusable. */
static enum odo_status stop_checking(struct integrity *integrity, enum odo_status why)
{
    if (integrity->is_mandatory) {
        return why;
    }
    log_write(LOG_WARNING, "a file is no longer checked for integrity: %s", status_name(why));
    if (integrity->destination->stream) {
        stream_pass(integrity->destination->stream, UINT64_MAX);
    } else {
        integrity->transfer->output_had += piece_check_unverified(integrity->check);
    }
    piece_check_free(integrity->check);
    integrity->check = NULL;
    integrity->transfer->is_checked = false;
    return ODO_OK;
}

void integrity_want_stream(const struct integrity *integrity, struct stream_use *use)
{
    if (integrity_is_checking(integrity)) {
        use->holds_back = true;
        use->buffer_size = 2 * (size_t)piece_check_piece_size(integrity->check);
    }
}

enum odo_status integrity_sink_opened(struct integrity *integrity)
{
    if (!integrity_is_checking(integrity) || !integrity->destination->stream ||
        stream_buffer_size(integrity->destination->stream) / 2 >=
            piece_check_piece_size(integrity->check)) {
        return ODO_OK;
    }
    return stop_checking(integrity, ODO_E_METAINFO_PIECE_SIZE);
}

enum odo_status integrity_check_size(struct integrity *integrity, uint64_t file_size)
{
    if (!integrity_is_checking(integrity) ||
        piece_check_content_length(integrity->check) == file_size) {
        return ODO_OK;
    }
    return stop_checking(integrity, ODO_E_METAINFO_CONTENT_LENGTH);
}

void integrity_restart(struct integrity *integrity)
{
    uint64_t good;

    if (integrity_is_checking(integrity)) {
        good = piece_check_begin(integrity->check);
        if (!integrity->destination->stream) {
            integrity->transfer->output_had = good;
        }
    }
}

enum odo_status integrity_arrived(struct integrity *integrity, uint64_t output, uint64_t bytes)
{
    uint64_t good = 0;
    enum odo_status status;

    if (!integrity_is_checking(integrity)) {
        return ODO_OK;
    }
    status = piece_check_arrived(integrity->check, output, bytes, &good);
    if (!integrity->destination->stream) {
        integrity->transfer->output_had += good;
    }
    return status;
}

bool integrity_was_bad(const struct integrity *integrity, uint64_t offset)
{
    return integrity_is_checking(integrity) && piece_check_was_bad(integrity->check, offset);
}

bool integrity_is_complete(const struct integrity *integrity)
{
    return !integrity_is_checking(integrity) || piece_check_is_complete(integrity->check);
}

enum odo_status integrity_record(const struct integrity *integrity,
                                 struct checkpoint *checkpoint)
{
    return piece_check_record(integrity->check, checkpoint);
}
