#include "transfer/wanted.h"

#include "base/memory.h"

#include <string.h>

static bool set_is_open(const struct range_set *set)
{
    return set->count > 0 && set->items[set->count - 1].length == BYTE_RANGE_TO_END;
}

/* A range of the list; the whole file counts as a list of one. */
static struct byte_range listed_range(const struct wanted *wanted, size_t index)
{
    return wanted->range_count > 0 ? wanted->ranges[index]
                                   : (struct byte_range){0, BYTE_RANGE_TO_END};
}

static size_t listed_count(const struct wanted *wanted)
{
    return wanted->range_count > 0 ? wanted->range_count : 1;
}

static void drop_run(struct wanted *wanted)
{
    if (wanted->set_is_ours) {
        range_set_free(&wanted->set);
    }
    wanted->set = (struct range_set){0};
    wanted->set_is_ours = false;
    range_layout_free(&wanted->layout);
    wanted->layout_is_known = false;
    request_plan_free(&wanted->plan);
}

void wanted_free(struct wanted *wanted)
{
    drop_run(wanted);
}

/* Only a set whose end must be closed is copied; the caller's stays as it is. */
static enum odo_status own_set(struct wanted *wanted)
{
    struct byte_range *items;

    if (wanted->set_is_ours) {
        return ODO_OK;
    }
    items = memory_allocate(wanted->set.count, sizeof(*items));
    if (!items) {
        return ODO_E_OUT_OF_MEMORY;
    }
    memcpy(items, wanted->set.items, wanted->set.count * sizeof(*items));
    wanted->set.items = items;
    wanted->set_is_ours = true;
    return ODO_OK;
}

/* Compute the layout, unless the size has to be known first. */
static enum odo_status lay_out(struct wanted *wanted)
{
    const struct byte_range *ranges = wanted->ranges;
    size_t count = wanted->range_count;
    enum odo_status status;

    if (wanted->layout_is_known) {
        return ODO_OK;
    }
    if (wanted->in_order && count > 0) {
        ranges += wanted->run_first;
        count = wanted->run_count;
    }
    status = range_layout_build(ranges, count, wanted->file_size, &wanted->layout);
    if (status == ODO_E_NOT_SET && wanted->file_size == ODO_SIZE_UNKNOWN) {
        return ODO_OK;
    }
    wanted->layout_is_known = status == ODO_OK;
    return status;
}

enum odo_status wanted_learn_size(struct wanted *wanted, uint64_t file_size)
{
    enum odo_status status = ODO_OK;

    if (wanted->file_size == file_size && !set_is_open(&wanted->set)) {
        return ODO_OK;
    }
    if (set_is_open(&wanted->set)) {
        status = own_set(wanted);
    }
    if (status == ODO_OK) {
        status = range_set_close(&wanted->set, file_size);
    }
    if (status != ODO_OK) {
        return status;
    }
    wanted->file_size = file_size;
    request_plan_wanted_closed(&wanted->plan);
    return lay_out(wanted);
}

/* --- Runs ----------------------------------------------------------------------------- */

/* Select the run that begins at an index of the list. */
static enum odo_status begin_run(struct wanted *wanted, size_t first)
{
    size_t count = listed_count(wanted);
    size_t end = first + 1;
    enum odo_status status;

    drop_run(wanted);
    wanted->run_first = first;
    if (!wanted->in_order) {
        wanted->run_count = count;
        wanted->set = *wanted->all;
        request_plan_init(&wanted->plan, &wanted->set);
        return ODO_OK;
    }
    while (end < count &&
           listed_range(wanted, end).offset > listed_range(wanted, end - 1).offset) {
        end++;
    }
    wanted->run_count = end - first;
    if (wanted->range_count == 0) {
        struct byte_range everything = listed_range(wanted, 0);

        status = range_set_build(&everything, 1, ODO_SIZE_UNKNOWN, &wanted->set);
    } else {
        status = range_set_build(wanted->ranges + first, wanted->run_count, ODO_SIZE_UNKNOWN,
                                 &wanted->set);
    }
    wanted->set_is_ours = status == ODO_OK;
    request_plan_init(&wanted->plan, &wanted->set);
    return status;
}

/* The length of a listed range; for an open-ended one, derived from the file size. */
static uint64_t listed_length(const struct wanted *wanted, size_t index)
{
    struct byte_range range = listed_range(wanted, index);

    if (range.length != BYTE_RANGE_TO_END) {
        return range.length;
    }
    return wanted->file_size == ODO_SIZE_UNKNOWN || wanted->file_size < range.offset
               ? ODO_SIZE_UNKNOWN
               : wanted->file_size - range.offset;
}

/* Find the run that contains an output position, and the file offset that is written there. */
static enum odo_status find_run(struct wanted *wanted, uint64_t position, uint64_t *offset_out)
{
    size_t count = listed_count(wanted);
    uint64_t output = 0;
    size_t first = 0;
    uint64_t first_output = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t length = listed_length(wanted, i);

        if (i > 0 && listed_range(wanted, i).offset <= listed_range(wanted, i - 1).offset) {
            first = i;
            first_output = output;
        }
        if (length == ODO_SIZE_UNKNOWN || position < output + length || i + 1 == count) {
            *offset_out = listed_range(wanted, i).offset + (position - output);
            wanted->run_output = first_output;
            return begin_run(wanted, first);
        }
        output += length;
    }
    return ODO_E_UNEXPECTED; /* unreachable: there is at least one range */
}

static enum odo_status learn_if_known(struct wanted *wanted, uint64_t file_size)
{
    wanted->file_size = ODO_SIZE_UNKNOWN;
    return file_size != ODO_SIZE_UNKNOWN ? wanted_learn_size(wanted, file_size) : ODO_OK;
}

/* Resume with the byte that the client receives next. */
static enum odo_status begin_stream(struct wanted *wanted, const struct wanted_start *start)
{
    uint64_t offset = 0;
    enum odo_status status;

    wanted->file_size = start->file_size; /* used by listed_length() */
    status = find_run(wanted, start->had, &offset);
    if (status == ODO_OK) {
        status = learn_if_known(wanted, start->file_size);
    }
    if (status == ODO_OK && start->had > wanted->run_output) {
        request_plan_free(&wanted->plan);
        status = request_plan_restore(&wanted->plan, &wanted->set, offset, NULL, 0);
    }
    return status;
}

static enum odo_status begin_file(struct wanted *wanted, const struct wanted_start *start)
{
    enum odo_status status = begin_run(wanted, 0);

    wanted->run_output = 0;
    if (status == ODO_OK) {
        status = learn_if_known(wanted, start->file_size);
    }
    if (status == ODO_OK && start->has_begun) {
        request_plan_free(&wanted->plan);
        request_plan_init(&wanted->plan, &wanted->set);
        status = request_plan_restore(&wanted->plan, &wanted->set, start->cursor, start->holes,
                                      start->hole_count);
    }
    return status;
}

enum odo_status wanted_begin(struct wanted *wanted, const struct wanted_start *start)
{
    enum odo_status status =
        wanted->in_order ? begin_stream(wanted, start) : begin_file(wanted, start);

    return status == ODO_OK ? lay_out(wanted) : status;
}

bool wanted_next_run(struct wanted *wanted, enum odo_status *status_out)
{
    size_t next = wanted->run_first + wanted->run_count;
    uint64_t size = wanted->file_size;
    enum odo_status status;

    if (!wanted->in_order || next >= listed_count(wanted)) {
        return false;
    }
    wanted->run_output += range_set_total(&wanted->set);
    status = begin_run(wanted, next);
    if (status == ODO_OK) {
        status = learn_if_known(wanted, size);
    }
    if (status == ODO_OK) {
        status = lay_out(wanted);
    }
    *status_out = status;
    return true;
}

/* --- Counting ------------------------------------------------------------------------- */

bool wanted_is_whole_file(const struct wanted *wanted)
{
    return wanted->range_count == 0 ||
           (wanted->range_count == 1 && wanted->ranges[0].offset == 0 &&
            wanted->ranges[0].length == BYTE_RANGE_TO_END);
}

uint64_t wanted_total(const struct wanted *wanted)
{
    const struct range_set *all = wanted->all;
    uint64_t total = 0;

    for (size_t i = 0; i < all->count; i++) {
        uint64_t length = all->items[i].length;

        if (length == BYTE_RANGE_TO_END) {
            if (wanted->file_size == ODO_SIZE_UNKNOWN) {
                return ODO_SIZE_UNKNOWN;
            }
            length = wanted->file_size > all->items[i].offset
                         ? wanted->file_size - all->items[i].offset
                         : 0;
        }
        total += length;
    }
    return total;
}

uint64_t wanted_in_run(const struct wanted *wanted)
{
    uint64_t total = 0;

    for (size_t i = 0; i < wanted->set.count; i++) {
        if (wanted->set.items[i].length != BYTE_RANGE_TO_END) {
            total += wanted->set.items[i].length;
        }
    }
    return total;
}

uint64_t wanted_handed_out(const struct wanted *wanted)
{
    uint64_t total = range_set_total(&wanted->set);

    if (total == ODO_SIZE_UNKNOWN || wanted->plan.remaining == ODO_SIZE_UNKNOWN) {
        return ODO_SIZE_UNKNOWN;
    }
    return total - wanted->plan.remaining;
}

uint64_t wanted_behind_us(const struct wanted *wanted)
{
    const struct request_plan *plan = &wanted->plan;
    uint64_t bytes = wanted_handed_out(wanted);

    if (bytes != ODO_SIZE_UNKNOWN) {
        return bytes;
    }
    bytes = request_plan_wanted_within(plan, (struct byte_range){0, plan->cursor});
    for (size_t i = 0; i < plan->hole_count; i++) {
        bytes -= request_plan_wanted_within(plan, plan->holes[i]);
    }
    return bytes;
}
