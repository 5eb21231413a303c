/*
 * Unsigned arithmetic with overflow checks. On overflow these return false, and the result is
 * untouched.
 */
#ifndef ODO_BASE_CHECKED_H
#define ODO_BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool checked_add_u64(uint64_t left, uint64_t right, uint64_t *sum_out)
{
    if (left > UINT64_MAX - right) {
        return false;
    }
    *sum_out = left + right;
    return true;
}

static inline bool checked_subtract_u64(uint64_t left, uint64_t right, uint64_t *difference_out)
{
    if (left < right) {
        return false;
    }
    *difference_out = left - right;
    return true;
}

static inline bool checked_multiply_size(size_t left, size_t right, size_t *product_out)
{
    if (right != 0 && left > SIZE_MAX / right) {
        return false;
    }
    *product_out = left * right;
    return true;
}

#endif
