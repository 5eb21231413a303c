/*
 * Maps offsets in the remote file to positions in the output: the ranges, in the order given,
 * back to back. This is the only place that knows the mapping.
 *
 * Pure: no I/O, no clock, no locks.
 */
#ifndef ODO_RANGES_RANGE_LAYOUT_H
#define ODO_RANGES_RANGE_LAYOUT_H

#include <odo/types.h>

/* A run of the remote file and its position in the output. */
struct layout_item {
    uint64_t offset; /* in the remote file */
    uint64_t length; /* bytes; only the last item in the output may be BYTE_RANGE_TO_END */
    uint64_t output; /* in the output */
};

struct range_layout {
    struct layout_item *items; /* owned; sorted by offset; disjoint */
    size_t count;
};

/*
 * Build the layout of ranges accepted by range_set_build(), in the order given. A count of 0
 * means the whole file; an empty file has no items. Items adjacent both in the remote file and
 * in the output are merged. On success the caller owns *layout_out and releases it with
 * range_layout_free(); on failure it is untouched.
 *
 *   ODO_E_NOT_SET        an open range precedes another in the list, so the positions of the
 *                        later ones depend on the size; call again when it is known
 *   ODO_E_INVALID_RANGE  a range begins at or extends past the end of the file or the limit
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status range_layout_build(const struct byte_range *ranges, size_t count,
                                   uint64_t file_size, struct range_layout *layout_out);

/* What to do with the bytes from an offset on, up to the next boundary. */
struct layout_run {
    bool wanted;     /* if false, discard them */
    uint64_t length; /* number of bytes; BYTE_RANGE_TO_END without a known end */
    uint64_t output; /* output position, if wanted */
};

/*
 * Look up the run that begins at any `offset`. `*hint` makes ascending look-ups take constant
 * time: keep one per reader, initially 0; its value never affects the result.
 */
struct layout_run range_layout_find(const struct range_layout *layout, uint64_t offset,
                                    size_t *hint);

/* Free what the layout owns and leave it empty. An empty one is allowed. */
void range_layout_free(struct range_layout *layout);

#endif
