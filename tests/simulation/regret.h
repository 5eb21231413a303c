/*
 * How much longer a download takes than it must, for many kinds of lines and updates.
 *
 * A cell is one download of ranges in virtual time, and its regret the time over the limit:
 * what the best of one to eight connections would take that are opened at the first moment, by
 * somebody who knows all in advance.
 */
#ifndef SIMULATION_REGRET_H
#define SIMULATION_REGRET_H

#include <stdbool.h>
#include <stddef.h>

struct regret {
    size_t cells;
    double median;
    double nine_of_ten;
    double worst;
    bool all_done; /* and right */
};

/* Of one half of the cells. */
struct regret regret_measure(bool other_half, bool is_background, bool prints);

#endif
