/*
 * A set of bytes to fetch, held as the fewest ranges that describe it.
 *
 * In every range_set that this module hands out:
 *   - `items` is sorted by offset, and has at least one range: only closing the set of an empty
 *     file leaves it with none;
 *   - neighbours have a gap between them: touching ranges have been joined;
 *   - only the last range may be BYTE_RANGE_TO_END;
 *   - no range reaches past BYTE_OFFSET_LIMIT.
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
 * `file_size` is in bytes, or ODO_SIZE_UNKNOWN. The input is copied. On success the caller
 * owns *set_out and ends it with range_set_free(); on failure *set_out is untouched.
 *
 * The test for overlap comes first, on a stable sort by offset alone, as Delivery Optimization
 * documents it: {100, 5} then {100, 0} overlap, {100, 0} then {100, 5} do not and are refused
 * for the empty range. For this test an end that cannot be represented is infinity.
 *
 *   ODO_E_OVERLAPPING_RANGES   a range begins before its predecessor ends
 *   ODO_E_INVALID_RANGE        empty, past the end of the file, or past the limit
 *   ODO_E_TOO_MANY             the count cannot be held in memory at all
 *   ODO_E_OUT_OF_MEMORY
 */
enum odo_status range_set_build(const struct byte_range *ranges, size_t count,
                                uint64_t file_size, struct range_set *set_out);

/*
 * Now that the size is known, give an open end its length and check the rest against it.
 *
 * The whole {0, BYTE_RANGE_TO_END} of an empty file becomes an empty set, with a count of 0.
 *
 *   ODO_E_INVALID_RANGE   a range begins at or reaches past the end, or an open one would reach
 *                         past BYTE_OFFSET_LIMIT; the set is unchanged
 */
enum odo_status range_set_close(struct range_set *set, uint64_t file_size);

/* The sum of the lengths, or ODO_SIZE_UNKNOWN when the last range is open. */
uint64_t range_set_total(const struct range_set *set);

/* Free what the set owns and leave it empty. Freeing an empty set does nothing. */
void range_set_free(struct range_set *set);

/* True when the invariants at the top of this file hold. For asserts and tests. */
bool range_set_is_normal(const struct range_set *set);

#endif
