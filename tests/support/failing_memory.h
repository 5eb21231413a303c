/*
 * Memory that is counted, and that can be made to run out at any moment, for all threads.
 *
 *     failing_memory_start(0, 0);                 count, and let every allocation succeed
 *     scenario();
 *     count = failing_memory_stop().allocations;
 *
 *     failing_memory_start(nth, nth);             the same again, and the nth one fails
 *     scenario();
 *     assert_int_equal(failing_memory_stop().blocks_left, 0);
 *
 * Start and stop while nothing from base/memory.h is allocated but what outlives the stop, and
 * while no other thread uses it.
 */
#ifndef SUPPORT_FAILING_MEMORY_H
#define SUPPORT_FAILING_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * From now on count allocations from 1, and fail those numbered first..last; 0 for both fails
 * none, UINT64_MAX as `last` fails all from `first` on. A resize counts as an allocation.
 */
void failing_memory_start(uint64_t first, uint64_t last);

/* Between start and stop: fail those numbered first..last counted from now, as above. The count
 * of refused ones begins anew. */
void failing_memory_arm(uint64_t first, uint64_t last);

/* What has happened since the start. */
struct failing_memory_count {
    uint64_t allocations; /* asked for, those refused included */
    uint64_t refused;
    int64_t blocks_left; /* allocated and not freed; 0 when nothing has leaked */
};

/* Any thread, at any time. */
struct failing_memory_count failing_memory_count(void);

/* Back to the C library. */
struct failing_memory_count failing_memory_stop(void);

#endif
