#include "base/buffer.h"

#include "base/memory.h"

#include <assert.h>
#include <string.h>

/* Small enough to be cheap, large enough that most buffers are allocated once. */
enum { FIRST_CAPACITY = 256 };

void buffer_init(struct buffer *buffer, size_t limit)
{
    *buffer = (struct buffer){.limit = limit};
}

/* The capacity for `needed` bytes: twice the current one, within the limit. */
static size_t next_capacity(const struct buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity > FIRST_CAPACITY ? buffer->capacity : FIRST_CAPACITY;

    while (capacity < needed) {
        capacity = capacity <= buffer->limit / 2 ? capacity * 2 : buffer->limit;
    }
    return capacity < buffer->limit ? capacity : buffer->limit;
}

enum odo_status buffer_append(struct buffer *buffer, const void *data, size_t size)
{
    assert(buffer->size <= buffer->limit && (data || size == 0));

    if (size > buffer->limit - buffer->size) {
        return ODO_E_TOO_MANY;
    }
    if (size == 0) {
        return ODO_OK;
    }
    if (size > buffer->capacity - buffer->size) {
        size_t capacity = next_capacity(buffer, buffer->size + size);
        unsigned char *larger = memory_resize(buffer->data, capacity, 1);

        if (!larger) {
            return ODO_E_OUT_OF_MEMORY;
        }
        buffer->data = larger;
        buffer->capacity = capacity;
    }
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
    return ODO_OK;
}

void buffer_clear(struct buffer *buffer)
{
    buffer->size = 0;
}

void buffer_free(struct buffer *buffer)
{
    memory_free(buffer->data);
    *buffer = (struct buffer){.limit = buffer->limit};
}
