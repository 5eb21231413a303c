/*
 * A set of bytes to fetch, represented by the minimal list of ranges.
 *
 * Invariants of every range_set returned by this module:
 *   - `items` is sorted by offset and not empty; only closing the set of an empty file leaves
 *     no items;
 *   - there is a gap between neighbours: adjacent ranges have been merged;
 *   - only the last range may be BYTE_RANGE_TO_END;
 *   - no range extends past BYTE_OFFSET_LIMIT.
 *
 * Pure: no I/O, no clock, no locks.
 */
#ifndef ODO_RANGES_RANGE_SET_H
#define ODO_RANGES_RANGE_SET_H

#include <odo/types.h>

struct range_set {
    struct byte_range *items; /* owned */
    size_t count;
};

/*
 * Build a set from `count` ranges (at least one) given in any order.
 *
 * `file_size` is in bytes, or ODO_SIZE_UNKNOWN. The input is copied. On success the caller owns
 * *set_out and releases it with range_set_free(); on failure *set_out is untouched.
 *
 * Overlap is tested first, after a stable sort by offset alone, as Delivery Optimization
 * documents it: {100, 5} then {100, 0} overlap; {100, 0} then {100, 5} do not, and are rejected
 * for the empty range. In this test an end that cannot be represented counts as infinity.
 *
 *   ODO_E_OVERLAPPING_RANGES   a range begins before its predecessor ends
 *   ODO_E_INVALID_RANGE        empty, past the end of the file, or past the limit
 *   ODO_E_TOO_MANY             the list's size in bytes overflows
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status range_set_build(const struct byte_range *ranges, size_t count,
                                uint64_t file_size, struct range_set *set_out);

/*
 * The size is known: give an open end its length and validate the other ranges.
 *
 * The {0, BYTE_RANGE_TO_END} of an empty file becomes an empty set with a count of 0.
 *
 *   ODO_E_INVALID_RANGE   a range begins at or extends past the end, or an open one would
 *                         extend past BYTE_OFFSET_LIMIT; the set is unchanged
 */
enum odo_status range_set_close(struct range_set *set, uint64_t file_size);

/* The sum of the lengths, or ODO_SIZE_UNKNOWN if the last range is open-ended. */
uint64_t range_set_total(const struct range_set *set);

/* Free what the set owns and leave it empty. An empty set is allowed. */
void range_set_free(struct range_set *set);

/* True if the invariants at the top of this file hold. For assertions and tests. */
bool range_set_is_normal(const struct range_set *set);

#endif
