/*
 * What a transfer wants, which part of it is being fetched, and where the bytes go.
 *
 * A file accepts its bytes in any order, so all ranges are planned at once. A stream needs them
 * in list order, so for a stream the list is split into runs of ascending offsets that are
 * planned one after the other. Within a run, requesting from the front yields stream order.
 *
 * Pure.
 */
#ifndef ODO_TRANSFER_WANTED_H
#define ODO_TRANSFER_WANTED_H

#include "ranges/range_layout.h"
#include "ranges/request_plan.h"

struct wanted {
    /* Borrowed, as given by the client. */
    const struct byte_range *ranges; /* NULL for the whole file */
    size_t range_count;
    const struct range_set *all; /* the same, as range_set_build() made it */
    bool in_order;               /* for a stream */

    struct range_set set; /* of the run; copied from `all` only if its end had to be closed */
    bool set_is_ours;
    size_t run_first; /* index of the current run's first range */
    size_t run_count;
    uint64_t run_output; /* where the run begins in the output */
    struct range_layout layout;
    bool layout_is_known;
    struct request_plan plan;
    uint64_t file_size; /* stated or learned; or ODO_SIZE_UNKNOWN */
};

/*
 * Start at the beginning or resume: for a file where `cursor` and `holes` say, if `has_begun`;
 * for a stream at output position `had`. May be called again. `cursor` and `holes` come from
 * disk and are validated.
 *
 *   ODO_E_DAMAGED         they do not match the ranges
 *   ODO_E_INVALID_RANGE   the ranges do not fit the known size
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
 * The size is known: close an open end, validate the ranges, compute the layout.
 *
 *   ODO_E_INVALID_RANGE   the wanted ranges do not fit it
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status wanted_learn_size(struct wanted *wanted, uint64_t file_size);

/* Plan the next run. Returns false after the last one. A failure is in *status_out. */
bool wanted_next_run(struct wanted *wanted, enum odo_status *status_out);

/* True if the client wants the whole file. */
bool wanted_is_whole_file(const struct wanted *wanted);

/* All wanted bytes of all runs; ODO_SIZE_UNKNOWN while an end is open. */
uint64_t wanted_total(const struct wanted *wanted);

/* The wanted bytes of the run; after an open end of unknown size, bytes count as 0. */
uint64_t wanted_in_run(const struct wanted *wanted);

/* Bytes of the run that were requested; ODO_SIZE_UNKNOWN while the end is open. */
uint64_t wanted_handed_out(const struct wanted *wanted);

/* The same, also with an open end: bytes below the plan's cursor that are not holes. */
uint64_t wanted_behind_us(const struct wanted *wanted);

#endif
