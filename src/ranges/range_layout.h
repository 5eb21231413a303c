/*
 * Where a byte of the remote file lands in the output: the ranges in the order in which they
 * were given, back to back. This is the only place that knows.
 *
 * Pure: no I/O, no clock, no locks.
 */
#ifndef ODO_RANGES_RANGE_LAYOUT_H
#define ODO_RANGES_RANGE_LAYOUT_H

#include <odo/types.h>

/* One run of the remote file and its place in the output. */
struct layout_item {
    uint64_t offset; /* in the remote file */
    uint64_t length; /* bytes; only the item that lands last may be BYTE_RANGE_TO_END */
    uint64_t output; /* in the output */
};

struct range_layout {
    struct layout_item *items; /* owned; sorted by offset; no two share a byte */
    size_t count;
};

/*
 * Build the layout of ranges that range_set_build() has accepted, in the order given. A count
 * of 0 is the whole file; of an empty one there are no items. Items whose neighbours touch in
 * the remote file and in the output are joined. On success the caller owns *layout_out and
 * ends it with range_layout_free(); on failure it is untouched.
 *
 *   ODO_E_NOT_SET        an open range stands before another in the list, so the place of
 *                        the later ones is unknown until the size is; come again with it
 *   ODO_E_INVALID_RANGE  a range begins at or reaches past the end of the file or the limit
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status range_layout_build(const struct byte_range *ranges, size_t count,
                                   uint64_t file_size, struct range_layout *layout_out);

/* What is to become of the bytes from some offset on, up to the next change. */
struct layout_run {
    bool wanted;     /* false: discard them */
    uint64_t length; /* for so many bytes; BYTE_RANGE_TO_END without a known end */
    uint64_t output; /* where they go, when wanted */
};

/*
 * Look up the run that begins at `offset`, which may be any. `*hint` makes lookups in
 * ascending order take constant time: keep one for each reader, 0 at first; any value gives
 * the same answer.
 */
struct layout_run range_layout_find(const struct range_layout *layout, uint64_t offset,
                                    size_t *hint);

/* Free what the layout owns and leave it empty. Freeing an empty one does nothing. */
void range_layout_free(struct range_layout *layout);

#endif
