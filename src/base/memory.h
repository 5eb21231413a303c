/*
 * Where all memory of the engine comes from. A test may replace the functions, to make the
 * nth allocation fail.
 *
 * Pure but for the heap itself.
 */
#ifndef ODO_BASE_MEMORY_H
#define ODO_BASE_MEMORY_H

#include <stddef.h>

/* NULL when there is no memory, when count * size does not fit, or when either is 0. */
void *memory_allocate(size_t count, size_t size);
void *memory_allocate_zeroed(size_t count, size_t size);

/* Like realloc; `memory` stays valid on failure. NULL `memory` allocates. */
void *memory_resize(void *memory, size_t count, size_t size);

/* NULL is fine. */
void memory_free(void *memory);

/* What the functions above stand on. `resize` with NULL allocates. Both are thread-safe. */
struct memory_functions {
    void *(*resize)(void *memory, size_t size);
    void (*free)(void *memory);
};

/* Replace them, or NULL for the C library's. Only while nothing is allocated. For tests. */
void memory_use(const struct memory_functions *functions);

#endif
