#include "network/transfer_plan.h"

#include "base/memory.h"
#include "output/stream.h"

#include <assert.h>
#include <string.h>

static bool set_is_open(const struct range_set *set)
{
    return set->count > 0 && set->items[set->count - 1].length == BYTE_RANGE_TO_END;
}

/* A range of the list: the whole file has one that nobody wrote. */
static struct byte_range listed_range(const struct download *transfer, size_t index)
{
    return transfer->options.range_count > 0 ? transfer->options.ranges[index]
                                             : (struct byte_range){0, BYTE_RANGE_TO_END};
}

static size_t listed_count(const struct download *transfer)
{
    return transfer->options.range_count > 0 ? transfer->options.range_count : 1;
}

static void drop_wanted(struct download *transfer)
{
    if (transfer->wanted_is_ours) {
        range_set_free(&transfer->wanted);
    }
    transfer->wanted = (struct range_set){0};
    transfer->wanted_is_ours = false;
    range_layout_free(&transfer->layout);
    transfer->layout_is_known = false;
    request_plan_free(&transfer->plan);
}

void transfer_plan_free(struct download *transfer)
{
    drop_wanted(transfer);
}

/* The caller's ranges stay as they are: only a set that must be closed is copied. */
static enum odo_status own_wanted(struct download *transfer)
{
    struct byte_range *items;

    if (transfer->wanted_is_ours) {
        return ODO_OK;
    }
    items = memory_allocate(transfer->wanted.count, sizeof(*items));
    if (!items) {
        return ODO_E_OUT_OF_MEMORY;
    }
    memcpy(items, transfer->wanted.items, transfer->wanted.count * sizeof(*items));
    transfer->wanted.items = items;
    transfer->wanted_is_ours = true;
    return ODO_OK;
}

/* Find the place of each byte; or leave that until the size is known. */
static enum odo_status lay_out(struct download *transfer)
{
    const struct byte_range *ranges = transfer->options.ranges;
    size_t count = transfer->options.range_count;
    enum odo_status status;

    if (transfer->layout_is_known) {
        return ODO_OK;
    }
    if (transfer->options.stream && count > 0) {
        ranges += transfer->run_first;
        count = transfer->run_count;
    }
    status = range_layout_build(ranges, count, transfer->file_size, &transfer->layout);
    if (status == ODO_E_NOT_SET && transfer->file_size == ODO_SIZE_UNKNOWN) {
        return ODO_OK;
    }
    transfer->layout_is_known = status == ODO_OK;
    return status;
}

enum odo_status transfer_learn_size(struct download *transfer, uint64_t file_size)
{
    enum odo_status status = ODO_OK;

    if (transfer->file_size == file_size && !set_is_open(&transfer->wanted)) {
        return ODO_OK;
    }
    if (set_is_open(&transfer->wanted)) {
        status = own_wanted(transfer);
    }
    if (status == ODO_OK) {
        status = range_set_close(&transfer->wanted, file_size);
    }
    if (status != ODO_OK) {
        return status;
    }
    transfer->file_size = file_size;
    request_plan_wanted_closed(&transfer->plan);
    return lay_out(transfer);
}

/* --- Runs ----------------------------------------------------------------------------- */

/* Set the run that begins at a place of the list. */
static enum odo_status begin_run(struct download *transfer, size_t first)
{
    size_t count = listed_count(transfer);
    size_t end = first + 1;
    enum odo_status status;

    drop_wanted(transfer);
    transfer->run_first = first;
    if (!transfer->options.stream) {
        transfer->run_count = count;
        transfer->wanted = *transfer->options.wanted;
        request_plan_init(&transfer->plan, &transfer->wanted);
        return ODO_OK;
    }
    while (end < count &&
           listed_range(transfer, end).offset > listed_range(transfer, end - 1).offset) {
        end++;
    }
    transfer->run_count = end - first;
    if (transfer->options.range_count == 0) {
        struct byte_range everything = listed_range(transfer, 0);

        status = range_set_build(&everything, 1, ODO_SIZE_UNKNOWN, &transfer->wanted);
    } else {
        status = range_set_build(transfer->options.ranges + first, transfer->run_count,
                                 ODO_SIZE_UNKNOWN, &transfer->wanted);
    }
    transfer->wanted_is_ours = status == ODO_OK;
    request_plan_init(&transfer->plan, &transfer->wanted);
    return status;
}

/* The length of a range of the list; of an open one, what is known of the file decides. */
static uint64_t listed_length(const struct download *transfer, size_t index)
{
    struct byte_range range = listed_range(transfer, index);

    if (range.length != BYTE_RANGE_TO_END) {
        return range.length;
    }
    return transfer->file_size == ODO_SIZE_UNKNOWN || transfer->file_size < range.offset
               ? ODO_SIZE_UNKNOWN
               : transfer->file_size - range.offset;
}

/* Find the run in which a place of the output lies, and the offset that lands there. */
static enum odo_status find_run(struct download *transfer, uint64_t position,
                                uint64_t *offset_out)
{
    size_t count = listed_count(transfer);
    uint64_t output = 0;
    size_t first = 0;
    uint64_t first_output = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t length = listed_length(transfer, i);

        if (i > 0 && listed_range(transfer, i).offset <= listed_range(transfer, i - 1).offset) {
            first = i;
            first_output = output;
        }
        if (length == ODO_SIZE_UNKNOWN || position < output + length || i + 1 == count) {
            *offset_out = listed_range(transfer, i).offset + (position - output);
            transfer->run_output = first_output;
            return begin_run(transfer, first);
        }
        output += length;
    }
    return ODO_E_UNEXPECTED; /* there is at least one range */
}

/* Go on with the byte that the client gets next. */
static enum odo_status prepare_stream(struct download *transfer)
{
    uint64_t position = stream_end(transfer->options.stream) - transfer->options.output_base;
    uint64_t size = transfer->file_size;
    uint64_t offset = 0;
    enum odo_status status = find_run(transfer, position, &offset);

    if (status == ODO_OK && size != ODO_SIZE_UNKNOWN) {
        status = transfer_learn_size(transfer, size);
    }
    if (status == ODO_OK && position > transfer->run_output) {
        request_plan_free(&transfer->plan);
        status = request_plan_restore(&transfer->plan, &transfer->wanted, offset, NULL, 0);
    }
    transfer->bytes_had = transfer_plan_taken(transfer);
    return status == ODO_OK ? lay_out(transfer) : status;
}

static enum odo_status prepare_file(struct download *transfer)
{
    const struct checkpoint *known = &transfer->known;
    uint64_t size = transfer->file_size;
    enum odo_status status = begin_run(transfer, 0);

    transfer->file_size = ODO_SIZE_UNKNOWN;
    if (status == ODO_OK && size != ODO_SIZE_UNKNOWN) {
        status = transfer_learn_size(transfer, size);
    }
    if (status == ODO_OK && known->begun) {
        request_plan_free(&transfer->plan);
        request_plan_init(&transfer->plan, &transfer->wanted);
        status = request_plan_restore(&transfer->plan, &transfer->wanted, known->cursor,
                                      known->holes, known->hole_count);
        if (status == ODO_OK && transfer->plan.remaining != ODO_SIZE_UNKNOWN) {
            transfer->bytes_had = range_set_total(&transfer->wanted) - transfer->plan.remaining;
        }
    }
    return status == ODO_OK ? lay_out(transfer) : status;
}

enum odo_status transfer_plan_prepare(struct download *transfer)
{
    const struct checkpoint *known = &transfer->known;

    transfer->file_size =
        known->file_size != ODO_SIZE_UNKNOWN ? known->file_size : transfer->options.stated_size;
    transfer->version_is_known =
        known->file_size != ODO_SIZE_UNKNOWN || known->entity_tag || known->last_modified;
    transfer->date_is_strong = true; /* an earlier run's is old enough by now */
    return transfer->options.stream ? prepare_stream(transfer) : prepare_file(transfer);
}

bool transfer_plan_next_run(struct download *transfer, enum odo_status *status_out)
{
    size_t next = transfer->run_first + transfer->run_count;
    uint64_t size = transfer->file_size;
    enum odo_status status;

    if (next >= listed_count(transfer)) {
        return false;
    }
    transfer->run_output += range_set_total(&transfer->wanted);
    status = begin_run(transfer, next);
    if (status == ODO_OK && size != ODO_SIZE_UNKNOWN) {
        status = transfer_learn_size(transfer, size);
    }
    if (status == ODO_OK) {
        status = lay_out(transfer);
    }
    *status_out = status;
    return true;
}

/* --- Counting ------------------------------------------------------------------------- */

uint64_t transfer_plan_taken(const struct download *transfer)
{
    uint64_t taken = stream_taken(transfer->options.stream);

    /* The client may still be busy with the last bytes of what was asked for before. */
    return taken > transfer->options.output_base ? taken - transfer->options.output_base : 0;
}

uint64_t transfer_plan_total(const struct download *transfer)
{
    const struct range_set *all = transfer->options.wanted;
    uint64_t total = 0;

    for (size_t i = 0; i < all->count; i++) {
        uint64_t length = all->items[i].length;

        if (length == BYTE_RANGE_TO_END) {
            if (transfer->file_size == ODO_SIZE_UNKNOWN) {
                return ODO_SIZE_UNKNOWN;
            }
            length = transfer->file_size > all->items[i].offset
                         ? transfer->file_size - all->items[i].offset
                         : 0;
        }
        total += length;
    }
    return total;
}

uint64_t transfer_plan_missing(const struct download *transfer)
{
    const struct range_set *wanted = &transfer->wanted;
    uint64_t had = transfer->bytes_had - transfer->run_output;
    uint64_t total = 0;

    for (size_t i = 0; i < wanted->count; i++) {
        if (wanted->items[i].length != BYTE_RANGE_TO_END) {
            total += wanted->items[i].length;
        }
    }
    return total > had ? total - had : 0;
}

uint64_t transfer_plan_room(const struct download *transfer)
{
    uint64_t total = range_set_total(&transfer->wanted);
    uint64_t asked = transfer->run_output; /* a place in the output, as is the next */
    uint64_t limit;

    if (!transfer->options.stream) {
        return UINT64_MAX;
    }
    limit = stream_taken(transfer->options.stream) +
            stream_buffer_size(transfer->options.stream) - transfer->options.output_base;
    if (total != ODO_SIZE_UNKNOWN && transfer->plan.remaining != ODO_SIZE_UNKNOWN) {
        asked += total - transfer->plan.remaining;
    } else if (transfer->requests) {
        return 0; /* the first reply will tell */
    }
    return limit > asked ? limit - asked : 0;
}
