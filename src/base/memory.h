/*
 * All memory of the engine is allocated here. Tests may replace the functions, for instance to
 * make the nth allocation fail.
 *
 * Pure, apart from the heap.
 */
#ifndef ODO_BASE_MEMORY_H
#define ODO_BASE_MEMORY_H

#include <stddef.h>

/* NULL when out of memory, when count * size overflows, or when either is 0. */
void *memory_allocate(size_t count, size_t size);
void *memory_allocate_zeroed(size_t count, size_t size);

/* Like realloc(); on failure `memory` stays valid. Allocates if `memory` is NULL. */
void *memory_resize(void *memory, size_t count, size_t size);

/* NULL is allowed. */
void memory_free(void *memory);

/* The underlying functions. `resize` with NULL allocates. Both are thread-safe. */
struct memory_functions {
    void *(*resize)(void *memory, size_t size);
    void (*free)(void *memory);
};

/* Replace them, or restore the C library's with NULL. For tests, and only while nothing is
 * allocated. */
void memory_use(const struct memory_functions *functions);

#endif
