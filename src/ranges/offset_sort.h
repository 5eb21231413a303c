/*
 * Sort records by offset. One sort for everything in this room.
 *
 * Pure: no I/O, no clock, no locks.
 */
#ifndef ODO_RANGES_OFFSET_SORT_H
#define ODO_RANGES_OFFSET_SORT_H

#include <odo/types.h>

/*
 * Sort `count` records of `size` bytes, 16 or 24, whose first member is a uint64_t offset.
 *
 * Stable: records of the same offset keep their order. The time is linear in the count whatever
 * the input, with one pass over input that is sorted already; only a long unsorted input takes
 * memory, as much again as the records.
 *
 *   ODO_E_OUT_OF_MEMORY   the records are as they were
 */
enum odo_status offset_sort(void *records, size_t count, size_t size);

#endif
