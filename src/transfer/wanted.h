/*
 * What a transfer wants, which part of it at a time, and where the bytes land.
 *
 * A file takes its bytes in any order, so all of its ranges are planned as one. A stream takes
 * them in the order of the list; so for a stream the list is cut into runs, in each of which
 * the offsets ascend, and one run is planned after the other. Within a run, asking from the
 * front is asking in the stream's order.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_WANTED_H
#define ODO_TRANSFER_WANTED_H

#include "ranges/range_layout.h"
#include "ranges/request_plan.h"

struct wanted {
    /* Borrowed; as the client gave them. */
    const struct byte_range *ranges; /* NULL for the whole file */
    size_t range_count;
    const struct range_set *all; /* the same, as range_set_build() made it */
    bool in_order;               /* for a stream */

    struct range_set set; /* of the run; a copy of `all` only when its end had to be closed */
    bool set_is_ours;
    size_t run_first; /* the run that is being fetched, in the list */
    size_t run_count;
    uint64_t run_output; /* where it begins in the output */
    struct range_layout layout;
    bool layout_is_known;
    struct request_plan plan;
    uint64_t file_size; /* stated or learned; or ODO_SIZE_UNKNOWN */
};

/*
 * Begin from nothing, or at a place: for a file the one that `cursor` and `holes` tell, when
 * `has_begun`; for a stream the position in the output at `had`. May be called again. The
 * plan's `cursor` and `holes` come from a disk, and are checked.
 *
 *   ODO_E_DAMAGED         they do not fit the ranges
 *   ODO_E_INVALID_RANGE   the ranges do not fit the size that is known
 *   ODO_E_OUT_OF_MEMORY
 */
struct wanted_start {
    uint64_t file_size;
    bool has_begun;
    uint64_t cursor;
    const struct byte_range *holes;
    size_t hole_count;
    uint64_t had;
};
enum odo_status wanted_begin(struct wanted *wanted, const struct wanted_start *start);
void wanted_free(struct wanted *wanted);

/*
 * The remote file has this size: close an open end, check the rest, find the places.
 *
 *   ODO_E_INVALID_RANGE   the wanted ranges do not fit it
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status wanted_learn_size(struct wanted *wanted, uint64_t file_size);

/* After a run: plan the next. False when it was the last. A failure is in *status_out. */
bool wanted_next_run(struct wanted *wanted, enum odo_status *status_out);

/* True when the client asked for all of the file. */
bool wanted_is_whole_file(const struct wanted *wanted);

/* All wanted bytes, of all runs; ODO_SIZE_UNKNOWN while an open end is not known. */
uint64_t wanted_total(const struct wanted *wanted);

/* The wanted bytes of the run; those behind an open end whose place is not known count 0. */
uint64_t wanted_in_run(const struct wanted *wanted);

/* Those of the run that were handed out; ODO_SIZE_UNKNOWN while the end is open. */
uint64_t wanted_handed_out(const struct wanted *wanted);

/* The same with the end open as well: those below where the plan stands that are no holes. */
uint64_t wanted_behind_us(const struct wanted *wanted);

#endif
