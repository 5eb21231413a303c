/*
 * Lists of ranges within the rows of a table: RANGES({0, 10}, {20, 5}), or NO_RANGES.
 */
#ifndef SUPPORT_RANGE_LIST_H
#define SUPPORT_RANGE_LIST_H

#include <odo/types.h>

struct range_list {
    const struct byte_range *items;
    size_t count;
};

#define NO_RANGES                                                                              \
    {                                                                                          \
        NULL, 0                                                                                \
    }
#define RANGES(...)                                                                            \
    {                                                                                          \
        (const struct byte_range[]){__VA_ARGS__},                                              \
            sizeof((const struct byte_range[]){__VA_ARGS__}) / sizeof(struct byte_range)       \
    }

#endif
