/*
 * Sorts records by offset; shared by all of this room.
 *
 * Pure: no I/O, no clock, no locks.
 */
#ifndef ODO_RANGES_OFFSET_SORT_H
#define ODO_RANGES_OFFSET_SORT_H

#include <odo/types.h>

/*
 * Sort `count` records of `size` bytes, 16 or 24, whose first member is a uint64_t offset.
 *
 * Stable: records with equal offsets keep their order. Linear in the count for any input, and a
 * single pass if the input is sorted; only long unsorted input needs memory, as much as the
 * records themselves.
 *
 *   ODO_E_OUT_OF_MEMORY   the records are unchanged
 */
enum odo_status offset_sort(void *records, size_t count, size_t size);

#endif
