#include "base/memory.h"

#include "base/checked.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct memory_functions library_functions = {.resize = realloc, .free = free};

static const struct memory_functions *in_use = &library_functions;

void memory_use(const struct memory_functions *functions)
{
    assert(!functions || (functions->resize && functions->free));

    in_use = functions ? functions : &library_functions;
}

void *memory_resize(void *memory, size_t count, size_t size)
{
    size_t bytes;

    /* realloc() may free `memory` for a size of 0. */
    if (!checked_multiply_size(count, size, &bytes) || bytes == 0) {
        return NULL;
    }
    return in_use->resize(memory, bytes);
}

void *memory_allocate(size_t count, size_t size)
{
    return memory_resize(NULL, count, size);
}

void *memory_allocate_zeroed(size_t count, size_t size)
{
    void *memory = memory_resize(NULL, count, size);

    if (memory) {
        memset(memory, 0, count * size);
    }
    return memory;
}

void memory_free(void *memory)
{
    if (memory) {
        in_use->free(memory);
    }
}
